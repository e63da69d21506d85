// The daily summary: who gets one, when, and when not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, events, organisers } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import type { Group } from '#src/domain/groups.ts'
import { createOrganiser, grant, type Right } from '#src/domain/organisers.ts'
import { areSummariesDue, planSummaries, resumeSummaries, stopSummaries } from '#src/domain/summaries.ts'
import { listMessages, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const ZONE = 'Europe/Amsterdam'
const at = (moment: string) => Temporal.Instant.from(moment)

/** Somebody with something overdue, on the day after the program first ran. */
function openOffice() {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  makeEvent(db, group, { summary: '' })
  const organiser = (email: string, right: Right, of: Group = group, locale: 'nl' | 'en' = 'nl') =>
    writeNow(db, tx => {
      const made = createOrganiser(tx, email, '', NOW)
      tx.update(organisers).set({ locale }).where(eq(organisers.id, made.id)).run()
      grant(tx, made, of, right)
      return made
    })
  /** What the worker does whenever it looks round. */
  const look = (moment: string, zone = ZONE) => {
    const now = at(moment)
    if (areSummariesDue(db, zone, now)) writeNow(db, tx => planSummaries(tx, zone, now))
  }
  const planned = () => listMessages(db).map(({ key }) => key)
  look('2026-11-21T09:00:00Z')
  return { ...world, group, organiser, look, planned }
}

describe('each morning', () => {
  test('at eight by the clock on the wall, once, until the day is over', () => {
    const { db, organiser, look, planned } = openOffice()
    const { id } = organiser('otto@example.org', 'organiser', undefined, 'en')
    look('2026-11-22T06:59:59Z')
    expect(planned()).toEqual([])
    look('2026-11-22T07:00:00Z')
    look('2026-11-22T07:00:01Z')
    look('2026-11-22T22:59:59Z')
    expect(planned()).toEqual([`tasks:${id}:2026-11-22`])
    expect(listMessages(db)[0]).toMatchObject({
      ...{ kind: 'tasks', toAddress: 'otto@example.org', locale: 'en', organiserId: id, eventId: null },
      ...{ state: 'queued', dueAt: at('2026-11-22T07:00:00Z'), expiresAt: at('2026-11-22T23:00:00Z') },
    })
    look('2026-11-23T07:00:00Z')
    expect(planned()).toEqual([`tasks:${id}:2026-11-22`, `tasks:${id}:2026-11-23`])
  })

  test('also on the days on which the clock changes', () => {
    const { db, group, organiser, look, planned } = openOffice()
    const { id } = organiser('otto@example.org', 'organiser')
    for (const localStart of ['2027-04-01T12:00', '2027-11-04T12:00']) makeEvent(db, group, { summary: '', localStart })
    const eight = ['2027-03-27T07', '2027-03-28T06', '2027-10-30T06', '2027-10-31T07']
    for (const hour of eight) {
      const before = planned()
      look(String(at(`${hour}:00:00Z`).subtract({ seconds: 1 })))
      expect(planned()).toEqual(before)
      look(`${hour}:00:00Z`)
    }
    expect(planned()).toEqual(eight.map(hour => `tasks:${id}:${hour.slice(0, 10)}`))
  })

  test('property: every day has one moment from which it is due, and that is eight o’clock', () => {
    const zones = fc.constantFrom('Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu')
    const days = fc.integer({ min: 0, max: 3 * 366 })
    const { db } = openWorld()
    fc.assert(
      fc.property(zones, days, (zone, after) => {
        const date = Temporal.PlainDate.from('2026-01-01').add({ days: after })
        const eight = date.toZonedDateTime({ timeZone: zone, plainTime: '08:00' }).toInstant()
        writeNow(db, tx => planSummaries(tx, zone, eight.subtract({ hours: 1 })))
        const due = (seconds: number) => areSummariesDue(db, zone, eight.add({ seconds }))
        expect([due(-1), due(0), due(3600)]).toEqual([false, true, true])
      }),
    )
  })

  test('of days on which the program did not run nothing is sent; of a morning that it missed, still that day', () => {
    const { organiser, look, planned } = openOffice()
    const { id } = organiser('otto@example.org', 'organiser')
    look('2026-11-25T06:00:00Z')
    expect(planned()).toEqual([])
    look('2026-11-25T14:00:00Z')
    expect(planned()).toEqual([`tasks:${id}:2026-11-25`])
  })

  test('a new installation, or one just brought up to date, begins the next morning', () => {
    const { db } = openWorld()
    makeEvent(db, makeGroup(db), { summary: '' })
    writeNow(db, tx =>
      grant(tx, createOrganiser(tx, 'otto@example.org', '', NOW), makeGroup(db, { slug: 'b' }), 'owner'),
    )
    writeNow(db, tx => planSummaries(tx, ZONE, NOW))
    expect(listMessages(db)).toEqual([])
    expect(areSummariesDue(db, ZONE, at('2026-11-22T06:59:59Z'))).toBe(false)
    expect(areSummariesDue(db, ZONE, at('2026-11-22T07:00:00Z'))).toBe(true)
  })
})

describe('who gets one', () => {
  const MORNING = '2026-11-22T07:00:00Z'

  test('who organises or owns a group with something overdue, or one above it; no host, nobody of another group', () => {
    const { db, group, organiser, look } = openOffice()
    const below = makeGroup(db, { slug: 'onder', name: 'Onder', parentId: group.id })
    organiser('eigenaar@example.org', 'owner')
    organiser('organisator@example.org', 'organiser')
    organiser('gastheer@example.org', 'host')
    organiser('kijker@example.org', 'viewer')
    organiser('onder@example.org', 'owner', below)
    organiser('zuid@example.org', 'owner', makeGroup(db, { slug: 'zuid', name: 'Zuid' }))
    look(MORNING)
    const to = listMessages(db).map(({ toAddress }) => toAddress)
    expect(to.toSorted()).toEqual(['eigenaar@example.org', 'organisator@example.org'])
  })

  test('nobody without anything overdue', () => {
    const { db, organiser, look, planned } = openOffice()
    organiser('otto@example.org', 'organiser')
    db.update(events)
      .set({ summary: 'S', description: 'D', speakers: ['Zoë'] })
      .run()
    look(MORNING)
    expect(planned()).toEqual([])
  })

  test('nobody who stopped it, until they want it again; both are written down, once', () => {
    const { db, organiser, look, planned } = openOffice()
    const { id } = organiser('otto@example.org', 'organiser')
    for (const now of [NOW, NOW.add({ hours: 1 })]) writeNow(db, tx => stopSummaries(tx, id, now))
    expect(db.select().from(organisers).get()?.summaryStoppedAt).toEqual(NOW)
    look(MORNING)
    expect(planned()).toEqual([])
    for (const now of [NOW, NOW]) writeNow(db, tx => resumeSummaries(tx, id, now))
    look('2026-11-23T07:00:00Z')
    expect(planned()).toEqual([`tasks:${id}:2026-11-23`])
    const acts = db.select().from(auditEntries).where(eq(auditEntries.organiserId, id)).all()
    expect(acts.map(({ action }) => action)).toEqual(['summary_stopped', 'summary_resumed'])
  })
})
