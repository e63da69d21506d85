// A year of a series, replayed on a clock of its own with the real worker over real SMTP. At the end every calendar shows
// what the database says, and every mail that was to come came once and in time. The story stands in `year`, what should
// be mailed in `ledger`; the calendars are `itip-client`'s, which know the RFCs and nothing of us.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listAttending } from '../support/deeds.ts'
import { type Calendar, differences } from '../support/itip-client.ts'
import { type Got, wrongMails } from '../support/ledger.ts'
import { appointmentsOf, calendarOf, eventOf, replayYear, type Year } from '../support/replay.ts'
import type { Received } from '../support/smtp.ts'
import { MONTHS, NIGHT, randomFrom, shuffled } from '../support/year.ts'

const SEED = 20_261_203

let year: Year
beforeAll(async () => {
  year = await replayYear(SEED)
}, 180_000)
afterAll(async () => {
  await year.office.close()
  await year.line.close()
})

const mails = () => year.arrivals.map(({ received }) => received)
const kindIn = ({ mail }: Received) => mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value
const sequenceIn = ({ raw }: Received) => Number(/^SEQUENCE:(\d+)/m.exec(raw.toString('latin1'))?.[1] ?? 0)

/** Which mail came when, by the registration that the outbox says it is about. */
function mailsGot(): Got[] {
  const rows = new Map(year.office.messages().map(row => [row.messageId, row]))
  return year.arrivals.map(({ at, received }) => {
    const row = rows.get(received.mail.messageId ?? '')
    const kind = kindIn(received) === row?.kind ? row?.kind : undefined
    return { registration: row?.registrationId ?? 0, kind: kind ?? 'unknown', at }
  })
}

/** What the calendars of these people, or of everybody, show otherwise than the database says after these mails. */
async function wrongCalendars(received: Received[], whose = [...appointmentsOf(year).keys()]): Promise<string[]> {
  const all = new Map<string, Calendar>()
  for (const { to, raw } of received) await calendarOf(all, to[0] ?? '').receive(raw)
  expect([...all.keys()].filter(email => !whose.includes(email))).toEqual([])
  const appointments = appointmentsOf(year)
  return whose.flatMap(email => differences(calendarOf(all, email), appointments.get(email) ?? []))
}

describe('a year of a series', () => {
  test('was as full as told: 12 events, 40 people each, 3 moved, 1 cancelled, 30 people who cancel, a night without mail', () => {
    const events = MONTHS.map((_, month) => eventOf(year, month))
    const holidays = year.proposals.filter(proposal => proposal.holidays.length)
    expect(holidays.map(({ date }) => String(date))).toEqual(['2027-05-06'])
    expect(events.map(event => (event.movedFrom ?? event.localStart).slice(0, 10))).toEqual(
      MONTHS.map(({ date }) => date),
    )
    expect(events.map(event => listAttending(year.office.db, event).length)).toEqual(Array(12).fill(40))
    expect(events.flatMap(({ movedFrom, localStart }) => (movedFrom ? [[movedFrom, localStart]] : []))).toEqual([
      ['2027-09-02T12:00', '2027-09-09T08:45'],
      ['2027-10-07T12:00', '2027-10-14T12:00'],
      ['2027-11-04T12:00', '2027-10-28T12:00'],
    ])
    const cancelled = events.filter(({ cancelledAt }) => cancelledAt)
    expect(cancelled.map(({ localStart }) => localStart)).toEqual(['2027-02-04T12:00'])
    expect(year.done.filter(({ does }) => does === 'leave')).toHaveLength(30)
    printYear()
  })

  test('had a night in which nothing arrived, however often it was tried', () => {
    const at = (instant: Temporal.Instant) => instant.epochMilliseconds
    const inNight = (instant: Temporal.Instant) => at(instant) >= at(NIGHT.from) && at(instant) < at(NIGHT.until)
    expect(year.arrivals.filter(arrival => inNight(arrival.at))).toEqual([])
    const born = year.office.messages().filter(({ createdAt, attempts }) => inNight(createdAt) && attempts > 5)
    expect([...new Set(born.map(({ kind }) => kind))].sort()).toEqual([
      'changed',
      'confirmed',
      'promoted',
      'unregistered',
      'waitlisted',
    ])
    const reminders = year.office.messages().filter(({ kind, attempts }) => kind.startsWith('reminder') && attempts > 1)
    expect(reminders.length).toBeGreaterThan(30)
  })

  test('ends with every calendar as the database has it, and each was right when its event began', () => {
    expect(year.wrongAtStart).toEqual([])
    const appointments = appointmentsOf(year)
    expect([...appointments].flatMap(([email, due]) => differences(calendarOf(year.calendars, email), due))).toEqual([])
    const shown = [...year.calendars.values()].reduce((total, { entries }) => total + entries.size, 0)
    expect(shown).toBe([...appointments.values()].flat().length)
    expect(shown).toBeGreaterThan(400)
  })

  test('ends so in whatever order the mails arrive', async () => {
    expect(await wrongCalendars(mails().toReversed())).toEqual([])
    expect(await wrongCalendars(shuffled(mails(), randomFrom(SEED)))).toEqual([])
  })

  test('has no mail lost, early, late or double', () => {
    expect(wrongMails(year.ledger.expected, mailsGot())).toEqual([])
    const sent = year.office.messages().filter(({ state }) => state === 'sent')
    const ids = mails().map(({ mail }) => mail.messageId)
    expect(ids).toHaveLength(sent.length)
    expect(new Set(ids)).toEqual(new Set(sent.map(({ messageId }) => messageId)))
  })

  test('leaves nothing behind: what did not leave had become untrue', () => {
    const left = year.office.messages().filter(({ state }) => state !== 'sent')
    expect([...new Set(left.map(({ state, reason }) => `${state}: ${reason}`))].sort()).toEqual([
      'dropped: cancelled',
      'dropped: event_cancelled',
      'dropped: moved',
      'dropped: superseded',
    ])
  })
})

