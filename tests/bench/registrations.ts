// Registering: how fast, durable as it is and with the mails of it leaving meanwhile, against a form that is only read and
// checked; how long one takes while pages are read; and a conference that opens to everybody at once.
import { and, count, eq, inArray } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, registrations } from '#db/schema.ts'
import { makeEvent, makeGroup } from '../support/world.ts'
import { type Ground, layGround } from './grounds.ts'
import type { Ask, Report } from './load.ts'
import { wrongIn } from './loads.ts'
import { BROWSER } from './pages.ts'
import { median, type Runner, race, ratio, type Times } from './races.ts'
import type { Run } from './runs.ts'
import { type Server, startBare, startSite } from './servers.ts'
import { type Sink, startSink } from './sinks.ts'
import type { Measured } from './verdict.ts'

const EVENTS = 100
const [RUSH, PLACES] = [2000, 300]
const VIEWS_PER_SECOND = 1000
const REGISTRATIONS_PER_SECOND = 50
/** Before it counts: what has just started is still compiled. */
const WARM_SECONDS = 4
const rush = 'conferentie'

/** Somebody else each time. */
export function registering(slug: string, who = 'mens'): Ask {
  const form = {
    name: 'Deelnemer {n}',
    email: `${who}-{n}@example.org`,
    organisation: 'Gemeente Plaats',
    role: 'practice',
  }
  return { path: `/events/${slug}/registrations`, form: { ...form, attendance: 'online' }, headers: BROWSER }
}

export async function measureRegistrations(run: Run): Promise<Measured[]> {
  const ground = layGround(layEvents)
  const sink = await startSink()
  const site = await startSite(ground.dataDir, { SMTP_URL: sink.url })
  const measured: Measured[] = []
  // First: after the rush thousands of mails leave.
  if (run.isWanted('registration.p99')) measured.push(await measureWhileRead(run, site))
  if (run.isWanted('registration.rush')) measured.push(await measureRush(run, ground, site))
  if (run.isWanted('registration.one') || run.isWanted('registration.many')) {
    measured.push(...(await measureRates(run, site, sink)))
  }
  await site.stop()
  sink.stop()
  return measured
}

/** The last event has few places, the others have no limit. */
function layEvents(db: Db): void {
  const group = makeGroup(db)
  for (let number = 0; number < EVENTS; number++) {
    makeEvent(db, group, { slug: `bijeenkomst-${number}`, capacityOnline: null })
  }
  makeEvent(db, group, { slug: rush, kind: 'conference', capacityOnline: PLACES })
}

async function measureRush(run: Run, ground: Ground, { port }: Server): Promise<Measured> {
  const asks = [registering(rush, 'congres')]
  const [report] = await run.load.run({ name: 'rush', port, asks, connections: RUSH, count: RUSH, seconds: 30 })
  const has = (status: 'confirmed' | 'waitlisted') =>
    ground.use(db => {
      const ofRush = inArray(
        registrations.eventId,
        db.select({ id: events.id }).from(events).where(eq(events.slug, rush)),
      )
      return db
        .select({ count: count() })
        .from(registrations)
        .where(and(ofRush, eq(registrations.status, status)))
        .get()?.count
    })
  const [confirmed, waiting] = [has('confirmed'), has('waitlisted')]
  const isExact = confirmed === PLACES && waiting === RUSH - PLACES
  const counted = `${confirmed} confirmed, ${waiting} waiting`
  return {
    ...{ key: 'registration.rush', value: report?.seconds ?? Number.NaN, detail: `${counted}; ${latencyText(report)}` },
    wrong: (report && wrongIn(report, 303)) ?? (isExact ? undefined : counted),
  }
}

async function measureWhileRead(run: Run, { port }: Server): Promise<Measured> {
  const seconds = run.isQuick ? 4 : 10
  const paths = ['/', ...Array.from({ length: 10 }, (_, number) => `/events/bijeenkomst-${number}`)]
  const views = paths.map(path => ({ path, headers: BROWSER }))
  const asks = Array.from({ length: 10 }, (_, number) => registering(`bijeenkomst-${number}`, 'lezer'))
  const play = (seconds: number, from: number) => {
    const both = { port, connections: 100, seconds, from }
    return run.load.run(
      { ...both, name: 'views', asks: views, rate: VIEWS_PER_SECOND },
      { ...both, name: 'registrations', asks, rate: REGISTRATIONS_PER_SECOND },
    )
  }
  await play(WARM_SECONDS, seconds * VIEWS_PER_SECOND)
  const [read, written] = await play(seconds, 0)
  if (!read || !written) throw new Error('no report')
  const reached = Math.round(read.asked / read.seconds)
  return {
    ...{ key: 'registration.p99', value: written.latency.p99 },
    detail: `${latencyText(written)}; ${reached} views/s, p99 ${read.latency.p99.toFixed(0)} ms`,
    wrong:
      wrongIn(written, 303) ??
      wrongIn(read, 200) ??
      (reached < VIEWS_PER_SECOND * 0.95 ? `${reached} views/s` : undefined),
  }
}

/** By the clock on the wall: a registration waits for the disk, which costs no processor. */
async function measureRates(run: Run, site: Server, sink: Sink): Promise<Measured[]> {
  const bare = await startBare('validate', run.log)
  const all = Array.from({ length: EVENTS }, (_, number) => registering(`bijeenkomst-${number}`, 'veel'))
  const times = await race(
    run.load,
    [
      posts('validate', bare, [registering('x')]),
      posts('one', site, [registering('bijeenkomst-0', 'een')]),
      posts('many', site, all),
    ],
    run.course,
  )
  await bare.stop()
  const { taken } = await sink.report()
  run.say(`a POST that only validates ${perSecond(times.validate)}; ${taken.length} mails left while people registered`)
  return (['one', 'many'] as const).map(name => ({
    ...{ key: `registration.${name}`, value: ratio(times[name].perSecond, times.validate.perSecond) },
    detail: `${perSecond(times[name])}; of processor ${ratio(times[name].perCpu, times.validate.perCpu).toFixed(3)}`,
    wrong: times[name].wrong ?? times.validate.wrong,
  }))
}

function posts<Name extends string>(name: Name, server: Server, asks: Ask[]): Runner<Name> {
  return { name, server, expects: 303, stream: { asks, connections: 64 } }
}

const perSecond = ({ perSecond }: Times) => `${Math.round(median(perSecond)).toLocaleString('en')}/s`

export function latencyText(report: Report | undefined): string {
  const { p50, p99, max } = report?.latency ?? { p50: Number.NaN, p99: Number.NaN, max: Number.NaN }
  return `p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)}, most ${max.toFixed(0)} ms`
}
