// Who is asked to come to an event: the list, adding to it, asking and asking again, and what came of it.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { type Action, auditEvent } from '#src/domain/audit.ts'
import { type Event, getEvent, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import {
  addInvitees,
  askInvitees,
  getInviteeWith,
  heldAsks,
  type ListedInvitee,
  listInvitees,
  listToAsk,
  recallAsks,
  removeInvitee,
  type Wanted,
} from '#src/domain/invitees.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { Line, Shown } from './fields.ts'
import { askOrDo, entriesOf } from './proposals.ts'

const AddForm = Type.Object({ list: Line(50_000) })
const AskForm = Type.Object({ which: Type.Enum(['new', 'asked']), recipients: Shown })
const Query = Type.Object({
  added: Type.Optional(Type.Integer({ minimum: 0 })),
  recalled: Type.Optional(Type.Integer({ minimum: 0 })),
})

export interface InviteePages {
  'console/invitees': {
    event: ListedEvent
    mayChange: true
    list: ListedInvitee[]
    /** How many a press of each button would mail. */
    toAsk: { new: number; asked: number }
    held: { count: number; until: Temporal.Instant } | undefined
    form: Form
    /** How many the POST before this page added or took back. */
    added: number | undefined
    recalled: number | undefined
  }
}

export function inviteeRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const url = '/console/events/:id/invitees'

  app.get(url, { schema: { params: Id, querystring: Query } }, async (request, reply) =>
    reply.page('console/invitees', page(getMyEvent(db, request), emptyForm(), request.query)),
  )

  app.post(url, { schema: { params: Id, body: AddForm }, attachValidation: true }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { wanted, wrong } = readList(String(request.body?.list ?? ''))
    if (wrong.length || !wanted.length) {
      const form = formAgain(request, { list: problemOf(request, wrong) })
      return reply.code(422).page('console/invitees', page(event, form, {}))
    }
    const added = await write(tx => {
      const count = addInvitees(tx, event, wanted, request.locale, clock.now())
      audit(tx, 'invitees_added', event, request, String(count))
      return count
    })
    return seeOther(request, reply, `${paths.console.invitees(event.id)}?added=${added}`)
  })

  app.post(`${url}/asking`, { schema: { params: Id, body: AskForm } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { which, recipients: shown } = request.body
    const act = (tx: Tx) => {
      const count = askInvitees(tx, event, which, clock.now())
      audit(tx, 'invitees_asked', event, request, String(count))
    }
    const path = paths.console.invitees(event.id)
    const fields = entriesOf({ which })
    const question = {
      ...request.t.console.invitees.question[which],
      action: paths.console.inviteesAsking(event.id),
      fields,
      back: path,
    }
    const { ask } = await askOrDo(deps, { event, reach: 'person', act }, { shown, question, always: true })
    if (ask) return reply.page('console/proposal', { ...ask, waits: ask.recipients > 1 })
    return seeOther(request, reply, path)
  })

  app.post(`${url}/recall`, { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const count = await write(tx => {
      const recalled = recallAsks(tx, event, clock.now())
      audit(tx, 'invitees_recalled', event, request, String(recalled))
      return recalled
    })
    return seeOther(request, reply, `${paths.console.invitees(event.id)}?recalled=${count}`)
  })

  app.post('/console/invitees/:id/removal', { schema: { params: Id } }, async (request, reply) => {
    const invitee = getInviteeWith(db, organiserOf(request), request.params.id)
    const event = getEvent(db, invitee.eventId)
    await write(tx => {
      removeInvitee(tx, invitee)
      audit(tx, 'invitee_removed', event, request)
    })
    return seeOther(request, reply, paths.console.invitees(event.id))
  })

  function audit(tx: Tx, action: Action, event: Event, request: FastifyRequest, detail?: string) {
    auditEvent(tx, action, event, { organiserId: organiserOf(request).id, detail }, clock.now())
  }

  function page(event: Event, form: Form, done: Static<typeof Query>): InviteePages['console/invitees'] {
    const now = clock.now()
    return {
      event: getListedEvent(db, event.id),
      mayChange: true,
      list: listInvitees(db, event),
      toAsk: { new: listToAsk(db, event, 'new', now).length, asked: listToAsk(db, event, 'asked', now).length },
      held: heldAsks(db, event, now),
      form,
      added: done.added,
      recalled: done.recalled,
    }
  }
}

function problemOf({ t }: FastifyRequest, wrong: string[]): string {
  const { empty, lines } = t.console.invitees.problems
  return wrong.length ? lines(wrong.slice(0, 5).join('; '), wrong.length) : empty
}

const email = new RegExp(EMAIL_PATTERN)
const name = new RegExp(NAME_PATTERN, 'u')

/** An address, a name and an organisation at their longest: what is longer is none, and costs a search no time. */
const LONGEST_LINE = 500

/** One on each line: an address, with a name before it and an organisation behind it if you like. */
export function readList(text: string): { wanted: Wanted[]; wrong: string[] } {
  const wanted: Wanted[] = []
  const wrong: string[] = []
  for (const line of text.split('\n').map(cleanLine).filter(Boolean)) {
    const found = /[^\s<>,;]+@[^\s<>,;]+/.exec(line.slice(0, LONGEST_LINE))
    const bare = (text: string) => cleanLine(text.replaceAll(/[<>;,]/g, ' '))
    const end = (found?.index ?? 0) + (found?.[0].length ?? 0)
    const one = {
      name: bare(line.slice(0, found?.index ?? 0)),
      email: normaliseEmail(found?.[0] ?? ''),
      organisation: bare(line.slice(end)),
    }
    const isFine = email.test(one.email) && one.email.length <= 200 && (!one.name || name.test(one.name))
    if (isFine && line.length <= LONGEST_LINE && one.name.length <= 100 && one.organisation.length <= 150)
      wanted.push(one)
    else wrong.push(line.slice(0, 60))
  }
  return { wanted, wrong }
}
