// The image, as far as it can be proven without an engine: what the Dockerfile copies, laid out in a folder, is the whole
// program; its own command lines start it, ask how it is and stop it; and nothing private can get in.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AS_PRODUCTION } from './bench/servers.ts'
import { serve } from './support/server.ts'

const ROOT = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-image-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Step {
  word: string
  rest: string
}

/** The instructions of a Dockerfile, each on one line, without what comments say. */
function stepsOf(text: string): Step[] {
  const lines = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '')
  return lines.split('\n').flatMap(line => {
    const [, word, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    return word && rest ? [{ word, rest }] : []
  })
}

const steps = stepsOf(read('Dockerfile'))
/** The stage that becomes the image. */
const image = steps.slice(steps.findLastIndex(({ word }) => word === 'FROM'))
const restsOf = (word: string, list = image) => list.flatMap(step => (step.word === word ? [step.rest] : []))
const only = (word: string) => {
  const [one, ...more] = restsOf(word)
  if (!one || more.length) throw new Error(`one ${word} was expected`)
  return one
}
/** What comes from this folder. */
const sources = restsOf('COPY', steps)
  .filter(rest => !rest.startsWith('--from='))
  .flatMap(rest => rest.split(' ').slice(0, -1))
const env = Object.fromEntries(
  restsOf('ENV').flatMap(rest => rest.split(' ').map(pair => pair.split('=') as [string, string])),
)

test('the image runs as a number that is not root, is told to stop politely, and keeps its data apart', () => {
  expect(only('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  expect([only('STOPSIGNAL'), only('VOLUME')]).toEqual(['SIGTERM', env.DATA_DIR])
  expect(env).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '3000', DATA_DIR: '/data' })
  // Both stages on one base, on the Node that the project runs on.
  const node = JSON.parse(read('package.json')).devDependencies.node as string
  expect(restsOf('ARG', steps)[0]).toBe(`NODE=node:${node.split('.')[0]}-slim`)
  expect(restsOf('FROM', steps).map(rest => rest.replace(/^\$\{NODE\}/, 'NODE'))).toEqual(['NODE AS packages', 'NODE'])
  // No shell between the signal and the program.
  for (const command of [only('CMD'), only('HEALTHCHECK').replace(/^.*?CMD /, '')])
    expect(JSON.parse(command)[0]).toBe('node')
})

