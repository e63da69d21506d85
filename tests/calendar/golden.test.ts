// Every calendar we make, byte for byte. After a change that is meant: UPDATE_GOLDEN=1 vitest run tests/calendar, and read
// the difference.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { linesOf, parseCalendar } from '../support/calendars.ts'
import { ROOM, tellStory } from './story.ts'

const calendars = tellStory()
const golden = (name: string) => new URL(`./golden/${name}.ics`, import.meta.url)

describe.each(Object.entries(calendars))('%s', (name, content) => {
  it('is what it was', () => {
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden(name), content)
    expect(content).toBe(readFileSync(golden(name), 'utf8'))
  })

  it('has lines of at most 75 octets of valid UTF-8, ended by CRLF', () => {
    const lines = linesOf(content).map(line => Buffer.from(line))
    expect(lines.filter(line => line.length > 75)).toEqual([])
    expect(lines.map(line => new TextDecoder('utf-8', { fatal: true }).decode(line))).toEqual(linesOf(content))
  })

  it('names each zone it uses exactly once, and writes every other moment in UTC', () => {
    const used = new Set(content.match(/(?<=;TZID=)[^:]+/g))
    expect(content.match(/(?<=^TZID:).+(?=\r$)/gm)).toEqual([...used])
    const moments = content.match(/^(DTSTAMP|CREATED|LAST-MODIFIED|DTSTART|DTEND)[:;].*(?=\r$)/gm) ?? []
    const events = moments.filter(line => !/^DTSTART:19\d{6}T\d{6}$/.test(line))
    expect(events.length % 5).toBe(0)
    expect(
      events.filter(line => !/:\d{8}T\d{6}Z$|^DT(START|END);TZID=Europe\/Amsterdam:\d{8}T\d{6}$/.test(line)),
    ).toEqual([])
  })

  it('holds nothing that programs stumble over', () => {
    const flat = content.replaceAll('\r\n ', '')
    expect(flat).not.toMatch(
      /VALARM|RDATE|RECURRENCE-ID|SCHEDULE-AGENT|SENT-BY|TIMEZONE-ID|X-WR-TIMEZONE|X-LIC-LOCATION|\uFEFF/,
    )
    expect(flat.replaceAll(/^BEGIN:VTIMEZONE.*?^END:VTIMEZONE/gms, '')).not.toContain('RRULE')
    expect(flat).not.toMatch(/^(URL|CONFERENCE|ORGANIZER|ATTENDEE)[^\r\n]*\\/m)
    expect(flat).not.toMatch(/CN="[^"]*\^/)
    expect(flat).not.toContain(ROOM)
    const { events } = parseCalendar(content)
    expect(new Set(events.map(event => event.uid)).size).toBe(events.length)
  })
})

it.each(['UTC', 'Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata'])('is the same on a machine in %s', zone => {
  const story = `${import.meta.dirname}/story.ts`
  const printed = execFileSync(process.execPath, [story], { env: { ...process.env, TZ: zone }, encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual(calendars)
})
