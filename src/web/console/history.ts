// Who did what: to an event, and in a group with those under it. To read page by page, and as a file.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ACTIONS, SUBJECTS, type Subject } from '#src/domain/audit.ts'
import type { Event } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { byMoment, type Entry, eventHistoryIds, groupHistoryIds, listEntries, type Page } from '#src/domain/history.ts'
import { getGroupWith } from '#src/domain/organisers.ts'
import { numbersIn } from '#src/i18n/numbers.ts'
import { partsOf } from '#src/lib/parts.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { Row } from '#src/lib/xlsx.ts'
import type { App, Deps } from '../deps.ts'
import { Id, Slug } from '../params.ts'
import { getMyEvent, organiserOf } from './access.ts'
import { createTeller, nameOf, type Teller, tell } from './deeds.ts'
import { sendCsv, sendXlsx } from './downloads.ts'
import { options } from './fields.ts'
import type { Options } from './pages.ts'

const PAGE = 50
/** A file goes on from where the page is; all that is in one is put in order at once. */
const FILE = 2000
const Query = Type.Object({
  about: Type.Optional(Type.Enum(['', ...SUBJECTS])),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
})
type Wish = Static<typeof Query>

export interface Told {
  at: Temporal.Instant
  sentence: string
  /** The event it leads to, on the page of a group. */
  event: Entry['event']
}

export interface HistoryPages {
  'console/history': {
    /** One of these: what the page is about. */
    event: Event | undefined
    group: Group | undefined
    mayChange: boolean
    about: string
    subjects: Options
    told: Told[]
    /** Where the page before ended; nothing on the first. */
    before: number | undefined
    mostInFile: string
    /** The id after which it goes on. */
    next: number | undefined
    path: string
  }
}

/** What a history is about, and how its entries are read. */
interface About {
  event: Event | undefined
  group: Group | undefined
  path: string
  file: string
  /** The newest first. */
  ids: (page: Page, limit: number) => number[]
}

export function historyRoutes(app: App, { db }: Deps): void {
  const ofEvent = (request: FastifyRequest<{ Params: { id: number } }>): About => {
    const event = getMyEvent(db, request)
    const ids = (page: Page, limit: number) => eventHistoryIds(db, event, page, limit)
    return { event, group: undefined, ids, path: paths.console.history(event.id), file: event.slug }
  }
  const ofGroup = (request: FastifyRequest<{ Params: { slug: string } }>): About => {
    const me = organiserOf(request)
    const group = getGroupWith(db, me, 'owner', request.params.slug)
    const ids = (page: Page, limit: number) => groupHistoryIds(db, me, group, page, limit)
    return { event: undefined, group, ids, path: paths.console.groupHistory(group.slug), file: group.slug }
  }

  const event = { schema: { params: Id, querystring: Query } }
  app.get('/console/events/:id/history', event, async (request, reply) => show(request, reply, ofEvent(request)))
  app.get('/console/events/:id/history.csv', event, async (request, reply) => asCsv(request, reply, ofEvent(request)))
  app.get('/console/events/:id/history.xlsx', event, async (request, reply) => asXlsx(request, reply, ofEvent(request)))
  const group = { schema: { params: Slug, querystring: Query } }
  app.get('/console/groups/:slug/history', group, async (request, reply) => show(request, reply, ofGroup(request)))
  app.get('/console/groups/:slug/history.csv', group, async (request, reply) => asCsv(request, reply, ofGroup(request)))
  app.get('/console/groups/:slug/history.xlsx', group, async (request, reply) =>
    asXlsx(request, reply, ofGroup(request)),
  )

  function show(request: FastifyRequest<{ Querystring: Wish }>, reply: FastifyReply, { ids, ...about }: About) {
    const { about: subject = '', before } = request.query
    const found = ids(pageOf(request.query), PAGE + 1)
    const shown = found.slice(0, PAGE)
    const teller = createTeller(db, request)
    const isHere = about.event !== undefined
    return reply.page('console/history', {
      ...about,
      mayChange: true,
      about: subject,
      subjects: options(request.t.console.audit.subjects),
      told: listEntries(db, shown).map(entry => ({
        at: entry.at,
        sentence: tell(teller, entry, { isHere }),
        event: isHere ? null : entry.event,
      })),
      before,
      mostInFile: numbersIn(request.locale).whole(FILE),
      next: found.length > PAGE ? shown.at(-1) : undefined,
    })
  }

  function asCsv(request: FastifyRequest<{ Querystring: Wish }>, reply: FastifyReply, about: About) {
    return sendCsv(reply, fileOf(request, about), rowsOf(request, about))
  }

  function asXlsx(request: FastifyRequest<{ Querystring: Wish }>, reply: FastifyReply, about: About) {
    const sheet = { name: request.t.console.audit.sheet, rows: rowsOf(request, about) }
    return sendXlsx(reply, fileOf(request, about), [sheet])
  }

  const fileOf = ({ t }: FastifyRequest, { file }: About) => `${t.console.audit.sheet.toLowerCase()}-${file}`

  /** What is in the file is settled when it is asked for; names in it are looked up when their part is made. */
  function rowsOf(request: FastifyRequest<{ Querystring: Wish }>, { ids }: About): Iterable<Row> {
    return tableOf(request, byMoment(db, ids(pageOf(request.query), FILE)))
  }

  function* tableOf(request: FastifyRequest, ids: number[]): Generator<Row> {
    yield request.t.console.audit.columns
    const teller = createTeller(db, request)
    for (const part of partsOf(ids)) for (const entry of listEntries(db, part)) yield rowOf(request, teller, entry)
  }
}

function rowOf({ t, f }: FastifyRequest, teller: Teller, entry: Entry): Row {
  return [
    f.moment(entry.at),
    entry.organiser ? nameOf(entry.organiser, t) : '',
    tell(teller, entry, { isHere: false }),
    t.console.audit.subjects[ACTIONS[entry.action]],
    entry.event ? `${entry.event.title} (${f.day(entry.event)})` : '',
    entry.group ?? '',
  ]
}

/** Pages go by the order in which things were written down, and tell what is on them by when it was done. */
const pageOf = ({ about, before }: Wish): Page => ({ subject: (about || undefined) as Subject | undefined, before })
