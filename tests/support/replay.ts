// Lives a year through, from moment to moment on a clock that is set: the domain does what the story says, the real worker
// mails over real SMTP, every attendee has a calendar that takes the mails in, and a ledger keeps which mails should come.
import { eq, min } from '#db/drizzle.ts'
import { events, messages, people, registrations } from '#db/schema.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import { carryOut, listAttending, planYear, registrationOf } from './deeds.ts'
import { type Appointment, type Calendar, differences, openCalendar } from './itip-client.ts'
import { openLedger } from './ledger.ts'
import { openLine } from './line.ts'
import { openPostOffice } from './postoffice.ts'
import { openMailbox, type Received } from './smtp.ts'
import { type Act, NIGHT, OVER, PLANNED_AT, tellYear, ZONE } from './year.ts'

const isBefore = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) < 0

interface Arrival {
  at: Temporal.Instant
  received: Received
}

async function openYear() {
  const mailbox = await openMailbox()
  const line = await openLine(mailbox.url)
  const office = await openPostOffice({ mailbox: { ...mailbox, url: line.url } })
  office.clock.set(PLANNED_AT.toString())
  return {
    office,
    line,
    ...planYear(office.db, PLANNED_AT),
    ledger: openLedger(NIGHT),
    calendars: new Map<string, Calendar>(),
    arrivals: [] as Arrival[],
    /** What calendars showed wrongly at the moment an event began. */
    wrongAtStart: [] as string[],
    done: [] as Act[],
  }
}
export type Year = Awaited<ReturnType<typeof openYear>>

/** By now what could not leave in the night has arrived: a mail waits an hour at most for its next attempt. */
const CALM = NIGHT.until.add({ hours: 1 })

/** Everything that happens from the planning until the last event is over. */
export async function replayYear(seed: number): Promise<Year> {
  const year = await openYear()
  const story = tellYear(seed)
  for (let next = nextMoment(year, story); next && isBefore(next, OVER); next = nextMoment(year, story)) {
    year.office.clock.set(next.toString())
    for (const moment of momentsOf(year)) if (moment.at.equals(next)) pass(year, moment)
    while (story[0]?.at.equals(next)) await live(year, story.shift() as Act)
    await deliver(year)
    year.ledger.pass(next)
  }
  return year
}

export const eventOf = ({ office, ids }: Year, month: number) => getEvent(office.db, ids[month] ?? 0)

/** The next moment at which anything is to happen: in the story, in the outbox, or by an event's own clock. */
function nextMoment(year: Year, [act]: Act[]): Temporal.Instant | undefined {
  const { db, clock } = year.office
  const queued = db
    .select({ at: min(messages.dueAt) })
    .from(messages)
    .where(eq(messages.state, 'queued'))
    .get()?.at
  if (queued && !isBefore(clock.now(), queued))
    throw new Error(`a mail due at ${queued} is still here at ${clock.now()}`)
  const all = [act?.at, queued, ...momentsOf(year).map(({ at }) => at)].filter(at => at !== undefined && at !== null)
  return all.filter(at => isBefore(clock.now(), at)).sort(Temporal.Instant.compare)[0]
}

/** Sends what is due, and lets every calendar take in what came. */
async function deliver({ office, arrivals, calendars }: Year): Promise<void> {
  const known = office.mailbox.received.length
  await office.deliver()
  for (const received of office.mailbox.received.slice(known)) {
    arrivals.push({ at: office.clock.now(), received })
    await calendarOf(calendars, received.to[0] ?? '').receive(received.raw)
  }
}

export function calendarOf(all: Map<string, Calendar>, email: string): Calendar {
  const calendar = all.get(email) ?? openCalendar(email)
  all.set(email, calendar)
  return calendar
}

interface Moment {
  kind: 'reminder_day' | 'reminder_hour' | 'start'
  event: Event
  at: Temporal.Instant
  start: Temporal.Instant
}

