// Servers measured against each other: turn and turn about in short slices, so that whatever else the machine does falls on all
// of them. What counts is what a server gets done in a second of its own processor, which is what it does on a machine of its
// own; the clock on the wall is kept beside it.
import type { Report, Stream } from './load.ts'
import { type Load, wrongIn } from './loads.ts'
import type { Server } from './servers.ts'

export interface Runner<Name extends string = string> {
  name: Name
  server: Server
  stream: Omit<Stream, 'name' | 'port' | 'seconds'>
  /** The status of every answer. */
  expects: number
}

export interface Course {
  rounds: number
  /** Of the server's processor, in each round. */
  seconds: number
}

export interface Times {
  /** Answers in a second of processor, and in one on the wall, of each round. */
  perCpu: number[]
  perSecond: number[]
  reports: Report[]
  wrong: string | undefined
}

/** Before the first round, for the compiler: it looks at what has run often, however long that took. */
const WARM_SECONDS = 1
const SLICE_SECONDS = 0.25
/** On a machine that others use a second of processor takes longer; not for ever. */
const PATIENCE = 8
/** More than are asked in one slice: every request of a race has a number of its own. */
const STEP = 100_000

export async function race<Name extends string>(
  load: Load,
  runners: Runner<Name>[],
  { rounds, seconds }: Course,
): Promise<Record<Name, Times>> {
  const times = {} as Record<Name, Times>
  let from = 0
  /** One runner's turn: slices until its server has worked for so long. */
  async function turn({ name, server, stream, expects }: Runner<Name>, seconds: number): Promise<void> {
    const reports: Report[] = []
    const [before, begun] = [await server.cost(), performance.now()]
    let worked = 0
    while (worked < seconds * 1000 && performance.now() - begun < seconds * 1000 * PATIENCE) {
      from += STEP
      reports.push(...(await load.run({ ...stream, name, port: server.port, seconds: SLICE_SECONDS, from })))
      worked = (await server.cost()).cpu - before.cpu
    }
    const asked = reports.reduce((sum, report) => sum + report.asked, 0)
    times[name].perCpu.push((asked / worked) * 1000)
    times[name].perSecond.push(asked / reports.reduce((sum, report) => sum + report.seconds, 0))
    times[name].reports.push(...reports)
    times[name].wrong ??= reports.map(report => wrongIn(report, expects)).find(Boolean)
  }
  for (let round = 0; round <= rounds; round++) {
    for (const runner of runners) {
      if (round < 2) times[runner.name] = { perCpu: [], perSecond: [], reports: [], wrong: undefined }
      await turn(runner, round ? seconds : WARM_SECONDS)
    }
  }
  return times
}

/** Round by round, and then the middle one. */
export function ratio(ours: number[], ceiling: number[]): number {
  return median(ours.map((each, round) => each / (ceiling[round] ?? Infinity)))
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
