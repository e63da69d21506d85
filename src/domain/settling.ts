// Making the outbox hold exactly the one mail that is due about a matter: a registration, or a workshop that somebody chose.
// Which mail that is stands in `telling` and in `choice-telling`.
import { and, eq, inArray, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { messages } from '#db/schema.ts'
import { later } from '#src/lib/time.ts'
import type { Event } from './events.ts'
import { drop, enqueueAbout, type Message, type MessageKind } from './outbox.ts'
import { findPersonById } from './people.ts'
import type { Registration } from './registrations.ts'

/** The kinds that tell the state of a registration. At most one of them waits for a registration at any time. */
export const TELLING = [
  'confirmed',
  'waitlisted',
  'requested',
  'promoted',
  'asked',
  'changed',
  'cancelled',
  'reinstated',
  'unregistered',
] as const
/** The same of a workshop that somebody chose. */
export const CHOICE_TELLING = ['workshop_confirmed', 'workshop_changed', 'workshop_cancelled'] as const

/** Held back for a while when many are mailed, since they can be taken back; what is new to somebody never waits. */
const HELD: readonly MessageKind[] = ['changed', 'cancelled', 'reinstated', 'workshop_changed', 'workshop_cancelled']

export const isHeld = (kind: MessageKind): boolean => HELD.includes(kind)

export interface Matter {
  event: Event
  registration: Registration
  /** Of which of their workshops; null for the registration itself. */
  choiceId: number | null
  /** The mail that is due; nothing if they know what is true. */
  kind: MessageKind | undefined
  /** Names the state that is told, so that it is told once. */
  key: string
  isTrue: (message: Message) => boolean
}

/**
 * A mail that waits and would still be the right one stays (it is written when it leaves, so it tells the newest); anything
 * else that waits is dropped, and what is due is added. To be called when none of the matter is with the mail server.
 */
export function settleMatter(tx: Tx, matter: Matter, now: Temporal.Instant, dueAt: Temporal.Instant): void {
  const { event, registration, choiceId, kind, isTrue } = matter
  const waiting = waitingMessages(tx).all({ registrationId: registration.id, choiceId })
  // With nothing due, a written mail that is true is one that comes again, since nobody knows whether it arrived.
  const isWanted = (message: Message) => (kind === undefined ? message.bytes !== null : message.kind === kind)
  const stays = waiting.find(message => isWanted(message) && isTrue(message))
  drop(
    tx,
    waiting.filter(message => message !== stays).map(message => message.id),
    'superseded',
  )
  // Worth sending until the event is over: however long the mail server was away, nobody is left without a word.
  const expiresAt = later(dueAt.add({ hours: 96 }), event.endsAt)
  if (stays) holdOn(tx, stays, dueAt, expiresAt)
  if (!kind || stays) return
  const person = findPersonById(tx, registration.personId)
  // What cannot be told now is still due on the day that the address works again.
  if (!person?.email || person.undeliverableAt) return
  const key = `${kind}:${matter.key}`
  enqueueAbout(tx, registration, { key, kind, choiceId, toAddress: person.email, dueAt, expiresAt }, now)
}

/** A change on top of one that is still held back gets its own time to be taken back. */
function holdOn(
  tx: Tx,
  { id, kind, attempts, ...message }: Message,
  dueAt: Temporal.Instant,
  expiresAt: Temporal.Instant,
) {
  tx.update(messages)
    .set({
      dueAt: attempts === 0 && isHeld(kind) ? later(message.dueAt, dueAt) : message.dueAt,
      expiresAt: later(message.expiresAt, expiresAt),
    })
    .where(eq(messages.id, id))
    .run()
}

/** Whether a mail about a matter is with the mail server, so that nothing can be decided about it now. */
export function isInFlight(db: Db, registrationId: number, choiceId: number | null = null): boolean {
  return inFlight(db).get({ registrationId, choiceId }) !== undefined
}

const isOfChoice = sql`${messages.choiceId} is ${sql.placeholder('choiceId')}`

const inFlight = prepared(db =>
  db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(eq(messages.state, 'sending'), eq(messages.registrationId, sql.placeholder('registrationId')), isOfChoice),
    )
    .limit(1)
    .prepare(),
)

const waitingMessages = prepared(db =>
  db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.registrationId, sql.placeholder('registrationId')),
        eq(messages.state, 'queued'),
        inArray(messages.kind, [...TELLING, ...CHOICE_TELLING]),
        isOfChoice,
      ),
    )
    .prepare(),
)
