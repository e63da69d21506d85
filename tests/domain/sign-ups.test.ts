// How many people had registered by the end of each day.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { getEvent } from '#src/domain/events.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { signUpsOf } from '#src/domain/sign-ups.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const at = (moment: string) => Temporal.Instant.from(moment)

function openList() {
  const world = openWorld()
  const { db } = world
  const { id } = makeEvent(db, makeGroup(db), {}, at('2026-11-01T09:00:00Z'))
  db.update(events)
    .set({ publishedAt: at('2026-11-18T09:00:00Z') })
    .run()
  const event = () => getEvent(db, id)
  const join = (email: string, moment: string) => makeRegistration(db, event(), { email }, at(moment))
  const list = (now = NOW) => signUpsOf(db, event(), now).map(({ date, total }) => `${date}: ${total}`)
  return { ...world, event, join, list }
}

test('every day from the one before the first until today, also those on which nobody came', () => {
  const { join, list } = openList()
  expect(list()).toEqual([])
  join('a@example.org', '2026-11-19T10:00:00Z')
  join('b@example.org', '2026-11-19T15:00:00Z')
  join('c@example.org', '2026-11-21T08:00:00Z')
  expect(list()).toEqual(['2026-11-18: 0', '2026-11-19: 2', '2026-11-20: 2', '2026-11-21: 3'])
})

test('a day begins at midnight by the clock of the event', () => {
  const { db, join, list } = openList()
  join('a@example.org', '2026-11-19T22:59:59Z')
  join('b@example.org', '2026-11-19T23:00:00Z')
  expect(list().slice(0, 3)).toEqual(['2026-11-18: 0', '2026-11-19: 1', '2026-11-20: 2'])
  db.update(events).set({ timeZone: 'Asia/Kathmandu' }).run()
  // Five hours and three quarters ahead.
  expect(list().slice(0, 2)).toEqual(['2026-11-19: 0', '2026-11-20: 2'])
})

test('ends on the day of the event, or with who was added after it', () => {
  const { join, list } = openList()
  const later = at('2027-02-01T12:00:00Z')
  join('a@example.org', '2026-12-01T10:00:00Z')
  expect(list(later).at(-1)).toBe('2026-12-03: 1')
  join('b@example.org', '2026-12-03T10:30:00Z')
  expect(list(later).at(-1)).toBe('2026-12-03: 2')
})

test('who cancelled never counted, nor do speakers and hosts', () => {
  const { db, join, list } = openList()
  const leaving = join('a@example.org', '2026-11-20T10:00:00Z')
  const speaking = join('b@example.org', '2026-11-20T10:00:00Z')
  join('c@example.org', '2026-11-21T08:00:00Z')
  writeNow(db, tx => cancelRegistration(tx, leaving, 'attendee', NOW))
  db.update(registrations).set({ part: 'speaker' }).where(eq(registrations.id, speaking.id)).run()
  expect(list()).toEqual(['2026-11-20: 0', '2026-11-21: 1'])
})

test('is added up by an index on the event, whatever else there is', () => {
  const { db } = openList()
  const plan = db.$client
    .prepare(
      "explain query plan select created_at / 900000 q, count(*) from registrations where event_id = 1 and status <> 'cancelled' and part is null group by q",
    )
    .all() as { detail: string }[]
  expect(plan[0]?.detail).toMatch(/^SEARCH registrations USING INDEX registrations_\w+ \(event_id=\?/)
})
