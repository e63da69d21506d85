// `reply.page(name, data)`: the only way a page is made. Its data is typed by `Pages`.
import { join } from 'node:path'
import fastifyView from '@fastify/view'
import { Eta } from 'eta'
import type { FastifyReply } from 'fastify'
import { listGroupsWith } from '#src/domain/organisers.ts'
import { renderMarkdown } from '#src/lib/markdown.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import type { Pages, Site } from '../pages.ts'
import { hrefFor, withLanguage } from './locale.ts'
import { strict } from './strict.ts'

const VIEWS = join(import.meta.dirname, '../../../views')

declare module 'fastify' {
  interface FastifyReply {
    page<Name extends keyof Pages>(name: Name, data: Pages[Name]): FastifyReply
  }
}

export interface ViewOptions {
  asset: (file: string) => string
  /** Tests: reading a key that a view was not given throws. */
  strictViews: boolean
  onPage?: ((name: string) => void) | undefined
}

export function viewsPlugin(app: App, deps: Deps, { asset, strictViews, onPage }: ViewOptions): void {
  const eta = new Eta({ views: VIEWS, cache: true, autoTrim: false })
  findOnce(eta)
  if (strictViews) makeStrict(eta)
  app.register(fastifyView, { engine: { eta }, root: VIEWS, viewExt: 'eta', production: true })
  app.decorateReply('page', function (this: FastifyReply, name, data) {
    onPage?.(name)
    const model = { ...siteOf(this, deps, asset), markdown: renderMarkdown, jsonLd, ...data }
    this.type('text/html; charset=utf-8')
    if (!this.hasHeader('cache-control')) this.header('cache-control', 'no-cache')
    // A page says to who is signed in that they are.
    this.header('vary', 'Accept-Language, Accept-Encoding, Cookie')
    return this.view(name, model)
  })
}

/** Every view of the web is named from the root, so a name always means the same file; Eta would work that out for each part of a page. */
function findOnce(eta: Eta): void {
  const { resolvePath } = eta
  if (!resolvePath) return
  const known = new Map<string, string>()
  eta.resolvePath = (name, options) => {
    const path = known.get(name) ?? resolvePath.call(eta, name, options)
    known.set(name, path)
    return path
  }
}

/** For tests. The plugin copies what a page is given, so strictness begins behind it; partials get parts of that. */
function makeStrict(eta: Eta): void {
  const { render } = eta
  eta.render = (name, data, meta) => {
    const isPage = typeof name === 'string' && !name.startsWith('/')
    return render.call(eta, name, isPage ? strict(data, name.replace('.eta', '')) : data, meta)
  }
}

function siteOf({ request }: FastifyReply, { config, clock, db }: Deps, asset: ViewOptions['asset']): Site {
  const { t, f, locale } = request
  const [url = '/'] = request.url.split('?')
  return {
    t,
    f,
    locale,
    paths,
    href: path => hrefFor(request, path),
    asset,
    url,
    otherLanguageUrl: withLanguage(request.method === 'GET' ? request.url : url, t.otherLanguage.locale),
    baseUrl: config.baseUrl,
    isDemo: config.isDemo,
    organiser: request.organiser,
    seesMails: url.startsWith(paths.console.home()) && mayMail(db, request.organiser),
    now: clock.now(),
  }
}

function mayMail(db: Deps['db'], organiser: Site['organiser']): boolean {
  return organiser !== null && listGroupsWith(db, organiser, 'organiser').length > 0
}

/** Structured data for a `<script type="application/ld+json">`: data, never code, whatever a title holds. */
function jsonLd(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}
