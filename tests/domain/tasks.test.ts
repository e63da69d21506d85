// What is to be done for an event: when each line is due, and whether it sees that it is done.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { events, registrations, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { createOrganiser, grant, type Right } from '#src/domain/organisers.ts'
import { addLine, type Proof, tick, untick } from '#src/domain/run-sheets.ts'
import { countOverdue, dueOn, listOverdue, listPressing, listTasks } from '#src/domain/tasks.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

const VENUE = { name: 'Het Paleis', address: '', postcode: '', city: 'Groningen', access: '' }
const day = (date: string) => Temporal.PlainDate.from(date)
const LONG_AGO = NOW.subtract({ hours: 24 * 100 })

function openSheet(values: Partial<Event> = {}) {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  const { id } = makeEvent(db, group, { description: '', summary: '', ...values })
  const organiser = (email: string, right: Right, of = group) =>
    writeNow(db, tx => {
      const made = createOrganiser(tx, email, 'Otto', NOW)
      grant(tx, made, of, right)
      return made
    })
  const event = () => getEvent(db, id)
  const set = (changes: Partial<Event>) => db.update(events).set(changes).where(eq(events.id, id)).run()
  const list = (now = NOW) => listTasks(db, event(), now)
  const done = (proof: Proof, now = NOW) => list(now).find(({ task }) => task.proof === proof)?.isProven
  return { ...world, group, event, organiser, set, list, done }
}

describe('when a line is due', () => {
  test('so many days from the day of the event, and what that makes of it today', () => {
    const { list } = openSheet()
    // 3 December; today is 21 November.
    expect(list().map(({ task, due, daysLeft, state }) => [task.proof, String(due), daysLeft, state])).toEqual([
      ['speaker', '2026-11-05', -16, 'overdue'],
      ['text', '2026-11-12', -9, 'overdue'],
      ['room', '2026-11-19', -2, 'done'],
      ['host', '2026-11-26', 5, 'soon'],
      ['reminder', '2026-11-30', 9, 'done'],
      ['materials', '2026-12-06', 15, 'open'],
    ])
  })

  test('moves along when the event moves', () => {
    const { db, event, list } = openSheet()
    const to = { ...event(), localStart: '2027-01-14T19:30' }
    writeNow(db, tx => moveEvent(tx, event(), to, '', { organiserId: null, revision: event().revision }, NOW))
    expect(list().map(({ due }) => String(due))).toEqual([
      ...['2026-12-17', '2026-12-24', '2026-12-31', '2027-01-07', '2027-01-11', '2027-01-17'],
    ])
  })

  test('property: it is always as many days from the day of the event as the line says, wherever the event goes', () => {
    const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(moments, moments, fc.integer({ min: -365, max: 90 }), (from, to, days) => {
        const at = (date: Date) => ({ localStart: date.toISOString().slice(0, 16) })
        const [before, after] = [dueOn(at(from), { days }), dueOn(at(to), { days })]
        const moved = day(at(from).localStart.slice(0, 10)).until(at(to).localStart.slice(0, 10))
        expect(before.until(after).days).toBe(moved.days)
        expect(day(at(to).localStart.slice(0, 10)).until(after).days).toBe(days)
      }),
    )
  })

  test('is overdue from midnight by the clock of the event, not ours', () => {
    const { list, set } = openSheet()
    const stateAt = (now: string) => list(Temporal.Instant.from(now)).find(({ task }) => task.proof === 'host')?.state
    // 26 November ends at 23:00 UTC in Amsterdam, and five hours later in New York.
    expect([stateAt('2026-11-26T22:59:59Z'), stateAt('2026-11-26T23:00:00Z')]).toEqual(['soon', 'overdue'])
    set({ timeZone: 'America/New_York' })
    expect([stateAt('2026-11-27T04:59:59Z'), stateAt('2026-11-27T05:00:00Z')]).toEqual(['soon', 'overdue'])
  })

  test('nobody is asked for what comes before an event that is over, nor a month after what comes later', () => {
    const { db, event, list } = openSheet()
    const overdue = (now: string) => {
      const moment = Temporal.Instant.from(now)
      const listed = list(moment).flatMap(({ task, state }) => (state === 'overdue' ? [task.proof] : []))
      expect(countOverdue(db, [event()], moment).get(event().id) ?? 0).toBe(listed.length)
      return listed
    }
    expect(overdue('2026-12-03T11:59:59Z')).toEqual(['speaker', 'text', 'host'])
    expect(overdue('2026-12-03T12:00:00Z')).toEqual([])
    expect(overdue('2026-12-07T12:00:00Z')).toEqual(['materials'])
    expect(overdue('2027-01-05T12:00:00Z')).toEqual(['materials'])
    expect(overdue('2027-01-06T12:00:00Z')).toEqual([])
    const states = list(Temporal.Instant.from('2027-01-06T12:00:00Z')).map(({ state }) => state)
    expect(states).toEqual(['lapsed', 'lapsed', 'done', 'lapsed', 'done', 'lapsed'])
  })
})

