// What stands in the addresses of pages: names, numbers, personal links, and where a list goes on.
import type { Cursor } from '#src/domain/agenda.ts'
import type { Event } from '#src/domain/events.ts'
import Type from '#src/lib/schemas.ts'

export const Slug = Type.Object({ slug: Type.String({ maxLength: 100 }) })
export const Token = Type.Object({ token: Type.String({ maxLength: 100 }) })
export const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) })
/** `before=`, `after=`: the start and id of the last event of the page before, in a list that goes back or ahead. */
export const EventCursor = Type.Optional(Type.String({ pattern: '^\\d{1,15}-\\d{1,15}$' }))

export function cursorText({ startsAt, id }: Event): string {
  return `${startsAt.epochMilliseconds}-${id}`
}

export function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  const [milliseconds = 0, id = 0] = text.split('-').map(Number)
  return { startsAt: Temporal.Instant.fromEpochMilliseconds(milliseconds), id }
}
