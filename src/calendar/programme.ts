// Somebody's own programme in words, a line for each part of the day, as calendars and mails have it.
import type { Part } from '#src/domain/own-programme.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'

/** What a part of the programme is called; one where nothing is settled yet says so. */
export function nameOfPart({ what, title }: Part, locale: Locale): string {
  const words = messagesIn(locale).words.ownProgramme
  if (what === 'waiting') return words.waiting(title)
  return what === 'later' || what === 'open' ? words[what] : title
}

/** '10.00–11.00'; with the day before it where the programme takes more days than one. */
export function timeOfPart(part: Part, all: Part[], { timeZone }: { timeZone: string }, locale: Locale): string {
  const formats = formatsIn(locale, timeZone)
  const days = new Set(all.map(({ localStart }) => localStart.slice(0, 10)))
  const span = formats.span({ ...part, timeZone })
  return days.size > 1 ? `${formats.dayTiny(part)}, ${span}` : span
}

/** Nothing where there is no programme of one's own. */
export function programmeText(parts: Part[], event: { timeZone: string }, locale: Locale): string {
  if (parts.length === 0) return ''
  const lines = parts.map(part => {
    const room = part.room && ` (${part.room})`
    return `${timeOfPart(part, parts, event, locale)} ${nameOfPart(part, locale)}${room}`
  })
  return [`${messagesIn(locale).words.ownProgramme.title}:`, ...lines].join('\n')
}
