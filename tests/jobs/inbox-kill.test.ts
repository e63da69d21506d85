// The real program, killed while it reads the mailbox: between the flag and the commit, and between two commits. Each answer
// has its effect once, whatever crashed.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { findCursor } from '#src/domain/inbox.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { AUTHSERV_ID, answer } from '../support/answers.ts'
import { type Dovecot, hasDovecot, openDovecot } from '../support/dovecot.ts'
import { makeDataDir, type Server, startServer } from '../support/server.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const isAhead = (instant: Temporal.Instant) => Temporal.Instant.compare(instant, Temporal.Now.instant()) > 0
const PEOPLE = 40
const KILLED_AFTER = 8

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now()
  while (!(await isTrue())) {
    if (performance.now() - begun > 30_000) throw new Error('it took too long')
    await nextTurn()
  }
}

describe.skipIf(!hasDovecot())('SIGKILL', () => {
  const { dataDir, open, remove } = makeDataDir()
  let dovecot: Dovecot
  let db: Db
  let answers: string[]
  const servers: Server[] = []

  beforeAll(async () => {
    dovecot = await openDovecot()
    db = open()
    const now = Temporal.Now.instant()
    const date = now.toZonedDateTimeISO('Europe/Amsterdam').add({ days: 30 }).toPlainDate()
    const event = makeEvent(db, makeGroup(db), { capacityOnline: null, localStart: `${date}T12:00` }, now)
    const STAMP = now.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
    answers = Array.from({ length: PEOPLE }, (_, number) => {
      const email = `d${number}@example.org`
      makeRegistration(db, event, { email }, now)
      return answer('outlook', { UID: event.uid, ATTENDEE: email, STAMP })
    })
    // Their confirmations have left: nothing else is to be told.
    writeNow(db, tx => assumeTold(tx, now))
  })
  afterAll(async () => {
    db.$client.close()
    await dovecot.close()
    remove()
  })

  const run = async () => {
    const settings = {
      IMAP_URL: dovecot.url,
      AUTHSERV_ID,
      LOG_LEVEL: 'info',
      MAIL_FROM: 'Aanschuiven <agenda@example.org>',
    }
    const server = await startServer({ DATA_DIR: dataDir, ...settings })
    servers.push(server)
    return server
  }
  const reached = () => findCursor(db)?.uid ?? 0
  const declined = () =>
    db
      .select()
      .from(registrations)
      .all()
      .filter(({ reply }) => reply === 'declined').length
  /** At one moment: how far it says to be, and how many answers have had their effect. A kill leaves what stands here. */
  const look = () => {
    const row = db.$client.prepare(
      `select (select value from settings where key = 'inbox') as cursor,
        (select count(*) from registrations where reply = 'declined') as count`,
    )
    const { cursor, count } = row.get() as { cursor: string; count: number }
    return { uid: Number(cursor.split(':')[1]), count }
  }
  /** Each message that a process says to have dealt with, and what came of it. */
  const outcomes = () =>
    servers.flatMap(({ output }) =>
      [...output().matchAll(/^\{.*"a message was read".*\}$/gm)].map(
        ([line]) => JSON.parse(line) as { uid: number; outcome: string },
      ),
    )
  test('between the flag and the commit: done at the next start', async () => {
    const server = await run()
    await dovecot.deliver(answers.slice(0, 1))
    await until(
      () => reached() === 1 && listMessages(db).every(({ state, dueAt }) => state === 'sent' || isAhead(dueAt)),
    )
    // Nobody else commits until the kill.
    db.$client.exec('begin immediate')
    await dovecot.deliver(answers.slice(1, 2))
    await until(async () => (await dovecot.list()).every(({ isSeen }) => isSeen))
    server.kill()
    await server.exited
    db.$client.exec('rollback')
    expect([reached(), declined()]).toEqual([1, 1])
    const again = await run()
    await until(() => reached() === 2)
    expect([await again.stop(), declined()]).toEqual([0, 2])
  })

  test('between two commits, again and again: each answer has its effect once', async () => {
    await dovecot.deliver(answers.slice(2))
    let kills = 0
    const torn: object[] = []
    while (reached() < PEOPLE) {
      const target = Math.min(reached() + KILLED_AFTER, PEOPLE)
      const server = await run()
      await until(() => {
        const { uid, count } = look()
        if (uid !== count) torn.push({ uid, count })
        return count >= target
      })
      server.kill()
      await server.exited
      expect([declined(), torn]).toEqual([reached(), []])
      if (reached() < PEOPLE) kills++
    }
    expect(kills).toBeGreaterThan(1)
    const last = await run()
    expect(await last.stop()).toBe(0)
    expect([reached(), declined()]).toEqual([PEOPLE, PEOPLE])
    const asked = listMessages(db).filter(({ kind }) => kind === 'declined')
    expect(new Set(asked.map(({ registrationId }) => registrationId)).size).toBe(PEOPLE)
    expect(asked).toHaveLength(PEOPLE)
    // What was killed between its commit and its word is silent; nothing is done a second time, which would be `stale`.
    expect(new Set(outcomes().map(({ outcome }) => outcome))).toEqual(new Set(['applied']))
    expect(new Set(outcomes().map(({ uid }) => uid)).size).toBe(outcomes().length)
    expect((await dovecot.list()).every(({ isSeen }) => isSeen)).toBe(true)
    expect(servers.map(({ output }) => output()).join('')).not.toMatch(/d\d+@example\.org|geheim/)
    console.log(`kills between two commits: ${kills}`)
  }, 120_000)
})
