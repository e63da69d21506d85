// The list of who was erased, beside the backups: they travel together, and a restore needs both. One line each, without an
// address: its number, its moment and a hash (`domain/erasures`).
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Db } from '#db/open.ts'
import { type Erasure, firstErasure, lastErasure, listErasures } from '#src/domain/erasures.ts'

const NAME = 'erased'

/** Writes the list anew if it lacks any, or has one whose time is over; whole or not at all. Costs two short questions otherwise. */
export function keepErased(db: Db, dataDir: string): void {
  const file = join(dataDir, 'backups', NAME)
  const kept = readErased(file)
  const isSame = (row: Erasure | undefined, id: number) => (row?.id ?? 0) === id
  if (kept && isSame(kept[0], firstErasure(db)) && isSame(kept.at(-1), lastErasure(db))) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const lines = listErasures(db).map(({ id, at, hash }) => `${id} ${at} ${hash}\n`)
  writeFileSync(`${file}.unfinished`, lines.join(''), { mode: 0o600, flush: true })
  renameSync(`${file}.unfinished`, file)
}

/** Nothing if there is no such list: then nobody knows who was erased. `path` may be the folder it stands in, or a DATA_DIR. */
export function readErased(path: string): Erasure[] | undefined {
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  const files = isFolder ? [join(path, NAME), join(path, 'backups', NAME)] : [path]
  const file = files.find(candidate => existsSync(candidate))
  if (!file) return undefined
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return lines.map(line => {
    const [id = '', at = '', hash = ''] = line.split(' ')
    return { id: Number(id), at: Temporal.Instant.from(at), hash }
  })
}
