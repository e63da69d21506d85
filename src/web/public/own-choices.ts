// The POST in which somebody chooses their workshops on their personal page, or chooses others.
import type { Db } from '#db/open.ts'
import { choose } from '#src/domain/choosing.ts'
import { getEvent } from '#src/domain/events.ts'
import { getRegistrationByLink } from '#src/domain/registrations.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { formAgain } from '../forms.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { ChoiceFields, choiceProblems, openRounds, typedWishes } from './choice-fields.ts'
import { registrationPage } from './own-registration.ts'

const ChoicesForm = Type.Object({}, ChoiceFields)

export function ownChoicesRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const find = (token: string, at: Db = db) => getRegistrationByLink(at, tokens.read('registration', token))

  const form = { schema: { params: Token, body: ChoicesForm }, attachValidation: true }
  app.post('/registrations/:token/choices', form, async (request, reply) => {
    const { token } = request.params
    const registration = find(token)
    const rounds = openRounds(db, getEvent(db, registration.eventId), clock.now())
    const problems = choiceProblems(request, rounds)
    if (Object.keys(problems).length) {
      const page = registrationPage(deps, token, registration, { choices: formAgain(request, problems) })
      return reply.code(422).headers(TOKEN_PAGE).page('public/registration', page)
    }
    await write(tx => choose(tx, find(token, tx), typedWishes(request, rounds), clock.now()))
    return reply.redirect(hrefFor(request, `${paths.registration(token)}?saved=1`), 303)
  })

  /** The address of the form, opened or reloaded. */
  app.get('/registrations/:token/choices', { schema: { params: Token } }, (request, reply) => {
    find(request.params.token)
    return reply.redirect(hrefFor(request, paths.registration(request.params.token)), 303)
  })
}
