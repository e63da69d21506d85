// Work that is too long for one turn of the event loop, cut into parts.
import { setImmediate } from 'node:timers/promises'

/** Rows of a table in one part: some thousand cells, which is written in a few milliseconds. */
export const ROWS = 100

/** All of them, in lists of this many; no item is asked for before its list is. */
export function* partsOf<Item>(items: Iterable<Item>, size: number = ROWS): Generator<Item[]> {
  let part: Item[] = []
  for (const item of items) {
    part.push(item)
    if (part.length < size) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

/** Each part in a turn of the event loop of its own, made when it is asked for. */
export async function* inTurns<Part>(parts: Iterable<Part>): AsyncGenerator<Part> {
  for (const part of parts) {
    yield part
    await setImmediate()
  }
}
