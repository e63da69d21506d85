// A clock that jumps, both ways, while the program runs and over a restart: no reminder twice, none lost, and nobody waits for
// hours that have been already. Limits, pace and the door of the mail server have their own: `limit`, `pace`.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(() => office.close())

const at = async (instant: string, restarts = false) => {
  office.clock.set(instant)
  if (restarts) await office.restart()
  await office.deliver()
}
const received = () =>
  office.mailbox.received.map(({ mail }) => mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value)
/** On 3 December at 11:00Z; the reminders leave a day and an hour before. */
const webinar = () => makeEvent(office.db, makeGroup(office.db))

test.each([
  ['while it runs', false],
  ['over a restart', true],
])('set back after the reminders left, they do not leave again (%s)', async (_, restarts) => {
  makeRegistration(office.db, webinar())
  await at('2026-12-02T11:00:00Z')
  await at('2026-12-02T08:00:00Z', restarts)
  await at('2026-12-02T11:00:01Z', restarts)
  await at('2026-12-03T10:00:00Z')
  await at('2026-12-02T10:30:00Z', restarts)
  await at('2026-12-03T10:00:01Z', restarts)
  expect(received()).toEqual(['confirmed', 'reminder_day', 'reminder_hour'])
})

test.each([
  ['while it runs', false],
  ['over a restart', true],
])('ahead past an event and back, its reminders leave after all, at their moments (%s)', async (_, restarts) => {
  makeRegistration(office.db, webinar())
  await office.deliver()
  await at('2026-12-05T00:00:00Z', restarts)
  expect(received()).toEqual(['confirmed'])
  expect(office.messages().map(({ state }) => state)).toEqual(['sent', 'dropped', 'dropped'])
  await at('2026-11-21T09:10:00Z', restarts)
  expect(office.messages().map(({ state }) => state)).toEqual(['sent', 'queued', 'queued'])
  await at('2026-12-02T10:59:59Z')
  expect(received()).toEqual(['confirmed'])
  await at('2026-12-02T11:00:00Z')
  await at('2026-12-03T10:00:00Z')
  expect(received()).toEqual(['confirmed', 'reminder_day', 'reminder_hour'])
})

test.each([
  ['while it runs', false],
  ['over a restart', true],
])(
  'whoever registers while the clock is ahead hears of it when it is set right, and has both reminders (%s)',
  async (_, restarts) => {
    const event = webinar()
    await office.deliver()
    // One is put off meanwhile, and the other waits for its turn.
    office.mailbox.next('greylist')
    office.clock.set('2026-11-22T14:00:00Z')
    makeRegistration(office.db, event, {}, office.clock.now())
    await office.deliver()
    makeRegistration(office.db, event, { email: 'wim@example.org' }, office.clock.now().add({ minutes: 5 }))
    await at('2026-11-21T09:05:00Z', restarts)
    expect(received()).toEqual(['confirmed'])
    await at('2026-11-21T09:06:00Z')
    expect(received()).toEqual(['confirmed', 'confirmed'])
    expect(office.lines.filter(({ text }) => text === 'the clock was set back')).toHaveLength(1)
    await at('2026-12-02T11:00:00Z')
    await at('2026-12-03T10:00:00Z')
    expect(received().slice(2)).toEqual(['reminder_day', 'reminder_day', 'reminder_hour', 'reminder_hour'])
  },
)

test('after a jump the worker neither spins nor sleeps for hours', async () => {
  makeRegistration(office.db, webinar())
  await office.deliver()
  const rounds = () => office.worker().beat
  for (const instant of ['2026-11-21T03:00:00Z', '2026-11-28T03:00:00Z', '2026-11-21T09:00:00Z']) {
    await at(instant)
    expect(String(rounds())).toBe(instant)
  }
  expect(received()).toEqual(['confirmed'])
  expect(office.lines.filter(({ level }) => level === 'error')).toEqual([])
})
