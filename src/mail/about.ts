// What the mails about a registration, or a part in a whole series, are written from: read once, in the transaction that decides that one is due.
import { eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups, series } from '#db/schema.ts'
import type { Config } from '#src/config.ts'
import { type Briefing, readBriefing } from '#src/domain/briefings.ts'
import type { Bulletin } from '#src/domain/bulletins.ts'
import { type Enrolment, listDatesToCome, turnOf } from '#src/domain/enrolments.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { type Afterwards, afterwardsFor, type Brought } from '#src/domain/follow-ups.ts'
import { exampleFollower, type Follower, findFollower } from '#src/domain/followers.ts'
import { findGroup, type Group } from '#src/domain/groups.ts'
import { findInvitee, type Invitee } from '#src/domain/invitees.ts'
import type { Organiser } from '#src/domain/organisers.ts'
import type { Message } from '#src/domain/outbox.ts'
import { ownProgramme, type Part } from '#src/domain/own-programme.ts'
import { type OwnTexts, readOwnTexts, topGroup } from '#src/domain/own-texts.ts'
import { findPersonById, type Person } from '#src/domain/people.ts'
import { exampleQuestion, getListedQuestion, type ListedQuestion } from '#src/domain/questions.ts'
import { isRequest, NO_ANSWER, type Registration, waitingPosition } from '#src/domain/registrations.ts'
import type { Series } from '#src/domain/series.ts'
import { listTold } from '#src/domain/series-telling.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import type { To } from './accounts.ts'
import type { Issue } from './newsletter.ts'
import type { Asking } from './subscriptions.ts'

/** What every mail knows of this installation. */
export interface House {
  config: Pick<Config, 'baseUrl' | 'locale' | 'mailFrom' | 'timeZone' | 'imapUrl'>
  tokens: Tokens
}

export interface About {
  event: Event & { group: Group; series: Series | null }
  registration: Registration
  email: string
  /** Place in the queue, from 1; of no meaning to who has a place. */
  position: number
  /** The words of the group that hosts it, where it has its own. */
  own: OwnTexts
  /** Their own day, at an event with workshops. */
  programme: Part[]
  /** For who speaks or hosts. */
  briefing?: Briefing
  /** Only in the mail that follows up. */
  afterwards?: Afterwards
}

/** One person who is asked to come to one event. */
export interface AboutInvitee {
  invitee: Invitee
  event: ListedEvent
  /** The words of the group that hosts it, where it has its own. */
  own: OwnTexts
}

/** One address that hears of one question. */
export interface AboutFollower {
  follower: Follower
  question: ListedQuestion
  /** The event that is about it, where the mail tells of one. */
  event: ListedEvent | null
  /** The words of the group it is put to, where it has its own. */
  own: OwnTexts
}

/** Nothing if the person has no address. */
export function readAbout(db: Db, registration: Registration, locale = registration.locale): About | undefined {
  const email = findPersonById(db, registration.personId)?.email
  const row = withHost(db).get({ id: registration.eventId })
  if (!email || !row) return undefined
  const position =
    registration.status === 'waitlisted' && !isRequest(registration) ? waitingPosition(db, registration) : 0
  const own = readOwnTexts(db, row.group.id, locale)
  const event = { ...row.event, group: row.group, series: row.series }
  const briefing = registration.part === null ? {} : { briefing: readBriefing(db, row.event, registration) }
  const programme = ownProgramme(db, row.event, registration)
  return { event, registration, email, position, own, programme, ...briefing }
}

/** The same for an organiser's own words: those that follow up lead on to what is open to their reader. */
export function readMailed(
  db: Db,
  registration: Registration,
  { materials }: Pick<Brought, 'materials'>,
  now: Temporal.Instant,
): About | undefined {
  const about = readAbout(db, registration)
  return about && materials ? { ...about, afterwards: afterwardsFor(db, about.event, registration, now) } : about
}

/** What a mail that asks somebody to come is written from; nothing once they are off the list. */
export function readInvited(db: Db, inviteeId: number | null): AboutInvitee | undefined {
  const invitee = inviteeId === null ? undefined : findInvitee(db, inviteeId)
  if (!invitee) return undefined
  const event = getListedEvent(db, invitee.eventId)
  return { invitee, event, own: readOwnTexts(db, event.group.id, invitee.locale) }
}

/** What a mail about a question is written from; nothing once they follow it no more. */
export function readFollower(
  db: Db,
  { followerId, eventId }: Pick<Message, 'followerId' | 'eventId'>,
): AboutFollower | undefined {
  const follower = followerId === null ? undefined : findFollower(db, followerId)
  if (!follower) return undefined
  const question = getListedQuestion(db, follower.questionId)
  const event = eventId === null ? null : getListedEvent(db, eventId)
  const group = question.group ?? topGroup(db)
  return { follower, question, event, own: group ? readOwnTexts(db, group.id, follower.locale) : {} }
}

