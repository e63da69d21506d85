// `npm run bench`: the server time of every console page on a national database. The pages come from the list of routes, so a
// new one is measured too, or stops the run until it has an address. Exits 1 when a page takes more than it may of the
// processor, which is what it costs on a machine that does nothing else; the clock on the wall is shown beside it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eq, min, sql } from '#db/drizzle.ts'
import { openDatabase } from '#db/open.ts'
import { events, messages, registrations } from '#db/schema.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { createApp } from '#src/app.ts'
import { readConfig } from '#src/config.ts'
import { addContributor } from '#src/domain/contributing.ts'
import { getEvent } from '#src/domain/events.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { createTokens } from '#src/lib/tokens.ts'
import { fill } from './fill.ts'

const { values: wish } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    registrations: { type: 'string', default: '1000000' },
    groups: { type: 'string', default: '300' },
    years: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
})
const FLOOR_MS = 200
const RUNS = 7
const NOW = Temporal.Instant.from('2026-11-21T09:00:00Z')

/** A mail to look at. */
const MAIL = Buffer.from('Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dag</p>')

interface Figure {
  route: string
  path: string
  status: number
  first: number
  median: number
  worst: number
  /** Milliseconds of processor, the median. */
  cpu: number
  kilobytes: number
}

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-bench-'))
const db = openDatabase(join(folder, 'bench.sqlite'))
try {
  const size = {
    events: Number(wish.events),
    registrations: Number(wish.registrations),
    groups: Number(wish.groups),
    years: Number(wish.years),
  }
  const begun = performance.now()
  const filled = fill(db, size, NOW)
  console.log(
    `${size.events} events, ${size.registrations} registrations, ${size.groups} groups: filled in ${seconds(begun)} s`,
  )
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`)
  const figures = await measure(filled)
  print(figures)
  if (wish.json) writeFileSync(wish.json, JSON.stringify({ at: new Date().toISOString(), size, figures }, null, 2))
  if (figures.some(({ status, cpu }) => status !== 200 || cpu > FLOOR_MS)) process.exitCode = 1
} finally {
  db.$client.close()
  rmSync(folder, { recursive: true })
}

async function measure(filled: ReturnType<typeof fill>): Promise<Figure[]> {
  const routes: string[] = []
  const config = readConfig({ BASE_URL: 'http://localhost:3000', DATA_DIR: folder })
  const deps = {
    ...{ config, db, write: createWrite(db), clock: { now: () => NOW }, tokens: createTokens(Buffer.alloc(32, 7)) },
    ...{ mailHealth: { beat: NOW, slowed: undefined }, inboxHealth: { trouble: undefined } },
  }
  const app = await createApp(deps, { onRoute: ({ method, url }) => method === 'GET' && routes.push(url) })
  const organiser = findOrganiser(db, filled.owner)
  if (!organiser) throw new Error('nobody owns the filled database')
  const session = writeNow(db, tx => signInByToken(tx, createSignIn(tx, organiser, NOW), NOW))
  const headers = { cookie: `session=${session}` }
  const figures: Figure[] = []
  for (const { route, path } of addressesOf(routes, filled)) {
    const times: number[] = []
    const works: number[] = []
    const answers: Awaited<ReturnType<typeof app.inject>>[] = []
    for (let run = 0; run <= RUNS; run++) {
      const start = performance.now()
      const before = process.cpuUsage()
      answers[0] = await app.inject({ url: path, headers })
      times.push(performance.now() - start)
      const { user, system } = process.cpuUsage(before)
      works.push((user + system) / 1000)
    }
    const [answer] = answers
    const [first = 0, ...rest] = times
    const sorted = rest.toSorted((a, b) => a - b)
    const worked = works.slice(1).toSorted((a, b) => a - b)
    figures.push({
      ...{ route, path, status: answer?.statusCode ?? 0, first, kilobytes: (answer?.rawPayload.length ?? 0) / 1024 },
      ...{ median: sorted[Math.floor(sorted.length / 2)] ?? 0, worst: sorted.at(-1) ?? 0 },
      cpu: worked[Math.floor(worked.length / 2)] ?? 0,
    })
  }
  await app.close()
  return figures.toSorted((a, b) => b.cpu - a.cpu)
}

/** Each console page with real addresses: those of events for a large one that is over and a large one to come. */
function addressesOf(routes: string[], filled: ReturnType<typeof fill>): { route: string; path: string }[] {
  const { groupSlug, seriesSlug, pastEventId, comingEventId } = filled
  const registration = first(
    db
      .select({ id: min(registrations.id) })
      .from(registrations)
      .get()?.id,
  )
  const message = first(
    db
      .select({ id: min(messages.id) })
      .from(messages)
      .get()?.id,
  )
  const { mailing, contributor } = layMore(filled)
  const cancelled = db
    .select({ id: min(events.id) })
    .from(events)
    .where(sql`${events.cancelledAt} is not null and ${events.startsAt} > ${NOW.epochMilliseconds}`)
    .get()?.id
  db.update(messages).set({ bytes: MAIL }).where(eq(messages.id, message)).run()
  const known: [RegExp, (string | number | undefined)[]][] = [
    [/events\/:id\/reinstatement/, [cancelled ?? undefined]],
    [/events\/:id\/urgent/, [comingEventId]],
    [/events\/:id/, [pastEventId, comingEventId]],
    [/registrations\/:id/, [registration]],
    [/outbox\/:id/, [message]],
    [/mailings\/:id/, [mailing]],
    [/contributors\/:id/, [contributor]],
    [/groups\/:slug/, [groupSlug]],
    [/series\/:slug/, [seriesSlug]],
  ]
  return routes
    .filter(route => route.startsWith('/console'))
    .flatMap(route => {
      const found = known.find(([pattern]) => pattern.test(route))
      if (route.includes(':') && !found) throw new Error(`no address is known for ${route}`)
      const ids = (found?.[1] ?? ['']).filter(id => id !== undefined)
      // Two of one list: the first and the second registration are of the first event.
      const query = route.endsWith('/merge') ? `?other=${registration + 1}` : ''
      const rest = (path: string) => path.replace(':locale', 'nl').replace(':kind', 'confirmed') + query
      return ids.map(id => ({ route, path: rest(route.replace(/:(id|slug)/, String(id))) }))
    })
}

/** What the filled database has none of: a mailing to write, and somebody who is asked to speak. */
function layMore({ comingEventId, owner }: ReturnType<typeof fill>): { mailing: number; contributor: number } {
  return writeNow(db, tx => {
    const [event, organiser] = [getEvent(tx, comingEventId), findOrganiser(tx, owner)]
    const words = { audience: 'all', subject: 'Tot donderdag', body: 'Dag {voornaam}, tot donderdag.' } as const
    const mailing = createMailing(tx, event, words, organiser?.id ?? 0, NOW)
    const speaker = { name: 'Spreker', email: 'spreker@example.org', organisation: '', locale: 'nl' } as const
    const asked = { ...speaker, attendance: 'online', part: 'speaker', hasSaidYes: false, addedBy: null } as const
    return { mailing: mailing.id, contributor: addContributor(tx, event, asked, NOW).id }
  })
}

function first(id: number | null | undefined): number {
  if (!id) throw new Error('the filled database is empty')
  return id
}

function print(figures: Figure[]): void {
  console.log(`${'page'.padEnd(58)}status    cpu  first median  worst    kB`)
  for (const { path, status, cpu, first, median, worst, kilobytes } of figures) {
    const cells = [cpu, first, median, worst].map(time => time.toFixed(1).padStart(7)).join('')
    const mark = status !== 200 || cpu > FLOOR_MS ? '  ← too slow or not there' : ''
    console.log(`${path.padEnd(58)}${status}   ${cells}${kilobytes.toFixed(0).padStart(6)}${mark}`)
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0)
}
