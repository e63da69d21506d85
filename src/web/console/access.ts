// Who may be in the console: a signed-in organiser. What they may see and do there is decided by the query that loads it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import type { Editor } from '#src/domain/changes.ts'
import type { Event } from '#src/domain/events.ts'
import { getEventWith, type Organiser } from '#src/domain/organisers.ts'
import { paths } from '#src/lib/paths.ts'
import type { App } from '../deps.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { uploads } from '../plugins/uploads.ts'

/** Routes for organisers only. Somebody who is not signed in is led to the sign-in page; what they sent is not done. */
export function forOrganisers(app: App, addRoutes: (scope: App) => void): void {
  app.register(async plugin => {
    const scope = plugin as unknown as App
    // What says who may do what is built from the routes under /console: one elsewhere would escape it.
    scope.addHook('onRoute', ({ url }) => {
      if (!/^\/console(\/|$)/.test(url)) throw new Error(`${url} stands outside the console`)
    })
    scope.addHook('onRequest', async (request, reply) => {
      reply.headers(TOKEN_PAGE)
      if (!request.organiser) return turnAway(request, reply)
    })
    uploads(scope)
    addRoutes(scope)
  })
}

function turnAway(request: FastifyRequest, reply: FastifyReply) {
  if (request.method === 'GET' || request.method === 'HEAD') return seeOther(request, reply, paths.signIn())
  const { title, text } = request.t.signIn.needed
  return reply.code(403).page('public/message', { status: 403, title, text, code: null, again: undefined })
}

export function organiserOf(request: FastifyRequest): Organiser {
  if (!request.organiser) throw new Error('a console route outside forOrganisers')
  return request.organiser
}

/** After a POST: on to a page, in the language that was chosen by link. */
export function seeOther(request: FastifyRequest, reply: FastifyReply, path: string) {
  return reply.redirect(hrefFor(request, path), 303)
}

/** The event of this address, if the organiser may change it. */
export function getMyEvent(db: Db, request: FastifyRequest<{ Params: { id: number } }>): Event {
  return getEventWith(db, organiserOf(request), 'organiser', request.params.id)
}

export function editorOf(request: FastifyRequest, revision: number): Editor {
  return { organiserId: organiserOf(request).id, revision }
}
