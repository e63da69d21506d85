// The texts of one kind of mail, filled: writers ask for them by name and put them in blocks.
import type { Placeholder } from '#src/domain/placeholders.ts'
import { type Locale, type Messages, messagesIn } from '#src/i18n/index.ts'
import { fill } from '#src/lib/placeholders.ts'

export type Texts = Messages['mail']['texts']
export type TextKind = keyof Texts
export type Words<Kind extends TextKind> = Record<keyof Texts[Kind], string>

/** What placeholders stand for in one mail; each is worked out only if a text asks for it. */
export type Values = Partial<Record<Placeholder, () => string>>

/** Every text of a kind, with its placeholders filled. One that has no value here leaves nothing behind. */
export function wordsOf<Kind extends TextKind>(kind: Kind, locale: Locale, values: Values): Words<Kind> {
  const { texts, placeholders } = messagesIn(locale).mail
  const standsFor = (name: string) => {
    const known = Object.entries(placeholders).find(([, itsName]) => itsName === name)
    return known && (values[known[0] as Placeholder]?.() ?? '')
  }
  const filled = Object.entries(texts[kind]).map(([key, text]) => [key, fill(text, standsFor)])
  return Object.fromEntries(filled) as Words<Kind>
}
