// A speaker's mails from the question to the end, over real SMTP: their own words, one entry that follows, and nothing in them
// that is not for them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { sendBriefing, writeBriefing } from '#src/domain/briefings.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { askAgain, confirmPart } from '#src/domain/contributing.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { editing, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { makeContributor, makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const ROOM = 'https://meet.example.org/kamer'
const HOST_ROOM = 'https://meet.example.org/kamer?host=1'
let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice({ config: { imapUrl: 'imap://agenda.example.org' } })
})
afterEach(() => office.close())

function makeWebinar(values: Parameters<typeof makeEvent>[2] = {}) {
  const group = makeGroup(office.db, { email: 'noord@example.org' })
  const { id } = makeEvent(office.db, group, { roomUrl: ROOM, hostUrl: HOST_ROOM, ...values })
  return () => getEvent(office.db, id)
}

const fresh = ({ id }: Registration) => getRegistration(office.db, id)
/** Somebody's mails: kind, what their calendar is told, subject. */
const storyOf = (address = 'zoe@example.org') =>
  mailsTo(address).map(received => {
    const invite = inviteIn(received)
    const kind = received.mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value
    return [kind, invite?.method, invite?.sequence, invite?.partstat, received.mail.subject]
  })
const mailsTo = (address: string) => office.mailbox.received.filter(({ to }) => to[0] === address)
const lastText = (address = 'zoe@example.org') => mailsTo(address).at(-1)?.mail.text ?? ''
const move = (event: Event, localStart: string) =>
  writeNow(office.db, tx =>
    moveEvent(tx, event, { ...event, localStart }, 'De zaal lekt.', editing(office, event), now()),
  )
const now = () => office.clock.now()

async function passes(duration: Temporal.DurationLike = { minutes: 5 }): Promise<void> {
  office.clock.advance(duration)
  await office.deliver()
}

