// What the mails about a registration are written from: read once, in the transaction that decides that one is due.
import { eq, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, groups, series } from '#db/schema.ts'
import type { Config } from '#src/config.ts'
import type { Event } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { type OwnTexts, readOwnTexts } from '#src/domain/own-texts.ts'
import { findPersonById } from '#src/domain/people.ts'
import { type Registration, waitingPosition } from '#src/domain/registrations.ts'
import type { Series } from '#src/domain/series.ts'
import type { Tokens } from '#src/lib/tokens.ts'

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
}

/** Nothing if the person has no address. */
export function readAbout(db: Db, registration: Registration, locale = registration.locale): About | undefined {
  const email = findPersonById(db, registration.personId)?.email
  const row = withHost(db).get({ id: registration.eventId })
  if (!email || !row) return undefined
  const position = registration.status === 'waitlisted' ? waitingPosition(db, registration) : 0
  const own = readOwnTexts(db, row.group.id, locale)
  return { event: { ...row.event, group: row.group, series: row.series }, registration, email, position, own }
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
