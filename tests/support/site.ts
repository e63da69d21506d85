// The example programme, served on a free port to a real browser, at a moment that stands still: pages look the same
// every day the tests run.
import pino from 'pino'
import { layAttendees } from '#db/attendees.ts'
import { and, asc, eq, isNull } from '#db/drizzle.ts'
import { layFeedback } from '#db/feedback.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { events, people, registrations, series } from '#db/schema.ts'
import { layProgramme } from '#db/seed.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { type AppOptions, createApp } from '#src/app.ts'
import { readConfig } from '#src/config.ts'
import { ensureOwner, findOrganiser } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { watchedLog } from './logs.ts'
import { shareValidators } from './validators.ts'
import { openWorld } from './world.ts'

export const ORGANISER = 'organisator@example.org'

export async function openSite(options: Pick<AppOptions, 'onPage'> = {}) {
  const world = openWorld()
  const { db, clock } = world
  writeNow(db, tx => {
    const laid = layProgramme(tx, readProgramme(EXAMPLE), 'Europe/Amsterdam', clock.now())
    layAttendees(tx, laid, clock.now())
    layFeedback(tx, laid, clock.now())
    ensureOwner(tx, ORGANISER, clock.now())
  })
  const config = { ...readConfig({}), isDemo: true, port: 0 }
  const deps = {
    ...world,
    config,
    write: createWrite(db),
    inboxHealth: { trouble: undefined },
    mailHealth: { beat: clock.now(), slowed: undefined },
  }
  const routes: { method: string; url: string }[] = []
  const app = await createApp(deps, {
    strictViews: true,
    log: pino({ level: 'error' }, watchedLog()),
    onRoute: route => routes.push(route),
    onAjv: shareValidators,
    ...options,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  config.baseUrl = `http://127.0.0.1:${port}`
  return { ...world, app, deps, config, routes, url: config.baseUrl, close: () => app.close() }
}

export type Site = Awaited<ReturnType<typeof openSite>>

/** The cookie of a signed-in organiser, for a browser context. */
export function organiserCookie({ db, clock, url }: Site) {
  const organiser = findOrganiser(db, ORGANISER)
  if (!organiser) throw new Error('no organiser')
  const value = writeNow(db, tx => signInByToken(tx, createSignIn(tx, organiser, clock.now()), clock.now()))
  return { name: 'session', value, url }
}

/** Registrations of the example by state, with their event: the ground for personal pages. */
export function findExample(site: Site, status: 'confirmed' | 'waitlisted') {
  const row = site.db
    .select({ registration: registrations, event: events, person: people })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .innerJoin(people, eq(people.id, registrations.personId))
    .innerJoin(series, eq(series.id, events.seriesId))
    .where(and(eq(registrations.status, status), eq(events.kind, 'webinar'), isNull(registrations.attendedAt)))
    .orderBy(asc(events.startsAt))
    .all()
    .find(({ event }) => Temporal.Instant.compare(event.startsAt, site.clock.now()) > 0)
  if (!row) throw new Error(`nobody is ${status}`)
  return row
}
