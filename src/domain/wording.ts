// What somebody wrote as the text of a mail: cleaned, and judged by what may stand in that kind of mail.
import { LOCALES, type Locale, messagesIn } from '#src/i18n/index.ts'
import { opensAPage } from '#src/lib/masking.ts'
import { placeholdersIn } from '#src/lib/placeholders.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { isLine, isPersonal, type Placeholder, placeholdersOf, type TemplateKind } from './placeholders.ts'
import { mentionsRoom } from './secrets.ts'

export type TextProblem =
  | { code: 'required' }
  | { code: 'too_long'; most: number }
  /** An address of ours that opens one person's page. */
  | { code: 'personal_address' }
  /** The address of an online room, which is in no mail. */
  | { code: 'room' }
  /** A placeholder for such an address, where it may not stand. */
  | { code: 'personal_placeholder'; name: string }
  | { code: 'unknown_placeholder'; name: string }

const MOST = { line: 150, paragraph: 2000 }

export const mostOf = (key: string): number => (isLine(key) ? MOST.line : MOST.paragraph)
/** A greeting may be left out, as paragraphs may; a heading, a button or a label may not. */
export const mayBeEmpty = (key: string): boolean => !isLine(key) || key.startsWith('hello')

/** One line where it is one; elsewhere line breaks stay, and at most one empty line between paragraphs. */
export function cleanWording(key: string, text: string): string {
  if (isLine(key)) return cleanLine(text)
  return cleanText(text)
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
}

/** Why a cleaned text may not stand in this kind of mail; nothing if it may. `rooms` are the addresses of online rooms. */
export function problemIn(
  { kind, locale }: { kind: TemplateKind; locale: Locale },
  key: string,
  text: string,
  rooms: string[],
): TextProblem | undefined {
  if (!text && !mayBeEmpty(key)) return { code: 'required' }
  if (text.length > mostOf(key)) return { code: 'too_long', most: mostOf(key) }
  if (opensAPage(text)) return { code: 'personal_address' }
  if (rooms.some(room => mentionsRoom(text, room))) return { code: 'room' }
  return placeholderProblem(kind, locale, key, text)
}

function placeholderProblem(kind: TemplateKind, locale: Locale, key: string, text: string): TextProblem | undefined {
  const known = placeholdersOf(kind, key)
  for (const name of placeholdersIn(text)) {
    const placeholder = placeholderNamed(name, locale)
    if (placeholder && known.includes(placeholder)) continue
    return { code: placeholder && isPersonal(placeholder) ? 'personal_placeholder' : 'unknown_placeholder', name }
  }
  return undefined
}

/** The placeholder that is called so in texts of this language. */
export function placeholderNamed(name: string, locale: Locale): Placeholder | undefined {
  return NAMED[locale].get(name)
}

const NAMED = Object.fromEntries(
  LOCALES.map(locale => {
    const names = Object.entries(messagesIn(locale).mail.placeholders) as [Placeholder, string][]
    return [locale, new Map(names.map(([placeholder, name]) => [name, placeholder]))]
  }),
) as Record<Locale, Map<string, Placeholder>>

/** The names that a text may hold, as they are written in this language. */
export function namesFor(kind: TemplateKind, key: string, locale: Locale): string[] {
  return placeholdersOf(kind, key).map(placeholder => messagesIn(locale).mail.placeholders[placeholder])
}

/** Placeholders of our text that somebody's own text leaves out. */
export function leftOut(ours: string, own: string): string[] {
  const there = placeholdersIn(own)
  return placeholdersIn(ours).filter(name => !there.includes(name))
}
