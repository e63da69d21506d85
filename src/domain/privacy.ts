// What the law gives every person: all we keep about them, and its end.
import { and, asc, eq, inArray, notInArray, or, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { emptied, personalColumns, type TableName } from '#db/personal-columns.ts'
import {
  answers,
  auditEntries,
  checkIns,
  choices,
  enrolments,
  events,
  feedbackAnswers,
  feedbackMarks,
  feedbackQuestions,
  formFields,
  invitees,
  messages,
  people,
  registrations,
  sessions,
  subscriptionRequests,
  subscriptions,
} from '#db/schema.ts'
import { readMail } from '#src/lib/mail-text.ts'
import { isBefore } from '#src/lib/time.ts'
import { FORGOTTEN, FORGOTTEN_ENROLMENT, NOBODY, UNWRITTEN } from './endings.ts'
import { leave } from './enrolling.ts'
import { listEnrolmentsOf } from './enrolments.ts'
import { rememberErasure } from './erasures.ts'
import { hasGiven } from './feedback.ts'
import { eraseFollowing, listFollowing } from './followers.ts'
import { isShared } from './organisation-people.ts'
import type { Message, MessageKind } from './outbox.ts'
import { listRegistrationsOf, type Person } from './people.ts'
import { cancelRegistration } from './registering.ts'
import { findSubscription, listWishes, nameWishes } from './subscriptions.ts'

/**
 * Everything we keep about a person, for themselves: each column that holds personal data, under its own name. But for what
 * a mail said: that is `listMailTexts`.
 */
export function exportPerson(db: Db, person: Person) {
  const mine = listRegistrationsOf(db, person)
  return {
    since: person.createdAt.toString(),
    ...personal('people', person),
    registrations: [...mine, ...listDoubles(db, mine)].map(row => aboutRegistration(db, row)),
    series: listEnrolmentsOf(db, person).map(row => ({
      series: row.series.title,
      ...personal('enrolments', row.enrolment),
    })),
    letters: exportLetters(db, person),
    ...exportInvitee(db, person.email ?? ''),
  }
}

/** What is kept about an address alone, also of somebody who never registered: where it was asked to come, which questions it hears of, letters it asked for, and what was mailed. */
export function exportInvitee(db: Db, email: string) {
  return {
    invitations: listInvitations(db, email),
    questions: listQuestions(db, email),
    lettersAsked: exportRequest(db, email),
    mails: listMailsTo(db, email).map(aboutMail),
  }
}

/** What they asked, or want to hear of; the name and the words with which they asked are theirs, what others asked is not. */
function listQuestions(db: Db, email: string) {
  return listFollowing(db, email).map(({ follower, question }) => ({
    question: question.approvedAt || follower.kind === 'asked' ? question.text : '',
    ...personal('questionFollowers', follower),
    ...(follower.kind === 'asked' && { asked: personal('questions', question) }),
  }))
}

/** Which letters somebody gets, or got until they stopped; nothing for who never asked for any. */
function exportLetters(db: Db, { id }: Person) {
  const subscription = findSubscription(db, id)
  if (!subscription) return undefined
  return { ...personal('subscriptions', subscription), topics: nameWishes(db, listWishes(db, subscription.id)) }
}

/** Letters that an address asked for and has not proven yet. */
function exportRequest(db: Db, email: string) {
  const request = db.select().from(subscriptionRequests).where(eq(subscriptionRequests.email, email)).get()
  if (!request) return undefined
  return { ...personal('subscriptionRequests', request), wishes: nameWishes(db, request.wishes) }
}

function listMailsTo(db: Db, email: string): Message[] {
  return db.select().from(messages).where(eq(messages.toAddress, email)).orderBy(asc(messages.id)).all()
}

function aboutMail(mail: Message) {
  const { bytes: _, ...told } = personal('messages', mail)
  return told
}

/** Whoever has these can be signed in, or open a person's page: what they say is never told again. */
const OPENS = new Set<MessageKind>(['sign_in', 'invitation', 'my', 'address', 'question_proof', 'subscription_proof'])

/** What was mailed to an address, as far as it is kept, with every personal link closed: the file it goes into opens nothing. */
export async function listMailTexts(db: Db, email: string) {
  const told = listMailsTo(db, email).filter(
    ({ kind, signInId, invitationId }) => !OPENS.has(kind) && signInId === null && invitationId === null,
  )
  const texts = []
  for (const { kind, createdAt, bytes } of told) {
    if (bytes) texts.push({ kind, createdAt: createdAt.toString(), ...(await readMail(bytes)) })
  }
  return texts
}

/** Where they stood on a list twice, before that was seen. */
function listDoubles(db: Db, mine: ReturnType<typeof listRegistrationsOf>): typeof mine {
  const ids = mine.map(({ registration }) => registration.id)
  return db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(inArray(registrations.mergedIntoId, ids))
    .all()
}

/** What a row holds of somebody, as it goes into a file: moments as text. */
function personal<Row extends object>(table: TableName, row: Row): Portable<Row> {
  const known = new Set(personalColumns(table))
  const pairs = Object.entries(row).filter(([name]) => known.has(name))
  return Object.fromEntries(pairs.map(([name, value]) => [name, portable(value)])) as Portable<Row>
}

type Portable<Row> = { [Name in keyof Row]: Row[Name] extends string | number | boolean | null ? Row[Name] : unknown }

function portable(value: unknown): unknown {
  return value instanceof Temporal.Instant ? value.toString() : value
}

function aboutRegistration(db: Db, { registration, event }: ReturnType<typeof listRegistrationsOf>[number]) {
  const { id } = registration
  const seen = db.select().from(checkIns).where(eq(checkIns.registrationId, id)).orderBy(asc(checkIns.at)).all()
  const deeds = db.select().from(auditEntries).where(eq(auditEntries.registrationId, id)).all()
  return {
    event: event.title,
    start: `${event.localStart}[${event.timeZone}]`,
    ...personal('registrations', registration),
    answers: answersIn(db, id),
    workshops: workshopsOf(db, id),
    feedback: { given: hasGiven(db, registration), underName: feedbackIn(db, id) },
    checkIns: seen.map(row => personal('checkIns', row)),
    deeds: deeds.map(row => personal('auditEntries', row)),
  }
}

/** What they answered to extra questions, each beside its question. */
function answersIn(db: Db, registrationId: number): { question: string; answer: string[] }[] {
  return db
    .select({ question: formFields.label, answer: answers.value })
    .from(answers)
    .innerJoin(formFields, eq(formFields.id, answers.formFieldId))
    .where(eq(answers.registrationId, registrationId))
    .orderBy(asc(formFields.position), asc(formFields.id))
    .all()
}

/** Which workshops they chose, also those they left. */
function workshopsOf(db: Db, registrationId: number) {
  return db
    .select({ workshop: sessions.title, start: sessions.localStart, choice: choices })
    .from(choices)
    .innerJoin(sessions, eq(sessions.id, choices.sessionId))
    .where(eq(choices.registrationId, registrationId))
    .orderBy(asc(sessions.localStart), asc(choices.id))
    .all()
    .map(({ workshop, start, choice }) => ({ workshop, start, ...personal('choices', choice) }))
}

/** What they wrote under their name; what is kept without it leads to nobody, and so cannot be found either. */
function feedbackIn(db: Db, registrationId: number): { question: string; answer: string }[] {
  return db
    .select({
      question: sql<string>`coalesce(${feedbackQuestions.usual}, ${feedbackQuestions.label})`,
      answer: feedbackAnswers.text,
    })
    .from(feedbackAnswers)
    .innerJoin(feedbackQuestions, eq(feedbackQuestions.id, feedbackAnswers.questionId))
    .where(eq(feedbackAnswers.registrationId, registrationId))
    .orderBy(asc(feedbackQuestions.position), asc(feedbackQuestions.id))
    .all()
}

/** Where somebody asked this address to come. */
function listInvitations(db: Db, email: string) {
  return db
    .select({ event: events.title, start: events.localStart, invitee: invitees })
    .from(invitees)
    .innerJoin(events, eq(events.id, invitees.eventId))
    .where(eq(invitees.email, email))
    .all()
    .map(({ event, start, invitee }) => ({ event, start, ...personal('invitees', invitee) }))
}

/**
 * Erases a person: coming registrations are cancelled first (their place goes to the next), then name, address and needs
 * go; an organisation stays where it points at nobody. What is left counts in the totals and names nobody. No mail follows: the address is gone.
 */
export function erasePerson(tx: Tx, person: Person, now: Temporal.Instant): void {
  // First: what follows from a part in a series is none of a date's own.
  for (const { enrolment } of listEnrolmentsOf(tx, person)) leave(tx, enrolment, 'attendee', now)
  const mine = listRegistrationsOf(tx, person)
  for (const { registration, event } of mine) {
    if (isBefore(now, event.startsAt)) cancelRegistration(tx, registration, 'attendee', now)
  }
  const ids = mine.map(row => row.registration.id)
  // Also what went to an address they were moving to, or had before.
  const about = sql`${messages.registrationId} in (select value from json_each(${JSON.stringify(ids)}))`
  const theirs = or(about, eq(messages.personId, person.id))
  tx.delete(messages)
    .where(person.email ? or(eq(messages.toAddress, person.email), theirs) : theirs)
    .run()
  eraseMailsOfDoubles(tx, ids)
  eraseInvitations(tx, person.email, ids)
  if (person.email) eraseFollowing(tx, person.email)
  tx.delete(subscriptions).where(eq(subscriptions.personId, person.id)).run()
  tx.delete(checkIns).where(inArray(checkIns.registrationId, ids)).run()
  tx.delete(answers).where(inArray(answers.registrationId, ids)).run()
  // Also where they stood on a list twice, before that was seen.
  const theirRegistrations = or(eq(registrations.personId, person.id), inArray(registrations.mergedIntoId, ids))
  const registrationIds = tx.select({ id: registrations.id }).from(registrations).where(theirRegistrations)
  tx.update(choices)
    .set(emptied('choices', 'registration'))
    .where(inArray(choices.registrationId, registrationIds))
    .run()
  tx.delete(feedbackMarks).where(inArray(feedbackMarks.registrationId, ids)).run()
  tx.update(feedbackAnswers).set(UNWRITTEN).where(inArray(feedbackAnswers.registrationId, ids)).run()
  tx.update(registrations)
    .set({ ...FORGOTTEN, organisation: organisationLeft(tx, mine) })
    .where(theirRegistrations)
    .run()
  const counted = { ...FORGOTTEN_ENROLMENT, organisation: '' }
  tx.update(enrolments).set(counted).where(eq(enrolments.personId, person.id)).run()
  tx.update(people).set(NOBODY).where(eq(people.id, person.id)).run()
  if (person.email) rememberErasure(tx, person.email, now)
  tx.insert(auditEntries).values({ at: now, action: 'person_erased' }).run()
}

/** What went to another address of theirs greets them by name. What has yet to leave takes them out of a calendar. */
function eraseMailsOfDoubles(tx: Tx, ids: number[]): void {
  const doubles = tx
    .select({ id: registrations.id })
    .from(registrations)
    .where(inArray(registrations.mergedIntoId, ids))
  const hasLeft = notInArray(messages.state, ['queued', 'sending'])
  tx.delete(messages)
    .where(and(inArray(messages.registrationId, doubles), hasLeft))
    .run()
}

/** Whether this address was asked to come somewhere, hears of a question, or asked for letters it has not proven yet. */
export function isInvited(db: Db, email: string): boolean {
  const hasSome = listInvitations(db, email).length > 0 || listFollowing(db, email).length > 0
  return hasSome || exportRequest(db, email) !== undefined
}

/** Erases an address that never registered, but was asked to come, hears of a question or asked for letters; of a person this is a part of `erasePerson`. */
export function eraseInvitee(tx: Tx, email: string, now: Temporal.Instant): void {
  eraseInvitations(tx, email, [])
  eraseFollowing(tx, email)
  tx.delete(messages).where(eq(messages.toAddress, email)).run()
  rememberErasure(tx, email, now)
}

/** Also where they were asked to come and never did. */
function eraseInvitations(tx: Tx, email: string | null, ids: number[]): void {
  const theirs = email
    ? or(eq(invitees.email, email), inArray(invitees.registrationId, ids))
    : inArray(invitees.registrationId, ids)
  const named = tx.select({ id: invitees.id }).from(invitees).where(theirs)
  tx.update(messages).set({ inviteeId: null }).where(inArray(messages.inviteeId, named)).run()
  tx.delete(invitees).where(theirs).run()
  if (email) tx.delete(subscriptionRequests).where(eq(subscriptionRequests.email, email)).run()
}

/** An organisation that others come from too counts on; one that points at this person goes, and counted among the others. */
function organisationLeft(tx: Tx, mine: ReturnType<typeof listRegistrationsOf>) {
  const named = new Set(mine.map(row => row.registration.organisation).filter(Boolean))
  const shared = JSON.stringify([...named].filter(organisation => isShared(tx, organisation)))
  const counts = sql`${registrations.part} is null and ${registrations.mergedIntoId} is null`
  return sql`iif(${counts} and ${registrations.organisation} in (select value from json_each(${shared})), ${registrations.organisation}, '')`
}
