// `npm run bench`: every figure of `floors.ts`, measured and judged. Exits 1 when one is under its floor or answered wrongly.
//   --only NAME    one figure, or all whose name begins so      --json FILE   also writes them there, and compares with it
//   --quick        smaller sizes and shorter slices             --simulate    the national scale instead: see `simulation.ts`
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureChanges } from './changes.ts'
import type { Key } from './floors.ts'
import { KEPT, newFolder } from './grounds.ts'
import { measureGrowth } from './growth.ts'
import { startLoad } from './loads.ts'
import { measureMail } from './mails.ts'
import { measureMemory } from './memory.ts'
import { measurePages } from './pages.ts'
import { measureRegistrations } from './registrations.ts'
import type { Run } from './runs.ts'
import { simulate } from './simulation.ts'
import { measureStart } from './starts.ts'
import { exitCodeOf, judge, type Measured, type Row, tableOf } from './verdict.ts'
import { measureWeight } from './weights.ts'

const { values: wish } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    simulate: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})

/** In this order; a figure is found by the beginning of its name. */
const MEASURES: [Key[], (run: Run) => Promise<Measured[]>][] = [
  [['event.200', 'event.304', 'agenda.200', 'agenda.304', 'feed.200', 'feed.304'], measurePages],
  [['event.changed', 'feed.changed'], measureChanges],
  [['registration.one', 'registration.many', 'registration.p99', 'registration.rush'], measureRegistrations],
  [['mail'], measureMail],
  [['start'], measureStart],
  [['memory.idle', 'memory.used'], measureMemory],
  [['weight.first', 'weight.second', 'weight.requests'], measureWeight],
  [['growth.agenda', 'growth.console', 'hold'], measureGrowth],
]

interface Saved {
  at: string
  machine: string
  figures: Row[]
}

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`
console.log(machine)
const [busy = 0] = loadavg()
if (busy > cpus().length / 2) {
  console.log(`others keep this machine busy (load ${busy.toFixed(1)}): times are too long; ratios and memory hold`)
}
process.exitCode = wish.simulate ? Number(!(await simulate(wish.json))) : await measureAll()

async function measureAll(): Promise<number> {
  const file = wish.json ?? join(KEPT, wish.quick ? 'last-quick.json' : 'last.json')
  const begun = performance.now()
  const load = startLoad()
  const run: Run = {
    ...{ load, isWanted, isQuick: wish.quick, log: join(newFolder(), 'bare.log') },
    course: wish.quick ? { rounds: 3, seconds: 0.3 } : { rounds: 5, seconds: 0.7 },
    say: line => console.log(line),
  }
  const measured: Measured[] = []
  for (const [keys, measure] of MEASURES) {
    if (keys.some(isWanted)) measured.push(...(await measure(run)).filter(({ key }) => isWanted(key)))
  }
  load.stop()
  const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : undefined
  const rows = judge(measured, Object.fromEntries(last?.figures.map(({ key, value }) => [key, value]) ?? []))
  console.log(`\n${tableOf(rows)}\n`)
  const busiest = Math.round(load.busiest() * 100)
  console.log(
    `${((performance.now() - begun) / 1000).toFixed(0)} s; the load used ${busiest}% of its processor at most`,
  )
  console.log(last ? `compared with the run of ${last.at} in ${file}` : `nothing to compare with yet; kept in ${file}`)
  save(file, rows, last)
  return exitCodeOf(rows)
}

function isWanted(key: Key): boolean {
  return key.startsWith(wish.only)
}

/** A run of some figures leaves the others as they were. */
function save(file: string, rows: Row[], last: Saved | undefined): void {
  const others = last?.figures.filter(({ key }) => !rows.some(row => row.key === key)) ?? []
  const saved: Saved = { at: new Date().toISOString(), machine, figures: [...rows, ...others] }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(saved, null, 2)}\n`)
}
