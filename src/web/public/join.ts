// The door: a personal address that leads to the online room, from a quarter of an hour before until the end.
import type { Db } from '#db/open.ts'
import { doorOpensAt, doorState, enterRoom } from '#src/domain/door.ts'
import { getListedEvent } from '#src/domain/events.ts'
import { getRegistrationByLink } from '#src/domain/registrations.ts'
import { firstName } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { Token } from '../params.ts'
import { DOOR_CSP, TOKEN_PAGE } from '../plugins/headers.ts'
import { accentPath } from './accents.ts'

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
      firstName: firstName(registration.name),
      state: doorState(event, registration, clock.now()),
      opensAt: doorOpensAt(event),
      accent: accentPath(event.group),
    })
  })

  app.post('/join/:token', { schema: { params: Token } }, async (request, reply) => {
    const roomUrl = await write(tx => enterRoom(tx, find(request.params.token, tx), clock.now()))
    return reply.headers(TOKEN_PAGE).redirect(roomUrl, 303)
  })
}
