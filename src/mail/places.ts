// Mails about having a place or waiting for one.
import { promotionEnds } from '#src/domain/events.ts'
import { isBefore } from '#src/lib/time.ts'
import { appointmentFacts, type Desk, inShort } from './appointment.ts'
import { type Block, blocks, button, type Content, note, paragraph } from './content.ts'

export function confirmed(desk: Desk): Content {
  return placed(desk, 'confirmed')
}

export function promoted(desk: Desk): Content {
  return placed(desk, 'promoted')
}

function placed(desk: Desk, kind: 'confirmed' | 'promoted'): Content {
  const { words, event } = desk
  return {
    ...desk.frame,
    kind,
    subject: words[kind].subject(event.title, desk.day),
    preheader: inShort(desk),
    eyebrow: words[kind].eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words[kind].lead),
      ...ofPlace(desk),
      note(words.invite.first),
      desk.help,
    ),
    invite: desk.request(),
  }
}

/** The appointment and what can be done with it. */
function ofPlace(desk: Desk): Block[] {
  return [appointmentFacts(desk), ...manage(desk)]
}

/** Seeing, changing, and making room for somebody else. */
export function manage({ words, links, registration, isPlaced }: Desk): Block[] {
  const { cannotCome, waitlisted } = words
  return [paragraph(isPlaced ? cannotCome : waitlisted.leave), button(words.manage, links.personal(registration))]
}

export function waitlisted(desk: Desk, now: Temporal.Instant): Content {
  const { words, event, registration } = desk
  const hadPlace = registration.told?.status === 'confirmed'
  const lead = hadPlace ? words.waitlisted.lost : words.waitlisted.lead(desk.position)
  return {
    ...desk.frame,
    kind: 'waitlisted',
    subject: words.waitlisted.subject(event.title, desk.day),
    preheader: inShort(desk),
    eyebrow: words.waitlisted.eyebrow,
    blocks: blocks(paragraph(desk.hello), paragraph(lead), ...ofWaiting(desk, now), desk.help),
    invite: hadPlace ? desk.cancel('registration') : undefined,
  }
}

function ofWaiting(desk: Desk, now: Temporal.Instant): Block[] {
  return [paragraph(howPromotionGoes(desk, now)), appointmentFacts(desk), ...manage(desk)]
}

function howPromotionGoes({ event, registration, words, formats }: Desk, now: Temporal.Instant): string {
  const ends = promotionEnds(event, event.series, registration.attendance)
  if (!isBefore(now, ends)) return words.waitlisted.first
  const local = { localStart: ends.toZonedDateTimeISO(event.timeZone).toPlainDateTime().toString() }
  return words.waitlisted.until(`${formats.dayShort(local)}, ${formats.time(local)}`)
}

/** To everyone who waits, in the last hours. The button leads to a page with a button: a mail scanner takes no place. */
export function placeFree(desk: Desk): Content {
  const { words, event, registration, links } = desk
  return {
    ...desk.frame,
    kind: 'place_free',
    subject: words.place_free.subject(event.title, desk.day),
    preheader: words.place_free.lead,
    eyebrow: words.place_free.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.place_free.lead),
      button(words.place_free.button, links.personal(registration)),
      appointmentFacts(desk),
      paragraph(words.place_free.otherwise),
      desk.help,
    ),
  }
}

/** Who registers twice has probably lost the mail. */
export function again(desk: Desk, now: Temporal.Instant): Content {
  const { words, event, isPlaced } = desk
  const state = isPlaced ? 'confirmed' : 'waitlisted'
  return {
    ...desk.frame,
    kind: 'again',
    subject: words.again.subject(event.title, desk.day),
    preheader: inShort(desk),
    eyebrow: words[state].eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.again[state]),
      ...(isPlaced ? [...ofPlace(desk), note(words.invite.first)] : ofWaiting(desk, now)),
      desk.help,
    ),
    invite: isPlaced ? desk.request() : undefined,
  }
}
