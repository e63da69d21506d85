// Registering: the form's POST and the page after it. What somebody does with their registration stands in `own-registration`.
import { isAnswer, registerAll } from '#src/domain/applying.ts'
import { getPublishedEvent } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { Refusal } from '#src/lib/errors.ts'
import { createLimit } from '#src/lib/limit.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { likelyEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { typedValues } from '../forms.ts'
import { Slug } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { answersAgain } from './answer-fields.ts'
import { choosingAt, openRounds } from './choice-fields.ts'
import { eventPage } from './events.ts'
import { invitedPage, inviteeOf } from './invited.ts'
import { applicantsOf, RegistrationForm, registrationProblems } from './registration-form.ts'

/** By one address. A campus registers many people, one person registers for few events. */
const REGISTRATIONS_AN_HOUR = 30
const AnswerQuery = Type.Object({ v: Type.Optional(Type.String({ maxLength: 2000 })) })

export function registrationRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const isWithinLimit = createLimit(REGISTRATIONS_AN_HOUR, { hours: 1 })

  const form = { params: Slug, body: RegistrationForm }
  app.post('/events/:slug/registrations', { schema: form, attachValidation: true }, async (request, reply) => {
    const event = getPublishedEvent(db, request.params.slug)
    const asked = listFormFields(db, event.id)
    const rounds = openRounds(db, event, clock.now())
    const invitee = inviteeOf(deps, event, typedValues(request.body).invitation ?? '')
    const problems = registrationProblems(request, asked, rounds)
    if (problems) {
      const form = answersAgain(request, asked, problems)
      const page = invitee ? invitedPage(deps, request, invitee, form) : eventPage(deps, request, event, form)
      return reply.code(422).page('public/event', page)
    }
    const applicants = applicantsOf(db, request, event, asked, rounds)
    if (invitee) applicants[0].inviteeId = invitee.id
    const now = clock.now()
    // Not `every`: each address counts, whatever came of the one before.
    if (applicants.filter(({ email }) => email && !isWithinLimit(email, now)).length) throw new Refusal('too_many')
    const isRobot = request.body.website !== ''
    const answer = await write(tx => registerAll(tx, event, applicants, isRobot, now))
    return reply.redirect(hrefFor(request, `${paths.registered(event.slug)}?v=${tokens.seal(answer)}`), 303)
  })

  /** The address of a form, opened or reloaded: back to the page it stands on. */
  app.get('/events/:slug/registrations', { schema: { params: Slug } }, (request, reply) =>
    reply.redirect(hrefFor(request, paths.event(request.params.slug)), 303),
  )

  app.get('/events/:slug/registered', { schema: { params: Slug, querystring: AnswerQuery } }, (request, reply) => {
    const event = getPublishedEvent(db, request.params.slug)
    const answer = tokens.unseal(request.query.v ?? '')
    if (!isAnswer(answer)) return reply.redirect(hrefFor(request, paths.event(event.slug)), 303)
    reply.headers(TOKEN_PAGE)
    return reply.page('public/registered', {
      ...{ event, answer, likely: likelyEmail(answer.email) ?? null },
      choosing: choosingAt(db, event, clock.now()),
    })
  })
}
