// The mail after an event: who is reached by which text, at most once each, whatever becomes known in between; when it leaves by
// itself, and when it does not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { and, eq, isNotNull } from '#db/drizzle.ts'
import { auditEntries, events, mailings, messages, registrations, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { countAudiences, listMissed } from '#src/domain/audiences.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import {
  listFollowUps,
  listToFollowUp,
  momentAfter,
  planFollowUps,
  prepareFollowUps,
  scheduleFollowUps,
  withdrawFollowUps,
} from '#src/domain/follow-ups.ts'
import { copyMailing, deleteMailing, editMailing, findMailing, type Mailing } from '#src/domain/mailings.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { recall, release, releaseScheduled, whyNotMail } from '#src/domain/releases.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import {
  makeContributor,
  makeEvent,
  makeGroup,
  makeRegistration,
  makeSeries,
  NOW,
  openWorld,
} from '../support/world.ts'

const AFTER = Temporal.Instant.from('2026-12-03T12:00:00Z')

/** Ann, Bob and Cas have a place, Dan waits, Eva speaks, and Fay has said no. */
function open(values = {}) {
  const { db } = openWorld()
  const group = makeGroup(db)
  const { id } = makeEvent(db, group, { capacityOnline: 3, ...values })
  const event = (): Event => getEvent(db, id)
  const organiser = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const people = Object.fromEntries(
    ['ann', 'bob', 'cas', 'dan'].map(name => [
      name,
      makeRegistration(db, event(), { name, email: `${name}@example.org` }).id,
    ]),
  )
  makeContributor(db, event(), { name: 'Eva', email: 'eva@example.org' })
  const see = (name: string, isThere = true) =>
    db
      .update(registrations)
      .set({ attendedAt: isThere ? event().startsAt : null, attendanceSource: isThere ? 'by_hand' : null })
      .where(eq(registrations.id, people[name] ?? 0))
      .run()
  const prepare = (now = AFTER) => writeNow(db, tx => prepareFollowUps(tx, event(), 'nl', organiser.id, now))
  const followUp = (audience: Mailing['audience']) => {
    const found = listFollowUps(db, event()).find(one => one.audience === audience)
    if (!found) throw new Error(`no follow-up for ${audience}`)
    return found
  }
  const reached = (now = AFTER) => {
    const all = countAudiences(db, event(), now, 'follow_up')
    return [all.attended.reached, all.absent.reached, all.confirmed.reached]
  }
  const send = (audience: Mailing['audience'], now = AFTER) => {
    const mailing = followUp(audience)
    const shown = countAudiences(db, event(), now, 'follow_up')[audience].reached
    const releaser = { organiserId: organiser.id, revision: mailing.revision, shown }
    return writeNow(db, tx => release(tx, mailing, event(), releaser, now))
  }
  const sentTo = () =>
    db
      .select({ to: messages.toAddress })
      .from(messages)
      .where(and(eq(messages.kind, 'mailing'), isNotNull(messages.registrationId), eq(messages.state, 'queued')))
      .all()
      .map(({ to }) => to.split('@')[0])
  const keep = () =>
    writeNow(db, tx => addMaterial(tx, { eventId: id, kind: 'slides', title: 'Dia’s', url: 'https://x.example' }))
  return { db, group, event, organiser, people, see, prepare, followUp, reached, send, sentTo, keep }
}

const code = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return error.code
    if (error instanceof Invalid) return error.problems
    throw error
  }
  return undefined
}

