// Taking part in a whole series: who gets which place, and which mail is due about it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { enrolments, events, messages, people, registrations, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { correctAddress } from '#src/domain/addresses.ts'
import { registerAll } from '#src/domain/applying.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { createEvent, deleteDraft, publishEvent } from '#src/domain/drafts.ts'
import { chooseInvites, enrol, type Joiner, leave, setEnrolmentRules } from '#src/domain/enrolling.ts'
import { canBeJoined, groupPlacesOf, joiningOf } from '#src/domain/enrolment-places.ts'
import { type Enrolment, getEnrolment, listPlaces } from '#src/domain/enrolments.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { know, knowSeries } from '#src/domain/knowing.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { findPerson, type Person } from '#src/domain/people.ts'
import { placesOf } from '#src/domain/places.ts'
import { erasePerson, exportPerson } from '#src/domain/privacy.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { comeBack } from '#src/domain/replies.ts'
import type { Series } from '#src/domain/series.ts'
import { listTold, settleEnrolment, toldSeriesNow } from '#src/domain/series-telling.ts'
import { toldNow } from '#src/domain/telling.ts'
import { Refusal } from '#src/lib/errors.ts'
import { sweepAt } from '../support/swept.ts'
import {
  applicant,
  listMessages,
  makeEvent,
  makeGroup,
  makeRegistration,
  makeSeries,
  NOW,
  openWorld,
} from '../support/world.ts'

const joiner = (values: Partial<Joiner> = {}): Joiner => ({ ...applicant(), wantsInvites: false, ...values })
const DATES = ['2026-12-03T12:00', '2026-12-24T12:00', '2027-01-14T12:00']

function circle(values: Partial<Series> = {}, dates = DATES) {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  const rules = { enrolmentRule: 'only', enrolmentCapacity: 2, ...values } as const
  const found = makeSeries(db, group, rules)
  const add = (localStart: string, more = {}, now = NOW) =>
    makeEvent(db, group, { seriesId: found.id, localStart, capacityOnline: 12, ...more }, now)
  const list = dates.map(date => add(date))
  const join = (email: string | null, more: Partial<Joiner> = {}, now = NOW) =>
    writeNow(db, tx => enrol(tx, found, joiner({ email, ...more }), now))
  const go = (enrolment: Pick<Enrolment, 'id'>, now = NOW) => writeNow(db, tx => leave(tx, enrolment, 'attendee', now))
  const datesOf = (enrolment: Pick<Enrolment, 'id'>) =>
    listPlaces(db, enrolment).map(
      ({ registration, event }) => `${event.localStart.slice(0, 10)} ${registration.status}`,
    )
  const due = () =>
    listMessages(db)
      .filter(({ state, kind }) => state === 'queued' && !kind.startsWith('reminder'))
      .map(({ kind, toAddress }) => `${kind} ${toAddress.split('@')[0]}`)
  return { ...world, group, found, list, add, join, go, datesOf, due }
}

