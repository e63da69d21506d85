// Mail to participants.
import { layMailings, makeNearEvent } from '../mailed.ts'
import type { Site } from '../site.ts'
import { type Address, findNext } from './address.ts'

/** Mail to participants, in each of its states. */
export function mailed(site: Site): Address[] {
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
