// What a mail told, compared: with what is true now, and with what another mail told. Which mail is due because of it stands
// in `telling` (a registration) and in `choice-telling` (a workshop somebody chose).
import type { Told } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Message } from './outbox.ts'

/** When, where and how to come in: what people arrange their day by. */
export function isSameAppointment(a: Told, b: Told): boolean {
  return (
    a.localStart === b.localStart &&
    a.timeZone === b.timeZone &&
    a.durationMinutes === b.durationMinutes &&
    a.presence === b.presence &&
    a.place === b.place &&
    (a.door ?? b.door) === (b.door ?? a.door)
  )
}

export function isSame(a: Told, b: Told): boolean {
  return (
    a.status === b.status &&
    a.part === b.part &&
    a.isRequest === b.isRequest &&
    a.sequence === b.sequence &&
    (a.status === 'cancelled' || a.uninvited === b.uninvited) &&
    isSameAppointment(a, b)
  )
}

/** What is told now, what they know already, and when anything that a calendar shows of it last changed. */
export interface Truth {
  now: Told
  known: Told | null
  changedAt: Temporal.Instant
}

/**
 * Whether a mail that has been written still says what is true. A row that is not written yet always will. Titles and texts
 * count too (whatever a calendar shows raises `revisedAt`), unless the mail may have arrived already: then it comes again
 * as it was.
 */
export function saysTruth({ datedAt, bytes, told }: Message, { now, known, changedAt }: Truth): boolean {
  if (!bytes || !datedAt) return true
  if (told && !isSame(told, now)) return false
  const mayBeKnown = told !== null && known !== null && isSame(told, known)
  return mayBeKnown || !isBefore(datedAt, changedAt)
}
