// The personal page of who speaks or hosts: what each of them sees, and the one POST that says yes.
import { expect, test } from 'vitest'
import { formFields } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { openApp } from '../../support/app.ts'
import { makeContributor, makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

const ROOM = 'https://meet.example.org/kamer'

async function openPage(values: Parameters<typeof makeContributor>[2] = {}) {
  const world = await openApp()
  const { db, app, tokens } = world
  const group = makeGroup(db)
  const { id } = makeEvent(db, group, { roomUrl: ROOM, hostUrl: `${ROOM}?host=1`, briefing: 'Neem je verhaal mee.' })
  const event = () => getEvent(db, id)
  const one = makeContributor(db, event(), values)
  makeRegistration(db, event(), { name: 'Ali Attendee', email: 'ali@example.org', role: 'policy' })
  const path = (registration: Registration = one) => personalPaths(tokens).registration(registration)
  const open = async (url = path()) => (await app.inject(url)).body
  const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }
  const post = async (what: string, payload = '') => {
    const answer = await app.inject({ method: 'POST', url: `${path()}/${what}`, headers, payload })
    return [answer.statusCode, answer.headers.location]
  }
  return { ...world, group, event, one, path, open, post, now: () => getRegistration(db, one.id) }
}

test('one POST says yes, a GET of its address says nothing', async () => {
  const { app, open, post, path, now } = await openPage()
  expect(await open()).toMatch(/<h1>Doe je mee als spreker\?<\/h1>[\s\S]*Ja, ik doe het[\s\S]*Ik kan niet/)
  expect((await app.inject(`${path()}/confirmation`)).headers.location).toBe(path())
  expect(now().partConfirmedAt).toBeNull()
  expect(await post('confirmation')).toEqual([303, path()])
  expect(now().partConfirmedAt).toEqual(NOW)
  const page = await open()
  expect(page).toMatch(/<h1>Je doet mee als spreker<\/h1>/)
  expect(page).not.toContain('Ja, ik doe het')
})

test('a speaker sees numbers and the organiser’s words, no names and no room', async () => {
  const { open } = await openPage()
  const page = await open()
  expect(page).toContain('Neem je verhaal mee.')
  expect(page).toContain('1 deelnemer')
  expect(page).toContain('1 beleid')
  expect(page).not.toMatch(/Ali Attendee|meet\.example\.org/)
})

test('a host sees the names, and no room either', async () => {
  const { open } = await openPage({ part: 'host' })
  const page = await open()
  expect(page).toContain('Ali Attendee')
  expect(page).not.toMatch(/meet\.example\.org|ali@example\.org/)
})

test('the door lets a host in as host', async () => {
  const { app, clock, event, one, tokens } = await openPage({ part: 'host' })
  clock.set(event().startsAt.toString())
  const url = personalPaths(tokens).door(one)
  expect((await app.inject(url)).body).not.toContain('meet.example.org')
  const headers = { 'sec-fetch-site': 'same-origin' }
  expect((await app.inject({ method: 'POST', url, headers })).headers.location).toBe(`${ROOM}?host=1`)
})

test('no is one POST too; then nobody’s names or numbers are theirs to see, and yes is still possible', async () => {
  const { open, post, now } = await openPage({ part: 'host', hasSaidYes: true })
  await post('cancellation')
  expect(now()).toMatchObject({ status: 'cancelled', cancelledBy: 'attendee', partConfirmedAt: null })
  const page = await open()
  expect(page).toMatch(/<h1>Je doet niet mee als begeleider<\/h1>/)
  expect(page).not.toMatch(/Ali Attendee|1 deelnemer|Neem je verhaal mee/)
  expect(page).toContain('Ik kan toch wel')
  await post('confirmation')
  expect(now()).toMatchObject({ status: 'confirmed', part: 'host', partConfirmedAt: NOW })
})

test('who was taken off the list is told so, and can say nothing more', async () => {
  const { db, open, post, one } = await openPage()
  writeNow(db, tx => cancelRegistration(tx, one, 'organiser', NOW))
  const page = await open()
  expect(page).toContain('De organisator heeft je van de lijst gehaald.')
  expect(page).not.toMatch(/Ik kan toch wel|<form method="post" action="[^"]*confirmation/)
  expect((await post('confirmation'))[0]).toBe(409)
})

test('an event that is cancelled asks nothing any more', async () => {
  const { db, open, post, event } = await openPage()
  writeNow(db, tx => cancelEvent(tx, event(), '', { organiserId: null, revision: event().revision }, NOW))
  const page = await open()
  expect(page).toContain('Dit gaat niet door')
  expect(page).not.toContain('Ja, ik doe het')
  expect((await post('confirmation'))[0]).toBe(409)
})

test('a draft has no page to lead to: not from their page, their door, their feed or their file', async () => {
  const { db, app, group, tokens } = await openPage()
  const setting = { kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60, attendance: 'online' } as const
  const values = { ...setting, groupId: group.id, title: 'Nog geheim', localStart: '2027-01-07T12:00' }
  const draft = writeNow(db, tx => createEvent(tx, values, NOW))
  const bea = makeContributor(db, draft, { name: 'Bea', email: 'bea@example.org' })
  const own = personalPaths(tokens)
  const feed = own.feed({ id: bea.personId, feedVersion: 1 } as Parameters<typeof own.feed>[0])
  for (const url of [own.registration(bea), own.door(bea), `${own.registration(bea)}.ics`, feed]) {
    const { statusCode, body } = await app.inject(url)
    expect([statusCode, body.includes('Nog geheim'), body.includes('/events/')]).toEqual([200, true, false])
  }
})

test('extra questions for attendees stand in nobody’s way who speaks', async () => {
  const { db, post, path, now, open, event } = await openPage()
  const question = { kind: 'text', label: 'Eet je mee?', isRequired: true, position: 1 } as const
  writeNow(db, tx =>
    tx
      .insert(formFields)
      .values({ ...question, eventId: event().id })
      .run(),
  )
  expect(await open()).not.toContain('Eet je mee?')
  const payload = new URLSearchParams({ name: 'Zoë de Wit', email: 'zoe@example.org', role: 'other' }).toString()
  expect(await post('changes', payload)).toEqual([303, `${path()}?saved=1`])
  expect(now()).toMatchObject({ name: 'Zoë de Wit', part: 'speaker' })
})
