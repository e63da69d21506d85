// The people of an event with how long they learned, as a file for professional registers: their numbers there are answers to
// extra questions. Who is in it is settled when it is asked for; each stands in it as they are when their part is made.
import type { FastifyRequest } from 'fastify'
import { type Accreditation, listAccreditations } from '#src/domain/accreditations.ts'
import { type Answers, answersOf } from '#src/domain/answers.ts'
import { type Attendee, listAttendeeIds, listAttendeesOf } from '#src/domain/attendees.ts'
import { learnedByAll, lessonsOf, pointsFor } from '#src/domain/certificates.ts'
import type { Event } from '#src/domain/events.ts'
import { type FormField, listFormFields } from '#src/domain/form-fields.ts'
import type { Learned } from '#src/domain/learning-minutes.ts'
import { partsOf } from '#src/lib/parts.ts'
import type { Row } from '#src/lib/xlsx.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { getMyEvent } from './access.ts'
import { sendXlsx } from './downloads.ts'
import { answerText } from './registration-files.ts'

const PRESENT = { status: 'confirmed', attended: 'yes' } as const

/** What every row of a file has a cell for. */
interface Columns {
  event: Event
  registers: Accreditation[]
  fields: FormField[]
}

export function certificateFileRoutes(app: App, { db, tokens }: Deps): void {
  app.get('/console/events/:id/certificates.xlsx', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const { sheet } = request.t.certificate.file
    return sendXlsx(reply, `${sheet.toLowerCase()}-${event.slug}`, [{ name: sheet, rows: tableOf(request, event) }])
  })

  function* tableOf(request: FastifyRequest, event: Event): Generator<Row> {
    const { columns, points } = request.t.certificate.file
    const about = { event, registers: listAccreditations(db, event.id), fields: listFormFields(db, event.id) }
    const lessons = lessonsOf(db, event)
    yield [
      ...columns,
      ...about.registers.map(({ register, number }) => points(register, number)),
      ...about.fields.map(({ label }) => label),
    ]
    for (const ids of partsOf(listAttendeeIds(db, event, PRESENT, { order: 'name' }))) {
      const people = listAttendeesOf(db, ids).filter(({ registration: { part } }) => part === null)
      const learned = learnedByAll(
        db,
        lessons,
        people.map(one => one.registration),
      )
      const answers = answersOf(db, ids)
      for (const one of people) {
        const its = learned.get(one.registration.id)
        if (its) yield rowOf(request, one, its, about, answers.get(one.registration.id))
      }
    }
  }

  function rowOf(
    { t }: FastifyRequest,
    { registration: one, email }: Attendee,
    learned: Learned,
    { event, registers, fields }: Columns,
    answers: Answers = new Map(),
  ): Row {
    const { minutes, followed } = learned
    return [
      ...[one.name, email ?? '', one.organisation, t.words.roles[one.role]],
      ...[one.attendedMinutes ?? event.durationMinutes, minutes, Math.round((minutes / 60) * 100) / 100],
      followed.map(({ title }) => title).join('; '),
      minutes ? tokens.number('certificate', one.id) : '',
      ...registers.map(register => pointsFor(register, learned) ?? ''),
      ...fields.map(field => answerText(t, field, answers.get(field.id) ?? [])),
    ]
  }
}
