// Proving a new e-mail address: the link came by mail to that address, the button makes the change.
import { proveAddress } from '#src/domain/addresses.ts'
import { getListedEvent } from '#src/domain/events.ts'
import { getRegistrationByLink } from '#src/domain/registrations.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { Token } from './lists.ts'

export function addressRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const find = (token: string) => getRegistrationByLink(db, tokens.read('address', token))

  app.get('/addresses/:token', { schema: { params: Token } }, (request, reply) => {
    const { token } = request.params
    const { newEmail, eventId } = find(token)
    if (!newEmail) throw new Refusal('link_expired')
    reply.headers(TOKEN_PAGE)
    return reply.page('public/address', { token, email: newEmail, event: getListedEvent(db, eventId) })
  })

  app.post('/addresses/:token', { schema: { params: Token } }, async (request, reply) => {
    const registration = find(request.params.token)
    const { id, linkVersion } = await write(tx => proveAddress(tx, registration, clock.now()))
    // Who proves holds a link that was mailed to this address, so the personal page is theirs.
    const token = tokens.sign('registration', { id, version: linkVersion })
    return reply.redirect(hrefFor(request, paths.registration(token)), 303)
  })
}
