// One mail of every kind about a whole series, for the test mails (`examples`): in a transaction that is rolled back.
import { asc } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { groups } from '#db/schema.ts'
import { updateEnrolment } from '#src/domain/enrolments.ts'
import { makeUpSeries, stageIn } from '#src/domain/series-scenes.ts'
import { readAboutEnrolment } from '#src/mail/about.ts'
import type { AboutSeries } from '#src/mail/enrolments.ts'
import type { Occasion } from '#src/mail/messages.ts'
import type { To } from './examples.ts'

/** The life of one part in a series: it waits, gets a place, is asked for again, and ends. After the group has been laid. */
export function aboutSeries(tx: Tx, { email, locale }: To, timeZone: string, now: Temporal.Instant): Occasion[] {
  const group = tx.select().from(groups).orderBy(asc(groups.id)).limit(1).get()
  if (!group) throw new Error('the example has no group')
  const cast = { group, locale, timeZone, organiser: { name: '', email } }
  const found = makeUpSeries(tx, cast, now)
  const enrolment = stageIn(tx, found, cast, { status: 'confirmed' }, now)
  const as = (status: 'confirmed' | 'waitlisted' | 'cancelled', ...kinds: AboutSeries[]): Occasion[] => {
    const leftBy = status === 'cancelled' ? ('attendee' as const) : null
    const enrolled = readAboutEnrolment(tx, updateEnrolment(tx, enrolment, { status, leftBy }), now)
    if (!enrolled) throw new Error('the example has no address')
    return kinds.map(kind => ({ kind, enrolled }))
  }
  return [
    ...as('waitlisted', 'series_waitlisted'),
    ...as('confirmed', 'series_promoted', 'series_confirmed', 'series_again'),
    ...as('cancelled', 'series_left'),
  ]
}
