// "Mijn aanmeldingen": asking for the link, and the page it leads to. Asking answers the same for every address.
import type { Db } from '#db/open.ts'
import { listEnrolmentsOf } from '#src/domain/enrolments.ts'
import { personalPaths } from '#src/domain/links.ts'
import { findPersonByLink, listRegistrationsOf, type Person, requestMyLink, rotateFeed } from '#src/domain/people.ts'
import { resumeAllReminders } from '#src/domain/stopping.ts'
import { findSubscription } from '#src/domain/subscriptions.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { normaliseEmail } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'
import { ownCertificate } from './certificates.ts'
import type { Own } from './pages.ts'
import { Email, limitsOf } from './registration-form.ts'

const MyForm = Type.Object({ email: Email })
const SentQuery = Type.Object({ sent: Type.Optional(Type.String({ maxLength: 1 })) })

export function myRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const limits = limitsOf(MyForm)
  const own = personalPaths(tokens)
  const find = (token: string, at: Db = db) => {
    const person = findPersonByLink(at, tokens.read('my', token), 'my')
    if (!person) throw new NotFound('person')
    return person
  }

  const listOwn = (person: Person): Own[] =>
    listRegistrationsOf(db, person).map(row => ({
      ...row,
      path: own.registration(row.registration),
      certificate: ownCertificate(deps, row.event, row.registration),
    }))
  const isComing = ({ event, registration }: Own) =>
    isBefore(clock.now(), event.endsAt) && registration.status !== 'cancelled' && !event.cancelledAt

  /** Where they change which letters they get; nothing for who never asked for any. */
  const lettersOf = ({ id }: Person) => {
    const subscription = findSubscription(db, id)
    return subscription ? own.subscription(subscription) : null
  }

  app.get('/my', { schema: { querystring: SentQuery } }, (request, reply) =>
    reply.page('public/my', { form: emptyForm(), limits, isSent: request.query.sent !== undefined }),
  )

  app.post('/my', { schema: { body: MyForm }, attachValidation: true, config: FEW }, async (request, reply) => {
    const problems = fieldProblems(request)
    if (problems) {
      return reply.code(422).page('public/my', { form: formAgain(request, problems), limits, isSent: false })
    }
    await write(tx => requestMyLink(tx, normaliseEmail(request.body.email), request.locale, clock.now()))
    return reply.redirect(hrefFor(request, `${paths.my()}?sent=1`), 303)
  })

  app.get('/my/:token', { schema: { params: Token } }, (request, reply) => {
    const { token } = request.params
    const person = find(token)
    const all = listOwn(person)
    return reply.headers(TOKEN_PAGE).page('public/mine', {
      token,
      email: person.email ?? '',
      series: listEnrolmentsOf(db, person)
        .filter(({ enrolment }) => enrolment.status !== 'cancelled')
        .map(row => ({ ...row, path: own.enrolment(row.enrolment) })),
      coming: all.filter(isComing).reverse(),
      others: all.filter(one => !isComing(one)),
      feed: own.feed(person),
      isStopped: person.remindersStoppedAt !== null,
      letters: lettersOf(person),
    })
  })

  /** A new feed address: for who shared the old one by mistake. */
  app.post('/my/:token/feed', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => rotateFeed(tx, find(request.params.token, tx)))
    return reply.redirect(hrefFor(request, paths.mine(request.params.token)), 303)
  })

  app.post('/my/:token/reminders', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => resumeAllReminders(tx, find(request.params.token, tx).id, clock.now()))
    return reply.redirect(hrefFor(request, paths.mine(request.params.token)), 303)
  })

  /** The addresses of the forms, opened or reloaded: back to the page they stand on. */
  for (const form of ['feed', 'reminders'] as const) {
    app.get<{ Params: { token: string } }>(`/my/:token/${form}`, (request, reply) => {
      find(request.params.token)
      return reply.redirect(hrefFor(request, paths.mine(request.params.token)), 303)
    })
  }
}
