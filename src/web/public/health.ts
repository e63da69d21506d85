// For who watches over the process: is it alive, can it do its work, and does mail get through.
import { appliedMigration, newestMigration } from '#db/versions.ts'
import { writeSomething } from '#src/domain/silence.ts'
import { findStandstill, isLong } from '#src/domain/standstill.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'

/** A worker without a sign of life for this long has stopped. */
const SILENCE = { minutes: 2 }

export function healthRoutes(app: App, deps: Deps): void {
  const { db, write, clock, mailHealth } = deps
  const newest = newestMigration()
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const isWritable = await isStoreWritable()
    // A newer version that started beside this one has changed the tables: whoever asks should go there.
    const isMigrated = isWritable && appliedMigration(db.$client) === newest
    const { beat } = mailHealth
    const isBeating = beat !== undefined && !isBefore(beat, clock.now().subtract(SILENCE))
    const isReady = isWritable && isMigrated && isBeating
    const mail = isWritable ? mailDown(deps) : undefined
    const status = isReady ? (mail ? 'degraded' : 'ok') : 'unready'
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status, database: isWritable, migrations: isMigrated, worker: isBeating, ...(mail && { mail }) })
  })

  /**
   * An empty write takes the lock and commits, and so fails where a real one would; not on a full disk. So in trouble something
   * is written, which shows that it is over.
   */
  function isStoreWritable(): Promise<boolean> {
    return write(tx => {
      if (write.trouble) writeSomething(tx)
    }).then(
      () => true,
      () => false,
    )
  }
}

/** No mail has got through for an hour. The site itself is as ready as ever: pages work and every mail is kept. */
function mailDown({ db, clock }: Deps): { down_since: string; reason: string } | undefined {
  const now = clock.now()
  const standstill = findStandstill(db, now)
  if (!standstill || !isLong(standstill, now)) return undefined
  return { down_since: standstill.since.toString({ smallestUnit: 'second' }), reason: standstill.reason }
}