describe('what sees for itself that it is done', () => {
  test('speaker: somebody who speaks said yes, or names on the page with nobody who still has to answer', () => {
    const { db, event, set, done } = openSheet()
    const part = (values: Partial<typeof registrations.$inferInsert>) =>
      db.update(registrations).set(values).where(eq(registrations.eventId, event().id)).run()
    expect(done('speaker')).toBe(false)
    set({ speakers: ['Zoë'] })
    expect(done('speaker')).toBe(true)
    makeRegistration(db, event())
    part({ part: 'speaker' })
    expect(done('speaker')).toBe(false)
    part({ partConfirmedAt: NOW })
    set({ speakers: [] })
    expect(done('speaker')).toBe(true)
    part({ status: 'cancelled' })
    expect(done('speaker')).toBe(false)
    // Whoever called off is no reason to wait for an answer either.
    part({ partConfirmedAt: null })
    set({ speakers: ['Zoë'] })
    expect(done('speaker')).toBe(true)
  })

  test('text: both the sentence and the text of the page', () => {
    const { set, done } = openSheet()
    expect(done('text')).toBe(false)
    set({ summary: 'Een zin.' })
    expect(done('text')).toBe(false)
    set({ description: 'Meer.' })
    expect(done('text')).toBe(true)
    set({ description: ' ' })
    expect(done('text')).toBe(false)
  })

  test('room: where people meet; both for who may come either way', () => {
    const { set, done } = openSheet()
    const both = (roomUrl: string | null, venue: typeof VENUE | null) =>
      (['online', 'in_person', 'hybrid'] as const).map(attendance => {
        set({ attendance, roomUrl, venue })
        return done('room')
      })
    expect(both(null, null)).toEqual([false, false, false])
    expect(both('https://meet.example.org/k', null)).toEqual([true, false, false])
    expect(both(null, VENUE)).toEqual([false, true, false])
    expect(both('https://meet.example.org/k', VENUE)).toEqual([true, true, true])
  })

  test('reminder: public, with at least one reminder on, also before anybody has registered', () => {
    const { db, group, set, done } = openSheet()
    expect(done('reminder')).toBe(true)
    set({ publishedAt: null })
    expect(done('reminder')).toBe(false)
    const { id: seriesId } = makeSeries(db, group)
    set({ publishedAt: NOW, seriesId })
    const remind = (remindDayBefore: boolean, remindHourBefore: boolean) => {
      db.update(series).set({ remindDayBefore, remindHourBefore }).run()
      return done('reminder')
    }
    expect([remind(true, true), remind(true, false), remind(false, true), remind(false, false)]).toEqual([
      ...[true, true, true, false],
    ])
  })

  test('host: somebody hosts', () => {
    const { db, event, done } = openSheet()
    makeRegistration(db, event())
    expect(done('host')).toBe(false)
    db.update(registrations).set({ part: 'host' }).run()
    expect(done('host')).toBe(true)
    db.update(registrations).set({ status: 'cancelled' }).run()
    expect(done('host')).toBe(false)
  })

  test('materials: something to look at, once it is over', () => {
    const { db, event, done } = openSheet()
    const after = event().endsAt
    writeNow(db, tx =>
      addMaterial(tx, { eventId: event().id, kind: 'slides', title: 'Dia’s', url: 'https://x.example' }),
    )
    expect([done('materials', after.subtract({ seconds: 1 })), done('materials', after)]).toEqual([false, true])
  })
})

