// Mails about what changed: the appointment, or whether it takes place, or whether one still takes part.
import { appointmentFacts, type Desk, inShort, reasonFact, whenFact } from './appointment.ts'
import { blocks, button, type Content, facts, isSameTime, note, paragraph } from './content.ts'
import { manage } from './places.ts'

export function changed(desk: Desk): Content {
  const { words, event, isPlaced, formats } = desk
  const isMoved = event.localStart !== desk.registration.told?.localStart
  const { moved, subject, moveLead, lead, movedEyebrow, eyebrow } = words.changed
  return {
    ...desk.frame,
    kind: 'changed',
    subject: isMoved ? moved(event.title, desk.day, formats.time(event)) : subject(event.title, desk.day),
    preheader: inShort(desk),
    eyebrow: isMoved ? movedEyebrow : eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(isMoved ? moveLead : lead, words.changed[isPlaced ? 'confirmed' : 'waitlisted']),
      appointmentFacts(desk, { compare: true, reason: whyMoved(desk) }),
      ...manage(desk),
      isPlaced && note(words.invite.next),
      desk.help,
    ),
    invite: isPlaced ? desk.request() : undefined,
  }
}

/** The organiser's reason belongs to the organiser's change, not to somebody's own switch from room to online. */
function whyMoved({ event, registration: { told, attendance } }: Desk): string {
  const isOwnSwitch = told !== null && isSameTime(told, event) && told.presence !== attendance
  return isOwnSwitch ? '' : event.moveReason
}

export function cancelled(desk: Desk): Content {
  const { words, event, isPlaced, links } = desk
  return {
    ...desk.frame,
    kind: 'cancelled',
    subject: words.cancelled.subject(event.title, desk.day),
    preheader: words.cancelled.lead(desk.thisKind),
    eyebrow: words.cancelled.eyebrow,
    isOff: true,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.cancelled.lead(desk.thisKind)),
      facts(whenFact(desk), reasonFact(desk, event.cancelReason), {
        label: words.labels.host,
        value: event.group.name,
      }),
      paragraph(isPlaced ? words.invite.gone : words.cancelled.waitlisted),
      button(words.cancelled.button, links.agenda()),
      desk.help,
    ),
    invite: isPlaced ? desk.cancel('event') : undefined,
  }
}

export function reinstated(desk: Desk): Content {
  const { words, event, isPlaced } = desk
  return {
    ...desk.frame,
    kind: 'reinstated',
    subject: words.reinstated.subject(event.title, desk.day),
    preheader: inShort(desk),
    eyebrow: words.reinstated.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.reinstated.lead(desk.thisKind), words.reinstated[isPlaced ? 'confirmed' : 'waitlisted']),
      appointmentFacts(desk, { compare: true }),
      ...manage(desk),
      isPlaced && note(words.invite.next),
      desk.help,
    ),
    invite: isPlaced ? desk.request() : undefined,
  }
}

export function unregistered(desk: Desk): Content {
  const { words, event, registration, links } = desk
  const hadPlace = registration.told?.status === 'confirmed' || registration.confirmedAt !== null
  const isSentAway = registration.cancelledBy === 'organiser'
  const lead = words.unregistered[isSentAway ? 'organiser' : 'attendee']
  return {
    ...desk.frame,
    kind: 'unregistered',
    subject: words.unregistered.subject(event.title, desk.day),
    preheader: lead,
    eyebrow: words.unregistered.eyebrow,
    isOff: true,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(lead, hadPlace ? words.invite.gone : ''),
      facts(whenFact(desk), { label: words.labels.host, value: event.group.name }),
      !isSentAway && paragraph(words.unregistered.back),
      !isSentAway && button(words.unregistered.button, links.event(event)),
      desk.help,
    ),
    invite: hadPlace ? desk.cancel('registration') : undefined,
  }
}
