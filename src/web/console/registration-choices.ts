// An organiser chooses workshops for somebody: who has no address, phoned, or stands at the desk.
import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '#db/open.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { choose } from '#src/domain/choosing.ts'
import type { Event } from '#src/domain/events.ts'
import { getRegistrationWith } from '#src/domain/organisers.ts'
import { canChooseFor, listRounds, type Round } from '#src/domain/workshops.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { ChoiceFields, choiceProblems, typedWishes } from '../public/choice-fields.ts'
import { organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import { askOrDo, entriesOf } from './proposals.ts'
import { registrationPage } from './registration-page.ts'

const ChoicesForm = Type.Object({ recipients: Shown }, ChoiceFields)

export function registrationChoicesRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const form = { schema: { params: Id, body: ChoicesForm } }

  app.post('/console/registrations/:id/choices', form, async (request, reply) => {
    const found = getRegistrationWith(db, organiserOf(request), 'organiser', request.params.id)
    const rounds = roundsFor(db, found.event)
    const problems = choiceProblems(request, rounds)
    if (Object.keys(problems).length) {
      const again = { refused: 'choices', form: formAgain(request, problems) } as const
      return reply.code(422).page('console/registration', registrationPage(deps, request, found, again))
    }
    const { ask } = await chooseFor(request, found, rounds)
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${paths.console.registration(found.registration.id)}?done=choices`)
  })

  const roundsFor = (at: Db, event: Event): Round[] => (canChooseFor(event, clock.now()) ? listRounds(at, event) : [])

  function chooseFor(
    request: FastifyRequest<{ Body: { recipients?: number } }>,
    { registration, event }: ReturnType<typeof getRegistrationWith>,
    rounds: Round[],
  ) {
    const { id: organiserId } = organiserOf(request)
    const act = (tx: Tx) => {
      choose(tx, registration, typedWishes(request, rounds), clock.now(), 'organiser')
      auditEvent(tx, 'workshops_chosen', event, { organiserId, registrationId: registration.id }, clock.now())
    }
    const { title, ...words } = request.t.console.registration.workshops.question
    const action = paths.console.registrationChoices(registration.id)
    const way = { action, fields: entriesOf(request.body), back: paths.console.registration(registration.id) }
    const question = { title: title(registration.name), ...words, ...way }
    return askOrDo(deps, { event, reach: 'person', act }, { shown: request.body.recipients, question })
  }
}
