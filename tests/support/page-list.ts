// Every GET route of the app, as pages to open in a browser. A route that answers with no page of its own is named here;
// one that is neither named nor given an address is reported as missing, so that a new page cannot escape.
import { and, asc, eq, isNull } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { DATA_KINDS } from '#db/personal-data.ts'
import { bulletins, events, messages, registrations, subscriptionRequests } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proofOf, requestAddress } from '#src/domain/addresses.ts'
import { announce, countInterested } from '#src/domain/announcements.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { writeNote } from '#src/domain/corrections.ts'
import { createEvent } from '#src/domain/drafts.ts'
import type { Event } from '#src/domain/events.ts'
import { listGroups } from '#src/domain/groups.ts'
import { invite, revoke } from '#src/domain/invitations.ts'
import { addInvitees, listInvitees, refuseInvitation } from '#src/domain/invitees.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { countReaders } from '#src/domain/readers.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { createSignIn } from '#src/domain/sign-ins.ts'
import { releaseBulletin } from '#src/domain/spreading.ts'
import { stopAllReminders } from '#src/domain/stopping.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { beginSweep, countGone, endSweep } from '#src/domain/sweeps.ts'
import { answerAll } from './answered.ts'
import { subscribe, wish } from './letters.ts'
import { layMailings, makeNearEvent } from './mailed.ts'
import { findExample, ORGANISER, type Site } from './site.ts'
import { makeContributor } from './world.ts'

const NO_PAGE = [
  /\.(ics|css|csv|xlsx|atom|xml|txt|html|json)$/,
  /^\/static\//,
  /^\/(healthz|readyz|metrics)$/,
  /\/check-ins$/,
  /^\/events\/:slug\/registrations$/,
  /^\/covers\/:file$/,
]
/** Addresses of forms, opened by hand: they lead back to the page the form stands on. */
const REDIRECTS = [
  /^\/registrations\/:token\/(changes|confirmation|cancellation|place|return|reminders)$/,
  /^\/my\/:token\/(feed|reminders)$/,
  /^\/invited\/:token\/refusal$/,
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

type Address = [route: string, path: string, state?: string]

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
    ...letters(site),
    ['/', '/?q=xyzzy', 'nothing found'],
    ['/', '/nergens', '404'],
    ['/', '/?lang=en', 'English'],
  ]
}

function eventStates(site: Site): Address[] {
  const { db, clock } = site
  const now = clock.now()
  const byDate = db.select().from(events).orderBy(asc(events.startsAt)).all()
  const find = (state: string, test: (event: Event) => boolean): Address => {
    const event = byDate.find(test)
    if (!event) throw new Error(`the example has no event that is ${state}`)
    return ['/events/:slug', `/events/${event.slug}`, state]
  }
  const isComing = (event: Event) => Temporal.Instant.compare(event.startsAt, now) > 0
  const webinars = byDate.filter(event => event.kind === 'webinar' && isComing(event))
  const last = webinars.at(-1) as Event
  writeNow(db, tx => cancelEvent(tx, last, 'De spreker is ziek.', { organiserId: null, revision: last.revision }, now))
  return [
    find('open', event => event.id === webinars[0]?.id),
    find('full', event => event.id === webinars[1]?.id),
    find('nearly full', event => event.id === webinars[2]?.id),
    find('moved', event => event.movedAt !== null),
    ['/events/:slug', `/events/${last.slug}`, 'cancelled'],
    find('past', event => !isComing(event)),
    find('hybrid', event => event.attendance === 'hybrid' && isComing(event)),
    find('conference', event => event.kind === 'conference'),
  ]
}