describe('what a person ticks', () => {
  test('a line with a proof as well ("niet nodig"), by name and with the day; and takes back', () => {
    const { db, event, organiser, list } = openSheet()
    const { id } = organiser('otto@example.org', 'organiser')
    const line = () => list()[0]
    const task = line()?.task.id ?? 0
    writeNow(db, tx => tick(tx, event(), task, id, NOW))
    writeNow(db, tx => tick(tx, event(), task, id, NOW.add({ hours: 1 })))
    expect(line()).toMatchObject({ state: 'done', isProven: false, tickedAt: NOW, tickedBy: 'Otto' })
    writeNow(db, tx => untick(tx, event(), task, id, NOW))
    expect(line()).toMatchObject({ state: 'overdue', tickedAt: null, tickedBy: null })
  })

  test('counts for that event alone, where the line is of a series', () => {
    const world = openSheet()
    const { db, group } = world
    const { id } = world.organiser('otto@example.org', 'organiser')
    const { id: seriesId } = makeSeries(db, group)
    const [first, second] = ['2026-12-10', '2026-12-17'].map(date =>
      makeEvent(db, group, { seriesId, title: date, localStart: `${date}T12:00` }),
    ) as [Event, Event]
    const speakerOf = (event: Event) => listTasks(db, event, NOW).find(({ task }) => task.proof === 'speaker')
    expect(speakerOf(first)?.task.id).toBe(speakerOf(second)?.task.id)
    writeNow(db, tx => tick(tx, first, speakerOf(first)?.task.id ?? 0, id, NOW))
    expect([speakerOf(first)?.state, speakerOf(second)?.state]).toEqual(['done', 'overdue'])
  })
})

test('an event that was cancelled has no tasks', () => {
  const { db, event, organiser, list } = openSheet()
  const me = organiser('otto@example.org', 'organiser')
  expect(listOverdue(db, me, NOW)).not.toEqual([])
  writeNow(db, tx => cancelEvent(tx, event(), '', { organiserId: null, revision: event().revision }, NOW))
  expect([list(), listOverdue(db, me, NOW), listPressing(db, me, NOW, 8).list]).toEqual([[], [], []])
  expect(countOverdue(db, [event()], NOW)).toEqual(new Map())
})

