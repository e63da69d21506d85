// A small world for a test: its own database in memory, a clock that stands still, a key, and makers of what it needs.
import { asc } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { addContributor, type Candidate } from '#src/domain/contributing.ts'
import { createEvent, type NewEvent, publishEvent } from '#src/domain/drafts.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { createGroup, type Group } from '#src/domain/groups.ts'
import type { Message } from '#src/domain/outbox.ts'
import { type Applicant, register } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { createSeries, type Series } from '#src/domain/series.ts'
import type { Clock } from '#src/lib/clock.ts'
import { createCounts } from '#src/lib/counts.ts'
import { createTokens } from '#src/lib/tokens.ts'

export const NOW = Temporal.Instant.from('2026-11-21T09:00:00Z')

/** A clock that moves only when a test says so. */
export interface TestClock extends Clock {
  set(instant: string): void
  advance(duration: Temporal.DurationLike): void
}

function testClock(start = NOW): TestClock {
  let now = start
  return {
    now: () => now,
    set: instant => {
      now = Temporal.Instant.from(instant)
    },
    advance: duration => {
      now = now.add(duration)
    },
  }
}

/** A clock that runs as clocks do; a test may still move it. */
export function runningClock(start = NOW): TestClock {
  const clock = testClock(start)
  const begun = performance.now()
  const run = () => ({ milliseconds: Math.floor(performance.now() - begun) })
  return {
    ...clock,
    now: () => clock.now().add(run()),
    set: instant => clock.set(String(Temporal.Instant.from(instant).subtract(run()))),
  }
}

export const testTokens = createTokens(Buffer.alloc(32, 7))

/** What mails are written with. */
export const house = {
  config: {
    baseUrl: 'https://agenda.example.org',
    locale: 'nl' as const,
    mailFrom: { name: 'Aanschuiven', email: 'agenda@example.org' },
    timeZone: 'Europe/Amsterdam',
    imapUrl: undefined,
  },
  tokens: testTokens,
}

/** A database just migrated, as bytes: copying it takes a tenth of the time that migrating does, and every test wants one. */
const MIGRATED = openDatabase(':memory:').$client.serialize()

export function openWorld() {
  const db = openDatabase(MIGRATED)
  return { db, clock: testClock(), tokens: testTokens, counts: createCounts() }
}

export function makeGroup(db: Db, values: Partial<Group> = {}): Group {
  const slug = values.slug ?? 'noord'
  return writeNow(db, tx => createGroup(tx, { name: 'Werkplaats Noord', ...values, slug }))
}

export function makeSeries(db: Db, group: Group, values: Partial<Series> = {}): Series {
  const series = {
    slug: 'eerste-donderdag',
    title: 'Webinar van de eerste donderdag',
    groupId: group.id,
    kind: 'webinar' as const,
    rule: 'FREQ=MONTHLY;BYDAY=1TH',
    localTime: '12:00',
    timeZone: 'Europe/Amsterdam',
    durationMinutes: 60,
    attendance: 'online' as const,
    capacityOnline: 40,
    roomUrl: 'https://meet.example.org/eerste-donderdag',
    createdAt: NOW,
  }
  return writeNow(db, tx => createSeries(tx, { ...series, ...values }))
}

/** A published webinar on Thursday 3 December 2026, 12.00 in Amsterdam, unless told otherwise. */
export function makeEvent(db: Db, group: Group, values: Partial<NewEvent> = {}, now = NOW): Event {
  return writeNow(db, tx => {
    const draft = createEvent(
      tx,
      {
        groupId: group.id,
        kind: 'webinar',
        timeZone: 'Europe/Amsterdam',
        durationMinutes: 60,
        attendance: 'online',
        capacityOnline: 40,
        title: 'Eén gezin, één plan: lukt dat?',
        summary: 'Drie gemeenten over de gezinsbenadering.',
        localStart: '2026-12-03T12:00',
        roomUrl: 'https://meet.example.org/kamer',
        ...values,
      },
      now,
    )
    publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
    return getEvent(tx, draft.id)
  })
}

export function applicant(values: Partial<Applicant> = {}): Applicant {
  return {
    name: 'Zoë de Vries',
    email: 'zoe@example.org',
    organisation: 'Gemeente Voorbeeld',
    role: 'practice',
    attendance: 'online',
    accessNeeds: '',
    locale: 'nl',
    ...values,
  }
}

export function makeRegistration(db: Db, event: Event, values: Partial<Applicant> = {}, now = NOW): Registration {
  return writeNow(db, tx => register(tx, event, applicant(values), now))
}

/** Somebody asked to speak, unless told otherwise. */
export function makeContributor(db: Db, event: Event, values: Partial<Candidate> = {}, now = NOW): Registration {
  return writeNow(db, tx => addContributor(tx, event, { ...candidate('zoe@example.org'), ...values }, now))
}

/** A speaker who has not said anything yet. */
export function candidate(email: string | null): Candidate {
  const { name, organisation, attendance, locale } = applicant()
  return { name, organisation, attendance, locale, email, part: 'speaker', hasSaidYes: false, addedBy: null }
}

/** Every row of the outbox, in the order in which they came. */
export function listMessages(db: Db): Message[] {
  return db.select().from(messages).orderBy(asc(messages.id)).all()
}
