// Certificates in every state that there is: of a day with a programme, somebody who was there, somebody who was not seen, and
// somebody whose attendance was taken back.
import { randomUUID } from 'node:crypto'
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { choices, registrations, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { setTerms } from '#src/domain/certificates.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { register } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { applicant } from './world.ts'

/** A conference of half past nine to half past three, whose learning takes 45 + 60 + 30 minutes. */
const DAY = '2026-11-05'
const PARTS = [
  { kind: 'plenary', title: 'Ontvangst', at: '09:30', minutes: 30, isLearning: false },
  { kind: 'plenary', title: 'Opening: leren van elkaar', at: '10:00', minutes: 45 },
  { kind: 'workshop', title: 'Werken met ervaringskennis', at: '11:00', minutes: 60, round: 1 },
  { kind: 'workshop', title: 'De wijk in', at: '11:00', minutes: 60, round: 1 },
  { kind: 'break', title: 'Lunch', at: '12:00', minutes: 60 },
  { kind: 'plenary', title: 'Wat nemen we mee?', at: '13:00', minutes: 30 },
] as const

export const REGISTERPLEIN = { register: 'Registerplein', number: 'RP-2026-117', points: 2.5 }

/** Made while it was still to come; `now` is after it. Zoë was there, in the first workshop; Daan was not seen. */
export function makeCertified(db: Db, groupId: number, now: Temporal.Instant) {
  const before = Temporal.Instant.from('2026-10-01T09:00:00Z')
  return writeNow(db, tx => {
    const event = makeDay(tx, groupId, before)
    const come = (name: string, email: string) =>
      register(tx, event, applicant({ name, email, attendance: 'in_person' }), before)
    const [zoe, daan, left] = [
      come('Zoë de Vries', 'zoe.certified@example.org'),
      come('Daan Nietgezien', 'daan.certified@example.org'),
      come('Lea Gecorrigeerd', 'lea.certified@example.org'),
    ]
    choose(tx, zoe, 'Werken met ervaringskennis', now)
    markAttended(tx, zoe, { source: 'by_hand' }, now)
    const terms = { areGiven: true, signer: 'Projectleider', pauseMinutes: 0, accreditations: [REGISTERPLEIN] }
    setTerms(tx, event, terms, null, now)
    return { event, zoe: getRegistration(tx, zoe.id), daan, left }
  })
}

function makeDay(tx: Tx, groupId: number, now: Temporal.Instant) {
  const draft = createEvent(
    tx,
    {
      ...{ groupId, kind: 'conference', timeZone: 'Europe/Amsterdam', durationMinutes: 360, attendance: 'in_person' },
      ...{ title: 'Leren in de wijk', localStart: `${DAY}T09:30`, capacityInPerson: 100 },
      venue: { name: 'Forum', address: 'Nieuwe Markt 1', postcode: '9712 KN', city: 'Groningen', access: '' },
    },
    now,
  )
  for (const { at, minutes, ...part } of PARTS) {
    tx.insert(sessions)
      .values({
        ...{ isLearning: true, ...part, eventId: draft.id, uid: randomUUID() },
        ...{ localStart: `${DAY}T${at}`, durationMinutes: minutes },
      })
      .run()
  }
  publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
  return getEvent(tx, draft.id)
}

/** A place in a workshop. */
export function choose(tx: Tx, { id: registrationId }: Registration, title: string, now: Temporal.Instant): void {
  const session = tx.select().from(sessions).where(eq(sessions.title, title)).get()
  if (!session?.round) throw new Error(`there is no workshop ${title}`)
  tx.insert(choices)
    .values({
      ...{ registrationId, sessionId: session.id, round: session.round, rank: 1, status: 'confirmed' },
      ...{ queueNumber: 1, revisedAt: now, createdAt: now },
    })
    .run()
}

/** Nothing is left that says whose it was. */
export function forgetName(tx: Tx, { id }: Registration): void {
  tx.update(registrations).set({ name: '' }).where(eq(registrations.id, id)).run()
}
