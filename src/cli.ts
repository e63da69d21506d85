// `npm run cli -- <command>`: what an administrator does from the command line. Exit 0 done, 1 refused, 2 wrong usage.
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { BackupError, backUp, backUpBeforeMigrating } from '#db/backup.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { readProgramme } from '#db/programme.ts'
import { restore } from '#db/restore.ts'
import { MESSAGE_KINDS } from '#db/schema.ts'
import { layProgramme } from '#db/seed.ts'
import { FailedMigration, NewerDatabase } from '#db/versions.ts'
import { writeNow } from '#db/write.ts'
import { eraseOrganiserAt } from '#src/domain/organiser-privacy.ts'
import { type Config, ConfigError, environment, readConfig } from './config.ts'
import { countReleased, findHold, listHeld, RELEASES, releaseMail } from './domain/holding.ts'
import { ensureOwner, findOrganiser } from './domain/organisers.ts'
import { eraseAttendee, exportAddress, exportWhole } from './domain/own-data.ts'
import { bringBack } from './domain/restoring.ts'
import { keepSchoolHolidays, readSchoolHolidays } from './domain/school-holidays.ts'
import { createSignIn } from './domain/sign-ins.ts'
import { checkSetup } from './jobs/checks.ts'
import { keepErased, readErased } from './jobs/erased.ts'
import { sendTests } from './jobs/test-mail.ts'
import { Refusal } from './lib/errors.ts'
import { paths } from './lib/paths.ts'
import { EMAIL_PATTERN, normaliseEmail } from './lib/text.ts'

/** Something an administrator can mend: one clear line, exit 1. */
class Refused extends Error {}
class WrongUsage extends Error {}

interface Command {
  argument?: 'FILE' | 'EMAIL'
  /** What may follow; one of these, where they are named. */
  choice?: { name: string; of?: readonly string[] }
  does: string
  run: (config: Config, argument: string, choice: string | undefined) => Promise<void> | void
}

const COMMANDS: Record<string, Command> = {
  'sign-in-link': {
    argument: 'EMAIL',
    does: 'prints a one-time sign-in link (15 minutes); the first one makes an owner',
    run: signInLink,
  },
  backup: { argument: 'FILE', does: 'writes the whole installation to one file, also while it runs', run: backup },
  restore: {
    argument: 'FILE',
    choice: { name: 'ERASED' },
    does: 'puts a backup into an empty DATA_DIR, erases again whom was erased since (by the list ERASED: a file, or a folder it is in; without one that beside FILE), and holds all mail until release-mail',
    run: restoreOne,
  },
  'release-mail': {
    choice: { name: 'WHICH', of: RELEASES },
    does: 'after a restore: says which mails wait; `all` lets them leave, `certain` only those that cannot have left before the crash',
    run: release,
  },
  check: {
    does: 'says whether this set-up is sound: database, disk, clock, mail server, mailbox, and what DNS says of the sender',
    run: check,
  },
  'send-test-mail': {
    argument: 'EMAIL',
    choice: { name: 'KIND', of: MESSAGE_KINDS },
    does: `sends a mail of each kind about an example, or of one KIND: ${MESSAGE_KINDS.join(', ')}`,
    run: testMails,
  },
  'import-programme': {
    argument: 'FILE',
    does: 'lays groups, themes and events of a programme file into the database',
    run: importProgramme,
  },
  'import-school-holidays': {
    argument: 'FILE',
    does: 'reads the school holidays from the open data of Rijksoverheid (JSON)',
    run: importSchoolHolidays,
  },
  'export-person': { argument: 'EMAIL', does: 'prints everything kept about an address, as JSON', run: exportOne },
  'erase-person': {
    argument: 'EMAIL',
    does: 'cancels what is to come and erases everything personal of an address',
    run: eraseOne,
  },
}

function withDatabase<T>(config: Config, work: (db: Db) => T): T {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  backUpBeforeMigrating(config.dataDir)
  const db = openDatabase(join(config.dataDir, 'aanschuiven.sqlite'))
  const close = () => db.$client.close()
  const result = work(db)
  if (result instanceof Promise) return result.finally(close) as T
  close()
  return result
}

