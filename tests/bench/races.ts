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
  seconds: number
}

export interface Times {
  /** Answers in a second of processor, and in one on the wall, of each round. */
  perCpu: number[]
  perSecond: number[]
  reports: Report[]
  wrong: string | undefined
}

export async function race<Name extends string>(
  load: Load,
  runners: Runner<Name>[],
  { rounds, seconds }: Course,
): Promise<Record<Name, Times>> {
  const times = Object.fromEntries(
    runners.map(({ name }): [string, Times] => [name, { perCpu: [], perSecond: [], reports: [], wrong: undefined }]),
  ) as Record<Name, Times>
  // The first round is for the compiler and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, server, stream, expects } of runners) {
      const before = await server.cost()
      const from = (stream.from ?? 0) + round * 1_000_000
      const [report] = await load.run({
        ...stream,
        name,
        port: server.port,
        seconds: round ? seconds : seconds / 2,
        from,
      })
      const after = await server.cost()
      if (!report || round === 0) continue
      times[name].perCpu.push((report.asked / (after.cpu - before.cpu)) * 1000)
      times[name].perSecond.push(report.asked / report.seconds)
      times[name].reports.push(report)
      times[name].wrong ??= wrongIn(report, expects)
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
