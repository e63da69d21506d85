// VTIMEZONE: one small block per zone, under exactly the name the events use. The library knows Amsterdam only as the zone
// it is a link to (Brussels), so its TZID is rewritten.
import { tzlib_get_ical_block, tzlib_get_offset, tzlib_get_timezones } from 'timezones-ical-library'

const KNOWN = new Set(tzlib_get_timezones())
const blocks = new Map<string, string>()

/** The block of a zone, with CRLF after each line. */
export function vtimezone(zone: string): string {
  const block = blocks.get(zone) ?? makeBlock(zone)
  blocks.set(zone, block)
  return block
}

function makeBlock(zone: string): string {
  const [found = ''] = tzlib_get_ical_block(zone)
  const lines = found.split('\r\n').filter(line => !/^(X-LIC-LOCATION|LAST-MODIFIED):/.test(line))
  return lines
    .map(line => (line.startsWith('TZID:') ? `TZID:${zone}` : line))
    .join('\r\n')
    .concat('\r\n')
}

/** Asked for every invite and every entry of a feed, and dear: 0.3 ms a time, a tenth of what a mail costs. */
const answers = new Map<string, boolean>()
const MOST_ANSWERS = 10_000

/**
 * Whether the block says the same about a moment as Temporal does. Zones whose rules changed or follow the moon do not fit
 * in two yearly observances; their events are written in UTC, which is as valid (RFC 5545 §3.3.5).
 */
export function isInBlock(moment: Temporal.ZonedDateTime): boolean {
  const text = moment.toString({ smallestUnit: 'minute' })
  const answer = answers.get(text) ?? compare(moment)
  if (answers.size >= MOST_ANSWERS) answers.clear()
  answers.set(text, answer)
  return answer
}

/** Which of the two a wall time means that a clock change repeats, programs do not agree on, although RFC 5545 §3.3.5 says. */
function isTwice(moment: Temporal.ZonedDateTime): boolean {
  const wall = moment.toPlainDateTime()
  const [first, second] = (['earlier', 'later'] as const).map(disambiguation =>
    wall.toZonedDateTime(moment.timeZoneId, { disambiguation }),
  )
  return first?.offset !== second?.offset
}

function compare(moment: Temporal.ZonedDateTime): boolean {
  const zone = moment.timeZoneId
  if (!KNOWN.has(zone) || isTwice(moment)) return false
  const [date, time] = moment.toString({ smallestUnit: 'minute', offset: 'never', timeZoneName: 'never' }).split('T')
  return tzlib_get_offset(zone, date ?? '', time ?? '') === moment.offset.replace(':', '')
}
