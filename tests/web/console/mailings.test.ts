// Mail to participants in the console: written, looked at, counted, sent once, called back; and what cannot wait, in two posts.
import { describe, expect, test } from 'vitest'
import { mailings, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { update } from '#src/domain/registrations.ts'
import { takeDue } from '#src/jobs/due.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { listMessages, makeEvent, makeRegistration, NOW } from '../../support/world.ts'

const LETTER = { audience: 'confirmed', subject: 'Neem een vraag mee', body: 'Dag!\n\nTot {datum}.' }

async function open() {
  const world = await openConsole()
  const { db, group, post, get, clock } = world
  const event = makeEvent(db, group)
  const ann = makeRegistration(db, event, { name: 'Ann de Wit', email: 'ann@example.org' })
  const bob = makeRegistration(db, event, { name: 'Bob <b>Vet</b>', email: 'bob@example.org', locale: 'en' })
  const list = `/console/events/${event.id}/mailings`
  const row = () => db.select().from(mailings).all().at(-1)
  const copies = () =>
    listMessages(db).filter(({ kind, registrationId }) => kind === 'mailing' && registrationId !== null)
  const write = async (values = {}) => {
    const { headers } = await post(list, { ...LETTER, ...values })
    return String(headers.location).split('?')[0] ?? ''
  }
  /** Presses the button of a form as the page holds it. */
  const press = async (page: string, action: string, more = {}, headers = world.me) => {
    const { body } = await get(page, headers)
    const url = `${page}/${action}`
    expect(body).toContain(`action="${url}"`)
    return post(url, { ...fieldsOf(body, url), ...more }, headers)
  }
  return { ...world, event, ann, bob, list, row, copies, write, press, clock }
}

describe('writing', () => {
  test('keeps what was typed beside what is wrong with it, and nothing else', async () => {
    const { post, list, row } = await open()
    const typed = {
      audience: 'confirmed',
      subject: 'Dag {achternaam}',
      body: 'Kom naar https://meet.example.org/kamer',
    }
    const { statusCode, body } = await post(list, typed)
    expect([statusCode, row()]).toEqual([422, undefined])
    expect(body).toContain('value="Dag {achternaam}"')
    expect(body).toContain('Kom naar https://meet.example.org/kamer</textarea>')
    expect(body).toContain('{achternaam} bestaat hier niet. Je kunt gebruiken: {voornaam}, {titel}')
    expect(body).toContain('Hier staat het adres van een online ruimte.')
    const english = await post(`${list}?lang=en`, { ...typed, body: 'x' })
    expect(english.body).toContain('{first-name}')
  })

  test('is seen with somebody’s eyes: escaped, with their links closed, in a frame of its own', async () => {
    const { write, get, bob } = await open()
    const page = await write({ body: 'Dag {voornaam}, lees https://example.org/a?b=1&c=2.\n\nTot {datum}!' })
    const { body, headers } = await get(`${page}?person=${bob.id}`)
    expect(body).toContain('Dit is de mail aan Bob &lt;b&gt;Vet&lt;/b&gt;')
    expect(body).toContain('Dag Bob, lees https://example.org/a?b=1&amp;c=2.')
    expect(body).toMatch(/\/registrations\/•••/)
    expect(body).not.toMatch(/\/(registrations|join)\/[\w-]{40}/)
    expect(headers['content-security-policy']).toContain("frame-src 'self'")
    const html = await get(`${page}/mail.html?person=${bob.id}`)
    expect(html.headers['content-security-policy']).toContain('sandbox')
    expect(html.body).toContain('>https://example.org/a?b=1&amp;c=2</a>.')
    expect(html.body).not.toMatch(/href=|\/(registrations|join)\/[\w-]{40}/)
  })

  test('is called by its subject, with what is the same for everybody filled in', async () => {
    const { write, get, event, list } = await open()
    const page = await write({ subject: 'Na afloop: {titel} ({dag}), {voornaam}' })
    const title = `Na afloop: ${event.title} (do 3 dec), {voornaam}`
    expect((await get(page)).body).toContain(`<h1>${title}</h1>`)
    expect((await get(list)).body).toContain(`>${title}</a>`)
  })

  test('counts who gets it, and names apart who does not', async () => {
    const { db, write, get, event } = await open()
    makeRegistration(db, event, { name: 'Cas Zonder', email: null })
    const page = await write()
    const { body } = await get(page)
    expect(body).toContain('2 mensen krijgen dit bericht')
    expect(body).toContain('1 persoon krijgt dit niet: geen adres, of mail komt terug.')
    expect(body).toContain('Cas Zonder <span class="soft">(geen adres)</span>')
  })

  test('somebody of another event is nobody’s example here', async () => {
    const { db, group, write, get } = await open()
    const other = makeRegistration(db, makeEvent(db, group, { localStart: '2026-12-17T12:00' }), {
      email: 'x@example.org',
    })
    const page = await write()
    expect((await get(`${page}?person=${other.id}`)).statusCode).toBe(404)
    expect((await get(`${page}/mail.html?person=${other.id}`)).statusCode).toBe(404)
  })

  test('an example is found by name, accents and capitals aside', async () => {
    const { db, event, write, get } = await open()
    makeRegistration(db, event)
    const page = await write()
    const found = async (q: string) =>
      [...(await get(`${page}?q=${q}`)).body.matchAll(/<option value="\d+" ?(?:selected)?>([^<]*)</g)].map(
        ([, name]) => name,
      )
    expect(await found('zoe')).toEqual(['Zoë de Vries'])
    expect(await found('DE')).toEqual(['Ann de Wit', 'Zoë de Vries'])
    expect(await found('nobody')).toEqual([])
  })

  test('two who write at once are told, and nothing is lost', async () => {
    const { post, write, get, row } = await open()
    const page = await write()
    const { body } = await get(`${page}/edit`)
    const form = { ...fieldsOf(body, page), ...LETTER }
    expect((await post(page, { ...form, subject: 'Van de een' })).statusCode).toBe(303)
    const second = await post(page, { ...form, subject: 'Van de ander' })
    expect(second.statusCode).toBe(409)
    expect(second.body).toContain('Iemand anders paste dit bericht aan terwijl jij schreef.')
    expect(second.body).toContain('value="Van de ander"')
    expect(row()?.subject).toBe('Van de een')
    expect((await post(page, { ...fieldsOf(second.body, page), ...LETTER })).statusCode).toBe(303)
  })

  test('what is sent while somebody writes is not changed by it, and their words are kept as a new one', async () => {
    const { post, write, press, get, row, list } = await open()
    const page = await write()
    const form = fieldsOf((await get(`${page}/edit`)).body, page)
    await press(page, 'release')
    const { statusCode, body } = await post(page, { ...form, ...LETTER, body: 'Lang over nagedacht.' })
    expect(statusCode).toBe(409)
    expect(body).toContain('Dit bericht is verstuurd terwijl jij schreef.')
    expect(body).toContain('Lang over nagedacht.</textarea>')
    expect(body).toContain(`action="${list}"`)
    expect(row()?.body).toBe(LETTER.body)
  })

  test('an event that is no page yet has nobody to write to', async () => {
    const { db, group, get, post } = await open()
    const { id } = writeNow(db, tx =>
      createEvent(
        tx,
        {
          groupId: group.id,
          kind: 'webinar',
          timeZone: 'Europe/Amsterdam',
          durationMinutes: 60,
          attendance: 'online',
          title: 'Nog niet',
          localStart: '2027-01-07T12:00',
        },
        NOW,
      ),
    )
    expect((await get(`/console/events/${id}/mailings/new`)).statusCode).toBe(409)
    expect((await post(`/console/events/${id}/mailings`, LETTER)).statusCode).toBe(409)
    expect((await get(`/console/events/${id}`)).body).not.toContain('/mailings')
  })
})

describe('sending', () => {
  test('leads to a page that says how many wait, until when, and both ways out', async () => {
    const { write, press, get, copies } = await open()
    const page = await write()
    const { statusCode, headers } = await press(page, 'release')
    expect([statusCode, headers.location]).toEqual([303, page])
    const { body } = await get(page)
    expect(body).toContain('2 mails wachten tot 10.02')
    expect(body).toContain(`action="${page}/recall"`)
    expect(body).toContain(`action="${page}/departure"`)
    expect(body).not.toContain(`action="${page}/release"`)
    expect(copies()).toHaveLength(2)
    expect((await get(`${page}/edit`)).statusCode).toBe(409)
  })

  test('the same page sent by a second organiser sends nothing, and says that it left', async () => {
    const { db, group, post, write, get, copies } = await open()
    const other = signIn(db, 'olga@example.org', group)
    const page = await write()
    const fields = fieldsOf((await get(page)).body, `${page}/release`)
    const answers = await Promise.all([post(`${page}/release`, fields), post(`${page}/release`, fields, other)])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 409])
    expect(answers[1]?.body).toContain('Dit bericht was al verstuurd. Het gaat maar één keer weg.')
    expect(copies()).toHaveLength(2)
  })

  test('to another number of people than the page said: 409, both numbers, and a button with the new one', async () => {
    const { db, event, post, write, get, copies, bob } = await open()
    const page = await write()
    const before = fieldsOf((await get(page)).body, `${page}/release`)
    makeRegistration(db, event, { name: 'Dora', email: 'dora@example.org' })
    const { statusCode, body } = await post(`${page}/release`, before)
    expect([statusCode, copies()]).toEqual([409, []])
    expect(body).toContain('eerst zouden 2 mensen dit krijgen, nu 3.')
    writeNow(db, tx => cancelRegistration(tx, bob, 'attendee', NOW))
    expect((await post(`${page}/release`, fieldsOf(body, `${page}/release`))).statusCode).toBe(409)
    expect((await post(`${page}/release`, before)).statusCode).toBe(303)
  })

  test('words that were changed since: 409, and the new words', async () => {
    const { post, write, get, copies } = await open()
    const page = await write()
    const before = fieldsOf((await get(page)).body, `${page}/release`)
    await post(page, { revision: '1', ...LETTER, body: 'Heel anders.' })
    const { statusCode, body } = await post(`${page}/release`, before)
    expect([statusCode, copies()]).toEqual([409, []])
    expect(body).toContain('Iemand anders paste dit bericht aan terwijl jij keek.')
    expect(body).toContain('Heel anders.')
  })

  test('called back: nobody has it, and the page counts', async () => {
    const { write, press, get, copies, row } = await open()
    const page = await write()
    await press(page, 'release')
    expect((await press(page, 'recall')).statusCode).toBe(303)
    expect((await get(page)).body).toContain('2 mails zijn teruggehaald. Niemand heeft dit bericht.')
    expect(copies().map(({ state, reason }) => `${state} ${reason}`)).toEqual(['dropped recalled', 'dropped recalled'])
    const copy = await press(page, 'copy')
    expect(copy.headers.location).toBe(`/console/mailings/${row()?.id}?done=copied`)
    expect(row()).toMatchObject({ subject: LETTER.subject, releasedAt: null, recalledAt: null })
  })

  test('each copy stands in the outbox as it will read, and so does a test', async () => {
    const { db, write, press, get } = await open()
    const page = await write({ body: 'Dag {voornaam}, tot dan.' })
    await press(page, 'test')
    await press(page, 'release')
    const rows = listMessages(db).filter(({ kind }) => kind === 'mailing')
    const bodies = await Promise.all(rows.map(async ({ id }) => (await get(`/console/outbox/${id}`)).body))
    const frames = await Promise.all(rows.map(async ({ id }) => (await get(`/console/outbox/${id}/mail.html`)).body))
    for (const [index, name] of ['Otto', 'Ann', 'Bob'].entries()) {
      expect(bodies[index]).toContain('Bericht van de organisator')
      expect(bodies[index]).toContain(`Dag ${name}, tot dan.`)
      expect(frames[index]).toContain(`Dag ${name}, tot dan.`)
      expect(bodies[index]).not.toMatch(/\/(registrations|join)\/[\w-]{40}/)
    }
  })

  test('at once: the two minutes are over', async () => {
    const { write, press, get, copies } = await open()
    const page = await write()
    await press(page, 'release')
    await press(page, 'departure')
    expect(copies().map(({ dueAt }) => dueAt)).toEqual([NOW, NOW])
    expect((await get(page)).body).toContain('2 mails moeten nog weg')
  })

  test('later: at a wall time of the event, with today’s count, to be stopped until then', async () => {
    const { write, press, get, row } = await open()
    const page = await write()
    const refused = await press(page, 'schedule', { date: '2026-11-21', time: '10:01' })
    expect(refused.statusCode).toBe(422)
    expect(refused.body).toContain('Kies een moment dat nog komt, en minstens twee minuten van nu.')
    expect(refused.body).toContain('value="10:01"')
    expect((await press(page, 'schedule', { date: '2026-12-01', time: '09:00' })).statusCode).toBe(303)
    const { body } = await get(page)
    expect(body).toContain('Gaat weg op dinsdag 1 december, 9.00 uur')
    expect(body).toContain('Vandaag zijn dat 2 mensen.')
    expect(row()?.scheduledFor?.toString()).toBe('2026-12-01T08:00:00Z')
    expect((await press(page, 'withdrawal')).statusCode).toBe(303)
    expect(row()?.scheduledFor).toBeNull()
  })

  test('a test goes to who asks for it, and nobody else', async () => {
    const { db, clock, write, press, copies } = await open()
    const page = await write()
    expect((await press(page, 'test')).headers.location).toBe(`${page}?done=tested`)
    expect(copies()).toEqual([])
    const tasks = writeNow(db, tx => takeDue(tx, 'w', { queue: 'urgent', limit: 9 }, clock.now(), () => {}))
    expect(tasks.map(({ message }) => message.toAddress)).toEqual(['otto@example.org'])
  })

  test('what nobody got can be deleted', async () => {
    const { write, press, row, list } = await open()
    const { headers } = await press(await write(), 'deletion')
    expect([headers.location, row()]).toEqual([list, undefined])
  })

  test('the list says where each stands', async () => {
    const { write, press, get, list } = await open()
    expect((await get(list)).body).toContain('Er is nog geen bericht voor de deelnemers.')
    await press(await write(), 'release')
    await write({ subject: 'Een ander' })
    const { body } = await get(list)
    expect(body).toMatch(
      /Een ander<\/a>[\s\S]*concept[\s\S]*Neem een vraag mee<\/a>[\s\S]*wacht even[\s\S]*2 nog niet weg/,
    )
  })
})

