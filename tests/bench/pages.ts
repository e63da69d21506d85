// Reading what has not changed since it was last asked for: the page of an event, the agenda and a feed of 200 events, whole
// and as a 304, against a bare `node:http`.
import type { Key } from './floors.ts'
import { findEventPath, layExample, layFeed, layGround } from './grounds.ts'
import type { Ask } from './load.ts'
import { median, type Runner, race, ratio, type Times } from './races.ts'
import type { Run } from './runs.ts'
import { type Server, startBare, startSite } from './servers.ts'
import type { Measured } from './verdict.ts'

export const BROWSER = { accept: 'text/html', 'accept-encoding': 'br, gzip', 'accept-language': 'nl-NL,nl;q=0.9' }
export const CALENDAR = { accept: 'text/calendar', 'accept-encoding': 'gzip' }
const CONNECTIONS = 48

export async function measurePages(run: Run): Promise<Measured[]> {
  const example = layGround(layExample)
  const feed = layGround(layFeed)
  const [hello, bare] = [await startBare('hello', run.log), await startBare('page', run.log)]
  const [site, feeds] = [await startSite(example.dataDir), await startSite(feed.dataDir)]
  const eventAsk = { path: example.use(findEventPath), headers: BROWSER }
  const agendaAsk = { path: '/', headers: BROWSER }
  const feedAsk = { path: '/calendar.ics', headers: CALENDAR }
  const ceilings = [get('hello', hello, { path: '/' }), get('page', bare, { path: '/' })]
  const ours = [
    get('event.200', site, eventAsk),
    await again('event.304', site, eventAsk),
    get('agenda.200', site, agendaAsk),
    await again('agenda.304', site, agendaAsk),
    get('feed.200', feeds, feedAsk),
    await again('feed.304', feeds, feedAsk),
  ].filter(({ name }) => run.isWanted(name))
  const times = await race<'hello' | 'page' | Key>(run.load, [...ceilings, ...ours], run.course)
  for (const server of [hello, bare, site, feeds]) await server.stop()
  run.say(`node:http hello ${rateText(times.hello)}, 13 kB from memory ${rateText(times.page)}`)
  return ours.map(({ name: key }) => {
    const { perCpu, wrong } = times[key]
    return { key, value: ratio(perCpu, times.hello.perCpu), wrong, detail: rateText(times[key]) }
  })
}

export function get<Name extends string>(name: Name, server: Server, ask: Ask, expects = 200): Runner<Name> {
  return { name, server, expects, stream: { asks: [ask], connections: CONNECTIONS } }
}

/** Asked by who has it already. */
async function again<Name extends string>(name: Name, server: Server, ask: Ask): Promise<Runner<Name>> {
  const answer = await fetch(`http://127.0.0.1:${server.port}${ask.path}`, { headers: ask.headers ?? {} })
  await answer.arrayBuffer()
  const tag = answer.headers.get('etag') ?? ''
  return get(name, server, { ...ask, headers: { ...ask.headers, 'if-none-match': tag } }, 304)
}

export function rateText({ perCpu, perSecond }: Times): string {
  return `${thousands(median(perCpu))} per s of processor, ${thousands(median(perSecond))} per s`
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en')
}
