// Who takes part in a whole series and who was there when, as rows for a spreadsheet.
import type { FastifyRequest } from 'fastify'
import type { SeriesAttendance } from '#src/domain/series-attendance.ts'
import type { Row } from '#src/lib/xlsx.ts'

export function* attendanceRows({ t, f }: FastifyRequest, { dates, participants }: SeriesAttendance): Generator<Row> {
  const { columns, presences, total } = t.enrolment.members
  const days = dates.map(({ event }) => f.dayTiny(event))
  yield [
    columns.name,
    columns.email,
    columns.organisation,
    columns.role,
    columns.status,
    columns.since,
    ...days,
    columns.present,
  ]
  for (const one of participants) {
    const { enrolment: who } = one
    const status = t.words.statuses[who.status]
    const since = who.joinedAt ? f.moment(who.joinedAt) : ''
    const about = [who.name, one.email ?? '', who.organisation, t.words.roles[who.role], status, since]
    yield [...about, ...one.presences.map(presence => presences[presence]), one.present]
  }
  yield [total, '', '', '', '', '', ...dates.map(({ present, isHeld }) => (isHeld ? present : '')), '']
}