describe('joining', () => {
  test('gives a place at every date to come, and one mail about all of it', () => {
    const { join, datesOf, due, db } = circle()
    const one = join('zoe@example.org')
    expect(one).toMatchObject({ status: 'confirmed', joinedAt: NOW, invitesSince: null, told: null })
    expect(datesOf(one)).toEqual(['2026-12-03 confirmed', '2026-12-24 confirmed', '2027-01-14 confirmed'])
    expect(due()).toEqual(['series_confirmed zoe'])
    expect(db.select().from(messages).where(eq(messages.kind, 'reminder_day')).all()).toHaveLength(3)
  })

  test('late, it begins with the next date', () => {
    const { join, datesOf } = circle()
    const after = Temporal.Instant.from('2026-12-03T11:00:00Z')
    expect(datesOf(join('zoe@example.org', {}, after))).toEqual(['2026-12-24 confirmed', '2027-01-14 confirmed'])
  })

  test('twice answers the same and mails nothing new while the first mail waits', () => {
    const { join, due } = circle()
    expect(join('zoe@example.org').id).toBe(join('zoe@example.org').id)
    expect(due()).toEqual(['series_confirmed zoe'])
  })

  test('a full group has a waiting list, from which the first goes in when somebody leaves', () => {
    const { join, go, datesOf, due, db } = circle()
    const [a, , c, d] = ['a', 'b', 'c', 'd'].map(name => join(`${name}@example.org`))
    expect([c?.status, d?.status]).toEqual(['waitlisted', 'waitlisted'])
    expect(datesOf(c as Enrolment)).toEqual([])
    go(a as Enrolment)
    expect(getEnrolment(db, c?.id ?? 0)).toMatchObject({ status: 'confirmed', joinedAt: NOW, waitedAt: NOW })
    expect(datesOf(c as Enrolment)).toHaveLength(3)
    expect(getEnrolment(db, d?.id ?? 0).status).toBe('waitlisted')
    // What had not left yet says what is true by now.
    expect(due()).toEqual(['series_confirmed b', 'series_waitlisted d', 'series_confirmed c', 'series_left a'])
  })

  test('a date that is full has a waiting list of its own', () => {
    const { db, group, found, join, datesOf } = circle({ enrolmentRule: 'beside', enrolmentCapacity: null }, [])
    const event = makeEvent(db, group, { seriesId: found.id, capacityOnline: 1 })
    makeRegistration(db, event, { email: 'eerder@example.org' })
    makeEvent(db, group, { seriesId: found.id, localStart: '2026-12-24T12:00' })
    expect(datesOf(join('zoe@example.org'))).toEqual(['2026-12-03 waitlisted', '2026-12-24 confirmed'])
  })

  test('who is registered for a date already stays so, and it counts among theirs', () => {
    const { db, list, join, datesOf } = circle({ enrolmentRule: 'beside' })
    const single = makeRegistration(db, list[1] as Event, { email: 'zoe@example.org' })
    const one = join('zoe@example.org')
    expect(datesOf(one)).toHaveLength(3)
    expect(db.select().from(registrations).where(eq(registrations.id, single.id)).get()).toMatchObject({
      enrolmentId: one.id,
      sequence: 0,
      feedOnlySince: null,
    })
  })

  test.each([
    ['closed', { enrolmentRule: 'off' }],
    ['closed_list', { isClosedList: true }],
    ['closed', { enrolmentUntil: '2026-11-20' }],
  ] as const)('is refused: %s, for %j', (code, rules) => {
    const { join, found, db } = circle(rules)
    expect(() => join('zoe@example.org')).toThrow(new Refusal(code))
    expect(joiningOf(db, found, NOW)).toBe(
      'enrolmentRule' in rules ? 'off' : 'isClosedList' in rules ? 'closed_list' : 'over',
    )
  })

  test('the last day to join is included', () => {
    const { found, db } = circle({ enrolmentUntil: '2026-11-21' })
    expect(joiningOf(db, found, NOW)).toBe('open')
    expect(joiningOf(db, found, Temporal.Instant.from('2026-11-21T22:59:59Z'))).toBe('open')
    expect(joiningOf(db, found, Temporal.Instant.from('2026-11-21T23:00:00Z'))).toBe('over')
  })

  test('an organiser adds to a closed list, also whom we cannot mail, and never beyond its places', () => {
    const { join, db, due, datesOf, list, found } = circle({ isClosedList: true })
    const addedBy = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW)).id
    const all = [null, null, 'c@example.org'].map(email => join(email, { addedBy }))
    expect(all.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'waitlisted'])
    // Two people without an address are two people.
    expect(new Set(all.map(({ personId }) => personId)).size).toBe(3)
    expect(datesOf(all[0] as Enrolment)).toHaveLength(3)
    expect(placesOf(db, list[0] as Event)).toMatchObject([{ confirmed: 2, waiting: 0 }])
    expect(groupPlacesOf(db, found)).toEqual({ capacity: 2, joined: 2, waiting: 1, left: 0 })
    expect(due()).toEqual(['series_waitlisted c'])
  })
})

describe('one date of a fixed group', () => {
  test('cannot be registered for by itself, but for whom an organiser adds', () => {
    const { db, list } = circle()
    const event = list[0] as Event
    expect(() => makeRegistration(db, event)).toThrow(new Refusal('series_only'))
    const addedBy = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW)).id
    expect(makeRegistration(db, event, { addedBy }).enrolmentId).toBeNull()
  })

  test('is given up and taken again by who takes part, and the others stay', () => {
    const { db, join, datesOf, go } = circle()
    const one = join('zoe@example.org')
    const [first] = listPlaces(db, one)
    if (!first) throw new Error('no date')
    writeNow(db, tx => cancelRegistration(tx, first.registration, 'attendee', NOW))
    expect(datesOf(one)).toEqual(['2026-12-03 cancelled', '2026-12-24 confirmed', '2027-01-14 confirmed'])
    writeNow(db, tx => comeBack(tx, first.registration, NOW))
    expect(datesOf(one)[0]).toBe('2026-12-03 confirmed')
    go(one)
    expect(datesOf(one)).toEqual(['2026-12-03 cancelled', '2026-12-24 cancelled', '2027-01-14 cancelled'])
    expect(() => writeNow(db, tx => comeBack(tx, first.registration, NOW))).toThrow(new Refusal('series_only'))
  })
})

