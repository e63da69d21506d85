// Everything in one place for a test of mails and pages together: the website on a port, the worker, a mail server, and a
// webinar to register for.
import { createApp } from '#src/app.ts'
import { listEnrolmentsOf } from '#src/domain/enrolments.ts'
import { getEvent } from '#src/domain/events.ts'
import { findPerson } from '#src/domain/people.ts'
import { findRegistrationOf } from '#src/domain/registrations.ts'
import { openPostOffice } from './postoffice.ts'
import { shareValidators } from './validators.ts'
import { makeEvent, makeGroup } from './world.ts'

/** Whose mails are looked at. */
export const ME = 'zoe@example.org'
/** Where they want to be reached from now on. */
export const NEW = 'nieuw@example.org'
export const ROOM = 'https://meet.example.org/kamer'

/** A webinar with two places, its website and its mail. */
export async function openHouse() {
  const office = await openPostOffice({ config: { baseUrl: 'http://127.0.0.1' } })
  const { db, config, write, clock, tokens, counts } = office
  const group = makeGroup(db, { email: 'noord@example.org' })
  const { id } = makeEvent(db, group, { capacityOnline: 2, roomUrl: ROOM })
  const mailHealth = { beat: undefined, slowed: undefined }
  const inboxHealth = { trouble: undefined }
  const deps = { db, config, write, clock, tokens, counts, mailHealth, inboxHealth }
  const app = await createApp(deps, { strictViews: true, onAjv: shareValidators })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  config.baseUrl = url
  office.nudged()
  const find = (email: string) => {
    const person = findPerson(db, email)
    return person && findRegistrationOf(db, getEvent(db, id), person)
  }
  return {
    ...office,
    group,
    url,
    event: () => getEvent(db, id),
    /** Somebody's registration as it is now. */
    of: (email: string) => {
      const found = find(email)
      if (!found) throw new Error(`${email} is not registered`)
      return found
    },
    /** Somebody's part in the only series there is. */
    enrolled: (email: string) => {
      const person = findPerson(db, email)
      const [found] = person ? listEnrolmentsOf(db, person) : []
      if (!found) throw new Error(`${email} takes part in no series`)
      return found.enrolment
    },
    close: async () => {
      await app.close()
      await office.close()
    },
  }
}
export type House = Awaited<ReturnType<typeof openHouse>>
