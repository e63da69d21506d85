// What may stand in which text: personal links only where one person reads them, and never in a line.
import { expect, test } from 'vitest'
import { goesToMany, isPersonal, PLACEHOLDERS, placeholdersOf, type TemplateKind } from '#src/domain/placeholders.ts'
import { ourTexts, TEMPLATE_KINDS } from '#src/domain/templates.ts'

const TO_MANY: TemplateKind[] = [
  'shared',
  'place_free',
  'changed',
  'cancelled',
  'reinstated',
  'briefing',
  'workshop_changed',
  'workshop_cancelled',
  'reminder_day',
  'reminder_hour',
  'mailing',
  'invited',
  'announcement',
  'newsletter',
  'question_planned',
  'question_answered',
]

test('every kind of mail is either to one person or to many, and mails to many hold no personal link', () => {
  expect(TEMPLATE_KINDS.toSorted()).toEqual(Object.keys(PLACEHOLDERS).toSorted())
  expect(TEMPLATE_KINDS.filter(goesToMany)).toEqual(TO_MANY)
  for (const kind of TO_MANY) expect(PLACEHOLDERS[kind].filter(isPersonal)).toEqual([])
  const personal = TEMPLATE_KINDS.filter(kind => PLACEHOLDERS[kind].some(isPersonal))
  expect(personal).toEqual([
    ...(['confirmed', 'waitlisted', 'requested', 'promoted', 'unregistered', 'declined', 'asked'] as const),
    ...(['workshop_confirmed', 'again'] as const),
    ...(['series_confirmed', 'series_promoted', 'series_waitlisted', 'series_left', 'series_again', 'my'] as const),
  ])
})

test.each(TEMPLATE_KINDS)('%s: a subject, a heading or a button holds no personal link', kind => {
  for (const key of Object.keys(ourTexts('nl', kind))) {
    if (/subject|eyebrow|button|title|label|footer/i.test(key)) {
      expect(placeholdersOf(kind, key).filter(isPersonal), key).toEqual([])
    }
  }
})
