import { expect, test } from 'vitest'
import { messages, registrations } from '#db/schema.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

async function openReminders() {
  const world = await openApp()
  const registration = makeRegistration(world.db, makeEvent(world.db, makeGroup(world.db)))
  const link = `/unsubscribe/${world.tokens.sign('unsubscribe', { id: registration.id, version: 1 })}`
  const stopped = () => world.db.select({ at: registrations.remindersStoppedAt }).from(registrations).get()?.at ?? null
  const reminders = () =>
    world.db
      .select({ kind: messages.kind, state: messages.state })
      .from(messages)
      .all()
      .filter(({ kind }) => kind.startsWith('reminder'))
      .map(({ state }) => state)
  return { ...world, link, stopped, reminders }
}

test('opening the link changes nothing; the button stops the reminders of this event', async () => {
  const { app, clock, link, post, stopped, reminders } = await openReminders()
  const { body, headers } = await app.inject(link)
  expect(body).toContain('Je krijgt dan geen herinneringen meer voor “Eén gezin, één plan: lukt dat?”.')
  expect(headers['cache-control']).toBe('no-store')
  expect(stopped()).toBe(null)
  expect(reminders()).toEqual(['queued', 'queued'])
  const answer = await post(link)
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('<h1>Je krijgt geen herinneringen meer</h1>')
  expect(stopped()).toEqual(clock.now())
  expect(reminders()).toEqual(['dropped', 'dropped'])
  expect((await post(link)).statusCode).toBe(200)
})

test.each([
  ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  ],
])('a mail program does it in one click, from anywhere, as %s', async (type, payload) => {
  const { app, link, stopped } = await openReminders()
  const headers = { 'content-type': type, origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' }
  const { statusCode } = await app.inject({ method: 'POST', url: link, headers, payload })
  expect(statusCode).toBe(200)
  expect(stopped()).not.toBe(null)
})

test('a link that is not ours answers alike, and names nothing', async () => {
  const { app, post, stopped } = await openReminders()
  expect((await app.inject('/unsubscribe/niets')).statusCode).toBe(200)
  const { statusCode, body } = await post('/unsubscribe/niets')
  expect(statusCode).toBe(200)
  expect(body).toContain('<h1>Je krijgt geen herinneringen meer</h1>')
  expect(body).not.toContain('Eén gezin')
  expect(stopped()).toBe(null)
})
