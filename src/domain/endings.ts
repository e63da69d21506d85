// What goes when its time is over, table by table; how long it was kept stands in `db/personal-data`. Role, organisation and
// attendance stay: they count in the totals and, without a name or an address beside them, point at nobody.
import { and, inArray, isNull, not, notInArray, type SQL, type SQLWrapper, sql } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { emptied, TABLES, type TableName } from '#db/personal-columns.ts'
import { DATA, MONTHS } from '#db/personal-data.ts'
import {
  answers,
  auditEntries,
  enrolments,
  erasures,
  events,
  feedbackAnswers,
  feedbackForms,
  feedbackQuestions,
  formFields,
  invitees,
  mailings,
  memberships,
  messages,
  organisers,
  people,
  registrations,
  series,
  subscriptions,
  tasks,
  taskTicks,
} from '#db/schema.ts'
import { daysAgo, empty, type Found, holds, type Rule, remove, theseRows, type Walk } from './forgetting.ts'
import { eraseOrganiser, FORMER } from './former-organisers.ts'
import { QUESTION_WALKS } from './question-endings.ts'
import { type Limits, monthsBefore } from './retention.ts'

/** Nothing of who it was is left in a registration, and its links lead nowhere. */
export const FORGOTTEN = {
  ...emptied('registrations', 'registration'),
  ...emptied('registrations', 'needs'),
  linkVersion: sql`${registrations.linkVersion} + 1`,
  doorVersion: sql`${registrations.doorVersion} + 1`,
}

/** The same of a part in a whole series, which ends with it: no date can be added to nobody's. */
export const FORGOTTEN_ENROLMENT = {
  ...emptied('enrolments', 'registration'),
  ...emptied('enrolments', 'needs'),
  status: 'cancelled' as const,
  linkVersion: sql`${enrolments.linkVersion} + 1`,
}

/** The same of a person: an address that was. */
export const NOBODY = {
  ...emptied('people', 'address'),
  myVersion: sql`${people.myVersion} + 1`,
  feedVersion: sql`${people.feedVersion} + 1`,
}

/** The same of what somebody wrote after an event: not even that it was theirs. */
export const UNWRITTEN = { ...emptied('feedbackAnswers', 'feedback'), registrationId: null }

type EventRow = Found & { endsAt: number }

/** Rows of events that are over: by the months that their group keeps names, or since a number of days. */
function ofEvents(name: TableName, eventId: SQLWrapper, where: SQL, days?: number): Rule['find'] {
  const join = name === 'events' ? sql`` : sql`join ${events} on ${events.id} = ${eventId}`
  return (tx, stretch, limits) => {
    const limit = days === undefined ? limits.latest.epochMilliseconds : daysAgo(limits, days)
    const rows = tx.all<EventRow>(
      sql`select ${TABLES[name]}.rowid as id, ${events.groupId} as "groupId", ${events.endsAt} as "endsAt"
        from ${TABLES[name]} ${join} where ${stretch} and ${events.endsAt} < ${limit} and ${where}`,
    )
    return days === undefined ? rows.filter(({ groupId, endsAt }) => isOver(limits, groupId, endsAt)) : rows
  }
}

/** Of enrolments whose last date is over; without any date, as long after it was made. */
function ofSeries(where: SQL, days?: number): Rule['find'] {
  const last = sql`coalesce((select max(${events.endsAt}) from ${registrations}
    join ${events} on ${events.id} = ${registrations.eventId} where ${registrations.enrolmentId} = ${enrolments.id}),
    ${enrolments.createdAt})`
  return (tx, stretch, limits) => {
    const limit = days === undefined ? limits.latest.epochMilliseconds : daysAgo(limits, days)
    const rows = tx.all<EventRow>(
      sql`select ${enrolments}.rowid as id, ${series.groupId} as "groupId", ${last} as "endsAt"
        from ${enrolments} join ${series} on ${series.id} = ${enrolments.seriesId}
        where ${stretch} and ${where} and ${last} < ${limit}`,
    )
    return days === undefined ? rows.filter(({ groupId, endsAt }) => isOver(limits, groupId, endsAt)) : rows
  }
}

