// The languages: Dutch is the source of truth, and a language that lacks a key fails the type check. A third one is one
// file like en.ts, its name below, and its name in LOCALES of db/schema.ts.
import { en } from './en.ts'
import { type Messages, nl } from './nl.ts'

export type { Messages } from './nl.ts'
export const LANGUAGES = { nl, en } satisfies Record<string, Messages>
export type Locale = keyof typeof LANGUAGES
export const LOCALES = Object.keys(LANGUAGES) as Locale[]

export function messagesIn(locale: Locale): Messages {
  return LANGUAGES[locale]
}

export function isLocale(value: unknown): value is Locale {
  return typeof value === 'string' && Object.hasOwn(LANGUAGES, value)
}

/** What browsers send is the same few headers again and again. */
const wishes = new Map<string, Locale | null>()
const MOST_WISHES = 500

/** The first language of an Accept-Language header that we have (RFC 9110 §12.5.4); nothing if we have none of them. */
export function preferredLocale(header = ''): Locale | undefined {
  const known = wishes.get(header)
  if (known !== undefined) return known ?? undefined
  const read = readWish(header.slice(0, 200))
  if (wishes.size >= MOST_WISHES) wishes.clear()
  if (header.length < 200) wishes.set(header, read ?? null)
  return read
}

function readWish(header: string): Locale | undefined {
  return header
    .split(',')
    .map((part, order) => {
      const [range = '', quality = ''] = part.trim().split(/\s*;\s*q=/)
      return { locale: range.slice(0, 2).toLowerCase(), weight: quality === '' ? 1 : Number(quality), order }
    })
    .filter(wish => isLocale(wish.locale) && wish.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.order - b.order)
    .map(wish => wish.locale as Locale)[0]
}