describe('it would have been found wrong', () => {
  test('with one mail missing, one twice, one a minute late or early', () => {
    const got = mailsGot()
    const one = got[700] as Got
    const name = `${one.kind} of registration ${one.registration}`
    const wrongWith = (...instead: Got[]) => wrongMails(year.ledger.expected, got.toSpliced(700, 1, ...instead))
    const at = (minutes: number) => ({ ...one, at: one.at.add({ minutes }) })
    expect(wrongWith(one)).toEqual([])
    expect(wrongWith()).toEqual([expect.stringContaining(`lost: ${name}`)])
    expect(wrongWith(one, one)).toEqual([expect.stringContaining(`one too many: ${name}`)])
    expect(wrongWith(at(1))).toEqual([expect.stringContaining(`late: ${name}`)])
    expect(wrongWith(at(-1))).toEqual([expect.stringContaining(`early: ${name}`)])
  })

  test.each([
    ['a CANCEL that never came', 'unregistered', () => undefined, /stands at .* and should not/],
    [
      'a move with a lower SEQUENCE',
      'changed',
      (raw: string) => raw.replace(/^SEQUENCE:\d+/m, 'SEQUENCE:0'),
      /has start .* instead of/,
    ],
    [
      'a move under a new UID',
      'changed',
      (raw: string) => raw.replace(/^UID:.{8}/m, 'UID:99999999'),
      /^99999999-.* should not/,
    ],
  ])('with %s', async (_name, kind, spoil, found) => {
    const whole = mails().findLast(received => kindIn(received) === kind && sequenceIn(received) > 0) as Received
    const own = mails().filter(({ to }) => to[0] === whole.to[0])
    expect(await wrongCalendars(own, whole.to)).toEqual([])
    const raw = whole.raw.toString('latin1')
    const spoilt = spoil(raw)
    expect(spoilt).not.toBe(raw)
    const instead = spoilt === undefined ? [] : [{ ...whole, raw: Buffer.from(spoilt, 'latin1') }]
    const wrong = await wrongCalendars(own.toSpliced(own.indexOf(whole), 1, ...instead), whole.to)
    expect(wrong).toContainEqual(expect.stringMatching(found))
  })
})

/** What happened, by kind of mail. */
function printYear(): void {
  const rows = year.office.messages()
  const row = (...cells: (string | number)[]) =>
    cells.map((cell, index) => (index ? String(cell).padStart(9) : String(cell).padEnd(14))).join('')
  const kinds = [...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, list]) => {
    const of = (state: string) => list.filter(one => one.state === state).length
    return row(
      kind,
      of('sent'),
      of('dropped'),
      list.reduce((total, { attempts }) => total + Math.max(0, attempts - 1), 0),
    )
  })
  console.log(
    [
      `A year: 12 events, ${year.arrivals.length} mails to ${year.calendars.size} people; 3 moved, 1 cancelled, 30 people cancelled`,
      `no mail server from ${NIGHT.from} until ${NIGHT.until}`,
      row('kind', 'sent', 'dropped', 'retries'),
      ...kinds,
    ].join('\n'),
  )
}
