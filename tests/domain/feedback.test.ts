// Feedback: who may give it and until when, that each gives it once, and that nothing kept says who said what.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import {
  feedbackAnswers,
  feedbackForms,
  feedbackMarks,
  feedbackQuestions,
  feedbackSheets,
  registrations,
} from '#db/schema.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { countAskedPeople, feedbackTurn, giveFeedback } from '#src/domain/feedback.ts'
import { editVersionOf, listAsked, saveQuestions, versionOf } from '#src/domain/feedback-questions.ts'
import { feedbackResults } from '#src/domain/feedback-results.ts'
import { findPersonById } from '#src/domain/people.ts'
import { erasePerson, exportPerson } from '#src/domain/privacy.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { dumpOf } from '../support/dump.ts'
import { answer } from '../support/feedback.ts'
import { sweepAt } from '../support/swept.ts'
import { makeContributor, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const AFTER = Temporal.Instant.from('2026-12-03T12:05:00Z')

/** A webinar with so many who are to come. */
function openEvent(count: number) {
  const { db } = openWorld()
  const group = makeGroup(db)
  const event = makeEvent(db, group)
  const people = Array.from({ length: count }, (_, index) =>
    makeRegistration(db, event, { email: `p${index}@example.org`, name: `Persoon ${index}` }),
  )
  return { db, group, event, people }
}

function personOf(db: Db, { personId }: Registration) {
  const person = findPersonById(db, personId)
  if (!person) throw new Error('nobody')
  return person
}

const turn = (db: Db, event: Event, registration: Registration, at: Temporal.Instant | string = AFTER) =>
  feedbackTurn(db, getEvent(db, event.id), getRegistration(db, registration.id), Temporal.Instant.from(at))

describe('whose turn it is', () => {
  test('from the end of an event on, for thirty days and not a second longer', () => {
    const { db, event, people } = openEvent(1)
    const [one] = people as [Registration]
    const moments = [event.endsAt.subtract({ seconds: 1 }), event.endsAt, event.endsAt.add({ hours: 720 })]
    expect(moments.map(at => turn(db, event, one, at))).toEqual(['early', 'open', 'closed'])
    expect(turn(db, event, one, event.endsAt.add({ hours: 720 }).subtract({ seconds: 1 }))).toBe('open')
  })

  test('of whoever had a place: not who waits, cancelled, or speaks', () => {
    const { db, group } = openEvent(0)
    const event = makeEvent(db, group, { capacityOnline: 2 })
    const [in1, out, waits] = ['a', 'b', 'c'].map(name => makeRegistration(db, event, { email: `${name}@example.org` }))
    if (!in1 || !out || !waits) throw new Error('nobody')
    const speaker = makeContributor(db, event, { email: 'd@example.org' })
    db.update(registrations).set({ status: 'cancelled' }).where(eq(registrations.id, out.id)).run()
    expect([in1, out, waits, speaker].map(one => turn(db, event, one))).toEqual(['open', 'absent', 'absent', 'absent'])
    expect(countAskedPeople(db, event)).toBe(1)
  })

  test('as soon as anybody was seen to be there, only of who was', () => {
    const { db, event, people } = openEvent(3)
    const [one, two] = people as [Registration, Registration]
    expect([countAskedPeople(db, event), turn(db, event, two)]).toEqual([3, 'open'])
    writeNow(db, tx => markAttended(tx, one, { source: 'by_hand' }, event.startsAt))
    expect([countAskedPeople(db, event), turn(db, event, one), turn(db, event, two)]).toEqual([1, 'open', 'absent'])
  })

  test('of nobody once it was cancelled, or where nothing is asked', () => {
    const { db, event, people } = openEvent(1)
    const [one] = people as [Registration]
    const of = { eventId: event.id }
    writeNow(db, tx => saveQuestions(tx, of, { questions: [], version: editVersionOf(tx, of) }, NOW))
    expect(turn(db, event, one)).toBe('closed')
    const other = makeEvent(db, makeGroup(db, { slug: 'zuid' }))
    const two = makeRegistration(db, other)
    writeNow(db, tx => cancelEvent(tx, other, 'Ziek', { organiserId: null, revision: other.revision }, NOW))
    expect(turn(db, other, two)).toBe('closed')
  })
})

describe('giving it', () => {
  test('keeps what was answered, each to its question, and says so once', () => {
    const { db, event, people } = openEvent(1)
    const [one] = people as [Registration]
    expect(answer(db, event, one, ['4', 'Samen eten.', ''])).toBe(true)
    expect(turn(db, event, one)).toBe('given')
    const rows = db
      .select({ usual: feedbackQuestions.usual, value: feedbackAnswers.value, text: feedbackAnswers.text })
      .from(feedbackAnswers)
      .innerJoin(feedbackQuestions, eq(feedbackQuestions.id, feedbackAnswers.questionId))
      .orderBy(feedbackQuestions.position)
      .all()
    expect(rows).toEqual([
      { usual: 'useful', value: ['4'], text: '' },
      { usual: 'takeaway', value: [], text: 'Samen eten.' },
    ])
    expect(answer(db, event, one, ['1'])).toBe(false)
    expect(db.select().from(feedbackAnswers).all()).toHaveLength(2)
  })

  test('counts each person once, however often and however fast they send it', async () => {
    const { db, event, people } = openEvent(3)
    const write = createWrite(db)
    const version = versionOf(listAsked(db, event))
    const given = { answers: new Map([[0, ['3']]]), version, withName: false }
    const sent = people.flatMap(one => Array.from({ length: 4 }, () => one))
    const results = await Promise.all(sent.map(one => write(tx => giveFeedback(tx, event, one, given, AFTER))))
    expect(results.filter(Boolean)).toHaveLength(3)
    expect(db.select().from(feedbackSheets).all()).toHaveLength(3)
    expect(db.select().from(feedbackAnswers).all()).toHaveLength(3)
    expect(db.select().from(feedbackMarks).all()).toEqual(people.map(({ id }) => ({ registrationId: id })))
  })

  test('is refused where it is not their turn, and where something else is asked by now', () => {
    const { db, event, people } = openEvent(1)
    const [one] = people as [Registration]
    expect(() => answer(db, event, one, ['3'], { at: NOW })).toThrow('not_possible_now')
    const version = versionOf(listAsked(db, event))
    const of = { eventId: event.id }
    const question = { id: null, kind: 'text', usual: null, label: 'Anders?', options: [] } as const
    writeNow(db, tx =>
      saveQuestions(tx, of, { questions: [{ ...question, options: [] }], version: editVersionOf(tx, of) }, NOW),
    )
    const given = { answers: new Map([[0, ['3']]]), version, withName: false }
    expect(() => writeNow(db, tx => giveFeedback(tx, event, one, given, AFTER))).toThrow('changed_meanwhile')
    expect(db.select().from(feedbackMarks).all()).toEqual([])
  })
})

/** The whole database as it was kept, without what was drawn by chance: numbers, and the UID of the event. */
function blindDump(db: Db): string {
  const tables = ['feedback_answers', 'feedback_sheets']
  const rows = tables.map(name => {
    const all = db.$client.prepare(`select * from ${name}`).all() as { id: number }[]
    return all.map(({ id: _, ...row }) => JSON.stringify(row)).sort()
  })
  const rest = dumpOf(db, { without: tables }).replaceAll(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/g, 'UID')
  return JSON.stringify([rest, rows])
}

describe('nobody can tell who said what', () => {
  test('whoever of them said it, what is kept is the same to the last column', () => {
    const said = fc.array(fc.tuple(fc.constantFrom('1', '2', '3', '4', '5'), fc.string({ minLength: 1 })), {
      minLength: 2,
      maxLength: 8,
    })
    const order = said.chain(list =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list.keys()], { minLength: list.length })),
    )
    fc.assert(
      fc.property(order, ([list, mixed]) => {
        const keep = (places: number[]) => {
          const { db, event, people } = openEvent(list.length)
          list.forEach((words, index) => {
            answer(db, event, people[places[index] ?? 0] as Registration, words)
          })
          return blindDump(db)
        }
        expect(keep(mixed)).toBe(keep([...list.keys()]))
      }),
      { numRuns: 25 },
    )
  })

  test('no time, no count and no order of arrival stands beside it', () => {
    const { db, event, people } = openEvent(120)
    db.$client.exec('update events set capacity_online = null')
    const late = db.select().from(registrations).where(eq(registrations.status, 'confirmed')).all()
    const arrived = late.map((one, index) => {
      answer(db, event, one, ['3', `tekst ${index}`])
      return index
    })
    expect([people.length, arrived.length]).toEqual([120, 40])
    const texts = db.select().from(feedbackAnswers).where(sql`text <> ''`).orderBy(sql`rowid`).all()
    const ranks = texts.map(({ text }) => Number(text.split(' ')[1]))
    // Of forty in a row by chance nearly half stand before the one that came before them.
    const falls = ranks.filter((rank, index) => index > 0 && rank < (ranks[index - 1] ?? 0)).length
    expect(falls).toBeGreaterThan(5)
    expect(falls).toBeLessThan(34)
    const columns = [feedbackAnswers, feedbackSheets, feedbackMarks].flatMap(table => Object.keys(table)).sort()
    expect(columns.filter(name => /At$|Date|created|rank|queue/i.test(name))).toEqual([])
    const counted = db.$client.prepare('select name from sqlite_sequence').pluck().all()
    expect(counted).not.toContain('feedback_answers')
    expect(counted).not.toContain('feedback_sheets')
    expect(counted).not.toContain('feedback_marks')
  })

  test('answers of one sheet stand together nowhere', () => {
    const { db, event, people } = openEvent(1)
    answer(db, event, people[0] as Registration, ['3', 'Een', 'Twee'])
    const [sheet] = db.select().from(feedbackSheets).all()
    const answers = db.select().from(feedbackAnswers).all()
    expect(new Set([sheet?.id, ...answers.map(({ id }) => id)]).size).toBe(4)
    expect(answers.map(({ registrationId }) => registrationId)).toEqual([null, null, null])
    const gaps = answers.map(({ id }) => Math.abs(id - (sheet?.id ?? 0)))
    expect(Math.min(...gaps)).toBeGreaterThan(1000)
  })
})

