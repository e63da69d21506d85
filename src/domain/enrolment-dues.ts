// Which mail about a whole series is due to somebody: a matter of what they know and what is true, as with a registration.
import type { Db } from '#db/open.ts'
import { type Enrolment, findEnrolment } from './enrolments.ts'
import type { MessageKind } from './outbox.ts'
import type { Registration } from './registrations.ts'

/** The kinds that tell the state of an enrolment. At most one of them waits for an enrolment at any time. */
export const TELLS_SERIES = ['series_confirmed', 'series_waitlisted', 'series_promoted', 'series_left'] as const
export type SeriesTelling = (typeof TELLS_SERIES)[number]

export const isSeriesTelling = (kind: MessageKind): kind is SeriesTelling =>
  (TELLS_SERIES as readonly MessageKind[]).includes(kind)

/** The mail that is due about an enrolment; nothing if they know what is true. */
export function dueOfSeries({ told, status }: Pick<Enrolment, 'told' | 'status'>): SeriesTelling | undefined {
  if (told === status) return undefined
  if (status === 'cancelled') return 'series_left'
  if (status === 'waitlisted') return 'series_waitlisted'
  return told === 'waitlisted' ? 'series_promoted' : 'series_confirmed'
}

/** A mail about the whole series is due, and tells of this date as well. */
export function isToldWithSeries(db: Db, registration: Registration): boolean {
  const enrolment = registration.enrolmentId === null ? undefined : findEnrolment(db, registration.enrolmentId)
  return enrolment !== undefined && isToldBy(enrolment, registration) && dueOfSeries(enrolment) !== undefined
}

/** Mails about a series tell of a date, unless somebody has a part of their own in it, or goes there with another address. */
export function isToldBy(enrolment: Pick<Enrolment, 'personId'>, { part, personId }: Registration): boolean {
  return part === null && personId === enrolment.personId
}
