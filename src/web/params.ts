// What stands in the addresses of pages: names, numbers, personal links, and where a list goes on.

import type { Cursor } from '#src/domain/agenda.ts'
import type { Event } from '#src/domain/events.ts'
import Type from '#src/lib/schemas.ts'

export const Slug = Type.Object({ slug: Type.String({ maxLength: 100 }) })
export const Token = Type.Object({ token: Type.String({ maxLength: 100 }) })
export const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) })
/** `before=`: the start and id of the last event of the page before. */
export const Before = Type.Optional(Type.String({ pattern: '^\\d{1,15}-\\d{1,15}$' }))

export function cursorText({ startsAt, id }: Event): string {
  return `${startsAt.epochMilliseconds}-${id}`
}

export function readCursor(before: string | undefined): Cursor | undefined {
  if (before === undefined) return undefined
  const [milliseconds = 0, id = 0] = before.split('-').map(Number)
  return { startsAt: Temporal.Instant.fromEpochMilliseconds(milliseconds), id }
}
