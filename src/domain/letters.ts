// What an organiser may write in a mail to many: a subject and plain paragraphs with placeholders, and nothing that opens one
// person's page or the room. Personal links are blocks of ours; they are never typed.
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { series } from '#db/schema.ts'
import { LOCALES, type Locale } from '#src/i18n/index.ts'
import { Invalid } from '#src/lib/errors.ts'
import { opensAPage } from '#src/lib/masking.ts'
import { placeholdersIn } from '#src/lib/placeholders.ts'
import { cleanLine } from '#src/lib/text.ts'
import type { Event } from './events.ts'
import { isPersonal, PLACEHOLDERS, type Placeholder } from './placeholders.ts'
import { mentionsRoom } from './secrets.ts'
import { cleanWording, placeholderNamed, type TextProblem } from './wording.ts'

export interface Letter {
  subject: string
  body: string
}
export type LetterField = keyof Letter

export const MOST: Record<LetterField, number> = { subject: 150, body: 5000 }

/** As it is kept: without what cannot be seen or would break a line. */
export function cleanLetter({ subject, body }: Letter): Letter {
  return { subject: cleanLine(subject), body: cleanWording('body', body) }
}

/** What is wrong with a cleaned letter, by field. */
export function problemsIn(db: Db, event: Event, letter: Letter): Partial<Record<LetterField, TextProblem>> {
  const rooms = roomsOf(db, event)
  const found = (['subject', 'body'] as const).flatMap(field => {
    const problem = problemOf(field, letter[field], rooms)
    return problem ? [[field, problem]] : []
  })
  return Object.fromEntries(found)
}

/** Invalid, at the field, if a letter may not be mailed as it is. */
export function refuseLetter(db: Db, event: Event, letter: Letter): void {
  const wrong = Object.entries(problemsIn(db, event, letter)).map(([field, { code }]) => [field, code])
  if (wrong.length) throw new Invalid(Object.fromEntries(wrong))
}

function problemOf(field: LetterField, text: string, rooms: string[]): TextProblem | undefined {
  if (!text) return { code: 'required' }
  if (text.length > MOST[field]) return { code: 'too_long', most: MOST[field] }
  if (opensAPage(text)) return { code: 'personal_address' }
  if (rooms.some(room => mentionsRoom(text, room))) return { code: 'room' }
  const name = placeholdersIn(text).find(each => !isKnown(each))
  return name === undefined ? undefined : { code: isOwn(name) ? 'personal_placeholder' : 'unknown_placeholder', name }
}

/** The event's own, its series', and the one that only its host may open. */
function roomsOf(db: Db, { roomUrl, hostUrl, seriesId }: Event): string[] {
  const usual = seriesId === null ? undefined : db.select().from(series).where(eq(series.id, seriesId)).get()?.roomUrl
  return [roomUrl, hostUrl, usual].flatMap(url => url ?? [])
}

/** A placeholder by its name in any language, and the language of that name: what stands for it is said in that one. */
export function placeholderIn(name: string): { placeholder: Placeholder; locales: Locale[] } | undefined {
  const locales = LOCALES.filter(locale => placeholderNamed(name, locale) !== undefined)
  const placeholder = locales[0] && placeholderNamed(name, locales[0])
  return placeholder && { placeholder, locales }
}

function isKnown(name: string): boolean {
  const found = placeholderIn(name)
  return found !== undefined && PLACEHOLDERS.mailing.includes(found.placeholder)
}

function isOwn(name: string): boolean {
  const found = placeholderIn(name)
  return found !== undefined && isPersonal(found.placeholder)
}
