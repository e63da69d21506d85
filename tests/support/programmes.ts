// A conference with a programme, and people who choose in it.
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { choose } from '#src/domain/choosing.ts'
import { type Event, getEvent, listSessions, type Session } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { cancelSession } from '#src/domain/session-cancellations.ts'
import { planSession, type SessionPlan } from '#src/domain/session-editing.ts'
import { makeEvent, makeRegistration, NOW } from './world.ts'

/** Wednesday 10 March 2027, 9.30 to 16.30, in a building. */
export function makeDay(db: Db, group: Group, values: Parameters<typeof makeEvent>[2] = {}, now = NOW): Event {
  return makeEvent(
    db,
    group,
    {
      kind: 'conference',
      attendance: 'in_person',
      title: 'Dag van de werkplaatsen',
      localStart: '2027-03-10T09:30',
      durationMinutes: 420,
      capacityInPerson: 120,
      roomUrl: null,
      venue: { name: 'De Brug', address: 'Kade 1', postcode: '9700 AA', city: 'Groningen', access: '' },
      ...values,
    },
    now,
  )
}

/** A plenary part of the conference from 10.00 to 11.00, unless told otherwise. */
export function part(values: Partial<SessionPlan> = {}): SessionPlan {
  return {
    kind: 'plenary',
    round: null,
    title: 'Op weg naar inclusie',
    summary: '',
    localStart: '2027-03-10T10:00',
    localEnd: '2027-03-10T11:00',
    room: 'Grote zaal',
    groupId: null,
    speakers: [],
    capacity: null,
    isLearning: true,
    ...values,
  }
}

/** In the first round from 11.15 to 12.15, in the second from 13.30 to 14.30. */
export function workshop(round: number, title: string, values: Partial<SessionPlan> = {}): SessionPlan {
  const [start, end] = round === 1 ? ['11:15', '12:15'] : ['13:30', '14:30']
  const times = { localStart: `2027-03-10T${start}`, localEnd: `2027-03-10T${end}` }
  return part({ kind: 'workshop', round, title, room: `Zaal ${title}`, capacity: 20, ...times, ...values })
}

export function addParts(db: Db, event: Event, ...plans: SessionPlan[]): Session[] {
  return plans.map(plan =>
    writeNow(db, tx => {
      const fresh = getEvent(tx, event.id)
      return planSession(tx, fresh, plan, { organiserId: null, revision: fresh.revision }, NOW)
    }),
  )
}

/** Somebody registers for a conference and chooses, by the titles of workshops: first and second of each round. */
export function chooseAs(
  db: Db,
  event: Event,
  name: string,
  ...wishes: [first: string, second?: string][]
): Registration {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.org`
  const registration = makeRegistration(db, event, { name, email, attendance: 'in_person' })
  const programme = listSessions(db, event.id)
  const find = (title = '') => programme.find(session => session.title === title) ?? null
  const wanted = wishes.map(([first, second]) => ({
    round: find(first)?.round ?? 0,
    first: find(first)?.id ?? null,
    second: find(second)?.id ?? null,
  }))
  writeNow(db, tx => choose(tx, registration, wanted, NOW))
  return registration
}

const LONG =
  'Samen met bewoners, studenten en professionals onderzoeken wat er in de wijk nodig is om jeugdwerkloosheidsproblematiek op tijd te zien'

/** A programme of long names in six rooms, of which one part is off, before the places are given: what people chose are wishes. */
export function makeLongConference(db: Db, group: Group): Event {
  const event = makeDay(db, group, { title: `${LONG} (2027)`, allocation: 'by_preference' })
  const speakers = ['Hoogleraar sociale innovatie in de wijk', 'Ervaringsdeskundige', 'Beleidsadviseur']
  const rooms = [1, 2, 3, 4, 5, 6].flatMap(number =>
    [1, 2].map(round =>
      workshop(round, `${number}. ${LONG}`, {
        room: `Zaal ${number}, eerste verdieping`,
        speakers,
        groupId: group.id,
        summary: LONG,
      }),
    ),
  )
  const programme = addParts(db, event, part({ title: LONG, speakers, summary: LONG }), ...rooms)
  const titles = programme.filter(({ round }) => round === 1).map(({ title }) => title)
  for (const name of ['Zoë', 'Bram', 'Fatima']) chooseAs(db, event, name, [titles[0] ?? '', titles[1]])
  const fresh = () => getEvent(db, event.id)
  const off = programme.find(({ title, round }) => round === 1 && title === titles[1])
  if (off) writeNow(db, tx => cancelSession(tx, fresh(), off, { organiserId: null, revision: fresh().revision }, NOW))
  return fresh()
}