describe('leaving', () => {
  test('keeps what was, cancels what is to come, and once', () => {
    const { join, go, datesOf } = circle()
    const one = join('zoe@example.org')
    const later = Temporal.Instant.from('2026-12-10T12:00:00Z')
    expect(go(one, later)).toMatchObject({ status: 'cancelled', leftAt: later, leftBy: 'attendee' })
    expect(datesOf(one)).toEqual(['2026-12-03 confirmed', '2026-12-24 cancelled', '2027-01-14 cancelled'])
    expect(go(one, later.add({ hours: 1 })).leftAt).toEqual(later)
  })

  test('can be taken back by joining again, at the end of the list', () => {
    const { join, go, datesOf } = circle({ enrolmentCapacity: 1 })
    const one = join('zoe@example.org')
    join('bo@example.org')
    go(one)
    const again = join('zoe@example.org')
    expect(again).toMatchObject({ id: one.id, status: 'waitlisted', queueNumber: 3, leftAt: null })
    expect(datesOf(again)).toEqual(['2026-12-03 cancelled', '2026-12-24 cancelled', '2027-01-14 cancelled'])
  })
})

describe('a date that is added', () => {
  test('is one of everybody’s who takes part, once it has a page', () => {
    const { db, group, found, join, datesOf } = circle()
    const one = join('zoe@example.org')
    const draft = writeNow(db, tx => createEvent(tx, { ...DRAFT, groupId: group.id, seriesId: found.id }, NOW))
    expect(datesOf(one)).toHaveLength(3)
    writeNow(db, tx => publishEvent(tx, draft, { organiserId: null, revision: 1 }, NOW))
    expect(datesOf(one).at(-1)).toBe('2027-02-04 confirmed')
  })

  test('a draft that is taken away takes no mail about the series along', () => {
    const { db, group, found, join, due } = circle({ enrolmentCapacity: 1 })
    const draft = writeNow(db, tx => createEvent(tx, { ...DRAFT, groupId: group.id, seriesId: found.id }, NOW))
    join('a@example.org')
    join('b@example.org')
    writeNow(db, tx => deleteDraft(tx, draft, { organiserId: null, revision: draft.revision }, NOW))
    expect(due()).toEqual(['series_confirmed a', 'series_waitlisted b'])
  })

  test('is not given again to who gave it up', () => {
    const { db, list, join, datesOf } = circle()
    const one = join('zoe@example.org')
    const [first] = listPlaces(db, one)
    const editor = () => ({ organiserId: null, revision: getEvent(db, list[0]?.id ?? 0).revision })
    writeNow(db, tx => first && cancelRegistration(tx, first.registration, 'attendee', NOW))
    writeNow(db, tx => cancelEvent(tx, getEvent(tx, list[0]?.id ?? 0), '', editor(), NOW))
    const other = join('bo@example.org')
    expect(datesOf(other)).toHaveLength(2)
    writeNow(db, tx => reinstateEvent(tx, getEvent(tx, list[0]?.id ?? 0), editor(), NOW))
    expect(datesOf(one)[0]).toBe('2026-12-03 cancelled')
    expect(datesOf(other)).toHaveLength(3)
  })
})

describe('another address', () => {
  test('of who had none brings the mail about all of it, and reminders of each date', () => {
    const { db, join, due } = circle()
    const [first] = listPlaces(db, join(null))
    writeNow(db, tx => correctAddress(tx, first?.registration ?? { id: 0 }, 'late@example.org', NOW))
    expect(due()).toEqual(['series_confirmed late'])
    expect(db.select().from(messages).where(eq(messages.kind, 'reminder_day')).all()).toHaveLength(3)
  })

  test('at one date hears of that date itself, whatever is told of the series to the first one', () => {
    const { db, join, go, due } = circle()
    const enrolment = join('typo@example.org')
    const [first] = listPlaces(db, enrolment)
    writeNow(db, tx => correctAddress(tx, first?.registration ?? { id: 0 }, 'right@example.org', NOW))
    expect(due()).toEqual(['series_confirmed typo', 'confirmed right'])
    expect(listTold(db, enrolment, NOW)).toHaveLength(2)
    db.update(enrolments).set({ told: 'confirmed' }).run()
    const told = { ...toldNow(getEvent(db, 1), getRegistration(db, 1)), status: 'confirmed' as const }
    db.update(registrations).set({ told }).run()
    db.update(messages).set({ state: 'sent' }).run()
    go(enrolment)
    expect(due()).toEqual(expect.arrayContaining(['series_left typo', 'unregistered right']))
  })
})

