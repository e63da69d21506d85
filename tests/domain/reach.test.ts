// What the network did, in figures: exact on a world made by hand, the same whether kept or counted, and the same for ever.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, ROLES, registrations, staleEvents } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { setThemes } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import { type Group, getGroup } from '#src/domain/groups.ts'
import { isShared } from '#src/domain/organisation-people.ts'
import { mergeSpellings } from '#src/domain/organisations.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { findPerson } from '#src/domain/people.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { readEventGround, readGround } from '#src/domain/reach.ts'
import { byEvent, listEventIds } from '#src/domain/reach-cuts.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { createTheme } from '#src/domain/themes.ts'
import { ATTENDANCE, addUp, COUNTS, totalOf } from '#src/domain/totals.ts'
import { fill } from '../bench/fill.ts'
import { attend, come, folded, LATER, member, openReach, report } from '../support/reported.ts'
import { sweepAt } from '../support/swept.ts'
import { makeContributor, makeEvent, makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

/** A webinar for three and an hour: five registered, one cancelled in time and was followed up, one of those with a place stayed away. */
function makeWebinar(db: Db, group: Group) {
  const event = makeEvent(db, group, { capacityOnline: 3 })
  const anna = come(db, event, 'Anna', { role: 'policy', organisation: 'Gemeente Voorbeeld' })
  const bram = come(db, event, 'Bram', { role: 'policy', organisation: 'gemeente  voorbeeld' })
  const carla = come(db, event, 'Carla', { role: 'student', organisation: 'Hogeschool' })
  const dirk = come(db, event, 'Dirk', { role: 'student', organisation: 'Gem. Voorbeeld' })
  const els = come(db, event, 'Els', { role: 'resident', organisation: '' })
  makeContributor(db, event)
  writeNow(db, tx => cancelRegistration(tx, carla, 'attendee', NOW))
  attend(db, anna.id)
  attend(db, bram.id, 25)
  return { event, anna, bram, carla, dirk, els }
}

describe('a year', () => {
  test('says who registered, came, stayed away, waited and cancelled, and for how long', () => {
    const { db, group, me } = openReach()
    makeWebinar(db, group)
    const { total, roles, months } = report(db, me)
    expect(total).toEqual({
      ...{ registered: 5, placed: 3, attended: 2, absent: 1 },
      // Dirk waited and got Carla's place; Els waits to this day.
      ...{ waiting: 1, waited: 2, cancelled: 1, minutes: 85 },
    })
    expect(roles).toEqual({
      policy: { registered: 2, placed: 2, attended: 2, absent: 0, waiting: 0, waited: 0, cancelled: 0, minutes: 85 },
      student: { registered: 2, placed: 1, attended: 0, absent: 1, waiting: 0, waited: 1, cancelled: 1, minutes: 0 },
      resident: { registered: 1, placed: 0, attended: 0, absent: 0, waiting: 1, waited: 1, cancelled: 0, minutes: 0 },
    })
    expect(months.map(({ registered }) => registered)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5])
  })

  test('counts nobody absent before it is over, or where attendance was not kept', () => {
    const { db, group, me } = openReach()
    const { event } = makeWebinar(db, group)
    const during = event.startsAt.add({ minutes: 30 })
    expect(report(db, me, { year: 2026 }, during).total).toMatchObject({ placed: 3, attended: 2, absent: 0 })
    writeNow(db, tx => addUp(tx, 10))
    expect(report(db, me, { year: 2026 }, during).total).toMatchObject({ placed: 3, attended: 2, absent: 0 })
    expect(report(db, me).total).toMatchObject({ absent: 1 })
    const unseen = makeEvent(db, group, { localStart: '2026-12-10T12:00' })
    come(db, unseen, 'Fleur')
    expect(report(db, me).total).toMatchObject({ placed: 4, attended: 2, absent: 1 })
  })

  test('does not take waiting for a yes for waiting for a place', () => {
    const { db, group, me } = openReach()
    const event = makeEvent(db, group, { needsApproval: true })
    const { id } = come(db, event, 'Anna')
    const set = (values: object) => db.update(registrations).set(values).where(eq(registrations.id, id)).run()
    expect(report(db, me).total).toMatchObject({ registered: 1, placed: 0, waiting: 0, waited: 0 })
    set({ approvedAt: LATER, status: 'confirmed', confirmedAt: LATER })
    expect(report(db, me).total).toMatchObject({ registered: 1, placed: 1, waiting: 0, waited: 0 })
    set({ status: 'waitlisted', confirmedAt: null })
    expect(report(db, me).total).toMatchObject({ registered: 1, placed: 0, waiting: 1, waited: 1 })
  })

  test('is that of the wall time, and leaves out what was cancelled, drafts, and what is not mine to see', () => {
    const { db, group, me } = openReach()
    const { event } = makeWebinar(db, group)
    // Midnight in Amsterdam on New Year's day is still 2026 in UTC.
    const newYear = makeEvent(db, group, { localStart: '2027-01-01T00:00' })
    const off = makeEvent(db, group, { localStart: '2026-12-17T12:00' })
    come(db, off, 'Gijs')
    writeNow(db, tx => cancelEvent(tx, off, 'Ziek.', { organiserId: null, revision: off.revision }, NOW))
    const other = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    makeEvent(db, other, { localStart: '2026-12-18T12:00' })
    expect(report(db, me).events).toEqual([event.id])
    expect(report(db, me, { year: 2027 }).events).toEqual([newYear.id])
  })

  test('of a group has those under it; a viewer below sees only theirs; a series gives the right to its events', () => {
    const { db, group, me } = openReach()
    const below = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    const own = makeEvent(db, group)
    const hosted = makeEvent(db, below, { localStart: '2026-12-10T12:00' })
    const series = makeSeries(db, group)
    const inSeries = makeEvent(db, below, { seriesId: series.id, localStart: '2026-12-15T12:00' })
    const viewer = member(db, below, 'viewer')
    expect(report(db, me, { year: 2026, group }).events).toEqual([own.id, hosted.id, inSeries.id])
    expect(report(db, me, { year: 2026, group: below }).events).toEqual([hosted.id, inSeries.id])
    expect(report(db, me, { year: 2026, series }).events).toEqual([inSeries.id])
    expect(report(db, viewer).events).toEqual([hosted.id])
  })

  test('counts an event for each of its themes', () => {
    const { db, group, me } = openReach()
    const { event } = makeWebinar(db, group)
    const ids = writeNow(db, tx => ['Armoede', 'Jongeren'].map(name => createTheme(tx, { slug: name, name }).id))
    writeNow(db, tx => setThemes(tx, event.id, ids))
    expect(report(db, me).themes.map(({ name, events, registered }) => [name, events, registered])).toEqual([
      ['Armoede', 1, 5],
      ['Jongeren', 1, 5],
    ])
  })
})

