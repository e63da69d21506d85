// The programme of an event: what fits in it, what a change of it means for who chose, and that it goes where its event goes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { auditEntries, choices, registrations, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { allocateAll } from '#src/domain/allocating.ts'
import { readBriefing } from '#src/domain/briefings.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { seedOf, setChoosing } from '#src/domain/choice-settings.ts'
import { duplicateEvent } from '#src/domain/duplicating.ts'
import { type Event, getEvent, listSessions, type Session } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { redatingOf } from '#src/domain/redating.ts'
import { cancelSession, reinstateSession } from '#src/domain/session-cancellations.ts'
import { changeSession, planSession, removeSession, type SessionPlan } from '#src/domain/session-editing.ts'
import { daysOf, localEndOf } from '#src/domain/session-times.ts'
import { listWorkshopLists } from '#src/domain/workshop-lists.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { instantsOf, localTimeProblem } from '#src/lib/time.ts'
import { addParts, chooseAs, makeDay, part, workshop } from '../support/programmes.ts'
import { listMessages, makeContributor, makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

const NOBODY = { organiserId: null }

function openDay(values: Parameters<typeof makeDay>[2] = {}) {
  const { db } = openWorld()
  const group = makeGroup(db)
  const { id } = makeDay(db, group, values)
  const event = () => getEvent(db, id)
  const editor = () => ({ ...NOBODY, revision: event().revision })
  const add = (...plans: SessionPlan[]) => addParts(db, event(), ...plans)
  const find = (title: string) => listSessions(db, id).find(session => session.title === title) as Session
  const change = (title: string, plan: SessionPlan) =>
    writeNow(db, tx => changeSession(tx, event(), find(title), plan, editor(), NOW))
  const cancel = (title: string) => writeNow(db, tx => cancelSession(tx, event(), find(title), editor(), NOW))
  const move = (localStart: string, more: Partial<Event> = {}) =>
    writeNow(db, tx => {
      const { durationMinutes, attendance, venue } = { ...event(), ...more }
      return moveEvent(tx, event(), { localStart, durationMinutes, attendance, venue }, '', editor(), NOW)
    })
  return { db, group, event, editor, add, find, change, cancel, move }
}

/** What is wrong, by field; or the code of a refusal. */
function problemsOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    if (error instanceof Invalid) return error.problems
    if (error instanceof Refusal) return error.code
    throw error
  }
  return undefined
}

/** What became of everybody's choices: `Zoë A confirmed`. */
function outcomes(db: Db): string[] {
  return db
    .select({ name: registrations.name, title: sessions.title, status: choices.status })
    .from(choices)
    .innerJoin(sessions, eq(sessions.id, choices.sessionId))
    .innerJoin(registrations, eq(registrations.id, choices.registrationId))
    .orderBy(asc(choices.registrationId), asc(choices.rank), asc(choices.id))
    .all()
    .map(({ name, title, status }) => `${name} ${title} ${status}`)
}

const kinds = (db: Db) => listMessages(db).flatMap(({ kind, state }) => (state === 'queued' ? [kind] : []))
const deeds = (db: Db) =>
  db
    .select({ action: auditEntries.action, detail: auditEntries.detail })
    .from(auditEntries)
    .all()
    .map(({ action, detail }) => `${action} ${detail}`)

