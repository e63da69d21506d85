// Killed at fifty moments (SIGKILL): every answered registration and cancellation is there, every mail leaves, and none twice
// but what SMTP itself leaves uncertain (RFC 5321 §6.1). SEED=… tells other moments than the fixed ones.
import { afterAll, describe, expect, test } from 'vitest'
import { messages } from '#db/schema.ts'
import { type Delivery, openAccepting } from '../support/accepting.ts'
import { type Death, openVictim, type Plan } from '../support/killing.ts'
import { makeDataDir, type Server, startServer } from '../support/server.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'
import { randomFrom, shuffled } from '../support/year.ts'

const SEED = Number(process.env.SEED ?? 20261129)
const KILLS: Record<Plan['at'], number> = { moment: 20, accepted: 16, start: 10, backup: 4 }
/** Side by side: while one waits for its disk or its mail, the others have the cores. */
const VICTIMS = 3

const folders: { remove: () => void }[] = []
afterAll(() => {
  for (const { remove } of folders) remove()
})
function makeFolder() {
  const folder = makeDataDir()
  folders.push(folder)
  return folder
}

/** Returns how many ms it takes to start, with what an earlier start compiled. */
async function warmUp(): Promise<number> {
  const start = () => startServer({ DATA_DIR: makeFolder().dataDir })
  await (await start()).stop()
  const begun = performance.now()
  const server = await start()
  const took = performance.now() - begun
  await server.stop()
  return took
}

function planKills(random: () => number, startMs: number): Plan[] {
  const after: Record<Plan['at'], () => number> = {
    moment: () => 20 + Math.floor(480 * random() ** 2),
    accepted: () => 1 + Math.floor(15 * random()),
    start: () => Math.floor(startMs * random()),
    backup: () => Math.floor(30 * random()),
  }
  const plans = Object.entries(KILLS).flatMap(([at, count]) =>
    Array.from({ length: count }, () => ({ at: at as Plan['at'], after: after[at as Plan['at']]() })),
  )
  return shuffled(plans, random)
}

test('§8.33 fifty times SIGKILL under people who register and cancel loses nothing', async () => {
  const begun = performance.now()
  const random = randomFrom(SEED)
  const plans = planKills(random, await warmUp())
  const ends = await Promise.all(
    Array.from({ length: VICTIMS }, async (_, number) => {
      const victim = await openVictim(`v${number}`, random)
      folders.push(victim)
      const deaths: Death[] = []
      for (const plan of plans.filter((_, index) => index % VICTIMS === number)) deaths.push(await victim.live(plan))
      return { deaths, ...(await victim.end()) }
    }),
  )
  const deaths = ends.flatMap(end => end.deaths)
  const inPost = deaths.filter(({ unanswered }) => unanswered > 0).length
  const inBackup = deaths.filter(({ isInBackup }) => isInBackup).length
  const afterTaking = deaths.filter(({ unsure }) => unsure.length > 0).length
  console.log(
    `seed ${SEED}: ${deaths.length} kills in ${Math.round((performance.now() - begun) / 1000)} s; inside a POST: ${inPost}; between the mail server's 250 and our commit: ${afterTaking}; inside a backup: ${inBackup}; registrations: ${ends.flatMap(({ rows }) => rows).length}, of which cancelled: ${ends.flatMap(({ rows }) => rows).filter(({ status }) => status === 'cancelled').length}`,
  )
  expect(deaths).toHaveLength(50)
  expect(inPost).toBeGreaterThan(0)
  expect(afterTaking).toBeGreaterThan(0)
  expect(inBackup).toBeGreaterThan(0)
  expect(deaths.filter(({ integrity, lost, broken }) => integrity !== 'ok' || lost.length || broken.length)).toEqual([])
  for (const end of ends) {
    expect([end.code, end.lost, end.left]).toEqual([0, [], []])
    expect(tellsWrong(end.rows, end.delivered)).toEqual([])
    expect(tooMany(end.delivered, end.deaths)).toEqual([])
  }
}, 600_000)

