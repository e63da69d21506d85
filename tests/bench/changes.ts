// Reading what is not in memory. A page: every request asks for an address that none asked for before, so each is made anew,
// from many connections like all that it is compared with. The feed: another process changes an event before each request, so
// that the server is charged for what it does about a change and not for making it; one connection, so that no answer can be
// the one before.
import { findEventPath, layExample, layFeed, layGround } from './grounds.ts'
import type { Ask, Change, Report } from './load.ts'
import { BROWSER, CALENDAR, get, rateText } from './pages.ts'
import { median, type Runner, race, ratio } from './races.ts'
import type { Run } from './runs.ts'
import { type Server, startBare, startSite } from './servers.ts'
import type { Measured } from './verdict.ts'

/** What an editor's change does to an event. */
const EDIT = `update events set summary = 'Versie ' || ?, revision = revision + 1, revised_at = revised_at + 1000`

export async function measureChanges(run: Run): Promise<Measured[]> {
  const example = layGround(layExample)
  const feed = layGround(layFeed)
  const path = example.use(findEventPath)
  const hello = await startBare('hello', run.log)
  const [site, feeds] = [await startSite(example.dataDir), await startSite(feed.dataDir)]
  const editOne = { file: feed.file, sql: `${EDIT} where id = 150` }
  const plain = { ...BROWSER, 'accept-encoding': 'identity' }
  const times = await race(
    run.load,
    [
      get('hello', hello, { path: '/' }),
      get('page', site, { path: `${path}?anew={n}`, headers: BROWSER }),
      get('plain', site, { path: `${path}?anew={n}`, headers: plain }),
      changed('feed', feeds, { path: '/calendar.ics', headers: CALENDAR }, editOne),
    ],
    run.course,
  )
  for (const server of [hello, site, feeds]) await server.stop()
  const without = ratio(times.plain.perCpu, times.hello.perCpu).toFixed(3)
  const [first, whole] = (['firstByte', 'latency'] as const).map(which =>
    median(times.feed.reports.map(r => r[which].p50)),
  )
  return [
    {
      ...{ key: 'event.changed', value: ratio(times.page.perCpu, times.hello.perCpu) },
      detail: `${rateText(times.page)}; not compressed ${without}`,
      wrong: times.page.wrong ?? times.plain.wrong,
    },
    {
      ...{ key: 'feed.changed', value: first ?? Number.NaN, detail: `median; whole in ${whole?.toFixed(1)} ms` },
      wrong: times.feed.wrong ?? staleIn(times.feed.reports),
    },
  ]
}

function changed<Name extends string>(name: Name, server: Server, ask: Ask, change: Change): Runner<Name> {
  const runner = get(name, server, ask)
  return { ...runner, stream: { ...runner.stream, connections: 1, change } }
}

/** A page that did not show the change would be fast for the wrong reason. */
function staleIn(reports: Report[]): string | undefined {
  const stale = reports.reduce((sum, { asked, bodies }) => sum + asked - bodies, 0)
  return stale ? `${stale} answers told nothing of the change` : undefined
}
