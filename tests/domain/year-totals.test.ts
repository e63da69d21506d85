// The sums of a year that triggers keep: whatever is done, in whatever order, they are those of the rows.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { auditEntries, events, eventThemes, ROLES, registrations, tasks } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { setThemes } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import type { Series } from '#src/domain/series.ts'
import { createTheme } from '#src/domain/themes.ts'
import { ATTENDANCE, addUp, COUNTS, totalOf } from '#src/domain/totals.ts'
import { attend, come, folded, LATER, member, openReach, report } from '../support/reported.ts'
import { makeEvent, makeGroup, makeSeries, NOW } from '../support/world.ts'

const days = ['2026-11-26', '2026-12-03', '2026-12-31', '2027-01-01']
/** During one of them, and after most. */
const MOMENTS = [Temporal.Instant.from('2026-12-03T11:30:00Z'), LATER]
const at = fc.integer({ min: 0, max: 3 })
const deed = fc.oneof(
  fc.record({
    deed: fc.constant('come' as const),
    at,
    name: fc.constantFrom('Anna', 'Bram', 'Carla', 'Dirk'),
    role: fc.constantFrom(...ROLES),
    organisation: fc.constantFrom('', 'A', 'a.', 'B'),
  }),
  fc.record({ deed: fc.constant('attend' as const), at, minutes: fc.constantFrom(null, 20) }),
  fc.record({
    deed: fc.constant('change' as const),
    at,
    values: fc.oneof(
      fc.record({ groupId: fc.constantFrom(1, 2) }),
      fc.record({ seriesId: fc.constantFrom(null, 1) }),
      fc.record({ publishedAt: fc.constantFrom(null, NOW) }),
      fc.record({ cancelledAt: fc.constantFrom(null, NOW) }),
      fc.record({ title: fc.constant('Anders') }),
    ),
  }),
  fc.record({ deed: fc.constant('move' as const), at, day: fc.constantFrom(...days) }),
  fc.record({ deed: fc.constant('themes' as const), at, ids: fc.subarray([1, 2]) }),
  fc.record({ deed: fc.constant('delete' as const), at }),
  fc.record({ deed: fc.constant('add up' as const) }),
)

test('the sums of a year are those of the rows, for everybody and at any moment, whatever changed and whether or not it was added up', () => {
  fc.assert(
    fc.property(fc.array(deed, { minLength: 20, maxLength: 40 }), deeds => {
      const { db, group, me } = openReach()
      const below = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
      const series = makeSeries(db, group)
      const viewer = member(db, below, 'viewer')
      writeNow(db, tx => ['Armoede', 'Jongeren'].map(name => createTheme(tx, { slug: name, name })))
      const list = days.map(day => makeEvent(db, below, { capacityOnline: 3, localStart: `${day}T12:00` }))
      for (const one of deeds) act(db, list, one)
      const said = () =>
        [2026, 2027].flatMap(year =>
          MOMENTS.flatMap(now => [
            ...[{ year }, { year, group: below }, { year, series }].map(scope => report(db, me, scope, now)),
            report(db, viewer, { year }, now),
          ]),
        )
      const kept = said()
      expect(keptSums(db)).toEqual(countedSums(db))
      expect(said().map(({ total }) => total)).toEqual(totalsOfRows(db, below, series))
      db.$client.exec('insert or ignore into stale_events select id from events')
      expect(said().map(folded)).toEqual(kept.map(folded))
    }),
    { numRuns: 15 },
  )
})

/** The totals of the same reports, one registration after another. */
function totalsOfRows(db: Db, below: Group, series: Series) {
  const isOf = (event: Event) => [true, event.groupId === below.id, event.seriesId === series.id]
  const sees = (event: Event) => event.seriesId === null && event.groupId === below.id
  const all = db
    .select()
    .from(events)
    .all()
    .filter(({ publishedAt, cancelledAt }) => publishedAt && !cancelledAt)
  return [2026, 2027].flatMap(year =>
    MOMENTS.flatMap(now => {
      const ofYear = all.filter(({ localStart }) => localStart.startsWith(String(year)))
      const mine = [0, 1, 2].map(scope => ofYear.filter(event => isOf(event)[scope]))
      return [...mine, ofYear.filter(sees)].map(list =>
        totalOf(
          COUNTS,
          list.map(event => countsOf(db, event, now)),
        ),
      )
    }),
  )
}

