// Our own texts: each language has the same ones, and each asks only for what its kind of mail knows.
import { describe, expect, test } from 'vitest'
import { placeholdersOf } from '#src/domain/placeholders.ts'
import { TEMPLATE_KINDS } from '#src/domain/templates.ts'
import { LANGUAGES, LOCALES, messagesIn } from '#src/i18n/index.ts'
import { fill, placeholdersIn } from '#src/lib/placeholders.ts'
import { wordsOf } from '#src/mail/words.ts'

describe.each(LOCALES)('in %s', locale => {
  const { texts, placeholders } = LANGUAGES[locale].mail

  test('every kind has the same texts as in Dutch, and none is empty', () => {
    const keysOf = (all: object) => Object.entries(all).map(([kind, of]) => [kind, Object.keys(of)])
    expect(keysOf(texts)).toEqual(keysOf(messagesIn('nl').mail.texts))
    for (const kind of TEMPLATE_KINDS) for (const text of Object.values(texts[kind])) expect(text.trim()).not.toBe('')
  })

  test.each(TEMPLATE_KINDS)('%s uses only placeholders that it has', kind => {
    const unknown = Object.entries(texts[kind]).flatMap(([key, text]) => {
      const names = placeholdersOf(kind, key).map(placeholder => placeholders[placeholder])
      return placeholdersIn(text).filter(name => !names.includes(name))
    })
    expect(unknown).toEqual([])
  })

  test('a placeholder is called by one name, which can be read back', () => {
    const names = Object.values(placeholders)
    expect(new Set(names).size).toBe(names.length)
    expect(names.flatMap(name => placeholdersIn(`{${name}}`))).toEqual(names)
  })
})

test('what fills a text is not read again, and an unknown name stays as it is written', () => {
  const words = wordsOf('confirmed', 'nl', { title: () => '{dag} $& {titel}', day: () => 'do 3 dec' }, {})
  expect(words.subject).toBe('Je bent aangemeld: {dag} $& {titel} (do 3 dec)')
  expect(fill('{ Titel } {anders} {', name => (name === 'titel' ? 'T' : undefined))).toBe('T {anders} {')
})

test('a placeholder without a value here leaves nothing behind', () => {
  expect(wordsOf('confirmed', 'en', { title: () => 'T' }, {}).subject).toBe('You are registered: T ()')
})