function signInLink(config: Config, email: string): void {
  const now = Temporal.Now.instant()
  const token = withDatabase(config, db =>
    writeNow(db, tx => {
      const known = findOrganiser(tx, email)
      const isFirst = tx.query.organisers.findFirst().sync() === undefined
      if (!known && !isFirst) throw new Refused(`${email} is not an organiser here; an owner can invite this address`)
      return createSignIn(tx, known ?? ensureOwner(tx, email, now), now)
    }),
  )
  console.log(config.baseUrl + paths.signInLink(token))
}

function backup(config: Config, file: string): void {
  backUp(config.dataDir, resolve(file))
}

function restoreOne({ dataDir }: Config, file: string, list: string | undefined): void {
  const elsewhere = readErased(list ?? dirname(resolve(file)))
  if (list !== undefined && !elsewhere) throw new Refused(`${list} holds no list of who was erased`)
  const { erased, withRight, held } = restore(file, dataDir, db => {
    const restored = writeNow(db, tx => bringBack(tx, elsewhere ?? [], Temporal.Now.instant()))
    keepErased(db, dataDir)
    return restored
  })
  console.log(`restored; erased again: ${erased}; mails that wait for release-mail: ${held}; everybody is signed out`)
  for (const email of withRight)
    console.log(`${email} was erased and has a right in a group again: take that away and run erase-person`)
  if (!elsewhere)
    console.log(`beside ${file} is no list of who was erased since: whoever was is back. Run erase-person for them`)
}

function release(config: Config, _: string, which: string | undefined): void {
  withDatabase(config, db => {
    const hold = findHold(db)
    if (!hold) throw new Refused('no mail is held: it leaves by itself')
    const waiting = listHeld(db, hold)
    const chosen = RELEASES.find(known => known === which)
    if (chosen) {
      const count = countReleased(waiting, chosen)
      writeNow(db, tx => releaseMail(tx, chosen, count))
      return console.log(`${count} mails leave, at their moments`)
    }
    console.log(`held since the restore of ${hold.since.toString({ smallestUnit: 'second' })}`)
    for (const { kind, doubtful, certain } of waiting)
      console.log(`${kind.padEnd(15)}${doubtful} may have left before the crash, ${certain} have not`)
    console.log('release-mail all: all of these leave; release-mail certain: only those that have not left')
  })
}

async function check(config: Config): Promise<void> {
  const checks = await withDatabase(config, db => checkSetup(db, config))
  for (const { name, verdict, says } of checks) console.log(`${verdict.padEnd(8)}${name.padEnd(14)}${says}`)
  if (checks.some(({ verdict }) => verdict === 'wrong')) throw new Refused('this set-up is not sound')
}

/** How `send-test-mail` says what became of a mail. */
const OUTCOMES = {
  sent: 'taken',
  failed: 'refused',
  retry: 'not now',
  pause: 'not now',
  uncertain: 'no answer',
} as const

async function testMails(config: Config, email: string, kind: string | undefined): Promise<void> {
  const only = MESSAGE_KINDS.find(known => known === kind)
  const refused = await withDatabase(config, async db => {
    const reasons: string[] = []
    for await (const { kind, outcome } of sendTests(db, config, email, only)) {
      const reason = 'reason' in outcome ? outcome.reason : ''
      console.log(`${OUTCOMES[outcome.result].padEnd(11)}${kind.padEnd(15)}${reason}`.trimEnd())
      if (outcome.result !== 'sent') reasons.push(`${OUTCOMES[outcome.result]}: ${reason}`)
    }
    return reasons
  })
  if (refused.length) throw new Refused(`not every mail was taken; ${refused.at(-1)}`)
  if (!config.smtpUrl) console.log(`no SMTP_URL: written to ${join(config.dataDir, 'mail')}`)
}