test('asked, yes, moved, off, on again, removed, asked anew: REQUEST → REQUEST → CANCEL, with a number that only rises', async () => {
  const event = makeWebinar()
  const zoe = makeContributor(office.db, event())
  await passes()
  expect(lastText()).toContain('Werkplaats Noord vraagt je als spreker voor dit webinar.')
  expect(lastText()).toMatch(/Zeg ja of nee:\nhttps:\/\/agenda\.example\.org\/registrations\//)
  writeNow(office.db, tx => confirmPart(tx, zoe, now()))
  await passes()
  move(event(), '2026-12-10T12:00')
  await passes()
  expect(lastText()).toContain('We rekenen nog op je als spreker.')
  writeNow(office.db, tx => cancelEvent(tx, event(), '', editing(office, event()), now()))
  await passes()
  writeNow(office.db, tx => reinstateEvent(tx, event(), editing(office, event()), now()))
  await passes()
  writeNow(office.db, tx => cancelRegistration(tx, zoe, 'organiser', now()))
  await passes()
  expect(lastText()).toContain('De organisator heeft je van de lijst gehaald.')
  makeContributor(office.db, event(), { hasSaidYes: true }, now())
  await passes()
  expect(lastText()).not.toContain('Zeg ja of nee')
  const title = 'Eén gezin, één plan: lukt dat?'
  expect(storyOf()).toEqual([
    ['asked', 'REQUEST', 0, 'NEEDS-ACTION', `Wil je meedoen als spreker? ${title} (do 3 dec)`],
    ['changed', 'REQUEST', 1, 'ACCEPTED', `Verplaatst naar do 10 dec, 12.00 uur: ${title}`],
    ['cancelled', 'CANCEL', 2, 'ACCEPTED', `Gaat niet door: ${title} (do 10 dec)`],
    ['reinstated', 'REQUEST', 3, 'ACCEPTED', `Gaat toch door: ${title} (do 10 dec)`],
    ['unregistered', 'CANCEL', 4, 'NEEDS-ACTION', `Je doet niet mee als spreker: ${title} (do 10 dec)`],
    ['asked', 'REQUEST', 5, 'ACCEPTED', `Je doet mee als spreker: ${title} (do 10 dec)`],
  ])
  const places = mailsTo('zoe@example.org').map(({ mail }) =>
    /Je plaats|aangemeld|Meld je dan af|iemand anders/.test(mail.text ?? ''),
  )
  expect(places).toEqual(places.map(() => false))
})

test('an attendee who is asked to speak keeps one entry under one number that rises', async () => {
  const event = makeWebinar()
  makeRegistration(office.db, event())
  await passes()
  makeContributor(office.db, event(), { part: 'host' }, now())
  await passes()
  expect(storyOf().map(line => line.slice(0, 3))).toEqual([
    ['confirmed', 'REQUEST', 0],
    ['asked', 'REQUEST', 1],
  ])
  expect(lastText()).toContain('Als begeleider ontvang je de deelnemers.')
})

test('reminders speak to who speaks, and asking once more brings the entry as it was', async () => {
  const event = makeWebinar()
  const zoe = makeContributor(office.db, event())
  await passes()
  writeNow(office.db, tx => askAgain(tx, zoe, now()))
  await passes()
  expect(storyOf().at(-1)?.slice(0, 3)).toEqual(['again', 'REQUEST', 0])
  const [first, second] = mailsTo('zoe@example.org').map(received => inviteIn(received)?.stamp)
  expect(second).toBe(first)
  office.clock.set('2026-12-02T11:00:00Z')
  await office.deliver()
  expect(storyOf().at(-1)?.[0]).toBe('reminder_day')
  expect(lastText()).toContain('Je doet mee als spreker.')
  expect(lastText()).not.toContain('iemand anders aanschuiven')
})

test('for a draft the mail and the entry lead to no page that is not there yet', async () => {
  const { id: groupId } = makeGroup(office.db)
  const setting = { kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60, attendance: 'online' } as const
  const values = { ...setting, groupId, title: 'Nog geheim', localStart: '2027-01-07T12:00' }
  const draft = writeNow(office.db, tx => createEvent(tx, values, now()))
  makeContributor(office.db, draft)
  await passes()
  move(draft, '2027-01-14T12:00')
  await passes()
  expect(storyOf().map(line => line.slice(0, 3))).toEqual([
    ['asked', 'REQUEST', 0],
    ['changed', 'REQUEST', 1],
  ])
  for (const { raw } of mailsTo('zoe@example.org')) expect(raw.toString('latin1')).not.toContain('/events/')
})

describe('everything in one mail', () => {
  test('tells what is true when it leaves, names no attendee, and holds no room', async () => {
    const event = makeWebinar()
    const zoe = makeContributor(office.db, event())
    makeContributor(office.db, event(), {
      name: 'Hedda Host',
      email: 'hedda@example.org',
      part: 'host',
      hasSaidYes: true,
    })
    await passes()
    writeNow(office.db, tx => {
      writeBriefing(tx, event(), 'Mag de presentatie woensdag binnen zijn?\n\nTot dan!', 1)
      sendBriefing(tx, event(), undefined, now())
    })
    for (const who of ['ali', 'bo']) {
      makeRegistration(
        office.db,
        event(),
        { name: `${who} Attendee`, email: `${who}@example.org`, role: 'policy' },
        now(),
      )
    }
    await passes()
    const text = lastText()
    expect(text).toContain('Mag de presentatie woensdag binnen zijn?\n\nTot dan!')
    expect(text).toContain('Verloop: 11.45 de deur gaat open, 12.00 begin, 13.00 einde')
    expect(text).toContain('Wie komen er: 2 deelnemers\n  2 beleid')
    expect(text).toContain('Vooral van: Gemeente Voorbeeld (2)')
    expect(text).toContain('Samen met: Hedda Host (begeleider)')
    expect(text).toContain('Contact: Werkplaats Noord, noord@example.org')
    expect(text).toContain('Je hebt nog niet laten weten of je meedoet.')
    expect(text).not.toContain('De namen van de deelnemers')
    const host = lastText('hedda@example.org')
    expect(host).toContain('Je komt dan binnen als begeleider.')
    expect(host).toContain('De namen van de deelnemers staan op je eigen pagina.')
    for (const received of office.mailbox.received) {
      expect(received.raw.toString('latin1')).not.toContain('meet.example.org')
      if (/^(zoe|hedda)@/.test(received.to[0] ?? '')) expect(received.mail.text).not.toContain('Attendee')
    }
    expect(fresh(zoe).told).toMatchObject({ part: 'speaker' })
  })

  test.each([
    ['who was taken off the list meanwhile', 'cancelled'],
    ['an event that was cancelled meanwhile', 'event_cancelled'],
  ])('does not leave for %s', async (_name, reason) => {
    const event = makeWebinar()
    const zoe = makeContributor(office.db, event())
    makeContributor(office.db, event(), { name: 'Hedda', email: 'hedda@example.org', part: 'host' })
    await passes()
    writeNow(office.db, tx => sendBriefing(tx, event(), undefined, now()))
    if (reason === 'cancelled') writeNow(office.db, tx => cancelRegistration(tx, zoe, 'attendee', now()))
    else writeNow(office.db, tx => cancelEvent(tx, event(), '', editing(office, event()), now()))
    await passes()
    const row = office.messages().find(({ kind, registrationId }) => kind === 'briefing' && registrationId === zoe.id)
    expect(row).toMatchObject({ state: 'dropped', reason })
    expect(storyOf().map(([kind]) => kind)).not.toContain('briefing')
  })
})
