// Cross-site request forgery: a browser says where a POST comes from, so no tokens are needed in forms and public pages
// can be cached. `Sec-Fetch-Site` first, then `Origin`; with neither (no browser) only public forms pass.
import type { FastifyRequest } from 'fastify'
import { Refusal } from '#src/lib/errors.ts'
import type { App } from '../deps.ts'

export function sameOrigin(app: App, baseUrl: string): void {
  app.addHook('onRequest', async request => {
    if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return
    // RFC 8058: a mail program unsubscribes from anywhere.
    if (request.routeOptions.config.fromAnywhere) return
    if (!isFromHere(request, baseUrl)) throw new Refusal('other_site')
  })
}

function isFromHere(request: FastifyRequest, baseUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site) return site === 'same-origin'
  const { origin } = request.headers
  if (origin) return origin === new URL(baseUrl).origin || origin === `${request.protocol}://${request.host}`
  // The route's own address: '/%63onsole' leads to the console as well.
  return !(request.routeOptions.url ?? request.url).startsWith('/console')
}
