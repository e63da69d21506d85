// What a mail is about, as it is at the moment: a registration with its event, or one workshop of it; and which mail is due
// about it.
import type { Tx } from '#db/open.ts'
import type { Told } from '#db/schema.ts'
import { dueAboutChoice, isChoiceStillTrue, isChoiceTelling } from '#src/domain/choice-telling.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import type { Message, MessageKind } from '#src/domain/outbox.ts'
import { choiceToldNow, getOwnWorkshop, type OwnWorkshop } from '#src/domain/own-workshops.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { dueTelling, isStillTrue, isTelling, toldNow } from '#src/domain/telling.ts'

export interface Subject {
  event: Event
  registration: Registration
  workshop?: OwnWorkshop
}

/** Nothing for a mail that is about nobody's registration. */
export function subjectOf(tx: Tx, { registrationId, choiceId }: Message): Subject | undefined {
  if (registrationId === null) return undefined
  if (choiceId !== null) {
    const workshop = getOwnWorkshop(tx, choiceId)
    return { event: workshop.event, registration: workshop.registration, workshop }
  }
  const registration = getRegistration(tx, registrationId)
  return { registration, event: getEvent(tx, registration.eventId) }
}

/** Whether what was written is still true. */
export function isTrueOf(message: Message, { event, registration, workshop }: Subject): boolean {
  return workshop ? isChoiceStillTrue(message, workshop) : isStillTrue(message, event, registration)
}

/** The mail that is due about it; nothing if they know what is true. */
export function dueOf({ event, registration, workshop }: Subject, now: Temporal.Instant): MessageKind | undefined {
  return workshop ? dueAboutChoice(workshop, now) : dueTelling(registration.told, toldNow(event, registration))
}

/** What a mail of this kind that is written now tells of it; nothing for one that tells no state. */
export function tellsOf(kind: MessageKind, { event, registration, workshop }: Subject): Told | null {
  if (workshop) return isChoiceTelling(kind) ? choiceToldNow(workshop) : null
  return isTelling(kind) || kind === 'again' ? toldNow(event, registration) : null
}
