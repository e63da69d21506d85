// Every column of every table, by the kind of personal data it holds. A column that is missing here fails the type check.
// An id that leads to a row about somebody is no data of its own: it says as much as that row still does.
import { getTableColumns, type SQLiteTable } from './drizzle.ts'
import type { DataKind } from './personal-data.ts'
import * as schema from './schema.ts'

type Schema = typeof schema
export type TableName = { [Name in keyof Schema]: Schema[Name] extends SQLiteTable ? Name : never }[keyof Schema]
/** The tables by name. */
export const TABLES: Pick<Schema, TableName> = { ...schema }

type ColumnOf<Table extends SQLiteTable> = keyof Table['_']['columns'] & string
type Lists<Table extends SQLiteTable> = Partial<Record<DataKind | 'none', readonly ColumnOf<Table>[]>>
type Missing<Table extends SQLiteTable, L> = Exclude<
  ColumnOf<Table>,
  L[keyof L] extends readonly (infer C)[] ? C : never
>

/** The kind of each column of a table, from lists of columns by kind; one that is in no list is missing in the message. */
function columns<Table extends SQLiteTable, const L extends Lists<Table>>(
  _table: Table,
  lists: L & ([Missing<Table, L>] extends [never] ? unknown : { missing: Missing<Table, L> }),
): Record<ColumnOf<Table>, DataKind | 'none'> {
  const pairs = Object.entries(lists as Lists<Table>).flatMap(([kind, names]) =>
    (names ?? []).map(name => [name, kind] as const),
  )
  return Object.fromEntries(pairs) as Record<ColumnOf<Table>, DataKind | 'none'>
}

const { groups, themes, series, events, eventCohosts, formFields, answers, skippedDates, schoolHolidays } = schema
const { tasks, taskTicks, eventSlugs, eventThemes, sessions, materials, people, registrations, invitees } = schema
const { choices, enrolments, checkIns, mailings, organisations, organisationSpellings, spellingsApart, roleTotals } =
  schema
const { certificates, accreditations } = schema
const { questions, questionThemes, recognitions, questionFollowers } = schema
const { newsletters, bulletins, bulletinItems, subscriptionRequests, subscriptions, subscriptionTopics } = schema
const { subscriptionStops } = schema
const {
  yearTotals,
  yearOrganisations,
  erasures,
  organisationTotals,
  staleEvents,
  organisers,
  memberships,
  invitations,
  passkeys,
  challenges,
} = schema
const { feedbackForms, feedbackQuestions, feedbackMarks, feedbackSheets, feedbackAnswers } = schema
const {
  signIns,
  organiserSessions,
  messages,
  templates,
  auditEntries,
  sweeps,
  sweepTotals,
  settings,
  revision,
  placeRevisions,
} = schema

/** What an event has in common with its series, and names nobody. */
const DEFAULTS = [
  ...(['kind', 'timeZone', 'durationMinutes', 'attendance', 'capacityOnline', 'capacityInPerson'] as const),
  ...(['roomUrl', 'venue'] as const),
] as const

