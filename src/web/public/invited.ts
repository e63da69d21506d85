// The page of an event for who was asked to come: its form with what is known of them, and a no.
import type { FastifyRequest } from 'fastify'
import { type Event, getListedEvent } from '#src/domain/events.ts'
import { findInviteeByLink, type Invitee, refuseInvitation } from '#src/domain/invitees.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { eventPage } from './events.ts'
import { likelyPresence } from './registration-form.ts'

export function invitedRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.get('/invited/:token', { schema: { params: Token } }, async (request, reply) => {
    const { invitee, event } = getInvited(request.params.token)
    const { name, email, organisation } = invitee
    const attendance = likelyPresence(db, event)
    reply.headers(TOKEN_PAGE)
    return reply.page(
      'public/event',
      invitedPage(deps, request, invitee, emptyForm({ name, email, organisation, attendance })),
    )
  })

  app.post('/invited/:token/refusal', { schema: { params: Token } }, async (request, reply) => {
    const { token } = request.params
    const { invitee } = getInvited(token)
    await write(tx => refuseInvitation(tx, invitee, clock.now()))
    return reply.redirect(hrefFor(request, paths.invited(token)), 303)
  })

  /** The address of a form, opened or reloaded. */
  app.get('/invited/:token/refusal', { schema: { params: Token } }, (request, reply) => {
    getInvited(request.params.token)
    return reply.redirect(hrefFor(request, paths.invited(request.params.token)), 303)
  })

  function getInvited(token: string) {
    const invitee = findInviteeByLink(db, deps.tokens.read('invitee', token))
    const event = invitee && getListedEvent(db, invitee.eventId)
    if (!invitee || !event?.publishedAt) throw new NotFound('invitation')
    return { invitee, event }
  }
}

/** Whose token this is, if it is one for this event. */
export function inviteeOf({ db, tokens }: Deps, event: Event, token: string): Invitee | undefined {
  const invitee = token ? findInviteeByLink(db, tokens.read('invitee', token)) : undefined
  return invitee?.eventId === event.id ? invitee : undefined
}

/** The event's page with the form of who was asked. */
export function invitedPage(deps: Deps, request: FastifyRequest, invitee: Invitee, form: Form) {
  const event = getListedEvent(deps.db, invitee.eventId)
  const token = deps.tokens.sign('invitee', { id: invitee.id, version: invitee.linkVersion })
  const invitation = { token, hasRefused: invitee.declinedAt !== null }
  return { ...eventPage(deps, request, event, form), invitation }
}
