// The Atom feed of what is coming up (RFC 4287), for who reads news rather than calendars.
import type { ListedEvent } from '#src/domain/events.ts'
import type { Formats } from '#src/i18n/dates.ts'
import type { Messages } from '#src/i18n/index.ts'
import { cleanText } from '#src/lib/text.ts'
import { later } from '#src/lib/time.ts'

export interface AtomContext {
  t: Messages
  f: Formats
  /** Absolute addresses: of this feed, of the agenda, of an event's page. */
  selfUrl: string
  agendaUrl: string
  eventUrl: (event: ListedEvent) => string
}

/** The events in the order given. Ids never change, and `updated` is what their last change says. */
export function atomFeed(events: ListedEvent[], context: AtomContext): string {
  const { t, selfUrl, agendaUrl } = context
  const updated = events.map(updatedAt).reduce(later, Temporal.Instant.fromEpochMilliseconds(0))
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${t.locale}">`,
    `<id>${xml(selfUrl)}</id>`,
    `<title>${xml(t.calendar.upcoming)}</title>`,
    `<updated>${updated}</updated>`,
    `<link rel="self" type="application/atom+xml" href="${xml(selfUrl)}"/>`,
    `<link rel="alternate" type="text/html" href="${xml(agendaUrl)}"/>`,
    ...events.map(event => entry(event, context)),
    '</feed>\n',
  ].join('\n')
}

function entry(event: ListedEvent, { t, f, eventUrl }: AtomContext): string {
  const title = event.cancelledAt ? t.calendar.cancelled(event.title) : event.title
  return [
    '<entry>',
    `<id>urn:uuid:${event.uid}</id>`,
    `<title>${xml(title)}</title>`,
    `<updated>${updatedAt(event)}</updated>`,
    event.publishedAt && `<published>${event.publishedAt}</published>`,
    `<link rel="alternate" type="text/html" href="${xml(eventUrl(event))}"/>`,
    `<author><name>${xml(event.group.name)}</name></author>`,
    ...event.themes.map(theme => `<category term="${xml(theme.slug)}" label="${xml(theme.name)}"/>`),
    `<summary>${xml([f.when(event), event.summary].filter(Boolean).join('\n'))}</summary>`,
    '</entry>',
  ]
    .filter(Boolean)
    .join('\n')
}

function updatedAt({ revisedAt, publishedAt }: ListedEvent): Temporal.Instant {
  return later(revisedAt, publishedAt ?? revisedAt)
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text that XML can hold: control characters are gone, and so are the two code points it refuses besides. */
function xml(value: string): string {
  return cleanText(value)
    .replaceAll(/[\uFFFE\uFFFF]/g, '')
    .replaceAll(/[&<>"]/g, character => ENTITIES[character] ?? '')
}
