// The visitor's language: a link's `?lang=`, else what the browser prefers, else the installation's.
import type { FastifyRequest } from 'fastify'
import { type Formats, formatsIn } from '#src/i18n/dates.ts'
import { isLocale, type Locale, type Messages, messagesIn, preferredLocale } from '#src/i18n/index.ts'
import type { App, Deps } from '../deps.ts'

declare module 'fastify' {
  interface FastifyRequest {
    locale: Locale
    /** The language was chosen by a link, so our own links carry it on. */
    choseLocale: boolean
    t: Messages
    f: Formats
  }
}

export function localePlugin(app: App, { config }: Deps): void {
  app.decorateRequest('locale', config.locale)
  app.decorateRequest('choseLocale', false)
  app.decorateRequest('t')
  app.decorateRequest('f')
  app.addHook('onRequest', async request => {
    const { lang } = request.query as { lang?: unknown }
    request.choseLocale = isLocale(lang)
    const locale = isLocale(lang) ? lang : (preferredLocale(request.headers['accept-language']) ?? config.locale)
    speak(request, locale, config.timeZone)
  })
}

/** From here on the request is answered in this language. */
export function speak(request: FastifyRequest, locale: Locale, timeZone: string): void {
  request.locale = locale
  request.t = messagesIn(locale)
  request.f = formatsIn(locale, timeZone)
}

/** A path of ours that keeps the language the visitor chose by link: for links, forms and redirects alike. */
export function hrefFor({ choseLocale, locale }: FastifyRequest, path: string): string {
  return choseLocale ? withLanguage(path, locale) : path
}

export function withLanguage(path: string, locale: string): string {
  // Not every path that somebody can ask for is an address: '//[' is none.
  const url = URL.parse(path, 'http://here') ?? new URL('http://here')
  url.searchParams.set('lang', locale)
  return url.pathname + url.search + url.hash
}
