// What a killed program left on the disk: its database as the next start will find it, and its backups.
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { isIntact } from '#db/seal.ts'
import { makeDataDir } from './server.ts'

export interface Row {
  id: number
  email: string
  status: string
  version: number
  mails: number
}

/** A copy of it, opened by nobody else, and without the memory that the dead process shared with nobody. */
export function lookAt(dataDir: string) {
  const folder = makeDataDir()
  for (const file of ['aanschuiven.sqlite', 'aanschuiven.sqlite-wal']) {
    if (existsSync(join(dataDir, file))) copyFileSync(join(dataDir, file), join(folder.dataDir, file))
  }
  const copy = new Sqlite(join(folder.dataDir, 'aanschuiven.sqlite'))
  const integrity = copy.pragma('integrity_check', { simple: true })
  const rows = copy.prepare(ROWS).all() as Row[]
  const sent = new Set(copy.prepare("select message_id from messages where state = 'sent'").pluck().all())
  copy.close()
  folder.remove()
  return { integrity, rows, sent }
}

/** A backup under way; the list of who was erased is made in the same folder, under a name of its own. */
export const isUnfinished = (name: string) => /\.sqlite\.[\da-f]+\.unfinished$/.test(name)

/** Whether one was under way, begun in this life; and those that are not whole. */
export function lookAtBackups(dataDir: string, since: number) {
  const folder = join(dataDir, 'backups')
  const names = existsSync(folder) ? readdirSync(folder) : []
  const isNew = (name: string) => statSync(join(folder, name)).mtimeMs >= since
  const broken = names.filter(name => name.endsWith('.sqlite') && !isIntact(join(folder, name)))
  return { isInBackup: names.some(name => isUnfinished(name) && isNew(name)), broken }
}

export const ROWS = `select r.id, p.email, r.status, r.link_version as version,
    (select count(*) from messages m where m.registration_id = r.id) as mails
  from registrations r join people p on p.id = r.person_id`
const NOW_MS = "unixepoch('subsec') * 1000"
/** Due by now, or under way. */
export const WAITING = `select count(*) from messages where state = 'sending' or (state = 'queued' and due_at < ${NOW_MS} + 600000)`
/** What hangs, failed, or was dropped though it was true. */
export const LEFT = `select distinct state, reason from messages
  where state not in ('sent', 'queued') and not (state = 'dropped' and reason in ('superseded', 'cancelled'))`