describe('organisations', () => {
  test('are named from three people on, under the name that was chosen; the others stand together', () => {
    const { db, group, me } = openReach()
    makeWebinar(db, group)
    const names = () => report(db, me).organisations
    // Two spellings fold to one, with two people; the third writes it in another way.
    expect(names()).toEqual({ named: [], others: { registered: 5, attended: 2, absent: 1, minutes: 85 } })
    const keeper = { organiserId: me.id, groupId: group.id }
    writeNow(db, tx => mergeSpellings(tx, 'Gemeente Voorbeeld', ['gem voorbeeld'], keeper, NOW))
    const merged = {
      named: [{ name: 'Gemeente Voorbeeld', registered: 3, attended: 2, absent: 1, minutes: 85 }],
      others: { registered: 2, attended: 0, absent: 0, minutes: 0 },
    }
    expect(names()).toEqual(merged)
    writeNow(db, tx => addUp(tx, 10))
    expect(names()).toEqual(merged)
    // A new registration in a known spelling counts there at once.
    come(db, makeEvent(db, group, { localStart: '2026-12-10T12:00' }), 'Hugo', { organisation: 'GEM. VOORBEELD' })
    expect(names().named).toMatchObject([{ name: 'Gemeente Voorbeeld', registered: 4 }])
  })

  test('one person who comes to everything is no three people; three who come once each are', () => {
    const { db, group, me } = openReach()
    for (const [index, name] of ['Ids', 'Joke', 'Kees', 'Ids'].entries()) {
      const event = makeEvent(db, group, { localStart: `2026-12-0${index + 3}T12:00` })
      come(db, event, 'Lies', { organisation: 'Lies Advies' })
      come(db, event, name, { organisation: 'Wijkteam Oost' })
    }
    const counted = report(db, me).organisations
    expect(counted.named.map(({ name, registered }) => [name, registered])).toEqual([['Wijkteam Oost', 4]])
    expect(counted.others.registered).toBe(4)
    writeNow(db, tx => addUp(tx, 10))
    expect(report(db, me).organisations).toEqual(counted)
    expect([isShared(db, 'wijkteam oost'), isShared(db, 'Lies Advies'), isShared(db, '')]).toEqual([true, false, false])
  })
})

