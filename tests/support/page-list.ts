// Every GET route of the app, as pages to open in a browser. A route that answers with no page of its own is named here;
// one that is neither named nor given an address is reported as missing, so that a new page cannot escape.
import { and, asc, eq, isNull } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { DATA_KINDS } from '#db/personal-data.ts'
import { bulletinItems, bulletins, events, messages, registrations, subscriptionRequests } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proofOf, requestAddress } from '#src/domain/addresses.ts'
import { announce, countInterested } from '#src/domain/announcements.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { editBulletin } from '#src/domain/bulletin-edits.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import { type Bulletin, findBulletin } from '#src/domain/bulletins.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { writeNote } from '#src/domain/corrections.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { enrol, leave } from '#src/domain/enrolling.ts'
import { listEnrolled } from '#src/domain/enrolments.ts'
import { type Event, listSessions, type Session } from '#src/domain/events.ts'
import { type Group, listGroups } from '#src/domain/groups.ts'
import { invite, revoke } from '#src/domain/invitations.ts'
import { addInvitees, listInvitees, refuseInvitation } from '#src/domain/invitees.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { countReaders } from '#src/domain/readers.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { createSeries, getSeries, type Series } from '#src/domain/series.ts'
import { createSignIn } from '#src/domain/sign-ins.ts'
import { recallBulletin, releaseBulletin } from '#src/domain/spreading.ts'
import { stopAllReminders } from '#src/domain/stopping.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { setWishes } from '#src/domain/subscriptions.ts'
import { beginSweep, countGone, endSweep } from '#src/domain/sweeps.ts'
import { answerAll } from './answered.ts'
import { askedPages } from './asked.ts'
import { forgetName, makeCertified } from './certified.ts'
import { layFeedbackStates } from './feedback.ts'
import { layHarvest } from './harvested.ts'
import { letterWish, subscribe } from './letters.ts'
import { layMailings, makeNearEvent } from './mailed.ts'
import { chooseAs, makeLongConference } from './programmes.ts'
import { findExample, ORGANISER, type Site } from './site.ts'
import { makeChooser, makeConference, wish } from './workshops.ts'
import { makeContributor } from './world.ts'

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

