// Two published events in two groups, somebody registered for one of them, and every address of a feed.
import { writeNow } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import { setThemes } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import { findPerson, type Person } from '#src/domain/people.ts'
import { createTheme } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import { openApp } from './app.ts'
import { parseCalendar } from './calendars.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries } from './world.ts'

export const PUBLIC_FEEDS = [
  ...['/calendar.ics', '/calendar.ics?kind=webinar', '/calendar.ics?lang=en', '/calendar.ics?vervallen=nee'],
  ...['/groups/noord.ics', '/groups/iwp.ics', '/series/eerste-donderdag.ics', '/themes/armoede.ics'],
]
export const ROOM = 'https://meet.example.org/geheime-kamer'

export async function openFeeds(config: Partial<Config> = {}) {
  const world = await openApp(config)
  const { app, db, tokens } = world
  const group = makeGroup(db)
  const child = makeGroup(db, { slug: 'iwp', name: 'IWP Armoede', parentId: group.id })
  const series = makeSeries(db, group)
  const theme = writeNow(db, tx => createTheme(tx, { slug: 'armoede', name: 'Armoede' }))
  const webinar = makeEvent(db, group, { title: 'Webinar', seriesId: series.id, roomUrl: ROOM })
  const meeting = makeEvent(db, child, {
    title: 'Leerkring',
    kind: 'learning_circle',
    localStart: '2027-01-07T12:00',
    roomUrl: ROOM,
  })
  writeNow(db, tx => setThemes(tx, meeting.id, [theme.id]))
  const registration = makeRegistration(db, webinar)
  const person = findPerson(db, 'zoe@example.org') as Person
  const personUrl = paths.personFeed(tokens.sign('feed', { id: person.id, version: 1 }))
  const ownUrl = paths.registrationFile(tokens.sign('registration', { id: registration.id, version: 1 }))
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  const titles = async (url: string) => parseCalendar((await get(url)).body).events.map(event => event.summary)
  return { ...world, group, webinar, meeting, registration, person, personUrl, ownUrl, get, titles }
}
export const by = (event: Event) => ({ organiserId: null, revision: event.revision })
