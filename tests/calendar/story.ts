// One story, told to every kind of calendar: what must come out stands in `golden/`. Run by itself it prints the calendars
// as JSON, so that a test can run it in other time zones.
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { eventFile, registrationFile } from '#src/calendar/download.ts'
import { type PersonalFeedContext, personalFeed, publicFeed } from '#src/calendar/feed.ts'
import { type InviteContext, inviteCancel, inviteRequest } from '#src/calendar/invite.ts'
import { listSince } from '#src/domain/agenda.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { listRegistrationsOf, type Person } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

export const ROOM = 'https://meet.example.org/geheime-kamer'
const organizer = { name: 'Werkplaats "Noord"', email: 'agenda@events.example' }
const eventUrl = (event: Event) => `https://agenda.example/events/${event.slug}`
const doorUrl = ({ id }: Registration) => `https://agenda.example/join/${id}-1-deur`
const at = (minutes: number) => NOW.add({ minutes })

export function contextFor(
  event: Event,
  registration: Registration,
  values: Partial<InviteContext> = {},
): InviteContext {
  return {
    organizer,
    attendee: { name: registration.name, email: 'zoe@example.org' },
    eventUrl: eventUrl(event),
    doorUrl: doorUrl(registration),
    personalUrl: `https://agenda.example/registrations/${registration.id}-1-link`,
    locale: registration.locale,
    asksReply: false,
    ...values,
  }
}

export const feedContext: PersonalFeedContext = {
  name: 'Agenda; alles, altijd',
  organizer,
  locale: 'nl',
  timeZone: 'Europe/Amsterdam',
  eventUrl,
  doorUrl,
}

/** Gives an event a UID that is the same in every run. */
export function withUid(db: Db, event: Event, digit: number): Event {
  const uid = '00000000-0000-4000-8000-000000000000'.replaceAll('0', String(digit))
  writeNow(db, tx => tx.update(events).set({ uid }).where(eq(events.id, event.id)).run())
  return getEvent(db, event.id)
}

export function tellStory(): Record<string, string> {
  const { db } = openWorld()
  const group = makeGroup(db)
  const webinar = withUid(
    db,
    makeEvent(db, group, { roomUrl: ROOM, speakers: ['Anna de Boer', 'Mo Aydın (Hanze)'] }),
    1,
  )
  const venue = { name: 'Het Kopland', address: 'Eendrachtskade 2', postcode: '9726 CW', city: 'Groningen', access: '' }
  const meeting = withUid(
    db,
    makeEvent(db, group, {
      kind: 'meeting',
      title: 'Kwartaalbijeenkomst: wat werkt; wat niet?',
      attendance: 'hybrid',
      venue,
      localStart: '2027-04-01T12:00',
      durationMinutes: 180,
      roomUrl: ROOM,
    }),
    2,
  )
  const full = withUid(
    db,
    makeEvent(db, group, { title: 'Vol is vol', localStart: '2027-01-07T12:00', capacityOnline: 1 }),
    3,
  )
  const zoe = makeRegistration(db, webinar, {}, at(1))
  const inPerson = makeRegistration(db, meeting, { attendance: 'in_person' }, at(2))
  makeRegistration(db, full, { email: 'eerste@example.org' }, at(3))
  makeRegistration(db, full, {}, at(4))

  const calendars: Record<string, string> = {
    request: inviteRequest(webinar, zoe, contextFor(webinar, zoe)).content,
    'request-asks': inviteRequest(webinar, zoe, contextFor(webinar, zoe, { asksReply: true })).content,
    'request-in-person': inviteRequest(meeting, inPerson, contextFor(meeting, inPerson, { locale: 'en' })).content,
    download: eventFile(meeting, { eventUrl: eventUrl(meeting), locale: 'nl' }),
    'download-own': registrationFile(webinar, zoe, {
      eventUrl: eventUrl(webinar),
      doorUrl: doorUrl(zoe),
      personalUrl: contextFor(webinar, zoe).personalUrl,
      locale: 'nl',
    }),
  }
  const moved = writeNow(db, tx => {
    const to = { ...webinar, localStart: '2026-12-10T13:30' }
    return moveEvent(tx, webinar, to, '', { organiserId: null, revision: webinar.revision }, at(10))
  })
  calendars.update = inviteRequest(moved, zoe, contextFor(moved, zoe)).content
  const answered: Registration = { ...zoe, reply: 'accepted' }
  calendars['update-answered'] = inviteRequest(
    moved,
    answered,
    contextFor(moved, answered, { asksReply: true }),
  ).content
  const speaker: Registration = { ...zoe, part: 'speaker', partConfirmedAt: at(5) }
  calendars['update-speaker'] = inviteRequest(moved, speaker, contextFor(moved, speaker, { asksReply: true })).content
  const cancelled = writeNow(db, tx =>
    cancelEvent(tx, moved, 'De spreker is ziek.', { organiserId: null, revision: moved.revision }, at(20)),
  )
  calendars.cancel = inviteCancel(cancelled, zoe, contextFor(cancelled, zoe), 'event').content
  const everything = { person: { id: zoe.personId } as Person, now: at(40) }
  calendars['feed-public'] = publicFeed(listSince(db, {}, NOW, 500), feedContext, everything.now)
  calendars['feed-personal'] = personalFeed(listRegistrationsOf(db, everything.person), feedContext, everything.now)
  writeNow(db, tx => cancelRegistration(tx, inPerson, 'attendee', at(30)))
  const gone = getRegistration(db, inPerson.id)
  calendars['un-invite'] = inviteCancel(meeting, gone, contextFor(meeting, gone), 'registration').content
  return calendars
}

/** With what a clock on the wall of this machine says at that moment: whoever asks knows that its zone was really set. */
if (import.meta.main) {
  const clock = new Date('2026-12-03T11:00:00Z').toTimeString().slice(0, 5)
  process.stdout.write(JSON.stringify({ clock, calendars: tellStory() }))
}
