// The links that stop mails: what opening one changes (nothing), what one POST stops, and the way back.
import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { messages, organisers, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { exportPerson } from '#src/domain/privacy.ts'
import { listWishes } from '#src/domain/subscriptions.ts'
import type { Purpose } from '#src/lib/tokens.ts'
import { openApp } from '../../support/app.ts'
import { dumpOf } from '../../support/dump.ts'
import { letterWish, subscribe } from '../../support/letters.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

const TITLE = 'Eén gezin, één plan: lukt dat?'
const EVERYTHING = ['bevestiging', 'er iets verandert', 'het niet doorgaat']

/** One person at two events, and another at the first. */
async function openReminders() {
  const world = await openApp()
  const { app, db, tokens } = world
  const group = makeGroup(db)
  const event = makeEvent(db, group)
  const registration = makeRegistration(db, event)
  const later = makeRegistration(db, makeEvent(db, group, { slug: 'later', localStart: '2027-01-07T12:00' }))
  const other = makeRegistration(db, event, { email: 'bo@example.org' })
  const organiser = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const letters = subscribe(
    db,
    'zoe@example.org',
    (['newsletter', 'announcement'] as const).map(letter => letterWish(letter, 'g1')),
  )
  const sign = (purpose: Purpose, id: number, version = 1) => `/unsubscribe/${tokens.sign(purpose, { id, version })}`
  const links = {
    event: sign('unsubscribe', registration.id),
    reminders: sign('reminders', registration.personId),
    newsletter: sign('newsletter', letters.id),
    announcements: sign('announcements', letters.id),
    letters: sign('letters', letters.id),
    summaries: sign('summaries', organiser.id),
  }
  const own = `/registrations/${tokens.sign('registration', { id: registration.id, version: 1 })}`
  const mine = `/my/${tokens.sign('my', { id: registration.personId, version: 1 })}`
  const person = () => {
    const found = db.select().from(people).where(eq(people.id, registration.personId)).get()
    if (!found) throw new Error('nobody')
    return found
  }
  const stoppedAt = ({ id }: { id: number }) =>
    db.select({ at: registrations.remindersStoppedAt }).from(registrations).where(eq(registrations.id, id)).get()?.at
  /** How the two reminders of a registration stand. */
  const reminders = ({ id }: { id: number }) =>
    db
      .select({ kind: messages.kind, state: messages.state })
      .from(messages)
      .where(eq(messages.registrationId, id))
      .orderBy(asc(messages.id))
      .all()
      .filter(({ kind }) => kind.startsWith('reminder'))
      .map(({ state }) => state)
  /** What a mail program sends (RFC 8058 §3.2), without a cookie and from wherever it is. */
  const oneClick = (url: string) =>
    app.inject({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://mail.example',
        'sec-fetch-site': 'cross-site',
      },
      payload: 'List-Unsubscribe=One-Click',
    })
  return {
    ...world,
    registration,
    later,
    other,
    organiser,
    letters,
    /** Which letters they get. */
    gets: () => listWishes(db, letters.id).map(({ letter }) => letter),
    sign,
    links,
    own,
    mine,
    person,
    stoppedAt,
    reminders,
    oneClick,
  }
}

describe.each(['event', 'reminders', 'newsletter', 'announcements', 'letters', 'summaries'] as const)(
  'the link that stops: %s',
  scope => {
    test('§8.27 §8.29 opening it changes nothing, with HEAD or GET', async () => {
      const { app, db, links } = await openReminders()
      const before = dumpOf(db)
      for (const method of ['HEAD', 'GET'] as const) {
        const { statusCode, headers } = await app.inject({ method, url: links[scope] })
        expect([statusCode, headers['set-cookie'], headers['cache-control']]).toEqual([200, undefined, 'no-store'])
      }
      expect(dumpOf(db)).toBe(before)
    })

    test('§8.27 §8.29 one POST without cookies does it: 200, no redirect, and the second time changes nothing', async () => {
      const { db, clock, links, oneClick } = await openReminders()
      const before = dumpOf(db)
      const { statusCode, headers, body } = await oneClick(links[scope])
      expect([statusCode, headers.location, headers['set-cookie']]).toEqual([200, undefined, undefined])
      const after = dumpOf(db)
      expect(after).not.toBe(before)
      clock.advance({ hours: 1 })
      const again = await oneClick(links[scope])
      expect([again.statusCode, again.body]).toEqual([200, body])
      expect(dumpOf(db)).toBe(after)
    })

    test('a link that was replaced answers alike, and stops nothing', async () => {
      const { db, registration, organiser, letters, sign, oneClick, links } = await openReminders()
      const { body } = await oneClick(links[scope])
      const purpose = scope === 'event' ? 'unsubscribe' : scope
      const before = dumpOf(db)
      const ofLetters = { newsletter: letters.id, announcements: letters.id, letters: letters.id }
      const ids = { event: registration.id, summaries: organiser.id, ...ofLetters }
      const id = scope in ids ? ids[scope as keyof typeof ids] : registration.personId
      const answer = await oneClick(sign(purpose, id, 2))
      expect(answer.statusCode).toBe(200)
      expect(/<h1>.*<\/h1>/.exec(answer.body)?.[0]).toEqual(/<h1>.*<\/h1>/.exec(body)?.[0])
      expect(answer.body).not.toContain(TITLE)
      expect(dumpOf(db)).toBe(before)
    })
  },
)

