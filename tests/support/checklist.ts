// Prints after a run which of the 53 items (`checklist-items.ts`) were proven, by the numbers in the names of tests. A run of
// everything fails when an item has no test that passed; a run of a few files says only what it saw.
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { ITEMS, type Item } from './checklist-items.ts'
import { toolsMissing } from './tools.ts'

/** What the table needs to know of a test. */
export interface Seen {
  name: string
  state: 'passed' | 'failed' | 'skipped' | 'pending'
  /** Programs that its file asked for in vain. */
  missing: string[]
}

export interface Row extends Item {
  verdict: string
  tests: number
  /** What a run of everything may not end with. */
  isOpen: boolean
}

/** A row for every item; `requiresTools` where a skipped test is an open item as well. */
export function judge(seen: Seen[], requiresTools: boolean): Row[] {
  return ITEMS.map(item => {
    const tests = seen.filter(({ name }) => numbersIn(name).includes(item.number))
    return { ...item, tests: tests.length, ...verdictOn(tests, requiresTools) }
  })
}

function verdictOn(tests: Seen[], requiresTools: boolean): Pick<Row, 'verdict' | 'isOpen'> {
  const skipped = tests.filter(({ state }) => state === 'skipped')
  const passed = tests.filter(({ state }) => state === 'passed')
  if (tests.length === 0) return { verdict: 'NO TEST', isOpen: true }
  if (passed.length + skipped.length < tests.length) return { verdict: 'FAILS', isOpen: true }
  if (skipped.length === 0) return { verdict: 'holds', isOpen: false }
  const missing = [...new Set(skipped.flatMap(test => test.missing))].sort()
  const skip = `skipped: ${missing.length ? `needs ${missing.join(', ')}` : 'nobody says why'}`
  const isExcused = !requiresTools && skipped.every(test => test.missing.length > 0)
  return { verdict: passed.length ? `holds; ${passed.length} of ${tests.length}, ${skip}` : skip, isOpen: !isExcused }
}

export function numbersIn(name: string): number[] {
  return [...name.matchAll(/§8\.(\d+)/g)].map(([, number]) => Number(number))
}

export function tableOf(rows: Row[]): string {
  const width = Math.max(...rows.map(({ title }) => title.length))
  const lines = rows.map(
    ({ number, level, title, verdict, tests }) =>
      `${String(number).padStart(4)}  ${level}  ${title.padEnd(width)}  ${String(tests).padStart(5)}  ${verdict}`,
  )
  return [`   §8     ${'item'.padEnd(width)}  tests  verdict`, ...lines].join('\n')
}

/** The reporter. It stands beside the default one and reads what every test file left behind. */
export function checklist(requiresTools: boolean): Reporter {
  const missing = new Map<string, string[]>()
  let vitest: Vitest
  let ofEverything = 0
  return {
    onInit: started => {
      vitest = started
    },
    onTestRunStart: async () => {
      ofEverything = (await vitest.globTestSpecifications()).length
    },
    onUserConsoleLog: ({ taskId = '', content }) => {
      missing.set(taskId, [...(missing.get(taskId) ?? []), ...toolsMissing(content)])
    },
    onTestRunEnd: (modules, _errors, reason) => {
      const isWhole = modules.length === ofEverything && !vitest.getGlobalTestNamePattern() && reason !== 'interrupted'
      const seen = modules.flatMap(module => seenIn(module, missing.get(module.id) ?? []))
      const rows = judge(isWhole ? seen : seen.filter(hasRun), requiresTools)
      const shown = isWhole ? rows : rows.filter(({ tests }) => tests > 0)
      if (shown.length) vitest.logger.log(`${tableOf(shown)}\n`)
      const open = isWhole ? rows.filter(({ isOpen }) => isOpen) : []
      if (open.length === 0) return
      vitest.logger.error(`Not proven: ${open.map(({ number }) => `§8.${number}`).join(', ')}.\n`)
      process.exitCode = 1
    },
  }
}

/** Or would have, had its program been there: not what a filter left out. */
function hasRun({ state, missing }: Seen): boolean {
  return state !== 'skipped' || missing.length > 0
}

function seenIn(module: TestModule, missing: string[]): Seen[] {
  return [...module.children.allTests()].map((test: TestCase) => ({
    name: test.fullName,
    state: test.result().state,
    missing,
  }))
}