function personal(site: Site): Address[] {
  const { db, clock, tokens } = site
  const now = clock.now()
  const confirmed = findExample(site, 'confirmed')
  const waiting = findExample(site, 'waitlisted')
  writeNow(db, tx => {
    requestAddress(tx, confirmed.registration, 'nieuw@example.org', now)
    stopAllReminders(tx, confirmed.person.id, now)
  })
  const token = (purpose: 'registration' | 'join' | 'unsubscribe' | 'check-in', { registration } = confirmed) =>
    tokens.sign(purpose, { id: registration.id, version: 1 })
  const mine = tokens.sign('my', { id: confirmed.person.id, version: 1 })
  const organiser = findOrganiser(db, ORGANISER)
  const signIn = organiser ? writeNow(db, tx => createSignIn(tx, organiser, now)) : ''
  const answer = tokens.seal({
    email: 'zoe@gmial.com',
    status: 'confirmed',
    colleague: { email: 'collega@example.org', status: 'waitlisted' },
  })
  return [
    ['/registrations/:token', `/registrations/${token('registration')}`],
    ['/registrations/:token', `/registrations/${token('registration', waiting)}`, 'waiting'],
    ['/join/:token', `/join/${token('join')}`],
    ['/invited/:token', `/invited/${askedToCome(site, confirmed.event)}`],
    ['/check-in/:token', `/check-in/${token('check-in')}`],
    ['/check-in/:token', `/check-in/${token('check-in', waiting)}`, 'waiting'],
    ['/unsubscribe/:token', `/unsubscribe/${token('unsubscribe')}`],
    ['/unsubscribe/:token', `/unsubscribe/${tokens.sign('reminders', { id: confirmed.person.id, version: 1 })}`, 'all'],
    ['/unsubscribe/:token', `/unsubscribe/${tokens.sign('summaries', { id: 1, version: 1 })}`, 'summaries'],
    ['/addresses/:token', `/addresses/${tokens.seal(proofOf(confirmed.registration, 'nieuw@example.org'))}`],
    ...['', '/data', '/erasure'].map((page): Address => [`/my/:token${page}`, `/my/${mine}${page}`]),
    ['/sign-in/:token', `/sign-in/${signIn}`],
    ['/sign-in/:token', `/sign-in/${'x'.repeat(43)}`, 'used'],
    ['/sign-in', '/sign-in?joined=1', 'joined'],
    ...invited(site),
    ['/events/:slug/registered', `/events/${confirmed.event.slug}/registered?v=${answer}`],
  ]
}

