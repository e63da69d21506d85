// Registering through the form. Whoever types an address learns nothing about it: the answer is what a new registration
// would get, worked out before anything is written, and it is the same for an address we know.
import type { Tx } from '#db/open.ts'
import { Refusal } from '#src/lib/errors.ts'
import { enrol, type Joiner } from './enrolling.ts'
import { isOnlyWhole, joiningOf } from './enrolment-places.ts'
import { type Event, getEvent } from './events.ts'
import { refuseIfUsed } from './invitees.ts'
import { outlookFor, placesFor } from './places.ts'
import { type Applicant, register } from './registering.ts'
import { getSeriesOf, type Series } from './series.ts'

/** `requested`: an organiser says yes or no. */
type Outlook = 'confirmed' | 'waitlisted' | 'requested'

/** What somebody is told after registering: the address as typed, and what a new registration gets now. */
export interface Answer {
  email: string
  status: Outlook
  colleague: { email: string; status: Outlook } | null
}

/** Registers all of them, or nobody: Refusal('fully_booked') if there are too few places and nobody can wait. A robot's entry is answered like any other, and not kept. */
export function registerAll(
  tx: Tx,
  event: Event,
  applicants: [Applicant, ...Applicant[]],
  isRobot: boolean,
  now: Temporal.Instant,
): Answer {
  // Before anything is looked up: a refusal must not depend on whether we know an address.
  const [{ inviteeId, email }] = applicants
  if (inviteeId !== undefined) refuseIfUsed(tx, inviteeId, email)
  else refuseUninvited(tx, getEvent(tx, event.id))
  const answer = answerFor(tx, getEvent(tx, event.id), applicants)
  if (isRobot) return answer
  for (const applicant of applicants) register(tx, event, applicant, now)
  return answer
}

/** Also whoever could come without being asked, as one of a series: they do so on their own page. */
function refuseUninvited(tx: Tx, event: Event): void {
  if (isOnlyWhole(tx, event)) throw new Refusal('series_only')
  if (event.isInvitationOnly) throw new Refusal('invitation_only')
}

function answerFor(tx: Tx, event: Event, [first, colleague]: [Applicant, ...Applicant[]]): Answer {
  const places = placesFor(tx, event, first.attendance)
  const statusOf = ({ inviteeId }: Applicant, needed: number): Outlook => {
    const outlook = outlookFor(event, places, needed)
    if (!outlook) throw new Refusal('fully_booked')
    return event.needsApproval && inviteeId === undefined ? 'requested' : outlook
  }
  return {
    email: first.email ?? '',
    status: statusOf(first, 1),
    colleague: colleague ? { email: colleague.email ?? '', status: statusOf(colleague, 2) } : null,
  }
}

/**
 * Puts somebody in a series, by the form. Refusal('closed_list') or Refusal('closed') where nobody can join by it. A robot's entry
 * is answered like any other, and not kept.
 */
export function registerForSeries(
  tx: Tx,
  series: Series,
  joiner: Joiner & { email: string },
  isRobot: boolean,
  now: Temporal.Instant,
): Answer {
  const joining = joiningOf(tx, getSeriesOf(tx, { seriesId: series.id }), now)
  if (joining === 'closed_list') throw new Refusal('closed_list')
  if (joining === 'off' || joining === 'over') throw new Refusal('closed')
  if (!isRobot) enrol(tx, series, joiner, now)
  return { email: joiner.email, status: joining === 'full' ? 'waitlisted' : 'confirmed', colleague: null }
}

/** An answer that came back by way of an address; nothing if it is none of ours. */
export function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null || !('status' in value && 'colleague' in value)) return false
  return 'email' in value && typeof value.email === 'string' && value.email.includes('@')
}
