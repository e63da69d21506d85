// How people choose workshops: until when and by which rule, and giving the places by preference, which shows first what it
// comes to and then does exactly that.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { preview } from '#db/write.ts'
import { allocateAll, listOutcomes, takeBackAllocation } from '#src/domain/allocating.ts'
import { seedOf, setChoosing } from '#src/domain/choice-settings.ts'
import type { Event } from '#src/domain/events.ts'
import { listRounds } from '#src/domain/workshops.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { editorOf, getMyEvent, seeOther } from './access.ts'
import { ChoosingForm, readChoosing } from './choosing-form.ts'
import { Revision, Shown } from './fields.ts'
import type { Figures } from './pages.ts'
import { programmePage } from './programme.ts'
import { askOrDo } from './proposals.ts'

const AllocationForm = Type.Object({
  revision: Revision,
  recipients: Shown,
  /** What the page before showed, with the seed it came of. */
  seed: Type.String({ maxLength: 64, default: '' }),
  shown: Type.String({ maxLength: 8000, default: '' }),
})
const RecallForm = Type.Object({ revision: Revision })
type Allocation = Static<typeof AllocationForm>

export function choosingRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(
    '/console/events/:id/choosing',
    { schema: { params: Id, body: ChoosingForm }, attachValidation: true },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const problems = fieldProblems(request) ?? (await set(request, event, request.body))
      if (!problems) return seeOther(request, reply, `${paths.console.programme(event.id)}?done=choosing#choosing`)
      const form = formAgain(request, problems)
      return reply.code(422).page('console/programme', programmePage(deps, request, event, {}, { choosing: form }))
    },
  )

  async function set(request: FastifyRequest, event: Event, body: Static<typeof ChoosingForm>) {
    try {
      const to = readChoosing(body)
      await write(tx => setChoosing(tx, event, to, editorOf(request, body.revision), clock.now()))
    } catch (error) {
      return domainProblems(error, request.t.fields)
    }
  }

  app.post(
    '/console/events/:id/allocation',
    { schema: { params: Id, body: AllocationForm } },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      const { ask } = await allocate(request, event, request.body)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, `${paths.console.programme(event.id)}?done=allocated#choosing`)
    },
  )

  app.post(
    '/console/events/:id/allocation/recall',
    { schema: { params: Id, body: RecallForm } },
    async (request, reply) => {
      const event = getMyEvent(db, request)
      await write(tx => takeBackAllocation(tx, event, editorOf(request, request.body.revision), clock.now()))
      return seeOther(request, reply, `${paths.console.programme(event.id)}?done=taken_back#choosing`)
    },
  )

  function allocate(request: FastifyRequest, event: Event, body: Allocation) {
    const seed = seedOf(event)
    const act = (tx: Tx): string => {
      allocateAll(tx, event, seed, editorOf(request, body.revision), clock.now())
      return outcomeText(tx, event)
    }
    const actAsShown = (tx: Tx) => {
      const isShown = body.seed === seed && act(tx) === body.shown
      if (!isShown) throw new Refusal('changed_meanwhile')
    }
    const path = paths.console.allocation(event.id)
    const isAsked = body.recipients === undefined
    const outcome = isAsked ? foreseen(request, event, act) : { shown: body.shown, figures: [] }
    const question = {
      ...request.t.programme.choosing.question,
      action: path,
      fields: Object.entries({ revision: String(body.revision), seed, shown: outcome.shown }),
      figures: outcome.figures,
      back: paths.console.programme(event.id),
    }
    return askOrDo(
      deps,
      { event, reach: 'person', act: isAsked ? act : actAsShown },
      { shown: body.recipients, question, always: true },
    )
  }

  /** What giving the places comes to, found by doing it in a transaction that is rolled back. */
  function foreseen(request: FastifyRequest, event: Event, act: (tx: Tx) => string) {
    return preview(db, tx => ({ shown: act(tx), figures: figuresOf(request, tx, event) }))
  }
}

/** In one text: two outcomes are the same when nothing in them differs. */
function outcomeText(tx: Tx, event: Event): string {
  const rounds = listOutcomes(tx, event).map(({ round, first, second, none }) => `${round}:${first}.${second}.${none}`)
  const taken = listRounds(tx, event).flatMap(({ workshops }) => workshops.map(one => `${one.id}=${one.confirmed}`))
  return [...rounds, ...taken].join(' ')
}

function figuresOf({ t }: FastifyRequest, tx: Tx, event: Event): Figures[] {
  const { preview: words } = t.programme.choosing
  const { places } = t.programme.edit
  const rounds = listRounds(tx, event)
  return [
    {
      caption: words.caption,
      columns: [words.round, words.first, words.second, words.nothing],
      rows: listOutcomes(tx, event).map(({ round, first, second, none }) => [
        t.programme.round(round),
        first,
        second,
        none,
      ]),
    },
    ...rounds.map(({ round, workshops }) => ({
      caption: t.programme.round(round),
      columns: [words.workshop, words.places],
      rows: workshops.map(({ title, confirmed, capacity }) => [title, places(confirmed, capacity)]),
    })),
  ]
}
