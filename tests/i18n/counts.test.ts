// Counts in words: one of something is never said in the plural.
import { expect, test } from 'vitest'
import { LANGUAGES, type Locale } from '#src/i18n/index.ts'

/** What is called with one limit or one line at most, and never with a count of one: fixed limits, and what has more than one. */
const NEVER_ONE = ['too_long', 'draftsAll', 'mostInFile', 'why', 'tooMany']
const PLURALS: Record<Locale, RegExp> = {
  nl: /\b1 (van (de )?1 |nog )?(plaatsen|mensen|tekens|minuten|dagen|maanden|weken|concepten|vakanties|mails|datums|regels|voorstellen|antwoorden|bijeenkomsten|reeksen|taken|wachten|komen|staan|zijn)\b|\b(zijn nog|zouden|wachten) 1\b|\b1 kwamen\b/,
  en: /\b1 (of (the )?1 |more |still )?(places|people|characters|minutes|days|months|weeks|times|drafts|holidays|e-mails|mails|dates|lines|proposals|answers|events|tasks|wait|were|are)\b|\bare 1\b/,
}

/** These take their numbers as text. */
const AS_TEXT = /\.reach\.(note\.|monthsSummary)/

/** Every sentence of a language that is made with numbers, made with ones. */
function* saidOfOne(words: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof words === 'function') {
    if (!AS_TEXT.test(path) && !NEVER_ONE.some(name => path.endsWith(`.${name}`))) yield [path, attempt(words as Words)]
  } else if (typeof words === 'object' && words !== null) {
    for (const [key, value] of Object.entries(words)) yield* saidOfOne(value, `${path}.${key}`)
  }
}
type Words = (...values: unknown[]) => unknown

/** Some want a list or a name: those say nothing about a number. */
function attempt(words: Words): string {
  try {
    return String(words(1, 1, 1, 1))
  } catch {
    return ''
  }
}

test.each(Object.entries(LANGUAGES))('in %s one of something stands in the singular', (locale, words) => {
  const said = [...saidOfOne(words, '')]
  expect(said.length).toBeGreaterThan(300)
  expect(said.filter(([, text]) => PLURALS[locale as Locale].test(text))).toEqual([])
  const { reach } = words.console
  for (const text of [reach.note.events('1', '1'), reach.note.waiting('1'), reach.monthsSummary('mei', '1', '1')]) {
    expect(text).not.toMatch(PLURALS[locale as Locale])
  }
})

test('of several in the plural', () => {
  const { nl, en } = LANGUAGES
  expect([nl.event.left(1, 40), en.event.left(1, 40)]).toEqual(['Nog 1 van 40 plaatsen vrij.', '1 of 40 places left.'])
  expect([nl.event.left(1, 1), en.event.left(1, 1)]).toEqual(['Nog één plaats vrij.', 'One place left.'])
})
