// The same thing told twice, by a double click, a second pass or a second process, is one row of the outbox.
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { planReminders } from '#src/domain/reminders.ts'
import { settle, settleAll } from '#src/domain/telling.ts'
import { makeDataDir } from '../support/server.ts'
import { applicant, listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

let db: Db
let event: Event
beforeEach(() => {
  db = openWorld().db
  event = makeEvent(db, makeGroup(db))
})
const rows = () => listMessages(db).map(({ kind, state, key }) => [kind, state, key])
const kinds = () => listMessages(db).map(({ kind }) => kind)

test('§8.32 one registration, whose form is sent three times at once', async () => {
  const write = createWrite(db)
  await Promise.all([1, 2, 3].map(() => write(tx => register(tx, event, applicant(), NOW))))
  expect(kinds()).toEqual(['confirmed', 'reminder_day', 'reminder_hour'])
})

test('§8.32 one registration, looked at again and again', () => {
  const { id } = makeRegistration(db, event)
  const before = rows()
  writeNow(db, tx => {
    for (let pass = 1; pass < 5; pass++) {
      const at = NOW.add({ minutes: pass })
      settle(tx, getRegistration(tx, id), at)
      settleAll(tx, getEvent(tx, event.id), at)
      planReminders(tx, getRegistration(tx, id), getEvent(tx, event.id), at)
    }
  })
  expect(rows()).toEqual(before)
})

test('§8.32 one move and one cancellation, confirmed twice on the page that showed them', () => {
  for (const email of ['a@example.org', 'b@example.org']) makeRegistration(db, event, { email })
  const shown = getEvent(db, event.id)
  const editor = { organiserId: null, revision: shown.revision }
  const move = () =>
    writeNow(db, tx => moveEvent(tx, shown, { ...shown, localStart: '2026-12-10T12:00' }, '', editor, NOW))
  move()
  const moved = rows()
  expect(move).toThrow()
  expect(rows()).toEqual(moved)

  const now = getEvent(db, event.id)
  const cancel = () => writeNow(db, tx => cancelEvent(tx, now, '', { organiserId: null, revision: now.revision }, NOW))
  cancel()
  const cancelled = rows()
  expect(cancel).toThrow()
  expect(rows()).toEqual(cancelled)
})

const folder = makeDataDir()
afterAll(folder.remove)

test('§8.32 one thing, told by two processes at the same time', async () => {
  const [one, two] = [folder.open(), folder.open()]
  const message = { kind: 'test', toAddress: 'org@example.org', locale: 'nl' } as const
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      createWrite(index % 2 ? one : two)(tx => enqueue(tx, { ...message, key: `test:${index >> 1}` }, NOW)),
    ),
  )
  expect(listMessages(one).map(({ key }) => key)).toEqual(Array.from({ length: 10 }, (_, index) => `test:${index}`))
  for (const each of [one, two]) each.$client.close()
})
