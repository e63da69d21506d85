// When people can register, in a sentence: for the page of an event, and for who organises it.
import type { FastifyRequest } from 'fastify'
import type { Event } from '#src/domain/events.ts'
import { END_OF_DAY } from '#src/domain/registration-windows.ts'

/** Nothing for a side that is left open. */
export function windowTexts({ t, f }: FastifyRequest, { registrationFrom: from, registrationUntil: until }: Event) {
  const day = (local: string) => f.day({ localStart: local })
  const moment = (local: string) => `${day(local)}, ${f.time({ localStart: local })}`
  const isWholeDay = until?.endsWith(END_OF_DAY)
  return {
    opens: from && t.event.opens(from.endsWith('T00:00') ? day(from) : moment(from)),
    closes: until && (isWholeDay ? t.event.closesAfter(day(until)) : t.event.closes(moment(until))),
  }
}
