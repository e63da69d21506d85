// No pattern of ours takes long over what somebody may type: each that stands in src, and each of the routes' schemas, is tried
// on texts made to keep it busy, as long as a form may be.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openApp } from '../support/app.ts'

const SRC = resolve(import.meta.dirname, '../../src')
/** A sixteenth of the largest form; what takes the square of that long is found all the same. */
const LENGTH = 4_000
const MOST_MS = 6
/** Patterns that take the square of a length, and what keeps that length small. */
const BOUNDED: Record<string, string> = {
  'config.ts /^(?:"?([^"<>]*?)"?\\s*)<([^<>]+)>$/': 'MAIL_FROM, which whoever runs it writes',
  'domain/attendance-reports.ts /\\s*\\([^()]*\\)$/': 'a line that was cleaned: no two spaces in a row',
  'domain/attendance-reports.ts /^(?:(\\d+)\\s*(?:h|hr|u|uur)\\w*)?\\s*(?:(\\d+)\\s*m\\w*)?\\s*(?:(\\d+)\\s*s\\w*)?$/i':
    'LONGEST_TIME',
  'domain/secrets.ts /\\/+$/': 'the address of a room: 500 characters',
  'i18n/index.ts /\\s*;\\s*q=/': 'the first 200 characters of a header',
  'lib/masking.ts /[^\\s<>"\'(),;:]+@[^\\s<>"\'(),;:]+/g': 'what a mail server said in one answer',
  'lib/masking.ts /\\b[\\w-]+(?:\\.[\\w-]+)*\\.[a-z][\\w-]*\\b/gi': 'what a mail server said in one answer',
  'lib/text.ts /^-+|-+$/g': 'no two hyphens in a row are left before it',
  'lib/text.ts /-+$/': 'the first 70 characters of a slug',
  'web/console/invitees.ts /[^\\s<>,;]+@[^\\s<>,;]+/': 'LONGEST_LINE',
}
const LITERAL =
  /(?:^|[=(,:[!&|?;\s])\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*)\/([dgimsuvy]*)(?=[\s).,;:\]}]|$)/gm

function literals(): Map<string, RegExp> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const found = files.flatMap(name =>
    readFileSync(join(SRC, name), 'utf8')
      .split('\n')
      .filter(line => !/^\s*(\/\/|\/?\*)/.test(line))
      .flatMap(line => [...line.matchAll(LITERAL)])
      .map(([, source = '', flags = '']): [string, RegExp | undefined] => [
        `${name} /${source}/${flags}`,
        regexOf(source, flags),
      ]),
  )
  return new Map(found.flatMap(([name, regex]) => (regex ? [[name, regex] as const] : [])))
}

/** Nothing if it was a division after all. */
function regexOf(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

async function patterns(): Promise<Map<string, RegExp>> {
  const { routes } = await openApp()
  const found = new Set<string>()
  JSON.stringify(
    routes.map(({ schema }) => schema),
    (key, value) => {
      if (key === 'pattern' && typeof value === 'string') found.add(value)
      return value
    },
  )
  return new Map([...found].map(pattern => [pattern, new RegExp(pattern, 'u')]))
}

/** Repetitions of what the pattern itself is made of, that end in what it cannot take. */
function hostile(source: string): string[] {
  const own = [...source.replaceAll(/\\[a-zA-Z](?:\{[^}]*\})?|[[\](){}?*+|^$]/g, ' ').matchAll(/[^\s]{1,6}/g)].map(
    ([piece]) => piece,
  )
  const seeds = [
    'a',
    '1',
    ' ',
    '-',
    '.',
    '@',
    '=',
    '/',
    '%25',
    '\n',
    '<',
    '"',
    '(',
    ':',
    'a.',
    'a-',
    'a@',
    '1-',
    '\t ',
    ...own.slice(0, 6),
  ]
  return seeds.map(seed => {
    const many = seed.repeat(Math.ceil(LENGTH / seed.length)).slice(0, LENGTH)
    return `${many}\u0000`
  })
}

const cpu = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The better of two tries, since a machine may be busy with something else. */
function timeOf(pattern: RegExp, text: string): number {
  const once = () => {
    const begun = cpu()
    pattern.lastIndex = 0
    if (pattern.global) text.replaceAll(pattern, '')
    else pattern.test(text)
    return cpu() - begun
  }
  const first = once()
  return first > MOST_MS ? Math.min(first, once()) : first
}

const slowest = (pattern: RegExp) => Math.max(...hostile(pattern.source).map(text => timeOf(pattern, text)))

test('every pattern of ours is done in time with a text that is made to keep it busy', async () => {
  const all = new Map([...literals(), ...(await patterns())])
  expect(all.size).toBeGreaterThan(100)
  const slow = [...all].filter(([, pattern]) => slowest(pattern) > MOST_MS).map(([name]) => name)
  expect(slow.filter(name => !BOUNDED[name])).toEqual([])
  expect(Object.keys(BOUNDED).filter(name => !all.has(name))).toEqual([])
})

test('a pattern that is slow would be found', () => {
  expect(slowest(/\s+$/)).toBeGreaterThan(MOST_MS)
})
