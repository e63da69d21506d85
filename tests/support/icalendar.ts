// A strict little reader of iCalendar text, written from RFC 5545 alone: content lines, components, TEXT, and moments by
// the VTIMEZONE that comes along. It imports nothing, so that what it finds owes nothing to what wrote it.

export interface Property {
  name: string
  params: Map<string, string[]>
  value: string
}
export interface Component {
  name: string
  properties: Property[]
  components: Component[]
}

/** What the RFC forbids; the message says what. */
export class Forbidden extends Error {}

const PARAM = /;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)/y
/** Control characters have no place in a line (§3.1); only a tab may stand in a value. */
const CONTROL = /(?!\t)\p{Cc}/u

/** The one VCALENDAR of a text. Throws Forbidden on whatever is no iCalendar. */
export function readCalendar(text: string): Component {
  const lines = text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/)
  if (lines.pop() !== '') throw new Forbidden('the last line does not end')
  const root: Component = { name: '', properties: [], components: [] }
  const open = [root]
  for (const property of lines.map(readLine)) {
    const inner = open.at(-1) as Component
    if (property.name === 'BEGIN') {
      const component = { name: property.value.toUpperCase(), properties: [], components: [] }
      inner.components.push(component)
      open.push(component)
    } else if (property.name === 'END') {
      if (open.length === 1 || property.value.toUpperCase() !== inner.name)
        throw new Forbidden(`END:${property.value} ends nothing`)
      open.pop()
    } else if (open.length === 1) throw new Forbidden(`${property.name} stands outside a component`)
    else inner.properties.push(property)
  }
  const [calendar] = root.components
  if (open.length > 1 || root.components.length !== 1 || calendar?.name !== 'VCALENDAR')
    throw new Forbidden('not one whole VCALENDAR')
  return calendar
}

/** `name *(";" param) ":" value` (§3.1). */
function readLine(line: string): Property {
  const name = /^[A-Za-z0-9-]+/.exec(line)?.[0]
  if (!name || CONTROL.test(line)) throw new Forbidden(`not a content line: ${line}`)
  const params = new Map<string, string[]>()
  let end = name.length
  PARAM.lastIndex = end
  for (let found = PARAM.exec(line); found; found = PARAM.exec(line)) {
    const [, key = '', values = ''] = found
    params.set(
      key.toUpperCase(),
      [...values.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
    )
    end = PARAM.lastIndex
  }
  if (line[end] !== ':') throw new Forbidden(`not a content line: ${line}`)
  return { name: name.toUpperCase(), params, value: line.slice(end + 1) }
}

/** The only property of a name; nothing if there is none. Throws Forbidden when there are more. */
export function findProperty(component: Component, name: string): Property | undefined {
  const found = component.properties.filter(property => property.name === name)
  if (found.length > 1) throw new Forbidden(`${found.length} times ${name} in ${component.name}`)
  return found[0]
}

export function getProperty(component: Component, name: string): Property {
  const found = findProperty(component, name)
  if (!found) throw new Forbidden(`no ${name} in ${component.name}`)
  return found
}

/** TEXT (§3.3.11): nothing but `\\`, `\;`, `\,` and `\n` is escaped. */
export function textOf({ name, value }: Property): string {
  return value.replaceAll(/\\(.?)/g, (_, escaped: string) => {
    if (!/^[\\;,nN]$/.test(escaped)) throw new Forbidden(`\\${escaped} in ${name}`)
    return escaped.toLowerCase() === 'n' ? '\n' : escaped
  })
}

/** A DATE-TIME as a moment: in UTC, or in a zone that this calendar defines. Floating times and bare dates are refused. */
export function momentOf(property: Property, calendar: Component): Temporal.Instant {
  const { name, value, params } = property
  const tzid = params.get('TZID')?.[0]
  const [, local = '', utc] = /^(\d{8}T\d{6})(Z?)$/.exec(value) ?? []
  if (!local) throw new Forbidden(`${name} is no date and time: ${value}`)
  if (utc && tzid !== undefined) throw new Forbidden(`${name} is in UTC and in ${tzid}`)
  if (utc) return at(Temporal.PlainDateTime.from(local), 0)
  if (tzid === undefined) throw new Forbidden(`${name} floats`)
  const zone = calendar.components.find(one => one.name === 'VTIMEZONE' && getProperty(one, 'TZID').value === tzid)
  if (!zone) throw new Forbidden(`no VTIMEZONE for ${tzid}`)
  const wall = Temporal.PlainDateTime.from(local)
  return at(wall, offsetAt(zone, wall))
}

function at(wall: Temporal.PlainDateTime, offsetMs: number): Temporal.Instant {
  const asUtc = wall.toZonedDateTime('UTC').toInstant()
  return asUtc.subtract({ milliseconds: offsetMs })
}

/**
 * The offset in force at a wall time (§3.6.5): that of the observance that began last. One begins for good once the clock
 * has been set: a wall time that is skipped or repeated has the offset from before (§3.3.5).
 */
function offsetAt(zone: Component, wall: Temporal.PlainDateTime): number {
  const began = zone.components
    .flatMap(observance => {
      const [from, to] = [offsetOf(observance, 'TZOFFSETFROM'), offsetOf(observance, 'TZOFFSETTO')]
      const settled = { milliseconds: Math.max(0, to - from) }
      return onsetsOf(observance, wall.year).map(onset => ({ onset: onset.add(settled), to }))
    })
    .filter(({ onset }) => Temporal.PlainDateTime.compare(onset, wall) <= 0)
    .sort((a, b) => Temporal.PlainDateTime.compare(a.onset, b.onset))
  const last = began.at(-1)
  if (!last) throw new Forbidden(`${getProperty(zone, 'TZID').value} has no offset at ${wall}`)
  return last.to
}

function offsetOf(observance: Component, name: string): number {
  const { value } = getProperty(observance, name)
  const [, sign, hours, minutes] = /^([+-])(\d{2})(\d{2})$/.exec(value) ?? []
  if (!sign) throw new Forbidden(`${name} is no offset: ${value}`)
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

/** When an observance begins, in a year and the one before: once, or yearly on the nth such day of a month. */
function onsetsOf(observance: Component, year: number): Temporal.PlainDateTime[] {
  const first = Temporal.PlainDateTime.from(getProperty(observance, 'DTSTART').value)
  const rule = findProperty(observance, 'RRULE')?.value
  if (!rule) return [first]
  const [, month, nth, day = ''] = /^FREQ=YEARLY;BYMONTH=(\d+);BYDAY=(-?\d)([A-Z]{2})$/.exec(rule) ?? []
  if (!month) throw new Error(`a rule this reader does not know: ${rule}`)
  return [year - 1, year]
    .filter(one => one >= first.year)
    .map(one => nthDay(one, Number(month), Number(nth), DAYS.indexOf(day) + 1).toPlainDateTime(first.toPlainTime()))
}

function nthDay(year: number, month: number, nth: number, weekday: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 })
  if (nth > 0) return first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + 7 * (nth - 1) })
  const last = first.add({ months: 1 }).subtract({ days: 1 })
  return last.subtract({ days: ((last.dayOfWeek - weekday + 7) % 7) + 7 * (-nth - 1) })
}
