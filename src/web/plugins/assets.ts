// Our own files: one stylesheet made of static/css at the start, scripts and fonts as they are. An address carries a hash of
// the contents, so a browser may keep it for ever.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fastifyStatic from '@fastify/static'
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
const QR_FOLDER = `/static/qr-${qrVersion}/`
export const QR_DECODER = `${QR_FOLDER}decode.js`
const FOR_EVER = 'public, max-age=31536000, immutable'

/** The layers in their order; what is in static/css and not named here comes after, by name. */
const FIRST = ['layers.css', 'reset.css', 'tokens.css', 'base.css', 'layout.css']

export function stylesheet(): string {
  const files = readdirSync(join(STATIC, 'css')).filter(name => name.endsWith('.css'))
  const rank = (name: string) => FIRST.indexOf(name) + 1 || FIRST.length + 1
  return files
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map(name => readFileSync(join(STATIC, 'css', name), 'utf8'))
    .join('\n')
}

function scripts(): string {
  const folder = join(STATIC, 'js')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'))
  return files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n')
}

/** Serves `/static/…` and returns how to name a file in its present version. */
export function assets(app: App): (file: string) => string {
  const css = stylesheet()
  // app.js hands its own version on to what it imports, so it changes with any of them.
  const versions = new Map([
    ['site.css', version(css)],
    ['js/app.js', version(scripts())],
  ])
  app.get('/static/site.css', async (_request, reply) =>
    reply.header('cache-control', FOR_EVER).type('text/css; charset=utf-8').send(css),
  )
  app.register(fastifyStatic, {
    root: [STATIC, FONTS],
    prefix: '/static/',
    index: false,
    maxAge: '365d',
    immutable: true,
    // A service worker may look after no more than its own folder, unless its file says so.
    setHeaders: (reply, path) => {
      if (path.endsWith('/worker.js')) reply.header('service-worker-allowed', paths.console.events())
    },
  })
  app.register(fastifyStatic, {
    root: QR,
    prefix: QR_FOLDER,
    decorateReply: false,
    allowedPath: path => path === '/decode.js' || path === '/index.js',
    index: false,
    maxAge: '365d',
    immutable: true,
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
