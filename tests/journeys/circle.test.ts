// A learning circle from its first mail to its last meeting, over HTTP and SMTP: five meetings, one joins late, one leaves, one date
// is moved, and what stands in calendars, in feeds and in the table of who was there is right all along.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createApp } from '#src/app.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { findEnrolmentOf, listPlaces } from '#src/domain/enrolments.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPerson } from '#src/domain/people.ts'
import type { Series } from '#src/domain/series.ts'
import { attendanceOfSeries } from '#src/domain/series-attendance.ts'
import { parseCalendar, propertyOf } from '../support/calendars.ts'
import { editing, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { shareValidators } from '../support/validators.ts'
import { visit } from '../support/visitor.ts'
import { makeEvent, makeGroup, makeSeries } from '../support/world.ts'

const { learning_circle: plan } = readProgramme(EXAMPLE)
const MEETINGS = ['2026-12-08', '2026-12-29', '2027-01-19', '2027-02-09', '2027-03-02'].map(day => `${day}T15:30`)

let office: PostOffice
let url: string
let found: Series
let list: Event[]
let close: () => Promise<void>

beforeAll(async () => {
  office = await openPostOffice({ config: { baseUrl: 'http://127.0.0.1' } })
  const { db, config, write, clock, tokens, counts } = office
  const deps = { db, config, write, clock, tokens, counts }
  const health = { mailHealth: { beat: undefined, slowed: undefined }, inboxHealth: { trouble: undefined } }
  const app = await createApp({ ...deps, ...health }, { strictViews: true, onAjv: shareValidators })
  url = await app.listen({ port: 0, host: '127.0.0.1' })
  config.baseUrl = url
  const group = makeGroup(db)
  const places = Number(plan.capacity)
  found = makeSeries(db, group, {
    ...{ slug: plan.slug, title: plan.title, kind: 'learning_circle', rule: plan.rule, localTime: plan.start },
    ...{ enrolmentRule: 'only', enrolmentCapacity: places },
  })
  list = MEETINGS.map((localStart, index) =>
    makeEvent(db, group, {
      ...{ seriesId: found.id, kind: 'learning_circle', durationMinutes: 90, capacityOnline: places, localStart },
      title: `${plan.title} (${index + 1} van 5)`,
    }),
  )
  close = () => app.close()
})
afterAll(async () => {
  await close()
  await office.close()
})

const email = (name: string) => `${name.toLowerCase()}@example.org`
async function join(name: string, more: Record<string, string> = {}): Promise<void> {
  const visitor = visit(url)
  await visitor.open(`/series/${plan.slug}`)
  await visitor.submit(/\/registrations$/, { name, email: email(name), role: 'resident', ...more })
  expect([visitor.status(), visitor.path().split('?')[0]]).toEqual([200, `/series/${plan.slug}/registered`])
}
/** Lets time pass, and everything that is due leave. */
async function pass(duration: Temporal.DurationLike): Promise<void> {
  office.clock.advance(duration)
  await office.deliver()
}
const mailsTo = (name: string) => office.mailbox.received.filter(({ to }) => to[0] === email(name))
const kindsTo = (name: string) =>
  mailsTo(name).map(({ mail }) => mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value)
const invitesTo = (name: string) =>
  mailsTo(name).flatMap(received => {
    const invite = inviteIn(received)
    return invite ? [`${invite.method} ${invite.uid} ${invite.sequence}`] : []
  })
const personOf = (name: string) => {
  const person = findPerson(office.db, email(name))
  if (!person) throw new Error(`${name} is not known`)
  return person
}
const enrolmentOf = (name: string) => {
  const enrolment = findEnrolmentOf(office.db, found, personOf(name))
  if (!enrolment) throw new Error(`${name} takes no part`)
  return enrolment
}
const pathOf = (name: string) => personalPaths(office.tokens).enrolment(enrolmentOf(name))
const uid = (index: number) => list[index]?.uid ?? ''

/** What somebody's own feed holds: UID, day and status, by day. */
async function feedOf(name: string): Promise<string[]> {
  const answer = await fetch(url + personalPaths(office.tokens).feed(personOf(name)))
  expect(answer.status).toBe(200)
  const { events: entries } = parseCalendar(await answer.text())
  return entries.map(one => `${one.uid} ${one.startDate.toString().slice(0, 10)} ${propertyOf(one, 'status')}`)
}
const on = (index: number, day = MEETINGS[index]?.slice(0, 10), status = 'CONFIRMED') =>
  `${uid(index)} ${day} ${status}`
const attend = (name: string, index: number) => {
  const place = listPlaces(office.db, enrolmentOf(name)).find(({ event }) => event.id === list[index]?.id)
  if (!place) throw new Error(`${name} has no such date`)
  const { registration, event } = place
  writeNow(office.db, tx => markAttended(tx, registration, { source: 'door' }, event.startsAt))
}

test('who joins gets one mail with every date and their own feed; who wants invites gets them one after another', async () => {
  await join('Anna')
  await join('Bo', { invites: 'on' })
  await pass({ minutes: 1 })
  expect(kindsTo('Anna')).toEqual(['series_confirmed'])
  expect(kindsTo('Bo')).toEqual(['series_confirmed', 'confirmed'])
  const [mail] = mailsTo('Anna')
  const text = mail?.mail.text ?? ''
  for (const number of [1, 2, 3, 4, 5]) expect(text).toContain(`${plan.title} (${number} van 5)`)
  expect(text).toContain(`${url}${personalPaths(office.tokens).feed(personOf('Anna'))}`)
  expect(text).toContain(`${url}${pathOf('Anna')}`)
  expect(invitesTo('Anna')).toEqual([])
  for (let number = 0; number < 4; number++) await pass({ minutes: 15 })
  expect(kindsTo('Bo')).toEqual(['series_confirmed', ...Array(5).fill('confirmed')])
  expect(invitesTo('Bo')).toEqual([0, 1, 2, 3, 4].map(index => `REQUEST ${uid(index)} 0`))
  for (const name of ['Anna', 'Bo']) expect(await feedOf(name)).toEqual([0, 1, 2, 3, 4].map(index => on(index)))
  // All of one thread, which begins with the mail about the whole.
  const [root, ...others] = mailsTo('Bo')
  for (const { mail: answer } of others) expect(answer.inReplyTo).toBe(root?.mail.messageId)
})

test('registering again answers the same, and mails once an hour at most', async () => {
  await join('Anna')
  await join('Anna')
  await pass({ minutes: 1 })
  expect(kindsTo('Anna')).toEqual(['series_confirmed', 'series_again'])
})

test('a date that is moved is told of with an invite to who has one, and without to who follows by feed', async () => {
  const event = getEvent(office.db, list[2]?.id ?? 0)
  const to = { ...event, localStart: '2027-01-21T15:30' }
  writeNow(office.db, tx => moveEvent(tx, event, to, 'De zaal lekt.', editing(office, event), office.clock.now()))
  await pass({ minutes: 3 })
  expect([kindsTo('Anna').at(-1), kindsTo('Bo').at(-1)]).toEqual(['changed', 'changed'])
  expect([invitesTo('Anna'), invitesTo('Bo').at(-1)]).toEqual([[], `REQUEST ${uid(2)} 1`])
  for (const name of ['Anna', 'Bo']) {
    expect(await feedOf(name)).toEqual([on(0), on(1), on(2, '2027-01-21'), on(3), on(4)])
  }
})

test('one date is given up on its own page: that date only, and no entry is taken from a calendar that has none', async () => {
  const before = mailsTo('Anna').length
  const visitor = visit(url)
  const page = await visitor.open(pathOf('Anna'))
  const last = [...page.matchAll(/href="(\/registrations\/[^"]+)"/g)].at(-1)?.[1] ?? ''
  await visitor.open(last)
  await visitor.submit(/\/cancellation$/)
  await pass({ minutes: 1 })
  expect(kindsTo('Anna').slice(before)).toEqual(['unregistered'])
  expect(invitesTo('Anna')).toEqual([])
  expect(await feedOf('Anna')).toEqual([on(0), on(1), on(2, '2027-01-21'), on(3)])
})

test('who joins late begins with the next meeting', async () => {
  office.clock.set('2026-12-08T17:00:00Z')
  await office.deliver()
  for (const name of ['Anna', 'Bo']) attend(name, 0)
  await join('Cees')
  await pass({ minutes: 1 })
  expect(kindsTo('Cees')).toEqual(['series_confirmed'])
  expect(await feedOf('Cees')).toEqual([on(1), on(2, '2027-01-21'), on(3), on(4)])
})

test('who leaves keeps what was, and loses what is to come: from the feed, and from a calendar by a mail for each', async () => {
  office.clock.set('2026-12-30T09:00:00Z')
  await office.deliver()
  for (const name of ['Anna', 'Cees']) attend(name, 1)
  const before = mailsTo('Bo').length
  const visitor = visit(url)
  await visitor.open(pathOf('Bo'))
  await visitor.submit(/\/cancellation$/)
  await pass({ minutes: 1 })
  expect(kindsTo('Bo').slice(before)).toEqual(['series_left', 'unregistered'])
  for (let number = 0; number < 2; number++) await pass({ minutes: 15 })
  expect(kindsTo('Bo').slice(before)).toEqual(['series_left', ...Array(3).fill('unregistered')])
  expect(invitesTo('Bo').slice(-3)).toEqual([`CANCEL ${uid(2)} 2`, `CANCEL ${uid(3)} 1`, `CANCEL ${uid(4)} 1`])
  expect(await feedOf('Bo')).toEqual([on(0), on(1)])
})

test('a meeting that does not go on is told of, and so is one that is added: to who takes part, without an invite', async () => {
  const { db, clock } = office
  const off = getEvent(db, list[3]?.id ?? 0)
  writeNow(db, tx => cancelEvent(tx, off, 'Ziek.', editing(office, off), clock.now()))
  await pass({ minutes: 3 })
  expect([kindsTo('Anna').at(-1), kindsTo('Cees').at(-1)]).toEqual(['cancelled', 'cancelled'])
  const { groupId, kind, timeZone, durationMinutes, attendance } = off
  const sixth = {
    groupId,
    kind,
    timeZone,
    durationMinutes,
    attendance,
    title: 'Zesde keer',
    localStart: '2027-03-23T15:30',
  }
  const before = mailsTo('Bo').length
  const event = writeNow(db, tx => {
    const draft = createEvent(tx, { ...sixth, seriesId: found.id }, clock.now())
    return publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, clock.now())
  })
  await pass({ minutes: 1 })
  expect([kindsTo('Anna').at(-1), kindsTo('Cees').at(-1)]).toEqual(['confirmed', 'confirmed'])
  expect([invitesTo('Anna'), invitesTo('Cees'), mailsTo('Bo').length]).toEqual([[], [], before])
  const added = `${event.uid} 2027-03-23 CONFIRMED`
  expect(await feedOf('Cees')).toEqual([on(1), on(2, '2027-01-21'), on(3, undefined, 'CANCELLED'), on(4), added])
})

