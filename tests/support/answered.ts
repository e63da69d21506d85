// The example as it looks once people have answered in their calendars and a mail has come back: states worth seeing.
import { eq } from '#db/drizzle.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import type { Event } from '#src/domain/events.ts'
import { enqueue, type Message } from '#src/domain/outbox.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { applyReply, type Reply } from '#src/domain/replies.ts'
import { sequenceOf } from '#src/domain/telling.ts'
import type { Site } from './site.ts'

interface Listed {
  registration: Registration
  email: string | null
}

/** Lets the last people on an event's list answer, and the mail of one of them come back. */
export function answerAll({ db, clock }: Site, event: Event) {
  const now = clock.now()
  const people = listAttendees(db, event, { status: 'confirmed' }).filter(({ email }) => email !== null)
  const [declined, asked, maybe, bounced, cancelled] = people.slice(-5)
  if (!declined || !asked || !maybe || !bounced || !cancelled) throw new Error('too few people')
  const answer = ({ registration, email }: Listed, more: Partial<Reply>) =>
    writeNow(db, tx => {
      const about = { uid: event.uid, attendee: email ?? '', sequence: sequenceOf(event, registration) }
      applyReply(tx, { ...about, partstat: 'declined', stamp: now, isProven: true, ...more }, now)
    })
  answer(declined, {})
  answer(asked, { isProven: false })
  answer(maybe, { partstat: 'tentative' })
  writeNow(db, tx => cancelRegistration(tx, cancelled.registration, 'attendee', now))
  return {
    declined: declined.registration,
    asked: asked.registration,
    cancelled: cancelled.registration,
    bounced: comeBack({ db, clock }, bounced),
  }
}

function comeBack({ db, clock }: Pick<Site, 'db' | 'clock'>, { registration, email }: Listed): Message {
  const now = clock.now()
  const { id, eventId, personId } = registration
  const about = { eventId, registrationId: id, personId, toAddress: email ?? '' }
  const diagnostic = `550 5.1.1 <${email}>: Recipient address rejected: User unknown in virtual mailbox table`
  return writeNow(db, tx => {
    enqueue(tx, { key: 'came:back', kind: 'confirmed', locale: 'nl', ...about }, now)
    const [sent] = tx
      .update(messages)
      .set({ state: 'sent', sentAt: now, attempts: 1 })
      .where(eq(messages.key, 'came:back'))
      .returning()
      .all()
    if (!sent) throw new Error('no mail')
    recordBounce(tx, sent, { action: 'failed', status: '5.1.1', diagnostic }, now)
    return sent
  })
}
