// One installation that is killed again and again, each time at another kind of moment, under people who register and cancel.
// After each kill it is looked at as the disk has it: a copy of its files, opened by nobody else.
import { mkdirSync, rmSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { createTokens, readSecret } from '#src/lib/tokens.ts'
import { openAccepting } from './accepting.ts'
import { isUnfinished, LEFT, lookAt, lookAtBackups, ROWS, type Row, WAITING } from './remains.ts'
import { createPoster, makeDataDir, type Server, startServer } from './server.ts'
import { makeEvent, makeGroup } from './world.ts'

/**
 * When it is killed: so many ms after the load begins, the process was started or it began a backup, or at which mail the server
 * takes.
 */
export interface Plan {
  at: 'moment' | 'accepted' | 'start' | 'backup'
  after: number
}

/** What one kill left behind. */
export interface Death {
  plan: Plan
  /** Requests that had no answer yet. */
  unanswered: number
  /** Mails that the mail server had taken and our store did not know of. */
  unsure: string[]
  integrity: unknown
  /** What was answered and is not in the store as it was answered. */
  lost: string[]
  /** A backup was under way; and backups that are not whole. */
  isInBackup: boolean
  broken: string[]
}

const CLIENTS = 6

export async function openVictim(name: string, random: () => number) {
  const { dataDir, open, remove } = makeDataDir()
  const slug = layEvent(open)
  const backups = join(dataDir, 'backups')
  let running: Server | undefined
  let untilKill = Number.POSITIVE_INFINITY
  const mail = await openAccepting(() => {
    if (--untilKill === 0) running?.kill()
  })
  const env = { DATA_DIR: dataDir, TRUST_PROXY: 'true', SMTP_URL: mail.url }
  /** What people were told: that they are registered, or no longer. */
  const promised = new Map<string, 'registered' | 'cancelled'>()
  let people = 0
  let known: Row[] = []

  /** One life, from start to kill. */
  async function live(plan: Plan): Promise<Death> {
    const before = mail.delivered.length
    const begun = Date.now()
    const unanswered = await liveUntilKilled(plan)
    const { integrity, rows, sent } = lookAt(dataDir)
    known = rows
    const unsure = [...new Set(mail.delivered.slice(before).map(({ messageId }) => messageId))].filter(
      id => !sent.has(id),
    )
    return { plan, unanswered, unsure, integrity, lost: listLost(rows), ...lookAtBackups(dataDir, begun) }
  }

  async function liveUntilKilled({ at, after }: Plan): Promise<number> {
    if (at === 'start') {
      const starting = startServer(env, [], child => setTimeout(() => child.kill('SIGKILL'), after))
      // It may be up in time: then it dies as an ordinary server does.
      const server = await starting.catch(() => undefined)
      await server?.exited
      return 0
    }
    if (at === 'backup') makeBackupDue()
    running = await startServer(env)
    const { exited, kill } = running
    if (at === 'accepted') untilKill = after
    else if (at === 'moment') setTimeout(kill, after)
    const watching = at === 'backup' ? onBackup(() => setTimeout(kill, after)) : undefined
    const unanswered = await load(running, watching ? 5 : 1)
    await exited
    watching?.close()
    untilKill = Number.POSITIVE_INFINITY
    return unanswered
  }

  /** As on the next day: of this one there is none yet. */
  function makeBackupDue(): void {
    rmSync(backups, { recursive: true, force: true })
    mkdirSync(backups)
    const db = new Sqlite(join(dataDir, 'aanschuiven.sqlite'))
    db.exec("delete from settings where key = 'backup'")
    db.close()
  }

  function onBackup(begun: () => void) {
    let isBegun = false
    return watch(backups, (_, name) => {
      if (!isBegun && isUnfinished(name ?? '')) begun()
      isBegun ||= isUnfinished(name ?? '')
    })
  }

  /** People come and go until the server dies. Returns how many of them were waiting for an answer then. */
  async function load(server: Server, calm: number): Promise<number> {
    const { post, close } = createPoster(CLIENTS)
    const toCancel = known.filter(({ email }) => promised.get(email) !== 'cancelled')
    let unanswered = 0
    let isDead = false
    server.exited.then(() => {
      isDead = true
    })
    const client = async () => {
      while (!isDead) {
        const row = random() < 0.3 ? toCancel.splice(Math.floor(random() * toCancel.length), 1)[0] : undefined
        const act = row ? cancel(row) : register()
        try {
          const { status } = await post(server.url + act.path, act.form)
          if (status !== 303) throw new TypeError(`${act.path} was answered with ${status}`)
          promised.set(act.email, act.promise)
        } catch (error) {
          if (error instanceof TypeError) throw error
          unanswered++
          return
        }
        await sleep(calm * (10 + 20 * random()))
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    close()
    return unanswered
  }

  function register() {
    const email = `${name}-${people++}@example.org`
    const form = { name: 'Deelnemer', email, role: 'student' }
    return { path: `/events/${slug}/registrations`, form, email, promise: 'registered' as const }
  }

  function cancel({ id, email, version }: Row) {
    // Asked for, it may be done without anybody being told.
    promised.delete(email)
    const token = createTokens(readSecret(dataDir)).sign('registration', { id, version })
    return { path: `/registrations/${token}/cancellation`, form: {}, email, promise: 'cancelled' as const }
  }

  /** Whoever was told so is registered, with a mail that says it; whoever was told so is not any more. */
  function listLost(rows: Row[]): string[] {
    const byEmail = new Map(rows.map(row => [row.email, row]))
    return [...promised].flatMap(([email, promise]) => {
      const row = byEmail.get(email)
      if (!row || row.mails === 0) return [`${email}: ${row ? 'no mail' : 'not there'}`]
      return (row.status === 'cancelled') === (promise === 'cancelled') ? [] : [`${email}: ${row.status}`]
    })
  }

  /** A last life, in which whatever was uncertain is tried again: its clock says that the five minutes have passed. */
  async function end() {
    const db = open()
    const server = await startServer({ ...env, CLOCK: Temporal.Now.instant().add({ minutes: 10 }).toString() })
    const deadline = performance.now() + 60_000
    const waiting = db.$client.prepare(WAITING).pluck()
    while (waiting.get() !== 0 && performance.now() < deadline) await sleep(50)
    const code = await server.stop()
    await mail.close()
    const rows = db.$client.prepare(ROWS).all() as Row[]
    const left = db.$client.prepare(LEFT).all()
    db.$client.close()
    return { code, rows, left, lost: listLost(rows), delivered: mail.delivered }
  }

  return { live, end, remove }
}

/** A month from now, with room for everybody. */
function layEvent(open: ReturnType<typeof makeDataDir>['open']): string {
  const db = open()
  const now = Temporal.Now.instant()
  const date = now.toZonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
  const { slug } = makeEvent(db, makeGroup(db), { capacityOnline: null, localStart: `${date}T12:00` }, now)
  db.$client.close()
  return slug
}
