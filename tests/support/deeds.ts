// What the organiser and the attendees of a replayed year do, through the domain as the website would.
import { and, asc, eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import type { Editor } from '#src/domain/changes.ts'
import { publishEvent } from '#src/domain/drafts.ts'
import { editEvent } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { planDates, proposeDates } from '#src/domain/planning.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { stopSummaries } from '#src/domain/summaries.ts'
import { takePlace } from '#src/domain/waiting.ts'
import { applicant, makeGroup, makeSeries } from './world.ts'
import { type Act, MONTHS } from './year.ts'

const TITLES = [
  'Beleidsadviseur',
  'Wijkverpleegkundige',
  'Onderzoekster',
  'Ervaringsdeskundige; coördinator',
  'Student',
]
const emailOf = (who: number) => `deelnemer${who}@example.org`
const day = (date: string) => Temporal.PlainDate.from(date)

/** As an organiser plans it: the rule's dates, another one where a holiday is in the way, each with a title of its own. */
export function planYear(db: Db, now: Temporal.Instant) {
  const group = makeGroup(db, { email: 'noord@example.org' })
  const series = makeSeries(db, group)
  const proposals = proposeDates(db, series, day('2026-12-01'), day('2027-11-30'))
  const dates = proposals.map(({ date, holidays }, index) => ({
    date: holidays.length ? date.add({ weeks: 1 }) : date,
    title: MONTHS[index]?.title ?? '',
  }))
  return writeNow(db, tx => {
    const organiser = createOrganiser(tx, 'organisator@example.org', 'Organisator', now)
    grant(tx, organiser, group, 'organiser')
    // Their own summaries of what is overdue are another matter.
    stopSummaries(tx, organiser.id, now)
    const editor = ({ revision }: Event) => ({ organiserId: organiser.id, revision })
    const ids = planDates(tx, series, dates, organiser.id, now).map((draft, index) => {
      const text = { ...draft, capacityOnline: MONTHS[index]?.capacity ?? 40 }
      const ready = editEvent(tx, draft, text, [], editor(draft), now)
      return publishEvent(tx, ready, editor(ready), now).id
    })
    return { ids, proposals, organiserId: organiser.id }
  })
}

/** Carries out one act of the story, if it is one of people and not of machines. */
export function carryOut(db: Db, act: Act, event: Event, organiserId: number, now: Temporal.Instant): void {
  writeNow(db, tx => doIn(tx, act, event, { organiserId, revision: event.revision }, now))
}

function doIn(tx: Tx, act: Act, event: Event, editor: Editor, now: Temporal.Instant): unknown {
  switch (act.does) {
    case 'register':
    case 'register_twice':
    case 'return':
      return register(tx, event, somebody(act.who), now)
    case 'leave':
      return cancelRegistration(tx, registrationOf(tx, event, act.who), 'attendee', now)
    case 'take_place': {
      const first = listAttending(tx, event).find(({ status }) => status === 'waitlisted')
      return first && takePlace(tx, first, now)
    }
    case 'move': {
      const elsewhere = act.venue && { venue: act.venue, attendance: 'in_person' as const }
      return moveEvent(tx, event, { ...event, localStart: act.to, ...elsewhere }, 'Het kan niet anders.', editor, now)
    }
    case 'edit': {
      const text = { ...event, title: act.title ?? event.title, capacityOnline: act.capacity ?? event.capacityOnline }
      return editEvent(tx, event, text, [], editor, now)
    }
    case 'cancel':
      return cancelEvent(tx, event, 'De spreker is ziek.', editor, now)
    default:
      return undefined
  }
}

function somebody(who: number) {
  const name = `${TITLES[who % TITLES.length]} ${who}`
  return applicant({ name, email: emailOf(who), locale: who % 8 === 0 ? 'en' : 'nl' })
}

export function listAttending(db: Db, { id }: Event) {
  const isHere = eq(registrations.eventId, id)
  return db.select().from(registrations).where(isHere).orderBy(asc(registrations.queueNumber)).all()
}

export function registrationOf(db: Db, event: Event, who: number) {
  const found = db
    .select({ registration: registrations })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .where(and(eq(registrations.eventId, event.id), eq(people.email, emailOf(who))))
    .get()
  if (!found) throw new Error(`${emailOf(who)} is not registered for ${event.title}`)
  return found.registration
}