describe('under their own name', () => {
  test('only what somebody wrote leads to them; it is theirs to have and to end', () => {
    const { db, event, people } = openEvent(2)
    const [named, nameless] = people as [Registration, Registration]
    answer(db, event, named, ['5', 'Van mij.'], { withName: true })
    answer(db, event, nameless, ['4', 'Van niemand.'])
    const person = personOf(db, named)
    expect(exportPerson(db, person).registrations[0]?.feedback).toEqual({
      given: true,
      underName: [{ question: 'takeaway', answer: 'Van mij.' }],
    })
    expect(exportPerson(db, personOf(db, nameless)).registrations[0]?.feedback).toEqual({ given: true, underName: [] })
    writeNow(db, tx => erasePerson(tx, person, AFTER))
    const rows = db.select().from(feedbackAnswers).all()
    expect(rows.map(({ text, registrationId }) => [text, registrationId]).sort()).toEqual([
      ['', null],
      ['', null],
      ['', null],
      ['Van niemand.', null],
    ])
    expect(db.select().from(feedbackMarks).all()).toEqual([{ registrationId: nameless.id }])
    expect(feedbackResults(db, event, AFTER).given).toBe(2)
  })

  test('of two registrations that turn out to be one person it goes along, and neither answers again', () => {
    const { db, event, people } = openEvent(2)
    const [stays, goes] = people as [Registration, Registration]
    answer(db, event, goes, ['5', 'Van mij.'], { withName: true })
    writeNow(db, tx => mergeRegistrations(tx, stays.id, goes.id, AFTER))
    expect(turn(db, event, stays)).toBe('given')
    expect(db.select().from(feedbackMarks).all()).toEqual([{ registrationId: stays.id }])
    const named = db.select().from(feedbackAnswers).where(sql`registration_id is not null`).all()
    expect(named.map(({ registrationId }) => registrationId)).toEqual([stays.id])
  })
})

