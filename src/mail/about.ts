// What the mails about a registration are written from: read once, in the transaction that decides that one is due.
import type { Db } from '#db/open.ts'
import type { Config } from '#src/config.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { findPersonById } from '#src/domain/people.ts'
import { type Registration, waitingPosition } from '#src/domain/registrations.ts'
import type { Tokens } from '#src/lib/tokens.ts'

/** What every mail knows of this installation. */
export interface House {
  config: Pick<Config, 'baseUrl' | 'mailFrom' | 'timeZone'>
  tokens: Tokens
}

export interface About {
  event: ListedEvent
  registration: Registration
  email: string
  /** Place in the queue of who waits, from 1. */
  position: number
}

/** Nothing if the person has no address. `event` only where it stands for another than the stored one, as in a preview. */
export function readAbout(db: Db, registration: Registration, event?: Event): About | undefined {
  const email = findPersonById(db, registration.personId)?.email
  if (!email) return undefined
  const listed = { ...getListedEvent(db, registration.eventId), ...event }
  return { event: listed, registration, email, position: waitingPosition(db, registration) }
}
