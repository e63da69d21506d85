// Limits per client address: generous, because a campus is one address. Limits per e-mail address stand in the domain.
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { App } from '../deps.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Exempt from the same-origin check (RFC 8058). */
    fromAnywhere?: boolean
  }
}

/** Writes by one client address in ten minutes. */
const WRITES = 600
/** For routes that send mail to an address somebody types, or that try a secret. */
export const FEW = { rateLimit: { max: 30, timeWindow: '10 minutes' } }

export function limits(app: App): void {
  app.register(rateLimit, {
    max: WRITES,
    timeWindow: '10 minutes',
    keyGenerator: addressOf,
    allowList: (request: FastifyRequest) => isRead(request) && !request.routeOptions.config.rateLimit,
  })
}

/** Who hung up before we looked has no address any more; the types do not know. */
function addressOf({ ip }: { ip: string | undefined }): string {
  return ip === undefined ? '' : normalizeIP(ip)
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}
