// The bench's own judgement, on figures that nobody measured.
import { expect, test } from 'vitest'
import { BARS, type Key } from './floors.ts'
import { exitCodeOf, judge, type Measured, tableOf } from './verdict.ts'

const keys = Object.keys(BARS) as Key[]
const at = (mark: 'floor' | 'goal'): Measured[] => keys.map(key => ({ key, value: BARS[key][mark] }))
const but = (key: Key, change: Partial<Measured>) =>
  judge(at('goal').map(each => (each.key === key ? { ...each, ...change } : each)))

test('at its floor a figure passes, and a goal is no lower than its floor', () => {
  expect(exitCodeOf(judge(at('floor')))).toBe(0)
  expect(new Set(judge(at('goal')).map(({ grade }) => grade))).toEqual(new Set(['goal']))
})

test.each(keys)('%s just under its floor fails the run, and so does one that was not measured', key => {
  const { floor, better } = BARS[key]
  const under = better === 'more' ? floor * 0.999 : floor * 1.001
  for (const value of [under, Number.NaN]) {
    const rows = but(key, { value })
    expect(rows.filter(({ grade }) => grade !== 'goal').map(row => [row.key, row.grade])).toEqual([[key, 'under']])
    expect(exitCodeOf(rows)).toBe(1)
  }
})

test('what was answered wrongly fails, however fast it was; nothing measured is no success', () => {
  const rows = but('event.304', { wrong: '3 × 200 instead of 304' })
  expect(exitCodeOf(rows)).toBe(1)
  expect(tableOf(rows)).toMatch(/304, of node:http .* WRONG .* 3 × 200 instead of 304$/m)
  expect(exitCodeOf([])).toBe(1)
})

test('the table has a line for every figure of the JSON, in its order, with the same numbers and verdict', () => {
  const rows = but('mail', { value: 211, detail: '4000 in 19 s' })
  const read = JSON.parse(JSON.stringify(rows)) as typeof rows
  const [head, ...lines] = tableOf(rows).split('\n')
  expect(head?.split(/ {2,}/)).toEqual(['figure', 'measured', 'floor', 'goal', 'verdict', 'last run', 'of which'])
  expect(lines.map(line => line.split(/ {2,}/)[0])).toEqual(read.map(({ figure }) => figure))
  expect(lines.filter(line => line.includes('UNDER'))).toEqual([
    expect.stringMatching(/^mails out of the outbox .* 211 mails\/s +300 mails\/s +700 mails\/s +UNDER +4000 in 19 s$/),
  ])
  expect(read.filter(({ grade }) => grade === 'under').map(({ key, value }) => [key, value])).toEqual([['mail', 211]])
})

test('a change since the last run is told as better or worse, whichever way is up', () => {
  const rows = judge(
    [
      { key: 'mail', value: 450 },
      { key: 'hold', value: 30 },
      { key: 'start', value: 2 },
    ],
    { mail: 300, hold: 20, start: 1.98 },
  )
  expect(rows.map(({ change }) => Math.round((change ?? 0) * 100))).toEqual([50, 50, 1])
  expect(tableOf(rows).match(/[+−]\d+%(?: \w+)?/g)).toEqual(['+50% better', '+50% worse', '+1%'])
})
