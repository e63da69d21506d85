// What is kept of a request once it is answered: a line in the log for what somebody will read, with the request's id, and
// a count. Neither says who asked. What memory answers has no id: nothing can go wrong with it that somebody would look up.
import type { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '#src/config.ts'
import { maskPath } from '#src/lib/masking.ts'
import { randomToken } from '#src/lib/tokens.ts'
import type { App } from '../deps.ts'
import { countDuration, type Durations } from '../durations.ts'
import { createProxyTest } from '../peers.ts'

const WELL_FORMED = /^[\w.-]{8,64}$/

/**
 * Names each request: the name its proxy gave it, or one of ours. Short enough to be read out, and never the same in two
 * starts of the program.
 */
export function requestNames(trustProxy: Config['trustProxy']): (raw: IncomingMessage) => string {
  const isProxy = createProxyTest(trustProxy)
  const start = randomToken().replaceAll(/[-_]/g, '').slice(0, 5).toLowerCase()
  let number = 0
  return raw => {
    const given = raw.headers['x-request-id']
    if (typeof given === 'string' && WELL_FORMED.test(given) && isProxy(raw)) return given
    return `${start}-${(++number).toString(36)}`
  }
}

export interface Answered {
  method: string | undefined
  /** What was asked for; of the address only the path is kept. */
  url: string
  /** The pattern; nothing for an address that leads nowhere. */
  route: string | undefined
  status: number
  ms: number
}

export type Note = (answered: Answered, log: FastifyBaseLogger) => void

/** Counts every answer. Writes and errors have a line; reads only when asked for (`LOG_LEVEL=debug`). */
export function createNote({ level }: FastifyBaseLogger, durations: Durations): Note {
  const tellsReads = level === 'debug' || level === 'trace'
  return ({ method = '', url, route, status, ms }, log) => {
    countDuration(durations, method, route, status, ms)
    const isPlain = (method === 'GET' || method === 'HEAD') && status < 400
    if (!isPlain || tellsReads)
      log[isPlain ? 'debug' : 'info']({ method, url: maskPath(url), status, ms: Math.round(ms) })
  }
}

export function noteRequests(app: App, note: Note): void {
  app.addHook('onResponse', ({ method, url, routeOptions, log }, { statusCode: status, elapsedTime: ms }, done) => {
    note({ method, url, route: routeOptions.url, status, ms }, log)
    done()
  })
}
