// Extra questions and what people answer: read, kept, given back, and gone when a question or its time is over.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { answers } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { type Answers, answersOf, answersOfOne, readAnswers, setAnswers } from '#src/domain/answers.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { countLostAnswers, listFormFields, setFormFields, type WantedField } from '#src/domain/form-fields.ts'
import { findPerson } from '#src/domain/people.ts'
import { erasePerson, exportPerson } from '#src/domain/privacy.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { sweepAt } from '../support/swept.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const field = (values: Partial<WantedField> = {}): WantedField => ({
  ...{ id: null, kind: 'text', label: 'Wat wil je weten?', hint: '', options: [], isRequired: false },
  ...{ deleteAfterDays: 30, ...values },
})
const LUNCH = field({ kind: 'choice', label: 'Lunch', options: ['Vegetarisch', 'Veganistisch'], isRequired: true })
const DAYS = field({ kind: 'several', label: 'Welke dagen?', options: ['ma', 'di', 'wo'] })
const MORE = field({ kind: 'yes_no', label: 'Blijf je eten?' })

function world(...wanted: WantedField[]) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db))
  writeNow(db, tx => setFormFields(tx, event.id, wanted))
  return { db, event, fields: listFormFields(db, event.id) }
}

const rows = (db: Db) => db.select().from(answers).all()
const kept = (db: Db, event: Event) =>
  listFormFields(db, event.id).map(({ eventId: _event, position: _position, ...rest }) => rest)

describe('what was typed', () => {
  const { fields } = world(field(), LUNCH, DAYS, MORE)
  const [text = 0, lunch = 0, days = 0, more = 0] = fields.map(({ id }) => id)
  const read = (typed: [number, string[]][]) => {
    const { answers: given, problems } = readAnswers(fields, new Map(typed))
    return [[...given], [...problems]]
  }

  test('is cleaned, in the order of the options, and without what was left empty', () => {
    const typed: [number, string[]][] = [
      [text, ['  Hoe\r\nbegin ik?  ']],
      [lunch, ['Veganistisch']],
      [days, ['wo', 'ma', 'wo']],
      [more, ['no']],
    ]
    expect(read(typed)).toEqual([
      [
        [text, ['Hoe\nbegin ik?']],
        [lunch, ['Veganistisch']],
        [days, ['ma', 'wo']],
        [more, ['no']],
      ],
      [],
    ])
    expect(read([[lunch, ['Vegetarisch']]])[0]).toEqual([[lunch, ['Vegetarisch']]])
  })

  test('is refused where it must be there, must be an option, or is too long', () => {
    expect(read([[text, ['x'.repeat(1001)]]])[1]).toEqual([
      [text, 'answer_long'],
      [lunch, 'required'],
    ])
    expect(
      read([
        [lunch, ['Friet']],
        [days, ['ma', 'do']],
        [more, ['misschien']],
      ])[1],
    ).toEqual([
      [lunch, 'choice'],
      [days, 'choice'],
      [more, 'choice'],
    ])
  })

  test('and a question that is not on the form is not answered', () => {
    expect(
      read([
        [lunch, ['Vegetarisch']],
        [9999, ['x']],
      ])[0],
    ).toEqual([[lunch, ['Vegetarisch']]])
  })
})

test('whatever fits is given back as it was given', () => {
  const { db, event, fields } = world(field(), LUNCH, DAYS, MORE)
  const registration = makeRegistration(db, event)
  const [text = 0, lunch = 0, days = 0, more = 0] = fields.map(({ id }) => id)
  const some: fc.Arbitrary<Record<string, string[]>> = fc.record({
    [text]: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), { maxLength: 1 }),
    [lunch]: fc.array(fc.constantFrom('Vegetarisch', 'Veganistisch'), { minLength: 1, maxLength: 1 }),
    [days]: fc.subarray(['ma', 'di', 'wo']),
    [more]: fc.array(fc.constantFrom('yes', 'no'), { maxLength: 1 }),
  })
  fc.assert(
    fc.property(some, typed => {
      const first = readAnswers(fields, new Map(Object.entries(typed).map(([id, value]) => [Number(id), value])))
      expect(first.problems.size).toBe(0)
      writeNow(db, tx => setAnswers(tx, registration, first.answers))
      const back = answersOfOne(db, registration)
      expect([...back]).toEqual([...first.answers])
      // Read again they stay what they are.
      expect([...readAnswers(fields, back).answers]).toEqual([...back])
    }),
    { numRuns: 60 },
  )
})

test('many registrations in one go, each with its own, in the order of the questions', () => {
  const { db, event, fields } = world(field(), LUNCH)
  const [text = 0, lunch = 0] = fields.map(({ id }) => id)
  const give = (email: string, given: Answers) => makeRegistration(db, event, { email, answers: given })
  const a = give(
    'a@example.org',
    new Map([
      [lunch, ['Vegetarisch']],
      [text, ['Veel']],
    ]),
  )
  const b = give('b@example.org', new Map([[lunch, ['Veganistisch']]]))
  const c = makeRegistration(db, event, { email: 'c@example.org' })
  const found = answersOf(db, [a.id, b.id, c.id])
  expect([...(found.get(a.id) ?? [])]).toEqual([
    [text, ['Veel']],
    [lunch, ['Vegetarisch']],
  ])
  expect([...(found.get(b.id) ?? [])]).toEqual([[lunch, ['Veganistisch']]])
  expect(found.has(c.id)).toBe(false)
  expect(answersOf(db, [])).toEqual(new Map())
})

