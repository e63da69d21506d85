// Resident memory: when it has served its first page and rests, and after 100,000 requests of every sort.
import { setTimeout as sleep } from 'node:timers/promises'
import { listUpcoming } from '#src/domain/agenda.ts'
import { layExample, layGround } from './grounds.ts'
import type { Ask } from './load.ts'
import { wrongIn } from './loads.ts'
import { BROWSER, CALENDAR } from './pages.ts'
import { registering } from './registrations.ts'
import type { Run } from './runs.ts'
import { NOW, startSite } from './servers.ts'
import { startSink } from './sinks.ts'
import type { Measured } from './verdict.ts'

const REST_MS = 2000
/** It takes this long at most; how far it came stands beside the figure. */
const SECONDS = 240
/** One in so many requests registers somebody. */
const READS_PER_WRITE = 50

export async function measureMemory({ load, isQuick }: Run): Promise<Measured[]> {
  const count = isQuick ? 20_000 : 100_000
  const ground = layGround(layExample)
  const sink = await startSink()
  // The first start after an upgrade takes the types off everything, and holds 20 MiB more; it leaves behind what later ones use.
  await (await startSite(ground.dataDir, { SMTP_URL: sink.url })).stop()
  const site = await startSite(ground.dataDir, { SMTP_URL: sink.url })
  const { port } = site
  const first = { name: 'first', port, asks: [{ path: '/', headers: BROWSER }], connections: 1, count: 1, seconds: 10 }
  await load.run(first)
  await sleep(REST_MS)
  const idle = await site.cost()
  const slugs = ground.use(db => listUpcoming(db, {}, NOW)).map(({ slug }) => slug)
  const reads = { name: 'reads', port, asks: readsOf(slugs), connections: 32, seconds: SECONDS, count }
  const writes = { name: 'writes', port, asks: slugs.map(slug => registering(slug)), connections: 2 }
  const [read, written] = await load.run(reads, { ...writes, seconds: SECONDS, count: count / READS_PER_WRITE })
  const used = await site.cost()
  await sleep(REST_MS)
  const rested = await site.cost()
  await site.stop()
  sink.stop()
  const asked = (read?.asked ?? 0) + (written?.asked ?? 0)
  const detail = `after ${asked.toLocaleString('en')} requests; ${rested.memory.toFixed(0)} MiB two seconds later`
  return [
    { key: 'memory.idle', value: idle.memory, detail: 'two seconds after its first page' },
    { key: 'memory.used', value: used.memory, detail, wrong: read && wrongIn(read, 200) },
  ]
}

function readsOf(slugs: string[]): Ask[] {
  const lists = ['/', '/?q=wijk', '/?kind=webinar', '/archive', '/?lang=en', '/privacy', '/sitemap.xml']
  const events = slugs.flatMap(slug => [`/events/${slug}`, `/events/${slug}?lang=en`])
  const pages = [...lists, ...events].map(path => ({ path, headers: BROWSER }))
  const files = ['/calendar.ics', '/feed.atom', ...slugs.map(slug => `/events/${slug}.ics`)]
  return [...pages, ...files.map(path => ({ path, headers: CALENDAR }))]
}