/** What falls on a moment of its own, by the wall clock. */
function momentsOf(year: Year): Moment[] {
  return year.ids.flatMap((_, month): Moment[] => {
    const event = eventOf(year, month)
    const wall = Temporal.PlainDateTime.from(event.localStart).toZonedDateTime(ZONE)
    const start = wall.toInstant()
    if (event.cancelledAt) return []
    return [
      { kind: 'reminder_day', event, at: wall.subtract({ days: 1 }).toInstant(), start },
      { kind: 'reminder_hour', event, at: wall.subtract({ hours: 1 }).toInstant(), start },
      { kind: 'start', event, at: isBefore(start, NIGHT.until) || isBefore(CALM, start) ? start : CALM, start },
    ]
  })
}

/** Everybody who has a place by then is to be reminded; when the event begins, it must stand right in every calendar. */
function pass(year: Year, { kind, event, at, start }: Moment): void {
  const placed = listAttending(year.office.db, event).filter(({ status }) => status === 'confirmed')
  if (kind === 'start') compareOne(year, event)
  else for (const { id } of placed) year.ledger.expect(id, kind, at, start)
}

function compareOne(year: Year, { uid }: Event): void {
  for (const [email, appointments] of appointmentsOf(year)) {
    const calendar = calendarOf(year.calendars, email)
    const entries = new Map([...calendar.entries].filter(([other]) => other === uid))
    const due = appointments.filter(appointment => appointment.uid === uid)
    year.wrongAtStart.push(...differences({ entries, violations: [] }, due))
  }
}

/** Does what the story says, and writes down which mails should follow. */
async function live(year: Year, act: Act): Promise<void> {
  const { ledger, office, line, organiserId } = year
  const now = office.clock.now()
  const event = eventOf(year, act.month)
  const before = new Map(listAttending(year.office.db, event).map(({ id, status }) => [id, status]))
  if (act.does === 'mail_server_leaves') line.cut()
  else if (act.does === 'mail_server_returns') line.mend()
  else if (act.does === 'program_restarts') await office.restart()
  else carryOut(office.db, act, event, organiserId, now)
  year.done.push(act)
  const after = listAttending(year.office.db, event)
  const held = now.add({ minutes: 2 })
  for (const { id, status } of after) {
    const was = before.get(id)
    const isNew = status !== 'cancelled' && (was === undefined || was === 'cancelled')
    if (isNew) ledger.tell(id, status, now)
    else if (status !== was) ledger.tell(id, status === 'cancelled' ? 'unregistered' : 'promoted', now)
    else if (status !== 'cancelled' && act.does === 'move') ledger.tell(id, 'changed', held)
    else if (status !== 'cancelled' && act.does === 'cancel') ledger.tell(id, 'cancelled', held)
  }
  if (act.does === 'register_twice') ledger.expect(registrationOf(year.office.db, event, act.who).id, 'again', now)
  const isLastHour = isBefore(event.startsAt.subtract({ hours: 1 }), now) && isBefore(now, event.startsAt)
  const waiting = after.filter(({ status }) => status === 'waitlisted')
  if (act.does === 'leave' && isLastHour) for (const { id } of waiting) ledger.expect(id, 'place_free', now)
}

/** What should stand in each calendar by now, from the database. */
export function appointmentsOf({ office: { db, tokens, config } }: Year): Map<string, Appointment[]> {
  const rows = db
    .select({ registration: registrations, event: events, email: people.email })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .innerJoin(people, eq(people.id, registrations.personId))
    .all()
  const found = new Map(rows.map(({ email }): [string, Appointment[]] => [email ?? '', []]))
  for (const { registration, event, email } of rows) {
    if (registration.status !== 'confirmed' || event.cancelledAt) continue
    const { name, address, postcode, city } = event.venue ?? { name: '', address: '', postcode: '', city: '' }
    const door = `${config.baseUrl}${personalPaths(tokens).door(registration)}`
    found.get(email ?? '')?.push({
      uid: event.uid,
      sequence: event.sequence + registration.sequence,
      start: event.startsAt,
      end: event.endsAt,
      location:
        registration.attendance === 'online'
          ? `${door}${registration.locale === 'en' ? '?lang=en' : ''}`
          : `${name}, ${address}, ${postcode} ${city}`,
      // A new title is not mailed by itself; the only one of this year came while the mails of a move were held.
      summary: event.title,
    })
  }
  return found
}