test('an entry that reaches a calendar while a mail about the series is under way stays known, and is taken back', () => {
  const { db, join, go, due } = circle()
  const enrolment = join('zoe@example.org', { wantsInvites: true })
  const [date] = listPlaces(db, enrolment)
  if (!date) throw new Error('no date')
  const series = toldSeriesNow(db, enrolment, NOW)
  const entry = toldNow(date.event, date.registration)
  writeNow(db, tx => {
    know(tx, { registrationId: date.registration.id, choiceId: null, told: entry }, null)
    knowSeries(tx, { enrolmentId: enrolment.id, toldSeries: series }, null)
  })
  expect(getRegistration(db, date.registration.id).told).toEqual(entry)
  db.update(messages).set({ state: 'sent' }).run()
  go(enrolment)
  db.update(enrolments).set({ told: 'cancelled' }).run()
  db.update(messages).set({ state: 'sent' }).where(eq(messages.kind, 'series_left')).run()
  writeNow(db, tx => settleEnrolment(tx, enrolment, NOW))
  expect(due()).toContain('unregistered zoe')
})

test('an event for who was asked does not tell whether an address takes part in its series', () => {
  const { db, list, join } = circle({ enrolmentRule: 'beside' })
  join('zoe@example.org')
  db.update(events).set({ isInvitationOnly: true }).run()
  const register = (email: string) =>
    writeNow(db, tx => registerAll(tx, list[0] as Event, [applicant({ email })], false, NOW))
  for (const email of ['zoe@example.org', 'nobody@example.org'])
    expect(() => register(email)).toThrow(new Refusal('invitation_only'))
})

const DRAFT = {
  ...({ kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60, attendance: 'online' } as const),
  ...{ localStart: '2027-02-04T12:00', title: 'Vierde' },
}

describe('the rules', () => {
  test('more places go to who waits; fewer than people are refused', () => {
    const { db, found, join } = circle({ enrolmentCapacity: 1 })
    join('a@example.org')
    const two = join('b@example.org')
    const set = (enrolmentCapacity: number) =>
      writeNow(db, tx => setEnrolmentRules(tx, found, { ...rulesOf(found), enrolmentCapacity }, NOW))
    set(2)
    expect(getEnrolment(db, two.id).status).toBe('confirmed')
    expect(() => set(1)).toThrow(new Refusal('capacity_below_confirmed'))
  })
})

const rulesOf = ({ enrolmentRule, enrolmentCapacity, enrolmentUntil, isClosedList }: Series) => ({
  enrolmentRule,
  enrolmentCapacity,
  enrolmentUntil,
  isClosedList,
})

describe('what is kept of somebody', () => {
  test('is theirs to have, and ends when they say so: their dates go to who waits, and no date that is added is theirs', () => {
    const { db, join, add, datesOf } = circle({ enrolmentCapacity: 1 })
    const one = join('zoe@example.org', { accessNeeds: 'Een tolk' })
    const next = join('bo@example.org')
    const zoe = findPerson(db, 'zoe@example.org') as Person
    const [kept] = exportPerson(db, zoe).series
    expect(kept).toMatchObject({
      series: 'Webinar van de eerste donderdag',
      accessNeeds: 'Een tolk',
      status: 'confirmed',
    })
    writeNow(db, tx => erasePerson(tx, zoe, NOW))
    expect(getEnrolment(db, one.id)).toMatchObject({ name: '', accessNeeds: '', organisation: '', status: 'cancelled' })
    expect(getEnrolment(db, one.id).linkVersion).toBeGreaterThan(one.linkVersion)
    expect(datesOf(next)).toHaveLength(3)
    add('2027-02-04T12:00')
    expect([datesOf(one).length, datesOf(next).length]).toEqual([3, 4])
    expect(listMessages(db).filter(({ toAddress }) => toAddress === 'zoe@example.org')).toEqual([])
  })

  test('goes as long after their last date as the group keeps names', () => {
    const { db, join } = circle()
    const one = join('zoe@example.org')
    sweepAt(db, Temporal.Instant.from('2028-01-14T11:59:00Z'))
    expect(getEnrolment(db, one.id)).toMatchObject({ name: 'Zoë de Vries', accessNeeds: '', status: 'confirmed' })
    sweepAt(db, Temporal.Instant.from('2028-01-14T12:01:00Z'))
    expect(getEnrolment(db, one.id)).toMatchObject({ name: '', status: 'cancelled', role: 'practice' })
    expect(findPerson(db, 'zoe@example.org')).toBeUndefined()
  })
})