const isOver = (limits: Limits, groupId: number | null, endsAt: number) => endsAt < limits.of(groupId).epochMilliseconds
const always = sql`true`

/** Rows that belong to no group. */
function rows(name: TableName, where: (limits: Limits) => SQL): Rule['find'] {
  return (tx, stretch, limits) =>
    tx.all<Found>(
      sql`select ${TABLES[name]}.rowid as id, null as "groupId" from ${TABLES[name]} where ${stretch} and ${where(limits)}`,
    )
}

/** An answer goes as its question says, and never later than the name it was given under. */
const findAnswers: Rule['find'] = (tx, stretch, limits) => {
  const now = limits.now.epochMilliseconds
  return tx
    .all<EventRow & { until: number }>(
      sql`select ${answers}.rowid as id, ${events.groupId} as "groupId", ${events.endsAt} as "endsAt",
          ${events.endsAt} + ${formFields.deleteAfterDays} * 86400000 as until
        from ${answers} join ${formFields} on ${formFields.id} = ${answers.formFieldId}
          join ${events} on ${events.id} = ${formFields.eventId}
        where ${stretch} and ${events.endsAt} < ${now}`,
    )
    .filter(({ groupId, endsAt, until }) => until < now || isOver(limits, groupId, endsAt))
}

/**
 * The address of whoever has no registration left with a name, nor a part in a series, and gets no letters; one that never had
 * any goes like a mail about no event.
 */
const isAddressOver = ({ now }: Limits) => {
  const theirs = sql`select 1 from ${registrations} where ${registrations.personId} = ${people.id}`
  const inSeries = sql`select 1 from ${enrolments} where ${enrolments.personId} = ${people.id}`
  const letters = sql`select 1 from ${subscriptions} where ${subscriptions.personId} = ${people.id}`
  return sql`${people.email} is not null and not exists (${theirs} and ${registrations.name} <> '')
    and not exists (${inSeries} and ${enrolments.name} <> '') and not exists (${letters})
    and (${people.createdAt} < ${monthsBefore(now, MONTHS.usual).epochMilliseconds} or exists (${theirs}) or exists (${inSeries}))`
}

/** With an address goes what was mailed to it, but for what was mailed to its owner as an organiser or was to invite them. */
function forgetAddresses(tx: Tx, ids: number[]): void {
  const addresses = tx.select({ email: people.email }).from(people).where(inArray(people.id, ids))
  const asOther = [
    ...[messages.signInId, messages.organiserId, messages.invitationId, messages.inviteeId],
    ...[messages.followerId],
  ]
  tx.delete(messages)
    .where(and(inArray(messages.toAddress, addresses), hasLeft, ...asOther.map(id => isNull(id))))
    .run()
  tx.update(people).set(NOBODY).where(inArray(people.id, ids)).run()
}

const hasLeft = notInArray(messages.state, ['queued', 'sending'])
const isTextOver = (limits: Limits) =>
  sql`${messages.bytes} is not null and ${hasLeft}
    and coalesce(${messages.sentAt}, ${messages.dueAt}) < ${daysAgo(limits, DATA.mail_text.end.days)}`
const isLooseMailOver = ({ now }: Limits) =>
  sql`${messages.eventId} is null and ${hasLeft}
    and ${messages.createdAt} < ${monthsBefore(now, MONTHS.usual).epochMilliseconds}`
const isToInvitee = sql`${messages.inviteeId} is not null`

/** A draft goes; of what was sent it stays known that it was. */
function forgetMailings(tx: Tx, ids: number[], now: Temporal.Instant): void {
  const copies = sql`exists (select 1 from ${messages} where ${messages.mailingId} = ${mailings.id})`
  tx.delete(mailings)
    .where(and(theseRows(ids), isNull(mailings.releasedAt), not(copies)))
    .run()
  empty('mailings', 'preparation')(tx, ids, now)
}

