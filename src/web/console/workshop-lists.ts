// Lists for the doors of workshops: on paper, each on a sheet of its own, and as a file for a spreadsheet.
import type { FastifyRequest } from 'fastify'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { changeableIds } from '#src/domain/overview.ts'
import { presencesOf } from '#src/domain/places.ts'
import { type Chooser, listWorkshopLists, type WorkshopList } from '#src/domain/workshop-lists.ts'
import type { Row } from '#src/lib/xlsx.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf } from './access.ts'
import { sendCsv, sendXlsx } from './downloads.ts'

export interface WorkshopListPages {
  'console/workshop-lists': { event: ListedEvent; mayChange: boolean; lists: WorkshopList[]; isHybrid: boolean }
}

export function workshopListRoutes(app: App, { db }: Deps): void {
  app.get('/console/events/:id/workshop-lists', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'host', request.params.id)
    return reply.page('console/workshop-lists', {
      event: getListedEvent(db, event.id),
      mayChange: changeableIds(db, organiserOf(request), [event]).has(event.id),
      lists: listWorkshopLists(db, event),
      isHybrid: presencesOf(event).length > 1,
    })
  })

  app.get('/console/events/:id/workshop-lists.csv', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    return sendCsv(reply, fileOf(request, event), rowsOf(request, event))
  })

  app.get('/console/events/:id/workshop-lists.xlsx', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    const sheet = { name: request.t.programme.doors.sheet, rows: rowsOf(request, event) }
    return sendXlsx(reply, fileOf(request, event), [sheet])
  })

  const fileOf = ({ t }: FastifyRequest, { slug }: Event) => `${t.programme.doors.file}-${slug}`

  function rowsOf(request: FastifyRequest, event: Event): Row[] {
    const lines = listWorkshopLists(db, event).flatMap(list =>
      [...list.placed, ...list.waiting].map(one => rowOf(request, list, one)),
    )
    return [request.t.programme.doors.columns, ...lines]
  }
}

function rowOf(
  { t, f }: FastifyRequest,
  { workshop }: WorkshopList,
  { registration: one, email, status }: Chooser,
): Row {
  return [
    workshop.round,
    workshop.title,
    workshop.room,
    f.time(workshop),
    one.name,
    email ?? '',
    one.organisation,
    t.words.roles[one.role],
    t.programme.doors.statuses[status],
    one.accessNeeds,
  ]
}
