// What is done with one speaker or host: change, remove, ask once more, note that they said yes, make them an attendee. What
// mails them shows the mail first.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { type Action, auditEvent } from '#src/domain/audit.ts'
import { askAgain, becomeAttendee, changeContributor, confirmPart } from '#src/domain/contributing.ts'
import { type Contributor, getContributorWith, isOnPage } from '#src/domain/contributors.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { presencesOf } from '#src/domain/places.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { ContributorFields, type ContributorsPage, type Done } from './contributors.ts'
import { options, Shown } from './fields.ts'
import type { Options, Question } from './pages.ts'
import { askOrDo, entriesOf } from './proposals.ts'

export interface ContributorPages {
  'console/contributors': ContributorsPage
  'console/contributor': {
    event: ListedEvent
    mayChange: true
    contributor: Contributor
    form: Form
    choices: Record<'parts' | 'attendances', Options>
  }
}

const ChangeForm = Type.Object(ContributorFields)
const Confirmation = Type.Object({ recipients: Shown })
type ForOne = FastifyRequest<{ Params: { id: number } }>
interface Doing {
  action: Action & Done
  act: (tx: Tx) => unknown
  question: Pick<Question, 'title' | 'lead' | 'button' | 'warnings' | 'isDanger' | 'action'>
  always?: boolean
}

interface Words {
  title: (name: string) => string
  lead: string
  button: string
}

/** What is asked before something is done with one of them. */
function questionOf({ title, lead, button }: Words, { id, name }: Contributor, pathTo: (id: number) => string) {
  return { title: title(name), lead, button, action: pathTo(id) }
}

export function contributorActRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const find = (request: ForOne) => getContributorWith(db, organiserOf(request), 'organiser', request.params.id)
  const confirmation = { schema: { params: Id, body: Confirmation } }

  app.get('/console/contributors/:id', { schema: { params: Id } }, async (request, reply) => {
    const { contributor, event } = find(request)
    const { name, organisation, part, attendance } = contributor
    return reply.page(
      'console/contributor',
      page(request, event, contributor, emptyForm({ name, organisation, part, attendance })),
    )
  })

  app.post(
    '/console/contributors/:id',
    { schema: { params: Id, body: ChangeForm }, attachValidation: true },
    async (request, reply) => {
      const found = find(request)
      const { contributor, event } = found
      const problems = fieldProblems(request)
      if (problems) {
        return reply
          .code(422)
          .page('console/contributor', page(request, event, contributor, formAgain(request, problems)))
      }
      const { name, organisation, part, attendance } = request.body
      const changes = { name: cleanLine(name), organisation: cleanLine(organisation), part, attendance }
      return carryOut(request, reply, found, {
        action: 'contributor_changed',
        act: tx => changeContributor(tx, contributor, changes, clock.now()),
        question: questionOf(request.t.console.contributors.edit.question, contributor, paths.console.contributor),
        always: false,
      })
    },
  )

  app.post('/console/contributors/:id/removal', confirmation, async (request, reply) => {
    const found = find(request)
    const words = request.t.console.contributors.removal
    const warnings = isOnPage(found.event, found.contributor.name) ? [words.onPage] : []
    const question = questionOf(words, found.contributor, paths.console.contributorRemoval)
    return carryOut(request, reply, found, {
      action: 'contributor_removed',
      act: tx => cancelRegistration(tx, found.contributor, 'organiser', clock.now()),
      question: { ...question, warnings, isDanger: true },
    })
  })

  app.post('/console/contributors/:id/reminder', confirmation, async (request, reply) => {
    const found = find(request)
    return carryOut(request, reply, found, {
      action: 'contributor_asked',
      act: tx => askAgain(tx, found.contributor, clock.now()),
      question: questionOf(
        request.t.console.contributors.reminding,
        found.contributor,
        paths.console.contributorReminder,
      ),
    })
  })

  app.post('/console/contributors/:id/attendee', confirmation, async (request, reply) => {
    const found = find(request)
    return carryOut(request, reply, found, {
      action: 'contributor_became_attendee',
      act: tx => becomeAttendee(tx, found.contributor, clock.now()),
      question: questionOf(
        request.t.console.contributors.attending,
        found.contributor,
        paths.console.contributorAttendee,
      ),
    })
  })

  /** Mails nobody but who said no before and has no entry any more. */
  app.post('/console/contributors/:id/confirmation', confirmation, async (request, reply) => {
    const found = find(request)
    return carryOut(request, reply, found, {
      action: 'contributor_confirmed',
      act: tx => confirmPart(tx, found.contributor, clock.now()),
      question: questionOf(
        request.t.console.contributors.edit.question,
        found.contributor,
        paths.console.contributorConfirmation,
      ),
      always: false,
    })
  })

  async function carryOut(
    request: FastifyRequest<{ Body: { recipients?: number | undefined } }>,
    reply: FastifyReply,
    { contributor, event }: ReturnType<typeof find>,
    { action, act, question, always = true }: Doing,
  ) {
    const { id: organiserId } = organiserOf(request)
    const audited = (tx: Tx) => {
      act(tx)
      auditEvent(tx, action, event, { organiserId, registrationId: contributor.id }, clock.now())
    }
    const back = paths.console.contributors(event.id)
    const { body } = request
    const asked = { shown: body.recipients, question: { ...question, fields: entriesOf(body), back }, always }
    const { ask } = await askOrDo(deps, { event, reach: 'person', act: audited }, asked)
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${back}?done=${action}#r${contributor.id}`)
  }

  function page(
    { t }: FastifyRequest,
    event: Event,
    contributor: Contributor,
    form: Form,
  ): ContributorPages['console/contributor'] {
    const choices = { parts: options(t.words.parts), attendances: options(t.words.attendances, presencesOf(event)) }
    return { event: getListedEvent(db, event.id), mayChange: true, contributor, form, choices }
  }
}
