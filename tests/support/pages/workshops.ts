// Workshops that were chosen, are full or given by lot; and the programmes they stand in.
import { asc } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { allocateAll } from '#src/domain/allocating.ts'
import { type Event, getEvent, listSessions, type Session } from '#src/domain/events.ts'
import { type Group, listGroups } from '#src/domain/groups.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { chooseAs, makeLongConference } from '../programmes.ts'
import type { Site } from '../site.ts'
import { makeChooser, makeConference, wish } from '../workshops.ts'
import { type Address, findNext } from './address.ts'

/** Who chose workshops, who waits for one and who for the event, before and after the last day; and where places are given by lot. */
export function choosing({ db, clock, tokens }: Site): Address[] {
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
  const { event: given, rounds: gives } = makeConference(db, [[1, 2]], { ...byLot, slug: 'verdeeld' }, now)
  makeChooser(db, given, 'Fenna', [wish(1, gives[0]?.[0], gives[0]?.[1])], {}, now)
  writeNow(db, tx => {
    const { revision } = getEvent(tx, given.id)
    allocateAll(tx, given, 'zaad', { organiserId: null, revision }, now)
  })
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
    ['/console/events/:id/programme', `/console/events/${lot.id}/programme`, 'to be given'],
    ['/console/events/:id/programme', `/console/events/${given.id}/programme?done=allocated`, 'given'],
    ['/console/registrations/:id', `/console/registrations/${first?.id}?done=choices`, 'workshops'],
    ['/events/:slug/registered', `/events/vol/registered?v=${answer}`, 'chose'],
  ]
}

/** A programme with people in it, one that has yet to be made, and one in which everything is long. */
export function programmes({ db, clock }: Site): Address[] {
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
