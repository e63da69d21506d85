// For Prometheus. Whoever may not read it finds nothing here.
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Registry } from 'prom-client'
import type { Config } from '#src/config.ts'
import { NotFound } from '#src/lib/errors.ts'
import { hash } from '#src/lib/tokens.ts'
import type { App, Deps } from '../deps.ts'
import { type Durations, textOfDurations } from '../durations.ts'
import { openRegistry } from '../measures.ts'
import { isLocalCall } from '../peers.ts'

export function metricsRoutes(app: App, deps: Deps, durations: Durations): void {
  const mayRead = createGate(deps.config)
  let registry: Promise<Registry> | undefined

  app.get('/metrics', async (request, reply) => {
    if (!mayRead(request.raw)) throw new NotFound()
    registry ??= openRegistry(deps)
    const measures = await registry
    const text = `${await measures.metrics()}\n${textOfDurations(durations)}`
    return reply.header('cache-control', 'no-store').type(measures.contentType).send(text)
  })
}

/**
 * Who has the token; or somebody on this machine itself. Where the website is on https and no proxy is trusted, one stands
 * in front of which we do not know what it says: then from this machine comes whatever it passes on.
 */
function createGate({ metricsToken, trustProxy, baseUrl }: Config): (raw: IncomingMessage) => boolean {
  const wanted = metricsToken === undefined ? undefined : Buffer.from(hash(`Bearer ${metricsToken}`))
  const knowsWhoCalls = trustProxy !== false || !baseUrl.startsWith('https:')
  return raw => {
    // Of equal length, whatever was sent.
    const given = Buffer.from(hash(raw.headers.authorization ?? ''))
    return (wanted !== undefined && timingSafeEqual(given, wanted)) || (knowsWhoCalls && isLocalCall(raw))
  }
}
