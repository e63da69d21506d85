// Everything `/metrics` shows, under the names Prometheus is used to. Nothing here runs, and prom-client is not even
// loaded, until somebody asks; then what cannot be counted as it happens is looked up.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Gauge, Registry } from 'prom-client'
import { DAILY_BACKUP } from '#src/domain/backups.ts'
import { findStandstill } from '#src/domain/standstill.ts'
import { countComing, countOutbox, waitingSince } from '#src/domain/vitals.ts'
import type { Tally } from '#src/lib/counts.ts'
import type { Deps } from './deps.ts'

type Prom = typeof import('prom-client')
type Reading = [labels: Record<string, string>, value: number]

/** Loads prom-client and names everything; each `metrics()` of what it returns reads anew. */
export async function openRegistry(deps: Deps): Promise<Registry> {
  const { default: prom } = await import('prom-client')
  const registry = new prom.Registry()
  prom.collectDefaultMetrics({ register: registry })
  addCounters(prom, registry, deps)
  addGauges(prom, registry, deps)
  return registry
}

function addCounters({ Counter }: Prom, registry: Registry, { counts }: Deps): void {
  const show = (name: string, help: string, labelNames: string[], tally: Tally) =>
    new Counter({
      ...{ name: `aanschuiven_${name}_total`, help, labelNames, registers: [registry] },
      collect() {
        this.reset()
        for (const [key, total] of tally) this.labels(...key.split(' ')).inc(total)
      },
    })
  show('mails', 'What became of mails since the start.', ['kind', 'result'], counts.mails)
  show('page_cache', 'Pages that the page cache had, or had not, since the start.', ['result'], counts.pageCache)
}

function addGauges({ Gauge }: Prom, registry: Registry, deps: Deps): void {
  const { db, clock, mailHealth, config } = deps
  const show = (name: string, help: string, read: () => number | undefined | Reading[], labelNames: string[] = []) =>
    new Gauge({
      ...{ name: `aanschuiven_${name}`, help, labelNames, registers: [registry] },
      collect() {
        fill(this, read())
      },
    })
  const ago = (since: Temporal.Instant | undefined) => (since ? seconds(clock.now()) - seconds(since) : 0)
  show('info', 'The version that runs.', () => [[{ version: version() }, 1]], ['version'])
  show('coming_registrations', 'Registrations of what is to come.', () => coming(deps), ['status'])
  show('outbox', 'Mails that wait (queued) or are under way (sending).', () => outbox(deps), ['state', 'kind'])
  show('mail_waiting_seconds', 'For how long the mail that waits longest should have been away.', () =>
    ago(waitingSince(db, clock.now())),
  )
  show('mail_standstill_seconds', 'For how long no mail has got through; 0 if it does.', () =>
    ago(findStandstill(db, clock.now())?.since),
  )
  show('worker_beat_timestamp_seconds', 'The last sign of life of the worker.', () => {
    return mailHealth.beat && seconds(mailHealth.beat)
  })
  show('database_bytes', 'Size of the database.', () => sizeOf(config.dataDir, 'aanschuiven.sqlite'))
  show('database_wal_bytes', 'Size of its write-ahead log.', () => sizeOf(config.dataDir, 'aanschuiven.sqlite-wal'))
  show('backup_timestamp_seconds', 'When the newest scheduled backup was made; none: there is none.', () =>
    newestBackup(config.dataDir),
  )
}

function fill(gauge: Gauge, reading: number | undefined | Reading[]): void {
  gauge.reset()
  if (typeof reading === 'number') gauge.set(reading)
  else if (reading) for (const [labels, value] of reading) gauge.set(labels, value)
  else gauge.remove()
}

function coming({ db, clock }: Deps): Reading[] {
  return countComing(db, clock.now()).map(({ status, total }) => [{ status }, total])
}

function outbox({ db, clock }: Deps): Reading[] {
  return countOutbox(db, clock.now()).map(({ state, kind, total }) => [{ state, kind }, total])
}

function seconds(instant: Temporal.Instant): number {
  return instant.epochMilliseconds / 1000
}

function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version
}

function sizeOf(dataDir: string, file: string): number {
  return statSync(join(dataDir, file), { throwIfNoEntry: false })?.size ?? 0
}

function newestBackup(dataDir: string): number | undefined {
  const folder = join(dataDir, 'backups')
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory()
  const names = isThere ? readdirSync(folder).filter(name => DAILY_BACKUP.test(name)) : []
  const times = names.map(name => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return times.length ? Math.max(...times) / 1000 : undefined
}