test('a third person makes an organisation many, however late they come to it', () => {
  const { db, group, me } = openReach()
  for (let number = 1; number <= 9; number++) {
    const event = makeEvent(db, group, { localStart: `2026-12-0${number}T15:00` })
    for (const name of ['Aad', 'Bea']) come(db, event, name, { organisation: 'Met drie' })
    for (const name of ['Dirk', 'Els']) come(db, event, name, { organisation: 'Met twee' })
    if (number === 9) come(db, event, 'Cor', { organisation: 'Met drie' })
  }
  const counted = report(db, me).organisations
  expect(counted.named.map(({ name, registered }) => [name, registered])).toEqual([['Met drie', 19]])
  expect(counted.others.registered).toBe(18)
  while (writeNow(db, tx => addUp(tx, 10)));
  expect(report(db, me).organisations).toEqual(counted)
})

test('each event as it is when it is asked for: kept, changed since, or gone', () => {
  const { db, group, me } = openReach()
  const list = [3, 4, 5, 6].map(day => makeEvent(db, group, { localStart: `2026-12-0${day}T15:00` }))
  const [first, second, third] = list as [Event, Event, Event]
  for (const event of list) come(db, event, 'Aad')
  while (writeNow(db, tx => addUp(tx, 10)));
  const ids = listEventIds(db, readGround(db, me, { year: 2026 }, LATER))
  expect(ids).toEqual(list.map(({ id }) => id))
  come(db, second, 'Bea')
  come(db, third, 'Bea')
  writeNow(db, tx => addUp(tx, 1))
  writeNow(db, tx => cancelEvent(tx, first, 'Ziek.', { organiserId: null, revision: first.revision }, NOW))
  const found = byEvent(db, ids, LATER).map(({ event, counts }) => [event.id, counts.registered])
  expect(found).toEqual(ids.slice(1).map((id, index) => [id, index < 2 ? 2 : 1]))
  expect(listEventIds(db, readGround(db, me, { year: 2026 }, LATER), 2)).toEqual(ids.slice(1, 3))
})

describe('a few events left out of a year', () => {
  test('leave the figures of organisations as they are without them, names included', () => {
    const { db, group, me } = openReach()
    const off: Event[] = []
    for (let number = 1; number <= 24; number++) {
      const day = String(number).padStart(2, '0')
      const event = makeEvent(db, group, { localStart: `2026-12-${day}T15:00` })
      come(db, event, `Mens${number}`, { organisation: 'Overal' })
      if (number < 3) come(db, event, `Twee${number}`, { organisation: 'Met twee' })
      if (number > 22) off.push(event)
    }
    for (const name of ['Aad', 'Bea', 'Cor']) {
      come(db, off[0] as Event, name, { organisation: 'Alleen daar' })
      come(db, off[1] as Event, name, { organisation: 'Met twee' })
    }
    for (const event of off) {
      writeNow(db, tx => cancelEvent(tx, event, 'Ziek.', { organiserId: null, revision: event.revision }, NOW))
    }
    const counted = report(db, me)
    expect(counted.organisations).toEqual({
      named: [{ name: 'Overal', registered: 22, attended: 0, absent: 0, minutes: 0 }],
      others: { registered: 2, attended: 0, absent: 0, minutes: 0 },
    })
    while (writeNow(db, tx => addUp(tx, 10)));
    expect(report(db, me)).toEqual(counted)
  })
})