/** Invitations to help organise: open to somebody new, and one that was taken back. */
function invited({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const organiser = findOrganiser(db, ORGANISER)
  if (!organiser) return []
  const ask = (email: string) => ({ email, right: 'organiser', locale: 'nl' }) as const
  const [open, gone] = writeNow(db, tx => {
    const list = ['nieuw@example.org', 'toch-niet@example.org'].map(email =>
      invite(tx, organiser, 'noord', ask(email), now),
    )
    revoke(tx, organiser, 'noord', list[1]?.id ?? 0, now)
    return list
  })
  const path = (id = 0) => `/invitations/${tokens.sign('invitation', { id, version: 1 })}`
  return [
    ['/invitations/:token', path(open?.id)],
    ['/invitations/:token', path(gone?.id), 'used'],
  ]
}

/** Somebody is asked to an event for invited people only, and has said no. */
function askedToCome({ db, clock, tokens }: Site, event: Event): string {
  const gast = { email: 'gast@example.org', name: 'Gast', organisation: 'Buurthuis' }
  const invitee = writeNow(db, tx => {
    addInvitees(tx, event, [gast], 'nl', clock.now())
    const [listed] = listInvitees(tx, event)
    if (!listed) throw new Error('nobody is invited')
    refuseInvitation(tx, listed.invitee, clock.now())
    return listed.invitee
  })
  return tokens.sign('invitee', { id: invitee.id, version: invitee.linkVersion })
}

function collections(): Address[] {
  return [
    ['/groups/:slug', '/groups/noord'],
    ['/series/:slug', '/series/eerste-donderdag'],
    ['/themes/:slug', '/themes/armoede'],
  ]
}

function consolePages({ db, clock }: Site): Address[] {
  const now = clock.now()
  const coming = findNext(db, now)
  const cancelled = db
    .select()
    .from(events)
    .all()
    .find(event => event.cancelledAt) as Event
  const draft = writeNow(db, tx =>
    createEvent(
      tx,
      {
        groupId: coming.groupId,
        kind: 'webinar',
        timeZone: 'Europe/Amsterdam',
        durationMinutes: 60,
        attendance: 'online',
        title: 'Een concept',
        localStart: '2027-12-02T12:00',
      },
      now,
    ),
  )
  writeNow(db, tx =>
    enqueue(tx, { key: 'test:page', kind: 'test', toAddress: ORGANISER, locale: 'nl', eventId: coming.id }, now),
  )
  const message = db.select().from(messages).where(eq(messages.eventId, coming.id)).get()
  return [
    ['/console/groups/:slug', '/console/groups/noord'],
    ['/console/groups/:slug/new', '/console/groups/noord/new'],
    ['/console/groups/:slug/members', '/console/groups/noord/members'],
    ['/console/groups/:slug/retention', '/console/groups/noord/retention?saved=1'],
    ['/console/groups/:slug/retention', `/console/groups/${swept(db, now)}/retention`, 'reports'],
    ['/console/groups/:slug/handover', '/console/groups/noord/handover'],
    ['/console/series/:slug/handover', '/console/series/eerste-donderdag/handover'],
    ['/console/groups/:slug/mails', '/console/groups/noord/mails'],
    ['/console/groups/:slug/mails/:locale/:kind', '/console/groups/noord/mails/nl/confirmed'],
    ['/console/groups/:slug/mails/:locale/:kind', '/console/groups/noord/mails/en/shared?done=saved', 'saved'],
    ['/console/groups/:slug/mails/:locale/:kind/preview', '/console/groups/noord/mails/nl/changed/preview'],
    ['/console/series/:slug', '/console/series/eerste-donderdag'],
    ['/console/series/:slug/planning', '/console/series/eerste-donderdag/planning'],
    ['/console/events/:id', `/console/events/${coming.id}`],
    ['/console/events/:id', `/console/events/${draft.id}`, 'draft'],
    ['/console/events/:id/preview', `/console/events/${draft.id}/preview`],
    ['/console/events/:id/move', `/console/events/${coming.id}/move`],
    ['/console/events/:id/cancellation', `/console/events/${coming.id}/cancellation`],
    ['/console/events/:id/reinstatement', `/console/events/${cancelled.id}/reinstatement`],
    ['/console/series/:slug/run-sheet', '/console/series/eerste-donderdag/run-sheet'],
    ['/console/events/:id/run-sheet', `/console/events/${coming.id}/run-sheet`],
    ['/console/events/:id/run-sheet', `/console/events/${draft.id}/run-sheet`, 'draft'],
    ['/console/events/:id/run-sheet', `/console/events/${cancelled.id}/run-sheet`, 'cancelled'],
    ['/console/events/:id/registrations', `/console/events/${coming.id}/registrations`],
    ...peoplePages(db, coming, now),
    ['/console/events/:id/people-import', `/console/events/${coming.id}/people-import`],
    ['/console/events/:id/attendance-report', `/console/events/${coming.id}/attendance-report?recorded=3`],
    ['/console/import', '/console/import?past=3&coming=2', 'laid'],
    ['/console/events/:id/invitees', `/console/events/${coming.id}/invitees?added=2`],
    ['/console/events/:id/invitees', `/console/events/${draft.id}/invitees`, 'empty'],
    ['/console/events/:id/check-in', `/console/events/${coming.id}/check-in`],
    ['/console/events/:id/attendance-list', `/console/events/${coming.id}/attendance-list`],
    ['/console/events/:id/badges', `/console/events/${coming.id}/badges`],
    ['/console/outbox/:id', `/console/outbox/${message?.id}`],
    ['/console/events/:id/reach', `/console/events/${coming.id}/reach`],
    ['/console/reach', '/console/reach?year=2026&group=noord', 'of a group'],
    ['/console/reach', '/console/reach?year=2031', 'nothing'],
    ['/console/events/:id/history', `/console/events/${coming.id}/history`],
    ['/console/groups/:slug/history', '/console/groups/noord/history'],
  ]
}

/** A group at the top in which much has gone by itself, the last two nights. */
function swept(db: Site['db'], now: Temporal.Instant): string {
  const list = listGroups(db)
  const top = list.find(({ parentId }) => parentId === null) ?? list[0]
  if (!top) throw new Error('there is no group')
  writeNow(db, tx => {
    for (const nights of [2, 1]) {
      const sweep = beginSweep(tx, now.subtract({ hours: 24 * nights }))
      const gone = DATA_KINDS.map((kind, index) => ({ kind, groupId: top.id, total: 1 + 37 * index }))
      countGone(tx, sweep, nights === 1 ? gone : gone.slice(0, 2))
      endSweep(tx, sweep, '', now)
    }
  })
  return top.slug
}

/** Somebody who stands on the list twice, once without an address. */
function peoplePages(db: Site['db'], event: Event, now: Temporal.Instant): Address[] {
  const [first] = listAttendees(db, event, { status: 'confirmed' }, { limit: 1 })
  if (!first) throw new Error('nobody is on the list')
  const { name, organisation, role, attendance, locale } = first.registration
  const again = { name, organisation, role, attendance, locale, email: null, accessNeeds: 'Een plaats vooraan.' }
  const other = writeNow(db, tx => {
    writeNote(tx, first.registration, 'Belde: komt met de trein, en is er misschien iets later.')
    return register(tx, event, again, now)
  })
  const { id } = first.registration
  return [
    ['/console/registrations/:id', `/console/registrations/${id}`],
    ['/console/registrations/:id', `/console/registrations/${other.id}?done=note`, 'no address'],
    ['/console/events/:id/doubles', `/console/events/${event.id}/doubles`],
    ['/console/registrations/:id/merge', `/console/registrations/${id}/merge?other=${other.id}`],
    ['/console/events/:id/registrations', `/console/events/${event.id}/registrations?mark=note&order=name`, 'narrowed'],
    ['/console/events/:id/registrations', `/console/events/${event.id}/registrations?q=xyzzy`, 'nobody'],
  ]
}

/** What only those have who come in person: a code to scan, and a badge. */
function inPerson({ db, clock, tokens }: Site): Address[] {
  const row = db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(eq(registrations.attendance, 'in_person'), eq(registrations.status, 'confirmed')))
    .all()
    .find(({ event }) => Temporal.Instant.compare(event.startsAt, clock.now()) > 0)
  if (!row) throw new Error('nobody comes in person')
  const { registration, event } = row
  const token = tokens.sign('registration', { id: registration.id, version: registration.linkVersion })
  return [
    ['/registrations/:token', `/registrations/${token}`, 'in person'],
    ['/console/events/:id/check-in', `/console/events/${event.id}/check-in`, 'in person'],
    ['/console/events/:id/badges', `/console/events/${event.id}/badges`, 'in person'],
  ]
}

