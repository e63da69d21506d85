// A conference opens: 500 people at once, who each choose in two rounds of workshops of 20, over HTTP, against the real program.
import { afterAll, expect, test } from 'vitest'
import { choices, registrations, sessions } from '#db/schema.ts'
import { createPoster, makeDataDir, startServer } from '../support/server.ts'
import { makeConference } from '../support/workshops.ts'

const PEOPLE = 500
const PLACES = 20
const { dataDir, open, remove } = makeDataDir()
afterAll(remove)

test('every workshop is filled and none is over its places; nobody is in two of one round, nobody sees an error', async () => {
  const db = open()
  const day = Temporal.Now.zonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
  const round = Array.from({ length: 10 }, () => PLACES)
  const { event, rounds } = makeConference(db, [round, round], { localStart: `${day}T10:00` }, Temporal.Now.instant())
  const server = await startServer({ DATA_DIR: dataDir, TRUST_PROXY: 'true' })
  const { post, close } = createPoster(PEOPLE)
  const began = performance.now()
  // Everybody wants one of the first four most of all, so that most are sent on to their second choice or wait.
  const wish = (list: number[] = [], index: number) => [String(list[index % 4]), String(list[(index * 7 + 1) % 10])]
  const answers = await Promise.all(
    Array.from({ length: PEOPLE }, (_, index) => {
      const [[a = '', b = ''], [c = '', d = '']] = [wish(rounds[0], index), wish(rounds[1], index + 1)] as [
        string[],
        string[],
      ]
      return post(`${server.url}/events/${event.slug}/registrations`, {
        ...{ name: `Deelnemer ${index}`, email: `deelnemer${index}@example.org`, role: 'practice' },
        ...{ round_1_first: a, round_1_second: a === b ? '' : b, round_2_first: c, round_2_second: c === d ? '' : d },
      })
    }),
  )
  console.log(`${PEOPLE} registrations with workshops answered in ${Math.round(performance.now() - began)} ms`)
  close()
  expect(answers.filter(({ status }) => status !== 303)).toEqual([])
  expect(await server.stop()).toBe(0)

  expect(
    db
      .select()
      .from(registrations)
      .all()
      .filter(({ status }) => status === 'confirmed'),
  ).toHaveLength(PEOPLE)
  const all = db.select().from(choices).all()
  const placed = all.filter(({ status }) => status === 'confirmed')
  const taken = Map.groupBy(placed, ({ sessionId }) => sessionId)
  const workshops = db
    .select()
    .from(sessions)
    .all()
    .filter(({ kind }) => kind === 'workshop')
  const wanted = new Set(all.map(({ sessionId }) => sessionId))
  for (const { id } of workshops) expect(taken.get(id)?.length ?? 0).toBe(wanted.has(id) ? PLACES : 0)
  const keys = placed.map(({ registrationId, round }) => `${registrationId} ${round}`)
  expect(new Set(keys).size).toBe(keys.length)
  // Whoever has a place in a round waits for nothing they want less; whoever has none waits for all they chose.
  for (const own of Map.groupBy(all, ({ registrationId, round }) => `${registrationId} ${round}`).values()) {
    const statuses = own.toSorted((a, b) => a.rank - b.rank).map(({ status }) => status)
    expect(['confirmed', 'confirmed,spare', 'waitlisted,confirmed', 'waitlisted,waitlisted', 'waitlisted']).toContain(
      statuses.join(),
    )
  }
  // First come: the places of each workshop went to who chose it first, or to nobody who could have had a better one.
  for (const { id } of workshops) {
    const queue = all
      .filter(({ sessionId, rank }) => sessionId === id && rank === 1)
      .toSorted((a, b) => a.queueNumber - b.queueNumber)
    const firstWaiting = queue.findIndex(({ status }) => status === 'waitlisted')
    if (firstWaiting >= 0) expect(queue.slice(firstWaiting).every(({ status }) => status === 'waitlisted')).toBe(true)
  }
  db.$client.close()
})
