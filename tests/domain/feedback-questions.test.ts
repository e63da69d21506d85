// Which questions are asked after an event, and how far they can be changed.
import { expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { feedbackForms, feedbackQuestions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'

import { deleteDraft } from '#src/domain/drafts.ts'
import { duplicateEvent } from '#src/domain/duplicating.ts'
import {
  editVersionOf,
  type FeedbackOf,
  isAnswered,
  listAsked,
  listQuestions,
  MOST_EVER,
  MOST_QUESTIONS,
  saveQuestions,
  type WantedQuestion,
} from '#src/domain/feedback-questions.ts'
import { answer } from '../support/feedback.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

function openSeries() {
  const { db } = openWorld()
  const group = makeGroup(db)
  const series = makeSeries(db, group)
  const event = makeEvent(db, group, { seriesId: series.id })
  return { db, group, series, event }
}

const own = (label: string): WantedQuestion => ({ id: null, kind: 'text', usual: null, label, options: [] })
const save = (db: Db, of: FeedbackOf, questions: WantedQuestion[]) =>
  writeNow(db, tx => saveQuestions(tx, of, { questions, version: editVersionOf(tx, of) }, NOW))
const labels = (db: Db, of: FeedbackOf) => listQuestions(db, of).map(({ usual, label }) => usual ?? label)

test('three of ours are asked where nobody says otherwise, and nothing is kept for that', () => {
  const { db, series, event } = openSeries()
  expect(labels(db, { eventId: event.id })).toEqual(['useful', 'takeaway', 'better'])
  expect(labels(db, { seriesId: series.id })).toEqual(['useful', 'takeaway', 'better'])
  expect(db.select().from(feedbackForms).all()).toEqual([])
})

test('an event asks what its series asks, until it asks something itself or somebody answers', () => {
  const { db, group, series, event } = openSeries()
  const of = { eventId: event.id }
  save(db, { seriesId: series.id }, [own('Van de reeks?')])
  expect(labels(db, of)).toEqual(['Van de reeks?'])
  const other = makeEvent(db, group, { seriesId: series.id, localStart: '2027-01-07T12:00' })
  save(db, { eventId: other.id }, [own('Van mij?')])
  answer(db, event, makeRegistration(db, event), ['Mooi'])
  save(db, { seriesId: series.id }, [own('Toch anders?')])
  expect(labels(db, of)).toEqual(['Van de reeks?'])
  expect(labels(db, { eventId: other.id })).toEqual(['Van mij?'])
  expect([isAnswered(db, of), isAnswered(db, { seriesId: series.id })]).toEqual([true, false])
})

test('until somebody answers all of it can be changed; then one can be added, or asked no more, and that is all', () => {
  const { db, event } = openSeries()
  const of = { eventId: event.id }
  save(db, of, [own('Een?'), own('Twee?')])
  save(db, of, [own('Twee?'), own('Drie?')])
  expect(labels(db, of)).toEqual(['Twee?', 'Drie?'])
  answer(db, event, makeRegistration(db, event), ['Mooi'])
  const [two, three] = listQuestions(db, of)
  if (!two || !three) throw new Error('nothing is asked')
  save(db, of, [own('Vier?'), { ...two, label: 'Stiekem anders?', kind: 'scale' }])
  expect(listQuestions(db, of).map(({ label, kind, isClosed }) => [label, kind, isClosed])).toEqual([
    ['Twee?', 'text', false],
    ['Drie?', 'text', true],
    ['Vier?', 'text', false],
  ])
  // Asked no more is for good: its answers are what they are.
  save(db, of, [two, three])
  expect(listAsked(db, event).map(({ label }) => label)).toEqual(['Twee?'])
})

test('no more than five are asked at once, and there is an end to what can be added', () => {
  const { db, event } = openSeries()
  const of = { eventId: event.id }
  save(
    db,
    of,
    Array.from({ length: 9 }, (_, index) => own(`${index}?`)),
  )
  expect(listAsked(db, event)).toHaveLength(MOST_QUESTIONS)
  answer(db, event, makeRegistration(db, event), ['Mooi'])
  for (let time = 0; time < 5; time++)
    save(
      db,
      of,
      Array.from({ length: 5 }, (_, index) => own(`${time} ${index}?`)),
    )
  expect(listQuestions(db, of)).toHaveLength(MOST_EVER)
  expect(listAsked(db, event).length).toBeLessThanOrEqual(MOST_QUESTIONS)
})

test('a form made from other questions, or from before the first answer, changes nothing', () => {
  const { db, event } = openSeries()
  const of = { eventId: event.id }
  const before = editVersionOf(db, of)
  save(db, of, [own('Een?')])
  const stale = (version: string) => () =>
    writeNow(db, tx => saveQuestions(tx, of, { questions: [own('Twee?')], version }, NOW))
  expect(stale(before)).toThrow('changed_meanwhile')
  const unanswered = editVersionOf(db, of)
  answer(db, event, makeRegistration(db, event), ['Mooi'])
  expect(stale(unanswered)).toThrow('changed_meanwhile')
  expect(labels(db, of)).toEqual(['Een?'])
})

test('a copy of an event asks the same where that was its own; a draft that goes takes its questions along', () => {
  const { db, event } = openSeries()
  const copy = writeNow(db, tx => duplicateEvent(tx, event, '2027-02-04T12:00', { organiserId: null }, NOW))
  expect(db.select().from(feedbackForms).all()).toEqual([])
  save(db, { eventId: event.id }, [own('Een?')])
  const other = writeNow(db, tx => duplicateEvent(tx, event, '2027-03-04T12:00', { organiserId: null }, NOW))
  expect([labels(db, { eventId: copy.id }), labels(db, { eventId: other.id })]).toEqual([
    ['useful', 'takeaway', 'better'],
    ['Een?'],
  ])
  writeNow(db, tx => deleteDraft(tx, other, { organiserId: null, revision: other.revision }, NOW))
  expect(db.select().from(feedbackForms).all()).toHaveLength(1)
  expect(db.select().from(feedbackQuestions).all()).toHaveLength(1)
})
