// Every GET route of the app, as pages to open in a browser. A route that answers with no page of its own is named here;
// one that is neither named nor given an address is reported as missing, so that a new page cannot escape.
import { asc } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { bulletins, events, subscriptionRequests } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { announce, countInterested } from '#src/domain/announcements.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import type { Event } from '#src/domain/events.ts'
import { listGroups } from '#src/domain/groups.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { countReaders } from '#src/domain/readers.ts'
import { releaseBulletin } from '#src/domain/spreading.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { askedPages } from './asked.ts'
import { letterWish, subscribe } from './letters.ts'
import { type Address, findNext } from './pages/address.ts'
import { certified } from './pages/certificates.ts'
import { consolePages } from './pages/console.ts'
import { contributing } from './pages/contributors.ts'
import { circles } from './pages/enrolments.ts'
import { collections, eventStates } from './pages/events.ts'
import { feedback } from './pages/feedback.ts'
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

/** Somebody who gets letters, somebody who asked for them; a newsletter that waits, one that went, and an event to announce. */
function letters(site: Site): Address[] {
  const { db, clock, tokens } = site
  const now = clock.now()
  const [top] = listGroups(db).filter(({ parentId }) => parentId === null)
  if (!top) throw new Error('there is no group')
  const both = (['newsletter', 'announcement'] as const).map(letter => letterWish(letter, `g${top.id}`))
  const reader = subscribe(db, 'lezer@example.org', both, now)
  const event = findNext(db, now)
  const [draft, sent, told] = writeNow(db, tx => {
    requestSubscription(tx, { email: 'straks@example.org', locale: 'nl', wishes: both }, now)
    setNewsletter(tx, top, { day: 5, isOn: true, timeZone: 'Europe/Amsterdam', organiserId: 1 }, now)
    const by = { timeZone: 'Europe/Amsterdam', organiserId: 1 }
    const made = composeNow(tx, top, by, now)
    const shown = countReaders(tx, withItems(tx, made), now)
    const out = releaseBulletin(tx, made, { organiserId: 1, revision: made.revision, shown }, now)
    tx.update(bulletins).set({ month: '2026-01', intro: 'Een goed begin van het jaar.' }).run()
    const other = listUnannounced(tx, event, now)
    const announced = announce(
      tx,
      other,
      { also: [], intro: '' },
      { organiserId: 1, shown: countInterested(tx, other, now) },
      now,
    )
    return [composeNow(tx, top, by, now), out, { ...announced, event: other }] as const
  })
  const token = (purpose: 'newsletter' | 'announcements' | 'letters', version = 1) =>
    `/unsubscribe/${tokens.sign(purpose, { id: reader.id, version })}`
  const request = db.select().from(subscriptionRequests).get()
  return [
    ['/newsletter', `/newsletter?group=${top.slug}`, 'ticked'],
    ['/newsletter', '/newsletter?sent=1', 'sent'],
    ['/newsletter/archive/:id', `/newsletter/archive/${sent.id}`],
    [
      '/subscription-proofs/:token',
      `/subscription-proofs/${tokens.sign('subscription-proof', { id: request?.id ?? 0, version: 1 })}`,
    ],
    ['/subscription-proofs/:token', `/subscription-proofs/${'x'.repeat(48)}`, 'used'],
    [
      '/subscriptions/:token',
      `/subscriptions/${tokens.sign('subscription', { id: reader.id, version: 1 })}?done=saved`,
    ],
    ['/unsubscribe/:token', token('newsletter', top.id), 'news'],
    ['/unsubscribe/:token', token('announcements'), 'announcements'],
    ['/unsubscribe/:token', token('letters'), 'letters'],
    ['/console/bulletins/:id', `/console/bulletins/${draft.id}?eyes=g${top.id}&done=composed`, 'draft'],
    ['/console/bulletins/:id', `/console/bulletins/${sent.id}`, 'leaving'],
    ['/console/bulletins/:id', `/console/bulletins/${told.id}`, 'announcement'],
    ['/console/events/:id/announcement', `/console/events/${event.id}/announcement`],
    ['/console/events/:id/announcement', `/console/events/${told.event.id}/announcement`, 'announced'],
  ]
}

/** Another event of which people asked to hear. */
function listUnannounced(tx: Tx, { id }: Event, now: Temporal.Instant): Event {
  const list = tx.select().from(events).orderBy(asc(events.startsAt)).all()
  const found = list.find(event => event.id !== id && countInterested(tx, event, now) > 0)
  if (!found) throw new Error('nothing can be announced')
  return found
}
