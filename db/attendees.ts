// Invented attendees for the example programme: functions and quarters as names, all at example.org.
import type { Answers } from '#src/domain/answers.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { enrol } from '#src/domain/enrolling.ts'
import { isOnlyWhole } from '#src/domain/enrolment-places.ts'
import type { Event } from '#src/domain/events.ts'
import { type FormField, listFormFields } from '#src/domain/form-fields.ts'
import { capacityOf, presencesOf } from '#src/domain/places.ts'
import { type Applicant, register } from '#src/domain/registering.ts'
import type { Role } from '#src/domain/registrations.ts'
import { findSeriesOf } from '#src/domain/series.ts'
import { assumeTold } from '#src/domain/telling.ts'
import type { Wish } from '#src/domain/wishes.ts'
import { listRounds, type Round } from '#src/domain/workshops.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Tx } from './open.ts'

const FUNCTIONS: [string, Role, string][] = [
  ['Opbouwwerker', 'practice', 'Welzijn Voorbeeld'],
  ['Onderzoeker', 'research', 'Hogeschool Voorbeeld'],
  ['Beleidsadviseur', 'policy', 'Gemeente Voorbeeld'],
  ['Docent', 'education', 'Hogeschool Voorbeeld'],
  ['Bewoner', 'resident', ''],
  ['Student', 'student', 'Hogeschool Voorbeeld'],
  ['Gezinscoach', 'practice', 'Jeugdhulp Voorbeeld'],
  ['Wijkverpleegkundige', 'practice', 'Thuiszorg Voorbeeld'],
  ['Mantelzorger', 'resident', ''],
  ['Teamleider', 'practice', 'Wijkteam Voorbeeld'],
]
const QUARTERS = ['Noord', 'Oost', 'Zuid', 'West', 'Centrum', 'Buitengebied', 'Aan de Rivier', 'Bij het Station']

/** How full the coming webinars are: a usual one, a full one with a waiting list, a nearly full one, then ever fewer. */
const FILLING = [0.72, 1.1, 0.93, 0.5, 0.35, 0.3]
const OTHERWISE = { past: 0.8, webinar: 0.15, other: 0.4 }

/** Fills events with invented people, registered and attended at moments in the past. No mail is left due. */
export function layAttendees(tx: Tx, list: Event[], now: Temporal.Instant): void {
  const webinars = list
    .filter(event => event.kind === 'webinar' && isBefore(now, event.startsAt))
    .sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
  for (const event of list) {
    if (isOnlyWhole(tx, event)) continue
    const order = webinars.indexOf(event)
    const part =
      order < 0 ? OTHERWISE[isBefore(now, event.startsAt) ? 'other' : 'past'] : (FILLING[order] ?? OTHERWISE.webinar)
    fill(tx, event, part, now)
  }
  const groups = new Map(list.filter(event => isOnlyWhole(tx, event)).map(event => [event.seriesId, event]))
  for (const event of groups.values()) fillFixedGroup(tx, event, now)
  assumeTold(tx, now)
}

/** Two thirds of a fixed group: whoever opens it finds people and room. */
function fillFixedGroup(tx: Tx, event: Event, now: Temporal.Instant): void {
  const series = findSeriesOf(tx, event)
  if (!series) return
  const amount = Math.round((series.enrolmentCapacity ?? 12) * 0.66)
  for (let number = 0; number < amount; number++) {
    const moment = now.subtract({ minutes: 1500 + (amount - number) * 37 })
    enrol(tx, series, { ...invent(number * 3 + 1, event), wantsInvites: number % 4 === 0 }, moment)
  }
}

function fill(tx: Tx, event: Event, part: number, now: Temporal.Instant): void {
  const total = presencesOf(event).reduce((sum, presence) => sum + (capacityOf(event, presence) ?? 0), 0)
  const last = isBefore(now, event.startsAt) ? now.subtract({ hours: 24 }) : event.startsAt.subtract({ hours: 24 })
  const fields = listFormFields(tx, event.id)
  const rounds = listRounds(tx, event)
  const amount = Math.min(Math.round(total * part), FUNCTIONS.length * QUARTERS.length)
  for (let number = 0; number < amount; number++) {
    const moment = last.subtract({ minutes: (amount - number) * 37 })
    const seed = number + event.id * 7
    const registration = register(
      tx,
      event,
      { ...invent(seed, event), ...answersTo(fields, seed), ...wishesFor(rounds, number) },
      moment,
    )
    const wasThere = isBefore(event.endsAt, now) && registration.status === 'confirmed' && number % 5 !== 3
    if (wasThere)
      markAttended(
        tx,
        registration,
        { source: registration.attendance === 'online' ? 'door' : 'check_in' },
        event.startsAt,
      )
  }
}

/** One option each, in turn; the shyer ones leave out what they may. */
function answersTo(fields: FormField[], seed: number): { answers?: Answers } {
  const given = fields.flatMap(({ id, options, isRequired }): [number, string[]][] => {
    const option = options[seed % options.length]
    return option !== undefined && (isRequired || seed % 3) ? [[id, [option]]] : []
  })
  return fields.length ? { answers: new Map(given) } : {}
}

/** What is told last is what most want: it fills up. Some give no second choice, and some choose later. */
function wishesFor(rounds: Round[], number: number): { wishes?: Wish[] } {
  if (rounds.length === 0 || number % 12 === 5) return {}
  const wishes = rounds.map(({ round, workshops }) => {
    const isUsual = (number + round) % 5 > 0
    const index = isUsual ? workshops.length - 1 : number % workshops.length
    const first = workshops[index]?.id ?? null
    const second = workshops[(index + 1) % workshops.length]?.id ?? null
    return { round, first, second: number % 4 === 1 || second === first ? null : second }
  })
  return { wishes }
}

function invent(seed: number, event: Event): Applicant {
  const index = seed % (FUNCTIONS.length * QUARTERS.length)
  const [title, role, organisation] = FUNCTIONS[index % FUNCTIONS.length] as [string, Role, string]
  const quarter = QUARTERS[Math.floor(index / FUNCTIONS.length)] ?? ''
  const presences = presencesOf(event)
  return {
    name: `${title} ${quarter}`,
    email: `${title}.${quarter}@example.org`.toLowerCase().replaceAll(' ', '-'),
    organisation,
    role,
    attendance: presences[index % presences.length] ?? 'online',
    accessNeeds: index % 17 === 4 ? 'Graag ondertiteling.' : '',
    locale: 'nl',
  }
}