describe('a part of a programme', () => {
  test('is kept as it was said, raises the revision of its event, and is told of in the history', () => {
    const { db, event, add } = openDay()
    const { revision } = event()
    const [plenary, first] = add(
      part({ speakers: ['Wethouder', 'Bewoner'], summary: 'Hoe het kan.' }),
      workshop(1, 'A', { capacity: 12 }),
    )
    expect(plenary).toMatchObject({
      ...{ kind: 'plenary', round: null, localStart: '2027-03-10T10:00', durationMinutes: 60, capacity: null },
      ...{ speakers: ['Wethouder', 'Bewoner'], summary: 'Hoe het kan.', isLearning: true, sequence: 0 },
    })
    expect(first).toMatchObject({ kind: 'workshop', round: 1, capacity: 12, durationMinutes: 60, revisedAt: NOW })
    expect(first?.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(event().revision).toBe(revision + 2)
    expect(deeds(db).slice(-2)).toEqual(['session_added Op weg naar inclusie', 'session_added A'])
  })

  test('that is a break never teaches, and only a workshop has a round and places', () => {
    const { add } = openDay()
    const [pause] = add(part({ kind: 'break', title: 'Lunch', round: 2, capacity: 5, isLearning: true }))
    expect(pause).toMatchObject({ isLearning: false, round: null, capacity: null })
  })

  test.each([
    ['before its event', { localStart: '2027-03-10T09:29' }, { start: 'session_outside' }],
    ['after it', { localEnd: '2027-03-10T16:31' }, { end: 'session_outside' }],
    ['on another day', { localStart: '2027-03-11T10:00', localEnd: '2027-03-11T11:00' }, { end: 'session_outside' }],
    ['backwards', { localEnd: '2027-03-10T09:59' }, { end: 'session_order' }],
    ['of no time at all', { localEnd: '2027-03-10T10:00' }, { end: 'session_order' }],
    ['of no round', { kind: 'workshop', round: null }, { round: 'session_round' }],
    ['of a tenth round', { kind: 'workshop', round: 10 }, { round: 'session_round' }],
    ['without a title', { title: '' }, { title: 'required' }],
    [
      'with a personal link',
      { summary: `https://x.example/registrations/${'a'.repeat(60)}` },
      { summary: 'link_in_text' },
    ],
  ] as const)('%s is refused beside its field', (_what, values, problems) => {
    const { db, event, add } = openDay()
    const before = event().revision
    expect(problemsOf(() => add(part(values as Partial<SessionPlan>)))).toEqual(problems)
    expect([event().revision, listSessions(db, event().id)]).toEqual([before, []])
  })

  test('does not tell the address of the room', () => {
    const { add } = openDay({ attendance: 'hybrid', roomUrl: 'https://meet.example.org/kamer' })
    const plan = part({ room: 'meet.example.org/kamer' })
    expect(problemsOf(() => add(plan))).toEqual({ room: 'room_in_text' })
  })

  test('is refused to who saw another version of the event', () => {
    const { db, event } = openDay()
    const stale = { ...NOBODY, revision: event().revision - 1 }
    expect(problemsOf(() => writeNow(db, tx => planSession(tx, event(), part(), stale, NOW)))).toBe('changed_meanwhile')
    expect(listSessions(db, event().id)).toEqual([])
  })

  test('stands within its event and ends after it begins, whatever is said', () => {
    const times = fc.tuple(fc.integer({ min: 0, max: 2879 }), fc.integer({ min: -90, max: 600 }))
    // A night with an hour too many, one with an hour too few, and a day.
    const frames = fc.constantFrom('2027-03-28T00:30', '2027-10-31T00:30', '2027-03-10T09:30')
    fc.assert(
      fc.property(frames, times, (start, [from, length]) => {
        const { db, add, event } = openDay({ localStart: start, durationMinutes: 300 })
        const begin = Temporal.PlainDateTime.from(`${start.slice(0, 10)}T00:00`).add({ minutes: from })
        const [localStart, localEnd] = [begin, begin.add({ minutes: length })].map(local =>
          local.toString({ smallestUnit: 'minute' }),
        ) as [string, string]
        const isRefused = problemsOf(() => add(part({ localStart, localEnd }))) !== undefined
        const [made] = listSessions(db, event().id)
        expect(isRefused).toBe(made === undefined)
        if (!made) return
        const { startsAt, endsAt } = instantsOf({ ...made, timeZone: event().timeZone })
        expect(made.durationMinutes).toBeGreaterThan(0)
        expect(localEndOf(made, event())).toBe(localEnd)
        expect(Temporal.Instant.compare(startsAt, event().startsAt)).toBeGreaterThanOrEqual(0)
        expect(Temporal.Instant.compare(endsAt, event().endsAt)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 60 },
    )
  })

  test('of a hundred others is one too many', () => {
    const { add } = openDay()
    add(...Array.from({ length: 100 }, (_, index) => part({ title: `Deel ${index}` })))
    expect(problemsOf(() => add(part()))).toEqual({ title: 'sessions_many' })
  })
})

describe('a change', () => {
  test('of time or room raises SEQUENCE, of text only when it was revised', () => {
    const { db, find, add, change } = openDay()
    add(workshop(1, 'A'))
    const later = NOW.add({ hours: 1 })
    const { uid } = find('A')
    change('A', workshop(1, 'A', { summary: 'Anders' }))
    expect(find('A')).toMatchObject({ uid, sequence: 0, summary: 'Anders' })
    change('A', workshop(1, 'A', { summary: 'Anders', room: 'Zaal 9' }))
    expect(find('A')).toMatchObject({ uid, sequence: 1, room: 'Zaal 9' })
    change('A', workshop(1, 'A', { localStart: '2027-03-10T11:20', room: 'Zaal 9' }))
    expect(find('A')).toMatchObject({ uid, sequence: 2, localStart: '2027-03-10T11:20', durationMinutes: 55 })
    expect(Temporal.Instant.compare(find('A').revisedAt, later)).toBeLessThan(0)
    expect(deeds(db).slice(-3)).toEqual(['session_changed A', 'session_moved A', 'session_moved A'])
  })

  test('cannot leave people without a place they have, in another kind or round, or at two places at once', () => {
    const { db, event, add, change } = openDay()
    add(workshop(1, 'A', { capacity: 2 }), workshop(2, 'B'))
    for (const name of ['Zoë', 'Bram']) chooseAs(db, event(), name, ['A'], ['B'])
    expect(problemsOf(() => change('A', workshop(1, 'A', { capacity: 1 })))).toEqual({ capacity: 'session_seats' })
    expect(problemsOf(() => change('A', workshop(1, 'A', { round: 3, capacity: 2 })))).toEqual({
      round: 'session_chosen',
    })
    expect(problemsOf(() => change('A', part({ title: 'A' })))).toEqual({ kind: 'session_chosen' })
    const atB = { localStart: '2027-03-10T13:00', localEnd: '2027-03-10T14:00', capacity: 2 }
    expect(problemsOf(() => change('A', workshop(1, 'A', atB)))).toEqual({ start: 'session_clash' })
    // Until the other begins is fine.
    change('A', workshop(1, 'A', { ...atB, localEnd: '2027-03-10T13:30' }))
    change('A', workshop(1, 'A', { ...atB, localEnd: '2027-03-10T13:30', capacity: null }))
    expect(outcomes(db)).toEqual(['Zoë A confirmed', 'Zoë B confirmed', 'Bram A confirmed', 'Bram B confirmed'])
  })

  test('to more places gives them to who waits', () => {
    const { db, event, add, change } = openDay()
    add(workshop(1, 'A', { capacity: 1 }))
    for (const name of ['Zoë', 'Bram', 'Fatima']) chooseAs(db, event(), name, ['A'])
    expect(outcomes(db)).toEqual(['Zoë A confirmed', 'Bram A waitlisted', 'Fatima A waitlisted'])
    change('A', workshop(1, 'A', { capacity: 2 }))
    expect(outcomes(db)).toEqual(['Zoë A confirmed', 'Bram A confirmed', 'Fatima A waitlisted'])
  })
})

describe('a workshop that goes', () => {
  test('is removed if nobody ever chose it, and only then', () => {
    const { db, event, editor, add, find } = openDay()
    add(workshop(1, 'A'), workshop(1, 'B'))
    chooseAs(db, event(), 'Zoë', ['A'])
    const remove = (title: string) => writeNow(db, tx => removeSession(tx, event(), find(title), editor(), NOW))
    expect(problemsOf(() => remove('A'))).toBe('not_possible_now')
    remove('B')
    expect(listSessions(db, event().id).map(({ title }) => title)).toEqual(['A'])
  })

  test('is cancelled for who chose it: each gets their second choice if there is room, and waits if not', () => {
    const { db, event, add, find, cancel } = openDay()
    add(workshop(1, 'A'), workshop(1, 'B', { capacity: 1 }))
    chooseAs(db, event(), 'Zoë', ['A', 'B'])
    chooseAs(db, event(), 'Bram', ['A', 'B'])
    chooseAs(db, event(), 'Fatima', ['A'])
    expect(cancel('A')).toMatchObject({ cancelledAt: NOW, sequence: 1 })
    expect(outcomes(db)).toEqual([
      'Zoë A cancelled',
      'Zoë B confirmed',
      'Bram A cancelled',
      'Bram B waitlisted',
      'Fatima A cancelled',
    ])
    expect(problemsOf(() => cancel('B'))).toBeUndefined()
    expect(find('A').cancelledAt).toEqual(NOW)
  })

  test('comes back when somebody thinks again, to be chosen anew', () => {
    const { db, event, editor, add, find, cancel } = openDay()
    add(workshop(1, 'A'))
    chooseAs(db, event(), 'Zoë', ['A'])
    cancel('A')
    expect(problemsOf(() => chooseAs(db, event(), 'Bram', ['A']))).toBe('changed_meanwhile')
    const back = writeNow(db, tx => reinstateSession(tx, event(), find('A'), editor(), NOW))
    expect(back).toMatchObject({ cancelledAt: null, sequence: 2 })
    chooseAs(db, event(), 'Fatima', ['A'])
    expect(outcomes(db).slice(-1)).toEqual(['Fatima A confirmed'])
    expect(outcomes(db)[0]).toBe('Zoë A cancelled')
  })

  test('is told no more to speakers, and a plenary part cannot be cancelled: it can go', () => {
    const { db, event, add, cancel } = openDay()
    add(part(), workshop(1, 'A'))
    const speaker = makeContributor(db, event(), { hasSaidYes: true, attendance: 'in_person' })
    const told = () =>
      readBriefing(db, event(), speaker).moments.flatMap(({ what, title }) => (what === 'session' ? [title] : []))
    expect(told()).toEqual(['Op weg naar inclusie · Grote zaal', 'A · Zaal A'])
    cancel('A')
    expect(told()).toEqual(['Op weg naar inclusie · Grote zaal'])
    expect(problemsOf(() => cancel('Op weg naar inclusie'))).toBe('not_possible_now')
  })
})

describe('an event that moves', () => {
  test('takes its programme along: distances by the clock stay, also where the clock is changed, as do UIDs', () => {
    const day = fc.integer({ min: -60, max: 300 }).map(days => Temporal.PlainDate.from('2027-03-10').add({ days }))
    const minute = fc.integer({ min: 0, max: 1439 })
    fc.assert(
      fc.property(day, minute, fc.boolean(), (date, minutes, isLater) => {
        const { db, event, add, move } = openDay()
        add(part(), workshop(1, 'A'), workshop(2, 'B'))
        const plain = (local: string) => Temporal.PlainDateTime.from(local)
        const distances = () =>
          listSessions(db, event().id).map(({ uid, localStart, durationMinutes }) => [
            uid,
            durationMinutes,
            plain(event().localStart).until(plain(localStart)).total('minutes'),
          ])
        const before = distances()
        const local = date.toPlainDateTime().add({ minutes }).toString({ smallestUnit: 'minute' })
        const isMoved = problemsOf(() => move(local)) === undefined
        if (isMoved && isLater) move('2027-06-02T09:30')
        const raises = new Set(listSessions(db, event().id).map(({ sequence }) => sequence))
        expect(distances()).toEqual(before)
        expect(raises).toEqual(new Set([event().sequence]))
        const isOdd = listSessions(db, event().id).some(one => localTimeProblem(one.localStart, event().timeZone))
        expect(isOdd).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('to the night of another clock is refused where a part would be in the hour that is not there', () => {
    const { db, event, add, move } = openDay({ durationMinutes: 300 })
    add(part({ localStart: '2027-03-10T11:00', localEnd: '2027-03-10T11:30' }))
    expect(problemsOf(() => move('2027-03-28T00:45'))).toEqual({ start: 'programme_clock' })
    expect(listSessions(db, event().id)[0]?.localStart).toBe('2027-03-10T11:00')
  })

  test('cannot become too short for what is in it', () => {
    const { add, move, event } = openDay()
    add(workshop(2, 'B'))
    expect(problemsOf(() => move(event().localStart, { durationMinutes: 299 }))).toEqual({
      durationMinutes: 'programme_cut',
    })
    move(event().localStart, { durationMinutes: 300 })
    expect(event().durationMinutes).toBe(300)
  })

  test('raises its workshops for another venue, and not for another length alone', () => {
    const { add, move, event, find } = openDay()
    add(workshop(1, 'A'))
    move(event().localStart, { durationMinutes: 430 })
    expect(find('A').sequence).toBe(0)
    move(event().localStart, { venue: { name: 'De Kade', address: '', postcode: '', city: 'Assen', access: '' } })
    expect(find('A').sequence).toBe(1)
  })

  test('mails nobody twice: who has a place in a workshop hears of the event and of that workshop', () => {
    const { db, event, add, move } = openDay()
    add(workshop(1, 'A'))
    chooseAs(db, event(), 'Zoë', ['A'])
    db.$client.exec('delete from messages; update registrations set told = null; update choices set told = null')
    move('2027-03-17T09:30')
    expect(kinds(db).filter(kind => kind.startsWith('workshop'))).toEqual(['workshop_confirmed'])
  })

  test('takes the end of choosing along, a whole day as one', () => {
    const { db, event, editor, move } = openDay()
    const set = (choicesUntil: string) =>
      writeNow(db, tx => setChoosing(tx, event(), { choicesUntil, allocation: 'first_come' }, editor(), NOW))
    set('2027-03-01T23:59')
    move('2027-03-17T10:30')
    expect(event().choicesUntil).toBe('2027-03-08T23:59')
    set('2027-03-17T10:00')
    move('2027-03-18T09:30')
    expect(event().choicesUntil).toBe('2027-03-18T09:00')
  })

  test('off and on again raises what is in it, but what was cancelled before', () => {
    const { db, event, editor, add, find, cancel } = openDay()
    add(workshop(1, 'A'), workshop(1, 'B'))
    chooseAs(db, event(), 'Zoë', ['B'])
    cancel('B')
    writeNow(db, tx => cancelEvent(tx, event(), '', editor(), NOW))
    expect([find('A').sequence, find('B').sequence]).toEqual([1, 1])
    writeNow(db, tx => reinstateEvent(tx, event(), editor(), NOW))
    expect([find('A').sequence, find('B').sequence]).toEqual([2, 1])
    expect(find('B').cancelledAt).toEqual(NOW)
  })

  test('of a series that would put a part in the hour that is not there stays where it is', () => {
    const { db, group, event, add } = openDay({ localStart: '2027-03-07T00:45', durationMinutes: 300 })
    const series = makeSeries(db, group, { slug: 'nacht', rule: 'FREQ=MONTHLY;BYDAY=1SU', localTime: '00:45' })
    db.$client.prepare('update events set series_id = ?, planned_for = local_start').run(series.id)
    add(part({ localStart: '2027-03-07T02:15', localEnd: '2027-03-07T02:45' }))
    const redating = redatingOf(db, series, { rule: 'FREQ=MONTHLY;BYDAY=-1SU', localTime: '00:45' }, NOW)
    expect(redating.stays.map(({ why }) => why)).toEqual(['no_date'])
    expect(event().localStart).toBe('2027-03-07T00:45')
  })
})

test('an event made after another has its programme, with nobody in it and entries of its own', () => {
  const { db, event, editor, add, cancel } = openDay()
  add(part(), workshop(1, 'A', { speakers: ['Bewoner'] }), workshop(1, 'B'))
  writeNow(db, tx =>
    setChoosing(tx, event(), { choicesUntil: '2027-03-03T23:59', allocation: 'by_preference' }, editor(), NOW),
  )
  chooseAs(db, event(), 'Zoë', ['A', 'B'])
  cancel('B')
  const copy = writeNow(db, tx => duplicateEvent(tx, event(), '2028-03-08T09:30', NOBODY, NOW))
  expect(copy).toMatchObject({
    ...{ choicesUntil: '2028-03-01T23:59', allocation: 'by_preference', allocatedAt: null, allocationSeed: '' },
  })
  const programme = listSessions(db, copy.id)
  expect(programme.map(({ title, localStart }) => [title, localStart])).toEqual([
    ['Op weg naar inclusie', '2028-03-08T10:00'],
    ['A', '2028-03-08T11:15'],
  ])
  expect(programme[1]).toMatchObject({ speakers: ['Bewoner'], sequence: 0, cancelledAt: null, capacity: 20 })
  const uids = [...programme, ...listSessions(db, event().id)].map(({ uid }) => uid)
  expect(new Set(uids).size).toBe(5)
})

describe('how people choose', () => {
  test('is set until somebody chose, within what can be', () => {
    const { db, event, editor, add } = openDay()
    add(workshop(1, 'A'))
    const set = (choicesUntil: string | null, allocation: Event['allocation'] = 'first_come') =>
      problemsOf(() => writeNow(db, tx => setChoosing(tx, event(), { choicesUntil, allocation }, editor(), NOW)))
    expect(set('2027-03-10T16:30')).toEqual({ choicesUntilDate: 'window_late' })
    expect(set('2026-10-25T02:30')).toEqual({ choicesUntilDate: 'time_twice' })
    expect(set('2027-03-28T02:30')).toEqual({ choicesUntilDate: 'time_missing' })
    // A whole day is, also that of the event.
    expect(set('2027-03-10T23:59')).toBeUndefined()
    expect(set(null, 'by_preference')).toBeUndefined()
    chooseAs(db, event(), 'Zoë', ['A'])
    expect(set('2027-03-01T12:00', 'first_come')).toBe('not_possible_now')
    expect(set('2027-03-01T12:00', 'by_preference')).toBeUndefined()
    expect(event()).toMatchObject({ choicesUntil: '2027-03-01T12:00', allocation: 'by_preference' })
  })

  test('the lots are those of the event, whoever looks and however often', () => {
    const { event } = openDay()
    expect(seedOf(event())).toMatch(/^[0-9a-f]{8}$/)
    expect(seedOf(event())).toBe(seedOf(event()))
  })
})

test('the lists at the doors: by name who has a place, in their order who waits, and nobody who does not come', () => {
  const { db, event, editor, add } = openDay({ capacityInPerson: 4 })
  add(workshop(1, 'A', { capacity: 2 }), workshop(2, 'B'))
  for (const name of ['Zoë', 'Anna', 'Yara', 'Bo', 'Laat']) chooseAs(db, event(), name, ['A'], ['B'])
  const lists = () =>
    listWorkshopLists(db, event()).map(({ workshop: { title }, placed, waiting }) => [
      title,
      placed.map(one => one.registration.name),
      waiting.map(one => one.registration.name),
    ])
  expect(lists()).toEqual([
    ['A', ['Anna', 'Zoë'], ['Yara', 'Bo']],
    ['B', ['Anna', 'Bo', 'Yara', 'Zoë'], []],
  ])
  expect(problemsOf(() => writeNow(db, tx => allocateAll(tx, event(), 'x', editor(), NOW)))).toBe('not_possible_now')
})

test('the days of an event', () => {
  const { event } = openDay()
  expect(daysOf(event())).toEqual(['2027-03-10'])
  expect(daysOf({ ...event(), localStart: '2027-03-10T22:00' })).toEqual(['2027-03-10', '2027-03-11'])
  expect(daysOf({ ...event(), localStart: '2027-03-10T17:00' })).toEqual(['2027-03-10'])
})
