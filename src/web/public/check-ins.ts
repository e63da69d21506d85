// What the code of a personal page leads to: to who shows it, a page that says nothing about anybody; to who receives people
// at that event, their name and a button. Opening it does nothing.
import type { FastifyRequest } from 'fastify'
import { getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { findEventWith } from '#src/domain/organisers.ts'
import { getRegistrationByLink, type Registration } from '#src/domain/registrations.ts'
import type { App, Deps } from '../deps.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { accentPath } from './accents.ts'

export interface EntrancePages {
  'public/check-in': {
    event: ListedEvent
    accent: string | null
    /** Whom it is about; nobody to who may not know. */
    visitor: Pick<Registration, 'id' | 'name' | 'organisation' | 'status' | 'attendedAt' | 'attendance'> | null
  }
}

export function entranceRoutes(app: App, { db, tokens }: Deps): void {
  app.get('/check-in/:token', { schema: { params: Token } }, async (request, reply) => {
    const link = tokens.read('check-in', request.params.token)
    const registration = getRegistrationByLink(db, link, 'door')
    const event = getListedEvent(db, registration.eventId)
    return reply.headers(TOKEN_PAGE).page('public/check-in', {
      event,
      accent: accentPath(event.group),
      visitor: isReceived(request, event) ? registration : null,
    })
  })

  const isReceived = ({ organiser }: FastifyRequest, event: ListedEvent) =>
    organiser !== null && findEventWith(db, organiser, 'host', event.id) !== undefined
}
