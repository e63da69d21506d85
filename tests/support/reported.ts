// A world to report on, and everything a report says of it.
import { expect } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import type { Event } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { createOrganiser, grant, type Organiser } from '#src/domain/organisers.ts'
import { readGround, type Scope } from '#src/domain/reach.ts'
import { byEvent, byMonth, byPlace, byRole, byTheme, listEventIds } from '#src/domain/reach-cuts.ts'
import { byOrganisation } from '#src/domain/reached-organisations.ts'
import { fold } from '#src/lib/text.ts'
import { makeGroup, makeRegistration, NOW, openWorld } from './world.ts'

export const LATER = Temporal.Instant.from('2026-12-20T12:00:00Z')

export function openReach() {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  const me = member(db, group, 'owner')
  return { ...world, group, me }
}

/** Of what folds to one name, the last event says how it is written, and that may be one that does not count. */
export function folded(one: ReturnType<typeof report>) {
  const named = one.organisations.named.map(({ name, ...counts }) => ({ name: fold(name), ...counts }))
  return { ...one, organisations: { ...one.organisations, named } }
}

export const member = (db: Db, group: Group, right: 'owner' | 'viewer', email = `${right}-${group.id}@example.org`) =>
  writeNow(db, tx => {
    const organiser = createOrganiser(tx, email, 'Otto', NOW)
    grant(tx, organiser, group, right)
    return organiser
  })

export const come = (db: Db, event: Event, name: string, values: Parameters<typeof makeRegistration>[2] = {}) =>
  makeRegistration(db, event, { name, email: `${name.toLowerCase()}@example.org`, ...values })

export function attend(db: Db, id: number, minutes: number | null = null) {
  db.update(registrations).set({ attendedAt: LATER, attendedMinutes: minutes }).where(eq(registrations.id, id)).run()
}

/** Everything a report says. */
export function report(db: Db, me: Organiser, scope: Scope = { year: 2026 }, now = LATER) {
  const ground = readGround(db, me, scope, now)
  const list = byEvent(db, listEventIds(db, ground), now)
  const { events: count, ...total } = ground.total
  expect(count).toBe(list.length)
  return {
    events: list.map(({ event }) => event.id),
    held: ground.held,
    total,
    months: byMonth(db, ground),
    roles: Object.fromEntries(byRole(db, ground)),
    perEvent: list.map(({ event, counts }) => [event.id, counts] as const),
    themes: byTheme(db, ground),
    places: byPlace(ground, ({ groupId, seriesId }) => `${groupId} ${seriesId}`).sort(),
    organisations: byOrganisation(db, ground, now),
  }
}
