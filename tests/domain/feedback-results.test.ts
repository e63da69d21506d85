// What an organiser sees of feedback: never fewer than five, never fewer than five more than a moment ago, no name beside which
// the others could be guessed; and what is shown adds up.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import type { Event } from '#src/domain/events.ts'
import { FEWEST, feedbackEnds, SCALE } from '#src/domain/feedback.ts'
import { editVersionOf, listQuestions, saveQuestions, type WantedQuestion } from '#src/domain/feedback-questions.ts'
import { type FeedbackResults, feedbackResults, seriesResults } from '#src/domain/feedback-results.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { answer } from '../support/feedback.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

const AFTER = Temporal.Instant.from('2026-12-03T12:05:00Z')
const OPTIONS = ['Korter', 'Langer', 'Vaker']
const ASKED: WantedQuestion[] = [
  { id: null, kind: 'scale', usual: 'useful', label: '', options: [] },
  { id: null, kind: 'choice', usual: null, label: 'Hoe lang?', options: OPTIONS },
  { id: null, kind: 'several', usual: null, label: 'Waarvoor?', options: OPTIONS },
  { id: null, kind: 'text', usual: 'better', label: '', options: [] },
]

function openEvent(count: number, asked = ASKED) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db))
  const of = { eventId: event.id }
  writeNow(db, tx => saveQuestions(tx, of, { questions: asked, version: editVersionOf(tx, of) }, NOW))
  const people = Array.from({ length: count }, (_, index) =>
    makeRegistration(db, event, { email: `p${index}@example.org`, name: `Persoon ${index}` }),
  )
  return { db, event, people }
}

const seen = (db: Db, event: Event, at = AFTER): FeedbackResults => feedbackResults(db, event, at)

test('four answers are none, five are shown, as figures, averages and texts', () => {
  const { db, event, people } = openEvent(7)
  const say = (index: number, ...said: (string | string[])[]) => answer(db, event, people[index] as Registration, said)
  for (const index of [0, 1, 2, 3]) say(index, '4', 'Korter', ['Korter', 'Vaker'], `Tekst ${index}`)
  expect(seen(db, event)).toMatchObject({ asked: 7, given: 4, shown: 0 })
  expect(
    seen(db, event).questions.map(({ answered, tallies, average, texts }) => [answered, tallies, average, texts]),
  ).toEqual(Array(4).fill([0, [], null, []]))
  say(4, '1', 'Langer', 'Korter', 'Tekst 4')
  const [scale, choice, several, text] = seen(db, event).questions
  expect(scale?.tallies.map(({ total }) => total)).toEqual([1, 0, 0, 4, 0])
  expect(scale?.average).toBe(3.4)
  expect(choice?.tallies).toEqual([
    { option: 'Korter', total: 4 },
    { option: 'Langer', total: 1 },
    { option: 'Vaker', total: 0 },
  ])
  expect(several?.tallies.map(({ total }) => total)).toEqual([5, 0, 4])
  expect(text?.texts.map(one => one.text).sort()).toEqual([0, 1, 2, 3, 4].map(index => `Tekst ${index}`))
  expect(text?.texts.map(({ name }) => name)).toEqual(Array(5).fill(null))
})

test('a question that fewer than five answered stays closed, however many answered the others', () => {
  const { db, event, people } = openEvent(6)
  for (const [index, one] of people.entries()) answer(db, event, one, ['4', '', [], index < 4 ? 'Iets' : ''])
  expect(seen(db, event).questions.map(({ answered }) => answered)).toEqual([5, 0, 0, 0])
})

test('the sixth to the ninth are seen with the tenth, or once nobody can answer any more', () => {
  const { db, event, people } = openEvent(9)
  const shown = people.map(one => {
    answer(db, event, one, ['3'])
    return seen(db, event).shown
  })
  expect(shown).toEqual([0, 0, 0, 0, 5, 5, 5, 5, 5])
  expect(seen(db, event, feedbackEnds(event).subtract({ seconds: 1 })).shown).toBe(5)
  expect(seen(db, event, feedbackEnds(event))).toMatchObject({ state: 'closed', given: 9, shown: 9 })
})

test('texts stay in the same order from look to look', () => {
  const { db, event, people } = openEvent(10)
  people.forEach((one, index) => {
    answer(db, event, one, ['3', '', [], `Tekst ${index}`])
  })
  const look = () => seen(db, event).questions[3]?.texts
  expect(look()).toHaveLength(10)
  expect(look()).toEqual(look())
})

