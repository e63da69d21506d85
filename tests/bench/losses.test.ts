// The simulation's count of what is lost, on losses made by hand.
import { beforeEach, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, messages, registrations } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import { makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'
import { lossesIn } from './losses.ts'
import type { Taken } from './sink.ts'

let db: Db
let event: Event
const mail = (number: number): Taken => ({
  ...{
    to: `mens-${number}@example.org`,
    messageId: `<${number}@example.org>`,
    kind: 'confirmed',
    times: 1,
    hasInvite: true,
  },
})
const answered = (email: string) => `/events/${event.slug}/registrations ${email}`
const found = (mails = [mail(1), mail(2)], answers = ['mens-1', 'mens-2']) =>
  lossesIn(
    db,
    answers.map(name => answered(`${name}@example.org`)),
    mails,
    0,
  ).map(({ what, count }) => [what, count])

beforeEach(() => {
  db = openWorld().db
  event = makeEvent(db, makeGroup(db))
  for (const number of [1, 2]) {
    const { id } = makeRegistration(db, event, { email: `mens-${number}@example.org` })
    const sent = { state: 'sent', messageId: `<${number}@example.org>` } as const
    db.update(messages).set(sent).where(eq(messages.registrationId, id)).run()
    db.delete(messages).where(eq(messages.kind, 'reminder_day')).run()
    db.delete(messages).where(eq(messages.kind, 'reminder_hour')).run()
  }
})

test('with everybody in their place and every mail once, nothing is lost', () => {
  expect(found()).toEqual([])
})

test('an answer without a registration, or with one that was cancelled, is a loss', () => {
  expect(found(undefined, ['mens-1', 'mens-2', 'mens-3'])).toEqual([['answered and not in the database', 1]])
  db.update(registrations).set({ status: 'cancelled' }).where(eq(registrations.id, 1)).run()
  expect(found()).toEqual([['answered and not in the database', 1]])
})

test('more people than places, and a registration that no mail tells of, are losses', () => {
  db.update(events).set({ capacityOnline: 1 }).run()
  expect(found()).toEqual([['events with more people than places', 1]])
  db.update(events).set({ capacityOnline: 2 }).run()
  db.delete(messages).where(eq(messages.registrationId, 2)).run()
  expect(found([mail(1)])).toEqual([['registered without a mail in the outbox', 1]])
})

test('a mail that never came, came twice, is not recorded or was given up on, is a loss', () => {
  expect(found([mail(1)])).toEqual([['mails recorded as sent that never came', 1]])
  expect(found([mail(1), { ...mail(2), times: 2 }])).toEqual([['mails that came twice', 1]])
  db.update(messages).set({ state: 'failed' }).where(eq(messages.registrationId, 2)).run()
  expect(found()).toEqual([
    ['mails that came and are not recorded as sent', 1],
    ['mails given up on', 1],
  ])
})
