// Proving a new e-mail address: the link came by mail to that address, the button makes the change.
import { getRegistrationToProve, proveAddress } from '#src/domain/addresses.ts'
import { getListedEvent } from '#src/domain/events.ts'
import { personalPaths } from '#src/domain/links.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'

const Sealed = Type.Object({ token: Type.String({ maxLength: 200 }) })

export function addressRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  app.get('/addresses/:token', { schema: { params: Sealed } }, (request, reply) => {
    const { token } = request.params
    const { newEmail, eventId } = getRegistrationToProve(db, tokens.unseal(token))
    reply.headers(TOKEN_PAGE)
    return reply.page('public/address', { token, email: newEmail ?? '', event: getListedEvent(db, eventId) })
  })

  app.post('/addresses/:token', { schema: { params: Sealed } }, async (request, reply) => {
    const proof = tokens.unseal(request.params.token)
    const moved = await write(tx => proveAddress(tx, getRegistrationToProve(tx, proof), clock.now()))
    // Who proves holds a link that was mailed to this address, so the personal page is theirs.
    return reply.redirect(hrefFor(request, personalPaths(tokens).registration(moved)), 303)
  })
}