test.each([
  ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  ],
])('§8.27 a mail program may send its one click as %s', async (type, payload) => {
  const { app, links, gets } = await openReminders()
  const headers = { 'content-type': type, origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' }
  const { statusCode } = await app.inject({ method: 'POST', url: links.newsletter, headers, payload })
  expect(statusCode).toBe(200)
  expect(gets()).toEqual(['announcement'])
})

describe('§8.29 each link stops its own scope', () => {
  test('the daily mail to an organiser: what they are registered for themselves goes on as it was', async () => {
    const { clock, db, links, person, gets, registration, reminders, oneClick, app } = await openReminders()
    expect((await app.inject(links.summaries)).body).toContain('<h1>Geen mail meer over wat te laat is?</h1>')
    const { body } = await oneClick(links.summaries)
    expect(body).toContain('<h1>Je krijgt geen mail meer over wat te laat is</h1>')
    expect(body).toContain('href="/console"')
    expect(db.select().from(organisers).get()?.summaryStoppedAt).toEqual(clock.now())
    expect([person().remindersStoppedAt, gets()]).toEqual([null, ['newsletter', 'announcement']])
    expect(reminders(registration)).toEqual(['queued', 'queued'])
  })

  test('the reminders of one event: those of another stay, and everybody else’s', async () => {
    const { clock, links, registration, later, other, person, stoppedAt, reminders, oneClick } = await openReminders()
    const { body } = await oneClick(links.event)
    expect(body).toContain('<h1>Je krijgt geen herinneringen meer</h1>')
    expect(body).toContain(`Voor “${TITLE}”.`)
    expect([stoppedAt(registration), stoppedAt(later), person().remindersStoppedAt]).toEqual([clock.now(), null, null])
    expect([reminders(registration), reminders(later), reminders(other)]).toEqual([
      ['dropped', 'dropped'],
      ['queued', 'queued'],
      ['queued', 'queued'],
    ])
  })

  test('all reminders of one person, and no other mail', async () => {
    const { clock, db, links, gets, registration, later, other, person, reminders, oneClick } = await openReminders()
    await oneClick(links.reminders)
    expect([person().remindersStoppedAt, gets()]).toEqual([clock.now(), ['newsletter', 'announcement']])
    expect([reminders(registration), reminders(later), reminders(other)]).toEqual([
      ['dropped', 'dropped'],
      ['dropped', 'dropped'],
      ['queued', 'queued'],
    ])
    const rest = db.select({ kind: messages.kind, state: messages.state }).from(messages).all()
    expect(rest.filter(({ kind }) => kind === 'confirmed').map(({ state }) => state)).toEqual(Array(3).fill('queued'))
  })

  test.each([
    ['newsletter', ['announcement']],
    ['announcements', ['newsletter']],
    ['letters', []],
  ] as const)('%s, and no reminder', async (scope, left) => {
    const { links, registration, person, gets, reminders, oneClick } = await openReminders()
    await oneClick(links[scope])
    expect([gets(), person().remindersStoppedAt]).toEqual([left, null])
    expect(reminders(registration)).toEqual(['queued', 'queued'])
  })
})

test('what somebody stopped stands in what is kept about them', async () => {
  const { db, clock, links, oneClick, person } = await openReminders()
  for (const link of Object.values(links)) await oneClick(link)
  const at = clock.now().toString()
  const { remindersStoppedAt, letters, registrations: list } = exportPerson(db, person())
  expect([remindersStoppedAt, letters?.stoppedAt, letters?.topics]).toEqual([at, at, []])
  expect(list.map(one => one.remindersStoppedAt)).toEqual([null, at])
})

describe('the page for people', () => {
  test('of one event offers that event or all of them, and says what stays', async () => {
    const { app, links, post, registration, later, reminders } = await openReminders()
    const { body } = await app.inject(links.event)
    expect(body).toContain(`Voor “${TITLE}”, of voor alles waarvoor je je aanmeldt?`)
    const forms = [...body.matchAll(/<form method="post" action="([^"]+)"><button[^>]*>([^<]+)</g)]
    expect(forms.map(([, action, button]) => [action, button])).toEqual([
      [links.event, 'Stop alleen voor dit webinar'],
      [links.reminders, 'Stop alle herinneringen'],
    ])
    for (const stays of EVERYTHING) expect(body).toContain(stays)
    const answer = await post(forms[1]?.[1] ?? '')
    expect(answer.body).toContain('<h1>Je krijgt nergens meer herinneringen voor</h1>')
    for (const each of [registration, later]) expect(reminders(each)).toEqual(['dropped', 'dropped'])
  })

  test('of a newsletter offers that one or all letters', async () => {
    const { app, links } = await openReminders()
    const { body } = await app.inject(links.newsletter)
    const forms = [...body.matchAll(/<form method="post" action="([^"]+)"><button[^>]*>([^<]+)</g)]
    expect(forms.map(([, action, button]) => [action, button])).toEqual([
      [links.newsletter, 'Stop deze nieuwsbrief'],
      [links.letters, 'Stop alles'],
    ])
  })

  test('behind a link that is not ours names nothing, and answers alike', async () => {
    const { app, db, post } = await openReminders()
    const before = dumpOf(db)
    expect((await app.inject('/unsubscribe/niets')).statusCode).toBe(200)
    const { statusCode, body } = await post('/unsubscribe/niets')
    expect(statusCode).toBe(200)
    expect(body).toContain('<h1>Je krijgt geen herinneringen meer</h1>')
    expect(body).toContain('Deze link is oud of niet compleet.')
    expect(body).not.toContain('Eén gezin')
    expect(dumpOf(db)).toBe(before)
  })
})

describe('the way back', () => {
  test('for one event stands on its own page', async () => {
    const { app, own, links, post, oneClick, registration, stoppedAt, reminders } = await openReminders()
    expect((await app.inject(own)).body).not.toContain('herinneringen weer aan')
    await oneClick(links.event)
    const { body } = await app.inject(own)
    expect(body).toContain('<h2>Je krijgt hier geen herinneringen voor</h2>')
    expect(body).toContain('Zet de herinneringen weer aan')
    expect((await app.inject(`${own}/reminders`)).statusCode).toBe(303)
    expect(stoppedAt(registration)).not.toBe(null)
    const answer = await post(`${own}/reminders`)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, own])
    expect(stoppedAt(registration)).toBe(null)
    expect(reminders(registration)).toEqual(['queued', 'queued'])
  })

  test('for all stands with all registrations; what was stopped by itself stays so', async () => {
    const { app, mine, links, post, oneClick, registration, later, person, reminders } = await openReminders()
    expect((await app.inject(mine)).body).not.toContain('herinneringen weer aan')
    await oneClick(links.event)
    await oneClick(links.reminders)
    expect((await app.inject(mine)).body).toContain('<h2>Je krijgt nergens herinneringen voor</h2>')
    expect((await app.inject(`${mine}/reminders`)).statusCode).toBe(303)
    expect(person().remindersStoppedAt).not.toBe(null)
    const answer = await post(`${mine}/reminders`)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, mine])
    expect(person().remindersStoppedAt).toBe(null)
    expect([reminders(registration), reminders(later)]).toEqual([
      ['dropped', 'dropped'],
      ['queued', 'queued'],
    ])
  })

  test('from one event’s page also ends a stop of all', async () => {
    const { app, own, links, post, oneClick, registration, later, person, reminders } = await openReminders()
    await oneClick(links.event)
    await oneClick(links.reminders)
    expect((await app.inject(own)).body).toContain('Zet alle herinneringen weer aan')
    await post(`${own}/reminders`)
    expect(person().remindersStoppedAt).toBe(null)
    for (const each of [registration, later]) expect(reminders(each)).toEqual(['queued', 'queued'])
  })

  test('brings no reminder twice, whatever happened in between, and none whose moment has passed', async () => {
    const { clock, own, mine, links, post, oneClick, app, registration, reminders } = await openReminders()
    await oneClick(links.event)
    await post(`${own}/cancellation`)
    await post(`/events/een-gezin-een-plan-lukt-dat/registrations`, {
      name: 'Zoë de Vries',
      email: 'zoe@example.org',
      role: 'practice',
    })
    expect(reminders(registration)).toEqual(['dropped', 'dropped', 'queued', 'queued'])
    await oneClick(links.reminders)
    await post(`${mine}/reminders`)
    expect(reminders(registration)).toEqual(['queued', 'queued'])
    await oneClick(links.reminders)
    clock.set('2026-12-02T12:00:00Z')
    await post(`${mine}/reminders`)
    expect(reminders(registration)).toEqual(['dropped', 'queued'])
    expect((await app.inject(mine)).body).not.toContain('herinneringen weer aan')
  })
})