describe('its end', () => {
  test('who answered is gone after thirty days; what was written after a year, and whose it was; figures stay', () => {
    const { db, event, people } = openEvent(6)
    for (const [index, one] of people.entries()) answer(db, event, one, ['4', 'Mooi.'], { withName: index === 0 })
    const kept = () => [
      db.select().from(feedbackMarks).all().length,
      db.select().from(feedbackAnswers).where(sql`text <> ''`).all().length,
      db.select().from(feedbackAnswers).where(sql`registration_id is not null`).all().length,
    ]
    sweepAt(db, event.endsAt.add({ hours: 720 }))
    expect(kept()).toEqual([6, 6, 1])
    sweepAt(db, event.endsAt.add({ hours: 720, seconds: 1 }))
    expect(kept()).toEqual([0, 6, 1])
    sweepAt(db, Temporal.Instant.from('2027-12-03T12:00:01Z'))
    expect(kept()).toEqual([0, 0, 0])
    const { shown, questions } = feedbackResults(db, event, Temporal.Instant.from('2028-01-01T00:00:00Z'))
    expect([shown, questions[0]?.average, questions[1]?.texts]).toEqual([6, 4, []])
    expect(db.select().from(feedbackForms).all()).toHaveLength(1)
  })
})

test('whoever cancels after all has not unsaid what they said', () => {
  const { db, event, people } = openEvent(1)
  const [one] = people as [Registration]
  answer(db, event, one, ['4'])
  expect(() => writeNow(db, tx => cancelRegistration(tx, one, 'attendee', AFTER))).toThrow('past')
  expect(feedbackResults(db, event, AFTER)).toMatchObject({ given: 1, asked: 1, shown: 0 })
})
