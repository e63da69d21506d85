// What a mail about a whole series is shown with to who writes its texts: the group's own series where it has dates to come, and
// the organiser as who takes part. Always in a transaction that is rolled back.
import { and, desc, eq, gt, isNotNull, isNull } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { events, registrations, series } from '#db/schema.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { dateIn } from '#src/lib/time.ts'
import { createEvent, publishEvent } from './drafts.ts'
import { enrol } from './enrolling.ts'
import { type Enrolment, listPlaces, updateEnrolment } from './enrolments.ts'
import type { Organiser } from './organisers.ts'
import type { Cast, Scene } from './scenes.ts'
import { createSeries, freeSeriesSlug, type Series } from './series.ts'
import { toldNow } from './telling.ts'

type Part = Pick<Scene, 'status' | 'inSeries'>
type Players = Pick<Cast, 'group' | 'locale' | 'timeZone'> & { organiser: Pick<Organiser, 'name' | 'email'> }

/** To be rolled back: what there is not is made, and anybody can join. */
export function stageEnrolment(tx: Tx, cast: Players, scene: Part, now: Temporal.Instant): Enrolment {
  return stageIn(tx, findComing(tx, cast, now) ?? makeUpSeries(tx, cast, now), cast, scene, now)
}

/** The same in a series of one's own choice. */
export function stageIn(tx: Tx, found: Series, cast: Players, scene: Part, now: Temporal.Instant): Enrolment {
  const anybody = {
    ...({ enrolmentRule: 'beside', isClosedList: false } as const),
    ...{ enrolmentCapacity: null, enrolmentUntil: null },
  }
  const open = tx.update(series).set(anybody).where(eq(series.id, found.id)).returning().get()
  const { organiser, locale } = cast
  const name = organiser.name || messagesIn(locale).example.attendee
  const attendance = open.attendance === 'in_person' ? ('in_person' as const) : ('online' as const)
  const details = { name, organisation: '', role: 'other' as const, attendance, accessNeeds: '', locale }
  const enrolment = enrol(tx, open, { ...details, email: organiser.email, wantsInvites: false }, now)
  const values = { locale, status: scene.status, ...scene.inSeries?.(now) }
  if (values.invitesSince) giveEntries(tx, enrolment)
  return updateEnrolment(tx, enrolment, values)
}

/** An entry for each date stands in their calendar. */
function giveEntries(tx: Tx, enrolment: Enrolment): void {
  for (const { registration, event } of listPlaces(tx, enrolment)) {
    const told = toldNow(event, { ...registration, feedOnlySince: null })
    tx.update(registrations).set({ told, feedOnlySince: null }).where(eq(registrations.id, registration.id)).run()
  }
}

function findComing(tx: Tx, { group }: Players, now: Temporal.Instant): Series | undefined {
  const isComing = and(isNotNull(events.publishedAt), isNull(events.cancelledAt), gt(events.startsAt, now))
  return tx
    .select({ series })
    .from(series)
    .innerJoin(events, eq(events.seriesId, series.id))
    .where(and(eq(series.groupId, group.id), isComing))
    .orderBy(desc(series.enrolmentRule), series.id)
    .limit(1)
    .get()?.series
}

/** Two meetings of a learning circle. */
export function makeUpSeries(tx: Tx, { group, locale, timeZone }: Players, now: Temporal.Instant): Series {
  const { title, summary } = messagesIn(locale).example
  const setting = {
    groupId: group.id,
    kind: 'learning_circle',
    timeZone,
    durationMinutes: 90,
    attendance: 'online',
  } as const
  const slug = freeSeriesSlug(tx, title)
  const rule = { rule: 'FREQ=WEEKLY;INTERVAL=3;BYDAY=TU;COUNT=2', localTime: '15:30' }
  const made = createSeries(tx, { ...setting, ...rule, slug, title, summary, createdAt: now })
  for (const days of [14, 35]) {
    const localStart = `${dateIn(now, timeZone).add({ days })}T15:30`
    const draft = createEvent(tx, { ...setting, seriesId: made.id, title, summary, localStart }, now)
    publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
  }
  return made
}
