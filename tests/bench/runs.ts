// What every figure of one run is given.
import type { Key } from './floors.ts'
import type { Load } from './loads.ts'
import type { Course } from './races.ts'

export interface Run {
  load: Load
  course: Course
  /** Whether this figure was asked for. */
  isWanted: (key: Key) => boolean
  /** Smaller sizes, for who is tuning. */
  isQuick: boolean
  /** Where bare servers write. */
  log: string
  /** What is worth knowing beside the table. */
  say: (line: string) => void
}
