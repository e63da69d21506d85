// The plainest entry there is, for tests that change one thing about it.
import { type Entry, vcalendar, vevent } from '#src/calendar/vevent.ts'

export const start = Temporal.ZonedDateTime.from('2026-12-03T12:00[Europe/Amsterdam]')
export const entry = {
  uid: '0b0c5f2e-6f0f-4a53-8f5e-5d3a3f4f9f10',
  sequence: 0,
  stamp: Temporal.Instant.from('2026-11-21T09:00:00Z'),
  created: Temporal.Instant.from('2026-11-21T09:00:00Z'),
  start,
  end: start.add({ minutes: 60 }),
  summary: 'Titel',
  description: '',
  location: '',
  url: 'https://agenda.example/events/titel',
  organizer: { name: 'Noord', email: 'agenda@events.example' },
  attendee: { name: 'Zoë', email: 'zoe@example.org', partstat: 'ACCEPTED', rsvp: false },
} satisfies Entry

export const write = (values: Partial<Entry> = {}) =>
  vcalendar({ method: 'REQUEST' }, [vevent({ ...entry, ...values })])