/** Has no right, did nothing for so long, and is somebody still. */
const isFormer = ({ now }: Limits) => {
  const limit = monthsBefore(now, DATA.organiser.end.months).epochMilliseconds
  return sql`${organisers.createdAt} < ${limit} and ${organisers.email} not like ${`%${FORMER}`}
    and not exists (select 1 from ${memberships} where ${memberships.organiserId} = ${organisers.id})
    and not exists (select 1 from ${auditEntries}
      where ${auditEntries.organiserId} = ${organisers.id} and ${auditEntries.at} > ${limit})`
}

function eraseFormer(tx: Tx, ids: number[], now: Temporal.Instant): void {
  for (const id of ids) eraseOrganiser(tx, { id }, now)
}

/** Mails that it brought about are kept longer, and lead to it no more. */
function removeFromMails(name: 'invitations' | 'signIns', column: 'invitationId' | 'signInId'): Rule['end'] {
  return (tx, ids, now) => {
    tx.update(messages)
      .set({ [column]: null })
      .where(inArray(messages[column], ids))
      .run()
    remove(name)(tx, ids, now)
  }
}

function isExpired(
  name: 'challenges' | 'organiserSessions' | 'signIns' | 'invitations' | 'subscriptionRequests',
  days: number,
): Rule['find'] {
  return rows(name, limits => sql`${TABLES[name].expiresAt} < ${daysAgo(limits, days)}`)
}

const signIn = (name: 'challenges' | 'organiserSessions' | 'signIns', end = remove(name)): Walk => ({
  name,
  rules: [{ kind: 'sign_in', find: isExpired(name, DATA.sign_in.end.days), end }],
})

/** Gets no letters for so long that nobody will ask any more whether they wanted them. */
const isStopped = ({ now }: Limits) =>
  sql`${subscriptions.stoppedAt} < ${monthsBefore(now, DATA.subscription.end.months).epochMilliseconds}`

const isDeedOver = ({ now }: Limits) =>
  sql`${auditEntries.at} < ${monthsBefore(now, DATA.deed.end.months).epochMilliseconds}`

const isErasureOver = ({ now }: Limits) =>
  sql`${erasures.at} < ${monthsBefore(now, DATA.erasure.end.months).epochMilliseconds}`

const holdsName = sql`(${holds('registrations', 'registration')} or ${holds('registrations', 'needs')})`
const needs = ofEvents('registrations', registrations.eventId, holds('registrations', 'needs'), DATA.needs.end.days)
const isEnrolledNamed = sql`(${holds('enrolments', 'registration')} or ${holds('enrolments', 'needs')})`
const named = ofEvents('registrations', registrations.eventId, holdsName)
const theirEvent = sql`(select event_id from registrations where id = registration_id)`
const seen = ofEvents('checkIns', theirEvent, always)
const toldOfWorkshops = ofEvents('choices', theirEvent, holds('choices', 'registration'))
const given = ofEvents('feedbackMarks', theirEvent, always, DATA.feedback_mark.end.days)
const written = ofEvents(
  'feedbackAnswers',
  sql`(select ${feedbackForms.eventId} from ${feedbackQuestions} join ${feedbackForms} on ${feedbackForms.id} = ${feedbackQuestions.formId}
    where ${feedbackQuestions.id} = ${feedbackAnswers.questionId})`,
  holds('feedbackAnswers', 'feedback'),
)

