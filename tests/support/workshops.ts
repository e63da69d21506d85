// A conference with workshops in rounds: one from eleven and one from two, unless told otherwise.
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { choices, groups, registrations, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { addSession, type NewEvent } from '#src/domain/drafts.ts'
import type { Event } from '#src/domain/events.ts'
import type { Applicant } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Wish } from '#src/domain/wishes.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from './world.ts'

const STARTS = ['11:00', '14:00', '16:00']

export const VENUE = {
  name: 'Het Volkshuis',
  address: 'Grote Markt 1',
  postcode: '9711 LV',
  city: 'Groningen',
  access: '',
}

/** Of each round the places of its workshops; null: no limit. Their ids come by round, in the same order. */
export function makeConference(db: Db, rounds: (number | null)[][], values: Partial<NewEvent> = {}, now = NOW) {
  const conference = {
    kind: 'conference',
    attendance: 'in_person',
    venue: VENUE,
    localStart: '2026-12-10T10:00',
  } as const
  const event = makeEvent(
    db,
    db.select().from(groups).get() ?? makeGroup(db),
    { ...conference, durationMinutes: 480, capacityOnline: null, title: 'Werkconferentie', ...values },
    now,
  )
  const date = event.localStart.slice(0, 10)
  writeNow(db, tx => {
    addSession(tx, {
      eventId: event.id,
      kind: 'plenary',
      title: 'Welkom',
      localStart: `${date}T10:00`,
      durationMinutes: 60,
    })
    rounds.forEach((capacities, index) => {
      capacities.forEach((capacity, number) => {
        const title = `Workshop ${index + 1}${'ABCDEFGHIJ'[number]}`
        const at = { localStart: `${date}T${STARTS[index]}`, durationMinutes: 60, room: `Zaal ${number + 1}` }
        addSession(tx, { ...at, eventId: event.id, kind: 'workshop', round: index + 1, title, capacity })
      })
    })
  })
  return { event, rounds: workshopIds(db, event) }
}

function workshopIds(db: Db, event: Event): number[][] {
  const all = db.select().from(sessions).where(eq(sessions.eventId, event.id)).orderBy(sessions.id).all()
  const byRound = Map.groupBy(
    all.filter(({ kind }) => kind === 'workshop'),
    ({ round }) => round,
  )
  return [...byRound.values()].map(list => list.map(({ id }) => id))
}

/** One wish for each round: a first and a second choice. */
export function wish(round: number, first: number | undefined, second: number | undefined = undefined): Wish {
  return { round, first: first ?? null, second: second ?? null }
}

export function makeChooser(
  db: Db,
  event: Event,
  name: string,
  wishes: Wish[],
  values: Partial<Applicant> = {},
  now = NOW,
): Registration {
  const email = `${name.toLowerCase()}@example.org`
  return makeRegistration(db, event, { name, email, attendance: 'in_person', wishes, ...values }, now)
}

/** What became of everybody's choices, a line each: `Anna 1A confirmed`. */
export function outcomes(db: Db): string[] {
  return db
    .select({ name: registrations.name, title: sessions.title, status: choices.status })
    .from(choices)
    .innerJoin(sessions, eq(sessions.id, choices.sessionId))
    .innerJoin(registrations, eq(registrations.id, choices.registrationId))
    .orderBy(registrations.id, choices.round, choices.rank, choices.id)
    .all()
    .map(({ name, title, status }) => `${name} ${title.replace('Workshop ', '')} ${status}`)
}