export const PERSONAL_COLUMNS = {
  // Attendees.
  people: columns(people, {
    address: ['email', 'remindersStoppedAt', 'undeliverableAt', 'undeliverableReason'],
    count: ['createdAt'],
    none: ['id', 'myVersion', 'feedVersion'],
  }),
  registrations: columns(registrations, {
    registration: [
      ...(['name', 'note', 'newEmail', 'told', 'threadId', 'remindersStoppedAt', 'partConfirmedAt'] as const),
      ...(['reply', 'replySequence', 'repliedAt', 'declinedAt', 'freesAt', 'feedOnlySince'] as const),
    ],
    needs: ['accessNeeds'],
    count: [
      ...(['organisation', 'role', 'attendance', 'locale', 'status', 'part', 'queueNumber', 'createdAt'] as const),
      ...(['confirmedAt', 'cancelledAt', 'cancelledBy', 'waitedAt', 'approvalAskedAt', 'approvedAt'] as const),
      ...(['attendedAt', 'attendanceSource', 'attendedMinutes'] as const),
    ],
    none: [
      ...(['id', 'eventId', 'personId', 'mergedIntoId', 'addedBy', 'enrolmentId'] as const),
      ...(['sequence', 'revisedAt', 'linkVersion', 'doorVersion'] as const),
    ],
  }),
  enrolments: columns(enrolments, {
    registration: ['name', 'told', 'threadId', 'invitesSince'],
    needs: ['accessNeeds'],
    count: [
      ...(['organisation', 'role', 'attendance', 'locale', 'status', 'queueNumber', 'createdAt'] as const),
      ...(['joinedAt', 'waitedAt', 'leftAt', 'leftBy'] as const),
    ],
    none: ['id', 'seriesId', 'personId', 'revisedAt', 'linkVersion', 'addedBy'],
  }),
  choices: columns(choices, {
    registration: ['told'],
    count: ['round', 'rank', 'status', 'queueNumber', 'createdAt'],
    none: ['id', 'registrationId', 'sessionId', 'sequence', 'revisedAt'],
  }),
  answers: columns(answers, { answers: ['value'], none: ['registrationId', 'formFieldId'] }),
  checkIns: columns(checkIns, {
    registration: ['isPresent', 'source', 'at', 'receivedAt'],
    none: ['id', 'registrationId', 'organiserId'],
  }),
  /** A mark is nothing but the id: that it is there says that somebody gave feedback. */
  feedbackMarks: columns(feedbackMarks, { feedback_mark: ['registrationId'] }),
  feedbackAnswers: columns(feedbackAnswers, {
    feedback: ['text'],
    count: ['value'],
    none: ['id', 'questionId', 'step', 'registrationId'],
  }),
  invitees: columns(invitees, {
    invitee: ['email', 'name', 'organisation', 'locale', 'createdAt', 'askedAt', 'asks', 'declinedAt'],
    none: ['id', 'eventId', 'linkVersion', 'registrationId'],
  }),
  roleTotals: columns(roleTotals, {
    count: ['role', 'registered', 'placed', 'attended', 'absent', 'waiting', 'waited', 'cancelled', 'minutes'],
    none: ['eventId'],
  }),
  organisationTotals: columns(organisationTotals, {
    count: ['spelling', 'written', 'registered', 'attended', 'absent', 'minutes'],
    none: ['eventId', 'year', 'firstPersonId', 'lastPersonId'],
  }),

  // Mail.
  messages: columns(messages, {
    mail: [
      ...(['toAddress', 'kind', 'state', 'reason', 'locale', 'subject', 'told', 'createdAt', 'dueAt'] as const),
      ...(['toldSeries', 'expiresAt', 'datedAt', 'sentAt', 'bouncedAt', 'bounce', 'bounceReason'] as const),
    ],
    mail_text: ['bytes'],
    none: [
      ...(['id', 'key', 'lane', 'eventId', 'registrationId', 'personId', 'signInId', 'organiserId'] as const),
      ...(['invitationId', 'inviteeId', 'choiceId', 'followerId', 'enrolmentId', 'mailingId', 'bulletinId'] as const),
      'messageId',
      ...(['attempts', 'leasedBy', 'leasedUntil'] as const),
    ],
  }),
  mailings: columns(mailings, {
    preparation: ['subject', 'body'],
    none: [
      ...(['id', 'eventId', 'organiserId', 'audience', 'isUrgent', 'purpose', 'revision', 'createdAt'] as const),
      ...(['scheduledFor', 'releasedAt', 'recalledAt'] as const),
    ],
  }),

  // Letters to who subscribed.
  subscriptionRequests: columns(subscriptionRequests, {
    subscription_request: ['email', 'locale', 'wishes', 'createdAt', 'expiresAt'],
    none: ['id'],
  }),
  subscriptions: columns(subscriptions, {
    subscription: ['locale', 'provenAt', 'stoppedAt'],
    none: ['id', 'personId', 'linkVersion'],
  }),
  subscriptionTopics: columns(subscriptionTopics, {
    subscription: ['letter'],
    none: ['id', 'subscriptionId', 'groupId', 'themeId'],
  }),
  subscriptionStops: columns(subscriptionStops, { none: ['id', 'at', 'letter', 'groupId'] }),
  newsletters: columns(newsletters, { none: ['groupId', 'day', 'nextOn'] }),
  bulletins: columns(bulletins, {
    published: ['subject', 'intro'],
    none: [
      ...(['id', 'kind', 'groupId', 'month', 'revision', 'createdAt', 'releasedAt', 'recalledAt'] as const),
      ...(['recipients', 'spreadTo', 'spreadAt'] as const),
    ],
  }),
  bulletinItems: columns(bulletinItems, { none: ['bulletinId', 'eventId', 'part', 'position', 'hiddenAt'] }),

  // The programme. Names stand in it because whoever they belong to speaks or hosts there, for all to read.
  events: columns(events, {
    published: [
      'title',
      'summary',
      'description',
      'speakers',
      'yield',
      'cancelReason',
      'moveReason',
      'cover',
      'coverAlt',
    ],
    preparation: ['briefing'],
    none: [
      ...(['id', 'uid', 'slug', 'seriesId', 'groupId', ...DEFAULTS, 'hostUrl', 'localStart', 'startsAt'] as const),
      ...(['endsAt', 'sequence', 'revisedAt', 'revision', 'createdAt', 'publishedAt', 'cancelledAt'] as const),
      ...(['movedAt', 'movedFrom', 'plannedFor', 'registrationFrom', 'registrationUntil'] as const),
      ...(['waitingRule', 'needsApproval', 'isInvitationOnly'] as const),
      ...(['choicesUntil', 'allocation', 'allocatedAt', 'allocationSeed'] as const),
    ],
  }),
  sessions: columns(sessions, {
    published: ['title', 'summary', 'speakers'],
    none: [
      ...(['id', 'uid', 'eventId', 'kind', 'round', 'localStart', 'durationMinutes', 'room', 'capacity'] as const),
      ...(['groupId', 'isLearning', 'sequence', 'revisedAt', 'cancelledAt'] as const),
    ],
  }),
  certificates: columns(certificates, { published: ['signer'], none: ['eventId', 'givenAt', 'pauseMinutes'] }),
  accreditations: columns(accreditations, { none: ['id', 'eventId', 'register', 'number', 'points'] }),
  materials: columns(materials, {
    published: ['title', 'url', 'file', 'fileName'],
    none: ['id', 'eventId', 'kind', 'format', 'size', 'position'],
  }),
  /** Of an event; the lines of a series are about every date of it, and so about nobody. */
  tasks: columns(tasks, { preparation: ['title', 'days', 'proof'], none: ['id', 'seriesId', 'eventId'] }),
  taskTicks: columns(taskTicks, { preparation: ['doneAt'], none: ['taskId', 'eventId', 'doneBy'] }),
  series: columns(series, {
    none: [
      ...(['id', 'slug', 'title', 'summary', 'groupId', ...DEFAULTS, 'rule', 'localTime', 'skipMonths'] as const),
      ...(['remindDayBefore', 'remindHourBefore', 'promoteHoursOnline', 'promoteHoursInPerson'] as const),
      ...(['declineHours', 'followUpDays', 'createdAt'] as const),
      ...(['enrolmentRule', 'enrolmentCapacity', 'enrolmentUntil', 'isClosedList'] as const),
    ],
  }),
  eventCohosts: columns(eventCohosts, { none: ['eventId', 'groupId'] }),
  eventSlugs: columns(eventSlugs, { none: ['slug', 'eventId'] }),
  eventThemes: columns(eventThemes, { none: ['eventId', 'themeId'] }),
  formFields: columns(formFields, {
    none: ['id', 'eventId', 'kind', 'label', 'hint', 'options', 'isRequired', 'deleteAfterDays', 'position'],
  }),
  feedbackForms: columns(feedbackForms, { none: ['id', 'seriesId', 'eventId'] }),
  feedbackQuestions: columns(feedbackQuestions, {
    none: ['id', 'formId', 'kind', 'usual', 'label', 'options', 'position', 'closedAt'],
  }),
  feedbackSheets: columns(feedbackSheets, { none: ['id', 'formId', 'step'] }),
  skippedDates: columns(skippedDates, { none: ['seriesId', 'date', 'reason', 'createdAt'] }),
  schoolHolidays: columns(schoolHolidays, { none: ['name', 'region', 'startsOn', 'endsOn'] }),
  themes: columns(themes, { none: ['id', 'slug', 'name'] }),

  // Questions from practice.
  questions: columns(questions, {
    question: ['typed', 'name', 'rejectReason'],
    published: ['text', 'role', 'place', 'answer'],
    none: [
      ...(['id', 'groupId', 'askedAt', 'approvedAt', 'rejectedAt', 'mergedIntoId', 'eventId'] as const),
      ...(['answeredAt', 'revisedAt', 'revision'] as const),
    ],
  }),
  questionThemes: columns(questionThemes, { none: ['questionId', 'themeId'] }),
  recognitions: columns(recognitions, {
    recognition: ['visitorHash'],
    count: ['createdAt'],
    none: ['id', 'questionId'],
  }),
  questionFollowers: columns(questionFollowers, {
    question: ['kind', 'email', 'locale', 'createdAt', 'provenAt'],
    none: ['id', 'questionId'],
  }),

  // Organisers.
  organisers: columns(organisers, {
    organiser: ['email', 'name', 'summaryStoppedAt'],
    none: ['id', 'locale', 'createdAt'],
  }),
  memberships: columns(memberships, { organiser: ['right'], none: ['organiserId', 'groupId'] }),
  passkeys: columns(passkeys, {
    organiser: ['publicKey', 'counter', 'transports', 'name', 'createdAt', 'usedAt'],
    none: ['id', 'organiserId'],
  }),
  invitations: columns(invitations, {
    organiser_invitation: ['email', 'right', 'locale', 'createdAt', 'expiresAt', 'acceptedAt', 'revokedAt'],
    none: ['id', 'groupId', 'invitedBy', 'replaces'],
  }),
  challenges: columns(challenges, { sign_in: ['expiresAt'], none: ['challenge', 'organiserId'] }),
  signIns: columns(signIns, {
    sign_in: ['tokenHash', 'codeHash', 'attempts', 'createdAt', 'expiresAt', 'usedAt'],
    none: ['id', 'organiserId'],
  }),
  organiserSessions: columns(organiserSessions, {
    sign_in: ['createdAt', 'expiresAt', 'seenAt', 'method', 'device'],
    none: ['tokenHash', 'organiserId'],
  }),
  auditEntries: columns(auditEntries, {
    deed: ['at', 'action', 'detail'],
    none: ['id', 'organiserId', 'groupId', 'eventId', 'registrationId'],
  }),

  // Groups and what belongs to nobody.
  groups: columns(groups, {
    none: [
      ...(['id', 'slug', 'name', 'summary', 'region', 'accent', 'email', 'schoolRegion', 'parentId'] as const),
      ...(['retentionMonths'] as const),
    ],
  }),
  organisations: columns(organisations, { none: ['id', 'name'] }),
  organisationSpellings: columns(organisationSpellings, { none: ['spelling', 'organisationId'] }),
  spellingsApart: columns(spellingsApart, { none: ['one', 'other'] }),
  templates: columns(templates, { none: ['groupId', 'locale', 'kind', 'texts', 'revisedAt'] }),
  staleEvents: columns(staleEvents, { none: ['eventId'] }),
  // Of a year, a group and a series: nobody is in them.
  yearTotals: columns(yearTotals, {
    none: [
      ...([
        'year',
        'cut',
        'groupId',
        'seriesId',
        'key',
        'events',
        'registered',
        'placed',
        'attended',
        'absent',
      ] as const),
      ...(['waiting', 'waited', 'cancelled', 'minutes'] as const),
    ],
  }),
  yearOrganisations: columns(yearOrganisations, {
    none: ['year', 'spelling', 'registered', 'attended', 'absent', 'minutes'],
  }),
  sweeps: columns(sweeps, { none: ['id', 'startedAt', 'finishedAt', 'failure'] }),
  sweepTotals: columns(sweepTotals, { none: ['sweepId', 'groupId', 'kind', 'total'] }),
  erasures: columns(erasures, { erasure: ['hash', 'at'], none: ['id'] }),
  revision: columns(revision, { none: ['id', 'programme', 'places', 'questions'] }),
  placeRevisions: columns(placeRevisions, { none: ['eventId', 'places'] }),
  settings: columns(settings, { none: ['key', 'value'] }),
} satisfies Record<TableName, Record<string, DataKind | 'none'>>

export const TABLE_NAMES = Object.keys(PERSONAL_COLUMNS) as TableName[]

/** The columns of a table that hold personal data; of one kind, or of any. */
export function personalColumns(table: TableName, kind?: DataKind): string[] {
  const kinds: [string, DataKind | 'none'][] = Object.entries(PERSONAL_COLUMNS[table])
  return kinds.filter(([, each]) => (kind ? each === kind : each !== 'none')).map(([name]) => name)
}

/** What those columns hold when nothing of a kind is left in a row that stays. */
export function emptied(table: TableName, kind: DataKind): Record<string, null | ''> {
  const known: Record<string, { notNull: boolean }> = getTableColumns(TABLES[table])
  return Object.fromEntries(personalColumns(table, kind).map(name => [name, known[name]?.notNull ? '' : null]))
}