function countsOf(db: Db, event: Event, now: Temporal.Instant) {
  const rows = db.select().from(registrations).where(eq(registrations.eventId, event.id)).all()
  const isOver = Temporal.Instant.compare(event.endsAt, now) <= 0
  const wasKept = rows.some(({ attendedAt }) => attendedAt)
  const number = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length
  return {
    registered: rows.length,
    placed: number(row => row.status === 'confirmed'),
    attended: number(row => row.attendedAt !== null),
    absent: isOver && wasKept ? number(row => row.status === 'confirmed' && row.attendedAt === null) : 0,
    waiting: number(row => row.status === 'waitlisted'),
    waited: number(row => row.status === 'waitlisted' || row.waitedAt !== null),
    cancelled: number(row => row.status === 'cancelled'),
    minutes: rows.reduce((sum, row) => sum + (row.attendedAt ? (row.attendedMinutes ?? event.durationMinutes) : 0), 0),
  }
}

type Deed = typeof deed extends fc.Arbitrary<infer One> ? One : never

function act(db: Db, list: Event[], one: Deed): void {
  if (one.deed === 'add up') return void writeNow(db, tx => addUp(tx, 10))
  const event = list[one.at]
  const isThere = event && db.select().from(events).where(eq(events.id, event.id)).get()
  if (!isThere) return
  const set = (values: Partial<Event>) => db.update(events).set(values).where(eq(events.id, event.id)).run()
  if (one.deed === 'come' && isThere.publishedAt && !isThere.cancelledAt) come(db, event, one.name, one)
  if (one.deed === 'change') set(one.values)
  if (one.deed === 'themes') writeNow(db, tx => setThemes(tx, event.id, one.ids))
  if (one.deed === 'attend') {
    const of = db.select().from(registrations).where(eq(registrations.eventId, event.id)).get()
    if (of?.status === 'confirmed') attend(db, of.id, one.minutes)
  }
  if (one.deed === 'move') {
    const startsAt = Temporal.PlainDateTime.from(`${one.day}T12:00`).toZonedDateTime('Europe/Amsterdam').toInstant()
    set({ localStart: `${one.day}T12:00`, startsAt, endsAt: startsAt.add({ minutes: 60 }) })
  }
  if (one.deed === 'delete' && !db.select().from(registrations).where(eq(registrations.eventId, event.id)).get()) {
    db.update(auditEntries).set({ eventId: null }).where(eq(auditEntries.eventId, event.id)).run()
    for (const table of [eventThemes, tasks]) db.delete(table).where(eq(table.eventId, event.id)).run()
    db.delete(events).where(eq(events.id, event.id)).run()
  }
}

/** What is kept, without what came to nothing. */
function keptSums({ $client }: Db) {
  return [
    $client
      .prepare(
        'select * from year_totals where events <> 0 or registered <> 0 order by year, cut, group_id, series_id, key',
      )
      .all(),
    $client.prepare('select * from year_organisations where registered <> 0 order by year, spelling').all(),
  ]
}

/** The same from what is kept of each event. */
function countedSums({ $client }: Db) {
  const sums = (names: readonly string[]) => names.map(name => `sum(${name}) as ${name}`).join(', ')
  return [
    $client
      .prepare(
        `select year, cut, group_id, series_id, key, ${sums(['events', ...COUNTS])} from event_shares group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
      )
      .all(),
    $client
      .prepare(`select year, spelling, ${sums(ATTENDANCE)} from organisation_shares group by 1, 2 order by 1, 2`)
      .all(),
  ]
}
