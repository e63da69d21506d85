// `npm run bench -- --simulate`: the national scale on one machine. Fifteen networks, three hundred groups, twenty thousand
// people; pages are read, feeds fetched, people register, organisers look, mail leaves, and in the midst of it a conference
// opens its registration and five thousand people press the button. Then what came of it is counted: a loss fails the run.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '#db/open.ts'
import { layScene, NATION, OPEN, type Scene, streamsOf, viewsOf } from './crowd.ts'
import { copyGround, filledGround, type Ground } from './grounds.ts'
import type { Report } from './load.ts'
import { type Load, startLoad } from './loads.ts'
import { lossesIn } from './losses.ts'
import { registering } from './registrations.ts'
import { NOW, startSite } from './servers.ts'
import { type Sink, startSink } from './sinks.ts'

/** How long the outbox may take to empty after the last request. */
const DRAIN_SECONDS = 30
const CEILING_SECONDS = 3

/** Resolves with whether nothing was lost. */
export async function simulate(json: string | undefined): Promise<boolean> {
  const ground = copyGround(filledGround(NATION))
  const scene = ground.use(layScene)
  const sink = await startSink()
  const begun = performance.now()
  const site = await startSite(ground.dataDir, { SMTP_URL: sink.url })
  const load = startLoad()
  const reports = await load.run(...streamsOf(site.port, scene))
  const mails = await drain(ground, sink, begun)
  const ceilings = await findCeilings(load, site.port, scene)
  await site.stop()
  const { taken } = await sink.report()
  sink.stop()
  load.stop()
  const answered = [...reports, ...ceilings].flatMap(report => report.taken)
  const losses = ground.use(db => lossesIn(db, answered, taken, scene.lastRegistration))
  const waiting = ground.use(db => countDue(db, begun))
  const told = { at: new Date().toISOString(), losses, waiting, mailsPerSecond: mails.perSecond }
  print([...reports, ...ceilings])
  console.log(
    `\nmail: ${taken.length} came; ${mails.waiting} were due when the last visitor left, ${waiting} still are`,
  )
  console.log(`one machine ends at: ${endOf(ceilings, mails.perSecond)}`)
  for (const { what, count, examples } of losses) console.log(`LOST: ${count} ${what}: ${examples.join(', ')}`)
  console.log(losses.length ? '' : `lost: nothing (${answered.length} answered registrations, every mail once)`)
  if (json) {
    mkdirSync(dirname(json), { recursive: true })
    const figures = [...reports, ...ceilings].map(({ taken, ...report }) => ({ ...report, taken: taken.length }))
    writeFileSync(json, `${JSON.stringify({ ...told, figures }, null, 2)}\n`)
  }
  return losses.length === 0
}

/** Until nothing is due any more: how many mails were, and how many left in a second with nothing else to do. */
async function drain(ground: Ground, sink: Sink, begun: number): Promise<{ waiting: number; perSecond: number }> {
  const due = () => ground.use(db => countDue(db, begun))
  const [waiting, before, since] = [due(), (await sink.report()).taken.length, performance.now()]
  while (due() > 0 && performance.now() - since < DRAIN_SECONDS * 1000) await sleep(500)
  const came = (await sink.report()).taken.length - before
  return { waiting, perSecond: (came / (performance.now() - since)) * 1000 }
}

/** By the clock of the server, which began at `NOW`. */
function countDue(db: Db, begun: number): number {
  const now = NOW.epochMilliseconds + performance.now() - begun
  const query = "select count(*) as due from messages where state in ('queued', 'sending') and due_at <= ?"
  return (db.$client.prepare(query).get(now) as { due: number }).due
}

/** As much of one thing as it can do, with nothing else. */
async function findCeilings(load: Load, port: number, { slugs, groupSlugs }: Scene): Promise<Report[]> {
  const full = { port, connections: 64, seconds: CEILING_SECONDS }
  return [
    ...(await load.run({ ...full, name: 'pages alone', asks: viewsOf(slugs, groupSlugs) })),
    ...(await load.run({ ...full, name: 'registrations alone', asks: [registering(OPEN, 'open')] })),
  ]
}

function endOf([pages, forms]: Report[], mailsPerSecond: number): string {
  const rate = (report: Report | undefined) =>
    Math.round((report?.asked ?? 0) / (report?.seconds ?? 1)).toLocaleString('en')
  return `${rate(pages)} pages/s, ${rate(forms)} registrations/s, ${Math.round(mailsPerSecond)} mails/s, each alone`
}

function print(reports: Report[]): void {
  console.log(`${'kind'.padEnd(20)}   asked of due   per s    p50 ms    p99 ms   most ms  answers`)
  for (const { name, asked, due, seconds, latency, statuses } of reports) {
    const numbers = [asked / seconds, latency.p50, latency.p99, latency.max].map(each => each.toFixed(0).padStart(9))
    const answers = Object.entries(statuses).map(
      ([status, count]) => `${count} × ${status === '0' ? 'broken' : status}`,
    )
    console.log(
      `${name.padEnd(20)} ${String(asked).padStart(7)} ${String(due).padStart(6)}${numbers.join(' ')}  ${answers.join(', ')}`,
    )
  }
}
