// What is kept of an event when it is over.
import { layHarvest } from '../harvested.ts'
import type { Site } from '../site.ts'
import type { Address } from './address.ts'

/** What comes after an event: nothing yet, all there can be, and the mails about it. */
export function afterwards(site: Site): Address[] {
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
