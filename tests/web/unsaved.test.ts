// What people see when the store cannot be written: a page that says that nothing was kept and still holds what they typed; and
// what a watchman and the log are told. Pages go on.
import { expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { StoreTrouble } from '#db/write.ts'
import { openApp } from '../support/app.ts'
import { fieldsOf } from '../support/console.ts'
import { unexpectedErrors } from '../support/logs.ts'
import { listMessages, makeEvent, makeGroup } from '../support/world.ts'

const TROUBLES: [string, (db: Db) => unknown, (db: Db) => unknown][] = [
  ['a full disk', fill, ({ $client }) => $client.pragma('max_page_count = 1000000')],
  [
    'a disk that may only be read',
    ({ $client }) => $client.pragma('query_only = ON'),
    ({ $client }) => $client.pragma('query_only = OFF'),
  ],
]

test.each(TROUBLES)(
  'on %s: what was answered is kept, what was not is not, and nothing typed is lost',
  async (_, harm, mend) => {
    const { app, db, post, deps } = await openApp()
    deps.mailHealth.beat = deps.clock.now() as never
    const event = makeEvent(db, makeGroup(db), { capacityOnline: null })
    const action = `/events/${event.slug}/registrations`
    const form = {
      name: 'Zoë & "Zus" de Eerste',
      role: 'practice',
      organisation: '',
      accessNeeds: 'Ringleiding\nen een tolk',
    }
    harm(db)
    const answered: string[] = []
    let refused: Awaited<ReturnType<typeof post>> | undefined
    for (let number = 0; !refused && number < 500; number++) {
      const email = `d${number}@example.org`
      const reply = await post(action, { ...form, name: 'Deelnemer', email })
      if (reply.statusCode === 303) answered.push(email)
      else refused = reply
    }
    const kept = () =>
      db
        .select()
        .from(people)
        .all()
        .map(row => row.email)
    expect([refused?.statusCode, refused?.headers['retry-after'], refused?.headers['cache-control']]).toEqual([
      503,
      '60',
      'no-store',
    ])
    expect(kept()).toEqual(answered)
    expect(db.select().from(registrations).all()).toHaveLength(answered.length)
    expect(listMessages(db).filter(({ kind }) => kind === 'confirmed')).toHaveLength(answered.length)
    // Pages go on, and whoever watches over it is told; the log was told by the write, and not for each request.
    expect((await app.inject('/')).statusCode).toBe(200)
    expect((await app.inject(`/events/${event.slug}`)).statusCode).toBe(200)
    const ready = async () => [(await app.inject('/readyz')).statusCode, (await app.inject('/readyz')).json().database]
    expect(await ready()).toEqual([503, false])
    expect(unexpectedErrors).toEqual([])

    const { body } = await post(`${action}?lang=nl`, { ...form, email: 'zoe@example.org', website: '' })
    expect(body).toContain('We konden dit niet bewaren')
    expect(body).toContain('Wat je invulde staat nog op deze pagina')
    const again = fieldsOf(body, `${action}?lang=nl`)
    expect(again).toEqual({ ...form, email: 'zoe@example.org', website: '' })
    mend(db)
    expect((await post(`${action}?lang=nl`, again as Record<string, string>)).statusCode).toBe(303)
    expect(kept()).toEqual([...answered, 'zoe@example.org'])
    expect(await ready()).toEqual([200, true])
  },
)

test('on a full disk /readyz finds out by itself that there is room again, and writes nothing otherwise', async () => {
  const { app, db, post, deps } = await openApp()
  deps.mailHealth.beat = deps.clock.now() as never
  const event = makeEvent(db, makeGroup(db), { capacityOnline: null })
  const changes = () => db.$client.prepare('select total_changes()').pluck().get()
  const code = async () => (await app.inject('/readyz')).statusCode
  const before = changes()
  expect([await code(), changes()]).toEqual([200, before])
  fill(db)
  for (let number = 0; !deps.write.trouble && number < 500; number++)
    await post(`/events/${event.slug}/registrations`, { name: 'A', email: `d${number}@example.org`, role: 'other' })
  fill(db)
  expect(await code()).toBe(503)
  db.$client.pragma('max_page_count = 1000000')
  expect([await code(), await code(), deps.write.trouble]).toEqual([200, 200, undefined])
})

const english = { 'accept-language': 'en' }

test('what is no form says the same, with nothing to send again', async () => {
  const { app, db } = await openApp()
  app.delete('/stuck', () =>
    Promise.reject(new StoreTrouble(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }))),
  )
  const headers = { ...english, 'sec-fetch-site': 'same-origin' }
  const { statusCode, body } = await app.inject({ method: 'DELETE', url: '/stuck', headers })
  expect([statusCode, body.includes('We could not save this'), body.includes('<form')]).toEqual([503, true, false])
  expect(db.$client.open).toBe(true)
})

test('a page that cannot be read says nothing of saving, and the log is told, since no write did', async () => {
  const { app } = await openApp()
  app.get('/stuck', async () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' })
  })
  const { statusCode, body, headers } = await app.inject({ url: '/stuck', headers: english })
  expect([statusCode, headers['retry-after']]).toEqual([503, '60'])
  expect([body.includes('Something went wrong on our side'), body.includes('save')]).toEqual([true, false])
  expect(unexpectedErrors.splice(0).map(line => JSON.parse(line).err.message)).toEqual(['disk I/O error'])
})

test('a disk without room for a file says the same, and the log is told', async () => {
  const { app } = await openApp()
  app.post('/stuck', async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  const headers = { ...english, 'sec-fetch-site': 'same-origin' }
  const { statusCode, body, headers: answered } = await app.inject({ method: 'POST', url: '/stuck', headers })
  expect([statusCode, answered['retry-after'], answered['cache-control']]).toEqual([503, '60', 'no-store'])
  expect(body).toContain('We could not save this')
  expect(unexpectedErrors.splice(0).map(line => JSON.parse(line).err.code)).toEqual(['ENOSPC'])
})

/** To the last byte: also the room that is left in pages. */
function fill({ $client }: Db) {
  $client.pragma(`max_page_count = ${$client.pragma('page_count', { simple: true })}`)
  const add = $client.prepare("insert into settings (key, value) values ('fill' || hex(randomblob(6)), ?)")
  for (const size of [3000, 300, 30, 3]) {
    try {
      for (;;) add.run('x'.repeat(size))
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_FULL') throw error
    }
  }
}
