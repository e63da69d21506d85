// The list of an event's people in the console, with few enough on it to know them all.
import { asc } from '#db/drizzle.ts'
import { auditEntries, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { openConsole } from './console.ts'
import { makeEvent, makeRegistration, NOW } from './world.ts'

/** A webinar for two: Zoë and Ali are in, Bo waits. All have been told. */
export async function openList() {
  const world = await openConsole()
  const { db, group } = world
  const event = makeEvent(db, group, { capacityOnline: 2 })
  const zoe = makeRegistration(db, event, { accessNeeds: 'Een tolk' })
  const ali = makeRegistration(db, event, { email: 'ali@example.org', name: 'Ali Yıldız', organisation: 'Wijkteam' })
  const bo = makeRegistration(db, event, { email: 'bo@example.org', name: 'Bo' })
  writeNow(db, tx => assumeTold(tx, NOW))
  const list = `/console/events/${event.id}/registrations`
  const statuses = () =>
    Object.fromEntries(
      db
        .select()
        .from(registrations)
        .orderBy(asc(registrations.id))
        .all()
        .map(({ name, status }) => [name, status]),
    )
  const mails = () =>
    db
      .select()
      .from(messages)
      .orderBy(asc(messages.id))
      .all()
      .filter(({ kind, state }) => !kind.startsWith('reminder') && state === 'queued')
      .map(({ kind, toAddress }) => `${kind} ${toAddress}`)
  const deeds = () =>
    db
      .select({ action: auditEntries.action })
      .from(auditEntries)
      .orderBy(asc(auditEntries.id))
      .all()
      .map(({ action }) => action)
      .slice(1)
  return { ...world, event, zoe, ali, bo, list, statuses, mails, deeds }
}

/** Who stands on the list, in its order. */
export const namesIn = (body: string) =>
  [...body.matchAll(/<tr id="r\d+">.*?<a href="\/console\/registrations\/\d+">([^<]+)</gs)].map(match => match[1])
