// For who watches over the process: is it alive, and can it do its work.
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'

/** A worker without a sign of life for this long has stopped. */
const SILENCE = { minutes: 2 }

export function healthRoutes(app: App, { write, clock, mailHealth }: Deps): void {
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    // An empty write takes the lock and commits: it fails where a real one would.
    const isWritable = await write(() => true).catch(() => false)
    const { beat } = mailHealth
    const isBeating = beat !== undefined && !isBefore(beat, clock.now().subtract(SILENCE))
    const isReady = isWritable && isBeating
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? 'ok' : 'unready', database: isWritable, worker: isBeating })
  })
}
