// No more of what a mail brought: reminders of one event, of all, letters, the summary for organisers. A mail program may POST from anywhere
// (RFC 8058 §3.1), in either form encoding; the answer is the same for a link that no longer works, and for the second time.
import { findEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { findPersonById } from '#src/domain/people.ts'
import { findStop, readStopLink, type StopLink, stop } from '#src/domain/stopping.ts'
import type { App, Deps } from '../deps.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import type { PublicPages } from './pages.ts'

export function unsubscribeRoutes(app: App, deps: Deps): void {
  const { write, clock, tokens } = deps
  app.register(async scope => {
    // What a mail program says in the body adds nothing to what it asks for.
    scope.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume()
      done(null)
    })

    scope.get<{ Params: { token: string } }>('/unsubscribe/:token', { schema: { params: Token } }, (request, reply) => {
      const { token } = request.params
      return reply.headers(TOKEN_PAGE).page('public/unsubscribe', pageFor(deps, token, readStopLink(tokens, token)))
    })

    scope.post<{ Params: { token: string } }>(
      '/unsubscribe/:token',
      { schema: { params: Token }, config: { fromAnywhere: true } },
      async (request, reply) => {
        const { token } = request.params
        const link = readStopLink(tokens, token)
        if (link) await write(tx => stop(tx, link, clock.now()))
        return reply.headers(TOKEN_PAGE).page('public/unsubscribe', { ...pageFor(deps, token, link), isDone: true })
      },
    )
  })
}

function pageFor({ db, tokens }: Deps, token: string, link: StopLink | undefined): PublicPages['public/unsubscribe'] {
  const found = link && findStop(db, link)
  const event = found?.registration && findEvent(db, found.registration.eventId)
  const person = event && findPersonById(db, found.personId)
  const own = personalPaths(tokens)
  const isOneLetter = link?.scope === 'newsletter' || link?.scope === 'announcements'
  const reminders = person ? own.unsubscribeReminders(person) : null
  const all = isOneLetter ? own.unsubscribeLetters(link) : reminders
  return { token, scope: link?.scope ?? 'event', event: event ?? null, all, isDone: false }
}
