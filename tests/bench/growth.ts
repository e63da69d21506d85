// What pages cost when the network has grown: the same pages of a small and of a national database, those of an event for one
// with as many people. A file to download holds what there is and grows with it: it is no page, but it must not hold everybody
// else up either, which is the other figure.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Size } from './fill.ts'
import type { Cost } from './opened.ts'
import type { Run } from './runs.ts'
import { endWithUs } from './servers.ts'
import type { Measured } from './verdict.ts'

const SMALL: Size = { events: 100, registrations: 1000, groups: 300, years: 5 }
const NATIONAL: Size = { ...SMALL, events: 100_000, registrations: 1_000_000 }
const QUICK: Size = { ...SMALL, events: 5000, registrations: 50_000 }
/** Below this (ms of processor) a difference is chance, and nobody notices. */
const LEAST = 0.5
const SHOWN = 5

export async function measureGrowth(run: Run): Promise<Measured[]> {
  const size = run.isQuick ? QUICK : NATIONAL
  const small = await openAll(SMALL)
  const large = await openAll(size)
  const grown = large.flatMap(cost => {
    const before = small.find(({ route, path, isLarge }) => route === cost.route && isLarge === cost.isLarge && path)
    return before && !cost.isLarge ? [{ ...cost, before: before.cpu, times: ratioOf(cost.cpu, before.cpu) }] : []
  })
  const worst = grown.filter(({ route }) => /^\/console[^.]*$/.test(route)).toSorted((a, b) => b.times - a.times)
  const held = large.toSorted((a, b) => b.turn - a.turn)
  run.say(`pages at ${size.events} events and ${size.registrations} registrations, ms of processor:`)
  for (const cost of worst.slice(0, SHOWN)) run.say(`  ${cost.times.toFixed(1)} × ${cost.path}: ${growthText(cost)}`)
  const heavy = large.toSorted((a, b) => b.cpu - a.cpu).slice(0, SHOWN)
  for (const { path, cpu, kilobytes } of heavy) run.say(`  ${cpu.toFixed(0)} ms ${path} (${kilobytes.toFixed(0)} kB)`)
  for (const { path, turn } of held.slice(0, SHOWN)) run.say(`  ${turn.toFixed(0)} ms in one turn ${path}`)
  const agenda = grown.find(({ path }) => path === '/')
  const [slowest, longest] = [worst[0], held[0]]
  if (!agenda || !slowest || !longest) throw new Error('no page was opened')
  return [
    { key: 'growth.agenda', value: agenda.times, detail: growthText(agenda), wrong: wrongAmong([agenda]) },
    {
      ...{ key: 'growth.console', value: slowest.times, wrong: wrongAmong([...small, ...large]) },
      detail: `${slowest.path}: ${growthText(slowest)}; ${worst.length} pages`,
    },
    { key: 'hold', value: longest.turn, detail: `${longest.path}; of ${large.length} pages, the database as large` },
  ]
}

function ratioOf(now: number, before: number): number {
  return Math.max(LEAST, now) / Math.max(LEAST, before)
}

function growthText({ before, cpu }: { before: number; cpu: number }): string {
  return `${before.toFixed(1)} → ${cpu.toFixed(1)} ms`
}

function wrongAmong(costs: Cost[]): string | undefined {
  const wrong = costs.filter(({ status }) => status !== 200)
  return wrong.length ? wrong.map(({ path, status }) => `${path}: ${status}`).join(', ') : undefined
}

async function openAll(size: Size): Promise<Cost[]> {
  const child = fork(join(import.meta.dirname, 'opened.ts'), { env: { PATH: process.env.PATH ?? '', TZ: 'UTC' } })
  endWithUs(child)
  child.send(size)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`opening pages ended with ${code}`)
  })
  ended.catch(() => {})
  const [costs] = (await Promise.race([once(child, 'message'), ended])) as [Cost[]]
  return costs
}