test('whoever comes back is asked anew; registering twice changes nothing', () => {
  const { db, event, fields } = world(LUNCH)
  const id = fields[0]?.id ?? 0
  const first = makeRegistration(db, event, { answers: new Map([[id, ['Vegetarisch']]]) })
  makeRegistration(db, event, { answers: new Map([[id, ['Veganistisch']]]) })
  expect(answersOfOne(db, first).get(id)).toEqual(['Vegetarisch'])
  writeNow(db, tx => cancelRegistration(tx, first, 'attendee', NOW))
  makeRegistration(db, event, { answers: new Map([[id, ['Veganistisch']]]) })
  expect(answersOfOne(db, first).get(id)).toEqual(['Veganistisch'])
})

test('an answer that no longer fits when it arrives is not kept', () => {
  const { db, event, fields } = world(LUNCH)
  const id = fields[0]?.id ?? 0
  writeNow(db, tx => setFormFields(tx, event.id, [{ ...LUNCH, id, options: ['Vegetarisch', 'Soep'] }]))
  makeRegistration(db, event, { answers: new Map([[id, ['Veganistisch']]]) })
  expect(rows(db)).toEqual([])
})

describe('changing the questions', () => {
  function answered() {
    const all = world(LUNCH, DAYS, MORE)
    const [lunch = 0, days = 0, more = 0] = all.fields.map(({ id }) => id)
    const given: Answers = new Map([
      [lunch, ['Vegetarisch']],
      [days, ['ma', 'wo']],
      [more, ['yes']],
    ])
    makeRegistration(all.db, all.event, { answers: given })
    makeRegistration(all.db, all.event, { email: 'b@example.org', answers: new Map([[lunch, ['Veganistisch']]]) })
    return { ...all, lunch, days, more }
  }

  test('in words and order only costs no answer', () => {
    const { db, event, lunch, days, more } = answered()
    const wanted = [
      { ...MORE, id: more, label: 'Eet je mee?' },
      { ...LUNCH, id: lunch, isRequired: false },
      { ...DAYS, id: days, options: ['wo', 'di', 'ma', 'do'] },
    ]
    expect(countLostAnswers(db, event.id, wanted)).toBe(0)
    writeNow(db, tx => setFormFields(tx, event.id, wanted))
    expect(kept(db, event)).toEqual(wanted)
    expect(rows(db)).toHaveLength(4)
  })

  test('so that an option goes, or a question, costs exactly the answers counted', () => {
    const { db, event, lunch, days, more } = answered()
    const wanted = [
      { ...LUNCH, id: lunch, options: ['Vegetarisch', 'Soep'] },
      { ...DAYS, id: days, options: ['di', 'ma'] },
    ]
    expect(countLostAnswers(db, event.id, wanted)).toBe(3)
    writeNow(db, tx => setFormFields(tx, event.id, wanted))
    expect(rows(db).map(({ formFieldId, value }) => [formFieldId, value])).toEqual([[lunch, ['Vegetarisch']]])
    expect(listFormFields(db, event.id).map(({ id }) => id)).toEqual([lunch, days])
    expect(listFormFields(db, event.id).some(({ id }) => id === more)).toBe(false)
  })

  test('a question of another event is not taken over, and the thirteenth is not asked', () => {
    const { db, event, lunch } = answered()
    const other = makeEvent(db, makeGroup(db, { slug: 'zuid' }))
    writeNow(db, tx =>
      setFormFields(tx, other.id, [{ ...LUNCH, id: lunch }, ...Array.from({ length: 12 }, () => field())]),
    )
    expect(listFormFields(db, event.id).map(({ id }) => id)).toContain(lunch)
    expect(listFormFields(db, other.id).map(({ id }) => id)).not.toContain(lunch)
    expect(listFormFields(db, other.id)).toHaveLength(12)
  })
})

test('answers go so many days after the event as their question says', () => {
  const { db, event, fields } = world({ ...LUNCH, deleteAfterDays: 1 }, { ...MORE, deleteAfterDays: 30 })
  const [lunch = 0, more = 0] = fields.map(({ id }) => id)
  makeRegistration(db, event, {
    answers: new Map([
      [lunch, ['Vegetarisch']],
      [more, ['yes']],
    ]),
  })
  const after = (duration: Temporal.DurationLike) => {
    sweepAt(db, getEvent(db, event.id).endsAt.add(duration))
    return rows(db).map(row => row.formFieldId)
  }
  expect(after({ hours: 24 })).toEqual([lunch, more])
  expect(after({ hours: 24, minutes: 1 })).toEqual([more])
  expect(after({ hours: 30 * 24 })).toEqual([more])
  expect(after({ hours: 30 * 24, minutes: 1 })).toEqual([])
})

test('somebody finds them in their own file, and nothing is left when they are erased', () => {
  const { db, event, fields } = world(LUNCH)
  makeRegistration(db, event, { answers: new Map([[fields[0]?.id ?? 0, ['Vegetarisch']]]) })
  const person = findPerson(db, 'zoe@example.org')
  if (!person) throw new Error('nobody')
  expect(exportPerson(db, person).registrations[0]?.answers).toEqual([{ question: 'Lunch', answer: ['Vegetarisch'] }])
  writeNow(db, tx => erasePerson(tx, person, NOW))
  expect(rows(db)).toEqual([])
})
