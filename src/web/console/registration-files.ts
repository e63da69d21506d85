// The list of an event's people as a file for a spreadsheet: as it is narrowed and ordered on the page, with the answers to the
// extra questions behind. Who is in it and in what order is settled when it is asked for; each stands in it as they are when
// their part is made, and not at all if they were erased before that.
import type { FastifyRequest } from 'fastify'
import { type Answers, answersOf } from '#src/domain/answers.ts'
import { type Attendee, listAttendeeIds, listAttendeesOf } from '#src/domain/attendees.ts'
import { standingReply } from '#src/domain/declines.ts'
import type { Event } from '#src/domain/events.ts'
import { type FormField, listFormFields } from '#src/domain/form-fields.ts'
import { getEventWith } from '#src/domain/organisers.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Messages } from '#src/i18n/index.ts'
import { partsOf } from '#src/lib/parts.ts'
import type { Row } from '#src/lib/xlsx.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf } from './access.ts'
import { sendCsv, sendXlsx } from './downloads.ts'
import { filterFrom, type PeopleFilter, PeopleQuery } from './people-filter.ts'

export function registrationFileRoutes(app: App, { db }: Deps): void {
  const schema = { params: Id, querystring: PeopleQuery }

  app.get('/console/events/:id/registrations.csv', { schema }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    return sendCsv(reply, event.slug, rowsOf(request, event, request.query))
  })

  app.get('/console/events/:id/registrations.xlsx', { schema }, async (request, reply) => {
    const event = getEventWith(db, organiserOf(request), 'organiser', request.params.id)
    const rows = rowsOf(request, event, request.query)
    return sendXlsx(reply, event.slug, [{ name: request.t.console.registrations.file.sheet, rows }])
  })

  function rowsOf(request: FastifyRequest, event: Event, filter: PeopleFilter): Iterable<Row> {
    return tableOf(request, listFormFields(db, event.id), listAttendeeIds(db, event, filterFrom(filter, true), filter))
  }

  function* tableOf(request: FastifyRequest, fields: FormField[], ids: number[]): Generator<Row> {
    yield [...request.t.console.registrations.file.columns, ...fields.map(({ label }) => label)]
    for (const part of partsOf(ids)) {
      const answers = answersOf(db, part)
      for (const one of listAttendeesOf(db, part)) yield rowOf(request, one, fields, answers.get(one.registration.id))
    }
  }
}

function rowOf(
  { t, f }: FastifyRequest,
  { registration: one, email }: Attendee,
  fields: FormField[],
  answers: Answers = new Map(),
): Row {
  const { yes } = t.console.registrations.file
  return [
    one.name,
    email ?? '',
    one.organisation,
    t.words.roles[one.role],
    t.words.attendances[one.attendance],
    t.words.statuses[one.status],
    replyIn(t, one),
    one.accessNeeds,
    one.attendedAt ? yes : '',
    one.attendedMinutes ?? '',
    f.moment(one.createdAt),
    one.part ? t.words.parts[one.part] : '',
    one.note,
    ...fields.map(field => answerText(t, field, answers.get(field.id) ?? [])),
  ]
}

function replyIn({ console: { registrations } }: Messages, one: Registration): string {
  const reply = standingReply(one)
  return reply ? registrations.replies[reply] : ''
}

/** One answer as people read it. */
export function answerText({ console: { registrations } }: Messages, { kind }: FormField, value: string[]): string {
  const { yes, no } = registrations.file
  return kind === 'yes_no' ? value.map(one => (one === 'yes' ? yes : no)).join() : value.join(', ')
}