describe('whom it reaches', () => {
  test('who was there, and who was not; nobody who waits, speaks or stood down', () => {
    const { see, prepare, reached, send, sentTo } = open()
    see('ann')
    prepare()
    expect(reached()).toEqual([1, 2, 0])
    send('attended')
    expect(sentTo()).toEqual(['ann'])
    send('absent')
    expect(sentTo()).toEqual(['ann', 'bob', 'cas'])
  })

  test('where nobody was seen, everybody with a place gets one text, and nobody is called absent', () => {
    const { prepare, reached, send, sentTo } = open()
    prepare()
    expect(reached()).toEqual([0, 0, 3])
    expect(code(() => send('absent'))).toBe('not_possible_now')
    send('confirmed')
    expect(sentTo()).toEqual(['ann', 'bob', 'cas'])
  })

  test('a list of who was there that comes in later mails nobody twice, and says why', () => {
    const { db, event, see, prepare, reached, send, sentTo } = open()
    prepare()
    send('confirmed')
    see('ann')
    expect(reached()).toEqual([0, 0, 0])
    expect(code(() => send('attended'))).toBe('not_possible_now')
    expect(listMissed(db, event(), { audience: 'attended', purpose: 'follow_up' }, AFTER, 9)).toMatchObject([
      { name: 'ann', why: 'had_it' },
    ])
    expect(sentTo()).toEqual(['ann', 'bob', 'cas'])
    // They still leave: however long the mail server was away, the list takes nobody's mail.
    const due = db.select().from(messages).where(eq(messages.kind, 'mailing')).all()
    const why = due.map(({ mailingId, registrationId }) =>
      whyNotMail(db, findMailing(db, mailingId), event(), getRegistration(db, registrationId ?? 0), AFTER),
    )
    expect(why).toEqual([undefined, undefined, undefined])
  })

  test('before the end it cannot be sent', () => {
    const { prepare, send, see } = open()
    prepare(NOW)
    see('ann')
    expect(code(() => send('attended', AFTER.subtract({ seconds: 1 })))).toBe('not_possible_now')
  })

  test('called back, nobody had it: it can be written anew and sent', () => {
    const { db, event, organiser, see, prepare, send, followUp, sentTo, reached } = open()
    see('ann')
    prepare()
    const sent = send('attended')
    expect(code(() => writeNow(db, tx => copyMailing(tx, sent, event(), organiser.id, AFTER)))).toBe('not_possible_now')
    writeNow(db, tx => recall(tx, sent, event(), organiser, AFTER))
    expect([sentTo(), reached()]).toEqual([[], [1, 2, 0]])
    writeNow(db, tx => copyMailing(tx, followUp('attended'), event(), organiser.id, AFTER))
    expect(followUp('attended')).toMatchObject({ releasedAt: null, purpose: 'follow_up' })
    send('attended')
    expect(sentTo()).toEqual(['ann'])
  })

  test('property: whoever is seen or not between one mail and the next, each person has at most one', () => {
    const step = fc.oneof(
      fc.record({ see: fc.constantFrom('ann', 'bob', 'cas'), isThere: fc.boolean() }),
      fc.record({ send: fc.constantFrom('attended' as const, 'absent' as const, 'confirmed' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        const { see, prepare, send, sentTo } = open()
        prepare()
        for (const one of steps) {
          if ('see' in one) see(one.see, one.isThere)
          else code(() => send(one.send))
        }
        expect(new Set(sentTo()).size).toBe(sentTo().length)
      }),
      { numRuns: 25 },
    )
  })
})

describe('its texts', () => {
  test('are three drafts in our words, made once; for whom each is cannot be changed, and none can go', () => {
    const { db, event, organiser, prepare, followUp } = open()
    const made = prepare()
    expect(made.map(({ audience, subject }) => [audience, subject])).toEqual([
      ['attended', 'Terugkijken: {titel}'],
      ['absent', 'Gemist: {titel}'],
      ['confirmed', 'Na afloop: {titel}'],
    ])
    expect(prepare()).toEqual(made)
    expect(db.select().from(mailings).all()).toHaveLength(3)
    const editor = { organiserId: organiser.id, revision: 1 }
    const written = { audience: 'all', subject: 'Anders', body: 'Dag.' } as const
    writeNow(db, tx => editMailing(tx, followUp('absent'), event(), written, editor, AFTER))
    expect(followUp('absent')).toMatchObject({ audience: 'absent', subject: 'Anders' })
    const remove = () =>
      writeNow(db, tx => deleteMailing(tx, followUp('absent'), event(), { ...editor, revision: 2 }, AFTER))
    expect(code(remove)).toBe('not_possible_now')
  })

  test('are none for a draft, nor for what does not take place', () => {
    const { db, event, prepare } = open()
    writeNow(db, tx => cancelEvent(tx, event(), '', { organiserId: null, revision: event().revision }, NOW))
    expect(code(() => prepare())).toBe('not_possible_now')
    db.update(events).set({ cancelledAt: null, publishedAt: null }).run()
    expect(code(() => prepare())).toBe('not_possible_now')
  })
})

describe('by itself', () => {
  test('at its moment, to those of that moment, if there is anything to look at', () => {
    const { db, event, organiser, prepare, see, keep, sentTo } = open()
    prepare(NOW)
    writeNow(db, tx => scheduleFollowUps(tx, event(), '2026-12-05T10:00', organiser.id, NOW))
    see('bob')
    keep()
    const moment = Temporal.Instant.from('2026-12-05T09:00:00Z')
    writeNow(db, tx => releaseScheduled(tx, moment.subtract({ seconds: 1 })))
    expect(sentTo()).toEqual([])
    writeNow(db, tx => releaseScheduled(tx, moment))
    writeNow(db, tx => releaseScheduled(tx, moment))
    expect(sentTo().toSorted()).toEqual(['ann', 'bob', 'cas'])
  })

  test.each<[string, (world: ReturnType<typeof open>) => void, string]>([
    ['nothing is kept of it', () => {}, 'empty'],
    [
      'it was moved until after that',
      ({ db, keep }) => {
        keep()
        const endsAt = Temporal.Instant.from('2027-01-01T12:00:00Z')
        db.update(events).set({ endsAt }).run()
      },
      'early',
    ],
  ])('not if %s: then it is a draft again', (_, spoil, why) => {
    const world = open()
    const { db, event, organiser, prepare, sentTo } = world
    prepare(NOW)
    writeNow(db, tx => scheduleFollowUps(tx, event(), '2026-12-05T10:00', organiser.id, NOW))
    spoil(world)
    writeNow(db, tx => releaseScheduled(tx, Temporal.Instant.from('2026-12-05T09:00:00Z')))
    expect(sentTo()).toEqual([])
    expect(listFollowUps(db, event()).map(({ scheduledFor, releasedAt }) => [scheduledFor, releasedAt])).toEqual(
      Array.from({ length: 3 }, () => [null, null]),
    )
    const held = db.select().from(auditEntries).where(eq(auditEntries.action, 'mailing_held')).all()
    expect(held.map(({ detail }) => detail)).toEqual([why, why, why])
  })

  test('not before the end, and not when it was held back', () => {
    const { db, event, organiser, prepare } = open()
    prepare(NOW)
    const plan = (moment: string) => () => writeNow(db, tx => scheduleFollowUps(tx, event(), moment, organiser.id, NOW))
    expect(code(plan('2026-12-03T12:30'))).toEqual({ date: 'moment_before_end' })
    expect(code(plan('2026-11-01T10:00'))).toEqual({ date: 'moment_past' })
    plan('2026-12-05T10:00')()
    writeNow(db, tx => withdrawFollowUps(tx, event(), organiser.id, NOW))
    expect(listFollowUps(db, event()).every(({ scheduledFor }) => scheduledFor === null)).toBe(true)
  })

  test('of a series that says so it is planned when an event ends, in the morning, once; and what is held back stays so', () => {
    const { db, group, organiser } = open()
    const monthly = makeSeries(db, group)
    const { id } = makeEvent(db, group, { seriesId: monthly.id, title: 'Van de reeks', localStart: '2026-12-03T15:00' })
    const end = getEvent(db, id).endsAt
    expect(listToFollowUp(db, end)).toEqual([])
    db.update(series).set({ followUpDays: 2 }).where(eq(series.id, monthly.id)).run()
    expect(listToFollowUp(db, end.subtract({ seconds: 1 }))).toEqual([])
    writeNow(db, tx => planFollowUps(tx, 'nl', end))
    const planned = () => listFollowUps(db, { id }).map(({ scheduledFor }) => String(scheduledFor))
    expect(planned()).toEqual(Array.from({ length: 3 }, () => '2026-12-05T09:00:00Z'))
    writeNow(db, tx => withdrawFollowUps(tx, getEvent(db, id), organiser.id, end))
    expect(listToFollowUp(db, end)).toEqual([])
    expect(planned()).toEqual(['null', 'null', 'null'])
  })

  test('nothing is planned for a moment that has gone by', () => {
    const { db, group } = open()
    const monthly = makeSeries(db, group, { followUpDays: 2 })
    makeEvent(db, group, { seriesId: monthly.id, title: 'Lang geleden', localStart: '2026-11-12T12:00' })
    expect(listToFollowUp(db, NOW)).toEqual([])
    makeEvent(db, group, { seriesId: monthly.id, title: 'Gisteren', localStart: '2026-11-20T12:00' })
    expect(listToFollowUp(db, NOW).map(({ event, localTime }) => [event.title, localTime])).toEqual([
      ['Gisteren', '2026-11-22T10:00'],
    ])
  })

  test('days are those of the calendar, also when the clock goes back', () => {
    const { event } = open({ localStart: '2027-10-30T23:30' })
    expect(momentAfter(event(), 1)).toBe('2027-11-01T10:00')
  })
})
