// Mail: how fast an outbox of confirmations, each with its invite, empties into a mail server in another process.
import { and, count, eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { register } from '#src/domain/registering.ts'
import { applicant, makeEvent, makeGroup } from '../support/world.ts'
import { layGround } from './grounds.ts'
import type { Run } from './runs.ts'
import { NOW, startSite } from './servers.ts'
import { startSink } from './sinks.ts'
import type { Measured } from './verdict.ts'

const SECONDS = 40
const EVENTS = 20

export async function measureMail({ isQuick }: Run): Promise<Measured[]> {
  const wanted = isQuick ? 1000 : 4000
  const ground = layGround(db => layOutbox(db, wanted))
  const sink = await startSink()
  const site = await startSite(ground.dataDir, { SMTP_URL: sink.url })
  await sink.reaches(wanted, SECONDS)
  await site.stop()
  // Those under way at the stop came too.
  const { taken, span } = await sink.report()
  sink.stop()
  const recorded = ground.use(countSent)
  const bad = taken.filter(({ times, hasInvite }) => times !== 1 || !hasInvite).length
  const detail = `${taken.length} of ${wanted} in ${(span / 1000).toFixed(1)} s`
  const isOff = bad > 0 || recorded !== taken.length
  const wrong = isOff ? `${bad} twice or without an invite, ${recorded} recorded as sent of ${taken.length}` : undefined
  return [{ key: 'mail', value: ((taken.length - 1) / span) * 1000, detail, wrong }]
}

function layOutbox(db: Db, wanted: number): void {
  const group = makeGroup(db)
  const all = Array.from({ length: EVENTS }, (_, number) =>
    makeEvent(db, group, { title: `Bijeenkomst ${number}`, capacityOnline: null }),
  )
  writeNow(db, tx => {
    for (let number = 0; number < wanted; number++) {
      const event = all[number % EVENTS]
      if (event) register(tx, event, applicant({ name: 'Deelnemer', email: `mens-${number}@example.org` }), NOW)
    }
  })
}

function countSent(db: Db): number {
  const isSent = and(eq(messages.kind, 'confirmed'), eq(messages.state, 'sent'))
  return db.select({ count: count() }).from(messages).where(isSent).get()?.count ?? 0
}