/** After answers and bounces; the list of registrations shows them all. */
function answered(site: Site): Address[] {
  const event = findNext(site.db, site.clock.now())
  const { declined, asked, cancelled, bounced } = answerAll(site, event)
  const own = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${site.tokens.sign('registration', { id, version })}`
  return [
    ['/registrations/:token', own(declined), 'declined'],
    ['/registrations/:token', own(asked), 'asked'],
    ['/registrations/:token', own(cancelled), 'cancelled'],
    ['/console/events/:id/registrations', `/console/events/${event.id}/registrations?status=confirmed`, 'answers'],
    ['/console/outbox/:id', `/console/outbox/${bounced.id}`, 'came back'],
    ['/console/outbox', '/console/outbox?state=back', 'came back'],
  ]
}

/** Mail to participants, in each of its states. */
function mailed(site: Site): Address[] {
  const event = makeNearEvent(site, findNext(site.db, site.clock.now()).groupId)
  const { draft, nobody, scheduled, leaving, recalled, waiting } = layMailings(site, event)
  const page = ({ id }: { id: number }, state: string): Address => [
    '/console/mailings/:id',
    `/console/mailings/${id}`,
    state,
  ]
  return [
    ['/console/events/:id/mailings', `/console/events/${event.id}/mailings`],
    ['/console/events/:id/mailings/new', `/console/events/${event.id}/mailings/new`],
    ['/console/events/:id/urgent', `/console/events/${event.id}/urgent`],
    ['/console/events/:id', `/console/events/${event.id}`, 'near'],
    ['/console/mailings/:id/edit', `/console/mailings/${scheduled.id}/edit`],
    page(draft, 'draft'),
    page(nobody, 'nobody'),
    page(scheduled, 'later'),
    page(leaving, 'left'),
    page(recalled, 'called back'),
    page(waiting, 'waiting'),
  ]
}

/** Who speaks and hosts, in every state that there is; and a draft for which nobody was asked. */
function contributing({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const list = db.select().from(events).where(isNull(events.cancelledAt)).orderBy(asc(events.startsAt)).all()
  const event = list.filter(({ publishedAt }) => publishedAt).at(-1) as Event
  const draft = list.filter(({ publishedAt }) => !publishedAt).at(-1) as Event
  const ask = (values: Parameters<typeof makeContributor>[2]) => makeContributor(db, event, values, now)
  const asked = ask({ name: 'Anna Gevraagd', email: 'anna@example.org' })
  const host = ask({ name: 'Hedda', email: 'hedda@example.org', part: 'host', hasSaidYes: true })
  const unable = ask({ name: 'Nora Nee', email: 'nora@example.org' })
  ask({ name: 'Zonder Adres', email: null })
  writeNow(db, tx => cancelRegistration(tx, unable, 'attendee', now))
  const own = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${tokens.sign('registration', { id, version })}`
  return [
    ['/console/events/:id/contributors', `/console/events/${event.id}/contributors?done=saved`],
    ['/console/events/:id/contributors', `/console/events/${draft.id}/contributors`, 'draft'],
    ['/console/contributors/:id', `/console/contributors/${asked.id}`],
    ['/registrations/:token', own(asked), 'asked to speak'],
    ['/registrations/:token', own(host), 'hosts'],
    ['/registrations/:token', own(unable), 'cannot speak'],
  ]
}

/** Somebody who gets letters, somebody who asked for them; a newsletter that waits, one that went, and an event to announce. */
function letters(site: Site): Address[] {
  const { db, clock, tokens } = site
  const now = clock.now()
  const [top] = listGroups(db).filter(({ parentId }) => parentId === null)
  if (!top) throw new Error('there is no group')
  const both = (['newsletter', 'announcement'] as const).map(letter => wish(letter, `g${top.id}`))
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

function findNext(db: Site['db'], now: Temporal.Instant): Event {
  const list = db.select().from(events).where(isNull(events.cancelledAt)).orderBy(asc(events.startsAt)).all()
  return list.find(event => Temporal.Instant.compare(event.startsAt, now) > 0) as Event
}