/** The same about a question that nobody asked. */
export function exampleFollowing(
  to: Pick<Follower, 'email' | 'locale'>,
  event: ListedEvent,
  own: OwnTexts,
  now: Temporal.Instant,
): AboutFollower {
  const { question: text, answer } = messagesIn(to.locale).example
  return { follower: exampleFollower(to, now), question: exampleQuestion({ text, answer }, event, now), event, own }
}

/** An organiser in the place of somebody with a place: no row, so that no link of it opens anything. */
export function readStandIn(db: Db, event: Event, to: Organiser, now: Temporal.Instant): About {
  const row = withHost(db).get({ id: event.id })
  if (!row) throw new Error('an event without a group')
  const own = readOwnTexts(db, row.group.id, to.locale)
  const registration = standIn(event, to, now)
  return {
    event: { ...row.event, group: row.group, series: row.series },
    registration,
    email: to.email,
    position: 0,
    own,
    programme: [],
  }
}

function standIn(event: Event, { name, locale }: Organiser, now: Temporal.Instant): Registration {
  const attendance = event.attendance === 'in_person' ? 'in_person' : 'online'
  const numbers = { queueNumber: 0, sequence: 0, linkVersion: 0, doorVersion: 0 }
  const person = { name, organisation: '', role: 'other', accessNeeds: '', note: '', locale } as const
  const moments = { createdAt: now, revisedAt: now, confirmedAt: now, approvedAt: null, approvalAskedAt: null }
  const nothing = { waitedAt: null, cancelledAt: null, cancelledBy: null, attendedAt: null, attendanceSource: null }
  const none = { attendedMinutes: null, part: null, partConfirmedAt: null, mergedIntoId: null, addedBy: null }
  const unsaid = { remindersStoppedAt: null, newEmail: null, told: null, threadId: null, ...NO_ANSWER }
  const single = { enrolmentId: null, feedOnlySince: null }
  const row = { id: 0, eventId: event.id, personId: 0, attendance, status: 'confirmed' } as const
  return { ...row, ...numbers, ...person, ...moments, ...nothing, ...none, ...unsaid, ...single }
}

const withHost = prepared(db =>
  db
    .select({ event: events, group: groups, series })
    .from(events)
    .innerJoin(groups, eq(groups.id, events.groupId))
    .leftJoin(series, eq(series.id, events.seriesId))
    .where(eq(events.id, sql.placeholder('id')))
    .prepare(),
)

/** What these mails are written from: read once, in the transaction that decides that one is due. */
export interface AboutEnrolment {
  enrolment: Enrolment
  series: Series
  group: Group
  person: Person
  email: string
  /** Place in the queue, from 1; of no meaning to who takes part. */
  position: number
  /** The dates that are not over; without a place for who waits. */
  dates: { event: Event; registration?: Registration }[]
  /** The words of the group of the series, where it has its own. */
  own: OwnTexts
}

/** Nothing if the person has no address. */
export function readAboutEnrolment(
  db: Db,
  enrolment: Enrolment,
  now: Temporal.Instant,
  locale: Locale = enrolment.locale,
): AboutEnrolment | undefined {
  const person = findPersonById(db, enrolment.personId)
  const { seriesId } = enrolment
  const row = db
    .select({ series, group: groups })
    .from(series)
    .innerJoin(groups, eq(groups.id, series.groupId))
    .where(eq(series.id, seriesId))
    .get()
  if (!person?.email || !row) return undefined
  const isIn = enrolment.status !== 'waitlisted'
  const position = turnOf(db, enrolment)
  const dates = isIn ? listTold(db, enrolment, now) : listDatesToCome(db, row.series, now).map(event => ({ event }))
  return {
    ...row,
    enrolment,
    person,
    email: person.email,
    position,
    dates,
    own: readOwnTexts(db, row.group.id, locale),
  }
}

/** A letter as one of its readers gets it: what it says, with these items. */
export function readIssue(
  db: Db,
  { subject, intro, groupId }: Pick<Bulletin, 'subject' | 'intro' | 'groupId'>,
  to: Pick<Issue, 'subscription' | 'email' | 'locale' | 'items'>,
): Issue {
  const group = findGroup(db, groupId)
  if (!group) throw new Error(`group ${groupId} is gone`)
  return { ...to, group, subject, intro, own: readOwnTexts(db, groupId, to.locale) }
}

/** A letter as it could be, to show what it is like. No row stands behind it, so its link stops nothing. */
export function exampleIssue(event: ListedEvent, { email, locale, own = {} }: To): Issue {
  const items = [{ event, part: 'coming' as const }]
  return { subscription: { id: 0 }, group: event.group, email, locale, own, subject: '', intro: '', items }
}

/** The same of the mail that asks for a proof. */
export function exampleAsking({ name }: Pick<Group, 'name'>, now: Temporal.Instant): Asking {
  const named = (['newsletter', 'announcement'] as const).map(letter => ({ letter, name }))
  return { id: 0, expiresAt: now.add({ hours: 72 }), named }
}
