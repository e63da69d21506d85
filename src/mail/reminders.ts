// Reminders: the door or the way there, a way to cancel, and a way to be left in peace.
import { appointmentFacts, type Desk, forEntrance, inShort, ownDay } from './appointment.ts'
import { blocks, button, type Content, link, note, paragraph, paragraphs } from './content.ts'

/** Names the day instead of "tomorrow": a mail may arrive later than it was sent. */
export function reminder(kind: 'reminder_day' | 'reminder_hour', desk: Desk): Content {
  const { shared, registration, links, isOnline, hasPart } = desk
  const words = desk.wordsOf(kind)
  return {
    ...desk.frame,
    kind,
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(hasPart ? words.partLead : words.lead),
      ...paragraphs(words.extra),
      isOnline && button(words.button, links.door(registration)),
      isOnline && note(shared.doorOpens),
      appointmentFacts(desk, { door: false }),
      ...ownDay(desk),
      kind === 'reminder_day' && forEntrance(desk),
      paragraph(hasPart ? shared.partCannotCome : words.cannotCome),
      link(hasPart ? shared.partButton : shared.manage, links.personal(registration)),
      desk.help,
    ),
    unsubscribe: { text: shared.unsubscribe, url: links.unsubscribe(registration) },
  }
}
