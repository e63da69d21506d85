// What is kept of a request once it is answered: a line in the log for what somebody will read, with the request's id, and
// a count. Neither says who asked.
import type { IncomingMessage } from 'node:http'
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

/** Writes and errors have a line; reads only when asked for (`LOG_LEVEL=debug`). Of the address only the path is kept. */
export function noteRequests(app: App, durations: Durations): void {
  const tellsReads = app.log.level === 'debug' || app.log.level === 'trace'
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request
    const { statusCode: status, elapsedTime } = reply
    countDuration(durations, method, routeOptions.url, status, elapsedTime)
    const isPlain = (method === 'GET' || method === 'HEAD') && status < 400
    if (!isPlain || tellsReads) {
      const line = { method, url: maskPath(request.url), status, ms: Math.round(elapsedTime) }
      request.log[isPlain ? 'debug' : 'info'](line)
    }
    done()
  })
}