describe('names', () => {
  const namesOf = (named: number, nameless: number) => {
    const { db, event, people } = openEvent(named + nameless)
    people.forEach((one, index) => {
      answer(db, event, one, ['3', '', [], `Tekst ${index}`], { withName: index < named })
    })
    const text = seen(db, event, feedbackEnds(event)).questions[3]
    return [text?.texts.filter(({ name }) => name).length, text?.hidesNames]
  }

  test('stand beside what they wrote where the others are five at least, or there are no others', () => {
    expect(namesOf(5, 0)).toEqual([5, false])
    expect(namesOf(2, 5)).toEqual([2, false])
    expect(namesOf(0, 5)).toEqual([0, false])
  })

  test('and nowhere else', () => {
    for (const nameless of [1, 2, 3, 4]) expect(namesOf(5, nameless), `${nameless}`).toEqual([0, true])
  })
})

/** All that can be counted on a page, as one list. */
const figures = ({ questions }: FeedbackResults) =>
  questions.flatMap(({ tallies, texts }) => [...tallies.map(({ total }) => total), texts.length])

describe('whatever is answered, and whenever somebody looks', () => {
  const option = fc.constantFrom('', ...OPTIONS)
  const said = fc.record({
    answers: fc.tuple(
      fc.constantFrom('', ...SCALE),
      option,
      fc.uniqueArray(fc.constantFrom(...OPTIONS)),
      fc.constantFrom('', 'Iets'),
    ),
    withName: fc.boolean(),
  })

  test('nothing is seen of fewer than five, and nothing changes by fewer than five people at once', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 23 }), list => {
        const { db, event, people } = openEvent(list.length)
        let before = seen(db, event)
        for (const [index, { answers, withName }] of list.entries()) {
          answer(db, event, people[index] as Registration, answers, { withName })
          const now = seen(db, event)
          const [more, isSame] = [
            now.shown - before.shown,
            JSON.stringify(figures(now)) === JSON.stringify(figures(before)),
          ]
          expect(more % FEWEST).toBe(0)
          expect(more > 0 || isSame).toBe(true)
          check(now)
          before = now
        }
        check(seen(db, event, feedbackEnds(event)))
      }),
      { numRuns: 25 },
    )
  })

  function check({ given, shown, questions }: FeedbackResults) {
    expect(shown === 0 || shown >= FEWEST).toBe(true)
    expect(shown).toBeLessThanOrEqual(given)
    for (const { question, answered, tallies, texts } of questions) {
      expect(answered === 0 || answered >= FEWEST).toBe(true)
      expect(answered).toBeLessThanOrEqual(shown)
      const sum = tallies.reduce((all, { total }) => all + total, 0)
      if (question.kind === 'scale' || question.kind === 'choice') expect(sum).toBe(answered)
      if (answered === 0) expect([sum, texts.length]).toEqual([0, 0])
      const nameless = texts.filter(({ name }) => name === null).length
      expect(nameless === 0 || nameless >= FEWEST).toBe(true)
    }
  }
})

test('a question that is asked no more keeps its answers, and one that came later counts its own', () => {
  const { db, event, people } = openEvent(12)
  const of = { eventId: event.id }
  for (const one of people.slice(0, 6)) answer(db, event, one, ['5'])
  const [first] = listQuestions(db, of)
  const questions = [
    ...listQuestions(db, of).slice(1),
    { ...(first as WantedQuestion), id: null, usual: null, label: 'Nieuw?' },
  ]
  writeNow(db, tx => saveQuestions(tx, of, { questions, version: editVersionOf(tx, of) }, AFTER))
  for (const one of people.slice(6)) answer(db, event, one, ['', [], '', '1'])
  const shown = seen(db, event, feedbackEnds(event)).questions.map(({ question, average }) => [
    question.label || question.usual,
    question.isClosed,
    average,
  ])
  expect(shown).toEqual([
    ['useful', true, 5],
    ['Hoe lang?', false, null],
    ['Waarvoor?', false, null],
    ['better', false, null],
    ['Nieuw?', false, 1],
  ])
})

test('of a series the latest events are told of, each as its own page tells it', () => {
  const { db } = openWorld()
  const group = makeGroup(db)
  const series = makeSeries(db, group)
  const answered = [6, 3].map((count, index) => {
    const event = makeEvent(
      db,
      group,
      { seriesId: series.id, localStart: `2026-1${index + 1}-05T12:00` },
      Temporal.Instant.from('2026-10-01T08:00:00Z'),
    )
    for (let number = 0; number < count; number++) {
      const one = makeRegistration(
        db,
        event,
        { email: `${index}-${number}@example.org` },
        event.startsAt.subtract({ hours: 1 }),
      )
      answer(db, event, one, ['4'])
    }
    return event
  })
  makeEvent(db, group, { seriesId: series.id, localStart: '2027-01-07T12:00' })
  const told = seriesResults(db, series, Temporal.Instant.from('2026-12-06T12:00:00Z'), 12)
  expect(told.map(({ event, results }) => [event.id, results.given, results.questions[0]?.average])).toEqual([
    [answered[1]?.id, 3, null],
    [answered[0]?.id, 6, 4],
  ])
})
