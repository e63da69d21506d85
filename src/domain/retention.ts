// How long personal data is kept: by how many months each group keeps the names of its events, and so which of them are over.
// What goes then stands in `endings`; which data that is, and how long it is kept, in `db/personal-data`.
import { and, countDistinct, eq, gte, inArray, lt, ne, or } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { MONTHS } from '#db/personal-data.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups, registrations } from '#db/schema.ts'
import { Refusal } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import { audit } from './audit.ts'
import { type Group, listGroups } from './groups.ts'

/** Before which moment something must have ended to be over. */
export interface Limits {
  now: Temporal.Instant
  /** For an event of this group, by the months that it keeps names; of no group, the usual ones. */
  of: (groupId: number | null) => Temporal.Instant
  /** For the group that keeps them shortest. */
  latest: Temporal.Instant
}

/** Months are those of the calendar, in UTC. */
export function monthsBefore(now: Temporal.Instant, months: number): Temporal.Instant {
  return now.toZonedDateTimeISO('UTC').subtract({ months }).toInstant()
}

export function limitsAt(db: Db, now: Temporal.Instant): Limits {
  const limits = new Map([...monthsOfGroups(listGroups(db))].map(([id, months]) => [id, monthsBefore(now, months)]))
  const usual = monthsBefore(now, MONTHS.usual)
  const latest = [...limits.values(), usual].reduce((a, b) => (isBefore(a, b) ? b : a))
  return { now, latest, of: groupId => (groupId === null ? usual : (limits.get(groupId) ?? usual)) }
}

/** For each group the months that count there: its own, else those of the nearest above it that has any, else the usual. */
export function monthsOfGroups(list: Group[]): Map<number, number> {
  const byId = new Map(list.map(group => [group.id, group]))
  const monthsOf = ({ retentionMonths, parentId }: Group): number => {
    const above = parentId === null ? undefined : byId.get(parentId)
    return retentionMonths ?? (above ? monthsOf(above) : MONTHS.usual)
  }
  return new Map(list.map(group => [group.id, monthsOf(group)]))
}

/** The same of one group, for its public pages. */
export function monthsKeptBy(db: Db, groupId: number): number {
  return ownOrAbove(db).get(groupId) ?? MONTHS.usual
}

const ownOrAbove = prepared(db =>
  db.$client
    .prepare<[number], number>(
      `with recursive up(id, parent, months, step) as (
         select id, parent_id, retention_months, 0 from groups where id = ?
         union all
         select groups.id, groups.parent_id, groups.retention_months, step + 1 from groups join up on groups.id = up.parent
       ) select months from up where months is not null order by step limit 1`,
    )
    .pluck(),
)

/** The months that count for a group as if it had chosen `own`; null: what the group above it has. */
export function monthsWith(db: Db, { id }: Pick<Group, 'id'>, own: number | null): Map<number, number> {
  return monthsOfGroups(listGroups(db).map(group => (group.id === id ? { ...group, retentionMonths: own } : group)))
}

export interface Going {
  people: number
  events: number
}

/** How many people's names, at how many events, go in the night of `at` if a group chooses so, and would stay if it did not. */
export function countGoing(db: Db, group: Pick<Group, 'id'>, own: number | null, at: Temporal.Instant): Going {
  const [before, after] = [monthsOfGroups(listGroups(db)), monthsWith(db, group, own)]
  const shortened = [...after].filter(([id, months]) => months < (before.get(id) ?? months))
  if (shortened.length === 0) return { people: 0, events: 0 }
  // Groups that had as many and will have as many share one condition.
  const spans = Map.groupBy(shortened, ([id, months]) => `${before.get(id)}:${months}`)
  const going = [...spans.values()].map(list => {
    const [[first = 0, months = 0] = []] = list
    const from = monthsBefore(at, before.get(first) ?? months)
    const ids = list.map(([id]) => id)
    return and(inArray(events.groupId, ids), gte(events.endsAt, from), lt(events.endsAt, monthsBefore(at, months)))
  })
  const counted = db
    .select({ people: countDistinct(registrations.personId), events: countDistinct(registrations.eventId) })
    .from(events)
    .innerJoin(registrations, eq(registrations.eventId, events.id))
    .where(and(or(...going), ne(registrations.name, '')))
    .get()
  return counted ?? { people: 0, events: 0 }
}

/** Says how many months a group keeps names; null: as many as the group above. */
export function keepFor(tx: Tx, { id }: Pick<Group, 'id'>, retentionMonths: number | null): void {
  tx.update(groups).set({ retentionMonths }).where(eq(groups.id, id)).run()
}

export interface Choice {
  own: number | null
  /** How many people's names the organiser was shown to go in the night that comes; none, if nothing was asked. */
  people: number
  night: Temporal.Instant
  organiserId: number
}

/** What an owner chooses. Throws Refusal('changed_meanwhile') if other names go by it than they were shown. */
export function chooseRetention(
  tx: Tx,
  group: Pick<Group, 'id'>,
  { own, people, night, organiserId }: Choice,
  now: Temporal.Instant,
): void {
  if (countGoing(tx, group, own, night).people !== people) throw new Refusal('changed_meanwhile')
  keepFor(tx, group, own)
  audit(tx, { action: 'retention_chosen', organiserId, groupId: group.id, detail: String(own ?? '') }, now)
}
