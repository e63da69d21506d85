import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { events, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { fieldsOf, openConsole } from '../../support/console.ts'
import { makeEvent, makeRegistration, NOW } from '../../support/world.ts'

const MOVE = {
  date: '2026-12-10',
  time: '12:00',
  durationMinutes: '60',
  attendance: 'online',
  reason: 'De zaal is bezet.',
}

/** A published webinar with three people, all told: two with a place, one without an address. */
async function openEvent(people = ['zoe@example.org', 'ali@example.org']) {
  const world = await openConsole()
  const { db, group } = world
  const event = makeEvent(db, group)
  for (const email of people) makeRegistration(db, event, { email, name: `Naam ${email.split('@')[0]}` })
  makeRegistration(db, event, { email: null, name: 'Zonder adres' })
  writeNow(db, tx => assumeTold(tx, NOW))
  const now = () => getEvent(db, event.id)
  const path = (act: string) => `/console/events/${event.id}/${act}`
  /** Mails to tell something, reminders left out. */
  const mails = () =>
    db
      .select({ kind: messages.kind, to: messages.toAddress, state: messages.state, due: messages.dueAt })
      .from(messages)
      .orderBy(asc(messages.id))
      .all()
      .filter(({ kind }) => !kind.startsWith('reminder'))
  return { ...world, event, now, path, mails }
}
const waiting = (list: { kind: string; to: string; state: string }[]) =>
  list.filter(({ state }) => state === 'queued').map(({ kind, to }) => `${kind} ${to}`)

describe('a personal link in the reason', () => {
  const LINK = `https://agenda.example.org/registrations/1-1-${'x'.repeat(43)}`

  test.each(['move', 'cancellation'])('of a %s is refused beside its field, and what was typed stays', async act => {
    const { event, now, path, post, mails } = await openEvent()
    const before = JSON.stringify(now())
    const reason = `Zie ${LINK}`
    const { statusCode, body } = await post(path(act), { ...MOVE, reason, revision: String(event.revision) })
    expect(statusCode).toBe(422)
    expect(body).toMatch(/<p class="problem" id="f-reason-problem">Hier staat een persoonlijke link van iemand\./)
    expect(fieldsOf(body, path(act)).reason).toBe(reason)
    expect([JSON.stringify(now()), mails()]).toEqual([before, []])
  })
})

describe('moving', () => {
  test('shows first who is mailed, how many, and the mail itself; nothing has changed then', async () => {
    const { event, now, path, post, mails } = await openEvent()
    const before = JSON.stringify(now())
    const { statusCode, body } = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    expect(statusCode).toBe(200)
    expect(body).toContain('2 mensen krijgen een mail')
    expect(body).toContain('zoe@example.org')
    expect(body).toContain('ali@example.org')
    expect(body).toContain('Verplaatst naar do 10 dec, 12.00 uur: Eén gezin, één plan: lukt dat?')
    expect(body).toContain('was: donderdag 3 december 2026, 12.00–13.00 uur')
    expect(body).toContain('De zaal is bezet.')
    expect(body).toContain('/registrations/•••')
    expect(body).toContain('/join/•••')
    expect(fieldsOf(body, path('move')).recipients).toBe('2')
    expect(JSON.stringify(now())).toBe(before)
    expect(mails()).toEqual([])
  })

  test('then moves, mails, and holds the mails for two minutes', async () => {
    const { event, now, path, post, mails } = await openEvent()
    const shown = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    const { statusCode, headers } = await post(path('move'), fieldsOf(shown.body, path('move')))
    expect(statusCode).toBe(303)
    expect(headers.location).toMatch(new RegExp(`^/console/events/${event.id}\\?done=moved&undo=[\\w-]+$`))
    expect(now()).toMatchObject({ localStart: '2026-12-10T12:00', sequence: 1, movedFrom: '2026-12-03T12:00' })
    expect(waiting(mails())).toEqual(['changed zoe@example.org', 'changed ali@example.org'])
    expect(mails().every(({ due }) => due.equals(NOW.add({ minutes: 2 })))).toBe(true)
  })

  test('can be undone while its mails wait, and nobody hears of it', async () => {
    const { event, now, path, get, post, mails } = await openEvent()
    const shown = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    const { headers } = await post(path('move'), fieldsOf(shown.body, path('move')))
    const after = await get(String(headers.location))
    expect(after.body).toContain('2 mails wachten tot 10.02.')
    const undo = /href="([^"]*\/move\?undo=[^"]*)"/.exec(after.body)?.[1] ?? ''
    const question = await get(undo)
    expect(question.body).toContain('Niemand krijgt een mail')
    const done = await post(path('move'), fieldsOf(question.body, path('move')))
    expect(done.headers.location).toBe(`/console/events/${event.id}?done=moved`)
    expect(now()).toMatchObject({ localStart: '2026-12-03T12:00', movedAt: null, movedFrom: null })
    expect(waiting(mails())).toEqual([])
  })

  test('an undo belongs to its own event', async () => {
    const { db, group, event, path, get, post } = await openEvent()
    const other = makeEvent(db, group, { title: 'Anders' })
    const shown = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    const { headers } = await post(path('move'), fieldsOf(shown.body, path('move')))
    const undo = new URL(String(headers.location), 'http://x').searchParams.get('undo')
    expect((await get(`/console/events/${other.id}/move?undo=${undo}`)).statusCode).toBe(404)
    expect((await get(`${path('move')}?undo=abc`)).statusCode).toBe(404)
  })

  test('is refused when somebody registered since the number was shown', async () => {
    const { db, event, now, path, post } = await openEvent()
    const shown = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    makeRegistration(db, event, { email: 'bo@example.org' })
    const { statusCode, body } = await post(path('move'), fieldsOf(shown.body, path('move')))
    expect(statusCode).toBe(409)
    expect(body).toContain('Er is intussen iets veranderd')
    expect(now().localStart).toBe('2026-12-03T12:00')
  })

  test('is refused when somebody else changed the event since', async () => {
    const { db, event, now, path, post, mails } = await openEvent()
    const shown = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    db.update(events)
      .set({ revision: event.revision + 1 })
      .run()
    expect((await post(path('move'), fieldsOf(shown.body, path('move')))).statusCode).toBe(409)
    expect(now().localStart).toBe('2026-12-03T12:00')
    expect(mails()).toEqual([])
  })

  test('a confirmation that has not left yet tells the new date: it counts as a mail', async () => {
    const { db, event, path, post, mails } = await openEvent()
    makeRegistration(db, event, { email: 'bo@example.org' })
    const shown = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    expect(fieldsOf(shown.body, path('move')).recipients).toBe('3')
    await post(path('move'), fieldsOf(shown.body, path('move')))
    expect(waiting(mails())).toEqual(['confirmed bo@example.org', 'changed zoe@example.org', 'changed ali@example.org'])
  })

  test('§8.51 warns of a holiday and of what else is on', async () => {
    const { db, group, event, path, post } = await openEvent()
    makeEvent(db, group, { title: 'Buurtdag', localStart: '2027-05-06T09:00' })
    const { body } = await post(path('move'), { ...MOVE, date: '2027-05-06', revision: String(event.revision) })
    expect(body).toContain('Let op: donderdag 6 mei 2027 is Hemelvaartsdag.')
    expect(body).toContain('Op deze dag is ook: Buurtdag (9.00–10.00 uur).')
  })

  test.each([
    [{ date: '2026-11-20' }, 'date', 'Deze dag is al voorbij.'],
    [{ date: '2027-02-30' }, 'date', 'Dit is geen geldige datum en tijd.'],
    [{ date: '2027-03-28', time: '02:30' }, 'date', 'Deze tijd bestaat niet'],
    [{ attendance: 'in_person' }, 'venueName', 'Vul dit in.'],
    [{ durationMinutes: '2' }, 'durationMinutes', 'Vul een heel getal in.'],
  ])('%o is refused at %s, with what was typed', async (choice, field, problem) => {
    const { event, now, path, post } = await openEvent()
    const { statusCode, body } = await post(path('move'), { ...MOVE, ...choice, revision: String(event.revision) })
    expect(statusCode).toBe(422)
    expect(body).toMatch(new RegExp(`id="f-${field}-problem">${problem}`))
    expect(body).toContain('value="De zaal is bezet."')
    expect(now().localStart).toBe('2026-12-03T12:00')
  })

  test('of a draft is nobody’s business: done at once', async () => {
    const { db, event, now, path, post, mails } = await openEvent([])
    db.update(events).set({ publishedAt: null }).run()
    const { statusCode } = await post(path('move'), { ...MOVE, revision: String(event.revision) })
    expect(statusCode).toBe(303)
    expect(now()).toMatchObject({ localStart: '2026-12-10T12:00', sequence: 0, movedFrom: null })
    expect(mails()).toEqual([])
  })

  test('to another place gives the reason as well, and is no move in time', async () => {
    const { event, now, path, post } = await openEvent()
    const place = { attendance: 'hybrid', venueName: 'Het Voorbeeldhuis', venueCity: 'Groningen', date: '2026-12-03' }
    const shown = await post(path('move'), { ...MOVE, ...place, revision: String(event.revision) })
    await post(path('move'), fieldsOf(shown.body, path('move')))
    expect(now()).toMatchObject({
      attendance: 'hybrid',
      moveReason: 'De zaal is bezet.',
      movedFrom: null,
      movedAt: null,
    })
  })
})

describe('cancelling', () => {
  test('asks the reason, shows the mail, then cancels; the mails wait and it can be taken back', async () => {
    const { event, now, path, get, post, mails } = await openEvent()
    const page = await get(path('cancellation'))
    expect(page.statusCode).toBe(200)
    const fields = { ...fieldsOf(page.body, path('cancellation')), reason: 'De spreker is ziek.' }
    const shown = await post(path('cancellation'), fields)
    expect(shown.body).toContain('2 mensen krijgen een mail')
    expect(shown.body).toContain('De spreker is ziek.')
    expect(now().cancelledAt).toBe(null)
    const done = await post(path('cancellation'), fieldsOf(shown.body, path('cancellation')))
    expect(done.headers.location).toBe(`/console/events/${event.id}?done=cancelled`)
    expect(now()).toMatchObject({ cancelReason: 'De spreker is ziek.', sequence: 1 })
    expect(now().cancelledAt?.toString()).toBe(NOW.toString())
    expect(waiting(mails())).toEqual(['cancelled zoe@example.org', 'cancelled ali@example.org'])

    const after = await get(`/console/events/${event.id}`)
    expect(after.body).toContain('2 mails wachten tot 10.02.')
    expect(after.body).toContain(`href="${path('reinstatement')}"`)
    const back = await get(path('reinstatement'))
    expect(back.body).toContain('Niemand krijgt een mail')
    const reinstated = await post(path('reinstatement'), fieldsOf(back.body, path('reinstatement')))
    expect(reinstated.headers.location).toBe(`/console/events/${event.id}?done=reinstated`)
    expect(now().cancelledAt).toBe(null)
    expect(waiting(mails())).toEqual([])
  })

  test.each(['recipients', 'revision'])('is refused when %s is no longer true', async which => {
    const { event, now, path, post, mails } = await openEvent()
    const shown = await post(path('cancellation'), { revision: String(event.revision), reason: '' })
    const fields = fieldsOf(shown.body, path('cancellation'))
    const { statusCode } = await post(path('cancellation'), { ...fields, [which]: '1' })
    expect(statusCode).toBe(409)
    expect(now().cancelledAt).toBe(null)
    expect(mails()).toEqual([])
  })

  test('takes a place where there is one only: a draft or what is cancelled has none', async () => {
    const { db, path, get } = await openEvent()
    db.update(events).set({ publishedAt: null }).run()
    expect((await get(path('cancellation'))).statusCode).toBe(409)
    expect((await get(path('reinstatement'))).statusCode).toBe(409)
  })
})

describe('reinstating after the mails have left', () => {
  test('mails everybody again', async () => {
    const { db, event, path, get, post, mails, clock } = await openEvent()
    writeNow(db, tx => {
      cancelEvent(tx, event, '', { organiserId: null, revision: event.revision }, NOW)
      assumeTold(tx, NOW.add({ minutes: 3 }))
    })
    clock.advance({ minutes: 5 })
    const back = await get(path('reinstatement'))
    expect(back.body).toContain('2 mensen krijgen een mail')
    await post(path('reinstatement'), fieldsOf(back.body, path('reinstatement')))
    expect(waiting(mails())).toEqual(['reinstated zoe@example.org', 'reinstated ali@example.org'])
  })
})

describe('the editor', () => {
  const TEXT = { title: 'Nieuwe titel', kind: 'meeting', groupId: '1', capacityOnline: '40', description: '## Kop' }

  test('changes the text and mails nobody', async () => {
    const { event, now, post, mails } = await openEvent()
    const path = `/console/events/${event.id}`
    const fields = {
      ...TEXT,
      revision: String(event.revision),
      speakers: 'Wijkagent\r\n\r\n Docent ',
      roomUrl: 'https://r.example.org/x',
    }
    const { statusCode, headers } = await post(path, fields)
    expect([statusCode, headers.location]).toEqual([303, `${path}?done=saved`])
    expect(now()).toMatchObject({
      ...{ title: 'Nieuwe titel', kind: 'meeting', speakers: ['Wijkagent', 'Docent'], revision: event.revision + 1 },
      ...{ sequence: 0, roomUrl: 'https://r.example.org/x', capacityOnline: 40, slug: event.slug },
    })
    expect(mails()).toEqual([])
  })

  test('keeps what was typed when somebody else was first, and saves it on the second try', async () => {
    const { db, event, now, post } = await openEvent()
    db.update(events).set({ revision: 7, title: 'Van een ander' }).run()
    const path = `/console/events/${event.id}`
    const { statusCode, body } = await post(path, { ...TEXT, revision: String(event.revision) })
    expect(statusCode).toBe(409)
    expect(body).toContain('Iemand anders heeft dit intussen bewaard')
    expect(body).toContain('value="Nieuwe titel"')
    expect(now().title).toBe('Van een ander')
    const { revision } = fieldsOf(body, path)
    expect((await post(path, { ...TEXT, revision: revision ?? '' })).statusCode).toBe(303)
    expect(now().title).toBe('Nieuwe titel')
  })

  test('more places: shows first who moves up from the waiting list', async () => {
    const { db, group, now: _now, ...world } = await openEvent([])
    const event = makeEvent(db, group, { title: 'Klein', capacityOnline: 1 })
    makeRegistration(db, event, { email: 'a@example.org' })
    makeRegistration(db, event, { email: 'b@example.org', name: 'Bea' })
    writeNow(db, tx => assumeTold(tx, NOW))
    const path = `/console/events/${event.id}`
    const fields = { ...TEXT, title: 'Klein', capacityOnline: '2', revision: String(event.revision) }
    const shown = await world.post(path, fields)
    expect(shown.statusCode).toBe(200)
    expect(shown.body).toContain('Eén persoon krijgt een mail')
    expect(shown.body).toContain('b@example.org')
    expect(getEvent(db, event.id).capacityOnline).toBe(1)
    const wrong = await world.post(path, { ...fieldsOf(shown.body, path), recipients: '0' })
    expect(wrong.statusCode).toBe(409)
    expect((await world.post(path, fieldsOf(shown.body, path))).statusCode).toBe(303)
    expect(statusesOf(event)).toEqual(['confirmed', 'confirmed'])
    function statusesOf({ id }: Event) {
      const rows = db.select().from(registrations).where(eq(registrations.eventId, id)).all()
      return rows.map(({ status }) => status)
    }
  })

  test('never fewer places than people', async () => {
    const { event, now, post } = await openEvent()
    const { statusCode } = await post(`/console/events/${event.id}`, {
      ...TEXT,
      capacityOnline: '1',
      revision: String(event.revision),
    })
    expect(statusCode).toBe(409)
    expect(now().capacityOnline).toBe(40)
  })

  test('publishes a draft, shows it as an attendee sees it, or removes it', async () => {
    const { db, app, get, post } = await openConsole()
    const fields = {
      title: 'Nieuw',
      kind: 'webinar',
      groupId: '1',
      date: '2027-01-07',
      time: '12:00',
      durationMinutes: '60',
      attendance: 'online',
    }
    const made = await post('/console/events/new', fields)
    expect(made.headers.location).toBe('/console/events/1')
    expect((await app.inject('/events/nieuw')).statusCode).toBe(404)
    const preview = await get('/console/events/1/preview')
    expect(preview.statusCode).toBe(200)
    expect(preview.body).toContain('Tot je publiceert, zien alleen organisatoren dit.')
    expect(preview.headers['cache-control']).toBe('no-store')
    expect((await post('/console/events/1/publication', { revision: '9' })).statusCode).toBe(409)
    const { headers } = await post('/console/events/1/publication', { revision: '1' })
    expect(headers.location).toBe('/console/events/1?done=published')
    expect((await app.inject('/events/nieuw')).statusCode).toBe(200)
    expect((await post('/console/events/1/deletion', { revision: '2' })).statusCode).toBe(409)

    await post('/console/events/new', fields)
    expect((await post('/console/events/2/deletion', { revision: '1' })).headers.location).toBe(
      '/console/events?when=drafts',
    )
    expect(db.select({ id: events.id }).from(events).all()).toEqual([{ id: 1 }])
  })
})
