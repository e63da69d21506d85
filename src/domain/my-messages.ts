// The mails that an organiser may see: what each list of them shows, and which ask for a decision. Every list is cut by the
// query that loads it.
import { countRows } from '#db/count.ts'
import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, or, type SQL, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, invitations, MESSAGE_STATES, messages, people, questionFollowers, questions } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { groupsWith, isMine, type Organiser, ownsEverything } from './organisers.ts'
import { ALL_LANES, type Message } from './outbox.ts'
import { ownerId } from './questions.ts'

/**
 * Mails about events and questions of one's own groups; an invitation is its group's owners'. Those about no event (sign-in, "mijn
 * aanmeldingen") are for who owns every group: they say who asked for something, and whether mail works at all. Who owns every
 * group sees all there are, so nothing is asked of each.
 */
function isMyMail(db: Db, organiser: Organiser): SQL | undefined {
  if (ownsEverything(db, organiser)) return undefined
  const aboutMine = sql`exists (select 1 from ${events} where ${events.id} = ${messages.eventId} and ${isMine(organiser, 'organiser')})`
  const invites = sql`${messages.invitationId} in (select ${invitations.id} from ${invitations} where ${invitations.groupId} in ${groupsWith(organiser, 'owner')})`
  const ofQuestions = sql`exists (select 1 from ${questionFollowers} join ${questions} on ${questions.id} = ${questionFollowers.questionId}
    where ${questionFollowers.id} = ${messages.followerId} and ${ownerId} in ${groupsWith(organiser, 'organiser')})`
  return or(aboutMine, invites, ofQuestions)
}

/**
 * What a list of mails shows: those of one state, those that came `back`, or `now` (all but what is ready for later),
 * `later`, `trouble`, `all`.
 */
export type MailView = Message['state'] | 'now' | 'later' | 'trouble' | 'back' | 'all'

/** Mails, the newest first; `before` is the id of the last one seen. */
export function listMyMessages(
  db: Db,
  organiser: Organiser,
  { view, before }: { view: MailView; before?: number | undefined },
  now: Temporal.Instant,
  limit: number,
): Message[] {
  const seen = and(before === undefined ? undefined : lt(messages.id, before), isMyMail(db, organiser))
  const where = view === 'now' ? isAmongNow(db, seen, now, limit) : and(inView(view, now), seen)
  const newest = desc(view === 'trouble' || view === 'back' ? UNORDERED_ID : messages.id)
  return db.select().from(messages).where(where).orderBy(newest).limit(limit).all()
}

/** Of a few an index knows which they are; the plus keeps from looking through all mails in their order to find them. */
const UNORDERED_ID = sql`+${messages.id}`

/** A reminder of next month would hide what leaves today; what was tried is tried again within the hour. */
function inView(view: Exclude<MailView, 'now'>, now: Temporal.Instant): SQL | undefined {
  if (view === 'all') return undefined
  if (view === 'later') return and(eq(messages.state, 'queued'), gt(messages.dueAt, soon(now)))
  if (view === 'trouble') return isTrouble
  if (view === 'back') return and(isNotNull(messages.bouncedAt), ne(messages.state, 'failed'))
  return eq(messages.state, view)
}

const soon = (now: Temporal.Instant) => now.add({ hours: 1 })

/**
 * The newest of each state, and of what waits those that leave soon: an index knows these, and the reminders of a year are not
 * passed one by one.
 */
function isAmongNow(db: Db, seen: SQL | undefined, now: Temporal.Instant, limit: number): SQL {
  const newest = (which: SQL | undefined, order: SQL | typeof messages.id) =>
    sql`select id from (${db.select({ id: messages.id }).from(messages).where(and(which, seen)).orderBy(desc(order)).limit(limit)})`
  const left = MESSAGE_STATES.filter(state => state !== 'queued').map(state =>
    newest(eq(messages.state, state), messages.id),
  )
  const isSoon = and(eq(messages.state, 'queued'), inArray(messages.lane, ALL_LANES), lte(messages.dueAt, soon(now)))
  return sql`${messages.id} in (${sql.join([newest(isSoon, UNORDERED_ID), ...left], sql` union all `)})`
}

export function getMyMessage(db: Db, organiser: Organiser, id: number): Message {
  const message = db
    .select()
    .from(messages)
    .where(and(eq(messages.id, id), isMyMail(db, organiser)))
    .get()
  if (!message) throw new NotFound('message')
  return message
}

/**
 * Refused, without an answer, or come back. What came back because the address does not work asks for nothing more once it
 * is taken to work again.
 */
const isStopped = sql`exists (select 1 from ${people} where ${people.email} = ${messages.toAddress} and ${people.undeliverableAt} is not null)`
const isTrouble = or(
  and(inArray(messages.state, ['failed', 'uncertain']), isNull(messages.bouncedAt)),
  and(isNotNull(messages.bouncedAt), or(ne(messages.bounce, 'hard'), isStopped)),
)

/** Mails that ask for a decision. */
export function countTroubles(db: Db, organiser: Organiser): number {
  return countRows(db, messages, and(isTrouble, isMyMail(db, organiser)))
}
