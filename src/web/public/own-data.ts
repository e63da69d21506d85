// What somebody can do with what is kept about them, behind the link of "Mijn aanmeldingen": read it, take it along, and have
// it erased. The link is the proof: it travels by mail only.
import type { Db } from '#db/open.ts'
import type { Event } from '#src/domain/events.ts'
import { eraseAtOwnWish, exportAddress, exportWhole, outlookOfErasing } from '#src/domain/own-data.ts'
import { findPersonById, findPersonByLink } from '#src/domain/people.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'

export interface OwnDataPages {
  'public/own-data': { token: string; kept: NonNullable<ReturnType<typeof exportAddress>> }
  'public/erasure': { token: string; email: string; coming: Event[]; organises: boolean }
  'public/erased': Record<string, never>
}

export function ownDataRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const ofLink = { schema: { params: Token } }
  const find = (token: string, at: Db = db) => {
    const person = findPersonByLink(at, tokens.read('my', token), 'my')
    if (!person?.email) throw new NotFound('person')
    return { ...person, email: person.email }
  }
  /** Whether this link was somebody's who has been erased since: pressing the button twice is pressing it once. */
  const wasErased = (token: string) => {
    const link = tokens.read('my', token)
    const person = link && findPersonById(db, link.id)
    return person !== undefined && person.email === null && person.myVersion > (link?.version ?? 0)
  }
  const keptAbout = (token: string) => {
    const kept = exportAddress(db, find(token).email)
    if (!kept) throw new NotFound('person')
    return kept
  }

  app.get('/my/:token/data', ofLink, (request, reply) => {
    const { token } = request.params
    return reply.headers(TOKEN_PAGE).page('public/own-data', { token, kept: keptAbout(token) })
  })

  app.get('/my/:token/data.json', { ...ofLink, config: FEW }, async (request, reply) => {
    const kept = await exportWhole(db, find(request.params.token).email)
    const name = `${request.t.ownData.file}.json`
    reply.headers({ ...TOKEN_PAGE, 'content-disposition': `attachment; filename="${name}"` })
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(kept, null, 2))
  })

  app.get('/my/:token/erasure', ofLink, (request, reply) => {
    const { token } = request.params
    if (wasErased(token)) return reply.redirect(hrefFor(request, paths.erased()), 303)
    const person = find(token)
    const outlook = outlookOfErasing(db, person, clock.now())
    return reply.headers(TOKEN_PAGE).page('public/erasure', { token, email: person.email, ...outlook })
  })

  app.post('/my/:token/erasure', { ...ofLink, config: FEW }, async (request, reply) => {
    const { token } = request.params
    if (!wasErased(token)) await write(tx => eraseAtOwnWish(tx, find(token, tx), clock.now()))
    return reply.redirect(hrefFor(request, paths.erased()), 303)
  })

  app.get('/my/erased', (_request, reply) => reply.page('public/erased', {}))
}