/** What comes after an event: nothing yet, all there can be, and the mails about it. */
function afterwards(site: Site): Address[] {
  const { past, coming, empty, mailing } = layHarvest(site)
  return [
    ['/events/:slug', `/events/${past.slug}`, 'with all that is kept of it'],
    ['/archive', '/archive?kept=recording&year=2026', 'of a year, with a recording'],
    ['/archive', '/archive?kept=recording&year=2010', 'nothing found'],
    ['/console/events/:id/materials', `/console/events/${empty.id}/materials`, 'empty'],
    ['/console/events/:id/materials', `/console/events/${past.id}/materials?done=added`, 'full'],
    ['/console/events/:id/materials', `/console/events/${coming.id}/materials?done=scheduled`, 'before it begins'],
    ['/console/mailings/:id', `/console/mailings/${mailing.id}`, 'follow-up'],
    ['/console/mailings/:id/edit', `/console/mailings/${mailing.id}/edit`, 'follow-up'],
  ]
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

/** Who chose workshops, who waits for one and who for the event, before and after the last day; and where places are given by lot. */
function choosing({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const byLot = { slug: 'op-voorkeur', allocation: 'by_preference', choicesUntil: '2026-12-01T23:59' } as const
  const { event: lot, rounds: lots } = makeConference(
    db,
    [
      [2, 1],
      [3, null],
    ],
    byLot,
    now,
  )
  const full = {
    slug: 'vol',
    capacityInPerson: 2,
    title: 'Een lange dag met workshops over alles waar we dit jaar aan werkten',
  }
  const { event, rounds } = makeConference(db, [[1, 1], [1]], full, now)
  const late = { slug: 'te-laat', choicesUntil: '2026-11-20T12:00' }
  const { event: over } = makeConference(db, [[1, 1]], late, now)
  const wishes = [wish(1, rounds[0]?.[0], rounds[0]?.[1])]
  const [first, second, waiting] = ['Anna', 'Bram', 'Cees'].map(name => makeChooser(db, event, name, wishes, {}, now))
  const inLot = makeChooser(db, lot, 'Dora', [wish(1, lots[0]?.[0], lots[0]?.[1])], {}, now)
  const inLate = makeChooser(db, over, 'Els', [], {}, now)
  const own = (registration: Registration | undefined, state: string): Address => {
    const token = tokens.sign('registration', { id: registration?.id ?? 0, version: 1 })
    return ['/registrations/:token', `/registrations/${token}`, state]
  }
  const answer = tokens.seal({ email: 'zoe@example.org', status: 'confirmed', colleague: null })
  return [
    own(first, 'with a workshop'),
    own(second, 'with a second choice'),
    own(waiting, 'waits, and chose'),
    own(inLot, 'places by lot'),
    own(inLate, 'chose nothing in time'),
    ['/events/:slug', '/events/op-voorkeur', 'places by lot'],
    ['/events/:slug', '/events/vol', 'workshops full'],
    ['/events/:slug', '/events/te-laat', 'choosing over'],
    ['/events/:slug/registered', `/events/vol/registered?v=${answer}`, 'chose'],
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

/** What people thought of it, in every state of its pages. */
function feedback(site: Site): Address[] {
  const { public: own, recent, few, full, none, next } = layFeedbackStates(site)
  const page = ({ id }: Event, state: string): Address => [
    '/console/events/:id/feedback',
    `/console/events/${id}/feedback`,
    state,
  ]
  const questions = ({ id }: Event, state: string): Address => [
    '/console/events/:id/feedback/questions',
    `/console/events/${id}/feedback/questions?saved=1`,
    state,
  ]
  return [
    ...Object.entries(own).map(([state, path]): Address => ['/feedback/:token', path, state]),
    page(recent, 'results'),
    page(few, 'too few'),
    page(full, 'long'),
    page(none, 'nobody'),
    page(next, 'early'),
    questions(next, 'of the series'),
    questions(full, 'answered'),
    questions(none, 'every kind'),
    ['/console/series/:slug/feedback', '/console/series/eerste-donderdag/feedback?saved=1'],
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

/** A programme with people in it, one that has yet to be made, and one in which everything is long. */
function programmes({ db, clock }: Site): Address[] {
  const list = db.select().from(events).orderBy(asc(events.startsAt)).all()
  const conference = list.find(({ slug }) => slug.startsWith('dag-van-de-werkplaatsen')) as Event
  const parts = listSessions(db, conference.id).filter(({ kind }) => kind === 'workshop')
  const [first, second] = parts as [Session, Session]
  for (const name of ['Wim Workshop', 'Wilma Workshop']) chooseAs(db, conference, name, [second.title, first.title])
  const long = makeLongConference(db, listGroups(db)[0] as Group)
  const off = listSessions(db, long.id).find(({ cancelledAt }) => cancelledAt)
  const empty = findNext(db, clock.now())
  return [
    ['/events/:slug/programme', `/events/${conference.slug}/programme`],
    ['/events/:slug/programme', `/events/${long.slug}/programme`, 'long'],
    ['/events/:slug/programme', `/events/${empty.slug}/programme`, 'empty'],
    ['/console/events/:id/programme', `/console/events/${conference.id}/programme?done=added&after=${second.id}`],
    ['/console/events/:id/programme', `/console/events/${long.id}/programme`, 'long'],
    ['/console/events/:id/programme', `/console/events/${empty.id}/programme`, 'empty'],
    ['/console/sessions/:id', `/console/sessions/${second.id}`, 'chosen'],
    ['/console/sessions/:id', `/console/sessions/${parts.at(-1)?.id}`],
    ['/console/sessions/:id', `/console/sessions/${off?.id}`, 'cancelled'],
    ['/console/events/:id/workshop-lists', `/console/events/${conference.id}/workshop-lists`],
    ['/console/events/:id/workshop-lists', `/console/events/${long.id}/workshop-lists`, 'long'],
    ['/console/events/:id/workshop-lists', `/console/events/${empty.id}/workshop-lists`, 'empty'],
  ]
}

/** Who was at a day of parts and workshops has a certificate, and others may check it; who was not seen has none. */
function certified({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const { event, zoe, daan, left } = makeCertified(db, findNext(db, now).groupId, now)
  writeNow(db, tx => forgetName(tx, left))
  const own = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${tokens.sign('registration', { id, version })}`
  const check = ({ id }: Registration) => `/certificates/${tokens.number('certificate', id)}`
  const my = tokens.sign('my', { id: zoe.personId, version: 1 })
  return [
    ['/registrations/:token', own(zoe), 'certificate'],
    ['/registrations/:token', own(daan), 'no certificate'],
    ['/my/:token', `/my/${my}`, 'certificate'],
    ['/certificates/:number', check(zoe)],
    ['/certificates/:number', check(daan), 'not now'],
    ['/certificates/:number', check(left), '410'],
    ['/certificates/:number', '/certificates/2F-7KQ4-M2XA-9TPC-HB6R', '404'],
    ['/console/events/:id/certificates', `/console/events/${event.id}/certificates?saved=1`],
    ['/console/events/:id/certificates', `/console/events/${findNext(db, now).id}/certificates`, 'coming'],
  ]
}

/** A fixed group in every state: open, full, closed and over; who takes part, waits and left; and who was there when. */
function circles({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const found = getSeries(db, 'leerkring-samen-leren')
  const lay = (slug: string, values: Partial<Series>) => {
    const { id: _, ...same } = found
    const made = writeNow(db, tx => createSeries(tx, { ...same, ...values, slug }))
    const path = `/series/${slug}`
    const event = {
      groupId: made.groupId,
      kind: 'learning_circle',
      timeZone: 'Europe/Amsterdam',
      durationMinutes: 90,
    } as const
    writeNow(db, tx => {
      const day = { localStart: '2027-01-12T15:30', title: `Bijeenkomst van ${slug}` }
      const draft = createEvent(tx, { ...event, ...day, attendance: 'online', seriesId: made.id }, now)
      publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
    })
    return { made, path }
  }
  const full = lay('volle-kring', { title: 'Volle kring', enrolmentCapacity: 1 })
  const closed = lay('besloten-kring', { title: 'Besloten kring', isClosedList: true })
  const over = lay('voorbije-kring', { title: 'Voorbije kring', enrolmentUntil: '2026-01-01' })
  const person = {
    organisation: 'Buurthuis',
    role: 'resident',
    attendance: 'online',
    accessNeeds: '',
    locale: 'nl',
  } as const
  const join = (name: string) => {
    const email = `${name.toLowerCase()}@example.org`
    return writeNow(db, tx => enrol(tx, full.made, { ...person, name, email, wantsInvites: false }, now))
  }
  const [waits, left] = [join('Kringlid'), join('Wachter'), join('Vertrokken')].slice(1)
  writeNow(db, tx => left && leave(tx, left, 'attendee', now))
  const own = ({ id, linkVersion: version } = { id: 0, linkVersion: 0 }) =>
    `/enrolments/${tokens.sign('enrolment', { id, version })}`
  const [first] = listEnrolled(db, found, 'confirmed')
  const event = db.select().from(events).where(eq(events.seriesId, found.id)).get() as Event
  const answer = tokens.seal({ email: 'zoe@gmial.com', status: 'waitlisted', colleague: null })
  return [
    ['/series/:slug', `/series/${found.slug}`, 'fixed group'],
    ['/series/:slug', full.path, 'full group'],
    ['/series/:slug', closed.path, 'closed list'],
    ['/series/:slug', over.path, 'no joining any more'],
    ['/series/:slug/registered', `${full.path}/registered?v=${answer}`],
    ['/enrolments/:token', `${own(first)}?saved=1`],
    ['/enrolments/:token', own(waits), 'waiting'],
    ['/enrolments/:token', own(left), 'left'],
    ['/events/:slug', `/events/${event.slug}`, 'of a fixed group'],
    ['/console/series/:slug/enrolments', `/console${full.path}/enrolments?done=added`],
    ['/console/series/:slug/enrolments', `/console/series/${found.slug}/enrolments`, 'fixed group'],
    ['/console/series/:slug/enrolments', '/console/series/netwerkbijeenkomst/enrolments', 'off'],
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
  const other = otherLetters(site, top)
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
    ...other,
    ['/console/events/:id/announcement', `/console/events/${event.id}/announcement`],
    ['/console/events/:id/announcement', `/console/events/${told.event.id}/announcement`, 'announced'],
  ]
}

/** Who gets nothing any more; a newsletter that was called back, one in which all is long, one with nothing in it. */
function otherLetters({ db, clock, tokens }: Site, top: Group): Address[] {
  const now = clock.now()
  const stopped = subscribe(db, 'gestopt@example.org', [letterWish('newsletter', `g${top.id}`)], now)
  const by = { timeZone: 'Europe/Amsterdam', organiserId: 1 }
  const [recalled, long, empty] = writeNow(db, tx => {
    setWishes(tx, stopped, [], now)
    const [first, second, third] = listGroups(tx).filter(({ id }) => id !== top.id)
    if (!first || !second || !third) throw new Error('there are too few groups')
    const made = composeNow(tx, first, by, now)
    tx.update(bulletins).set({ releasedAt: now, recipients: 3, spreadAt: now }).where(eq(bulletins.id, made.id)).run()
    const out = findBulletin(tx, made.id) as Bulletin
    recallBulletin(tx, out, { id: 1 }, now)
    const texts = {
      subject: 'Samenwerkingsovereenkomsten'.repeat(5),
      intro: `${'Lange woorden. '.repeat(90)}\n\nEn nog een.`,
    }
    const wordy = composeNow(tx, second, by, now)
    editBulletin(tx, wordy, texts, { organiserId: 1, revision: wordy.revision }, now)
    const bare = composeNow(tx, third, by, now)
    tx.delete(bulletinItems).where(eq(bulletinItems.bulletinId, bare.id)).run()
    return [made, wordy, bare]
  })
  return [
    [
      '/subscriptions/:token',
      `/subscriptions/${tokens.sign('subscription', { id: stopped.id, version: 1 })}`,
      'stopped',
    ],
    ['/console/bulletins/:id', `/console/bulletins/${recalled?.id}`, 'recalled'],
    ['/console/bulletins/:id', `/console/bulletins/${long?.id}?done=saved`, 'long'],
    ['/console/bulletins/:id', `/console/bulletins/${empty?.id}`, 'nothing in it'],
    ['/console/bulletins', '/console/bulletins?saved=1', 'saved'],
    ['/newsletter/archive', '/newsletter/archive?before=1', 'empty'],
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
