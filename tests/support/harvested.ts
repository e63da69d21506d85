// Events of which much is kept, little, or nothing, for the pages that show it; with the mail that follows up on each.
import { eq } from '#db/drizzle.ts'
import { events, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { prepareFollowUps, scheduleFollowUps } from '#src/domain/follow-ups.ts'
import type { Mailing } from '#src/domain/mailings.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { ORGANISER, type Site } from './site.ts'
import { makeEvent, makeRegistration } from './world.ts'

const LONG =
  'Een heel lange naam van een presentatie die over meer dan een regel loopt, ook op een breed scherm met veel ruimte'

/** `past` has everything, `empty` is over and has nothing, `coming` is still to come with its mails planned. */
export function layHarvest({ db, clock }: Site): { past: Event; empty: Event; coming: Event; mailing: Mailing } {
  const now = clock.now()
  const organiser = findOrganiser(db, ORGANISER)
  const host = db.select().from(events).limit(1).get()
  if (!organiser || !host) throw new Error('no organiser')
  const make = (title: string, localStart: string) => {
    const event = makeEvent(db, { id: host.groupId } as Parameters<typeof makeEvent>[1], { title, localStart }, now)
    const early = event.startsAt.subtract({ hours: 48 })
    for (const name of ['Anna', 'Bram']) {
      makeRegistration(db, event, { name, email: `${name.toLowerCase()}-${event.id}@example.org` }, early)
    }
    return event
  }
  const [past, empty, coming] = [
    make('Wat er overblijft', '2026-11-12T12:00'),
    make('Wat er niet overblijft', '2026-11-13T12:00'),
    make('Wat er nog komt', '2026-12-08T12:00'),
  ] as [Event, Event, Event]
  return writeNow(db, tx => {
    const text = 'Drie buurten gaan het samen proberen.\n\nDe gemeente betaalt de eerste maand.'
    tx.update(events).set({ yield: text }).where(eq(events.id, past.id)).run()
    const [one] = tx.select().from(registrations).where(eq(registrations.eventId, past.id)).all()
    tx.update(registrations)
      .set({ attendedAt: past.startsAt })
      .where(eq(registrations.id, one?.id ?? 0))
      .run()
    const file = (format: 'pdf' | 'mp3') => `${past.id}-${format.padEnd(26, '0')}.${format}`
    const ours = { eventId: past.id, url: '', fileName: 'x' }
    addMaterial(tx, { ...ours, kind: 'slides', title: LONG, file: file('pdf'), format: 'pdf', size: 2_400_000 })
    addMaterial(tx, {
      ...ours,
      kind: 'audio',
      title: 'Het gesprek',
      file: file('mp3'),
      format: 'mp3',
      size: 18_000_000,
    })
    addMaterial(tx, { eventId: past.id, kind: 'recording', title: 'De opname', url: 'https://v.example.org/1' })
    for (const event of [past, coming]) prepareFollowUps(tx, getEvent(tx, event.id), 'nl', organiser.id, now)
    scheduleFollowUps(tx, getEvent(tx, coming.id), '2026-12-10T10:00', organiser.id, now)
    const [mailing] = prepareFollowUps(tx, getEvent(tx, past.id), 'nl', organiser.id, now)
    if (!mailing) throw new Error('no follow-up')
    return { past, empty, coming, mailing }
  })
}
