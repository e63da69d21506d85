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
  sql,
  sqliteTable,
  text,
  unique,
} from './drizzle.ts'

export const KINDS = ['webinar', 'meeting', 'conference', 'learning_circle'] as const
export const ATTENDANCES = ['online', 'in_person', 'hybrid'] as const
export const PRESENCES = ['online', 'in_person'] as const
export const ROLES = ['research', 'education', 'practice', 'policy', 'resident', 'student', 'other'] as const
export const STATUSES = ['confirmed', 'waitlisted', 'cancelled'] as const
export const MATERIAL_KINDS = ['recording', 'slides', 'handout', 'audio', 'link'] as const
export const SESSION_KINDS = ['plenary', 'workshop', 'break'] as const
export const RIGHTS = ['owner', 'organiser', 'host'] as const
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
  'reminder_day',
  'reminder_hour',
  'declined',
  'newsletter',
  'test',
] as const
/** PARTSTAT of an answer from somebody's calendar (RFC 5545 §3.2.12), as far as it concerns us. */
export const REPLIES = ['accepted', 'tentative', 'declined'] as const
/** What a delivery report said of a mail that had left (RFC 3464). */
export const BOUNCES = ['hard', 'soft', 'policy'] as const

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
  /** Version of the personal door that the entry leads to; 0 without one. Unknown of mails from before it was kept. */
  door?: number
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
    parentId: integer().references((): AnySQLiteColumn => groups.id),
  },
  table => [index('groups_parent').on(table.parentId)],
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
    createdAt: instant().notNull(),
  },
  table => [
    index('series_group').on(table.groupId),
    oneOf('series_kind', table.kind, KINDS),
    oneOf('series_attendance', table.attendance, ATTENDANCES),
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
  },
  table => [
    index('events_start').on(table.startsAt),
    index('events_group').on(table.groupId, table.startsAt),
    index('events_series').on(table.seriesId, table.localStart),
    index('events_drafts').on(table.startsAt).where(sql`published_at is null`),
    oneOf('events_kind', table.kind, KINDS),
    oneOf('events_attendance', table.attendance, ATTENDANCES),
    check(
      'events_capacity',
      sql`coalesce(${table.capacityOnline}, 1) > 0 and coalesce(${table.capacityInPerson}, 1) > 0`,
    ),
    check('events_end', sql`${table.endsAt} > ${table.startsAt}`),
  ],
)

/** Addresses an event had before; they redirect for ever. */
export const eventSlugs = sqliteTable('event_slugs', {
  slug: text().primaryKey(),
  eventId: integer()
    .notNull()
    .references(() => events.id),
})

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
  },
  table => [
    index('sessions_event').on(table.eventId, table.localStart),
    oneOf('sessions_kind', table.kind, SESSION_KINDS),
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
    url: text().notNull(),
  },
  table => [index('materials_event').on(table.eventId), oneOf('materials_kind', table.kind, MATERIAL_KINDS)],
)

/** One row per e-mail address. What someone told us about themselves stands on the registration. */
export const people = sqliteTable('people', {
  id: id(),
  email: text().unique(),
  createdAt: instant().notNull(),
  /** Versions of the signed links: raising one makes the links already given out worthless. */
  myVersion: integer().notNull().default(1),
  feedVersion: integer().notNull().default(1),
  remindersStoppedAt: instant(),
  newsletterStoppedAt: instant(),
  /** Mail to this address comes back: since when, and what the report said. Nothing is sent while it is set. */
  undeliverableAt: instant(),
  undeliverableReason: text().notNull().default(''),
})

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
  },
  table => [
    unique('registrations_once').on(table.eventId, table.personId),
    index('registrations_queue').on(table.eventId, table.status, table.attendance, table.queueNumber),
    index('registrations_order').on(table.eventId, table.queueNumber),
    index('registrations_person').on(table.personId),
    index('registrations_frees').on(table.freesAt).where(sql`frees_at is not null`),
    oneOf('registrations_role', table.role, ROLES),
    oneOf('registrations_attendance', table.attendance, PRESENCES),
    oneOf('registrations_status', table.status, STATUSES),
    oneOf('registrations_locale', table.locale, LOCALES),
    oneOf('registrations_reply', table.reply, REPLIES),
  ],
)

export const organisers = sqliteTable('organisers', {
  id: id(),
  email: text().notNull().unique(),
  name: text().notNull().default(''),
  locale: text({ enum: LOCALES }).notNull().default('nl'),
  createdAt: instant().notNull(),
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
  },
  table => [index('organiser_sessions_organiser').on(table.organiserId)],
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
    createdAt: instant().notNull(),
    dueAt: instant().notNull(),
    expiresAt: instant().notNull(),
    attempts: integer().notNull().default(0),
    leasedBy: text(),
    leasedUntil: instant(),
    /** Frozen at the first attempt: the mail, and what it says about the registration. */
    subject: text(),
    messageId: text(),
    datedAt: instant(),
    told: text({ mode: 'json' }).$type<Told>(),
    bytes: blob({ mode: 'buffer' }),
    sentAt: instant(),
    /** It came back after it had left: when we read so, what kind of trouble, and what the report said. */
    bouncedAt: instant(),
    bounce: text({ enum: BOUNCES }),
    bounceReason: text().notNull().default(''),
  },
  table => [
    index('messages_due').on(table.state, table.lane, table.dueAt),
    index('messages_registration').on(table.registrationId, table.state),
    index('messages_event').on(table.eventId, table.id),
    index('messages_address').on(table.toAddress, table.createdAt),
    index('messages_bounced').on(table.bouncedAt).where(sql`bounced_at is not null`),
    index('messages_message_id').on(table.messageId),
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
    action: text().notNull(),
    detail: text().notNull().default(''),
  },
  table => [index('audit_entries_event').on(table.eventId, table.id)],
)
