// A mailing as one of its people reads it, or as its writer does who stands in where nobody would get it.
import type { Db } from '#db/open.ts'
import type { Event } from '#src/domain/events.ts'
import { withMaterials } from '#src/domain/follow-ups.ts'
import { findMailing } from '#src/domain/mailings.ts'
import { findOrganiserById, type Organiser } from '#src/domain/organisers.ts'
import type { Message } from '#src/domain/outbox.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { type About, readMailed, readStandIn } from '#src/mail/about.ts'
import { contentOf, type Mailed } from '#src/mail/messages.ts'
import { type Rendered, render } from '#src/mail/render.ts'
import type { Deps } from '../deps.ts'

export interface ReadMail extends Rendered {
  to: string
}

/** With its links open: for who closes them. */
export function readLetter(
  deps: Deps,
  event: Event,
  mailed: Mailed,
  reader: Registration | undefined,
  writer: Organiser,
): ReadMail {
  const now = deps.clock.now()
  const own = reader && readMailed(deps.db, reader, mailed, now)
  const about = own ?? readStandIn(deps.db, event, writer, now)
  return write(deps, about, own ? mailed : { ...mailed, isTest: true })
}

/** A row of the outbox that has yet to be written; nothing if what it is about has gone. */
export function readCopy(db: Db, deps: Deps, message: Message, event: Event): ReadMail | undefined {
  const mailing = findMailing(db, message.mailingId)
  const writer = message.organiserId === null ? undefined : findOrganiserById(db, message.organiserId)
  if (!mailing) return undefined
  const mailed = withMaterials(db, mailing)
  if (message.registrationId === null) return writer && readLetter({ ...deps, db }, event, mailed, undefined, writer)
  const about = readMailed(db, getRegistration(db, message.registrationId), mailed, deps.clock.now())
  return about && write(deps, about, mailed)
}

function write(deps: Deps, about: About, mailed: Mailed): ReadMail {
  return { to: about.email, ...render(contentOf({ kind: 'mailing', about, mailed }, deps, deps.clock.now())) }
}
