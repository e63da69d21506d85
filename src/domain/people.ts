// A person is an e-mail address; what they told us stands on their registrations.
import { and, desc, eq, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, people, registrations } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import { countMessagesTo, enqueue } from './outbox.ts'
import { writeSomething } from './silence.ts'

export type Person = typeof people.$inferSelect

const byEmail = prepared(db =>
  db
    .select()
    .from(people)
    .where(eq(people.email, sql.placeholder('email')))
    .prepare(),
)
const byId = prepared(db =>
  db
    .select()
    .from(people)
    .where(eq(people.id, sql.placeholder('id')))
    .prepare(),
)
const insertion = prepared(db =>
  db
    .insert(people)
    .values({ email: sql.placeholder('email'), createdAt: sql.placeholder('createdAt') })
    .returning()
    .prepare(),
)

/** `email` lower-cased; null makes a person without an address, added by hand. */
export function findOrCreatePerson(tx: Tx, email: string | null, now: Temporal.Instant): Person {
  const found = email === null ? undefined : findPerson(tx, email)
  return found ?? insertion(tx).get({ email, createdAt: now })
}

export function findPerson(db: Db, email: string): Person | undefined {
  return byEmail(db).get({ email })
}

export function findPersonById(db: Db, id: number): Person | undefined {
  return byId(db).get({ id })
}

/** The person a signed link names, as long as the link has not been rotated. */
export function findPersonByLink(db: Db, link: { id: number; version: number } | undefined, which: 'my' | 'feed') {
  const version = which === 'my' ? people.myVersion : people.feedVersion
  return (
    link &&
    db
      .select()
      .from(people)
      .where(and(eq(people.id, link.id), eq(version, link.version)))
      .get()
  )
}

/** Everything registered with an address, the latest event first. */
export function listRegistrationsOf(db: Db, person: Person) {
  return db
    .select({ registration: registrations, event: events })
    .from(registrations)
    .innerJoin(events, eq(events.id, registrations.eventId))
    .where(eq(registrations.personId, person.id))
    .orderBy(desc(events.startsAt), desc(events.id))
    .all()
}

const MY_MAILS_AN_HOUR = 3

/** Mails the link to "Mijn aanmeldingen", if the address is known and has not had too many. The caller learns nothing. */
export function requestMyLink(tx: Tx, email: string, locale: Locale, now: Temporal.Instant): void {
  const person = findPerson(tx, email)
  if (!person || countMessagesTo(tx, email, ['my'], now.subtract({ hours: 1 })) >= MY_MAILS_AN_HOUR) {
    writeSomething(tx)
    return
  }
  enqueue(
    tx,
    { key: `my:${person.id}:${now.epochMilliseconds}`, kind: 'my', toAddress: email, locale, personId: person.id },
    now,
  )
}

/** A new feed address; the old one stops at once. */
export function rotateFeed(tx: Tx, person: Person): void {
  tx.update(people)
    .set({ feedVersion: sql`${people.feedVersion} + 1` })
    .where(eq(people.id, person.id))
    .run()
}
