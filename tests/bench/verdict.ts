// What was measured against what it must reach and what it was last time: one judgement, from which the table, the JSON and the
// exit code all follow.
import { BARS, type Bar, type Key } from './floors.ts'

export interface Measured {
  key: Key
  value: number
  /** What it is made of, as a person wants to read it: '36,000/s'. */
  detail?: string
  /** Something was answered wrongly: then no speed is good enough. */
  wrong?: string | undefined
}

export type Grade = 'goal' | 'floor' | 'under' | 'wrong'

export interface Row extends Measured, Bar {
  grade: Grade
  /** The value of the last run, and how far this one is from it: 0.1 is a tenth more. */
  last?: number
  change?: number
}

export function judge(measured: Measured[], last: Partial<Record<string, number>> = {}): Row[] {
  return measured.map(each => {
    const bar: Bar = BARS[each.key]
    const before = last[each.key]
    const row: Row = { ...bar, ...each, grade: gradeOf(each, bar) }
    return before === undefined ? row : { ...row, last: before, change: each.value / before - 1 }
  })
}

/** A figure that could not be measured is under its floor. */
function gradeOf({ value, wrong }: Measured, { floor, goal, better }: Bar): Grade {
  if (wrong) return 'wrong'
  const reaches = (mark: number) => (better === 'more' ? value >= mark : value <= mark)
  if (reaches(goal)) return 'goal'
  return reaches(floor) ? 'floor' : 'under'
}

/** 1 as soon as one figure is under its floor, or there is none. */
export function exitCodeOf(rows: Row[]): number {
  return rows.length > 0 && rows.every(({ grade }) => grade === 'goal' || grade === 'floor') ? 0 : 1
}

const WORDS: Record<Grade, string> = { goal: 'goal', floor: 'ok', under: 'UNDER', wrong: 'WRONG' }

export function tableOf(rows: Row[]): string {
  const cells = rows.map(row => [
    ...[row.figure, shown(row.value, row.unit), shown(row.floor, row.unit), shown(row.goal, row.unit)],
    ...[WORDS[row.grade], changeText(row), row.wrong ?? row.detail ?? ''],
  ])
  const all = [['figure', 'measured', 'floor', 'goal', 'verdict', 'last run', 'of which'], ...cells]
  const widths = all[0]?.map((_, column) => Math.max(...all.map(line => line[column]?.length ?? 0))) ?? []
  const numeric = (column: number) => column > 0 && column < 4
  return all
    .map(line =>
      line
        .map((cell, at) => (numeric(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function shown(value: number, unit: Bar['unit']): string {
  if (unit === 'ratio') return value.toFixed(3)
  if (unit === 'times') return `${value.toFixed(2)} ×`
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)}${unit === 'requests' ? '' : ` ${unit}`}`
}

function changeText({ change, better }: Row): string {
  if (change === undefined) return ''
  const text = `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(0)}%`
  const isNews = Math.abs(change) > 0.1
  if (!isNews) return text
  return `${text} ${change > 0 === (better === 'more') ? 'better' : 'worse'}`
}
