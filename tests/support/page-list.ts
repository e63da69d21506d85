// Every GET route of the app, as pages to open in a browser. A route that answers with no page of its own is named here;
// one that is neither named nor given an address is reported as missing, so that a new page cannot escape.
import { askedPages } from './asked.ts'
import { type Address, findNext } from './pages/address.ts'
import { certified } from './pages/certificates.ts'
import { consolePages } from './pages/console.ts'
import { contributing } from './pages/contributors.ts'
import { circles } from './pages/enrolments.ts'
import { collections, eventStates } from './pages/events.ts'
import { feedback } from './pages/feedback.ts'
import { letters } from './pages/letters.ts'
import { mailed } from './pages/mailings.ts'
import { afterwards } from './pages/materials.ts'
import { personal } from './pages/personal.ts'
import { answered, inPerson } from './pages/registrations.ts'
import { choosing, programmes } from './pages/workshops.ts'
import type { Site } from './site.ts'

const NO_PAGE = [
  /\.(ics|css|csv|xlsx|pdf|atom|xml|txt|html|json)$/,
  /^\/static\//,
  /^\/(healthz|readyz|metrics)$/,
  /\/check-ins$/,
  /^\/(events|series)\/:slug\/registrations$/,
  /^\/(covers|materials)\/:file$/,
]
/** Addresses of forms, opened by hand: they lead back to the page the form stands on. */
const REDIRECTS = [
  /^\/registrations\/:token\/(changes|choices|confirmation|cancellation|place|return|reminders)$/,
  /^\/my\/:token\/(feed|reminders)$/,
  /^\/enrolments\/:token\/(changes|invites|cancellation)$/,
  /^\/invited\/:token\/refusal$/,
  /^\/questions\/:id\/(recognition|recognition\/removal|followers)$/,
]

export function pagesOf(site: Site): { pages: [name: string, path: string][]; missing: string[] } {
  const known = addresses(site)
  const gets = site.routes
    .filter(({ method, url }) => method === 'GET' && ![...NO_PAGE, ...REDIRECTS].some(pattern => pattern.test(url)))
    .map(({ url }) => url)
  const missing = gets.filter(url => url.includes(':') && !known.some(([route]) => route === url))
  const plain = gets.filter(url => !url.includes(':')).map((url): [string, string] => [url, url])
  return {
    pages: [
      ...plain,
      ...known.map(([route, path, state]): [string, string] => [`${route}${state ? ` (${state})` : ''}`, path]),
    ],
    missing,
  }
}

function addresses(site: Site): Address[] {
  return [
    ...eventStates(site),
    ...personal(site),
    ...collections(),
    ...consolePages(site),
    ...inPerson(site),
    ...answered(site),
    ...contributing(site),
    ...mailed(site),
    ...certified(site),
    ...choosing(site),
    ...programmes(site),
    ...feedback(site),
    ...askedPages(site, findNext(site.db, site.clock.now())),
    ...afterwards(site),
    ...circles(site),
    ...letters(site),
    ['/', '/?q=xyzzy', 'nothing found'],
    ['/', '/nergens', '404'],
    ['/', '/?lang=en', 'English'],
  ]
}