describe('after the event', () => {
  test('those who were there, and those who were not', async () => {
    const { db, clock, event, ann, get, list, write, press, copies } = await open()
    expect((await get(`${list}/new`)).body).not.toContain('value="attended"')
    writeNow(db, tx => update(tx, ann, { attendedAt: event.startsAt }))
    clock.set(event.endsAt.add({ hours: 1 }).toString())
    const { body } = await get(`${list}/new`)
    expect(body).toContain('<option value="attended" selected>wie er was (1)</option>')
    expect(body).toContain('<option value="absent">wie een plaats had, maar er niet was (1)</option>')
    await press(await write({ audience: 'absent' }), 'release')
    expect(copies().map(({ toAddress }) => toAddress)).toEqual(['bob@example.org'])
  })
})

describe('what cannot wait', () => {
  const near = '2026-12-03T10:50:00Z'
  const url = '/console/events/1/urgent'

  test('stands on the pages of an event that is near, and only then', async () => {
    const { clock, get, event } = await open()
    const pages = [`/console/events/${event.id}`, `/console/events/${event.id}/mailings`]
    const shown = async () => Promise.all(pages.map(async page => (await get(page)).body.includes(`action="${url}"`)))
    expect(await shown()).toEqual([false, false])
    clock.set(near)
    expect(await shown()).toEqual([true, true])
    clock.set('2026-12-03T12:00:00Z')
    expect(await shown()).toEqual([false, false])
  })

  test('the first post shows the exact mail and the count, and changes nothing; the second sends that', async () => {
    const { clock, post, copies, row, event } = await open()
    clock.set(near)
    const first = await post(url, { revision: String(event.revision), message: 'later', time: '12:15' })
    expect([first.statusCode, row()]).toEqual([200, undefined])
    expect(first.body).toContain('2 mensen krijgen dit bericht')
    expect(first.body).toContain('We beginnen later, om 12.15 uur. Tot zo!')
    expect(first.body).toContain('Naar de deur:')
    const second = await post(url, fieldsOf(first.body, url))
    expect(second.headers.location).toBe(`/console/mailings/${row()?.id}`)
    expect(row()).toMatchObject({ isUrgent: true, subject: 'We beginnen later: om 12.15 uur', audience: 'confirmed' })
    expect(copies().map(({ lane, expiresAt }) => [lane, expiresAt])).toEqual([
      [2, event.endsAt],
      [2, event.endsAt],
    ])
  })

  test('not if somebody came or the event changed since it was shown', async () => {
    const { db, clock, post, event, row } = await open()
    clock.set(near)
    const first = await post(url, { revision: String(event.revision), message: 'room' })
    makeRegistration(db, event, { name: 'Dora', email: 'dora@example.org' }, clock.now())
    const second = await post(url, fieldsOf(first.body, url))
    expect([second.statusCode, row()]).toEqual([409, undefined])
    expect(second.body).toContain('eerst zouden 2 mensen dit krijgen, nu 3.')
    const moved = await post(url, { ...fieldsOf(second.body, url), revision: '1' })
    expect([moved.statusCode, row()]).toEqual([409, undefined])
    expect(moved.body).toContain('De bijeenkomst is intussen veranderd.')
    expect((await post(url, fieldsOf(second.body, url))).statusCode).toBe(303)
    expect(
      db
        .select()
        .from(messages)
        .all()
        .filter(({ mailingId }) => mailingId !== null),
    ).toHaveLength(3)
  })

  test('pressed twice it is sent once; called back, it can be sent anew', async () => {
    const { db, clock, post, event, press, row } = await open()
    clock.set(near)
    const fields = fieldsOf((await post(url, { revision: String(event.revision), message: 'soon' })).body, url)
    const answers = await Promise.all([post(url, fields), post(url, fields)])
    expect(answers.map(({ headers }) => headers.location)).toEqual(['/console/mailings/1', '/console/mailings/1'])
    expect(db.select().from(mailings).all()).toHaveLength(1)
    await press('/console/mailings/1', 'recall')
    expect((await post(url, fields)).headers.location).toBe('/console/mailings/2')
    expect(row()?.releasedAt).toEqual(clock.now())
  })

  test('one’s own words are looked at as any others', async () => {
    const { clock, post, event, row } = await open()
    clock.set(near)
    const own = (body: string) => post(url, { revision: String(event.revision), message: 'own', body })
    const { statusCode, body } = await own('Kom naar meet.example.org/kamer')
    expect([statusCode, row()]).toEqual([422, undefined])
    expect(body).toContain('Hier staat het adres van een online ruimte.')
    expect(body).toContain('Kom naar meet.example.org/kamer</textarea>')
    const good = await own('De ingang is om de hoek.')
    expect(good.body).toContain('Bericht over Eén gezin')
  })

  test('too early and too late are refused', async () => {
    const { clock, post, get, event } = await open()
    const ask = () => post(url, { revision: String(event.revision), message: 'soon' })
    expect([(await ask()).statusCode, (await get(url)).statusCode]).toEqual([409, 409])
    clock.set(event.endsAt.toString())
    expect((await ask()).statusCode).toBe(409)
  })
})
