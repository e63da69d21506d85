// The mail to somebody who said no in their calendar, or for whom somebody did: what happens now, and the way back. Its
// button leads to a page with buttons, since mail scanners open every link. It brings no invite: that would be an answer to
// an answer.
import { isSure } from '#src/domain/declines.ts'
import { appointmentFacts, type Desk } from './appointment.ts'
import { blocks, button, type Content, paragraph, paragraphs } from './content.ts'

export function declined(desk: Desk): Content {
  const { registration, links, hasPart, shared } = desk
  const words = desk.wordsOf('declined')
  const isTheirs = isSure(registration)
  const ofPart = isTheirs ? words.partStays : words.partAsks
  const lead = hasPart ? ofPart : isTheirs ? (registration.freesAt ? words.frees : words.stays) : words.asks
  const way = isTheirs ? words.undo : words.choose
  const label = isTheirs ? words.button : words.askButton
  return {
    ...desk.frame,
    kind: 'declined',
    subject: isTheirs ? words.subject : words.askSubject,
    preheader: lead,
    eyebrow: isTheirs ? words.eyebrow : words.askEyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(lead),
      ...paragraphs(words.extra),
      paragraph(hasPart ? words.partChoose : way),
      button(hasPart ? shared.partButton : label, links.personal(registration)),
      appointmentFacts(desk, { door: false }),
      registration.freesAt !== null && paragraph(words.fine),
      desk.help,
    ),
  }
}
