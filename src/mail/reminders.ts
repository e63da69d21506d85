// Reminders: the door or the way there, a way to cancel, and a way to be left in peace.
import { appointmentFacts, type Desk, inShort, opens } from './appointment.ts'
import { blocks, button, type Content, link, note, paragraph } from './content.ts'

/** Names the day instead of "tomorrow": a mail may arrive later than it was sent. */
export function reminder(kind: 'reminder_day' | 'reminder_hour', desk: Desk): Content {
  const { words, event, registration, links, formats, isOnline } = desk
  const [day, time] = [formats.dayShort(event), formats.time(event)]
  return {
    ...desk.frame,
    kind,
    subject: words.reminder.subject(event.title, desk.day, time),
    preheader: inShort(desk),
    eyebrow: words.reminder.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.reminder.lead(day, time)),
      isOnline && button(words.reminder.button, links.door(registration)),
      isOnline && note(opens(desk)),
      appointmentFacts(desk, { door: false }),
      paragraph(words.reminder.cancel),
      link(words.manage, links.personal(registration)),
      desk.help,
    ),
    unsubscribe: { text: words.unsubscribe(desk.thisKind), url: links.unsubscribe(registration) },
  }
}
