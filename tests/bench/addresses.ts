// Every page of the console with real addresses in a filled database. They come from the list of routes, so a new page is
// measured too, or stops the run until it has an address.
import { eq, min, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { addContributor } from '#src/domain/contributing.ts'
import { addSession } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { getGroup } from '#src/domain/groups.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { composeNow } from '#src/domain/newsletters.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import type { Filled } from './fill.ts'

/** What a filled database has none of, laid beside it; and one of each thing that a page is about. */
export interface Laid extends Filled {
  mailing: number
  contributor: number
  session: number
  question: number
  bulletin: number
  registration: number
  message: number
  cancelled: number | undefined
}

export interface Address {
  route: string
  path: string
  /** About one of the two largest events: such a page is as large as its event, whatever else the database holds. */
  isLarge: boolean
}

/** A mail to look at. */
const MAIL = Buffer.from('Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Dag</p>')

export function addressesOf(routes: string[], laid: Laid): Address[] {
  const { pastEventId, comingEventId, earlierEventId, laterEventId } = laid
  const known: [RegExp, (string | number | undefined)[]][] = [
    [/events\/:id\/reinstatement/, [laid.cancelled]],
    [/events\/:id\/urgent/, [comingEventId]],
    [/events\/:id/, [pastEventId, comingEventId, earlierEventId, laterEventId]],
    [/registrations\/:id/, [laid.registration]],
    [/outbox\/:id/, [laid.message]],
    [/mailings\/:id/, [laid.mailing]],
    [/contributors\/:id/, [laid.contributor]],
    [/sessions\/:id/, [laid.session]],
    [/questions\/:id/, [laid.question]],
    [/bulletins\/:id/, [laid.bulletin]],
    [/groups\/:slug/, [laid.groupSlug]],
    [/series\/:slug/, [laid.seriesSlug]],
  ]
  return routes
    .filter(route => route.startsWith('/console'))
    .flatMap(route => {
      const found = known.find(([pattern]) => pattern.test(route))
      if (route.includes(':') && !found) throw new Error(`no address is known for ${route}`)
      const ids = (found?.[1] ?? ['']).filter(id => id !== undefined)
      // Two of one list: the first and the second registration are of the first event, and the questions laid one after the other.
      const one = route.includes('/questions/') ? laid.question : laid.registration
      const query = route.endsWith('/merge') ? `?other=${one + 1}` : ''
      const rest = (path: string) => path.replace(':locale', 'nl').replace(':kind', 'confirmed') + query
      return ids.map(id => ({
        ...{ route, path: rest(route.replace(/:(id|slug)/, String(id))) },
        isLarge: route.includes('events/:id') && (id === pastEventId || id === comingEventId),
      }))
    })
}

/** A mailing to write, somebody who is asked to speak, a part of a programme, two questions, a newsletter, and a mail with something in it. */
export function layMore(db: Db, filled: Filled, now: Temporal.Instant): Laid {
  const message = first(
    db
      .select({ id: min(messages.id) })
      .from(messages)
      .get()?.id,
  )
  db.update(messages).set({ bytes: MAIL }).where(eq(messages.id, message)).run()
  return { ...filled, ...layPeopleToMail(db, filled, now), ...findOthers(db, now), message }
}

function layPeopleToMail(db: Db, { laterEventId, owner, groupSlug }: Filled, now: Temporal.Instant) {
  return writeNow(db, tx => {
    const [event, organiser] = [getEvent(tx, laterEventId), findOrganiser(tx, owner)]
    const words = { audience: 'all', subject: 'Tot donderdag', body: 'Dag {voornaam}, tot donderdag.' } as const
    const mailing = createMailing(tx, event, words, organiser?.id ?? 0, now)
    const speaker = { name: 'Spreker', email: 'spreker@example.org', organisation: '', locale: 'nl' } as const
    const asked = { ...speaker, attendance: 'online', part: 'speaker', hasSaidYes: false, addedBy: null } as const
    const { id: eventId, localStart } = event
    const part = { eventId, localStart, durationMinutes: 15, kind: 'plenary', title: 'Samen beginnen' } as const
    const session = addSession(tx, { ...part, revisedAt: now }).id
    const wording = {
      text: 'Wie helpt mij hiermee?',
      role: 'practice',
      place: 'Assen',
      name: '',
      groupId: null,
    } as const
    const [question] = [1, 2].map(() => askQuestion(tx, { ...wording, email: '', locale: 'nl' }, now).id)
    const contributor = addContributor(tx, event, asked, now).id
    const rhythm = { timeZone: 'Europe/Amsterdam', organiserId: organiser?.id ?? null }
    const bulletin = composeNow(tx, getGroup(tx, groupSlug), rhythm, now).id
    return { mailing: mailing.id, contributor, session, question: first(question), bulletin }
  })
}

function findOthers(db: Db, now: Temporal.Instant) {
  const lowest = { id: min(registrations.id) }
  const isCancelled = sql`${events.cancelledAt} is not null and ${events.startsAt} > ${now.epochMilliseconds}`
  return {
    registration: first(db.select(lowest).from(registrations).get()?.id),
    cancelled:
      db
        .select({ id: min(events.id) })
        .from(events)
        .where(isCancelled)
        .get()?.id ?? undefined,
  }
}

function first(id: number | null | undefined): number {
  if (!id) throw new Error('the filled database is empty')
  return id
}