/** Whoever has a place heard so last; whoever cancelled heard nothing, or that last. */
function tellsWrong(rows: { email: string; status: string }[], delivered: Delivery[]): string[] {
  const heard = Map.groupBy(delivered, ({ to }) => to)
  return rows.flatMap(({ email, status }) => {
    const last = heard.get(email)?.at(-1)?.kind
    const isRight = status === 'cancelled' ? last === undefined || last === 'unregistered' : last === 'confirmed'
    return isRight ? [] : [`${email} is ${status} and heard ${last}`]
  })
}

/** A mail comes again only when a kill left it uncertain, once per kill, and then byte for byte. */
function tooMany(delivered: Delivery[], deaths: Death[]): string[] {
  const unsure = deaths.flatMap(death => death.unsure)
  return [...Map.groupBy(delivered, ({ messageId }) => messageId)].flatMap(([id, copies]) => {
    const isOften = copies.length > 1 + unsure.filter(other => other === id).length
    const isOther = new Set(copies.map(({ digest }) => digest)).size > 1
    return isOften || isOther ? [`${id} to ${copies[0]?.to}: ${copies.length} times`] : []
  })
}

describe('§8.33 SIGKILL after the 250, before our commit', () => {
  /** Somebody registered two days ago for an event in 23 hours: a confirmation is due, and after it the reminder. */
  async function openDeath(dies: string) {
    const { dataDir, open } = makeFolder()
    const db = open()
    const now = Temporal.Now.instant()
    const localStart = now.add({ hours: 23 }).toZonedDateTimeISO('Europe/Amsterdam').toPlainDateTime().toString()
    const twoDaysAgo = now.subtract({ hours: 48 })
    const event = makeEvent(db, makeGroup(db), { localStart: localStart.slice(0, 16) }, twoDaysAgo)
    makeRegistration(db, event, {}, twoDaysAgo)
    let running: Server | undefined
    let isDeadly = true
    const mail = await openAccepting(({ kind }) => {
      if (isDeadly && kind === dies) running?.kill()
      if (kind === dies) isDeadly = false
    })
    const rowOf = () =>
      db
        .select()
        .from(messages)
        .all()
        .find(row => row.kind === dies)
    const start = async (clock?: Temporal.Instant) => {
      running = await startServer({
        DATA_DIR: dataDir,
        SMTP_URL: mail.url,
        ...(clock && { CLOCK: String(clock) }),
      })
      return running
    }
    const copies = () => mail.delivered.filter(({ kind }) => kind === dies)
    const close = async () => {
      expect(await running?.stop()).toBe(0)
      await mail.close()
      db.$client.close()
    }
    await (await start()).exited
    expect(rowOf()).toMatchObject({ state: 'sending', attempts: 1 })
    expect(copies()).toHaveLength(1)
    /** The next start, a minute later. */
    const restart = () => start(Temporal.Now.instant().add({ minutes: 1 }))
    return { rowOf, copies, restart, close }
  }

  test('a confirmation comes once more, the same to the last octet', async () => {
    const { rowOf, copies, restart, close } = await openDeath('confirmed')
    await restart()
    await until(() => rowOf()?.state === 'sent')
    const [first, second] = copies()
    expect(copies()).toHaveLength(2)
    expect(second).toEqual(first)
    expect(first).toMatchObject({ messageId: rowOf()?.messageId, to: 'zoe@example.org' })
    expect(new Date(first?.date ?? '').getTime()).toBe(
      Math.floor(Number(rowOf()?.datedAt?.epochMilliseconds) / 1000) * 1000,
    )
    await close()
  })

  test('a reminder came once, and stands there as uncertain', async () => {
    const { rowOf, copies, restart, close } = await openDeath('reminder_day')
    await restart()
    await until(() => rowOf()?.state !== 'sending')
    expect(rowOf()).toMatchObject({ state: 'uncertain', attempts: 1, reason: 'interrupted' })
    expect(copies()).toHaveLength(1)
    await close()
    expect(copies()).toHaveLength(1)
  })
})

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 150_000
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('it took too long')
    await new Promise(next => setTimeout(next, 100))
  }
}
