// Every table. An instant is an integer of milliseconds since the epoch; a wall time is text ('2026-12-03T12:00') that
// stands beside its IANA zone. State is a timestamp or a row, never a boolean. Enums are the wire values.
import {
  type AnySQLiteColumn,
  blob,
  check,
  customType,
  index,
  integer,
  primaryKey,
  real,
  sql,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from './drizzle.ts'

export const KINDS = ['webinar', 'meeting', 'conference', 'learning_circle'] as const
export const ATTENDANCES = ['online', 'in_person', 'hybrid'] as const
export const PRESENCES = ['online', 'in_person'] as const
export const ROLES = ['research', 'education', 'practice', 'policy', 'resident', 'student', 'other'] as const
export const STATUSES = ['confirmed', 'waitlisted', 'cancelled'] as const
export const MATERIAL_KINDS = ['recording', 'slides', 'handout', 'audio', 'link'] as const
/** What a file that organisers place can be, as its own bytes say. */
export const FORMATS = ['pdf', 'pptx', 'docx', 'odp', 'odt', 'mp3', 'm4a', 'ogg'] as const
export const SESSION_KINDS = ['plenary', 'workshop', 'break'] as const
export const RIGHTS = ['owner', 'organiser', 'host', 'viewer'] as const
export const CANCELLERS = ['attendee', 'organiser'] as const
export const LOCALES = ['nl', 'en'] as const
export const MESSAGE_STATES = ['queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped'] as const
export const MESSAGE_KINDS = [
  'sign_in',
  'my',
  'address',
  'confirmed',
  'waitlisted',
  'promoted',
  'place_free',
  'changed',
  'cancelled',
  'reinstated',
  'unregistered',
  'again',
  'series_confirmed',
  'series_waitlisted',
  'series_promoted',
  'series_left',
  'series_again',
  'reminder_day',
  'reminder_hour',
  'declined',
  'requested',
  'asked',
  'briefing',
  'workshop_confirmed',
  'workshop_changed',
  'workshop_cancelled',
  'invited',
  'mailing',
  'tasks',
  'invitation',
  'subscription_proof',
  'announcement',
  'newsletter',
  'question_proof',
  'question_planned',
  'question_answered',
  'test',
] as const
/** PARTSTAT of an answer from somebody's calendar (RFC 5545 §3.2.12), as far as it concerns us. */
export const REPLIES = ['accepted', 'tentative', 'declined'] as const
/** What a delivery report said of a mail that had left (RFC 3464). */
export const BOUNCES = ['hard', 'soft', 'policy'] as const

/** What somebody does at an event, besides attending: they take no place of anybody's. */
export const PARTS = ['speaker', 'host'] as const
export const FORM_FIELD_KINDS = ['text', 'choice', 'several', 'yes_no'] as const
/** What becomes of a place that comes free: it goes to the first who waits, an organiser gives it, or nobody can wait. */
export const WAITING_RULES = ['automatic', 'by_hand', 'none'] as const
/** How the places of workshops are given: to who comes first, or all at once by what people would rather have. */
export const ALLOCATIONS = ['first_come', 'by_preference'] as const
/** What became of a workshop somebody chose; `spare` is a second choice that is not needed as long as the first one holds. */
export const CHOICE_STATUSES = ['confirmed', 'waitlisted', 'spare', 'cancelled'] as const
/** What a line of a run sheet can see for itself; a line without one is ticked by a person. */
export const PROOFS = ['speaker', 'text', 'room', 'reminder', 'host', 'materials'] as const
/** Why somebody is told what becomes of a question: they asked it, or they recognised it. */
export const FOLLOWER_KINDS = ['asked', 'recognised'] as const
/** Whether people register for a whole series at once: not, beside registering for single events, or only so (a fixed group). */
export const ENROLMENT_RULES = ['off', 'beside', 'only'] as const
export const SCHOOL_REGIONS = ['north', 'central', 'south'] as const
/** What somebody can ask us to mail them: the newsletter once a month, and a mail when a new event is announced. */
export const LETTERS = ['newsletter', 'announcement'] as const
/** Whether an item of a bulletin is still to come, or is about what came out of something. */
export const BULLETIN_PARTS = ['coming', 'past'] as const
export const AUDIENCES = ['all', 'confirmed', 'waiting', 'attended', 'absent'] as const
/** What a mailing is for: an organiser's own words, or the mail after an event that brings what came of it. */
export const PURPOSES = ['letter', 'follow_up'] as const
/** How we know that somebody was there. */
export const ATTENDANCE_SOURCES = ['door', 'check_in', 'by_hand', 'report'] as const
export const SESSION_METHODS = ['link', 'code', 'passkey'] as const
/** What can be asked after an event: how much from 1 to 5, one choice, several, or a text of one's own. */
export const FEEDBACK_KINDS = ['scale', 'choice', 'several', 'text'] as const
/** The questions of our own: what they say stands in `i18n`. */
export const USUAL_FEEDBACK = ['useful', 'takeaway', 'better'] as const

/** A venue as it is shown and put in LOCATION. */
export interface Venue {
  name: string
  address: string
  postcode: string
  city: string
  access: string
}

/** What a mail told somebody about their registration; `place` is empty for who takes part online. */
export interface Told {
  status: (typeof STATUSES)[number] | 'event_cancelled'
  sequence: number
  localStart: string
  timeZone: string
  durationMinutes: number
  presence: (typeof PRESENCES)[number]
  place: string
  /** What they do there, besides being there; missing for who attends. */
  part?: (typeof PARTS)[number]
  /** They asked for a place; an organiser has yet to say yes. */
  isRequest?: true
  /** Version of the personal door that the entry leads to; 0 without one. Unknown of mails from before it was kept. */
  door?: number
  /** Told without an entry for their calendar: they follow the whole series by their feed. Missing where there was one. */
  uninvited?: true
}

/** What a mail told somebody about their place in a series, and about each of its dates (by the id of the registration). */
export interface ToldSeries {
  status: (typeof STATUSES)[number]
  dates: [registrationId: number, told: Told][]
}

/** One thing that somebody wants letters about: a group or a theme, by id. */
export interface LetterWish {
  letter: (typeof LETTERS)[number]
  groupId: number | null
  themeId: number | null
}

const instant = customType<{ data: Temporal.Instant; driverData: number }>({
  dataType: () => 'integer',
  // A prepared query hands a null to its column too.
  toDriver: value => (value === null ? value : value.epochMilliseconds),
  fromDriver: value => Temporal.Instant.fromEpochMilliseconds(value),
})
const id = () => integer().primaryKey({ autoIncrement: true })
const oneOf = (name: string, column: AnySQLiteColumn, values: readonly string[]) =>
  check(name, sql`${column} in (${sql.raw(values.map(value => `'${value}'`).join(', '))})`)

export const settings = sqliteTable('settings', { key: text().primaryKey(), value: text().notNull() })

/**
 * One row, raised by triggers in the same transaction as what it tells of: `programme` by whatever public pages and feeds say of
 * groups, series, events and questions, `places` by who has one or waits, `questions` by who recognises one. What is kept of a
 * page holds as long as these stay the same.
 */
export const revision = sqliteTable('revision', {
  id: integer().primaryKey(),
  programme: integer().notNull(),
  places: integer().notNull(),
  questions: integer().notNull().default(0),
})

/** Which `places` the last change at an event brought, so that a page that tells of other events holds. Raised by the same triggers. */
export const placeRevisions = sqliteTable(
  'place_revisions',
  { eventId: integer().primaryKey(), places: integer().notNull() },
  table => [index('place_revisions_places').on(table.places)],
)

export const groups = sqliteTable(
  'groups',
  {
    id: id(),
    slug: text().notNull().unique(),
    name: text().notNull(),
    summary: text().notNull().default(''),
    region: text().notNull().default(''),
    accent: text(),
    email: text(),
    /** Whose school holidays count here; empty: those of the group above. */
    schoolRegion: text({ enum: SCHOOL_REGIONS }),
    parentId: integer().references((): AnySQLiteColumn => groups.id),
    /** Months after an event in which its names are kept; empty: as many as the group above. */
    retentionMonths: integer(),
  },
  table => [
    index('groups_parent').on(table.parentId),
    oneOf('groups_school_region', table.schoolRegion, SCHOOL_REGIONS),
  ],
)

export const themes = sqliteTable('themes', { id: id(), slug: text().notNull().unique(), name: text().notNull() })

/** What a series hands to the events planned from it, and what an event holds itself. Capacity null: no limit. */
const defaults = () => ({
  kind: text({ enum: KINDS }).notNull(),
  timeZone: text().notNull(),
  durationMinutes: integer().notNull(),
  attendance: text({ enum: ATTENDANCES }).notNull(),
  capacityOnline: integer(),
  capacityInPerson: integer(),
  roomUrl: text(),
  venue: text({ mode: 'json' }).$type<Venue>(),
})

export const series = sqliteTable(
  'series',
  {
    id: id(),
    slug: text().notNull().unique(),
    title: text().notNull(),
    summary: text().notNull().default(''),
    groupId: integer()
      .notNull()
      .references(() => groups.id),
    ...defaults(),
    rule: text().notNull(),
    localTime: text().notNull(),
    skipMonths: text({ mode: 'json' }).$type<number[]>().notNull().default([]),
    remindDayBefore: integer({ mode: 'boolean' }).notNull().default(true),
    remindHourBefore: integer({ mode: 'boolean' }).notNull().default(true),
    promoteHoursOnline: integer().notNull().default(1),
    promoteHoursInPerson: integer().notNull().default(48),
    /** Hours after which the place of who declined in their calendar frees itself; null: only people free it. */
    declineHours: integer().default(24),
    /** Days after an event on which its follow-up mail leaves by itself; null: only when an organiser says so. */
    followUpDays: integer(),
    createdAt: instant().notNull(),
    enrolmentRule: text({ enum: ENROLMENT_RULES }).notNull().default('off'),
    /** How many take part in the whole series; null: no limit. */
    enrolmentCapacity: integer(),
    /** The last day on which somebody can join; null: as long as there is an event to come. */
    enrolmentUntil: text(),
    /** Only whom an organiser adds takes part. */
    isClosedList: integer({ mode: 'boolean' }).notNull().default(false),
  },
  table => [
    index('series_group').on(table.groupId),
    oneOf('series_kind', table.kind, KINDS),
    oneOf('series_attendance', table.attendance, ATTENDANCES),
    check('series_follow_up', sql`${table.followUpDays} between 1 and 30`),
    oneOf('series_enrolment_rule', table.enrolmentRule, ENROLMENT_RULES),
    check('series_enrolment_capacity', sql`coalesce(${table.enrolmentCapacity}, 1) > 0`),
  ],
)

export const events = sqliteTable(
  'events',
  {
    id: id(),
    uid: text().notNull().unique(),
    slug: text().notNull().unique(),
    seriesId: integer().references(() => series.id),
    groupId: integer()
      .notNull()
      .references(() => groups.id),
    ...defaults(),
    title: text().notNull(),
    summary: text().notNull().default(''),
    description: text().notNull().default(''),
    speakers: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    yield: text().notNull().default(''),
    localStart: text().notNull(),
    startsAt: instant().notNull(),
    endsAt: instant().notNull(),
    /** iCalendar SEQUENCE of the event itself; an invite adds the registration's own raises. */
    sequence: integer().notNull().default(0),
    /** Last change a calendar shows: DTSTAMP and LAST-MODIFIED. */
    revisedAt: instant().notNull(),
    /** Raised by every edit, so that two organisers do not overwrite each other. */
    revision: integer().notNull().default(1),
    createdAt: instant().notNull(),
    publishedAt: instant(),
    cancelledAt: instant(),
    cancelReason: text().notNull().default(''),
    movedAt: instant(),
    movedFrom: text(),
    moveReason: text().notNull().default(''),
    /** The wall time its series' rule gave it. One that stands elsewhere was dated by hand and is never dated anew. */
    plannedFor: text(),
    /** A file in DATA_DIR/files, and what it shows for who cannot see it. */
    cover: text(),
    coverAlt: text().notNull().default(''),
    /** Wall times between which people can register; empty: from publication until the start (online: the end). */
    registrationFrom: text(),
    registrationUntil: text(),
    waitingRule: text({ enum: WAITING_RULES }).notNull().default('automatic'),
    /** An organiser says yes to each registration. */
    needsApproval: integer({ mode: 'boolean' }).notNull().default(false),
    /** Only who was invited can register. */
    isInvitationOnly: integer({ mode: 'boolean' }).notNull().default(false),
    /** The room as its host opens it; as secret as the room itself. */
    hostUrl: text(),
    /** What organisers write to who speaks or hosts: it stands in their briefing and on their own page. */
    briefing: text().notNull().default(''),
    /** Wall time until which people choose workshops and change their choice; empty: until the event begins. */
    choicesUntil: text(),
    allocation: text({ enum: ALLOCATIONS }).notNull().default('first_come'),
    /** When places were given by preference, and with which seed, so that it can be shown and done again alike. */
    allocatedAt: instant(),
    allocationSeed: text().notNull().default(''),
  },
  table => [
    index('events_start').on(table.startsAt),
    index('events_end').on(table.endsAt),
    index('events_room').on(table.roomUrl).where(sql`room_url is not null`),
    index('events_host_room').on(table.hostUrl).where(sql`host_url is not null`),
    index('events_group').on(table.groupId, table.startsAt),
    index('events_series').on(table.seriesId, table.localStart),
    index('events_drafts').on(table.startsAt).where(sql`published_at is null`),
    index('events_counted')
      .on(table.startsAt, table.endsAt, table.localStart, table.groupId, table.seriesId)
      .where(sql`published_at is not null and cancelled_at is null`),
    oneOf('events_kind', table.kind, KINDS),
    oneOf('events_attendance', table.attendance, ATTENDANCES),
    oneOf('events_waiting_rule', table.waitingRule, WAITING_RULES),
    oneOf('events_allocation', table.allocation, ALLOCATIONS),
    check(
      'events_capacity',
      sql`coalesce(${table.capacityOnline}, 1) > 0 and coalesce(${table.capacityInPerson}, 1) > 0`,
    ),
    check('events_end', sql`${table.endsAt} > ${table.startsAt}`),
  ],
)

/** Groups that organise an event together with the one that hosts it. */
export const eventCohosts = sqliteTable(
  'event_cohosts',
  {
    eventId: integer()
      .notNull()
      .references(() => events.id),
    groupId: integer()
      .notNull()
      .references(() => groups.id),
  },
  table => [primaryKey({ columns: [table.eventId, table.groupId] }), index('event_cohosts_group').on(table.groupId)],
)

/** An extra question on a registration form. What was answered goes so many days after the event. */
export const formFields = sqliteTable(
  'form_fields',
  {
    id: id(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    kind: text({ enum: FORM_FIELD_KINDS }).notNull(),
    label: text().notNull(),
    hint: text().notNull().default(''),
    options: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    isRequired: integer({ mode: 'boolean' }).notNull().default(false),
    deleteAfterDays: integer().notNull().default(30),
    position: integer().notNull(),
  },
  table => [
    index('form_fields_event').on(table.eventId, table.position),
    oneOf('form_fields_kind', table.kind, FORM_FIELD_KINDS),
  ],
)

/** What somebody answered to an extra question: one text, or the options chosen. */
export const answers = sqliteTable(
  'answers',
  {
    registrationId: integer()
      .notNull()
      .references(() => registrations.id),
    formFieldId: integer()
      .notNull()
      .references(() => formFields.id),
    value: text({ mode: 'json' }).$type<string[]>().notNull(),
  },
  table => [
    primaryKey({ columns: [table.registrationId, table.formFieldId] }),
    index('answers_form_field').on(table.formFieldId),
  ],
)

/** What is asked after an event, or after every event of a series. Without one: what the series asks, or what is usual. */
export const feedbackForms = sqliteTable(
  'feedback_forms',
  {
    id: id(),
    seriesId: integer()
      .unique()
      .references(() => series.id),
    eventId: integer()
      .unique()
      .references(() => events.id),
  },
  table => [check('feedback_forms_of_one', sql`(${table.seriesId} is null) <> (${table.eventId} is null)`)],
)

export const feedbackQuestions = sqliteTable(
  'feedback_questions',
  {
    id: id(),
    formId: integer()
      .notNull()
      .references(() => feedbackForms.id),
    kind: text({ enum: FEEDBACK_KINDS }).notNull(),
    /** One of ours; then `label` is empty, and each reads it in their own language. */
    usual: text({ enum: USUAL_FEEDBACK }),
    label: text().notNull().default(''),
    options: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    position: integer().notNull(),
    /** From then on it is asked no more; what was answered stays. */
    closedAt: instant(),
  },
  table => [
    index('feedback_questions_form').on(table.formId, table.position),
    oneOf('feedback_questions_kind', table.kind, FEEDBACK_KINDS),
    oneOf('feedback_questions_usual', table.usual, USUAL_FEEDBACK),
    check('feedback_questions_words', sql`(${table.usual} is null) = (${table.label} <> '')`),
  ],
)

/**
 * That somebody gave feedback, so that each gives it once; gone as soon as nobody can give it any more. It says nothing of what
 * they answered. No time stands in it, and no number of its own: the order of these rows is that of the registrations.
 */
export const feedbackMarks = sqliteTable('feedback_marks', {
  registrationId: integer()
    .primaryKey()
    .references(() => registrations.id),
})

/** A number by chance: rows stand in its order, so that theirs tells nothing of when they came. */
const byChance = () => integer().primaryKey()

/**
 * One time that feedback was given to an event, by whom it does not say. `step`: how many fives came before it. While feedback is
 * open answers are shown five at a time, so that nobody sees one come in.
 */
export const feedbackSheets = sqliteTable(
  'feedback_sheets',
  {
    id: byChance(),
    formId: integer()
      .notNull()
      .references(() => feedbackForms.id),
    step: integer().notNull(),
  },
  table => [index('feedback_sheets_form').on(table.formId, table.step)],
)

/** What was answered to one question. Nothing says which answers came on one sheet, nor from whom, unless they gave their name with it. */
export const feedbackAnswers = sqliteTable(
  'feedback_answers',
  {
    id: byChance(),
    questionId: integer()
      .notNull()
      .references(() => feedbackQuestions.id),
    step: integer().notNull(),
    /** A number from 1 to 5, or the options chosen. */
    value: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    text: text().notNull().default(''),
    /** Only of who wanted their name beside it: it is read from there, and so ends with it. */
    registrationId: integer().references((): AnySQLiteColumn => registrations.id),
  },
  table => [
    index('feedback_answers_question').on(table.questionId, table.step),
    index('feedback_answers_registration').on(table.registrationId).where(sql`registration_id is not null`),
  ],
)

/** A date of its rule that a series lets pass, and why. */
export const skippedDates = sqliteTable(
  'skipped_dates',
  {
    seriesId: integer()
      .notNull()
      .references(() => series.id),
    date: text().notNull(),
    reason: text().notNull().default(''),
    createdAt: instant().notNull(),
  },
  table => [primaryKey({ columns: [table.seriesId, table.date] })],
)

/** From the open data of Rijksoverheid, by import: first and last day, both included. */
export const schoolHolidays = sqliteTable(
  'school_holidays',
  {
    name: text().notNull(),
    region: text({ enum: SCHOOL_REGIONS }).notNull(),
    startsOn: text().notNull(),
    endsOn: text().notNull(),
  },
  table => [
    primaryKey({ columns: [table.region, table.startsOn, table.name] }),
    oneOf('school_holidays_region', table.region, SCHOOL_REGIONS),
  ],
)

/** One line of a run sheet: of a series, or of one event. Days count from the day of the event; before it, they are negative. */
export const tasks = sqliteTable(
  'tasks',
  {
    id: id(),
    seriesId: integer().references(() => series.id),
    eventId: integer().references(() => events.id),
    /** Empty: our words for its proof. */
    title: text().notNull().default(''),
    days: integer().notNull(),
    proof: text({ enum: PROOFS }),
  },
  table => [
    index('tasks_series').on(table.seriesId),
    index('tasks_event').on(table.eventId),
    index('tasks_days').on(table.days),
    oneOf('tasks_proof', table.proof, PROOFS),
    check('tasks_of_one', sql`(${table.seriesId} is null) <> (${table.eventId} is null)`),
  ],
)

/** A line of the run sheet that is done for an event, or not needed there. */
export const taskTicks = sqliteTable(
  'task_ticks',
  {
    taskId: integer()
      .notNull()
      .references(() => tasks.id),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    doneAt: instant().notNull(),
    doneBy: integer().references(() => organisers.id),
  },
  table => [primaryKey({ columns: [table.taskId, table.eventId] }), index('task_ticks_event').on(table.eventId)],
)

/** Addresses an event had before; they redirect for ever. */
export const eventSlugs = sqliteTable(
  'event_slugs',
  {
    slug: text().primaryKey(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
  },
  table => [index('event_slugs_event').on(table.eventId)],
)

export const eventThemes = sqliteTable(
  'event_themes',
  {
    eventId: integer()
      .notNull()
      .references(() => events.id),
    themeId: integer()
      .notNull()
      .references(() => themes.id),
  },
  table => [primaryKey({ columns: [table.eventId, table.themeId] }), index('event_themes_theme').on(table.themeId)],
)

export const sessions = sqliteTable(
  'sessions',
  {
    id: id(),
    uid: text().notNull().unique(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    kind: text({ enum: SESSION_KINDS }).notNull(),
    round: integer(),
    title: text().notNull(),
    localStart: text().notNull(),
    durationMinutes: integer().notNull(),
    room: text().notNull().default(''),
    capacity: integer(),
    groupId: integer().references(() => groups.id),
    summary: text().notNull().default(''),
    speakers: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    /** Its minutes count as learning; those of a break never do, nor those of a welcome. */
    isLearning: integer({ mode: 'boolean' }).notNull().default(true),
    /** iCalendar SEQUENCE of a workshop's own entry, and when what a calendar shows of it last changed. */
    sequence: integer().notNull().default(0),
    revisedAt: instant().notNull().default(sql`0`),
    /** It does not take place. One that nobody ever chose is removed instead. */
    cancelledAt: instant(),
  },
  table => [
    index('sessions_event').on(table.eventId, table.localStart),
    oneOf('sessions_kind', table.kind, SESSION_KINDS),
    check('sessions_capacity', sql`coalesce(${table.capacity}, 1) > 0`),
    // What people choose between stands in a round, and nothing else does.
    check('sessions_round', sql`(${table.kind} = 'workshop') = (${table.round} is not null)`),
  ],
)

/** A workshop that somebody chose, first or second in its round. One row each, used again for ever, as a registration is. */
export const choices = sqliteTable(
  'choices',
  {
    id: id(),
    registrationId: integer()
      .notNull()
      .references((): AnySQLiteColumn => registrations.id),
    sessionId: integer()
      .notNull()
      .references(() => sessions.id),
    /** Of the session: nobody has a place in two workshops of one round. */
    round: integer().notNull(),
    /** 1: rather than anything else in this round; 2: if that is full. */
    rank: integer().notNull(),
    status: text({ enum: CHOICE_STATUSES }).notNull(),
    /** Order of arrival within the session; a fresh number when somebody chooses it again. */
    queueNumber: integer().notNull(),
    /** This person's own raises of SEQUENCE, on top of the session's. Never decreases. */
    sequence: integer().notNull().default(0),
    /** Last change of this person's calendar entry. */
    revisedAt: instant().notNull(),
    createdAt: instant().notNull(),
    /** What their last mail said of it; empty until one has left. */
    told: text({ mode: 'json' }).$type<Told>(),
  },
  table => [
    unique('choices_once').on(table.registrationId, table.sessionId),
    uniqueIndex('choices_one_a_round').on(table.registrationId, table.round).where(sql`status = 'confirmed'`),
    uniqueIndex('choices_rank').on(table.registrationId, table.round, table.rank).where(sql`status <> 'cancelled'`),
    index('choices_queue').on(table.sessionId, table.status, table.queueNumber),
    oneOf('choices_status', table.status, CHOICE_STATUSES),
    check('choices_rank_of_two', sql`${table.rank} in (1, 2)`),
  ],
)

/** What an event's certificates say besides who was there. Who gets one follows from attendance: of that nothing is kept. */
export const certificates = sqliteTable(
  'certificates',
  {
    eventId: integer()
      .primaryKey()
      .references(() => events.id),
    /** Since when they are given, after the event; empty: none are. */
    givenAt: instant(),
    /** Who stands for it, by what they do: 'Projectleider Werkplaats Noord'. */
    signer: text().notNull().default(''),
    /** Welcome and breaks together, of an event without a programme. Where there is one, that says what counts. */
    pauseMinutes: integer().notNull().default(0),
  },
  table => [check('certificates_pause', sql`${table.pauseMinutes} >= 0`)],
)

/** A professional register that counts an event, by the number under which it knows it. */
export const accreditations = sqliteTable(
  'accreditations',
  {
    id: id(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    register: text().notNull(),
    number: text().notNull(),
    /** For who follows all of it, where the register says how many. */
    points: real(),
  },
  table => [
    unique('accreditations_once').on(table.eventId, table.register),
    check('accreditations_points', sql`coalesce(${table.points}, 1) > 0`),
  ],
)

export const materials = sqliteTable(
  'materials',
  {
    id: id(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    kind: text({ enum: MATERIAL_KINDS }).notNull(),
    title: text().notNull(),
    /** Where it is elsewhere on the web; empty for a file of ours. */
    url: text().notNull(),
    /** Its name in DATA_DIR/files and in its address; the name it is saved under; what it is; and how many bytes. */
    file: text().unique(),
    fileName: text().notNull().default(''),
    format: text({ enum: FORMATS }),
    size: integer().notNull().default(0),
    position: integer().notNull().default(0),
  },
  table => [
    index('materials_event').on(table.eventId),
    oneOf('materials_kind', table.kind, MATERIAL_KINDS),
    oneOf('materials_format', table.format, FORMATS),
    check('materials_source', sql`(${table.file} is null) = (${table.url} <> '')`),
  ],
)

/** One row per e-mail address. What someone told us about themselves stands on the registration. */
export const people = sqliteTable(
  'people',
  {
    id: id(),
    email: text().unique(),
    createdAt: instant().notNull(),
    /** Versions of the signed links: raising one makes the links already given out worthless. */
    myVersion: integer().notNull().default(1),
    feedVersion: integer().notNull().default(1),
    remindersStoppedAt: instant(),
    /** Mail to this address comes back: since when, and what the report said. Nothing is sent while it is set. */
    undeliverableAt: instant(),
    undeliverableReason: text().notNull().default(''),
  },
  table => [index('people_created').on(table.createdAt).where(sql`email is not null`)],
)

/** One person's part in a whole series. Their place at each of its events is a registration that names it. */
export const enrolments = sqliteTable(
  'enrolments',
  {
    id: id(),
    seriesId: integer()
      .notNull()
      .references(() => series.id),
    personId: integer()
      .notNull()
      .references(() => people.id),
    name: text().notNull(),
    organisation: text().notNull().default(''),
    role: text({ enum: ROLES }).notNull(),
    attendance: text({ enum: PRESENCES }).notNull(),
    accessNeeds: text().notNull().default(''),
    locale: text({ enum: LOCALES }).notNull(),
    status: text({ enum: STATUSES }).notNull(),
    /** Order of arrival within the series; a fresh number when somebody comes back. */
    queueNumber: integer().notNull(),
    revisedAt: instant().notNull(),
    linkVersion: integer().notNull().default(1),
    createdAt: instant().notNull(),
    /** Since when they take part. */
    joinedAt: instant(),
    /** Since when they waited, also when they take part by now. */
    waitedAt: instant(),
    leftAt: instant(),
    leftBy: text({ enum: CANCELLERS }),
    /** Since when they want an entry for their calendar by mail for each date; null: they follow their feed. */
    invitesSince: instant(),
    addedBy: integer().references(() => organisers.id),
    /** What their last mail about it said; empty until one has left. */
    told: text({ enum: STATUSES }),
    /** Message-ID of the first of those mails: the root of the thread. */
    threadId: text(),
  },
  table => [
    unique('enrolments_once').on(table.seriesId, table.personId),
    index('enrolments_queue').on(table.seriesId, table.status, table.queueNumber),
    index('enrolments_person').on(table.personId),
    oneOf('enrolments_role', table.role, ROLES),
    oneOf('enrolments_attendance', table.attendance, PRESENCES),
    oneOf('enrolments_locale', table.locale, LOCALES),
    oneOf('enrolments_status', table.status, STATUSES),
    oneOf('enrolments_left_by', table.leftBy, CANCELLERS),
    oneOf('enrolments_told', table.told, STATUSES),
  ],
)

export const registrations = sqliteTable(
  'registrations',
  {
    id: id(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    personId: integer()
      .notNull()
      .references(() => people.id),
    name: text().notNull(),
    organisation: text().notNull().default(''),
    role: text({ enum: ROLES }).notNull(),
    attendance: text({ enum: PRESENCES }).notNull(),
    accessNeeds: text().notNull().default(''),
    locale: text({ enum: LOCALES }).notNull(),
    status: text({ enum: STATUSES }).notNull(),
    /** Order of arrival within the event; a fresh number when somebody comes back. */
    queueNumber: integer().notNull(),
    /** This registration's own raises of SEQUENCE, on top of the event's. Never decreases. */
    sequence: integer().notNull().default(0),
    /** Last change of this person's calendar entry. */
    revisedAt: instant().notNull(),
    linkVersion: integer().notNull().default(1),
    doorVersion: integer().notNull().default(1),
    createdAt: instant().notNull(),
    confirmedAt: instant(),
    cancelledAt: instant(),
    cancelledBy: text({ enum: CANCELLERS }),
    attendedAt: instant(),
    attendanceSource: text({ enum: ATTENDANCE_SOURCES }),
    /** Minutes in the online room, from its report. */
    attendedMinutes: integer(),
    /** Speaker or host: has an invite like everybody, takes no place, and counts as no attendee. */
    part: text({ enum: PARTS }),
    /** A speaker or host said yes. */
    partConfirmedAt: instant(),
    /** Since when they waited for a place, also when they have one by now. */
    waitedAt: instant(),
    /** Waits for an organiser's yes; and when it came. */
    approvalAskedAt: instant(),
    approvedAt: instant(),
    /** What organisers write down about it; nobody else reads it. */
    note: text().notNull().default(''),
    /** The same person stands on the list with another address: that registration goes on. */
    mergedIntoId: integer().references((): AnySQLiteColumn => registrations.id),
    addedBy: integer().references(() => organisers.id),
    remindersStoppedAt: instant(),
    /** A new address waiting for its proof. */
    newEmail: text(),
    /** What this person's last mail said; empty until one has left. Every later mail follows from the difference. */
    told: text({ mode: 'json' }).$type<Told>(),
    /** Message-ID of the first mail about this registration: the root of the thread. */
    threadId: text(),
    /** The newest answer from their calendar, with its SEQUENCE and DTSTAMP (RFC 5546 §2.1.5). */
    reply: text({ enum: REPLIES }),
    replySequence: integer(),
    repliedAt: instant(),
    /** They declined in their calendar and have not come back on it. */
    declinedAt: instant(),
    /** When the place frees itself because of that; null if people decide. */
    freesAt: instant(),
    /** It is one of the dates of this part in a whole series. */
    enrolmentId: integer().references(() => enrolments.id),
    /** Its date is followed by their feed: mails about it hold no entry for a calendar. */
    feedOnlySince: instant(),
  },
  table => [
    unique('registrations_once').on(table.eventId, table.personId),
    index('registrations_queue').on(table.eventId, table.status, table.attendance, table.queueNumber, table.part),
    index('registrations_contributors').on(table.eventId).where(sql`part is not null`),
    index('registrations_merged').on(table.mergedIntoId).where(sql`merged_into_id is not null`),
    index('registrations_order').on(table.eventId, table.queueNumber),
    index('registrations_person').on(table.personId),
    index('registrations_enrolment').on(table.enrolmentId).where(sql`enrolment_id is not null`),
    index('registrations_frees').on(table.freesAt).where(sql`frees_at is not null`),
    oneOf('registrations_role', table.role, ROLES),
    oneOf('registrations_attendance', table.attendance, PRESENCES),
    oneOf('registrations_status', table.status, STATUSES),
    oneOf('registrations_locale', table.locale, LOCALES),
    oneOf('registrations_reply', table.reply, REPLIES),
    oneOf('registrations_part', table.part, PARTS),
    oneOf('registrations_attendance_source', table.attendanceSource, ATTENDANCE_SOURCES),
  ],
)

/** Somebody who is asked to come and may not have registered yet. */
export const invitees = sqliteTable(
  'invitees',
  {
    id: id(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    email: text().notNull(),
    name: text().notNull().default(''),
    organisation: text().notNull().default(''),
    locale: text({ enum: LOCALES }).notNull(),
    linkVersion: integer().notNull().default(1),
    createdAt: instant().notNull(),
    /** The last mail that asked them, and how many did. */
    askedAt: instant(),
    asks: integer().notNull().default(0),
    /** They said that they do not come. */
    declinedAt: instant(),
    /** What came of it, also with another address. */
    registrationId: integer().references((): AnySQLiteColumn => registrations.id),
  },
  table => [
    unique('invitees_once').on(table.eventId, table.email),
    index('invitees_email').on(table.email),
    index('invitees_registration').on(table.registrationId).where(sql`registration_id is not null`),
    oneOf('invitees_locale', table.locale, LOCALES),
  ],
)

/** Who was seen to be there, or not: at the door, by hand, in a report. The last word about each registration counts. */
export const checkIns = sqliteTable(
  'check_ins',
  {
    /** Made up by the phone, so that what is sent twice counts once. */
    id: text().primaryKey(),
    registrationId: integer()
      .notNull()
      .references(() => registrations.id),
    isPresent: integer({ mode: 'boolean' }).notNull(),
    source: text({ enum: ATTENDANCE_SOURCES }).notNull(),
    /** By the clock of who saw it. Counts as no later than when it was received. */
    at: instant().notNull(),
    receivedAt: instant().notNull(),
    organiserId: integer().references(() => organisers.id),
  },
  table => [
    index('check_ins_registration').on(table.registrationId, table.at),
    oneOf('check_ins_source', table.source, ATTENDANCE_SOURCES),
  ],
)

/** A mail with an organiser's own words to people of an event. A draft until released; its copies are rows of the outbox. */
export const mailings = sqliteTable(
  'mailings',
  {
    id: id(),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    organiserId: integer().references(() => organisers.id),
    audience: text({ enum: AUDIENCES }).notNull(),
    subject: text().notNull(),
    body: text().notNull(),
    isUrgent: integer({ mode: 'boolean' }).notNull().default(false),
    purpose: text({ enum: PURPOSES }).notNull().default('letter'),
    revision: integer().notNull().default(1),
    createdAt: instant().notNull(),
    /** When it is to leave; and since when its copies stand in the outbox. */
    scheduledFor: instant(),
    releasedAt: instant(),
    recalledAt: instant(),
  },
  table => [
    index('mailings_event').on(table.eventId, table.id),
    index('mailings_scheduled').on(table.scheduledFor).where(sql`scheduled_for is not null and released_at is null`),
    uniqueIndex('mailings_follow_up')
      .on(table.eventId, table.audience)
      .where(sql`purpose = 'follow_up' and recalled_at is null`),
    oneOf('mailings_audience', table.audience, AUDIENCES),
    oneOf('mailings_purpose', table.purpose, PURPOSES),
  ],
)

/** The newsletter of a group: one a month, from `nextOn` on. The group at the top also writes for who follows a theme. */
export const newsletters = sqliteTable(
  'newsletters',
  {
    groupId: integer()
      .primaryKey()
      .references(() => groups.id),
    /** Of the month; at most 28, so that every month has it. */
    day: integer().notNull(),
    /** The day on which the next one is composed; null while it is off. */
    nextOn: text(),
  },
  table => [
    index('newsletters_next').on(table.nextOn).where(sql`next_on is not null`),
    check('newsletters_day', sql`${table.day} between 1 and 28`),
  ],
)

/** A mail to who subscribed: a newsletter or an announcement. A draft until somebody releases it; its copies are rows of the outbox. */
export const bulletins = sqliteTable(
  'bulletins',
  {
    id: id(),
    kind: text({ enum: LETTERS }).notNull(),
    groupId: integer()
      .notNull()
      .references(() => groups.id),
    /** Which newsletter it is: '2026-12'. Empty for an announcement. */
    month: text().notNull().default(''),
    subject: text().notNull().default(''),
    intro: text().notNull().default(''),
    revision: integer().notNull().default(1),
    createdAt: instant().notNull(),
    releasedAt: instant(),
    recalledAt: instant(),
    /** How many it went to when it was released. */
    recipients: integer(),
    /** The last subscription that has a copy: they are made in parts. And since when all have. */
    spreadTo: integer().notNull().default(0),
    spreadAt: instant(),
  },
  table => [
    uniqueIndex('bulletins_month').on(table.groupId, table.month).where(sql`month <> '' and recalled_at is null`),
    index('bulletins_group').on(table.groupId, table.id),
    index('bulletins_released').on(table.releasedAt).where(sql`released_at is not null`),
    index('bulletins_spreading').on(table.id).where(sql`released_at is not null and spread_at is null`),
    oneOf('bulletins_kind', table.kind, LETTERS),
  ],
)

/** An event in a bulletin. */
export const bulletinItems = sqliteTable(
  'bulletin_items',
  {
    bulletinId: integer()
      .notNull()
      .references(() => bulletins.id),
    eventId: integer()
      .notNull()
      .references(() => events.id),
    part: text({ enum: BULLETIN_PARTS }).notNull(),
    position: integer().notNull(),
    hiddenAt: instant(),
  },
  table => [
    primaryKey({ columns: [table.bulletinId, table.eventId] }),
    index('bulletin_items_event').on(table.eventId),
    oneOf('bulletin_items_part', table.part, BULLETIN_PARTS),
  ],
)

/** Somebody asked for our letters, by an address that was typed: it counts once it is proven by mail. */
export const subscriptionRequests = sqliteTable(
  'subscription_requests',
  {
    id: id(),
    email: text().notNull().unique(),
    locale: text({ enum: LOCALES }).notNull(),
    wishes: text({ mode: 'json' }).$type<LetterWish[]>().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  table => [oneOf('subscription_requests_locale', table.locale, LOCALES)],
)

/** Somebody gets our letters. The day on which their address was proven shows that they asked for it, also for a while after they stop. */
export const subscriptions = sqliteTable(
  'subscriptions',
  {
    id: id(),
    personId: integer()
      .notNull()
      .unique()
      .references(() => people.id),
    locale: text({ enum: LOCALES }).notNull(),
    provenAt: instant().notNull(),
    stoppedAt: instant(),
    linkVersion: integer().notNull().default(1),
  },
  table => [oneOf('subscriptions_locale', table.locale, LOCALES)],
)

/** What somebody gets letters about: a group with all groups under it, or a theme. */
export const subscriptionTopics = sqliteTable(
  'subscription_topics',
  {
    id: id(),
    subscriptionId: integer()
      .notNull()
      .references(() => subscriptions.id, { onDelete: 'cascade' }),
    letter: text({ enum: LETTERS }).notNull(),
    groupId: integer().references(() => groups.id),
    themeId: integer().references(() => themes.id),
  },
  table => [
    uniqueIndex('subscription_topics_group').on(table.subscriptionId, table.letter, table.groupId),
    uniqueIndex('subscription_topics_theme').on(table.subscriptionId, table.letter, table.themeId),
    index('subscription_topics_of_group').on(table.groupId, table.letter, table.subscriptionId),
    index('subscription_topics_of_theme').on(table.themeId, table.letter, table.subscriptionId),
    oneOf('subscription_topics_letter', table.letter, LETTERS),
    check('subscription_topics_one', sql`(${table.groupId} is null) <> (${table.themeId} is null)`),
  ],
)

/** That somebody stopped, and what; not who. Without a group it was every letter of that kind. */
export const subscriptionStops = sqliteTable(
  'subscription_stops',
  {
    id: id(),
    at: instant().notNull(),
    letter: text({ enum: LETTERS }).notNull(),
    groupId: integer().references(() => groups.id),
  },
  table => [
    index('subscription_stops_at').on(table.letter, table.at),
    index('subscription_stops_group').on(table.groupId),
    oneOf('subscription_stops_letter', table.letter, LETTERS),
  ],
)

/** An employer or partner by its one name. */
export const organisations = sqliteTable('organisations', { id: id(), name: text().notNull().unique() })

/** How people write an organisation's name, folded to its bare letters. */
export const organisationSpellings = sqliteTable(
  'organisation_spellings',
  {
    spelling: text().primaryKey(),
    organisationId: integer()
      .notNull()
      .references(() => organisations.id),
  },
  table => [index('organisation_spellings_organisation').on(table.organisationId)],
)

/** Two spellings that look alike and are not the same organisation: proposed once, never again. The lesser text stands first. */
export const spellingsApart = sqliteTable(
  'spellings_apart',
  { one: text().notNull(), other: text().notNull() },
  table => [primaryKey({ columns: [table.one, table.other] })],
)

const eventCounted = () =>
  integer()
    .notNull()
    .references(() => events.id, { onDelete: 'cascade' })

/** The attendees of an event added up. Made from the registrations and made anew when those change: see `stale_events`. */
export const roleTotals = sqliteTable(
  'role_totals',
  {
    eventId: eventCounted(),
    role: text({ enum: ROLES }).notNull(),
    registered: integer().notNull(),
    /** Who has a place, was there, and was missing: known only where anybody was seen. */
    placed: integer().notNull(),
    attended: integer().notNull(),
    absent: integer().notNull(),
    /** Who waits, and who ever did. */
    waiting: integer().notNull(),
    waited: integer().notNull(),
    cancelled: integer().notNull(),
    minutes: integer().notNull(),
  },
  table => [
    primaryKey({ columns: [table.eventId, table.role] }),
    index('role_totals_absent').on(table.eventId).where(sql`absent > 0`),
    oneOf('role_totals_role', table.role, ROLES),
  ],
)

export const organisationTotals = sqliteTable(
  'organisation_totals',
  {
    eventId: eventCounted(),
    /** Folded; empty for who named none. */
    spelling: text().notNull(),
    /** As most of them wrote it. */
    written: text().notNull(),
    /** Of the event, so that a year is read in the order of its spellings. */
    year: integer().notNull(),
    registered: integer().notNull(),
    attended: integer().notNull(),
    absent: integer().notNull(),
    minutes: integer().notNull(),
    /** The lowest and the highest person: with two people at most, these are all of them. */
    firstPersonId: integer().notNull(),
    lastPersonId: integer().notNull(),
  },
  table => [
    primaryKey({ columns: [table.eventId, table.spelling] }),
    index('organisation_totals_year').on(
      ...[table.year, table.spelling, table.eventId],
      ...[table.registered, table.attended, table.absent, table.minutes],
      // Who came is asked spelling by spelling, of hundreds of them.
      ...[table.firstPersonId, table.lastPersonId],
    ),
  ],
)

/** What a year is cut by: everything at once, months, themes and roles. */
export const CUTS = ['all', 'month', 'theme', 'role'] as const
/**
 * The events of a year that count for reports, added up from `role_totals` by triggers: for each group and series that an event
 * belongs to, since those say who may see it. What it belongs to now counts, so these are never behind `role_totals`.
 */
export const yearTotals = sqliteTable(
  'year_totals',
  {
    year: integer().notNull(),
    cut: text({ enum: CUTS }).notNull(),
    groupId: integer().notNull(),
    /** 0 for events of no series. */
    seriesId: integer().notNull(),
    /** The month in two digits, the id of a theme, or a role; empty for everything at once. */
    key: text().notNull(),
    /** Not counted by role. */
    events: integer().notNull(),
    registered: integer().notNull(),
    placed: integer().notNull(),
    attended: integer().notNull(),
    absent: integer().notNull(),
    waiting: integer().notNull(),
    waited: integer().notNull(),
    cancelled: integer().notNull(),
    minutes: integer().notNull(),
  },
  table => [
    primaryKey({ columns: [table.year, table.cut, table.groupId, table.seriesId, table.key] }),
    oneOf('year_totals_cut', table.cut, CUTS),
  ],
)

/** As `year_totals`, of `organisation_totals`: of all groups together, since an organisation comes to many. */
export const yearOrganisations = sqliteTable(
  'year_organisations',
  {
    year: integer().notNull(),
    spelling: text().notNull(),
    registered: integer().notNull(),
    attended: integer().notNull(),
    absent: integer().notNull(),
    minutes: integer().notNull(),
  },
  table => [primaryKey({ columns: [table.year, table.spelling] })],
)

/** Events whose registrations changed since they were added up; triggers put them here, and until then the rows are counted. */
export const staleEvents = sqliteTable('stale_events', {
  eventId: integer()
    .primaryKey()
    .references(() => events.id, { onDelete: 'cascade' }),
})

export const organisers = sqliteTable('organisers', {
  id: id(),
  email: text().notNull().unique(),
  name: text().notNull().default(''),
  locale: text({ enum: LOCALES }).notNull().default('nl'),
  createdAt: instant().notNull(),
  /** They want no daily summary of what is overdue. */
  summaryStoppedAt: instant(),
})

export const memberships = sqliteTable(
  'memberships',
  {
    organiserId: integer()
      .notNull()
      .references(() => organisers.id),
    groupId: integer()
      .notNull()
      .references(() => groups.id),
    right: text({ enum: RIGHTS }).notNull(),
  },
  table => [
    primaryKey({ columns: [table.organiserId, table.groupId] }),
    oneOf('memberships_right', table.right, RIGHTS),
  ],
)

/** Somebody asked by mail to become an organiser of a group, with this right. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: id(),
    email: text().notNull(),
    groupId: integer()
      .notNull()
      .references(() => groups.id),
    right: text({ enum: RIGHTS }).notNull(),
    invitedBy: integer().references(() => organisers.id),
    /** Whoever hands over: their own right in the group ends when the other accepts. */
    replaces: integer().references(() => organisers.id),
    locale: text({ enum: LOCALES }).notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    acceptedAt: instant(),
    revokedAt: instant(),
  },
  table => [
    index('invitations_group').on(table.groupId),
    index('invitations_email').on(table.email),
    oneOf('invitations_right', table.right, RIGHTS),
    oneOf('invitations_locale', table.locale, LOCALES),
  ],
)

/** A passkey of an organiser (WebAuthn): the public half; the private one never leaves their device. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    /** Credential id, base64url. */
    id: text().primaryKey(),
    organiserId: integer()
      .notNull()
      .references(() => organisers.id),
    publicKey: blob({ mode: 'buffer' }).notNull(),
    counter: integer().notNull(),
    transports: text({ mode: 'json' }).$type<string[]>().notNull().default([]),
    name: text().notNull(),
    createdAt: instant().notNull(),
    usedAt: instant(),
  },
  table => [index('passkeys_organiser').on(table.organiserId)],
)

/** A question put to a passkey, to be answered once. */
export const challenges = sqliteTable('challenges', {
  challenge: text().primaryKey(),
  organiserId: integer().references(() => organisers.id),
  expiresAt: instant().notNull(),
})

/** One sign-in mail: a link and a code, both stored hashed, both used up by the first success. */
export const signIns = sqliteTable(
  'sign_ins',
  {
    id: id(),
    organiserId: integer()
      .notNull()
      .references(() => organisers.id),
    tokenHash: text().unique(),
    codeHash: text(),
    attempts: integer().notNull().default(0),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
  },
  table => [index('sign_ins_organiser').on(table.organiserId)],
)

export const organiserSessions = sqliteTable(
  'organiser_sessions',
  {
    tokenHash: text().primaryKey(),
    organiserId: integer()
      .notNull()
      .references(() => organisers.id),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    seenAt: instant(),
    method: text({ enum: SESSION_METHODS }).notNull().default('link'),
    /** The device in a few words, as its browser names itself. */
    device: text().notNull().default(''),
  },
  table => [
    oneOf('organiser_sessions_method', table.method, SESSION_METHODS),
    index('organiser_sessions_organiser').on(table.organiserId),
  ],
)

/**
 * A question from practice, asked by anybody. Nobody but organisers sees it until one of them approves it; `text` is what all may
 * read, `typed` what was asked. One that was merged leads to the question that it was merged into.
 */
export const questions = sqliteTable(
  'questions',
  {
    id: id(),
    text: text().notNull(),
    typed: text().notNull().default(''),
    /** For organisers only. */
    name: text().notNull().default(''),
    role: text({ enum: ROLES }).notNull(),
    place: text().notNull().default(''),
    /** The group it is put to; empty: the one at the top. */
    groupId: integer().references(() => groups.id),
    askedAt: instant().notNull(),
    approvedAt: instant(),
    rejectedAt: instant(),
    rejectReason: text().notNull().default(''),
    mergedIntoId: integer().references((): AnySQLiteColumn => questions.id),
    /** The event that is about it; told once that is published. */
    eventId: integer().references(() => events.id),
    /** What came of it. */
    answer: text().notNull().default(''),
    answeredAt: instant(),
    /** When it was last changed: what was mailed of it before may say something else. */
    revisedAt: instant().notNull(),
    /** Raised by every edit, so that two organisers do not overwrite each other. */
    revision: integer().notNull().default(1),
  },
  table => [
    index('questions_group').on(table.groupId),
    index('questions_event').on(table.eventId).where(sql`event_id is not null`),
    index('questions_merged').on(table.mergedIntoId).where(sql`merged_into_id is not null`),
    oneOf('questions_role', table.role, ROLES),
  ],
)

export const questionThemes = sqliteTable(
  'question_themes',
  {
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    themeId: integer()
      .notNull()
      .references(() => themes.id),
  },
  table => [
    primaryKey({ columns: [table.questionId, table.themeId] }),
    index('question_themes_theme').on(table.themeId),
  ],
)

/** Somebody recognised a question: one row for each browser, known by a hash. What is left without one still counts. */
export const recognitions = sqliteTable(
  'recognitions',
  {
    id: id(),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    visitorHash: text(),
    createdAt: instant().notNull(),
  },
  table => [uniqueIndex('recognitions_once').on(table.questionId, table.visitorHash)],
)

/** An address that wants to hear what becomes of a question. Nothing but the mail that asks for a proof goes there before that came. */
export const questionFollowers = sqliteTable(
  'question_followers',
  {
    id: id(),
    questionId: integer()
      .notNull()
      .references(() => questions.id),
    kind: text({ enum: FOLLOWER_KINDS }).notNull(),
    email: text().notNull(),
    locale: text({ enum: LOCALES }).notNull(),
    createdAt: instant().notNull(),
    provenAt: instant(),
  },
  table => [
    uniqueIndex('question_followers_once').on(table.questionId, table.email),
    index('question_followers_email').on(table.email),
    oneOf('question_followers_kind', table.kind, FOLLOWER_KINDS),
    oneOf('question_followers_locale', table.locale, LOCALES),
  ],
)

/** The outbox. `key` names the business event, so that telling it twice is impossible. */
export const messages = sqliteTable(
  'messages',
  {
    id: id(),
    key: text().notNull().unique(),
    kind: text({ enum: MESSAGE_KINDS }).notNull(),
    lane: integer().notNull(),
    state: text({ enum: MESSAGE_STATES }).notNull(),
    reason: text().notNull().default(''),
    toAddress: text().notNull(),
    locale: text({ enum: LOCALES }).notNull(),
    eventId: integer().references(() => events.id),
    registrationId: integer().references(() => registrations.id),
    personId: integer().references(() => people.id),
    signInId: integer().references(() => signIns.id),
    organiserId: integer().references(() => organisers.id),
    invitationId: integer().references(() => invitations.id),
    inviteeId: integer().references(() => invitees.id),
    choiceId: integer().references(() => choices.id),
    followerId: integer().references(() => questionFollowers.id),
    enrolmentId: integer().references(() => enrolments.id),
    mailingId: integer().references(() => mailings.id),
    bulletinId: integer().references(() => bulletins.id),
    createdAt: instant().notNull(),
    dueAt: instant().notNull(),
    expiresAt: instant().notNull(),
    attempts: integer().notNull().default(0),
    leasedBy: text(),
    leasedUntil: instant(),
    /** Frozen at the first attempt: the mail, and what it says about the registration or the workshop. */
    subject: text(),
    messageId: text(),
    datedAt: instant(),
    told: text({ mode: 'json' }).$type<Told>(),
    toldSeries: text({ mode: 'json' }).$type<ToldSeries>(),
    bytes: blob({ mode: 'buffer' }),
    sentAt: instant(),
    /** It came back after it had left: when we read so, what kind of trouble, and what the report said. */
    bouncedAt: instant(),
    bounce: text({ enum: BOUNCES }),
    bounceReason: text().notNull().default(''),
  },
  table => [
    index('messages_due').on(table.state, table.lane, table.dueAt),
    index('messages_state').on(table.state, table.id),
    index('messages_registration').on(table.registrationId, table.state),
    index('messages_event').on(table.eventId, table.id),
    index('messages_address').on(table.toAddress, table.createdAt),
    index('messages_bounced').on(table.bouncedAt).where(sql`bounced_at is not null`),
    index('messages_message_id').on(table.messageId),
    index('messages_mailing').on(table.mailingId, table.state).where(sql`mailing_id is not null`),
    index('messages_bulletin').on(table.bulletinId, table.state).where(sql`bulletin_id is not null`),
    index('messages_created').on(table.createdAt),
    index('messages_bytes').on(table.dueAt).where(sql`bytes is not null`),
    index('messages_person').on(table.personId).where(sql`person_id is not null`),
    index('messages_invitation').on(table.invitationId).where(sql`invitation_id is not null`),
    index('messages_enrolment').on(table.enrolmentId, table.state).where(sql`enrolment_id is not null`),
    index('messages_choice').on(table.choiceId, table.state).where(sql`choice_id is not null`),
    index('messages_follower').on(table.followerId).where(sql`follower_id is not null`),
    index('messages_invitee').on(table.inviteeId).where(sql`invitee_id is not null`),
    index('messages_sign_in').on(table.signInId).where(sql`sign_in_id is not null`),
    oneOf('messages_kind', table.kind, MESSAGE_KINDS),
    oneOf('messages_state', table.state, MESSAGE_STATES),
    oneOf('messages_bounce', table.bounce, BOUNCES),
  ],
)

/** A group's own words for one kind of mail in one language: only the texts that differ from ours, by their key. */
export const templates = sqliteTable(
  'templates',
  {
    groupId: integer()
      .notNull()
      .references(() => groups.id),
    locale: text({ enum: LOCALES }).notNull(),
    /** A kind of mail, or `shared` for what stands in all of them. */
    kind: text().notNull(),
    texts: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    revisedAt: instant().notNull(),
  },
  table => [
    primaryKey({ columns: [table.groupId, table.locale, table.kind] }),
    oneOf('templates_locale', table.locale, LOCALES),
  ],
)

export const auditEntries = sqliteTable(
  'audit_entries',
  {
    id: id(),
    at: instant().notNull(),
    organiserId: integer().references(() => organisers.id),
    groupId: integer().references(() => groups.id),
    eventId: integer().references(() => events.id),
    /** Whom it was done to: their name is read from there, and so ends with it. */
    registrationId: integer().references(() => registrations.id),
    action: text().notNull(),
    detail: text().notNull().default(''),
  },
  table => [
    index('audit_entries_event').on(table.eventId, table.id),
    index('audit_entries_group').on(table.groupId, table.id),
    index('audit_entries_action').on(table.groupId, table.action, table.id),
    index('audit_entries_at').on(table.at),
    index('audit_entries_organiser').on(table.organiserId, table.at),
    index('audit_entries_registration').on(table.registrationId).where(sql`registration_id is not null`),
  ],
)

/** One night's taking away of what has served its time. Without an end it was cut off, and the next one goes on with it. */
export const sweeps = sqliteTable('sweeps', {
  id: id(),
  startedAt: instant().notNull(),
  finishedAt: instant(),
  /** What could not be taken away, if anything; then it has no end. */
  failure: text().notNull().default(''),
})

/** How much of each kind went in a sweep, by the group that kept it; without a group what belongs to none. No names. */
export const sweepTotals = sqliteTable(
  'sweep_totals',
  {
    sweepId: integer()
      .notNull()
      .references(() => sweeps.id),
    groupId: integer().references(() => groups.id),
    /** A kind of personal data: see `personal-data`. */
    kind: text().notNull(),
    total: integer().notNull(),
  },
  table => [
    index('sweep_totals_sweep').on(table.sweepId),
    index('sweep_totals_group').on(table.groupId, table.sweepId),
  ],
)

/**
 * Who was erased, for a backup that still knows them: `hash` says nothing without an address to try and the key in `settings`.
 * Copied to DATA_DIR/backups/erased.
 */
export const erasures = sqliteTable('erasures', { id: id(), hash: text().notNull(), at: instant().notNull() })
