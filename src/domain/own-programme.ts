// Somebody's own day at an event with workshops, as their mails and calendar tell it: what is for everybody, where they have a
// place, what they wait for, and where nothing is settled yet.
import type { Db } from '#db/open.ts'
import { type Choice, listChoices } from './choices.ts'
import { type Event, listSessions, type Session } from './events.ts'
import type { Registration } from './registrations.ts'
import { awaitsAllocation } from './workshops.ts'

export interface Part {
  /** `later`: the places of this round are yet to be given; `open`: nothing is chosen in it. */
  what: 'common' | 'place' | 'waiting' | 'later' | 'open'
  localStart: string
  durationMinutes: number
  /** Empty where no workshop is named. */
  title: string
  /** Empty for who takes part online. */
  room: string
}

/** By time. Nothing for who has no place at the event, or where nobody chooses anything. */
export function ownProgramme(db: Db, event: Event, registration: Registration): Part[] {
  const takesPlace = listSessions(db, event.id).filter(({ cancelledAt }) => cancelledAt === null)
  const workshops = takesPlace.filter(({ kind }) => kind === 'workshop')
  if (registration.status !== 'confirmed' || workshops.length === 0) return []
  const chosen = new Map(listChoices(db, registration).map(choice => [choice.sessionId, choice]))
  const rounds = [...Map.groupBy(workshops, ({ round }) => round).values()]
  const parts = [
    ...takesPlace.filter(({ kind }) => kind !== 'workshop').map(session => partOf('common', session)),
    ...rounds.flatMap(round => partsOf(event, registration, round, chosen)),
  ]
  const isInRoom = registration.attendance === 'in_person'
  return parts.toSorted(byStart).map(part => (isInRoom ? part : { ...part, room: '' }))
}

const byStart = (a: Part, b: Part) => (a.localStart === b.localStart ? 0 : a.localStart < b.localStart ? -1 : 1)

/** Where they have a place and what they still wait for; whoever speaks or hosts chooses nothing. */
function partsOf(event: Event, { part }: Registration, round: Session[], chosen: Map<number, Choice>): Part[] {
  const statusOf = ({ id }: Session) => chosen.get(id)?.status
  const places = round.filter(session => statusOf(session) === 'confirmed').map(session => partOf('place', session))
  const wanted = round.filter(session => statusOf(session) === 'waitlisted')
  if (awaitsAllocation(event) && wanted[0]) return [unnamed('later', wanted[0])]
  const waiting = wanted.map(session => partOf('waiting', session))
  if (places.length || waiting.length) return [...places, ...waiting]
  return round[0] && part === null ? [unnamed('open', round[0])] : []
}

function partOf(what: Part['what'], { localStart, durationMinutes, title, room }: Session): Part {
  return { what, localStart, durationMinutes, title, room }
}

function unnamed(what: Part['what'], session: Session): Part {
  return { ...partOf(what, session), title: '', room: '' }
}
