// Mails about having a place or waiting for one.
import { saidBy } from '#src/domain/contributors.ts'
import { promotionEnds } from '#src/domain/events.ts'
import { isRequest } from '#src/domain/registrations.ts'
import { isBefore } from '#src/lib/time.ts'
import { appointmentFacts, type Desk, forEntrance, inShort, ownDay } from './appointment.ts'
import { type Block, blocks, button, type Content, note, paragraph, paragraphs } from './content.ts'

export function confirmed(desk: Desk): Content {
  return placed(desk, 'confirmed', leadOf(desk))
}

/** One date of a series they take part in: it was added, or they want it in their calendar by mail. */
function leadOf({ registration: { enrolmentId, told }, wordsOf }: Desk): string {
  const words = wordsOf('confirmed')
  if (enrolmentId === null) return words.lead
  return told?.uninvited ? words.dateInvite : words.newDate
}

export function promoted(desk: Desk): Content {
  return placed(desk, 'promoted', desk.wordsOf('promoted').lead)
}

function placed(desk: Desk, kind: 'confirmed' | 'promoted', lead: string): Content {
  const words = desk.wordsOf(kind)
  return {
    ...desk.frame,
    kind,
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(lead),
      ...paragraphs(words.extra),
      appointmentFacts(desk),
      ...ownDay(desk),
      forEntrance(desk),
      ...manage(desk),
      note(desk.calendar('inviteFirst')),
      desk.help,
    ),
    invite: desk.request(),
  }
}

/** The appointment and what can be done with it. */
function ofPlace(desk: Desk): Block[] {
  return [appointmentFacts(desk), ...ownDay(desk), ...manage(desk)]
}

/** Seeing, changing, and making room for somebody else. */
export function manage({ shared, links, registration, isPlaced, hasPart, wordsOf }: Desk): Block[] {
  const { cannotCome, leaveQueue, manage: text } = shared
  if (hasPart) return [paragraph(shared.partCannotCome), button(shared.partButton, links.personal(registration))]
  const leave = isRequest(registration) ? wordsOf('requested').noLonger : leaveQueue
  return [paragraph(isPlaced ? cannotCome : leave), button(text, links.personal(registration))]
}

export function waitlisted(desk: Desk, now: Temporal.Instant): Content {
  const words = desk.wordsOf('waitlisted')
  const hadPlace = desk.registration.told?.status === 'confirmed'
  return {
    ...desk.frame,
    kind: 'waitlisted',
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(hadPlace ? words.lost : words.lead),
      ...paragraphs(words.extra),
      ...ofWaiting(desk, now),
      desk.help,
    ),
    invite: hadPlace ? desk.cancel('registration') : undefined,
  }
}

/**
 * Nobody has a place yet, nor a turn: an organiser says who can come. Whoever gave up a place and asked for one again before we
 * could say so has an entry still.
 */
export function requested(desk: Desk): Content {
  const words = desk.wordsOf('requested')
  const hadPlace = desk.registration.told?.status === 'confirmed'
  return {
    ...desk.frame,
    kind: 'requested',
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.lead),
      ...paragraphs(words.extra),
      ...ofPlace(desk),
      desk.help,
    ),
    invite: hadPlace ? desk.cancel('registration') : undefined,
  }
}

function ofWaiting(desk: Desk, now: Temporal.Instant): Block[] {
  return [paragraph(howPromotionGoes(desk, now)), appointmentFacts(desk), ...manage(desk)]
}

function howPromotionGoes({ event, registration, shared }: Desk, now: Temporal.Instant): string {
  const ends = promotionEnds(event, event.series, registration.attendance)
  return isBefore(now, ends) ? shared.waitUntil : shared.waitFirst
}

/** To everyone who waits, in the last hours. The button leads to a page with a button: a mail scanner takes no place. */
export function placeFree(desk: Desk): Content {
  const { registration, links } = desk
  const words = desk.wordsOf('place_free')
  return {
    ...desk.frame,
    kind: 'place_free',
    subject: words.subject,
    preheader: words.lead,
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.lead),
      ...paragraphs(words.extra),
      button(words.button, links.personal(registration)),
      appointmentFacts(desk),
      paragraph(words.otherwise),
      desk.help,
    ),
  }
}

/** To who was asked to speak or host: the question once more, or for who said yes what they know. */
function askedAgain(desk: Desk): Content {
  const words = desk.wordsOf('again')
  const hasSaidYes = saidBy(desk.event, desk.registration) === 'yes'
  return {
    ...desk.frame,
    kind: 'again',
    subject: hasSaidYes ? words.partHereSubject : words.partSubject,
    preheader: inShort(desk),
    eyebrow: words.partEyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(hasSaidYes ? words.partHere : words.partAsks),
      ...paragraphs(words.extra),
      !hasSaidYes && button(desk.wordsOf('asked').button, desk.links.personal(desk.registration)),
      appointmentFacts(desk),
      ...(hasSaidYes ? manage(desk) : []),
      note(desk.wordsOf('asked').invite),
      desk.help,
    ),
    invite: desk.request(),
  }
}

/** Who registers twice has probably lost the mail. */
export function again(desk: Desk, now: Temporal.Instant): Content {
  const { isPlaced } = desk
  const isAsking = isRequest(desk.registration)
  const words = desk.wordsOf('again')
  if (desk.hasPart) return askedAgain(desk)
  return {
    ...desk.frame,
    kind: 'again',
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: isPlaced ? words.eyebrowConfirmed : isAsking ? desk.wordsOf('requested').eyebrow : words.eyebrowWaitlisted,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(isPlaced ? words.confirmed : isAsking ? desk.wordsOf('requested').lead : words.waitlisted),
      ...paragraphs(words.extra),
      ...(isPlaced
        ? [...ofPlace(desk), note(desk.calendar('inviteFirst'))]
        : isAsking
          ? ofPlace(desk)
          : ofWaiting(desk, now)),
      desk.help,
    ),
    invite: isPlaced ? desk.request() : undefined,
  }
}
