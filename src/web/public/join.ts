// The door: a personal address that leads to the online room, from a quarter of an hour before until the end.
import type { Db } from '#db/open.ts'
import { doorOpensAt, type Event, getListedEvent } from '#src/domain/events.ts'
import { getRegistrationByLink, markAttended, type Registration } from '#src/domain/registrations.ts'
import { Refusal, type RefusalCode } from '#src/lib/errors.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { DOOR_CSP, TOKEN_PAGE } from '../plugins/headers.ts'
import { accentPath } from './accents.ts'
import { Token } from './lists.ts'

export type DoorState = 'early' | 'open' | 'in_person' | 'waitlisted' | 'unregistered' | 'event_cancelled' | 'past'

export function doorRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const find = (token: string, at: Db = db) => getRegistrationByLink(at, tokens.read('join', token), 'door')

  app.get('/join/:token', { schema: { params: Token } }, (request, reply) => {
    const { token } = request.params
    const registration = find(token)
    const event = getListedEvent(db, registration.eventId)
    reply.headers({ ...TOKEN_PAGE, 'content-security-policy': DOOR_CSP })
    return reply.page('public/door', {
      token,
      event,
      firstName: firstNameOf(registration),
      state: doorState(event, registration, clock.now()),
      opensAt: doorOpensAt(event),
      accent: accentPath(event.group),
    })
  })

  app.post('/join/:token', { schema: { params: Token } }, async (request, reply) => {
    const registration = find(request.params.token)
    const event = getListedEvent(db, registration.eventId)
    const now = clock.now()
    const state = doorState(event, registration, now)
    if (state !== 'open') throw new Refusal(REFUSALS[state])
    if (!event.roomUrl) throw new Refusal('room_missing')
    await write(tx => markAttended(tx, find(request.params.token, tx), now))
    return reply.headers(TOKEN_PAGE).redirect(event.roomUrl, 303)
  })
}

const REFUSALS: Record<Exclude<DoorState, 'open'>, RefusalCode> = {
  early: 'door_closed',
  in_person: 'not_possible_now',
  waitlisted: 'not_possible_now',
  unregistered: 'not_possible_now',
  event_cancelled: 'not_possible_now',
  past: 'past',
}

export function doorState(event: Event, registration: Registration, now: Temporal.Instant): DoorState {
  if (event.cancelledAt) return 'event_cancelled'
  if (registration.status === 'cancelled') return 'unregistered'
  if (!isBefore(now, event.endsAt)) return 'past'
  if (registration.status === 'waitlisted') return 'waitlisted'
  if (registration.attendance === 'in_person') return 'in_person'
  return isBefore(now, doorOpensAt(event)) ? 'early' : 'open'
}

function firstNameOf({ name }: Registration): string {
  return name.split(' ')[0] ?? ''
}
