// What is known against a day, before it hurts: holidays, and what else is on.
import type { FastifyRequest } from 'fastify'
import type { Event } from '#src/domain/events.ts'
import { holidaysOn } from '#src/domain/holidays.ts'
import { listOnDays } from '#src/domain/overview.ts'
import type { Deps } from '../deps.ts'
import { organiserOf } from './access.ts'

/** In sentences, for an event that would stand at `when`. */
export function warningsFor(
  { db }: Pick<Deps, 'db'>,
  request: FastifyRequest,
  event: Event,
  when: Pick<Event, 'localStart'>,
): string[] {
  const { t, f } = request
  const date = Temporal.PlainDateTime.from(when.localStart).toPlainDate()
  const others = (listOnDays(db, organiserOf(request), date, date).get(date.toString()) ?? []).filter(
    other => other.id !== event.id,
  )
  return [
    ...holidaysOn(date).map(holiday => t.console.warnings.holiday(f.date(date), t.words.holidays[holiday])),
    ...others.map(other => t.console.warnings.clash(other.title, f.range(other))),
  ]
}
