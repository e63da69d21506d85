// What mail security does with a mail before its reader sees it: every address in it is fetched, with HEAD and with GET,
// redirects and all, and opened in a browser that runs scripts and waits.
import type { BrowserContext } from 'playwright-core'
import PostalMime from 'postal-mime'
import { findProperty, readCalendar, textOf } from './icalendar.ts'

const URLS = /\b(?:https?|webcal):\/\/[^\s<>"]+/g

/** Every address in a mail, once: of both bodies, of the headers, and of the calendars it carries. */
export async function linksIn(raw: Uint8Array): Promise<string[]> {
  const { text = '', html = '', headers, attachments } = await PostalMime.parse(raw)
  const calendars = attachments
    .filter(({ mimeType }) => /calendar|ics/.test(mimeType))
    .flatMap(({ content }) => calendarTexts(typeof content === 'string' ? content : new TextDecoder().decode(content)))
  const attributes = [...html.matchAll(/\s(?:href|src|action|background)="([^"]*)"/g)].map(([, value = '']) =>
    value.replaceAll('&amp;', '&').replaceAll('&#39;', "'"),
  )
  const all = [text, ...headers.map(({ value }) => value), ...calendars].flatMap(part => part.match(URLS) ?? [])
  return [...new Set([...all, ...attributes])].filter(link => !link.startsWith('#'))
}

function calendarTexts(content: string): string[] {
  return readCalendar(content)
    .components.filter(({ name }) => name === 'VEVENT')
    .flatMap(event => ['URL', 'LOCATION', 'CONFERENCE', 'DESCRIPTION'].flatMap(name => findProperty(event, name) ?? []))
    .map(property => (/^(URL|CONFERENCE)$/.test(property.name) ? property.value : textOf(property)))
}

export interface Visit {
  method: string
  url: string
  status: number
  type: string
  cookies: string[]
}

const MOST_REDIRECTS = 5

/** Asks for an address and for wherever it leads. */
export async function fetchLink(method: string, url: string, hops = 0): Promise<Visit[]> {
  const headers = { 'user-agent': 'Mozilla/5.0 (compatible; mail gateway)', accept: '*/*' }
  const response = await fetch(url, { method, headers, redirect: 'manual' })
  await response.arrayBuffer()
  const visit = {
    method,
    url,
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    cookies: response.headers.getSetCookie(),
  }
  const location = response.headers.get('location')
  if (!location) return [visit]
  if (hops === MOST_REDIRECTS) throw new Error(`${url} leads nowhere`)
  return [visit, ...(await fetchLink(method === 'HEAD' ? 'HEAD' : 'GET', new URL(location, url).href, hops + 1))]
}

/** Everything that a gateway fetches of a mail. */
export async function fetchLinks(links: string[]): Promise<Visit[]> {
  const visits: Visit[] = []
  for (const link of links) for (const method of ['HEAD', 'GET']) visits.push(...(await fetchLink(method, link)))
  return visits
}

/** Opens every address with scripts on, and lets five minutes pass on the pages' own clock. */
export async function browseLinks(context: BrowserContext, links: string[]): Promise<void> {
  await context.clock.install()
  const pages = await Promise.all(
    links.map(async link => {
      const page = await context.newPage()
      // A calendar is no page: the browser saves it.
      await page.goto(link).catch(error => {
        if (!/Download is starting|ERR_ABORTED/.test(String(error))) throw error
      })
      return page
    }),
  )
  await context.clock.runFor('05:00')
  await Promise.all(pages.map(page => page.waitForLoadState('networkidle')))
}
