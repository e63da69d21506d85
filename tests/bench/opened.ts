// Opens pages of a filled database one by one, in a process of its own, and tells what each costs: nothing else runs in it, so
// what its processor does meanwhile is done for the page.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openDatabase } from '#db/open.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { createApp } from '#src/app.ts'
import { readConfig } from '#src/config.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { createCounts } from '#src/lib/counts.ts'
import { createTokens } from '#src/lib/tokens.ts'
import { type Address, addressesOf } from './addresses.ts'
import { filledGround } from './grounds.ts'
import { median } from './races.ts'
import { NOW } from './servers.ts'

export interface Cost extends Address {
  status: number
  /** Milliseconds of processor, the middle one. */
  cpu: number
  /**
   * The longest turn of the event loop (ms), the middle one: so long it holds everybody up. On a machine that does other things
   * as well a turn seems longer than it is, so it counts as no more than what the thread worked.
   */
  turn: number
  kilobytes: number
}

const RUNS = 7
/** What takes this long is clear after fewer. */
const [LONG_MS, FEW] = [300, 3]

const PUBLIC = ['/', '/archive', '/calendar.ics', '/feed.atom', '/sitemap.xml', '/?q=wijk']

process.once('message', async (size: Parameters<typeof filledGround>[0]) => {
  const { file, dataDir, laid } = filledGround(size)
  const db = openDatabase(file)
  const routes: string[] = []
  const config = readConfig({ BASE_URL: 'http://localhost:3000', DATA_DIR: dataDir })
  const deps = {
    ...{ config, db, write: createWrite(db), clock: { now: () => NOW }, tokens: createTokens(Buffer.alloc(32, 7)) },
    ...{ mailHealth: { beat: NOW, slowed: undefined }, inboxHealth: { trouble: undefined }, counts: createCounts() },
  }
  const app = await createApp(deps, { onRoute: ({ method, url }) => method === 'GET' && routes.push(url) })
  const organiser = findOrganiser(db, laid.owner)
  if (!organiser) throw new Error('nobody owns the filled database')
  const session = writeNow(db, tx => signInByToken(tx, createSignIn(tx, organiser, NOW), NOW))
  const pages = PUBLIC.map((path): Address => ({ route: path, path, isLarge: false }))
  const costs: Cost[] = []
  for (const address of [...pages, ...addressesOf(routes, laid)]) {
    const cookie = address.route.startsWith('/console') ? { cookie: `session=${session}` } : {}
    costs.push(
      await open(
        url => app.inject({ url, headers: { 'accept-language': 'nl', ...cookie } }),
        address,
        () => db.$client.exec(CHANGE),
      ),
    )
  }
  await app.close()
  db.$client.close()
  process.send?.(costs, () => process.disconnect?.())
})

/** So that a page is made anew each time, and not given from memory: that costs the same whatever the network's size. */
const CHANGE = 'update events set summary = summary where id = 1'

type Inject = (url: string) => Promise<{ statusCode: number; rawPayload: Buffer }>

async function open(inject: Inject, address: Address, change: () => void): Promise<Cost> {
  const loop = monitorEventLoopDelay({ samplePerIteration: true })
  const [works, turns]: [number[], number[]] = [[], []]
  let [status, kilobytes, most] = [0, 0, RUNS]
  for (let run = 0; run <= most; run++) {
    change()
    loop.reset()
    loop.enable()
    const [before, threadBefore] = [process.cpuUsage(), process.threadCpuUsage?.()]
    const answer = await inject(address.path)
    const [work, threadWork] = [sum(process.cpuUsage(before)), sum(process.threadCpuUsage?.(threadBefore))]
    await new Promise(setImmediate)
    loop.disable()
    status = answer.statusCode
    kilobytes = answer.rawPayload.length / 1024
    if (work > LONG_MS) most = FEW
    // The first one compiles the page.
    if (run === 0) continue
    works.push(work)
    turns.push(Math.min(threadWork, loop.count ? loop.max / 1e6 : Infinity))
  }
  return { ...address, status, kilobytes, cpu: median(works), turn: median(turns) }
}

const sum = ({ user, system }: NodeJS.CpuUsage = { user: Infinity, system: 0 }) => (user + system) / 1000
