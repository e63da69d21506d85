// Data folders to measure on. Small ones are made anew for each run; a filled one of a million registrations takes a minute, so
// it is kept in `data/bench/` under its shape, and looked at only.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layAttendees } from '#db/attendees.ts'
import { and, asc, count, eq, gt, isNotNull, isNull } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { events } from '#db/schema.ts'
import { layProgramme } from '#db/seed.ts'
import { writeNow } from '#db/write.ts'
import { hash } from '#src/lib/tokens.ts'
import { type Laid, layMore } from './addresses.ts'
import { fill, type Size } from './fill.ts'
import { NOW } from './servers.ts'

/** Outside git. */
export const KEPT = join(import.meta.dirname, '../../data/bench')

export interface Ground {
  dataDir: string
  file: string
  /** Runs something on its database and closes it again. */
  use: <T>(work: (db: Db) => T) => T
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder of its own for this run, laid as asked. */
export function layGround(lay: (db: Db) => unknown): Ground {
  const ground = groundIn(newFolder())
  ground.use(lay)
  return ground
}

export function layExample(db: Db): void {
  writeNow(db, tx => layAttendees(tx, layProgramme(tx, readProgramme(EXAMPLE), 'Europe/Amsterdam', NOW), NOW))
}

/** The page of the first webinar to come: with a form, and with people. */
export function findEventPath(db: Db): string {
  const isComing = and(isNotNull(events.publishedAt), isNull(events.cancelledAt), gt(events.startsAt, NOW))
  const found = db
    .select({ slug: events.slug })
    .from(events)
    .where(and(isComing, eq(events.kind, 'webinar')))
    .orderBy(asc(events.startsAt))
    .get()
  if (!found) throw new Error('nothing is coming')
  return `/events/${found.slug}`
}

/** Exactly 200 events, all within the year that a feed reaches back. */
export function layFeed(db: Db): void {
  fill(db, { events: 202, registrations: 2000, groups: 15, years: 2 }, NOW)
  const shown = db.select({ count: count() }).from(events).where(isNotNull(events.publishedAt)).get()?.count
  if (shown !== 200) throw new Error(`the feed holds ${shown} events`)
}

/** A filled database of this shape, from an earlier run if there is one. */
export function filledGround(size: Size): Ground & { laid: Laid } {
  const shape = shapeOf(size)
  const dataDir = join(KEPT, `${shape}-${wayOfFilling()}`)
  const facts = join(dataDir, 'laid.json')
  if (!existsSync(facts)) {
    const making = `${dataDir}.${process.pid}`
    process.once('exit', () => rmSync(making, { recursive: true, force: true }))
    const laid = groundIn(making).use(db => layMore(db, fill(db, size, NOW), NOW))
    writeFileSync(join(making, 'laid.json'), JSON.stringify(laid))
    const older = readdirSync(KEPT).filter(name => name.startsWith(shape) && !name.includes('.'))
    for (const name of older) rmSync(join(KEPT, name), { recursive: true })
    renameSync(making, dataDir)
  }
  return { ...groundIn(dataDir), laid: JSON.parse(readFileSync(facts, 'utf8')) as Laid }
}

/** A filled database to write in. */
export function copyGround({ file }: Ground): Ground {
  const copy = groundIn(newFolder())
  copyFileSync(file, copy.file)
  return copy
}

function shapeOf({ events, registrations, groups, networks = 0, years }: Size): string {
  return `${events}-${registrations}-${groups}-${networks}-${years}`
}

/** Another schema or other contents make another database. */
function wayOfFilling(): string {
  const sources = ['fill.ts', 'addresses.ts', '../../db/migrations/meta/_journal.json']
  return hash(sources.map(source => readFileSync(join(import.meta.dirname, source), 'utf8')).join('')).slice(0, 8)
}

function groundIn(dataDir: string): Ground {
  const file = join(dataDir, 'aanschuiven.sqlite')
  return {
    dataDir,
    file,
    use: work => {
      const db = openDatabase(file)
      try {
        return work(db)
      } finally {
        db.$client.close()
      }
    },
  }
}
