// Fixed groups of people, and who takes part in them.
import { eq } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { enrol, leave } from '#src/domain/enrolling.ts'
import { listEnrolled } from '#src/domain/enrolments.ts'
import type { Event } from '#src/domain/events.ts'
import { createSeries, getSeries, type Series } from '#src/domain/series.ts'
import type { Site } from '../site.ts'
import type { Address } from './address.ts'

/** A fixed group in every state: open, full, closed and over; who takes part, waits and left; and who was there when. */
export function circles({ db, clock, tokens }: Site): Address[] {
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
