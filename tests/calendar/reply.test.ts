import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readReply } from '#src/calendar/reply.ts'

const LINES = {
  method: 'METHOD:REPLY',
  uid: 'UID:3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  stamp: 'DTSTAMP:20261121T090000Z',
  attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:zoe@example.org',
  sequence: 'SEQUENCE:2',
  more: '',
}

function calendar(changes: Partial<typeof LINES> = {}): string {
  const { method, ...event } = { ...LINES, ...changes }
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', method, 'BEGIN:VEVENT', ...Object.values(event), 'END:VEVENT']
  return `${[...lines, 'END:VCALENDAR'].filter(Boolean).join('\r\n')}\r\n`
}

const ANSWER = {
  uid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  attendee: 'zoe@example.org',
  partstat: 'declined',
  sequence: 2,
  stamp: Temporal.Instant.from('2026-11-21T09:00:00Z'),
}

describe('an answer', () => {
  test('says who, to what, what, and in which order', () => {
    expect(readReply(calendar())).toEqual({ answer: ANSWER })
  })

  test.each([
    ['without ORGANIZER, with one', { more: 'ORGANIZER:mailto:agenda@example.org' }, {}],
    ['without SEQUENCE, which is 0', { sequence: '' }, { sequence: 0 }],
    [
      'in other letters',
      { method: 'method:Reply', attendee: 'attendee;partstat=Tentative:MAILTO:Zoe@Example.ORG' },
      { partstat: 'tentative' },
    ],
    [
      'with signs between quotes',
      { attendee: 'ATTENDEE;CN="a;b:c,d";PARTSTAT=ACCEPTED:mailto:zoe@example.org' },
      { partstat: 'accepted' },
    ],
    ['folded in the middle of an address', { attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:zoe@ex\r\n ample.org' }, {}],
    [
      'with a percent-encoded address',
      { attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:zoe%26a@example.org' },
      { attendee: 'zoe&a@example.org' },
    ],
    ['with bare line feeds', { more: 'X-A:1\nX-B:2' }, {}],
  ] as const)('is read %s', (_, changes, expected) => {
    expect(readReply(calendar(changes))).toEqual({ answer: { ...ANSWER, ...expected } })
  })
})

describe('what is not an answer to us', () => {
  test.each([
    ['not_a_reply', { method: 'METHOD:REQUEST' }],
    ['not_a_reply', { method: 'METHOD:COUNTER' }],
    ['not_a_reply', { method: 'METHOD:CANCEL' }],
    ['not_a_reply', { method: 'METHOD:REFRESH' }],
    ['not_a_reply', { method: 'METHOD:ADD' }],
    ['not_a_reply', { method: '' }],
    ['not_a_reply', { method: 'METHOD:REPLY\r\nMETHOD:REQUEST' }],
    ['not_one_event', { more: 'END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2' }],
    ['not_one_event', { more: 'BEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT' }],
    ['one_occurrence', { more: 'RECURRENCE-ID:20261203T110000Z' }],
    ['not_one_attendee', { attendee: '' }],
    ['not_one_attendee', { more: 'ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org' }],
    ['no_answer', { attendee: 'ATTENDEE:mailto:zoe@example.org' }],
    ['no_answer', { attendee: 'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:zoe@example.org' }],
    ['no_answer', { attendee: 'ATTENDEE;PARTSTAT=DELEGATED:mailto:zoe@example.org' }],
    ['incomplete', { uid: '' }],
    ['incomplete', { uid: 'UID:1\r\nUID:2' }],
    ['incomplete', { stamp: '' }],
    ['incomplete', { stamp: 'DTSTAMP:20261121T090000' }],
    ['incomplete', { stamp: 'DTSTAMP;TZID=Europe/Amsterdam:20261121T090000' }],
    ['incomplete', { stamp: 'DTSTAMP:20261121T090000Z\r\nDTSTAMP:20261122T090000Z' }],
    ['unreadable', { stamp: 'DTSTAMP:20261350T090000Z' }],
    ['incomplete', { sequence: 'SEQUENCE:-1' }],
    ['incomplete', { sequence: 'SEQUENCE:99999999999' }],
    ['incomplete', { sequence: 'SEQUENCE:1\r\nSEQUENCE:2' }],
    ['incomplete', { attendee: 'ATTENDEE;PARTSTAT=DECLINED:urn:uuid:1' }],
    ['incomplete', { attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:zoe@example.org?subject=x' }],
    ['incomplete', { attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:Zoë <zoe@example.org>' }],
    ['incomplete', { attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:zoe@example.org,anna@example.org' }],
    ['unreadable', { attendee: 'ATTENDEE;PARTSTAT=DECLINED:mailto:%zz@example.org' }],
    ['unreadable', { attendee: 'ATTENDEE;CN="a;PARTSTAT=DECLINED:mailto:zoe@example.org' }],
  ] as const)('%s: %j', (problem, changes) => {
    expect(readReply(calendar(changes))).toEqual({ problem })
  })

  test('two calendars in one text, or one that never ends', () => {
    expect(readReply(calendar() + calendar())).toEqual({ problem: 'unreadable' })
    expect(readReply(calendar().replace('END:VCALENDAR', ''))).toEqual({ problem: 'unreadable' })
    expect(readReply('BEGIN:VEVENT\r\nMETHOD:REPLY\r\nEND:VEVENT\r\n')).toEqual({ problem: 'not_a_reply' })
  })

  test('a text of more than 512 kB', () => {
    const filled = (letters: number) => calendar({ more: `X-FILL:${'a'.repeat(letters)}` })
    const room = 512 * 1024 - filled(0).length
    expect(readReply(filled(room))).toEqual({ answer: ANSWER })
    expect(readReply(filled(room + 1))).toEqual({ problem: 'too_big' })
  })
})

describe('hostile text', () => {
  test('never throws, and is a whole answer or none', () => {
    const line = fc.oneof(
      fc.constantFrom(...Object.values(LINES), 'BEGIN:VCALENDAR', 'END:VCALENDAR', 'BEGIN:VEVENT', 'END:VEVENT', ''),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\uD800', ';', ':', '"', '\\', '=', ' ', '\r', '__proto__;__proto__=1:1', 'CONSTRUCTOR:x'),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), lines => {
        const read = readReply(lines.join('\r\n'))
        if (read.answer) expect(Object.keys(read.answer).sort()).toEqual(Object.keys(ANSWER).sort())
        else expect(Object.keys(read)).toEqual(['problem'])
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['parameters', 'not_one_attendee', `ATTENDEE${';A=b'.repeat(130_000)}:mailto:zoe@example.org`],
    ['quoted parameters', 'not_one_attendee', `ATTENDEE;A=${'"b",'.repeat(130_000)}"c":x`],
    ['folds', 'answer', `SUMMARY:a${'\r\n b'.repeat(130_000)}`],
    ['lines', 'answer', 'X:a\r\n'.repeat(100_000)],
    ['escapes', 'answer', `CATEGORIES:${'\\,'.repeat(250_000)}`],
    ['values', 'answer', `RDATE:${'20260101T000000Z,'.repeat(30_000)}`],
    ['attendees', 'not_one_attendee', 'ATTENDEE:mailto:a@example.org\r\n'.repeat(15_000)],
    ['components in components', 'unreadable', 'BEGIN:VEVENT\r\n'.repeat(35_000)],
    ['ends without a beginning', 'answer', 'END:VEVENT\r\n'.repeat(40_000)],
    ['nothing', 'unreadable', '\0'.repeat(500_000)],
  ])('half a megabyte of %s is dealt with in a moment', (_, expected, more) => {
    const begun = performance.now()
    const read = readReply(calendar({ more }))
    expect(read.answer ? 'answer' : read.problem).toBe(expected)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})
