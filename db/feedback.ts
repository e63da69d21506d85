// Invented feedback for the example programme, given at past moments by half of who was there.
import { and, asc, eq, isNotNull } from '#db/drizzle.ts'
import type { Event } from '#src/domain/events.ts'
import { giveFeedback } from '#src/domain/feedback.ts'
import { type FeedbackQuestion, listAsked, versionOf } from '#src/domain/feedback-questions.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Tx } from './open.ts'
import { registrations } from './schema.ts'

const FIGURES = ['4', '5', '4', '3', '5', '4', '2', '4', '5', '3']
const TAKEAWAYS = [
  'Eerst luisteren, dan pas een plan.',
  'Ik ga morgen bellen met de wijkverpleegkundige.',
  'Dat bewoners zelf al veel doen. Daar begin ik voortaan mee.',
  'Het voorbeeld uit Emmen: samen aan één tafel, elke week, ook als er niets aan de hand is.',
  'Een paar namen van mensen die met hetzelfde bezig zijn.',
]
const BETTER = [
  'Meer tijd voor vragen.',
  'De groepjes waren te groot om iedereen te horen.',
  'Graag de presentatie vooraf.',
  'Het geluid viel een paar keer weg.',
]

/** For every event of these that is over. */
export function layFeedback(tx: Tx, list: Event[], now: Temporal.Instant): void {
  for (const event of list) {
    const moment = event.endsAt.add({ hours: 1 })
    if (isBefore(moment, now) && !event.cancelledAt) fill(tx, event, moment)
  }
}

function fill(tx: Tx, event: Event, moment: Temporal.Instant): void {
  const wereThere = tx
    .select()
    .from(registrations)
    .where(and(eq(registrations.eventId, event.id), isNotNull(registrations.attendedAt)))
    .orderBy(asc(registrations.id))
    .all()
  for (const [index, registration] of wereThere.entries()) {
    if (index % 2) continue
    const asked = listAsked(tx, event)
    const answers = new Map(
      asked.map((question, place): [number, string[]] => [place, answerTo(question, index / 2 + event.id)]),
    )
    giveFeedback(tx, event, registration, { answers, version: versionOf(asked), withName: false }, moment)
  }
}

/** Not everybody writes something. */
function answerTo({ usual }: FeedbackQuestion, seed: number): string[] {
  const list = { useful: FIGURES, takeaway: TAKEAWAYS, better: BETTER }[usual ?? 'better']
  const answer = list[seed % (usual === 'useful' ? list.length : list.length + 2)]
  return answer === undefined ? [] : [answer]
}