test('the table says who was there when', () => {
  const { dates, participants } = attendanceOfSeries(office.db, found, office.clock.now())
  expect(dates.map(({ isHeld, present }) => [isHeld, present])).toEqual([
    [true, 2],
    [true, 2],
    [false, 0],
    [false, 0],
    [false, 0],
  ])
  expect(participants.map(one => [one.enrolment.name, one.presences, one.present, one.held])).toEqual([
    ['Anna', ['present', 'present', 'coming', 'cancelled', 'coming'], 2, 2],
    ['Cees', ['none', 'present', 'coming', 'coming', 'coming'], 1, 1],
    ['Bo', ['present', 'absent', 'cancelled', 'cancelled', 'none'], 1, 2],
  ])
})

test('nobody can register for one meeting, and nothing of the room is in any mail', async () => {
  const visitor = visit(url)
  const page = await visitor.open(`/events/${list[4]?.slug}`)
  expect(page).toContain(`href="/series/${plan.slug}#doe-mee"`)
  expect(page).not.toMatch(/action="[^"]*\/registrations"/)
  const body = new URLSearchParams({ name: 'Daan', email: email('Daan'), role: 'resident' })
  const answer = await fetch(`${url}/events/${list[4]?.slug}/registrations`, { method: 'POST', body })
  expect(answer.status).toBe(409)
  const room =
    office.db
      .select()
      .from(events)
      .where(eq(events.id, list[0]?.id ?? 0))
      .get()?.roomUrl ?? '-'
  for (const { raw } of office.mailbox.received) expect(raw.toString()).not.toContain(room)
})
