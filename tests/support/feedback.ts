// Feedback in every state that its pages know: open, given, closed, not yet, of who was not there; with results, too few of them,
// long ones, names, and questions that are asked no more.
import { and, asc, desc, eq, isNull } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import type { Event } from '#src/domain/events.ts'
import { giveFeedback } from '#src/domain/feedback.ts'
import { editVersionOf, listAsked, listQuestions, saveQuestions, versionOf } from '#src/domain/feedback-questions.ts'
import { personalPaths } from '#src/domain/links.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Site } from './site.ts'
import { makeEvent, makeRegistration } from './world.ts'

/** What somebody says, by the place of the question; as its readers would. */
export function answer(
  db: Db,
  event: Event,
  registration: Registration,
  said: (string | string[])[],
  { at, withName = false }: { at?: Temporal.Instant; withName?: boolean } = {},
): boolean {
  const answers = new Map(said.map((one, place): [number, string[]] => [place, [one].flat().filter(Boolean)]))
  return writeNow(db, tx =>
    giveFeedback(
      tx,
      event,
      registration,
      { answers, version: versionOf(listAsked(tx, event)), withName },
      at ?? event.endsAt.add({ hours: 1 }),
    ),
  )
}

const LONG =
  'Ik zou graag zien dat we de volgende keer langer doorpraten over wat dit vraagt van de organisaties zelf. '

export function layFeedbackStates({ db, clock, tokens }: Site) {
  const now = clock.now()
  const own = personalPaths(tokens)
  const people = (event: Event) =>
    db
      .select()
      .from(registrations)
      .where(and(eq(registrations.eventId, event.id), eq(registrations.status, 'confirmed')))
      .orderBy(asc(registrations.id))
      .all()
  const all = db.select().from(events).where(isNull(events.cancelledAt)).orderBy(desc(events.endsAt)).all()
  // Those of the example: what other pages need has few people in it.
  const held = all.filter(event => people(event).length > 9)
  const isPast = (event: Event) => Temporal.Instant.compare(event.endsAt, now) < 0
  const recent = held.find(isPast) as Event
  const old = held.findLast(isPast) as Event
  const next = held.findLast(event => event.publishedAt && !isPast(event)) as Event
  const there = people(recent).filter(({ attendedAt }) => attendedAt)
  const absent = people(recent).find(({ attendedAt }) => !attendedAt)
  const path = (registration: Registration | undefined) => {
    if (!registration) throw new Error('nobody is in that state')
    return own.feedback(registration)
  }
  const few = layEvent(db, recent, 3)
  const full = layEvent(db, recent, 12)
  const none = layEvent(db, recent, 1, 0)
  return {
    public: {
      open: path(there[1]),
      given: path(there[0]),
      absent: path(absent),
      closed: path(people(old).find(({ attendedAt }) => attendedAt)),
      early: path(people(next)[0]),
      'every kind': path(full.people.at(-1)),
    },
    recent,
    few: few.event,
    full: full.event,
    none: none.event,
    next,
  }
}

/** An event of yesterday with a question of each kind, and so many who answered at length; one came and did not answer. */
function layEvent(db: Db, { groupId, endsAt }: Event, answered: number, coming = answered + 1) {
  const date = endsAt.add({ hours: 48 }).toString().slice(0, 10)
  const group = { id: groupId } as Parameters<typeof makeEvent>[1]
  const event = makeEvent(db, group, { title: `Na afloop: ${answered} antwoorden`, localStart: `${date}T12:00` })
  const of = { eventId: event.id }
  const options = ['Een kortere inleiding', 'Meer tijd om met elkaar te praten over wat er in onze eigen wijk gebeurt']
  writeNow(db, tx => {
    const [first, ...others] = listQuestions(tx, of)
    if (!first) throw new Error('nothing is asked')
    const more = [
      { id: null, kind: 'choice', usual: null, label: 'Wat wil je de volgende keer?', options },
      { id: null, kind: 'several', usual: null, label: 'Waar kwam je voor?', options: ['Het onderwerp', 'De mensen'] },
    ] as const
    const questions = [first, ...others, ...more.map(one => ({ ...one, options: [...one.options] }))]
    saveQuestions(tx, of, { questions, version: editVersionOf(tx, of) }, event.endsAt)
  })
  const people = Array.from({ length: coming }, (_, index) =>
    makeRegistration(
      db,
      event,
      { email: `feedback${answered}-${index}@example.org`, name: `Deelnemer ${index}` },
      event.startsAt.subtract({ hours: 24 }),
    ),
  )
  for (const [index, person] of people.slice(0, answered).entries()) {
    const said = [String((index % 5) + 1), LONG.repeat((index % 3) + 1), 'Niets.', options[index % 2] ?? '']
    answer(db, event, person, [...said, index % 2 ? ['Het onderwerp'] : ['Het onderwerp', 'De mensen']], {
      withName: index < 4,
    })
  }
  return { event, people }
}
