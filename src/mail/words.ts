// The texts of one kind of mail, filled: writers ask for them by name and put them in blocks. A group's own words come
// before ours.
import type { OwnTexts } from '#src/domain/own-texts.ts'
import type { Placeholder, TemplateKind } from '#src/domain/placeholders.ts'
import { placeholderNamed } from '#src/domain/wording.ts'
import { type Locale, type Messages, messagesIn } from '#src/i18n/index.ts'
import { fill } from '#src/lib/placeholders.ts'
import { cleanLine } from '#src/lib/text.ts'

type Texts = Messages['mail']['texts']
/** `extra` is a paragraph that only own words have. */
export type Words<Kind extends TemplateKind> = Record<keyof Texts[Kind] | 'extra', string>

/** What placeholders stand for in one mail; each is worked out only if a text asks for it. */
export type Values = Partial<Record<Placeholder, () => string>>

/** Every text of a kind with its gaps open. */
export function textsOf<Kind extends TemplateKind>(kind: Kind, locale: Locale, own: OwnTexts): Words<Kind> {
  return { ...messagesIn(locale).mail.texts[kind], extra: '', ...own[kind] } as Words<Kind>
}

/** Every text of a kind with its gaps filled, each by one line. One without a value in this mail leaves nothing behind. */
export function wordsOf<Kind extends TemplateKind>(
  kind: Kind,
  locale: Locale,
  values: Values,
  own: OwnTexts,
): Words<Kind> {
  const standsFor = (name: string) => {
    const placeholder = placeholderNamed(name, locale)
    return placeholder && cleanLine(values[placeholder]?.() ?? '')
  }
  const filled = Object.entries<string>(textsOf(kind, locale, own)).map(([key, text]) => [key, fill(text, standsFor)])
  return Object.fromEntries(filled) as Words<Kind>
}