describe('totals that are kept', () => {
  test('never stay behind: every change of a registration or an event is seen at once', () => {
    const { db, group, me } = openReach()
    const { event, dirk, els } = makeWebinar(db, group)
    while (writeNow(db, tx => addUp(tx, 10)));
    const stale = () => db.select().from(staleEvents).all().length
    expect(stale()).toBe(0)
    const seen = (change: () => void, expected: object) => {
      change()
      expect(stale()).toBe(1)
      expect(report(db, me).total).toMatchObject(expected)
      writeNow(db, tx => addUp(tx, 10))
      expect(stale()).toBe(0)
      expect(report(db, me).total).toMatchObject(expected)
    }
    const set = (id: number, values: object) => () =>
      db.update(registrations).set(values).where(eq(registrations.id, id)).run()
    seen(() => attend(db, dirk.id), { attended: 3, minutes: 145 })
    seen(set(dirk.id, { attendedMinutes: 10 }), { minutes: 95 })
    seen(set(els.id, { status: 'cancelled' }), { waiting: 0, waited: 2, cancelled: 2 })
    seen(set(els.id, { part: 'host' }), { registered: 4, waited: 1 })
    seen(() => come(db, event, 'Maud'), { registered: 5 })
    seen(() => db.update(events).set({ durationMinutes: 90 }).where(eq(events.id, event.id)).run(), { minutes: 125 })
    seen(() => db.update(events).set({ localStart: '2025-12-03T12:00' }).where(eq(events.id, event.id)).run(), {
      registered: 0,
    })
  })

  test.each([
    ['everything', {}],
    ['a group', { slug: 'groep-1' }],
  ])('say the same as the rows in a year of hundreds of events: %s', (_name, { slug }: { slug?: string }) => {
    const { db } = openWorld()
    const { owner } = fill(db, { events: 800, registrations: 9000, groups: 3, years: 2 }, NOW)
    const me = findOrganiser(db, owner)
    if (!me) throw new Error('nobody')
    const group = slug === undefined ? undefined : getGroup(db, slug)
    const kept = report(db, me, { year: 2026, group })
    expect(kept.events.length).toBeGreaterThan(140)
    expect(kept.organisations.named.length).toBeGreaterThan(0)
    expect(kept.organisations.others.registered).toBeGreaterThan(0)
    db.$client.exec('insert into stale_events select id from events')
    expect(folded(report(db, me, { year: 2026, group }))).toEqual(folded(kept))
  })

  const person = fc.record({
    name: fc.constantFrom('Anna', 'Bram', 'Carla', 'Dirk', 'Els', 'Fleur', 'Gijs'),
    role: fc.constantFrom(...ROLES),
    organisation: fc.constantFrom('', 'A', 'a.', 'B', 'C'),
    event: fc.integer({ min: 0, max: 2 }),
    minutes: fc.option(fc.option(fc.integer({ min: 0, max: 200 })), { nil: undefined }),
    isAddedUp: fc.boolean(),
  })

  test('the parts make the whole, whatever is kept and whatever is counted', () => {
    fc.assert(
      fc.property(fc.array(person, { maxLength: 25 }), people => {
        const { db, group, me } = openReach()
        const list = ['2026-11-26', '2026-12-03', '2026-12-10'].map(day =>
          makeEvent(db, group, { capacityOnline: 3, localStart: `${day}T12:00` }),
        )
        for (const { event, minutes, isAddedUp, ...one } of people) {
          const registration = come(db, list[event] as Event, one.name, one)
          if (minutes !== undefined && registration.status === 'confirmed') attend(db, registration.id, minutes)
          if (isAddedUp) writeNow(db, tx => addUp(tx, 10))
        }
        const { total, months, roles, perEvent, organisations } = report(db, me)
        const whole = (parts: Parameters<typeof totalOf<(typeof COUNTS)[number]>>[1]) => totalOf(COUNTS, parts)
        expect(whole(months)).toEqual(total)
        expect(whole(Object.values(roles))).toEqual(total)
        expect(whole(perEvent.map(([, counts]) => counts))).toEqual(total)
        expect(totalOf(ATTENDANCE, [...organisations.named, organisations.others])).toEqual(
          totalOf(ATTENDANCE, [total]),
        )
        expect(total.registered).toBe(db.select().from(registrations).all().length)
        expect(whole(list.map(event => readEventGround(db, event, LATER).total))).toEqual(total)
      }),
      { numRuns: 25 },
    )
  })
})

describe('a report survives', () => {
  const many = ['Noor', 'Olaf', 'Piet']
  function openMany() {
    const world = openReach()
    const { db, group } = world
    const { event } = makeWebinar(db, group)
    const other = makeEvent(db, group, { localStart: '2026-12-10T12:00' })
    for (const name of many) attend(db, come(db, other, name, { organisation: 'Gemeente Voorbeeld' }).id)
    come(db, other, 'Roos', { organisation: 'Roos Advies', role: 'other' })
    return { ...world, event, other }
  }

  test.each([false, true])('a year and the names with it (added up before: %s)', isAddedUp => {
    const { db, me } = openMany()
    if (isAddedUp) writeNow(db, tx => addUp(tx, 10))
    const before = report(db, me)
    expect(before.organisations.named).toMatchObject([{ name: 'Gemeente Voorbeeld', registered: 5 }])
    const afterwards = Temporal.Instant.from('2028-02-01T12:00:00Z')
    sweepAt(db, afterwards)
    expect(
      db
        .select()
        .from(registrations)
        .all()
        .map(({ name }) => name),
    ).toEqual(Array(10).fill(''))
    expect(report(db, me)).toEqual(before)
  })

  test.each([false, true])('the erasure of each person, one after another (added up before: %s)', isAddedUp => {
    const { db, me } = openMany()
    if (isAddedUp) writeNow(db, tx => addUp(tx, 10))
    const before = report(db, me)
    for (const name of ['anna', 'bram', 'carla', 'dirk', 'els', 'roos', ...many.map(one => one.toLowerCase())]) {
      const person = findPerson(db, `${name}@example.org`)
      if (!person) throw new Error(name)
      writeNow(db, tx => erasePerson(tx, person, LATER))
      expect(report(db, me)).toEqual(before)
    }
    const left = db
      .select({ organisation: registrations.organisation, part: registrations.part })
      .from(registrations)
      .all()
    expect(left.map(({ organisation }) => organisation)).not.toContain('Roos Advies')
  })
})
