// What a mailing is called on the pages of organisers: its subject, with what the event fills in it. What differs from person to
// person stays as it was written.
import type { Event } from '#src/domain/events.ts'
import type { Mailing } from '#src/domain/mailings.ts'
import { placeholderNamed } from '#src/domain/wording.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import type { Locale } from '#src/i18n/index.ts'
import { fill } from '#src/lib/placeholders.ts'

/** Empty for one without a subject. */
export function titleOf({ subject }: Pick<Mailing, 'subject'>, event: Event, locale: Locale): string {
  const formats = formatsIn(locale, event.timeZone)
  const values: Record<string, string> = {
    title: event.title,
    day: formats.dayTiny(event),
    date: formats.dayShort(event),
  }
  return fill(subject, name => values[placeholderNamed(name, locale) ?? ''])
}
