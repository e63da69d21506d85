// Checking in at the entrance: a list on a phone, that goes on when the connection drops. Its script sends what was ticked as
// JSON; without a script each tick is a form.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { type CheckIn, markAttended, takeCheckIns, unmarkAttended } from '#src/domain/check-ins.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { type Count, countPresent, type Expected, listExpected, listPresence } from '#src/domain/expected.ts'
import { getEventWith, getRegistrationWith } from '#src/domain/organisers.ts'
import { changeableIds } from '#src/domain/overview.ts'
import { type Urgency, urgencyOf } from '#src/domain/urgent.ts'
import { NotFound } from '#src/lib/errors.ts'
import { inTurns, partsOf } from '#src/lib/parts.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { fold } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { QR_DECODER } from '../plugins/assets.ts'
import { AT_THE_ENTRANCE } from '../plugins/headers.ts'
import { organiserOf, seeOther } from './access.ts'

/** Somebody on the list, with what the page searches and scans. */
export interface Listed extends Expected {
  folded: string
  code: string
  /** Not what was searched for. */
  isHidden: boolean
}

export interface CheckInPages {
  'console/check-in': {
    event: ListedEvent
    mayChange: boolean
    urgent: Urgency | undefined
    people: Listed[]
    waiting: Expected[]
    counts: Count[]
    q: string
    /** Whom the form before this page was about. */
    done: Expected | null
    isEarly: boolean
    /** The decoder of codes, and until when a phone keeps the list. */
    decoder: string
    keepUntil: Temporal.Instant
  }
}

const Query = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 100 })),
  done: Type.Optional(Type.Integer({ minimum: 1 })),
})
const Tick = Type.Object({
  registration: Type.Integer({ minimum: 1 }),
  present: Type.Enum(['yes', 'no']),
  q: Type.Optional(Type.String({ maxLength: 100 })),
})
/** The largest moment that a Temporal.Instant holds. */
const LAST_MOMENT = 8_640_000_000_000_000
const Batch = Type.Object({
  marks: Type.Array(
    Type.Object({
      id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
      registrationId: Type.Integer({ minimum: 1 }),
      isPresent: Type.Boolean(),
      at: Type.Integer({ minimum: 0, maximum: LAST_MOMENT }),
    }),
    { maxItems: 200 },
  ),
})
/** The day itself, and the evening before. */
const EARLY_HOURS = 12
/** How long after the end a phone may still show who came. */
const KEPT_HOURS = 24

export function checkInRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const url = '/console/events/:id/check-in'

  app.get(url, { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'host', request.params.id)
    return reply.headers(AT_THE_ENTRANCE).page('console/check-in', await pageOf(request, event, request.query))
  })

  app.post(url, { schema: { params: Id, body: Tick } }, async (request, reply) => {
    const { registration: id, present, q = '' } = request.body
    const { registration, event } = getRegistrationWith(db, organiserOf(request), 'host', id)
    if (event.id !== request.params.id) throw new NotFound('registration')
    const witness = { source: 'check_in', organiserId: organiserOf(request).id } as const
    const isThere = present === 'yes'
    const action = isThere ? 'attendance_marked' : 'attendance_unmarked'
    await write((tx: Tx) => {
      const now = clock.now()
      ;(isThere ? markAttended : unmarkAttended)(tx, registration, witness, now)
      auditEvent(tx, action, event, { organiserId: witness.organiserId, registrationId: id }, now)
    })
    return seeOther(
      request,
      reply,
      `${paths.console.checkIn(event.id)}?${new URLSearchParams({ q, done: String(id) })}`,
    )
  })

  const list = '/console/events/:id/check-ins'
  app.get(list, { schema: { params: Id } }, async request => {
    return stateOf(getEventWith(db, organiserOf(request), 'host', request.params.id), [])
  })

  app.post(list, { schema: { params: Id, body: Batch }, attachValidation: true }, async (request, reply) => {
    const { id: organiserId } = organiserOf(request)
    const event = getEventWith(db, organiserOf(request), 'host', request.params.id)
    if (request.validationError) throw request.validationError
    const refused = await write(tx => takeCheckIns(tx, event, request.body.marks.map(markOf), organiserId, clock.now()))
    return reply.send(stateOf(event, refused))
  })

  /** What a phone goes by: the time here, who is there, and which of its marks came to nothing. */
  function stateOf(event: Event, refused: string[]) {
    return { now: clock.now().epochMilliseconds, people: listPresence(db, event), refused }
  }

  async function pageOf(
    request: FastifyRequest,
    event: Event,
    { q = '', done }: Static<typeof Query>,
  ): Promise<CheckInPages['console/check-in']> {
    const all = listExpected(db, event)
    const placed = all.filter(({ status }) => status === 'confirmed')
    const wanted = fold(q)
    const mayChange = changeableIds(db, organiserOf(request), [event]).has(event.id)
    const page = {
      event: getListedEvent(db, event.id),
      mayChange,
      urgent: mayChange ? urgencyOf(event, clock.now()) : undefined,
      people: [] as Listed[],
      waiting: all.filter(({ status }) => status === 'waitlisted'),
      counts: countPresent(all),
      q,
      done: placed.find(({ id }) => id === done) ?? null,
      isEarly: isBefore(clock.now(), event.startsAt.subtract({ hours: EARLY_HOURS })),
      decoder: QR_DECODER,
      keepUntil: event.endsAt.add({ hours: KEPT_HOURS }),
    }
    // All has been read by now; what is made of thousands for the page takes turns of its own.
    for await (const part of inTurns(partsOf(placed))) page.people.push(...part.map(one => listed(one, wanted)))
    return page
  }

  function listed(one: Expected, wanted: string): Listed {
    const code = tokens.sign('check-in', { id: one.id, version: one.doorVersion })
    const folded = fold(`${one.name} ${one.organisation}`)
    return { ...one, folded, code, isHidden: !folded.includes(wanted) }
  }
}

function markOf({ at, ...mark }: Static<typeof Batch>['marks'][number]): CheckIn {
  return { ...mark, at: Temporal.Instant.fromEpochMilliseconds(at) }
}
