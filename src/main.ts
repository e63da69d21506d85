// Starts and stops the one process: web and worker over one SQLite file. `--demo` lays the example programme first.
import { accessSync, constants, mkdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { layAttendees } from '#db/attendees.ts'
import { BackupError, backUpBeforeMigrating } from '#db/backup.ts'
import { layFeedback } from '#db/feedback.ts'
import { layFollowers } from '#db/followers.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { layProgramme } from '#db/seed.ts'
import { FailedMigration, NewerDatabase } from '#db/versions.ts'
import { createWrite, writeNow } from '#db/write.ts'
import { createApp } from './app.ts'
import { type Config, ConfigError, environment, readConfig } from './config.ts'
import { ensureErasureKey } from './domain/erasures.ts'
import { hasGroups } from './domain/groups.ts'
import { countOrganisers, ensureOwner } from './domain/organisers.ts'
import { createSignIn } from './domain/sign-ins.ts'
import { followZoneRules } from './domain/zones.ts'
import { createBackups } from './jobs/backups.ts'
import type { ReadingDeps } from './jobs/reading.ts'
import { createWorker } from './jobs/worker.ts'
import { type Clock, clockFrom, systemClock } from './lib/clock.ts'
import { createCounts } from './lib/counts.ts'
import { createLog } from './lib/log.ts'
import { paths } from './lib/paths.ts'
import { createTokens, readSecret } from './lib/tokens.ts'
import { listen } from './listening.ts'

/** How long a stop may take before the process ends anyway. */
const PATIENCE_MS = 5000
/** How long those who are being answered get, before their connections are cut. */
const MANNERS_MS = 3500

/** Serves until it is told to stop. */
export async function start(config: Config): Promise<{ stop: () => Promise<void> }> {
  const clock = config.clock ? clockFrom(config.clock) : systemClock
  refuseReadOnly(config.dataDir)
  const tokens = createTokens(readSecret(config.dataDir))
  backUpBeforeMigrating(config.dataDir)
  const db = openDatabase(join(config.dataDir, 'aanschuiven.sqlite'))
  const signInPath = prepare(db, config, clock)
  const log = createLog(config.logLevel)
  const counts = createCounts()
  const write = createWrite(db, {
    committed: () => worker.wake(),
    troubled: ({ message }) =>
      log.error({ reason: message }, 'the database cannot be written: nothing is kept until it can'),
    recovered: () => log.warn({}, 'the database can be written again'),
  })
  const worker = createWorker({ config, db, write, clock, tokens, counts, log: log.child({ part: 'worker' }) })
  const inbox = await openInbox({ config, db, write, clock, tokens, log: log.child({ part: 'inbox' }) })
  const backups = createBackups({ config, db, write, clock, log: log.child({ part: 'backups' }) })
  const health = { mailHealth: worker, inboxHealth: inbox ?? { trouble: undefined } }
  const app = await createApp({ config, db, write, clock, tokens, counts, ...health }, { log })
  // For the next start. Now, since at a stop it would come on top of what that has to wait for; once written it costs nothing.
  flushCompileCache()
  const { port, close } = await listen(app, config)
  // PORT=0: only now do we know where we are.
  if (config.port === 0 && config.baseUrl.endsWith(':0')) config.baseUrl = `http://localhost:${port}`
  worker.start()
  inbox?.start()
  backups.start()
  greet(config, port, signInPath)
  return {
    stop: async () => {
      backups.stop()
      // Side by side: a visitor who does not finish asking must not keep mails from ending well.
      const cutOff = setTimeout(() => app.server.closeAllConnections(), MANNERS_MS)
      await Promise.all([close(), worker.stop(), inbox?.stop()])
      clearTimeout(cutOff)
      db.$client.close()
    },
  }
}

function refuseReadOnly(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new ConfigError([
      `DATA_DIR=${dataDir}: cannot be written (${why}): give this folder to the user that runs this`,
    ])
  }
}

/** Answers and bounces are read where somebody said which mailbox they come to. */
async function openInbox(deps: ReadingDeps) {
  const { imapUrl } = deps.config
  if (imapUrl === undefined) return undefined
  const { createInbox } = await import('./jobs/inbox.ts')
  return createInbox({ ...deps, imapUrl })
}

/** What a new or upgraded database needs before it is served. Returns the path of a sign-in link for a first owner. */
function prepare(db: Db, config: Config, clock: Clock): string | undefined {
  const now = clock.now()
  return writeNow(db, tx => {
    ensureErasureKey(tx)
    followZoneRules(tx, process.versions.tz ?? '', now)
    if (config.isDemo && !hasGroups(tx)) {
      const laid = layProgramme(tx, readProgramme(EXAMPLE), config.timeZone, now)
      layAttendees(tx, laid, now)
      layFeedback(tx, laid, now)
      layFollowers(tx, laid, config.timeZone, now)
    }
    const isNew = countOrganisers(tx) === 0
    if (!config.organiserEmail || !(isNew || config.isDemo)) return undefined
    return paths.signInLink(createSignIn(tx, ensureOwner(tx, config.organiserEmail, now), now))
  })
}

function greet(config: Config, port: number, signInPath: string | undefined): void {
  const lines = [`Aanschuiven draait op ${config.baseUrl} (poort ${port})`]
  if (config.isDemo) lines.push(`  Agenda:   ${config.baseUrl}${paths.agenda()}`)
  if (signInPath)
    lines.push(`  Inloggen: ${config.baseUrl}${signInPath}`, '            (eenmalig, een kwartier geldig)')
  else lines.push('  Inloggen: npm run cli -- sign-in-link ADRES')
  if (!config.smtpUrl)
    lines.push(`  Mail:     geen SMTP_URL; elke mail wordt een bestand in ${join(config.dataDir, 'mail')}`)
  console.log(lines.join('\n'))
}

/** The whole life of the process: it serves until a signal ends it, or says in plain words why it cannot. */
export async function main(): Promise<void> {
  // What is kept is nobody else's on this machine, files of SQLite's own making included.
  process.umask(0o077)
  try {
    const starting = start(readConfig(environment(), { demo: process.argv.includes('--demo') }))
    stopAtSignal(starting)
    await starting
  } catch (error) {
    const isPlain = PLAIN.some(kind => error instanceof kind) || isFromMachine(error)
    console.error(isPlain ? (error as Error).message : error)
    process.exit(1)
  }
}

function stopAtSignal(starting: ReturnType<typeof start>): void {
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), PATIENCE_MS).unref()
    starting
      .then(running => running.stop())
      .catch(error => {
        console.error(error)
        process.exitCode = 1
      })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** What an administrator can mend is one line; the rest is a bug, with its stack. */
const PLAIN = [ConfigError, NewerDatabase, FailedMigration, BackupError]

/** The store or the system said no: a full disk, a file that may not be written, a port in use. */
function isFromMachine(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(SQLITE_|E[A-Z]+$)/.test(String(error.code))
}

if (import.meta.main) await main()
