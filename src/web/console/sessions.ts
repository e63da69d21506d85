// One part of a programme: change it, take it away, call it off. What people chose mails them, and so is shown first.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { isEverChosen } from '#src/domain/choices.ts'
import { type Event, getListedEvent, type ListedEvent, type Session } from '#src/domain/events.ts'
import { getSessionWith } from '#src/domain/programmes.ts'
import { cancelSession, reinstateSession } from '#src/domain/session-cancellations.ts'
import { changeSession, removeSession, type SessionPlan } from '#src/domain/session-editing.ts'
import { timesBetween } from '#src/domain/session-times.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { groupsFor } from './editor-page.ts'
import { Revision, Shown } from './fields.ts'
import type { Question } from './pages.ts'
import type { DONE } from './programme.ts'
import { askOrDo, entriesOf, type Outcome, orProblems } from './proposals.ts'
import { readSession, type SessionChoices, SessionForm, sessionChoices, sessionValues } from './session-form.ts'

export interface SessionPages {
  'console/session': {
    event: ListedEvent
    session: Session
    /** It cannot be removed any more. */
    wasChosen: boolean
    form: Form
    choices: SessionChoices
  }
}

const Confirmation = Type.Object({ revision: Revision, recipients: Shown })
type ForOne = FastifyRequest<{ Params: { id: number } }>
interface Found {
  session: Session
  event: Event
}

export function sessionRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const find = (request: ForOne) => getSessionWith(db, organiserOf(request), 'organiser', request.params.id)
  const confirmation = { schema: { params: Id, body: Confirmation } }

  app.get('/console/sessions/:id', { schema: { params: Id } }, async (request, reply) => {
    const found = find(request)
    return show(request, reply, found, emptyForm(sessionValues(found.session, found.event)))
  })

  app.post(
    '/console/sessions/:id',
    { schema: { params: Id, body: SessionForm }, attachValidation: true },
    async (request, reply) => {
      const found = find(request)
      const again = (problems: Record<string, string>) =>
        show(request, reply.code(422), found, formAgain(request, problems))
      const problems = fieldProblems(request)
      if (problems) return again(problems)
      const outcome = await orProblems(request, async () => {
        const plan = readSession(request.body, found.event, groupsFor(deps, request, found.event))
        return change(request, found, plan, request.body)
      })
      if (outcome.problems) return again(outcome.problems)
      return answer(request, reply, found, 'changed', outcome)
    },
  )

  function change(
    request: FastifyRequest,
    { event, session }: Found,
    plan: SessionPlan,
    body: { revision: number; recipients?: number },
  ): Promise<Outcome> {
    const { change: words, ...labels } = request.t.programme.edit.asking
    const when = (times: Pick<Session, 'localStart' | 'durationMinutes'>) => request.f.when({ ...event, ...times })
    const question: Question = {
      ...words,
      title: words.title(session.title),
      facts: [
        {
          label: labels.when,
          before: when(session),
          after: when(timesBetween(plan.localStart, plan.localEnd, event)),
        },
        { label: labels.where, before: session.room, after: plan.room },
      ],
      action: paths.console.session(session.id),
      fields: entriesOf(body),
      back: paths.console.session(session.id),
    }
    const editor = editorOf(request, body.revision)
    const act = (tx: Tx) => changeSession(tx, event, session, plan, editor, clock.now())
    return askOrDo(deps, { event, reach: 'person', act }, { shown: body.recipients, question })
  }

  app.post('/console/sessions/:id/removal', confirmation, async (request, reply) => {
    const found = find(request)
    const editor = editorOf(request, request.body.revision)
    await write(tx => removeSession(tx, found.event, found.session, editor, clock.now()))
    return answer(request, reply, found, 'removed', {})
  })

  app.post('/console/sessions/:id/cancellation', confirmation, async (request, reply) => {
    const found = find(request)
    const { event, session } = found
    const { revision, recipients: shown } = request.body
    const { cancel: words } = request.t.programme.edit.asking
    const question: Question = {
      ...words,
      title: words.title(session.title),
      action: paths.console.sessionCancellation(session.id),
      fields: entriesOf({ revision }),
      back: paths.console.session(session.id),
      isDanger: true,
    }
    const act = (tx: Tx) => cancelSession(tx, event, session, editorOf(request, revision), clock.now())
    const outcome = await askOrDo(deps, { event, reach: 'person', act }, { shown, question, always: true })
    return answer(request, reply, found, 'cancelled', outcome)
  })

  app.post('/console/sessions/:id/reinstatement', confirmation, async (request, reply) => {
    const found = find(request)
    const editor = editorOf(request, request.body.revision)
    await write(tx => reinstateSession(tx, found.event, found.session, editor, clock.now()))
    return answer(request, reply, found, 'reinstated', {})
  })

  function show(request: FastifyRequest, reply: FastifyReply, { event, session }: Found, form: Form) {
    return reply.page('console/session', {
      event: getListedEvent(db, event.id),
      session,
      wasChosen: isEverChosen(db, session),
      form,
      choices: sessionChoices(request, event, groupsFor(deps, request, event)),
    })
  }

  function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { event }: Found,
    done: (typeof DONE)[number],
    { ask }: Outcome,
  ) {
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${paths.console.programme(event.id)}?done=${done}`)
  }
}
