// Wall time is the truth: when the rules of a zone change, the instants follow.
import { eq, gt } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { events, settings } from '#db/schema.ts'
import { instantsOf } from '#src/lib/time.ts'
import { getEvent } from './events.ts'
import { replanReminders } from './reminders.ts'

/** Recomputes the instants of coming events when the program brings other time zone data than it did before. */
export function followZoneRules(tx: Tx, tzdata: string, now: Temporal.Instant): void {
  const known = tx.select().from(settings).where(eq(settings.key, 'tzdata')).get()?.value
  if (known === tzdata) return
  for (const event of tx.select().from(events).where(gt(events.endsAt, now)).all()) {
    const instants = instantsOf(event)
    if (instants.startsAt.equals(event.startsAt)) continue
    tx.update(events).set(instants).where(eq(events.id, event.id)).run()
    replanReminders(tx, getEvent(tx, event.id), 'moved', now)
  }
  tx.insert(settings)
    .values({ key: 'tzdata', value: tzdata })
    .onConflictDoUpdate({ target: settings.key, set: { value: tzdata } })
    .run()
}