const person = fc.integer({ min: 0, max: 6 })
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('join' as const), person, invites: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('leave' as const), person }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('skip' as const), person, date: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('single' as const), person, date: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('add' as const), capacity: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('off' as const), date: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('resize' as const), capacity: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('invites' as const), person, invites: fc.boolean() }) },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

test('whatever the order: nobody beyond the places of the group or of a date, and who takes part has a row at every date', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('beside' as const, 'only' as const),
      fc.array(act, { minLength: 1, maxLength: 40 }),
      (enrolmentRule, acts) => {
        const world = circle({ enrolmentRule, enrolmentCapacity: 3 }, DATES.slice(0, 2))
        for (const one of acts) perform(world, one)
        const { db, found } = world
        const now = db.select().from(series).where(eq(series.id, found.id)).get() as Series
        const group = groupPlacesOf(db, now)
        expect(group.joined).toBeLessThanOrEqual(now.enrolmentCapacity ?? Number.POSITIVE_INFINITY)
        if (canBeJoined(db, now, NOW) && group.waiting > 0) expect(group.left).toBe(0)
        const dates = db.select().from(events).all()
        for (const event of dates) {
          for (const { confirmed, capacity } of placesOf(db, event))
            expect(confirmed).toBeLessThanOrEqual(capacity ?? 0)
        }
        for (const enrolment of db.select().from(enrolments).all()) {
          const places = listPlaces(db, enrolment)
          if (enrolment.status === 'confirmed') {
            const going = dates.filter(({ cancelledAt }) => !cancelledAt).map(({ id }) => id)
            expect(places.map(({ event }) => event.id)).toEqual(expect.arrayContaining(going))
          } else {
            expect(places.filter(({ registration }) => registration.status !== 'cancelled')).toEqual([])
          }
        }
        // One telling at most waits about anybody's part in the series, and none about a date while that one does.
        const queued = listMessages(db).filter(({ state, kind }) => state === 'queued' && !kind.startsWith('reminder'))
        const about = queued.flatMap(({ enrolmentId }) => enrolmentId ?? [])
        expect(new Set(about).size).toBe(about.length)
        db.$client.close()
      },
    ),
    { numRuns: 80 },
  )
})

function perform({ db, found, list, add, join, go }: ReturnType<typeof circle>, one: Act): void {
  const enrolmentOf = (number: number) =>
    db
      .select({ enrolment: enrolments, email: people.email })
      .from(enrolments)
      .innerJoin(people, eq(people.id, enrolments.personId))
      .all()
      .find(({ email }) => email === `p${number}@example.org`)?.enrolment
  const eventAt = (date: number) => list[date % list.length] as Event
  const mine = 'person' in one ? enrolmentOf(one.person) : undefined
  const email = 'person' in one ? `p${one.person}@example.org` : ''
  try {
    if (one.does === 'join') join(email, { wantsInvites: one.invites })
    if (one.does === 'leave' && mine) go(mine)
    if (one.does === 'invites' && mine) writeNow(db, tx => chooseInvites(tx, mine, one.invites, NOW))
    if (one.does === 'single') makeRegistration(db, eventAt(one.date), { email })
    if (one.does === 'skip' && mine) {
      const place = listPlaces(db, mine)[one.date]
      if (place) writeNow(db, tx => cancelRegistration(tx, place.registration, 'attendee', NOW))
    }
    if (one.does === 'add') {
      list.push(
        add(`2027-0${(list.length % 8) + 2}-04T12:00`, { capacityOnline: one.capacity, slug: `d${list.length}` }),
      )
    }
    if (one.does === 'off') {
      const { id, revision } = getEvent(db, eventAt(one.date).id)
      writeNow(db, tx => cancelEvent(tx, getEvent(tx, id), '', { organiserId: null, revision }, NOW))
    }
    if (one.does === 'resize') {
      const rules = { ...rulesOf(found), enrolmentCapacity: one.capacity }
      writeNow(db, tx => setEnrolmentRules(tx, found, rules, NOW))
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
