// No more reminders of one event. A mail program may POST from anywhere (RFC 8058 §3.1), in either form encoding; the answer
// is the same for a link that no longer works, and for the second time.
import { findEvent } from '#src/domain/events.ts'
import { findRegistrationByLink } from '#src/domain/registrations.ts'
import { stopReminders } from '#src/domain/reminders.ts'
import type { App, Deps } from '../deps.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'

export function unsubscribeRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const find = (token: string) => findRegistrationByLink(db, tokens.read('unsubscribe', token))
  const titleOf = (token: string) => {
    const registration = find(token)
    return (registration && findEvent(db, registration.eventId)?.title) ?? null
  }

  app.register(async scope => {
    // What a mail program says in the body adds nothing to what it asks for.
    scope.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume()
      done(null)
    })

    scope.get<{ Params: { token: string } }>('/unsubscribe/:token', { schema: { params: Token } }, (request, reply) => {
      const { token } = request.params
      return reply.headers(TOKEN_PAGE).page('public/unsubscribe', { token, title: titleOf(token), isDone: false })
    })

    scope.post<{ Params: { token: string } }>(
      '/unsubscribe/:token',
      { schema: { params: Token }, config: { fromAnywhere: true } },
      async (request, reply) => {
        const { token } = request.params
        const registration = find(token)
        if (registration) await write(tx => stopReminders(tx, registration, clock.now()))
        return reply.headers(TOKEN_PAGE).page('public/unsubscribe', { token, title: titleOf(token), isDone: true })
      },
    )
  })
}
