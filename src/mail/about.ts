// What the mails about a registration are written from: read once, in the transaction that decides that one is due.
import { eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups, series } from '#db/schema.ts'
import type { Config } from '#src/config.ts'
import { type Briefing, readBriefing } from '#src/domain/briefings.ts'
import type { Bulletin } from '#src/domain/bulletins.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { findGroup, type Group } from '#src/domain/groups.ts'
import { findInvitee, type Invitee } from '#src/domain/invitees.ts'
import type { Organiser } from '#src/domain/organisers.ts'
import { type OwnTexts, readOwnTexts } from '#src/domain/own-texts.ts'
import { findPersonById } from '#src/domain/people.ts'
import { isRequest, NO_ANSWER, type Registration, waitingPosition } from '#src/domain/registrations.ts'
import type { Series } from '#src/domain/series.ts'
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
  /** For who speaks or hosts. */
  briefing?: Briefing
}

/** One person who is asked to come to one event. */
export interface AboutInvitee {
  invitee: Invitee
  event: ListedEvent
  /** The words of the group that hosts it, where it has its own. */
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
  return { event, registration, email, position, own, ...briefing }
}

/** What a mail that asks somebody to come is written from; nothing once they are off the list. */
export function readInvited(db: Db, inviteeId: number | null): AboutInvitee | undefined {
  const invitee = inviteeId === null ? undefined : findInvitee(db, inviteeId)
  if (!invitee) return undefined
  const event = getListedEvent(db, invitee.eventId)
  return { invitee, event, own: readOwnTexts(db, event.group.id, invitee.locale) }
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
  const row = { id: 0, eventId: event.id, personId: 0, attendance, status: 'confirmed' } as const
  return { ...row, ...numbers, ...person, ...moments, ...nothing, ...none, ...unsaid }
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
