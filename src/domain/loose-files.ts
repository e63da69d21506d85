// Files in DATA_DIR/files that no row names: of what was removed while the process was killed, or of somebody who hung up halfway.
import type { Db } from '#db/open.ts'
import { FORMATS } from '#db/schema.ts'
import { isBefore } from '#src/lib/time.ts'
import { findEventWithCover } from './covers.ts'
import { findFileMaterial } from './materials.ts'

/** Names that we give; whatever else lies there is not ours to take away. */
const OURS = new RegExp(`^\\d{1,15}-[a-z0-9]{16,40}(-\\d{1,4}x\\d{1,4}\\.webp|\\.(${FORMATS.join('|')}))$`)
const UNFINISHED = /\.unfinished$/
/** A file lies there before its row does. */
const AT_LEAST = { hours: 24 }

export interface Lying {
  name: string
  writtenAt: Temporal.Instant
}

/** Those of a day old that nothing leads to. */
export function listLoose(db: Db, files: Lying[], now: Temporal.Instant): string[] {
  const isOld = ({ writtenAt }: Lying) => isBefore(writtenAt, now.subtract(AT_LEAST))
  const isNamed = (name: string) =>
    findEventWithCover(db, name) !== undefined || findFileMaterial(db, name) !== undefined
  return files
    .filter(file => isOld(file) && (UNFINISHED.test(file.name) || (OURS.test(file.name) && !isNamed(file.name))))
    .map(({ name }) => name)
}
