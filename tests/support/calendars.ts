// Reading calendars back: with ical.js as a program would, and line by line as the standard has it.
import ICAL from 'ical.js'

export function parseCalendar(content: string) {
  const calendar = new ICAL.Component(ICAL.parse(content))
  return {
    calendar,
    method: calendar.getFirstPropertyValue('method'),
    events: calendar.getAllSubcomponents('vevent').map(component => new ICAL.Event(component)),
  }
}

/** The only event of a calendar. */
export function parseEvent(content: string): ICAL.Event {
  const { events } = parseCalendar(content)
  const [event] = events
  if (events.length !== 1 || !event) throw new Error(`${events.length} events`)
  return event
}

/** The moment a calendar program shows, by the calendar's own VTIMEZONE. */
export const instantOf = (time: ICAL.Time) => time.toJSDate().toISOString()

export const propertyOf = (event: ICAL.Event, property: string) => event.component.getFirstPropertyValue(property)

/** Every physical line; throws unless each ends in CRLF. */
export function linesOf(content: string): string[] {
  if (!content.endsWith('\r\n') || /[^\r]\n|\r[^\n]/.test(content)) throw new Error('not CRLF throughout')
  return content.slice(0, -2).split('\r\n')
}
