// What is done with many people of the list at once: a page says who, who not and why, and which mails leave; the POST from that
// page does exactly that, or nothing if it is no longer true.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { listAttendeeIds } from '#src/domain/attendees.ts'
import type { Event } from '#src/domain/events.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import {
  applyToAll,
  listUnreached,
  namesOf,
  SELECTION_ACTS,
  type Selected,
  type SelectionAct,
  sealOf,
  type WhyNot,
} from '#src/domain/selections.ts'
import type { Messages } from '#src/i18n/index.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import type { ProposalPage } from './pages.ts'
import { filterFrom, PeopleFields, type PeopleFilter, withFilter } from './people-filter.ts'
import { mayChangePeople, peoplePage } from './people-list.ts'
import { askOrDo, entriesOf } from './proposals.ts'

/** More at once would keep everybody else waiting. */
const MOST = 500
const SelectionForm = Type.Object({
  ...PeopleFields,
  act: Type.Enum([...SELECTION_ACTS]),
  ids: Type.Array(Type.Integer({ minimum: 1 }), { maxItems: MOST, default: [] }),
  /** Everyone whom the filter finds, instead of those ticked. */
  all: Type.Enum(['', 'on'], { default: '' }),
  /** What the page before said would happen. */
  seal: Type.String({ maxLength: 32, default: '' }),
  recipients: Shown,
})
type Body = Static<typeof SelectionForm>

/** Who only receives people notes who is there, and no more. */
const RIGHTS = { promote: 'organiser', cancel: 'organiser', present: 'host', absent: 'host' } as const

export function selectionRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.post(
    '/console/events/:id/registrations/selection',
    { schema: { params: Id, body: SelectionForm } },
    async (request, reply) => {
      const { act, ids: ticked, all, ...form } = request.body
      const event = getEventWith(db, organiserOf(request), RIGHTS[act], request.params.id)
      const ids = all === 'on' ? findAll(request, event, form) : ticked
      const problem = problemWith(request, ids)
      if (problem) {
        const selection = { act, chosen: ticked, isAll: all === 'on', problem }
        return reply
          .code(422)
          .page('console/registrations', peoplePage(deps, request, { event, filter: form, selection }))
      }
      const { ask, selected } = await askOrDoAll(request, event, request.body, ids)
      if (ask) return reply.page('console/proposal', ask)
      const result = { done: act, count: String(selected.done.length), left: String(selected.left.length) }
      return seeOther(request, reply, withFilter(paths.console.registrations(event.id), form, result))
    },
  )

  function findAll(request: FastifyRequest, event: Event, filter: PeopleFilter): number[] {
    return listAttendeeIds(db, event, filterFrom(filter, mayChangePeople(deps, request, event)))
  }

  async function askOrDoAll(request: FastifyRequest, event: Event, body: Body, ids: number[]) {
    const { id: organiserId } = organiserOf(request)
    let selected: Selected = { done: [], left: [] }
    const act = (tx: Tx) => {
      selected = applyToAll(tx, event, body.act, ids, organiserId, clock.now())
      if (body.recipients !== undefined && sealOf(selected) !== body.seal) throw new Refusal('changed_meanwhile')
    }
    const question = questionOf(request, event, body)
    const shown = { shown: body.recipients, question, always: true }
    const { ask } = await askOrDo(deps, { event, reach: 'person', act }, shown)
    return { ask: ask && explained(request, ask, body.act, selected), selected }
  }

  function questionOf({ t }: FastifyRequest, event: Event, body: Body) {
    const { lead, buttons } = t.console.selection
    const { seal, ...form } = body
    return {
      title: '',
      lead,
      button: buttons[body.act],
      action: paths.console.selection(event.id),
      fields: entriesOf(form),
      back: withFilter(paths.console.registrations(event.id), form),
      isDanger: body.act === 'cancel',
    }
  }

  /** The same page with what was found by doing it: with how many, with whom not, and who will not hear of it. */
  function explained({ t }: FastifyRequest, ask: ProposalPage, act: SelectionAct, selected: Selected): ProposalPage {
    const words = t.console.selection
    const isMailed = act === 'promote' || act === 'cancel'
    const unreached = isMailed ? listUnreached(db, selected.done) : []
    const count = selected.done.length
    return {
      ...ask,
      title: words.questions[act](count),
      lead: count > 0 ? `${words.about(someOf(words, namesOf(db, selected.done)))} ${words.lead}` : words.nothing,
      button: count > 0 ? ask.button : '',
      warnings: [
        ...leftOut(words, act, selected),
        ...(unreached.length > 0 ? [words.unreached(someOf(words, unreached))] : []),
      ],
      fields: [...ask.fields, ['seal', sealOf(selected)]],
    }
  }
}

function problemWith({ t }: FastifyRequest, ids: number[]): string {
  const words = t.console.selection
  if (ids.length === 0) return words.nobody
  return ids.length > MOST ? words.tooMany(ids.length, MOST) : ''
}

type Words = Messages['console']['selection']

/** One sentence for each reason. */
function leftOut(words: Words, act: SelectionAct, { left }: Selected): string[] {
  return [...Map.groupBy(left, ({ why }) => why)].map(([why, people]) => {
    const names = people.map(({ name }) => name)
    return sentenceOf(words, act, why)(someOf(words, names))
  })
}

function sentenceOf({ left }: Words, act: SelectionAct, why: WhyNot): (names: string) => string {
  if (why === 'already') return left.already[act]
  if (why === 'full' || why === 'closed' || why === 'past') return left[why]
  return act === 'promote' ? left.not_possible_now.promote : left.not_possible_now.other
}

const MOST_NAMES = 12

function someOf(words: Words, names: string[]): string {
  return words.names(names.slice(0, MOST_NAMES), names.length - MOST_NAMES)
}
