// The report of an online room: chosen, matched to the list with what a person has to decide, then written down as attendance.
import type { FastifyReply } from 'fastify'
import {
  type Matching,
  matchReport,
  type ReportKind,
  readReport,
  recordVisits,
  type Visit,
} from '#src/domain/attendance-reports.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { type FileProblem, uploadedTable, WITH_ROWS } from './table-files.ts'

const MOST = 5000
const Numbers = Type.Array(Type.Integer({ minimum: 0, maximum: 1_000_000_000 }), { maxItems: MOST, default: [] })
const Minutes = Type.Array(Type.Integer({ minimum: 1, maximum: 10_000 }), { maxItems: MOST, default: [] })
/** One entry of each for every participant: the registration it is, 0 for nobody on the list, and the minutes. */
const Visits = Type.Object({ who: Numbers, minutes: Minutes })

export interface AttendanceReportPages {
  'console/attendance-report': {
    event: ListedEvent
    problem: FileProblem | 'not_yet' | undefined
    /** How many were there, after a report was read. */
    recorded: number | undefined
  }
  'console/attendance-report-preview': { event: ListedEvent; kind: ReportKind; matching: Matching }
}

export function attendanceReportRoutes(app: App, { db, write, clock }: Deps): void {
  const url = '/console/events/:id/attendance-report'
  const Query = Type.Object({ recorded: Type.Optional(Type.Integer({ minimum: 0 })) })

  app.get(url, { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    return reply.page('console/attendance-report', page(event, undefined, request.query.recorded))
  })

  app.post(url, { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const read = await uploadedTable(request)
    if (typeof read === 'string') return again(reply, event, read)
    if (isBefore(clock.now(), event.startsAt)) return again(reply, event, 'not_yet')
    const report = readReport(read.table)
    if (!report) return again(reply, event, 'no_heading')
    const matching = matchReport(db, event, report.participants)
    const data = { event: getListedEvent(db, event.id), kind: report.kind, matching }
    return reply.page('console/attendance-report-preview', data)
  })

  app.post(`${url}/confirmation`, { ...WITH_ROWS, schema: { params: Id, body: Visits } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const now = clock.now()
    const organiserId = organiserOf(request).id
    const count = await write(tx => {
      const recorded = recordVisits(tx, event, visitsOf(request.body), organiserId, now)
      auditEvent(tx, 'attendance_imported', event, { organiserId, detail: String(recorded) }, now)
      return recorded
    })
    return seeOther(request, reply, `${paths.console.attendanceReport(event.id)}?recorded=${count}`)
  })

  function page(event: Event, problem: FileProblem | 'not_yet' | undefined, recorded: number | undefined) {
    return { event: getListedEvent(db, event.id), problem, recorded }
  }

  const again = (reply: FastifyReply, event: Event, problem: FileProblem | 'not_yet') =>
    reply.code(422).page('console/attendance-report', page(event, problem, undefined))
}

/** Two participants who turn out to be the same person were there for both their times. */
function visitsOf({ who, minutes }: Static<typeof Visits>): Visit[] {
  const total = new Map<number, number>()
  for (const [index, id] of who.entries()) {
    if (id > 0) total.set(id, (total.get(id) ?? 0) + (minutes[index] ?? 0))
  }
  return [...total].map(([registrationId, sum]) => ({ registrationId, minutes: sum }))
}
