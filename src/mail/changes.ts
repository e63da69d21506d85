// Mails about what changed: the appointment, or whether it takes place, or whether one still takes part.
import { isRequest } from '#src/domain/registrations.ts'
import { appointmentFacts, type Desk, inShort, ownDay, reasonFact, whenFact, whyMoved } from './appointment.ts'
import { blocks, button, type Content, facts, note, paragraph, paragraphs } from './content.ts'
import { manage } from './places.ts'

export function changed(desk: Desk): Content {
  const { event, registration, isPlaced, hasPart } = desk
  const isMoved = event.localStart !== registration.told?.localStart
  const words = desk.wordsOf('changed')
  const waits = isRequest(desk.registration) ? desk.wordsOf('requested').lead : words.waitlisted
  const stays = hasPart ? words.partStays : isPlaced ? words.confirmed : waits
  return {
    ...desk.frame,
    kind: 'changed',
    subject: isMoved ? words.movedSubject : words.subject,
    preheader: inShort(desk),
    eyebrow: isMoved ? words.movedEyebrow : words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(isMoved ? words.movedLead : words.lead, stays),
      ...paragraphs(words.extra),
      appointmentFacts(desk, { compare: true, reason: whyMoved(event, registration) }),
      ...ownDay(desk),
      ...manage(desk),
      isPlaced && note(desk.calendar('inviteNext')),
      desk.help,
    ),
    invite: isPlaced ? desk.request() : undefined,
  }
}

export function cancelled(desk: Desk): Content {
  const { event, registration, isPlaced, links, shared } = desk
  const words = desk.wordsOf('cancelled')
  const hasEntry = isPlaced || registration.told?.status === 'confirmed'
  return {
    ...desk.frame,
    kind: 'cancelled',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    isOff: true,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.lead),
      ...paragraphs(words.extra),
      facts(whenFact(desk), reasonFact(desk, event.cancelReason), {
        label: shared.labelHost,
        value: event.group.name,
      }),
      paragraph(hasEntry ? desk.calendar('inviteGone') : words.waitlisted),
      button(words.button, links.agenda()),
      desk.help,
    ),
    invite: hasEntry ? desk.cancel('event') : undefined,
  }
}

export function reinstated(desk: Desk): Content {
  const { isPlaced, hasPart } = desk
  const words = desk.wordsOf('reinstated')
  const waits = isRequest(desk.registration) ? desk.wordsOf('requested').lead : words.waitlisted
  const stays = hasPart ? words.partStays : isPlaced ? words.confirmed : waits
  return {
    ...desk.frame,
    kind: 'reinstated',
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.lead, stays),
      ...paragraphs(words.extra),
      appointmentFacts(desk, { compare: true }),
      ...ownDay(desk),
      ...manage(desk),
      isPlaced && note(desk.calendar('inviteNext')),
      desk.help,
    ),
    invite: isPlaced ? desk.request() : undefined,
  }
}

export function unregistered(desk: Desk): Content {
  const { event, registration, links, shared } = desk
  const words = desk.wordsOf('unregistered')
  const hadPlace = registration.told?.status === 'confirmed' || registration.confirmedAt !== null
  const goesOn = registration.mergedIntoId !== null
  const isSentAway = goesOn || registration.cancelledBy === 'organiser'
  if (desk.hasPart && !goesOn) return released(desk, isSentAway)
  const { subject, eyebrow, lead } = endIn(desk)
  return {
    ...desk.frame,
    kind: 'unregistered',
    subject,
    preheader: lead,
    eyebrow,
    isOff: true,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(lead, hadPlace ? desk.calendar('inviteGone') : ''),
      ...paragraphs(words.extra),
      facts(whenFact(desk), { label: shared.labelHost, value: event.group.name }),
      !isSentAway && paragraph(words.back),
      !isSentAway && button(words.button, links.event(event)),
      desk.help,
    ),
    invite: hadPlace ? desk.cancel('registration') : undefined,
  }
}

/** Whether it goes on with another address, was never granted, or ended here; and by whom. */
function endIn({ registration: { mergedIntoId, cancelledBy, told }, wordsOf }: Desk) {
  const words = wordsOf('unregistered')
  const { subject, eyebrow, byAttendee, byOrganiser } = words
  if (mergedIntoId !== null) {
    return { subject: words.elsewhereSubject, eyebrow: words.elsewhereEyebrow, lead: words.elsewhere }
  }
  if (cancelledBy === 'attendee') return { subject, eyebrow, lead: byAttendee }
  if (!told?.isRequest) return { subject, eyebrow, lead: byOrganiser }
  return { subject: words.refusedSubject, eyebrow: words.refusedEyebrow, lead: words.refused }
}

/** The same to who would speak or host. */
function released(desk: Desk, isSentAway: boolean): Content {
  const { event, registration, links, shared } = desk
  const words = desk.wordsOf('unregistered')
  const lead = isSentAway ? words.partByUs : words.partByYou
  return {
    ...desk.frame,
    kind: 'unregistered',
    subject: words.partSubject,
    preheader: lead,
    eyebrow: words.partEyebrow,
    isOff: true,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(lead, shared.inviteGone),
      ...paragraphs(words.extra),
      facts(whenFact(desk), { label: shared.labelHost, value: event.group.name }),
      !isSentAway && paragraph(words.partBack),
      !isSentAway && button(shared.partButton, links.personal(registration)),
      desk.help,
    ),
    invite: desk.cancel('registration'),
  }
}
