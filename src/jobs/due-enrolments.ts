// Judges what is claimed about somebody's part in a whole series: is it still due, and is what was written still true?
import type { Tx } from '#db/open.ts'
import { isUndeliverable } from '#src/domain/bounces.ts'
import { dueOfSeries } from '#src/domain/enrolment-dues.ts'
import { type Enrolment, findEnrolment } from '#src/domain/enrolments.ts'
import { isExpired, type Message } from '#src/domain/outbox.ts'
import { findPersonById } from '#src/domain/people.ts'
import { discard, replace } from '#src/domain/sending.ts'
import { isSeriesStillTrue, settleEnrolment, toldSeriesNow } from '#src/domain/series-telling.ts'
import { readAboutEnrolment } from '#src/mail/about.ts'
import { isAboutSeries } from '#src/mail/messages.ts'
import type { Draft, Task } from './due.ts'

/** The mail as it is to leave; nothing if it should not, and then whatever is due instead has been put in the outbox. */
export function judgeSeriesMail(tx: Tx, message: Message, at: Temporal.Instant): Task[] {
  const enrolment = message.enrolmentId === null ? undefined : findEnrolment(tx, message.enrolmentId)
  const why = enrolment ? whyNot(tx, message, enrolment, at) : 'gone'
  if (why) discard(tx, message, why)
  else if (enrolment && !isSeriesStillTrue(tx, message, enrolment, at)) replace(tx, message, at)
  else if (enrolment)
    return [{ message, at, ...(message.bytes === null && { draft: draftOf(tx, message, enrolment, at) }) }]
  if (enrolment) settleEnrolment(tx, enrolment, at)
  return []
}

/** As with a registration: the one that is due leaves, or one that comes again as it was; `again` gives way to news. */
function whyNot(tx: Tx, message: Message, enrolment: Enrolment, now: Temporal.Instant): string | undefined {
  if (isExpired(message, now)) return 'expired'
  if (isUndeliverable(tx, message.toAddress)) return 'undeliverable'
  if (findPersonById(tx, enrolment.personId)?.email !== message.toAddress) return 'gone'
  const due = dueOfSeries(enrolment)
  if (message.kind === 'series_again') {
    if (enrolment.status === 'cancelled') return 'cancelled'
    return due ? 'superseded' : undefined
  }
  const isRepeat = due === undefined && message.bytes !== null && isSeriesStillTrue(tx, message, enrolment, now)
  return due === message.kind || isRepeat ? undefined : 'superseded'
}

function draftOf(tx: Tx, { id, kind, locale }: Message, enrolment: Enrolment, at: Temporal.Instant): Draft {
  const enrolled = readAboutEnrolment(tx, enrolment, at, locale)
  if (!enrolled || !isAboutSeries(kind)) throw new Error(`message ${id} (${kind}) has nothing to be written from`)
  const toldSeries = toldSeriesNow(tx, enrolment, at)
  return { occasion: { kind, enrolled }, told: null, toldSeries, threadId: enrolment.threadId }
}
