// Who does what in the simulation of the national scale: the ground they find, and the streams of their requests.
import type { Db } from '#db/open.ts'
import { groups } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listUpcoming } from '#src/domain/agenda.ts'
import { getGroup } from '#src/domain/groups.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { makeEvent } from '../support/world.ts'
import { OWNER, type Size } from './fill.ts'
import type { Ask, Stream } from './load.ts'
import { BROWSER, CALENDAR } from './pages.ts'
import { registering } from './registrations.ts'
import { NOW } from './servers.ts'

export const NATION: Size = { events: 9000, registrations: 400_000, groups: 300, networks: 15, years: 3 }
export const [CROWD, PLACES] = [5000, 3000]
export const CONFERENCE = 'landelijke-conferentie'
/** Without a limit to its places, for finding out how many can register in a second. */
export const OPEN = 'open-voor-iedereen'
/** So many events are nearly full: their last places go during the run. */
const [FILLING, LEFT] = [20, 15]
const SECONDS = 40
const PER_SECOND = { views: 200, feeds: 20, registrations: 20, console: 2 }

export interface Scene {
  /** Events to come, the first of which are nearly full. */
  slugs: string[]
  groupSlugs: string[]
  session: string
  /** The last registration from before the run. */
  lastRegistration: number
}

export function layScene(db: Db): Scene {
  const group = getGroup(db, 'landelijk')
  const open = { localStart: '2027-01-14T10:00', summary: 'Iedereen is welkom.' }
  makeEvent(db, group, { ...open, slug: CONFERENCE, kind: 'conference', title: 'Conferentie', capacityOnline: PLACES })
  makeEvent(db, group, { ...open, slug: OPEN, title: 'Open dag', capacityOnline: null })
  const slugs = listUpcoming(db, {}, NOW)
    .map(({ slug }) => slug)
    .filter(slug => slug !== CONFERENCE && slug !== OPEN)
  for (const slug of slugs.slice(0, FILLING)) {
    const confirmed = `select count(*) from registrations where event_id = events.id and status = 'confirmed'`
    db.$client.prepare(`update events set capacity_online = ${LEFT} + (${confirmed}) where slug = ?`).run(slug)
  }
  const { last } = db.$client.prepare('select max(id) as last from registrations').get() as { last: number }
  const groupSlugs = db.select({ slug: groups.slug }).from(groups).all()
  return { slugs, groupSlugs: groupSlugs.map(({ slug }) => slug), session: signIn(db), lastRegistration: last }
}

function signIn(db: Db): string {
  const organiser = findOrganiser(db, OWNER)
  if (!organiser) throw new Error('nobody owns the filled database')
  return writeNow(db, tx => signInByToken(tx, createSignIn(tx, organiser, NOW), NOW)) ?? ''
}

/** All of them side by side; the crowd comes when the rest has been at it for a while. */
export function streamsOf(port: number, { slugs, groupSlugs, session }: Scene): Stream[] {
  const steady = { port, seconds: SECONDS, patience: 1.2 }
  const read = (path: string, headers: Record<string, string> = BROWSER): Ask => ({ path, headers })
  return [
    { ...steady, name: 'page views', asks: viewsOf(slugs, groupSlugs), rate: PER_SECOND.views, connections: 150 },
    {
      ...{ ...steady, name: 'feed polls', rate: PER_SECOND.feeds, connections: 30 },
      asks: ['/calendar.ics', ...groupSlugs.map(slug => `/groups/${slug}.ics`)].map(path => read(path, CALENDAR)),
    },
    {
      ...{ ...steady, name: 'registrations', rate: PER_SECOND.registrations, connections: 50, from: 10_000 },
      asks: slugs.slice(0, FILLING).map(slug => registering(slug)),
    },
    {
      ...{ ...steady, name: 'console', rate: PER_SECOND.console, connections: 4 },
      asks: ['/console', '/console/events'].map(path => read(path, { ...BROWSER, cookie: `session=${session}` })),
    },
    {
      ...{ name: 'conference', port, asks: [registering(CONFERENCE)], connections: CROWD, count: CROWD, from: 1 },
      ...{ seconds: SECONDS, after: SECONDS / 4 },
    },
  ]
}

export function viewsOf(slugs: string[], groupSlugs: string[]): Ask[] {
  const event = (slug: string) => `/events/${slug}`
  // Half of the readers look at what opens today.
  const pages = slugs.flatMap((slug, at) => [
    event(CONFERENCE),
    event(slug),
    '/',
    `/groups/${groupSlugs[at % groupSlugs.length]}`,
  ])
  return pages.map(path => ({ path, headers: BROWSER }))
}
