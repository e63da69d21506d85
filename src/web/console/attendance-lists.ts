// On paper: a list to sign at the entrance, and badges.
import { getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { type Expected, listExpected } from '#src/domain/expected.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import { changeableIds } from '#src/domain/overview.ts'
import { presencesOf } from '#src/domain/places.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf } from './access.ts'

/** How much a name leaves of the width of its badge: the longer, the smaller it is set. */
export type Fit = 'short' | 'usual' | 'long' | 'longest'

export interface AttendanceListPages {
  'console/attendance-list': { event: ListedEvent; mayChange: boolean; people: Expected[]; isHybrid: boolean }
  'console/badges': { event: ListedEvent; mayChange: boolean; sheets: (Expected & { fit: Fit })[][] }
}

/** Two wide, five high. */
const ON_A_SHEET = 10

export function attendanceListRoutes(app: App, { db }: Deps): void {
  app.get('/console/events/:id/attendance-list', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'host', request.params.id)
    return reply.page('console/attendance-list', {
      event: getListedEvent(db, event.id),
      mayChange: changeableIds(db, organiserOf(request), [event]).has(event.id),
      people: listExpected(db, event).filter(({ status }) => status === 'confirmed'),
      isHybrid: presencesOf(event).length > 1,
    })
  })

  app.get('/console/events/:id/badges', { schema: { params: Id } }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'host', request.params.id)
    const people = listExpected(db, event).filter(comesInPerson).map(fitted)
    return reply.page('console/badges', {
      event: getListedEvent(db, event.id),
      mayChange: changeableIds(db, organiserOf(request), [event]).has(event.id),
      sheets: sheetsOf(people),
    })
  })
}

const comesInPerson = (one: Expected) => one.status === 'confirmed' && one.attendance === 'in_person'

function sheetsOf<Badge>(people: Badge[]): Badge[][] {
  const sheets = Math.ceil(people.length / ON_A_SHEET)
  return Array.from({ length: sheets }, (_, sheet) => people.slice(sheet * ON_A_SHEET, (sheet + 1) * ON_A_SHEET))
}

function fitted(one: Expected): Expected & { fit: Fit } {
  return { ...one, fit: fitOf(one.name) }
}

/** By the length of the whole, and of the longest word, which does not break well. */
function fitOf(name: string): Fit {
  const word = Math.max(...name.split(/[\s-]+/).map(part => part.length))
  if (name.length <= 16 && word <= 10) return 'short'
  if (name.length <= 30 && word <= 14) return 'usual'
  return name.length <= 50 && word <= 20 ? 'long' : 'longest'
}
