// A list of people from a spreadsheet, for one event: chosen, shown with its problem rows and the mails it brings, then entered.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { enterPeople, isOver, sortPeople } from '#src/domain/people-imports.ts'
import { type PeopleList, type ProblemRow, readPeople } from '#src/domain/people-lists.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { TableRow } from '#src/lib/tables.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import type { ProposalPage } from './pages.ts'
import { askOrDo, propose, type Undertaking } from './proposals.ts'
import { type FileProblem, MOST_TEXT, packRows, unpackRows, uploadedTable, WITH_ROWS } from './table-files.ts'

const Confirmed = Type.Object({ rows: Type.String({ maxLength: MOST_TEXT }), recipients: Shown })

export interface PeopleImportPages {
  'console/people-import': { event: ListedEvent; isOver: boolean; problem: FileProblem | undefined }
  'console/people-import-preview': {
    event: ListedEvent
    isOver: boolean
    /** How many will be entered, and how many stand on the list already. */
    fresh: number
    known: number
    problems: ProblemRow[]
    unknown: string[]
    /** The rows that can be entered, to be sent once more. */
    rows: string
    mails: Pick<ProposalPage, 'recipients' | 'people' | 'mails'>
  }
}

export function peopleImportRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const url = '/console/events/:id/people-import'

  app.get(url, { schema: { params: Id } }, async (request, reply) =>
    reply.page('console/people-import', page(getMyEvent(db, request), undefined)),
  )

  app.post(url, { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const read = await uploadedTable(request)
    if (typeof read === 'string') return again(reply, event, read)
    const list = readPeople(read.table)
    if (!list) return again(reply, event, 'no_heading')
    return reply.page('console/people-import-preview', preview(request, event, read.table, list))
  })

  app.post(`${url}/confirmation`, { ...WITH_ROWS, schema: { params: Id, body: Confirmed } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const table = unpackRows(request.body.rows)
    const list = table && readPeople(table)
    if (!list || list.problems.length) throw new Refusal('not_possible_now')
    const question = { title: '', lead: '', button: '', action: '', fields: [], back: '' }
    let entered = 0
    const undertaking = entering(request, event, list, count => {
      entered = count
    })
    await askOrDo(deps, undertaking, { shown: request.body.recipients ?? 0, question })
    return seeOther(request, reply, `${paths.console.registrations(event.id)}?done=imported&count=${entered}`)
  })

  function entering(
    request: FastifyRequest,
    event: Event,
    list: PeopleList,
    tell: (count: number) => void = () => {},
  ): Undertaking {
    const organiserId = organiserOf(request).id
    const act = (tx: Tx) => {
      const count = enterPeople(tx, event, list.people, { organiserId, locale: request.locale }, clock.now())
      auditEvent(tx, 'people_imported', event, { organiserId, detail: String(count) }, clock.now())
      tell(count)
    }
    return { event, reach: 'person', act }
  }

  function page(event: Event, problem: FileProblem | undefined): PeopleImportPages['console/people-import'] {
    return { event: getListedEvent(db, event.id), isOver: isOver(event, clock.now()), problem }
  }

  const again = (reply: FastifyReply, event: Event, problem: FileProblem) =>
    reply.code(422).page('console/people-import', page(event, problem))

  function preview(
    request: FastifyRequest,
    event: Event,
    table: TableRow[],
    list: PeopleList,
  ): PeopleImportPages['console/people-import-preview'] {
    const wrong = new Set(list.problems.map(({ line }) => line))
    const { fresh, known } = sortPeople(db, event, list.people)
    const { recipients, people, mails } = propose(deps, entering(request, event, list), {
      ...{ title: '', lead: '', button: '', action: '', fields: [], back: '' },
    })
    return {
      ...page(event, undefined),
      fresh: fresh.length,
      known: known.length,
      problems: list.problems,
      unknown: list.unknown,
      rows: packRows(table.filter(({ line }) => !wrong.has(line))),
      mails: { recipients, people, mails },
    }
  }
}
