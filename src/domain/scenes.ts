// What a mail is shown with to who writes its texts: the group's next event and somebody who registered for it, brought into
// the state that the mail is about. Always in a transaction that is rolled back.
import { and, asc, desc, eq, gt, isNotNull, isNull, type SQL, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { events, people, registrations, type Told } from '#db/schema.ts'
import { type Locale, type Messages, messagesIn } from '#src/i18n/index.ts'
import { dateIn } from '#src/lib/time.ts'
import { createEvent, publishEvent } from './drafts.ts'
import type { Enrolment } from './enrolments.ts'
import { type Event, getEvent } from './events.ts'
import { descendantsOf, type Group } from './groups.ts'
import { isMine, type Organiser } from './organisers.ts'
import type { TemplateKind } from './placeholders.ts'
import { register } from './registering.ts'
import { NO_PART, type Part, type Registration, type Status, update } from './registrations.ts'
import { stageEnrolment } from './series-scenes.ts'
import { toldNow } from './telling.ts'

/** One of the situations in which a kind of mail is sent. */
export interface Scene {
  name: keyof Messages['console']['mails']['scenes']
  status: Status
  /** What the mail before this one told; nothing if there was none. */
  told?: (now: Told) => Told
  values?: (now: Temporal.Instant) => Partial<Registration>
  isOff?: boolean
  /** It goes on as another registration. */
  goesOn?: boolean
  /** Of a part in a whole series; of a registration, that it is one of its dates. */
  inSeries?: (now: Temporal.Instant) => Partial<Enrolment>
}

const placed: Scene = { name: 'placed', status: 'confirmed' }
const waiting: Scene = { name: 'waiting', status: 'waitlisted' }
const declinedAt = (now: Temporal.Instant) => ({ declinedAt: now, reply: 'declined' as const })
const speaker: Scene = {
  name: 'speaker',
  status: 'confirmed',
  values: now => ({ part: 'speaker', partConfirmedAt: now }),
}
/** Has not answered yet. */
const asked = (part: Part) => ({ name: part, status: 'confirmed', values: () => ({ part }) }) as const
const weekBefore = (localStart: string) =>
  Temporal.PlainDateTime.from(localStart).subtract({ days: 7 }).toString({ smallestUnit: 'minute' })
const moved = (told: Told) => ({ ...told, localStart: weekBefore(told.localStart) })

const request: Scene = { name: 'request', status: 'waitlisted', values: now => ({ approvalAskedAt: now }) }

const inSeries = { status: 'confirmed', inSeries: () => ({}) } as const
const wantsInvites = { status: 'confirmed', inSeries: (now: Temporal.Instant) => ({ invitesSince: now }) } as const
const left = (leftBy: Enrolment['leftBy']) => ({ status: 'cancelled', inSeries: () => ({ leftBy }) }) as const

const SCENES: Partial<Record<TemplateKind, [Scene, ...Scene[]]>> = {
  confirmed: [
    placed,
    { name: 'newDate', ...inSeries },
    { name: 'dateInvite', ...wantsInvites, told: told => ({ ...told, uninvited: true }) },
  ],
  series_confirmed: [
    { name: 'inSeries', ...inSeries },
    { name: 'wantsInvites', ...wantsInvites },
  ],
  series_promoted: [
    { name: 'inSeries', ...inSeries },
    { name: 'wantsInvites', ...wantsInvites },
  ],
  series_waitlisted: [waiting],
  series_left: [
    { name: 'byAttendee', ...left('attendee') },
    { name: 'byOrganiser', ...left('organiser') },
    { name: 'wantsInvites', status: 'cancelled', inSeries: now => ({ leftBy: 'attendee', invitesSince: now }) },
  ],
  series_again: [{ name: 'inSeries', ...inSeries }, waiting],
  waitlisted: [waiting, { name: 'lost', status: 'waitlisted', told: told => ({ ...told, status: 'confirmed' }) }],
  requested: [request],
  place_free: [waiting],
  changed: [
    { name: 'moved', status: 'confirmed', told: moved },
    { name: 'other', status: 'confirmed', told: told => ({ ...told, durationMinutes: told.durationMinutes + 30 }) },
    { ...waiting, told: moved },
    { ...speaker, told: moved },
  ],
  cancelled: [
    { ...placed, isOff: true },
    { ...waiting, isOff: true },
  ],
  reinstated: [placed, waiting, speaker],
  unregistered: [
    { name: 'byAttendee', status: 'cancelled', values: () => ({ cancelledBy: 'attendee' }) },
    { name: 'byOrganiser', status: 'cancelled', values: () => ({ cancelledBy: 'organiser' }) },
    { name: 'elsewhere', status: 'cancelled', goesOn: true },
    {
      name: 'refused',
      status: 'cancelled',
      told: told => ({ ...told, status: 'waitlisted', isRequest: true }),
      values: () => ({ cancelledBy: 'organiser' }),
    },
    { name: 'speakerNo', status: 'cancelled', values: () => ({ part: 'speaker', cancelledBy: 'attendee' }) },
    { name: 'speakerRemoved', status: 'cancelled', values: () => ({ part: 'speaker', cancelledBy: 'organiser' }) },
  ],
  again: [placed, waiting, asked('speaker'), { ...speaker, name: 'speakerYes' }],
  asked: [asked('speaker'), asked('host'), { ...speaker, name: 'speakerYes' }],
  briefing: [asked('speaker'), asked('host')],
  workshop_cancelled: [
    { ...placed, name: 'workshopLeft' },
    { ...placed, name: 'workshopOff', isOff: true },
  ],
  reminder_day: [placed, speaker],
  reminder_hour: [placed, speaker],
  declined: [
    { name: 'frees', status: 'confirmed', values: now => ({ ...declinedAt(now), freesAt: now.add({ hours: 24 }) }) },
    { name: 'stays', status: 'confirmed', values: now => ({ ...declinedAt(now), freesAt: null }) },
    { name: 'asks', status: 'confirmed', values: now => ({ declinedAt: now, reply: null, freesAt: null }) },
    {
      name: 'speakerDeclined',
      status: 'confirmed',
      values: now => ({ ...declinedAt(now), part: 'speaker', freesAt: null }),
    },
    {
      name: 'speakerAsks',
      status: 'confirmed',
      values: now => ({ declinedAt: now, reply: null, part: 'speaker', freesAt: null }),
    },
  ],
}

/** The situations of a kind of mail, the usual one first. */
export function scenesOf(kind: TemplateKind): [Scene, ...Scene[]] {
  return SCENES[kind] ?? [placed]
}

export interface Cast {
  group: Group
  locale: Locale
  /** Plays the attendee where nobody has registered yet. */
  organiser: Organiser
  timeZone: string
}

export interface Staged {
  event: Event
  registration: Registration
  isRealEvent: boolean
  isRealPerson: boolean
}

/** Sets the scene. To be rolled back: what there is not is made, and whoever plays in it is changed. */
export function stage(tx: Tx, cast: Cast, scene: Scene, now: Temporal.Instant): Staged {
  const real = findNext(tx, cast.group, now)
  const event = real ?? makeUp(tx, cast, now)
  const found = findSomebody(tx, cast, event, scene.status)
  const person = found ?? registerOrganiser(tx, event, cast, now)
  const registration = { ...person, status: scene.status }
  const told = scene.told?.(toldNow(event, registration)) ?? null
  const values = {
    status: scene.status,
    mergedIntoId: scene.goesOn ? person.id : null,
    locale: cast.locale,
    told,
    ...NO_PART,
    enrolmentId: scene.inSeries ? stageEnrolment(tx, cast, scene, now).id : null,
    ...scene.values?.(now),
  }
  if (scene.isOff) tx.update(events).set({ cancelledAt: now }).where(eq(events.id, event.id)).run()
  return {
    event: getEvent(tx, event.id),
    registration: update(tx, person, values),
    isRealEvent: real !== undefined,
    isRealPerson: found !== undefined,
  }
}

/** The group's own first, then those of the groups under it. */
function findNext(tx: Tx, group: Group, now: Temporal.Instant): Event | undefined {
  const first = (isHosted: SQL) => {
    const isComing = and(isNotNull(events.publishedAt), isNull(events.cancelledAt), gt(events.startsAt, now))
    return tx.select().from(events).where(and(isComing, isHosted)).orderBy(asc(events.startsAt)).limit(1).get()
  }
  // The plus keeps to the order of the dates: the first that fits is found before all of a network are put in order.
  return first(eq(events.groupId, group.id)) ?? first(sql`+${events.groupId} in ${descendantsOf(group.slug)}`)
}

function makeUp(tx: Tx, { group, locale, timeZone }: Cast, now: Temporal.Instant): Event {
  const { title, summary } = messagesIn(locale).example
  const localStart = `${dateIn(now, timeZone).add({ days: 14 })}T12:00`
  const appointment = { localStart, timeZone, durationMinutes: 60, attendance: 'online' as const }
  const draft = createEvent(tx, { ...appointment, groupId: group.id, kind: 'webinar', title, summary }, now)
  return publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
}

/** Somebody in that state if there is, otherwise whoever came last; nobody of an event whose list the organiser may not see. */
function findSomebody(tx: Tx, { organiser }: Cast, event: Event, status: Status): Registration | undefined {
  return tx
    .select({ registration: registrations })
    .from(registrations)
    .innerJoin(people, eq(people.id, registrations.personId))
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(and(eq(events.id, event.id), isMine(organiser, 'organiser'), isNotNull(people.email)))
    .orderBy(desc(sql`${registrations.status} = ${status}`), desc(registrations.id))
    .limit(1)
    .get()?.registration
}

function registerOrganiser(tx: Tx, event: Event, { organiser, locale }: Cast, now: Temporal.Instant): Registration {
  const name = organiser.name || messagesIn(locale).example.attendee
  const attendance = event.attendance === 'in_person' ? ('in_person' as const) : ('online' as const)
  const rest = { organisation: '', role: 'other' as const, accessNeeds: '', attendance, locale }
  return register(tx, event, { name, email: organiser.email, ...rest }, now)
}
