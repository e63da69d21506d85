import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { answers, events, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { getEvent } from '#src/domain/events.ts'
import { listFormFields, setFormFields } from '#src/domain/form-fields.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { applyReply, type Reply } from '#src/domain/replies.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { readTable } from '#src/lib/tables.ts'
import { XLSX } from '#src/lib/xlsx.ts'
import { fieldsOf, signIn } from '../../support/console.ts'
import { namesIn, openList } from '../../support/listed.ts'
import { makeRegistration, makeSeries, NOW } from '../../support/world.ts'

describe('the list', () => {
  test('shows who comes, who waits, and what they need', async () => {
    const { get, list } = await openList()
    const { body } = await get(list)
    expect(body).toContain('2 van 2 plaatsen')
    expect(body).toContain('1 op de wachtlijst')
    expect(body).toContain('Een tolk')
    expect(body.match(/<tr id="r\d+">/g)).toHaveLength(3)
  })

  test.each([
    ['q=wijkteam', ['Ali Yıldız']],
    ['q=bo@', ['Bo']],
    ['q=zo&status=confirmed', ['Zoë de Vries']],
    ['status=waitlisted', ['Bo']],
    ['q=%25', ['Zoë de Vries', 'Ali Yıldız', 'Bo']],
    ['q=niemand', []],
  ])('narrowed by %s', async (query, names) => {
    const { get, list } = await openList()
    const { body } = await get(`${list}?${query}`)
    expect(namesIn(body)).toEqual(names)
  })
})

describe('adding by hand', () => {
  const ADD = { name: 'Cor', email: '', organisation: 'Buurthuis', role: 'resident', attendance: 'online' }

  test('without an address: at once, with a place or on the waiting list like everybody', async () => {
    const { list, post, statuses, mails, deeds } = await openList()
    const { statusCode, headers } = await post(list, ADD)
    expect([statusCode, headers.location]).toEqual([303, `${list}?done=added`])
    expect(statuses()).toEqual({
      'Zoë de Vries': 'confirmed',
      'Ali Yıldız': 'confirmed',
      Bo: 'waitlisted',
      Cor: 'waitlisted',
    })
    expect(mails()).toEqual([])
    expect(deeds()).toEqual(['registration_added'])
  })

  test('with an address: shows the mail first', async () => {
    const { db, list, post, statuses, mails } = await openList()
    const shown = await post(list, { ...ADD, email: 'Cor@Example.org' })
    expect(shown.body).toContain('Eén persoon krijgt een mail')
    expect(shown.body).toContain('Dag Cor,')
    expect(Object.keys(statuses())).toHaveLength(3)
    expect((await post(list, fieldsOf(shown.body, list))).statusCode).toBe(303)
    expect(mails()).toEqual(['waitlisted cor@example.org'])
    expect(db.select().from(registrations).all().at(-1)).toMatchObject({ name: 'Cor', addedBy: 1, role: 'resident' })
  })

  test.each([
    [{ name: '' }, 'name'],
    [{ name: 'Kijk op https://spam.example' }, 'name'],
    [{ email: 'cor' }, 'email'],
    [{ role: 'baas' }, 'role'],
  ])('%o is refused beside %s', async (choice, field) => {
    const { list, post, statuses } = await openList()
    const { statusCode, body } = await post(list, { ...ADD, ...choice })
    expect(statusCode).toBe(422)
    expect(body).toContain(`id="f-${field}-problem"`)
    expect(body).toContain('value="Buurthuis"')
    expect(Object.keys(statuses())).toHaveLength(3)
  })
})

describe('cancelling somebody', () => {
  test('shows both mails first: to them, and to who gets the place', async () => {
    const { ali, list, post, statuses, mails, deeds } = await openList()
    const path = `/console/registrations/${ali.id}/cancellation`
    const shown = await post(path)
    expect(shown.statusCode).toBe(200)
    expect(shown.body).toContain('Ali Yıldız afmelden?')
    expect(shown.body).toContain('2 mensen krijgen een mail')
    expect(statuses()).toMatchObject({ 'Ali Yıldız': 'confirmed' })
    const { headers } = await post(path, fieldsOf(shown.body, path))
    expect(headers.location).toBe(`${list}?done=cancel&count=1#r${ali.id}`)
    expect(statuses()).toEqual({ 'Zoë de Vries': 'confirmed', 'Ali Yıldız': 'cancelled', Bo: 'confirmed' })
    expect(mails()).toEqual(['unregistered ali@example.org', 'promoted bo@example.org'])
    expect(deeds()).toEqual(['registration_cancelled'])
  })

  test('is refused when the waiting list changed since', async () => {
    const { db, ali, bo, post, statuses } = await openList()
    const path = `/console/registrations/${ali.id}/cancellation`
    const shown = await post(path)
    db.update(registrations).set({ status: 'cancelled' }).where(eq(registrations.id, bo.id)).run()
    expect((await post(path, fieldsOf(shown.body, path))).statusCode).toBe(409)
    expect(statuses()).toMatchObject({ 'Ali Yıldız': 'confirmed' })
  })
})

describe('giving somebody a place', () => {
  test('never gives one that is not there', async () => {
    const { bo, post, statuses, mails } = await openList()
    const path = `/console/registrations/${bo.id}/promotion`
    const { statusCode, body } = await post(path)
    expect(statusCode).toBe(409)
    expect(body).toContain('Er is geen plaats meer')
    expect((await post(path, { recipients: '1' })).statusCode).toBe(409)
    expect(statuses()).toMatchObject({ Bo: 'waitlisted' })
    expect(mails()).toEqual([])
  })

  test('shows the mail first', async () => {
    const { db, bo, post, statuses, mails, deeds } = await openList()
    db.$client.prepare('update events set capacity_online = 3').run()
    const path = `/console/registrations/${bo.id}/promotion`
    const shown = await post(path)
    expect(shown.body).toContain('Bo een plaats geven?')
    await post(path, fieldsOf(shown.body, path))
    expect(statuses()).toMatchObject({ Bo: 'confirmed' })
    expect(mails()).toEqual(['promoted bo@example.org'])
    expect(deeds()).toEqual(['registration_promoted'])
  })
})

describe('somebody who asks for a place', () => {
  test('hears yes or no, and the page before it and the list after it say so', async () => {
    const { db, event, list, get, post } = await openList()
    db.update(events).set({ needsApproval: true }).where(eq(events.id, event.id)).run()
    const asking = makeRegistration(db, getEvent(db, event.id), { name: 'Kim', email: 'kim@example.org' })
    expect((await get(`/console/registrations/${asking.id}`)).body).toContain('Zeg nee')
    const path = `/console/registrations/${asking.id}/cancellation`
    const shown = await post(path)
    expect(shown.body).toContain('<h1>Nee zeggen tegen Kim?</h1>')
    expect(shown.body).not.toContain('De plaats gaat naar wie wacht')
    const { headers } = await post(path, fieldsOf(shown.body, path))
    expect(headers.location).toBe(`${list}?done=refused&count=1#r${asking.id}`)
    expect((await get(String(headers.location))).body).toContain('Deze persoon krijgt geen plaats.')
  })
})

describe('attendance', () => {
  test('is marked and taken back, for who has a place', async () => {
    const { db, zoe, bo, list, post, deeds } = await openList()
    const attended = () =>
      db.select({ at: registrations.attendedAt }).from(registrations).all()[0]?.at?.toString() ?? null
    const path = `/console/registrations/${zoe.id}/attendance`
    expect((await post(path, { present: 'yes' })).headers.location).toBe(`${list}?done=present&count=1#r${zoe.id}`)
    expect(attended()).toBe(NOW.toString())
    await post(path, { present: 'no' })
    expect(attended()).toBe(null)
    expect((await post(path, { present: 'misschien' })).statusCode).toBe(400)
    expect((await post(`/console/registrations/${bo.id}/attendance`, { present: 'yes' })).statusCode).toBe(409)
    expect(deeds()).toEqual(['attendance_marked', 'attendance_unmarked'])
  })
})

/** Zoë's calendar answers. */
function answer({ db, event }: Awaited<ReturnType<typeof openList>>, more: Partial<Reply>) {
  const reply: Reply = {
    uid: event.uid,
    attendee: 'zoe@example.org',
    partstat: 'declined',
    sequence: 0,
    stamp: NOW,
    isProven: true,
    ...more,
  }
  writeNow(db, tx => applyReply(tx, reply, NOW))
}

describe('what calendars answer', () => {
  test.each([
    [{}, 'zei nee in de agenda, plaats komt vrij op zo 22 nov, 10.00 uur'],
    [{ isProven: false }, 'nee uit de agenda, we vroegen of dat klopt'],
    [{ partstat: 'tentative' }, '<span class="under">zei misschien in de agenda</span>'],
  ] as const)('%o stands on the list', async (more, words) => {
    const world = await openList()
    expect((await world.get(world.list)).body).not.toContain(words)
    answer(world, more)
    expect((await world.get(world.list)).body).toContain(words)
  })

  test('names who said no on top of the whole list, with the way to their page', async () => {
    const world = await openList()
    const lookAt = `<b>Let op bij:</b> <a href="/console/registrations/${world.zoe.id}">Zoë de Vries</a></p>`
    expect((await world.get(world.list)).body).not.toContain('Let op bij')
    answer(world, { partstat: 'tentative' })
    expect((await world.get(world.list)).body).not.toContain('Let op bij')
    answer(world, { stamp: NOW.add({ seconds: 1 }) })
    expect((await world.get(world.list)).body).toContain(lookAt)
    expect((await world.get(`${world.list}?status=confirmed`)).body).not.toContain('Let op bij')
  })

  test('to an older invitation stands on the list as such', async () => {
    const world = await openList()
    const { db, event, get, list } = world
    const editor = { organiserId: null, revision: event.revision }
    writeNow(db, tx => moveEvent(tx, event, { ...event, localStart: '2026-12-10T12:00' }, '', editor, NOW))
    writeNow(db, tx => assumeTold(tx, NOW.add({ minutes: 2 })))
    answer(world, {})
    expect((await get(list)).body).toContain('zei nee op een oudere uitnodiging')
  })

  test('in a series that frees no place says so', async () => {
    const world = await openList()
    const series = makeSeries(world.db, world.group, { declineHours: null })
    world.db.update(events).set({ seriesId: series.id }).run()
    answer(world, {})
    expect((await world.get(world.list)).body).toContain('zei nee in de agenda, plaats komt niet vanzelf vrij')
  })
})

describe('an address that mail comes back from', () => {
  async function openBounced() {
    const world = await openList()
    const { db, event, zoe } = world
    writeNow(db, tx => {
      const message = { key: 'c', kind: 'confirmed', toAddress: 'zoe@example.org', locale: 'nl' } as const
      enqueue(tx, { ...message, eventId: event.id, registrationId: zoe.id, personId: zoe.personId }, NOW)
      const told = getRegistration(tx, zoe.id).told
      tx.update(messages).set({ state: 'sent', sentAt: NOW, told }).where(eq(messages.key, 'c')).run()
      const [sent] = tx.select().from(messages).where(eq(messages.key, 'c')).all()
      const report = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 <b>No such user</b>' } as const
      if (sent) recordBounce(tx, sent, report, NOW)
    })
    return { ...world, path: `/console/registrations/${zoe.id}/delivery` }
  }

  test('stands on the list with what the other side said; a host does not see it', async () => {
    const { db, app, group, get, list, path } = await openBounced()
    const { body } = await get(list)
    expect(body.match(/badge wrong">mail komt terug/g)).toHaveLength(1)
    expect(body).toMatch(/Let op bij:<\/b> <a href="\/console\/registrations\/\d+">Zoë de Vries</)
    expect(body).toContain('550 5.1.1 &lt;b&gt;No such user&lt;/b&gt;')
    expect(body).toContain(`action="${path}"`)
    const host = signIn(db, 'hella@example.org', group, 'host')
    const seen = (await app.inject({ url: list, headers: host })).body
    expect(seen).toContain('Zoë de Vries')
    expect(seen).not.toMatch(/komt terug|No such user|delivery/)
  })

  test('shows the mail first that leaves when it is trusted again, and then sends it', async () => {
    const { get, post, list, path, mails, deeds, zoe } = await openBounced()
    const shown = await post(path)
    expect(shown.body).toContain('Klopt het adres van Zoë de Vries?')
    expect(shown.body).toContain('Dan sturen we weer mail naar zoe@example.org.')
    expect(shown.body).toContain('Eén persoon krijgt een mail')
    expect(shown.body).toContain('Fijn dat je aanschuift.')
    expect(mails()).toEqual([])
    const { statusCode, headers } = await post(path, fieldsOf(shown.body, path))
    expect([statusCode, headers.location]).toEqual([303, `${list}?done=trusted&count=1#r${zoe.id}`])
    expect(mails()).toEqual(['confirmed zoe@example.org'])
    expect(deeds()).toEqual(['address_trusted'])
    expect((await get(list)).body).not.toContain('badge wrong')
  })
})

test('the file for a spreadsheet holds everybody, and no formula', async () => {
  const world = await openList()
  const { db, event, list, get } = world
  answer(world, { partstat: 'tentative' })
  makeRegistration(db, event, { email: 'x@example.org', name: '=cmd', organisation: '+31 6', accessNeeds: '@x;y' })
  const { body, headers } = await get(`${list}.csv`)
  expect(headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(headers['content-disposition']).toBe(`attachment; filename="${event.slug}.csv"`)
  expect(headers['cache-control']).toBe('no-store')
  expect(body.split('\r\n')).toEqual([
    '\uFEFFNaam;E-mailadres;Organisatie;Rol;Deelname;Status;Antwoord in de agenda;Nodig om mee te kunnen doen;Aanwezig;Minuten online;Aangemeld op;Spreker of begeleider;Notitie',
    'Zoë de Vries;zoe@example.org;Gemeente Voorbeeld;praktijk;online;aangemeld;misschien;Een tolk;;;zaterdag 21 november 2026, 10.00;;',
    'Ali Yıldız;ali@example.org;Wijkteam;praktijk;online;aangemeld;;;;;zaterdag 21 november 2026, 10.00;;',
    'Bo;bo@example.org;Gemeente Voorbeeld;praktijk;online;wachtlijst;;;;;zaterdag 21 november 2026, 10.00;;',
    "'=cmd;x@example.org;'+31 6;praktijk;online;wachtlijst;;\"'@x;y\";;;zaterdag 21 november 2026, 10.00;;",
    '',
  ])
})

test('both files are narrowed and ordered as the page is, with the answers to extra questions behind', async () => {
  const world = await openList()
  const { db, event, list, get, zoe, ali } = world
  const question = { id: null, hint: '', isRequired: false, deleteAfterDays: 30 }
  writeNow(db, tx => {
    setFormFields(tx, event.id, [
      { ...question, kind: 'several', label: 'Wat eet je?', options: ['vis', 'vega', '=noten'] },
      { ...question, kind: 'yes_no', label: 'Blijf je?', options: [] },
    ])
    const [food = 0, stays = 0] = listFormFields(tx, event.id).map(({ id }) => id)
    for (const [one, value] of [
      [zoe, ['vis', '=noten']],
      [ali, ['vega']],
    ] as const) {
      tx.insert(answers)
        .values({ registrationId: one.id, formFieldId: food, value: [...value] })
        .run()
    }
    tx.insert(answers)
      .values({ registrationId: ali.id, formFieldId: stays, value: ['no'] })
      .run()
    tx.update(registrations)
      .set({ attendedAt: NOW, attendedMinutes: 55, note: 'Belde.' })
      .where(eq(registrations.id, zoe.id))
      .run()
  })
  const query = '?status=confirmed&order=name'
  expect((await get(list + query)).body).toContain(`href="${list}.xlsx${query.replace('&', '&amp;')}"`)
  const rows = [
    ['Naam', 'Aanwezig', 'Minuten online', 'Notitie', 'Wat eet je?', 'Blijf je?'],
    ['Ali Yıldız', '', '', '', 'vega', 'nee'],
    ['Zoë de Vries', 'ja', '55', 'Belde.', 'vis, =noten', ''],
  ]
  const columns = [0, 8, 9, 12, 13, 14]
  const asText = (await get(`${list}.csv${query}`)).body.slice(1).trimEnd().split('\r\n')
  expect(asText.map(line => columns.map(column => line.split(';')[column]))).toEqual(rows)
  const { rawPayload, headers } = await get(`${list}.xlsx${query}`)
  expect(headers['content-type']).toBe(XLSX)
  expect(headers['content-disposition']).toBe(`attachment; filename="${event.slug}.xlsx"`)
  const sheet = await readTable(rawPayload)
  if (typeof sheet === 'string') throw new Error(sheet)
  expect(sheet.map(({ cells }) => columns.map(column => cells[column] ?? ''))).toEqual(rows)
})

test('a list of more than fifty goes on, with what was chosen, and nobody is shown twice or left out', async () => {
  const { db, event, list, get } = await openList()
  for (let number = 10; number < 70; number++) {
    makeRegistration(db, event, { name: `Gast ${number}`, email: `gast${number}@example.org` })
  }
  const first = await get(`${list}?q=gast&order=name`)
  expect(first.body).toContain('60 mensen gevonden.')
  const next = /rel="next" href="([^"]+)"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect(next).toMatch(/\?q=gast&order=name&after=\d+$/)
  const second = await get(next)
  expect(namesIn(first.body)).toHaveLength(50)
  expect([...namesIn(first.body), ...namesIn(second.body)]).toEqual(
    Array.from({ length: 60 }, (_, index) => `Gast ${index + 10}`),
  )
  expect(second.body).not.toContain('rel="next"')
  expect(second.body).toContain(`href="${list}?q=gast&amp;order=name">Terug naar het begin`)
  // What is done on a later page leads back to it.
  expect(second.body).toMatch(/name="back" value="q=gast&amp;order=name&amp;after=\d+"/)
})

test.each(['status=baas', 'order=id', 'mark=x', 'after=-1', `q=${'x'.repeat(101)}`])(
  'an address with %s is refused',
  async query => {
    const { list, get } = await openList()
    expect((await get(`${list}?${query}`)).statusCode).toBe(400)
  },
)

test('what a host may not see, a host cannot find out by narrowing the list', async () => {
  const { db, app, group, list, zoe } = await openList()
  db.update(registrations).set({ note: 'Belde.' }).where(eq(registrations.id, zoe.id)).run()
  const headers = signIn(db, 'hella@example.org', group, 'host')
  for (const mark of ['note', 'undeliverable']) {
    const { body } = await app.inject({ url: `${list}?mark=${mark}`, headers })
    expect(body.match(/<tr id="r\d+">/g)).toHaveLength(3)
    expect(body).not.toMatch(/notitie|komt terug|\/console\/registrations\/\d+"/)
  }
})
