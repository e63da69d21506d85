// Checking in: what a phone sends and gets, what a form does without a script, what is on the page and what is not, and the
// code that somebody shows.
import { beforeEach, describe, expect, test } from 'vitest'
import { asc } from '#db/drizzle.ts'
import { auditEntries, checkIns, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { getRegistration, type Registration, update } from '#src/domain/registrations.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

const VENUE = { name: 'De Zaal', address: 'Straat 1', postcode: '9700 AA', city: 'Groningen', access: '' }
const AT = '2026-12-03T11:05:00Z'
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

async function openDoor() {
  const world = await openConsole()
  const { db, group, app, clock } = world
  const event = makeEvent(db, group, {
    attendance: 'in_person',
    capacityInPerson: 3,
    capacityOnline: null,
    venue: VENUE,
  })
  const come = (name: string, more = {}) =>
    makeRegistration(db, event, {
      name,
      email: `${name.split(' ')[0]}@example.org`.toLowerCase(),
      attendance: 'in_person',
      ...more,
    })
  const zoe = come('Zoë de Vries', { accessNeeds: 'Een tolk' })
  const bo = come('Bo Jansen', { organisation: '' })
  const sam = come('Sam Yıldız')
  const wachter = come('Wim Wachter')
  const host = signIn(db, 'hella@example.org', group, 'host')
  clock.set(AT)
  const url = `/console/events/${event.id}/check-in`
  const send = (body: unknown, headers: Record<string, string> = host, address = `${url}s`) =>
    app.inject({
      method: 'POST',
      url: address,
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const attended = () =>
    db
      .select({ name: registrations.name, at: registrations.attendedAt, source: registrations.attendanceSource })
      .from(registrations)
      .orderBy(asc(registrations.id))
      .all()
      .filter(row => row.at)
      .map(row => [row.name, row.at?.toString(), row.source])
  return { ...world, event, zoe, bo, sam, wachter, host, url, send, attended }
}

let door: Awaited<ReturnType<typeof openDoor>>
beforeEach(async () => {
  door = await openDoor()
})

const mark = ({ id }: Registration, number: number, isPresent = true, at = AT) => ({
  id: uuid(number),
  registrationId: id,
  isPresent,
  at: Temporal.Instant.from(at).epochMilliseconds,
})

describe('the list', () => {
  test('of more people than are made in one turn has everybody once, by name', async () => {
    const { get, host, db, group } = door
    const event = makeEvent(db, group, { capacityOnline: null })
    const names = Array.from({ length: 205 }, (_, index) => `Gast ${String.fromCharCode(97 + (index % 26))}${index}`)
    for (const [index, name] of names.entries()) makeRegistration(db, event, { name, email: `g${index}@example.org` })
    const { body } = await get(`/console/events/${event.id}/check-in`, host)
    const listed = [...body.matchAll(/data-name="([^"]+)"/g)].map(([, name]) => name)
    expect(listed).toEqual(names.toSorted(new Intl.Collator('nl').compare))
    expect(body).toMatch(/<span data-count="online">0<\/span> van 205<\/b>/)
  })

  test('has names, organisations and roles by name, who waits apart; no addresses, no needs, no notes', async () => {
    const { get, host, url, db, bo } = door
    writeNow(db, tx => update(tx, getRegistration(tx, bo.id), { part: 'speaker', note: 'Komt met de trein' }))
    const { body, headers } = await get(url, host)
    const names = [...body.matchAll(/data-name="([^"]+)"/g)].map(([, name]) => name)
    expect(names).toEqual(['Bo Jansen', 'Sam Yıldız', 'Zoë de Vries'])
    expect(body.indexOf('Wim Wachter')).toBeGreaterThan(body.indexOf('Op de wachtlijst'))
    expect(body).toMatch(/<span data-count="in_person">0<\/span> van 2<\/b> binnen/)
    expect(body).toMatch(/<span data-count="part">0<\/span> van 1<\/b> sprekers en gastheren/)
    expect(body).not.toMatch(/@example\.org|Een tolk|met de trein/)
    // A host gives nobody a place.
    expect(body).toContain('Een organisator kan een plaats geven.')
    expect(body).not.toContain('Geef een plaats')
    expect((await get(url)).body).toContain('Geef een plaats')
    expect(headers['permissions-policy']).toBe('camera=(self), microphone=(), geolocation=(), browsing-topics=()')
    expect(headers['cache-control']).toBe('no-store')
  })

  test('the camera is for this page alone', async () => {
    const { get, event } = door
    for (const url of ['/', '/console', `/console/events/${event.id}/badges`])
      expect((await get(url)).headers['permissions-policy']).toMatch(/^camera=\(\),/)
  })

  test('is searched without a script, by bare letters', async () => {
    const { get, url } = door
    const shown = async (q: string) =>
      [...(await get(`${url}?q=${q}`)).body.matchAll(/data-name="([^"]+)"[^>]*>/g)]
        .filter(([tag]) => !/ hidden/.test(tag))
        .map(([, name]) => name)
    expect(await shown('yildiz')).toEqual(['Sam Yıldız'])
    expect(await shown('zoe')).toEqual(['Zoë de Vries'])
    expect(await shown('xyzzy')).toEqual([])
    expect((await get(`${url}?q=xyzzy`)).body).toContain('<p data-none>Niemand gevonden.')
  })

  test('a cancelled event has nothing to tick', async () => {
    const { db, event, get, url, clock } = door
    writeNow(db, tx => cancelEvent(tx, event, 'Ziek', { organiserId: null, revision: 2 }, clock.now()))
    const { body } = await get(url)
    expect(body).toContain('Deze bijeenkomst gaat niet door.')
    expect(body).not.toMatch(/name="present"|data-enhance="check-in"/)
  })
})

describe('without a script', () => {
  test('one button per person, and the way back from it', async () => {
    const { post, get, host, url, zoe, attended } = door
    const reply = await post(url, { registration: String(zoe.id), present: 'yes', q: 'vries' }, host)
    expect([reply.statusCode, reply.headers.location]).toEqual([303, `${url}?q=vries&done=${zoe.id}`])
    expect(attended()).toEqual([['Zoë de Vries', AT, 'check_in']])
    expect((await get(`${url}?done=${zoe.id}`, host)).body).toContain('data-said>Zoë de Vries is binnen.</p>')
    await post(url, { registration: String(zoe.id), present: 'no' }, host)
    expect(attended()).toEqual([])
    expect((await get(`${url}?done=${zoe.id}`, host)).body).toContain('Zoë de Vries staat weer als niet binnen.')
  })

  test('nobody who waits, and nobody of another event', async () => {
    const { post, db, group, url, wachter, zoe, attended } = door
    expect((await post(url, { registration: String(wachter.id), present: 'yes' })).statusCode).toBe(409)
    const other = makeEvent(db, group, { localStart: '2027-01-07T12:00' })
    const reply = await post(`/console/events/${other.id}/check-in`, { registration: String(zoe.id), present: 'yes' })
    expect(reply.statusCode).toBe(404)
    expect(attended()).toEqual([])
  })
})

describe('a phone', () => {
  test('sends what was ticked and gets who is there; sending it again changes nothing', async () => {
    const { send, db, host, zoe, bo, sam, attended } = door
    const marks = [mark(zoe, 1), mark(bo, 2), mark(bo, 3, false, '2026-12-03T11:05:00.001Z')]
    const first = await send({ marks })
    expect(first.statusCode).toBe(200)
    expect(first.json()).toEqual({
      now: Temporal.Instant.from(AT).epochMilliseconds,
      people: [
        [zoe.id, true, Temporal.Instant.from(AT).epochMilliseconds],
        // Its moment lies past the clock here, so it is taken as of now.
        [bo.id, false, Temporal.Instant.from(AT).epochMilliseconds],
        [sam.id, false, 0],
      ],
      refused: [],
    })
    expect((await send({ marks })).json()).toEqual(first.json())
    expect((await door.get(`${door.url}s`, host)).json()).toEqual(first.json())
    expect(attended()).toEqual([['Zoë de Vries', AT, 'check_in']])
    expect(db.select().from(checkIns).all()).toHaveLength(3)
    const deeds = db
      .select()
      .from(auditEntries)
      .all()
      .filter(({ registrationId }) => registrationId !== null)
    expect(deeds.map(({ action, registrationId }) => [action, registrationId])).toEqual([
      ['attendance_marked', zoe.id],
      ['attendance_marked', bo.id],
      ['attendance_unmarked', bo.id],
    ])
  })

  test('hears which of its marks came to nothing: of who waits, of another event, of nobody', async () => {
    const { send, db, group, zoe, wachter, attended } = door
    const other = makeRegistration(db, makeEvent(db, group, { localStart: '2027-01-07T12:00' }))
    const marks = [mark(wachter, 1), mark(other, 2), mark({ ...zoe, id: 9999 }, 3), mark(zoe, 4)]
    expect((await send({ marks })).json().refused).toEqual([uuid(1), uuid(2), uuid(3)])
    expect(attended()).toEqual([['Zoë de Vries', AT, 'check_in']])
  })

  test('sends what is none: it is refused whole, and nothing is changed', async () => {
    const { send, db } = door
    const one = { id: uuid(1), registrationId: 1, isPresent: true, at: 0 }
    const junk: [string, unknown][] = [
      ['no JSON', 'marks=1'],
      ['half of it', '{"marks":['],
      ['no list', { marks: 'x' }],
      ['nothing', {}],
      ['a list of nothing', { marks: [null] }],
      ['an id that is none', { marks: [{ ...one, id: 'x' }] }],
      ['one of them wrong', { marks: [one, { ...one, id: uuid(2), isPresent: 'maybe' }] }],
      ['a moment that is none', { marks: [{ ...one, at: 1e300 }] }],
      ['a moment before time', { marks: [{ ...one, at: -1 }] }],
      ['no number', { marks: [{ ...one, registrationId: 'zoë' }] }],
      ['too many', { marks: Array.from({ length: 201 }, (_, number) => ({ ...one, id: uuid(number) })) }],
    ]
    const answers = []
    for (const [name, body] of junk) answers.push([name, (await send(body)).statusCode])
    expect(answers).toEqual(junk.map(([name]) => [name, 400]))
    expect(db.select().from(checkIns).all()).toEqual([])
  })

  test('more than a body may hold is not read', async () => {
    const { send } = door
    expect((await send(`{"marks":[${' '.repeat(70_000)}]}`)).statusCode).toBe(413)
  })

  test('a hundred marks, as many as it sends at once, fit and are taken', async () => {
    const { send, zoe, db } = door
    const marks = Array.from({ length: 100 }, (_, number) => mark(zoe, number + 1, number % 2 === 0))
    expect((await send({ marks })).statusCode).toBe(200)
    expect(db.select().from(checkIns).all()).toHaveLength(100)
  })

  test('from another site, without a session, or of who has no right there: nothing', async () => {
    const { send, app, db, zoe, url, host } = door
    const marks = [mark(zoe, 1)]
    const stranger = signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid', name: 'Zuid' }), 'owner')
    const viewer = signIn(db, 'vera@example.org', door.group, 'viewer')
    expect((await send({ marks }, { ...host, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    expect((await send({ marks }, {})).statusCode).toBe(403)
    expect((await send({ marks }, stranger)).statusCode).toBe(404)
    expect((await send({ marks }, viewer)).statusCode).toBe(404)
    for (const page of [url, `${url}s`]) expect((await app.inject({ url: page, headers: viewer })).statusCode).toBe(404)
    expect(db.select().from(checkIns).all()).toEqual([])
  })
})

describe('the code that somebody shows', () => {
  const codeOf = (one: Registration) =>
    `/check-in/${door.tokens.sign('check-in', { id: one.id, version: one.doorVersion })}`

  test('to themselves, to scanners and to whoever else opens it, it says nothing about anybody', async () => {
    const { app, db, zoe } = door
    const before = JSON.stringify(db.select().from(registrations).all())
    const nobody = signIn(db, 'nel@example.org')
    for (const headers of [{}, nobody]) {
      const { statusCode, body, headers: answer } = await app.inject({ url: codeOf(zoe), headers })
      expect(statusCode).toBe(200)
      expect(body).toContain('Laat dit zien bij de ingang')
      expect(body).toContain('Eén gezin, één plan: lukt dat?')
      expect(body).toContain('12.00–13.00')
      expect(body).not.toMatch(/Zoë|Vries|zoe@|Gemeente Voorbeeld|name="registration"/)
      expect([answer['cache-control'], answer['x-robots-tag']]).toEqual(['no-store', 'noindex'])
    }
    expect(JSON.stringify(db.select().from(registrations).all())).toBe(before)
  })

  test('to who receives people there, a name and a button that says they are in', async () => {
    const { app, post, host, zoe, wachter, url, attended } = door
    const { body } = await app.inject({ url: codeOf(zoe), headers: host })
    expect(body).toContain('<h1>Zoë de Vries</h1>')
    expect(body).toContain(`<form class="flow" method="post" action="${url}">`)
    expect(attended()).toEqual([])
    await post(url, { registration: String(zoe.id), present: 'yes' }, host)
    expect(attended()).toHaveLength(1)
    const after = (await app.inject({ url: codeOf(zoe), headers: host })).body
    expect(after).toContain('<h1>Zoë de Vries is al binnen</h1>')
    expect(after).not.toContain('name="registration"')
    const waits = (await app.inject({ url: codeOf(wachter), headers: host })).body
    expect(waits).toContain('Wim Wachter heeft geen plaats')
    expect(waits).not.toContain('name="registration"')
  })

  test('opens nothing else, and no other link opens it; a new door ends it', async () => {
    const { app, db, tokens, zoe } = door
    const link = { id: zoe.id, version: 1 }
    const token = tokens.sign('check-in', link)
    for (const path of ['registrations', 'join', 'my'])
      expect((await app.inject({ url: `/${path}/${token}` })).statusCode).toBe(404)
    for (const purpose of ['registration', 'join'] as const)
      expect((await app.inject({ url: `/check-in/${tokens.sign(purpose, link)}` })).statusCode).toBe(404)
    writeNow(db, tx => update(tx, getRegistration(tx, zoe.id), { doorVersion: 2 }))
    expect((await app.inject({ url: `/check-in/${token}` })).statusCode).toBe(404)
  })
})

describe('on paper', () => {
  test('the list has everybody with a place; badges are for who comes in person, ten on a sheet', async () => {
    const { db, get, event, host, group } = door
    const hybrid = makeEvent(db, group, {
      attendance: 'hybrid',
      capacityInPerson: 30,
      capacityOnline: 30,
      venue: VENUE,
      localStart: '2026-12-10T12:00',
    })
    for (let number = 0; number < 12; number++)
      makeRegistration(db, hybrid, {
        name: `Gast ${number}`,
        email: `g${number}@example.org`,
        attendance: number === 5 ? 'online' : 'in_person',
      })
    const list = (await get(`/console/events/${hybrid.id}/attendance-list`, host)).body
    expect(list.match(/<th scope="row">/g)).toHaveLength(12)
    const badges = (await get(`/console/events/${hybrid.id}/badges`, host)).body
    expect(badges.split('<ul class="sheet"').map(sheet => sheet.match(/class="name-badge/g)?.length ?? 0)).toEqual([
      0, 10, 1,
    ])
    expect(badges).not.toContain('Gast 5<')
    for (const page of ['attendance-list', 'badges']) {
      const { body } = await get(`/console/events/${event.id}/${page}`, host)
      expect(body).toContain('Zoë de Vries')
      expect(body).not.toMatch(/Wim Wachter|@example\.org|Een tolk/)
    }
  })
})

test('signing out takes what a phone kept with it', async () => {
  const { post, host } = door
  expect((await post('/sign-out', {}, host)).headers['clear-site-data']).toBe('"storage"')
})

test('the worker may look after the console alone; the decoder comes from here, two files of it and no more', async () => {
  const { app, get, url } = door
  const worker = await app.inject('/static/js/check-in/worker.js')
  expect([worker.statusCode, worker.headers['service-worker-allowed']]).toEqual([200, '/console/events'])
  const decoder = /data-decoder="([^"]+)"/.exec((await get(url)).body)?.[1] ?? ''
  const status = async (file: string) => (await app.inject(decoder.replace('decode.js', file))).statusCode
  expect(
    await Promise.all(['decode.js', 'index.js', 'package.json', 'src/index.ts', '../qr/README.md'].map(status)),
  ).toEqual([200, 200, 404, 404, 404])
  expect((await app.inject(decoder)).headers['content-type']).toMatch(/javascript/)
})