function importProgramme(config: Config, file: string): void {
  const lay = (db: Db) =>
    writeNow(db, tx => layProgramme(tx, readProgramme(file), config.timeZone, Temporal.Now.instant()))
  try {
    console.log(`${withDatabase(config, lay).length} events`)
  } catch (error) {
    if (error instanceof Refusal) throw new Refused(`${file} has groups that are here already: nothing was laid`)
    // The file is written by hand: whatever it lacks is its fault, not ours.
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw new Refused(`${file} is no programme: ${error.message}`)
    throw error
  }
}

function importSchoolHolidays(config: Config, file: string): void {
  const list = readSchoolHolidays(readFileSync(file, 'utf8'))
  if (!list) throw new Refused(`${file} holds no school holidays as opendata.rijksoverheid.nl gives them (output=json)`)
  withDatabase(config, db => writeNow(db, tx => keepSchoolHolidays(tx, list)))
  console.log(`${list.length} school holidays`)
}

async function exportOne(config: Config, email: string): Promise<void> {
  const kept = await withDatabase(config, db => exportWhole(db, email))
  if (!kept) throw new Refused(`nothing is kept about ${email}`)
  console.log(JSON.stringify(kept, null, 2))
}

function eraseOne(config: Config, email: string): void {
  withDatabase(config, db =>
    writeNow(db, tx => {
      const now = Temporal.Now.instant()
      if (!exportAddress(tx, email)) throw new Refused(`nothing is kept about ${email}`)
      if (!eraseOrganiserAt(tx, email, now)) throw new Refused(`${email} has a right in a group: take that away first`)
      eraseAttendee(tx, email, now)
    }),
  )
  withDatabase(config, db => keepErased(db, config.dataDir))
  console.log('erased')
}

/** Runs one command line. Returns the exit code. */
export async function runCommand(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const [name = ''] = args
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command) return usage(undefined, name === '--help')
    if (args.includes('--help')) return usage(name, true)
    const given = readArguments(command, name, args.slice(1))
    await command.run(readConfig(env), ...given)
    return 0
  } catch (error) {
    return explain(error)
  }
}

function readArguments(command: Command, name: string, given: string[]): [string, string | undefined] {
  const least = command.argument ? 1 : 0
  const [argument = '', choice] = least ? given : ['', ...given]
  if (given.length < least || given.length > least + (command.choice ? 1 : 0))
    throw new WrongUsage(`npm run cli -- ${usageOf(name, command)}`)
  if (choice !== undefined && command.choice?.of?.includes(choice) === false)
    throw new WrongUsage(`${choice} is none of: ${command.choice?.of?.join(', ')}`)
  if (command.argument !== 'EMAIL') return [argument, choice]
  if (!new RegExp(EMAIL_PATTERN).test(argument)) throw new WrongUsage(`${argument} is not an e-mail address`)
  return [normaliseEmail(argument), choice]
}

function usageOf(name: string, { argument, choice }: Command): string {
  return [name, argument, choice && `[${choice.name}]`].filter(Boolean).join(' ')
}

function usage(name: string | undefined, isAsked: boolean): number {
  const lines = Object.entries(COMMANDS)
    .filter(([command]) => !name || command === name)
    .map(([name, command]) => `  ${usageOf(name, command).padEnd(30)}${command.does}`)
  console[isAsked ? 'log' : 'error'](['npm run cli -- <command>', '', ...lines].join('\n'))
  return isAsked ? 0 : 2
}

function explain(error: unknown): number {
  console.error(isPlain(error) ? error.message : error)
  return error instanceof WrongUsage ? 2 : 1
}

/** What an administrator can mend, the machine's own refusals included, is one line; the rest is a bug, with its stack. */
function isPlain(error: unknown): error is Error {
  const known = [WrongUsage, Refused, BackupError, ConfigError, FailedMigration, NewerDatabase]
  return known.some(kind => error instanceof kind) || (error instanceof Error && 'code' in error)
}

if (import.meta.main) {
  // As in `main`: what is kept is nobody else's on this machine.
  process.umask(0o077)
  // At once: a check that gave up waiting may still have a line open.
  process.exit(await runCommand(process.argv.slice(2), environment()))
}
