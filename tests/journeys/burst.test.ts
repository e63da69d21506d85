// A popular event opens: 2,000 people at once for 300 places, over HTTP, against the real program.
import { afterAll, expect, test } from 'vitest'
import { count } from '#db/drizzle.ts'
import { messages, registrations } from '#db/schema.ts'
import { createPoster, makeDataDir, startServer } from '../support/server.ts'
import { makeEvent, makeGroup } from '../support/world.ts'

const { dataDir, open, remove } = makeDataDir()
afterAll(remove)

test('exactly 300 have a place, 1,700 wait in order, nobody sees an error', async () => {
  const db = open()
  const start = Temporal.Now.zonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
  const event = makeEvent(
    db,
    makeGroup(db),
    { capacityOnline: 300, localStart: `${start}T12:00` },
    Temporal.Now.instant(),
  )
  const server = await startServer({ DATA_DIR: dataDir, TRUST_PROXY: 'true' })
  const { post, close } = createPoster(2000)
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 2000 }, (_, index) =>
      post(`${server.url}/events/${event.slug}/registrations`, {
        name: `Deelnemer ${index}`,
        email: `deelnemer${index}@example.org`,
        role: 'practice',
      }),
    ),
  )
  console.log(`2,000 registrations answered in ${Math.round(performance.now() - began)} ms`)
  close()
  expect(answers.filter(({ status }) => status !== 303)).toEqual([])
  expect(await server.stop()).toBe(0)
  const totals = db
    .select({ status: registrations.status, total: count() })
    .from(registrations)
    .groupBy(registrations.status)
    .all()
  expect(totals).toEqual([
    { status: 'confirmed', total: 300 },
    { status: 'waitlisted', total: 1700 },
  ])
  const queue = db.select().from(registrations).orderBy(registrations.queueNumber).all()
  expect(queue.map(row => row.queueNumber)).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1))
  expect(queue.slice(0, 300).every(row => row.status === 'confirmed')).toBe(true)
  const told = db
    .select()
    .from(messages)
    .all()
    .filter(row => row.kind === 'confirmed' || row.kind === 'waitlisted')
  expect(new Set(told.map(row => row.registrationId)).size).toBe(2000)
  expect(told).toHaveLength(2000)
  db.$client.close()
})
