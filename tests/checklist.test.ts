// The table of 53 can say no: what it prints, and when a run of everything must not end well.
import { describe, expect, test, vi } from 'vitest'
import { judge, numbersIn, type Row, type Seen, tableOf } from './support/checklist.ts'
import { ITEMS } from './support/checklist-items.ts'
import { needs, toolsMissing } from './support/tools.ts'

const seen = (name: string, state: Seen['state'], ...missing: string[]): Seen => ({ name, state, missing })
const ALL = ITEMS.map(({ number }) => seen(`suite > §8.${number} a plain sentence`, 'passed'))
const row = (tests: Seen[], number: number, requiresTools = false) => judge(tests, requiresTools)[number - 1] as Row
const open = (tests: Seen[], requiresTools = false) =>
  judge(tests, requiresTools)
    .filter(({ isOpen }) => isOpen)
    .map(({ number }) => number)

test('there are 53 items, numbered through, six of them a SHOULD', () => {
  expect(ITEMS.map(({ number }) => number)).toEqual(Array.from({ length: 53 }, (_, index) => index + 1))
  expect(ITEMS.filter(({ level }) => level === 'S').map(({ number }) => number)).toEqual([16, 17, 18, 29, 46, 51])
})

test('a name carries one number or several, and 42 is not 4', () => {
  expect(numbersIn('feeds > §8.8 §8.9 cancelling')).toEqual([8, 9])
  expect(numbersIn('§8.42 a forged return address')).toEqual([42])
  expect(numbersIn('a plain test of 8.4')).toEqual([])
})

describe('a run of everything', () => {
  test('ends well when each item has a test that passed', () => {
    expect(open(ALL)).toEqual([])
    expect(row(ALL, 7)).toMatchObject({ verdict: 'holds', tests: 1 })
  })

  test('does not when one has no test, whether MUST or SHOULD', () => {
    const without = ALL.filter(({ name }) => !/§8\.(7|16) /.test(name))
    expect(open(without)).toEqual([7, 16])
    expect(row(without, 7)).toMatchObject({ verdict: 'NO TEST', tests: 0 })
  })

  test.each(['failed', 'pending'] as const)('does not when one of several tests %s', state => {
    const tests = [...ALL, seen('§8.7 §8.8 both', state)]
    expect(open(tests)).toEqual([7, 8])
    expect(row(tests, 7)).toMatchObject({ verdict: 'FAILS', tests: 2 })
  })

  test('may miss a program, unless programs are required', () => {
    const tests = [...ALL.filter(({ name }) => !name.includes('§8.46 ')), seen('§8.46 khal', 'skipped', 'khal')]
    expect(row(tests, 46)).toMatchObject({ verdict: 'skipped: needs khal', tests: 1 })
    expect(open(tests)).toEqual([])
    expect(open(tests, true)).toEqual([46])
  })

  test('says what was skipped beside what passed', () => {
    const tests = [...ALL, seen('§8.11 libical', 'skipped', 'libical')]
    expect(row(tests, 11).verdict).toBe('holds; 1 of 2, skipped: needs libical')
    expect([open(tests), open(tests, true)]).toEqual([[], [11]])
  })

  test('excuses no skip that no missing program explains', () => {
    const tests = [...ALL, seen('§8.11 for later', 'skipped')]
    expect(open(tests)).toEqual([11])
    expect(row(tests, 11).verdict).toContain('nobody says why')
  })
})

test('the table has a line for each item, with number, level, title, tests and verdict', () => {
  const [head, ...lines] = tableOf(judge(ALL, false)).split('\n')
  expect(head).toMatch(/§8 .* item .* tests {2}verdict/)
  expect(lines).toHaveLength(53)
  expect(lines[42]).toMatch(/^ {2}43 {2}M {2}ETag and 304 .* 1 {2}holds$/)
})

test('what a test file missed can be read back from what it printed', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.stubEnv('REQUIRED_TOOLS', '')
  expect(['Dovecot', 'khal'].map(tool => needs(tool, false, 'apt install it'))).toEqual([false, false])
  expect(needs('this program', true, 'it is there')).toBe(true)
  expect(toolsMissing(warn.mock.calls.flat().join('\n'))).toEqual(['Dovecot', 'khal'])
  vi.stubEnv('REQUIRED_TOOLS', '1')
  expect(() => needs('khal', false, 'apt install it')).toThrow('khal is required here')
  vi.unstubAllEnvs()
  warn.mockRestore()
})