test('whoever starts it, with npm, Docker, Compose or systemd, and whoever measures it, starts it in one way', () => {
  const { start, demo } = JSON.parse(read('package.json')).scripts as Record<string, string>
  const [readme, compose] = [read('README.md'), read('compose.yaml')]
  const others = {
    demo: demo?.replace(/ --demo$/, ''),
    docker: (JSON.parse(only('CMD')) as string[]).join(' '),
    compose: /^ {4}command: (.+?) \$\{DEMO/m.exec(compose)?.[1],
    systemd: /^ExecStart=\/usr\/bin\/(.+)$/m.exec(readme)?.[1],
    readme: /^`npm start` is `(.+?)`/m.exec(readme)?.[1],
    bench: ['node', ...AS_PRODUCTION, 'src/start.js'].join(' '),
  }
  expect(others).toEqual(Object.fromEntries(Object.keys(others).map(name => [name, start])))
})

/** The lines of one service in compose.yaml. */
const serviceOf = (name: string) =>
  new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(read('compose.yaml'))?.[1]

test('compose gives the program its data and nothing else, shows it to this machine only, and Caddy shows no measurements', () => {
  const app = serviceOf('app') ?? ''
  for (const line of ['read_only: true', 'cap_drop:\n      - ALL', '- no-new-privileges:true', '- data:/data'])
    expect(app).toContain(line)
  expect(app.match(/- [\d.]+:\d+:\d+$/gm)).toEqual(['- 127.0.0.1:3000:3000'])
  expect(serviceOf('mailpit')?.match(/- [\d.]+:\d+:\d+$/gm)).toEqual(['- 127.0.0.1:8025:8025'])
  expect(serviceOf('caddy')).toContain('profiles:\n      - tls')
  expect(read('compose.yaml')).toMatch(/respond \/metrics 404\n(.*\n)*? +reverse_proxy app:3000/)
})

test('what is not copied on purpose cannot get in: no data, no secrets, no history', () => {
  const [all, ...wanted] = read('.dockerignore')
    .split('\n')
    .filter(line => line && !line.startsWith('#'))
  expect(all).toBe('*')
  expect(wanted.map(line => line.replace('!', '')).toSorted()).toEqual([...new Set(sources)].toSorted())
  for (const source of sources) expect(existsSync(join(ROOT, source))).toBe(true)
  expect(steps.filter(({ word }) => word === 'ADD')).toEqual([])
})

test('what the program imports comes with it, and is no tool for building it', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const files = ['src', 'db'].flatMap(top =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => join(top, name)),
  )
  const missing = files.flatMap(file => {
    // Types are gone by the time it runs.
    const text = read(file).replaceAll(/^(import|export) type [^;]*? from '[^']+'$/gm, '')
    const names = [...text.matchAll(/(?:\bfrom |\bimport\(|\brequire\(|\.resolve\(|^import )'([^']+)'/gm)].map(
      ([, name = '']) => name,
    )
    return names
      .map(name =>
        name.startsWith('#') ? `/${name.slice(1)}` : name.startsWith('.') ? `/${join(dirname(file), name)}` : name,
      )
      .filter(name => !isThere(name, dependencies))
      .map(name => `${file}: ${name}`)
  })
  expect(files.length).toBeGreaterThan(200)
  expect(missing).toEqual([])
})

/** In the image: a file of ours, a part of Node, or a package for production. */
function isThere(name: string, dependencies: Record<string, string>): boolean {
  if (name.startsWith('/')) return sources.includes(name.split('/')[1] ?? '') && existsSync(join(ROOT, name))
  if (name.startsWith('node:') || builtinModules.includes(name)) return true
  const packageName = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
  return Object.hasOwn(dependencies, packageName)
}

describe('laid out as the Dockerfile says', () => {
  const app = join(folder, 'app')
  const data = join(folder, 'data')
  const health = JSON.parse(only('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[]
  const command = JSON.parse(only('CMD')) as string[]
  const isWell = (port: number | string) =>
    spawnSync(process.execPath, health.slice(1), { env: { PORT: String(port) } }).status
  /** Every file there is, with when it was written. */
  const listing = () =>
    readdirSync(app, { recursive: true, encoding: 'utf8' })
      .filter(name => !name.startsWith('node_modules'))
      .map(name => `${name} ${statSync(join(app, name)).mtimeMs}`)

  function layOut() {
    mkdirSync(app)
    mkdirSync(data)
    for (const source of new Set(sources)) cpSync(join(ROOT, source), join(app, source), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'))
  }

  test('it starts, serves, says how it is, stops, and has written to its data and nowhere else', async () => {
    layOut()
    const before = listing()
    const server = await serve(
      command.slice(1).map(part => (part.endsWith('.ts') ? join(app, part) : part)),
      { ...env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: data },
      { cwd: app },
    )
    for (const path of ['/', '/privacy', '/calendar.ics', '/static/site.css', '/sign-in', '/metrics'])
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
    const { port } = new URL(server.url)
    expect(isWell(port)).toBe(0)
    expect(await server.stop()).toBe(0)
    expect(isWell(port)).toBe(1)
    expect(listing()).toEqual(before)
    expect(readdirSync(data).toSorted()).toEqual(['aanschuiven.sqlite', 'cache', 'secret'])
    // Whoever else is on the machine reads none of it.
    for (const file of readdirSync(data)) expect([file, statSync(join(data, file)).mode & 0o077]).toEqual([file, 0])
  })
})
