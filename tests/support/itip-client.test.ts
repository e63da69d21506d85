// The calendar client must fail where a calendar would be wrong, or the year that is replayed with it proves nothing.
// Every message here is made by hand.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Appointment, differences, openCalendar } from './itip-client.ts'

const ME = 'zoe@example.org'
const UID = '11111111-1111-4111-8111-111111111111'
const ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Amsterdam',
  'BEGIN:DAYLIGHT',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'DTSTART:19700329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'END:DAYLIGHT',
  'BEGIN:STANDARD',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'DTSTART:19701025T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'END:STANDARD',
  'END:VTIMEZONE',
]

const REQUEST = {
  method: 'REQUEST',
  header: '',
  from: 'agenda@example.org',
  organizer: 'ORGANIZER:mailto:agenda@example.org',
  to: ME,
  attendee: ME,
  uid: UID,
  sequence: 'SEQUENCE:0',
  stamp: '20261121T090000Z',
  start: 'DTSTART;TZID=Europe/Amsterdam:20261203T120000',
  end: 'DTEND;TZID=Europe/Amsterdam:20261203T130000',
  summary: 'E\u00e9n gezin\\, \u00e9\u00e9n plan',
  more: ['STATUS:CONFIRMED'],
  zone: ZONE,
  second: [] as string[],
}
type Made = typeof REQUEST

const MOVED = {
  sequence: 'SEQUENCE:1',
  stamp: '20261122T090000Z',
  start: 'DTSTART;TZID=Europe/Amsterdam:20270408T120000',
  end: 'DTEND;TZID=Europe/Amsterdam:20270408T130000',
}
const CANCEL = { method: 'CANCEL', sequence: 'SEQUENCE:2', stamp: '20261123T090000Z', more: ['STATUS:CANCELLED'] }