describe('over all events', () => {
  const named = (list: { event: { title: string }; task: { proof: string | null } }[]) =>
    list.map(({ event, task }) => `${event.title}: ${task.proof}`)

  test('the most urgent first; of one’s own groups and those under them, and of drafts for who organises', () => {
    const { db, group, event, organiser } = openSheet({ title: 'A' })
    const below = makeGroup(db, { slug: 'onder', name: 'Onder', parentId: group.id })
    const other = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    makeEvent(db, other, { title: 'Van een ander', summary: '' })
    const { kind, timeZone, durationMinutes, attendance } = event()
    const draft = { kind, timeZone, durationMinutes, attendance, title: 'Concept', localStart: '2026-12-12T12:00' }
    writeNow(db, tx => createEvent(tx, { ...draft, groupId: below.id }, NOW))
    const owner = organiser('otto@example.org', 'owner')
    const host = organiser('hella@example.org', 'host')
    const stranger = organiser('sam@example.org', 'owner', other)
    expect(named(listPressing(db, owner, NOW, 8).list)).toEqual([
      ...['A: speaker', 'A: text', 'Concept: speaker', 'Concept: text', 'A: host', 'Concept: room'],
    ])
    expect(named(listPressing(db, host, NOW, 8).list)).toEqual(['A: speaker', 'A: text', 'A: host'])
    expect(named(listOverdue(db, owner, NOW))).toEqual(['A: speaker', 'A: text', 'Concept: speaker'])
    expect(named(listOverdue(db, host, NOW))).toEqual([])
    expect(named(listOverdue(db, stranger, NOW))).toEqual(['Van een ander: speaker', 'Van een ander: text'])
    expect(listOverdue(db, undefined, NOW)).toHaveLength(5)
  })

  test.each([NOW, NOW.add({ hours: 14 }), NOW.subtract({ hours: 12 })])(
    'as looking at each event says, wherever in the world it is (%s)',
    now => {
      const { db, group, organiser } = openSheet()
      const me = organiser('otto@example.org', 'owner')
      const zones = ['Europe/Amsterdam', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']
      for (let number = 0; number < 60; number++) {
        const date = NOW.toZonedDateTimeISO('UTC')
          .toPlainDate()
          .add({ days: number - 25 })
        const zone = { timeZone: zones[number % zones.length] as string, slug: `e${number}` }
        makeEvent(
          db,
          group,
          { ...zone, localStart: `${date}T${number % 2 ? '23:30' : '00:30'}`, summary: '' },
          LONG_AGO,
        )
      }
      const all = db.select().from(events).orderBy(asc(events.startsAt), asc(events.id)).all()
      const pressing = all
        .flatMap(event => listTasks(db, event, now))
        .filter(({ state }) => state === 'overdue' || state === 'soon')
        .sort((a, b) => Temporal.PlainDate.compare(a.due, b.due))
      const beside = pressing[0]?.event
      const others = pressing.filter(({ event }) => event.id !== beside?.id)
      expect(others.length).toBeGreaterThan(100)
      for (const most of [1, 8, 1000]) {
        const found = { list: others.slice(0, most), total: others.length, isCalm: false }
        expect(listPressing(db, me, now, most, beside)).toEqual(found)
      }
      expect(listPressing(db, me, now, 1000).list).toEqual(pressing)
      const overdue = pressing.filter(({ state }) => state === 'overdue')
      const counts = [...Map.groupBy(overdue, ({ event }) => event.id)].map(([id, { length }]) => [id, length])
      expect([...countOverdue(db, all, now)].sort()).toEqual(counts.sort())
    },
  )

  test('a draft whose day has passed asks for nothing', () => {
    const { db, event, organiser } = openSheet()
    const me = organiser('otto@example.org', 'organiser')
    db.update(events).set({ publishedAt: null }).run()
    expect(listOverdue(db, me, event().endsAt.subtract({ seconds: 1 }))).not.toEqual([])
    expect(listOverdue(db, me, event().endsAt)).toEqual([])
  })

  test('with lines of one’s own, as far from the event as a line can stand', () => {
    const { db, event, organiser } = openSheet({ localStart: '2027-11-20T12:00' })
    const me = organiser('otto@example.org', 'organiser')
    const add = (days: number) =>
      writeNow(db, tx => addLine(tx, { eventId: event().id }, { title: `${days}`, days, proof: null }, me.id, NOW))
    add(-365)
    add(90)
    expect(listOverdue(db, me, NOW).map(({ task }) => task.title)).toEqual(['-365'])
    const last = Temporal.Instant.from('2028-03-19T12:00:00Z')
    expect(listOverdue(db, me, last).map(({ task }) => task.title)).toEqual(['90'])
    expect(listOverdue(db, me, last.add({ hours: 24 }))).toEqual([])
  })
})
