// SECURITY.md keeps its word: every requirement of OWASP ASVS 5.0.0, levels 1 and 2, once, and each test it names exists.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
/** How many requirements of level 1 and 2 each section has; within a section they are numbered from 1. */
const SECTIONS: Record<string, number> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2 },
  ...{ '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2 },
  ...{ '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3 },
  ...{ '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2 },
  ...{ '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  ...{ '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3 },
  ...{ '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1 },
  ...{ '12.1': 3, '12.2': 2, '12.3': 4 },
  ...{ '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5 },
  ...{ '14.1': 2, '14.2': 4, '14.3': 3 },
  ...{ '15.1': 3, '15.2': 3, '15.3': 7 },
  ...{ '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
  ...{ '17.1': 1, '17.2': 4, '17.3': 2 },
}
const LINE = /^- \*\*v5\.0\.0-(\d+\.\d+\.\d+)\*\* .+?: (holds \((.+)\)|not applicable: .{4,}|not met: .{10,})$/
const TEST = /^`(tests\/[\w./-]+\.test\.ts)` “(.+)”$/

const lines = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('- **v'))

test('every requirement stands there once, in order, with a test or a reason', () => {
  const wanted = Object.entries(SECTIONS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
  )
  expect(wanted).toHaveLength(253)
  expect(lines.filter(line => !LINE.test(line))).toEqual([])
  expect(lines.map(line => LINE.exec(line)?.[1])).toEqual(wanted)
})

test('every test that is named there exists', () => {
  const named = lines.flatMap(
    line =>
      LINE.exec(line)?.[3]
        ?.split('; `')
        .map((one, i) => (i ? `\`${one}` : one)) ?? [],
  )
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter(one => !TEST.test(one))).toEqual([])
  const missing = [...new Set(named)].filter(one => {
    const [, file = '', name = ''] = TEST.exec(one) ?? []
    return !existsSync(join(ROOT, file)) || !names(readFileSync(join(ROOT, file), 'utf8')).has(name)
  })
  expect(missing).toEqual([])
})

/** The names of the tests in a file, as they are written there: after `test(`, `it(`, or what `.each(…)` was given. */
function names(source: string): Set<string> {
  const found = source.matchAll(/(?:\b(?:test|it)|\))\(\s*(['`"])((?:\\.|(?!\1).)+)\1,/g)
  return new Set([...found].map(([, , name = '']) => name))
}
