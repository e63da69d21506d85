// One story, told to every kind of calendar: what must come out stands in `golden/`. Run by itself it prints the calendars
// as JSON, so that a test can run it in other time zones.
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { eventFile, registrationFile } from '#src/calendar/download.ts'
import { type PersonalFeedContext, personalFeed, publicFeed } from '#src/calendar/feed.ts'
import { type InviteContext, inviteCancel, inviteRequest } from '#src/calendar/invite.ts'
import { workshopCancel, workshopRequest } from '#src/calendar/workshops.ts'
import { listSince } from '#src/domain/agenda.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { settleSession } from '#src/domain/choice-telling.ts'
import { choose } from '#src/domain/choosing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { ownProgramme } from '#src/domain/own-programme.ts'
import { listChosen, type SessionRecord } from '#src/domain/own-workshops.ts'
import { listRegistrationsOf, type Person } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { makeChooser, makeConference, wish } from '../support/workshops.ts'
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
  return { ...calendars, ...tellOfWorkshops() }
}

/** A conference with two rounds: one workshop is chosen, moved and left, one waited for, one called off. */
function tellOfWorkshops(): Record<string, string> {
  const { db } = openWorld()
  const made = makeConference(db, [[1, 1], [null]], { speakers: [] })
  const conference = withUid(db, made.event, 4)
  const [[full, own], [other]] = made.rounds as [[number, number], [number]]
  for (const [id, digit] of [
    [full, 5],
    [own, 6],
    [other, 7],
  ] as const)
    dress(db, id, digit)
  makeChooser(db, conference, 'Bo', [wish(1, full)], {}, at(50))
  const wishes = [wish(1, full, own), wish(2, other)]
  const zoe = makeChooser(db, conference, 'Zoe', wishes, { name: 'Zoë de Vries' }, at(51))
  const event = () => getEvent(db, conference.id)
  const registration = () => getRegistration(db, zoe.id)
  const context = () => ({
    ...contextFor(event(), registration()),
    programme: ownProgramme(db, event(), registration()),
  })
  const workshop = (id: number) => {
    const chosen = listChosen(db, zoe).find(({ session }) => session.id === id)
    if (!chosen) throw new Error('not chosen')
    return { ...chosen, event: event(), registration: registration() }
  }
  const programmed = () => ({ workshops: listChosen(db, zoe), programme: context().programme })
  const feed = (now: Temporal.Instant) =>
    personalFeed([{ event: event(), registration: registration(), ...programmed() }], feedContext, now)
  const change = (id: number, values: Partial<SessionRecord>, now: Temporal.Instant) =>
    writeNow(db, tx => {
      tx.update(sessions)
        .set({ ...values, revisedAt: now, sequence: workshop(id).session.sequence + 1 })
        .where(eq(sessions.id, id))
        .run()
      settleSession(tx, { id }, now)
    })
  const calendars: Record<string, string> = {
    'request-programme': inviteRequest(event(), registration(), context()).content,
    'workshop-request': workshopRequest(workshop(own), context()).content,
  }
  change(own, { localStart: '2026-12-10T11:15', room: 'Aula' }, at(60))
  calendars['workshop-update'] = workshopRequest(workshop(own), context()).content
  change(other, { cancelledAt: at(61) }, at(61))
  calendars['workshop-cancel'] = workshopCancel(workshop(other), context()).content
  calendars['feed-programme'] = feed(at(62))
  writeNow(db, tx => choose(tx, zoe, [wish(1, full)], at(70)))
  calendars['workshop-left'] = workshopCancel(workshop(own), context()).content
  return calendars
}

/** The same in every run, and with all that a workshop can tell. */
function dress(db: Db, id: number, digit: number): void {
  const uid = '00000000-0000-4000-8000-000000000000'.replaceAll('0', String(digit))
  const more = digit === 6 ? { summary: 'Samen eten; samen praten.', speakers: ['Anna de Boer', 'Mo Aydın'] } : {}
  writeNow(db, tx =>
    tx
      .update(sessions)
      .set({ uid, revisedAt: NOW, ...more })
      .where(eq(sessions.id, id))
      .run(),
  )
}

/** With what a clock on the wall of this machine says at that moment: whoever asks knows that its zone was really set. */
if (import.meta.main) {
  const clock = new Date('2026-12-03T11:00:00Z').toTimeString().slice(0, 5)
  process.stdout.write(JSON.stringify({ clock, calendars: tellStory() }))
}