/** Every table that is gone through, in this order: what refers to a row goes before that row. */
export const WALKS: Walk[] = [
  { name: 'answers', rules: [{ kind: 'answers', find: findAnswers, end: remove('answers') }] },
  { name: 'feedbackMarks', rules: [{ kind: 'feedback_mark', find: given, end: remove('feedbackMarks') }] },
  // What was written goes; how useful people found it counts on.
  {
    name: 'feedbackAnswers',
    rules: [
      {
        kind: 'feedback',
        find: written,
        end: (tx, ids) => void tx.update(feedbackAnswers).set(UNWRITTEN).where(theseRows(ids)).run(),
      },
    ],
  },
  // What was seen of somebody at the door: the outcome stays on the registration, and counts.
  { name: 'checkIns', rules: [{ kind: 'registration', find: seen, end: remove('checkIns'), isPartOfAnother: true }] },
  // What was chosen counts on; what was mailed about it goes with the name.
  {
    name: 'choices',
    rules: [
      {
        ...({ kind: 'registration', find: toldOfWorkshops, isPartOfAnother: true } as const),
        end: empty('choices', 'registration'),
      },
    ],
  },
  {
    name: 'registrations',
    rules: [
      { kind: 'needs', find: needs, end: empty('registrations', 'needs') },
      {
        kind: 'registration',
        find: named,
        end: (tx, ids) => void tx.update(registrations).set(FORGOTTEN).where(theseRows(ids)).run(),
      },
    ],
  },
  {
    name: 'enrolments',
    rules: [
      {
        kind: 'needs',
        find: ofSeries(holds('enrolments', 'needs'), DATA.needs.end.days),
        end: empty('enrolments', 'needs'),
      },
      {
        kind: 'registration',
        find: ofSeries(isEnrolledNamed),
        end: (tx, ids) => void tx.update(enrolments).set(FORGOTTEN_ENROLMENT).where(theseRows(ids)).run(),
      },
    ],
  },
  {
    name: 'subscriptionRequests',
    rules: [
      {
        kind: 'subscription_request',
        find: isExpired('subscriptionRequests', DATA.subscription_request.end.days),
        end: remove('subscriptionRequests'),
      },
    ],
  },
  // With what they follow, and before the address: that stays as long as somebody gets letters.
  {
    name: 'subscriptions',
    rules: [{ kind: 'subscription', find: rows('subscriptions', isStopped), end: remove('subscriptions') }],
  },
  { name: 'people', rules: [{ kind: 'address', find: rows('people', isAddressOver), end: forgetAddresses }] },
  {
    name: 'messages',
    rules: [
      { kind: 'mail_text', find: rows('messages', isTextOver), end: empty('messages', 'mail_text') },
      {
        kind: 'mail',
        find: ofEvents('messages', messages.eventId, isToInvitee, DATA.invitee.end.days),
        end: remove('messages'),
      },
      { kind: 'mail', find: ofEvents('messages', messages.eventId, always), end: remove('messages') },
      { kind: 'mail', find: rows('messages', isLooseMailOver), end: remove('messages') },
    ],
  },
  {
    name: 'invitees',
    rules: [
      {
        kind: 'invitee',
        find: ofEvents('invitees', invitees.eventId, always, DATA.invitee.end.days),
        end: remove('invitees'),
      },
    ],
  },
  {
    name: 'mailings',
    rules: [
      {
        kind: 'preparation',
        find: ofEvents('mailings', mailings.eventId, holds('mailings', 'preparation')),
        end: forgetMailings,
      },
    ],
  },
  // A line of its own may name somebody, and a tick says who did it.
  {
    name: 'taskTicks',
    rules: [{ kind: 'preparation', find: ofEvents('taskTicks', taskTicks.eventId, always), end: remove('taskTicks') }],
  },
  {
    name: 'tasks',
    rules: [{ kind: 'preparation', find: ofEvents('tasks', tasks.eventId, always), end: remove('tasks') }],
  },
  {
    name: 'events',
    rules: [
      {
        kind: 'preparation',
        find: ofEvents('events', events.id, holds('events', 'preparation')),
        end: empty('events', 'preparation'),
      },
    ],
  },
  ...QUESTION_WALKS,
  signIn('challenges'),
  signIn('organiserSessions'),
  signIn('signIns', removeFromMails('signIns', 'signInId')),
  {
    name: 'invitations',
    rules: [
      {
        kind: 'organiser_invitation',
        find: isExpired('invitations', DATA.organiser_invitation.end.days),
        end: removeFromMails('invitations', 'invitationId'),
      },
    ],
  },
  { name: 'organisers', rules: [{ kind: 'organiser', find: rows('organisers', isFormer), end: eraseFormer }] },
  {
    name: 'auditEntries',
    rules: [{ kind: 'deed', find: rows('auditEntries', isDeedOver), end: remove('auditEntries') }],
  },
  {
    name: 'erasures',
    rules: [{ kind: 'erasure', find: rows('erasures', isErasureOver), end: remove('erasures') }],
  },
]