function mail(changes: Partial<Made> = {}): Buffer {
  const made = { ...REQUEST, ...changes }
  const event = [
    'BEGIN:VEVENT',
    `UID:${made.uid}`,
    made.sequence,
    `DTSTAMP:${made.stamp}`,
    made.start,
    made.end,
    `SUMMARY:${made.summary}`,
    'LOCATION:https://agenda.example.org/join/1',
    made.organizer,
    `ATTENDEE;CN="Vries, Zo\u00eb de":mailto:${made.attendee}`,
    ...made.more,
    'END:VEVENT',
  ]
  const calendar = ['BEGIN:VCALENDAR', 'VERSION:2.0', `METHOD:${made.method}`, ...made.zone, ...event, ...made.second]
  const lines = [
    `From: Aanschuiven <${made.from}>`,
    `To: ${made.to}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Tot dan.',
    '--b',
    `Content-Type: text/calendar; charset=utf-8; method=${made.header || made.method}`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`${[...calendar, 'END:VCALENDAR'].filter(Boolean).join('\r\n')}\r\n`).toString('base64'),
    '--b--',
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}

async function calendarAfter(...mails: Partial<Made>[]) {
  const calendar = openCalendar(ME)
  for (const changes of mails) await calendar.receive(mail(changes))
  return calendar
}

const at = (instant: string) => Temporal.Instant.from(instant)
const TOLD: Appointment = {
  uid: UID,
  sequence: 0,
  start: at('2026-12-03T11:00:00Z'),
  end: at('2026-12-03T12:00:00Z'),
  location: 'https://agenda.example.org/join/1',
  summary: 'E\u00e9n gezin, \u00e9\u00e9n plan',
}
/** After the move: on the other side of the clock change. */
const TOLD_MOVE = { ...TOLD, sequence: 1, start: at('2027-04-08T10:00:00Z'), end: at('2027-04-08T11:00:00Z') }

describe('a calendar that is told everything', () => {
  test('shows what it was told, follows a move, and is empty after a cancellation', async () => {
    expect(differences(await calendarAfter({}), [TOLD])).toEqual([])
    expect(differences(await calendarAfter({}, MOVED), [TOLD_MOVE])).toEqual([])
    expect(differences(await calendarAfter({}, MOVED, { ...MOVED, ...CANCEL }), [])).toEqual([])
  })

  test('whatever the order in which the mails arrive, and however often', async () => {
    const cancel = { ...MOVED, ...CANCEL }
    const back = { ...MOVED, sequence: 'SEQUENCE:3', stamp: '20261124T090000Z' }
    for (const order of [
      [cancel, MOVED, {}],
      [MOVED, cancel, {}, MOVED],
      [{}, cancel, {}, MOVED, cancel],
    ])
      expect(differences(await calendarAfter(...order), [])).toEqual([])
    for (const order of [
      [back, cancel, {}],
      [cancel, back, MOVED],
      [{}, back, cancel, MOVED],
    ])
      expect(differences(await calendarAfter(...order), [{ ...TOLD_MOVE, sequence: 3 }])).toEqual([])
  })

  test('of two with one SEQUENCE the later DTSTAMP counts', async () => {
    const retold = { summary: 'Nieuwe titel', stamp: '20261121T100000Z' }
    for (const order of [
      [{}, retold],
      [retold, {}],
    ])
      expect(differences(await calendarAfter(...order), [{ ...TOLD, summary: 'Nieuwe titel' }])).toEqual([])
  })

  test('an un-invitation without STATUS takes it out as well, and needs no times', async () => {
    expect(differences(await calendarAfter({}, { ...CANCEL, more: [], start: '', end: '' }), [])).toEqual([])
  })
})

describe('a calendar that is not told, or told wrongly, is found out', () => {
  test('a missing mail', async () => {
    expect(differences(await calendarAfter(), [TOLD])).toEqual([`${UID} is missing`])
  })

  test('a missing CANCEL', async () => {
    expect(differences(await calendarAfter({}, MOVED), [])).toEqual([
      `${UID} stands at 2027-04-08T10:00:00Z and should not`,
    ])
  })

  test('a move with a lower SEQUENCE', async () => {
    const first = { sequence: 'SEQUENCE:2' }
    expect(differences(await calendarAfter(first, MOVED), [{ ...TOLD_MOVE, sequence: 2 }])).toEqual([
      `${UID} has start 2026-12-03T11:00:00Z instead of 2027-04-08T10:00:00Z`,
      `${UID} has end 2026-12-03T12:00:00Z instead of 2027-04-08T11:00:00Z`,
      'refused: SEQUENCE fell: REQUEST 2 of 2026-11-21T09:00:00Z, REQUEST 1 of 2026-11-22T09:00:00Z',
    ])
  })

  test('a move under a new UID: two entries', async () => {
    const other = { ...MOVED, uid: '22222222-2222-4222-8222-222222222222' }
    const calendar = await calendarAfter({}, other)
    expect(differences(calendar, [TOLD_MOVE])).toEqual([
      `${UID} has sequence 0 instead of 1`,
      `${UID} has start 2026-12-03T11:00:00Z instead of 2027-04-08T10:00:00Z`,
      `${UID} has end 2026-12-03T12:00:00Z instead of 2027-04-08T11:00:00Z`,
      `${other.uid} stands at 2027-04-08T10:00:00Z and should not`,
    ])
  })

  test('a move whose SEQUENCE did not rise, even with a later DTSTAMP', async () => {
    const calendar = await calendarAfter({}, { ...MOVED, sequence: 'SEQUENCE:0' })
    expect(calendar.violations).toEqual([expect.stringContaining('SEQUENCE did not rise')])
    expect(differences(calendar, [TOLD])).not.toEqual([])
  })

  test('another place, another title, another number', async () => {
    const other = { ...TOLD, sequence: 4, location: 'Forum, Groningen', summary: 'Iets anders' }
    expect(differences(await calendarAfter({}), [other]).map(line => line.split(' ')[2])).toEqual([
      'sequence',
      'location',
      'summary',
    ])
  })
})

describe('what the RFCs forbid is refused, and leaves the calendar as it was', () => {
  const second = [
    'BEGIN:VEVENT',
    'UID:22222222-2222-4222-8222-222222222222',
    'SEQUENCE:1',
    'DTSTAMP:20261122T090000Z',
    'DTSTART:20261204T110000Z',
    'DTEND:20261204T120000Z',
    'SUMMARY:Twee',
    'END:VEVENT',
  ]
  const forbidden: [string, Partial<Made>, RegExp][] = [
    [
      'another method in the header than in the body',
      { ...MOVED, header: 'PUBLISH' },
      /method=PUBLISH .* METHOD:REQUEST/,
    ],
    ['a method that is no invitation', { ...MOVED, method: 'PUBLISH' }, /METHOD:PUBLISH is no invitation/],
    ['an attendee that is somebody else', { ...MOVED, attendee: 'bo@example.org' }, /ATTENDEE bo@/],
    ['a mail to somebody else', { ...MOVED, to: 'bo@example.org' }, /To bo@/],
    ['two events', { ...MOVED, second }, /VEVENTs of 1111.* and 2222/],
    ['no organizer', { ...MOVED, organizer: '' }, /no ORGANIZER/],
    ['an organizer that is not the sender', { ...MOVED, organizer: 'ORGANIZER:mailto:ik@example.org' }, /is not From/],
    [
      'another organizer than before',
      { ...MOVED, organizer: 'ORGANIZER:mailto:ik@example.org', from: 'ik@example.org' },
      /two ORGANIZERs/,
    ],
    ['an organizer with a name in the address', { ...MOVED, organizer: 'ORGANIZER:mailto:A <a@example.org>' }, /bare/],
    ['a CANCEL without SEQUENCE', { ...CANCEL, sequence: '' }, /no SEQUENCE in a CANCEL/],
    ['a CANCEL whose SEQUENCE did not rise', { ...CANCEL, sequence: 'SEQUENCE:0' }, /SEQUENCE did not rise/],
    ['a CANCEL that says CONFIRMED', { ...CANCEL, more: ['STATUS:CONFIRMED'] }, /STATUS:CONFIRMED in a CANCEL/],
    ['a REQUEST that says CANCELLED', { ...MOVED, more: ['STATUS:CANCELLED'] }, /STATUS:CANCELLED in a REQUEST/],
    ['other words under the same SEQUENCE and DTSTAMP', { summary: 'Anders' }, /two contents under one number/],
    ['another time under the same SEQUENCE and DTSTAMP', { start: MOVED.start, end: MOVED.end }, /two contents/],
    ['a zone that is not defined', { ...MOVED, zone: [] }, /no VTIMEZONE for Europe\/Amsterdam/],
    [
      'a zone that is defined under another name',
      { ...MOVED, zone: ZONE.map(line => line.replace('Amsterdam', 'Brussels')) },
      /no VTIMEZONE for Europe\/Amsterdam/,
    ],
    ['a floating time', { ...MOVED, start: 'DTSTART:20270408T120000' }, /DTSTART floats/],
    ['a floating end', { ...MOVED, end: 'DTEND:20270408T130000' }, /DTEND floats/],
    ['a bare date', { ...MOVED, start: 'DTSTART;VALUE=DATE:20270408' }, /no date and time/],
    ['a stamp that is not in UTC', { ...MOVED, stamp: '20261122T090000' }, /DTSTAMP is not in UTC/],
    ['an end before the start', { ...MOVED, end: 'DTEND:20270101T000000Z' }, /DTEND is not after/],
    ['a line that is none', { ...MOVED, more: ['STATUS:CONFIRMED', 'een losse regel'] }, /not a content line/],
    ['a control character', { ...MOVED, summary: 'Bel\u0007' }, /not a content line/],
    ['an escape that does not exist', { ...MOVED, summary: 'Wat\\: nu' }, /\\: in SUMMARY/],
    ['a component that never ends', { ...MOVED, second: ['BEGIN:VEVENT'] }, /ends nothing/],
  ]

  test.each(forbidden)('%s', async (_name, wrong, why) => {
    const calendar = await calendarAfter({}, wrong)
    expect(calendar.violations).toEqual([expect.stringMatching(why)])
    expect(differences(calendar, [TOLD])).toEqual([`refused: ${calendar.violations[0]}`])
  })

  test('while a mail without an invitation is nothing to refuse', async () => {
    const calendar = openCalendar(ME)
    await calendar.receive(Buffer.from(mail().toString().replace('text/calendar', 'text/csv')))
    expect([calendar.violations, calendar.entries.size]).toEqual([[], 0])
  })
})

describe('the time of an entry', () => {
  const startOf = async (changes: Partial<Made>) => String((await calendarAfter(changes)).entries.get(UID)?.start)
  const wall = (start: string) => ({ start: `DTSTART;TZID=Europe/Amsterdam:${start}`, end: 'DTEND:20280101T000000Z' })

  test('is what the VTIMEZONE in the message says, whatever its name suggests', async () => {
    const zone = ZONE.map(line => line.replace('TZOFFSETTO:+0100', 'TZOFFSETTO:+0330'))
    expect(await startOf({ zone })).toBe('2026-12-03T08:30:00Z')
  })

  test.each([
    ['20270328T013000', '2027-03-28T00:30:00Z'],
    ['20270328T023000', '2027-03-28T01:30:00Z'],
    ['20270328T033000', '2027-03-28T01:30:00Z'],
    ['20271031T023000', '2027-10-31T00:30:00Z'],
    ['20271031T033000', '2027-10-31T02:30:00Z'],
    ['20270101T000000', '2026-12-31T23:00:00Z'],
  ])('on the days of a clock change: %s is %s', async (start, instant) => {
    expect(await startOf(wall(start))).toBe(instant)
  })

  test('by a rule that counts from the front: the second Sunday of March in New York', async () => {
    const zone = ZONE.map(line =>
      line
        .replace('BYMONTH=3;BYDAY=-1SU', 'BYMONTH=3;BYDAY=2SU')
        .replace('BYMONTH=10;BYDAY=-1SU', 'BYMONTH=11;BYDAY=1SU')
        .replaceAll('+0100', '-0500')
        .replaceAll('+0200', '-0400'),
    )
    expect(await startOf({ zone, ...wall('20270313T120000') })).toBe('2027-03-13T17:00:00Z')
    expect(await startOf({ zone, ...wall('20270315T120000') })).toBe('2027-03-15T16:00:00Z')
    expect(await startOf({ zone, ...wall('20271108T120000') })).toBe('2027-11-08T17:00:00Z')
  })
})

test('the client imports nothing of what it judges', () => {
  const outside = new Set<string>()
  const inside = new Set<string>()
  const follow = (file: string): void => {
    if (inside.has(file)) return
    inside.add(file)
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\(?)\s*'([^']+)'/g)) {
      if (target.startsWith('.')) follow(resolve(file, '..', target))
      else outside.add(target)
    }
  }
  follow(join(import.meta.dirname, 'itip-client.ts'))
  expect([...inside].map(file => file.slice(import.meta.dirname.length + 1)).sort()).toEqual([
    'icalendar.ts',
    'itip-client.ts',
    'itip.ts',
  ])
  expect([...outside]).toEqual(['postal-mime'])
})
