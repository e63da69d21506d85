// Our own files: two stylesheets made of static/css at the start, scripts and fonts as they are. An address carries a hash of
// the contents, so a browser may keep it for ever.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { App } from '../deps.ts'

const STATIC = join(import.meta.dirname, '../../../static')
const FONTS = join(
  dirname(createRequire(import.meta.url).resolve('@fontsource-variable/atkinson-hyperlegible-next/package.json')),
  'files',
)
/** The decoder of codes, for browsers without one. It is two files that name each other, so the version is in the folder. */
const QR = dirname(createRequire(import.meta.url).resolve('qr'))
const { version: qrVersion } = createRequire(import.meta.url)(join(QR, 'package.json')) as { version: string }
const QR_FOLDER = `qr-${qrVersion}/`
export const QR_DECODER = `/static/${QR_FOLDER}decode.js`
const FOR_EVER = 'public, max-age=31536000, immutable'

/** The layers in their order; what is in static/css and not named here comes after, by name. */
const FIRST = ['layers.css', 'reset.css', 'tokens.css', 'base.css', 'layout.css']

/** The files of a folder as one, in the order of their layers. */
function stylesheet(folder: string): string {
  const files = readdirSync(folder).filter(name => name.endsWith('.css'))
  const rank = (name: string) => FIRST.indexOf(name) + 1 || FIRST.length + 1
  return files
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

/** What visitors need, and what only organisers do on top of that: half of it all. */
export const stylesheets = () => ({
  'site.css': stylesheet(join(STATIC, 'css')),
  'console.css': stylesheet(join(STATIC, 'css/console')),
})

function scripts(): string {
  const folder = join(STATIC, 'js')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'))
  return files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
}

/** What each kind of file of ours is called on the way. */
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.woff2': 'font/woff2',
}

/** Every file that has an address, by what comes after `/static/`: nothing else is opened, whatever an address says. */
function addresses(): Map<string, string> {
  const below = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = [STATIC, FONTS].flatMap(folder => below(folder).map(name => [name, join(folder, name)] as const))
  const decoder = ['decode.js', 'index.js'].map(name => [`${QR_FOLDER}${name}`, join(QR, name)] as const)
  return new Map([...files, ...decoder].filter(([name]) => extname(name) in TYPES))
}

/** Serves `/static/…` and returns how to name a file in its present version. */
export function assets(app: App): (file: string) => string {
  const sheets: Record<string, string> = stylesheets()
  const found = addresses()
  // app.js hands its own version on to what it imports, so it changes with any of them.
  const versions = new Map<string, string>([
    ...Object.entries(sheets).map(([name, css]) => [name, version(css)] as const),
    ['js/app.js', version(scripts())],
  ])
  app.get('/static/*', { config: { content: 'nothing' } }, (request, reply) => {
    const { '*': name } = request.params as { '*': string }
    const file = found.get(name)
    const content = sheets[name] ?? (file && readFileSync(file))
    if (!content) throw new NotFound('file')
    reply.header('cache-control', FOR_EVER).type(TYPES[extname(name)] ?? '')
    // A service worker may look after no more than its own folder, unless its file says so.
    if (name.endsWith('/worker.js')) reply.header('service-worker-allowed', paths.console.events())
    return reply.send(content)
  })
  return file => {
    const known = versions.get(file) ?? version(readFileSync(join(STATIC, file)))
    versions.set(file, known)
    return `/static/${file}?v=${known}`
  }
}

function version(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 10)
}
