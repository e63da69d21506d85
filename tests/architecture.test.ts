// Imports point one way, and the shape of the tree stays what architecture.md says.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const LAYERS = ['lib', 'i18n', 'config', 'db', 'domain', 'calendar', 'mail', 'jobs', 'web', 'app', 'seed', 'main']
/** Layers that may not be imported, though they stand to the left: a page shows what a mail will say, and sends none. */
const CLOSED: Record<string, RegExp> = { web: /^src\/(jobs\/|mail\/(?!about|messages|render))/ }
const sources = ['src', 'db'].flatMap(top =>
  readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name).slice(ROOT.length + 1)),
)

function layerOf(file: string): number {
  if (/^db\/(seed|attendees|feedback|followers|programme|questions)\.ts$/.test(file)) return LAYERS.indexOf('seed')
  if (/^src\/(main|listening|cli)\.ts$/.test(file)) return LAYERS.indexOf('main')
  const [top, second = ''] = file.split('/')
  return LAYERS.indexOf(top === 'db' ? 'db' : second.replace('.ts', ''))
}

function importsOf(file: string): string[] {
  const found = readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import\()\s*'(#|\.{1,2}\/)([^']+)'/g)
  return [...found].map(([, start, rest]) =>
    start === '#' ? String(rest) : resolve(ROOT, file, '..', `${start}${rest}`).slice(ROOT.length + 1),
  )
}

test('every import goes to its own layer or one to the left', () => {
  const wrong = sources.flatMap(file =>
    importsOf(file)
      .filter(target => target.endsWith('.ts'))
      .filter(target => layerOf(target) > layerOf(file) || CLOSED[file.split('/')[1] ?? '']?.test(target))
      .map(target => `${file} imports ${target}`),
  )
  expect(sources.length).toBeGreaterThan(60)
  expect(wrong).toEqual([])
})

test('every source file stands in a layer and says what belongs in it', () => {
  expect(sources.filter(file => layerOf(file) < 0)).toEqual([])
  expect(sources.filter(file => !/^(#!.*\n)?\/\/ /.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
})

test('no name that says nothing', () => {
  const empty =
    /(^|\/)(utils?|helpers?|misc|common|types|shared)(\.ts|\/)|\.(service|repo|repository|controller|manager)\.ts$/
  expect(sources.filter(file => empty.test(file))).toEqual([])
})

/** What may be read from the surroundings, and by whom: everything else is given it. */
const AMBIENT: [RegExp, RegExp][] = [
  [/Temporal\.Now|Date\.now|new Date\(\)/, /^src\/(lib\/clock|cli)\.ts$/],
  [/Math\.random/, /^$/],
  [/process\.env\b/, /^src\/config\.ts$/],
  [/^import (?!type ).*'drizzle-orm|require\('drizzle-orm/m, /^db\/(drizzle|open)\.ts$/],
  [/^import .*'typebox'/m, /^src\/lib\/schemas\.ts$/],
]

test('no clock, chance or setting out of the air; drizzle and TypeBox come in by one door', () => {
  const wrong = sources.flatMap(file => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    return AMBIENT.filter(([use, allowed]) => use.test(text) && !allowed.test(file)).map(([use]) => `${file}: ${use}`)
  })
  expect(wrong).toEqual([])
})
