// The night's sweep: at its hour, once, in parts; caught up with when it was missed; told in the log, and kept as totals.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { answers, registrations, sweeps, sweepTotals } from '#db/schema.ts'
import { createWrite, StoreTrouble, type Write, writeNow } from '#db/write.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { WALKS } from '#src/domain/endings.ts'
import { getEvent } from '#src/domain/events.ts'
import { stretchesOf } from '#src/domain/forgetting.ts'
import { findNewestSweep, isSweepDue, lastNight, listSweeps, nextNight } from '#src/domain/sweeps.ts'
import { addUp, countEvent } from '#src/domain/totals.ts'
import { checkSweep } from '#src/jobs/checks/sweep.ts'
import { createSweeper } from '#src/jobs/sweep.ts'
import { dumpOf } from '../support/dump.ts'
import { openLife } from '../support/life.ts'
import { makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'

const ZONE = 'Europe/Amsterdam'
const at = (text: string) => Temporal.Instant.from(text)
type World = Pick<ReturnType<typeof openWorld>, 'db' | 'clock'>

function openSweeper({ db, clock }: World, write: Write = createWrite(db)) {
  const lines: { level: string; fields: Record<string, unknown>; text: string }[] = []
  const line = (level: string) => (fields: object, text: string) =>
    void lines.push({ level, fields: { ...fields }, text })
  const log = { info: line('info'), warn: line('warn'), error: line('error') }
  const sweeper = createSweeper({ db, clock, write, log, timeZone: ZONE, dataDir: '/nowhere' })
  const run = async (moment: string) => {
    clock.set(moment)
    sweeper.wake(clock.now())
    await sweeper.idle()
  }
  return { sweeper, run, lines, list: () => db.select().from(sweeps).all() }
}

describe('when', () => {
  test('at three at night, by the clock on the wall, also in the nights in which it changes', () => {
    expect(String(lastNight(at('2026-12-03T01:59:59Z'), ZONE))).toBe('2026-12-02T02:00:00Z')
    expect(String(lastNight(at('2026-12-03T02:00:00Z'), ZONE))).toBe('2026-12-03T02:00:00Z')
    expect(String(nextNight(at('2026-12-03T12:00:00Z'), ZONE))).toBe('2026-12-04T02:00:00Z')
    expect(String(nextNight(at('2027-03-27T12:00:00Z'), ZONE))).toBe('2027-03-28T01:00:00Z')
    expect(String(nextNight(at('2027-10-30T12:00:00Z'), ZONE))).toBe('2027-10-31T02:00:00Z')
  })

  test('once a night; what was missed is caught up with at once; a clock put back stops nothing', async () => {
    const world = openWorld()
    const { run, list } = openSweeper(world)
    const counts: number[] = []
    for (const moment of [
      '2026-12-01T10:00:00Z',
      '2026-12-01T23:00:00Z',
      '2026-12-02T02:00:01Z',
      '2026-12-02T12:00:00Z',
      '2026-12-20T18:00:00Z',
      '2026-12-20T18:01:00Z',
      '2026-12-10T12:00:00Z',
    ]) {
      await run(moment)
      counts.push(list().length)
    }
    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4])
    expect(isSweepDue(world.db, ZONE, world.clock.now())).toBe(false)
  })
})

describe('what went', () => {
  test('is one line in the log, and stands by kind and group, without a name', async () => {
    // Somebody at one event, who takes part in a series as well.
    const life = openLife()
    life.leave()
    const { run, lines, list } = openSweeper({ ...life, clock: openWorld().clock })
    await run('2026-12-11T10:00:00Z')
    await run('2027-12-04T10:00:00Z')
    expect(lines.map(({ level, text }) => [level, text])).toEqual([
      ['info', 'swept'],
      ['info', 'swept'],
    ])
    expect(lines[0]?.fields.gone).toEqual({ needs: 2, sign_in: 4, subscription: 1, subscription_request: 1 })
    expect(lines[1]?.fields).toMatchObject({
      gone: { registration: 2, address: 1, answers: 1, feedback: 1, feedback_mark: 1, invitee: 1 },
      failed: [],
    })
    expect(JSON.stringify(lines)).not.toMatch(/§|wilhelmina|otto/)
    const [first, second] = list()
    expect(listSweeps(life.db, [life.group.id], false, 9)).toEqual([
      {
        ...second,
        totals: {
          ...{ registration: 2, answers: 1, feedback: 1, feedback_mark: 1, invitee: 1 },
          ...{ mail: expect.any(Number), preparation: 10, question: 2 },
        },
      },
      { ...first, totals: { needs: 2 } },
    ])
    expect(listSweeps(life.db, [], false, 9)).toEqual([])
    expect(listSweeps(life.db, [], true, 9)[0]?.totals).toMatchObject({
      address: 1,
      organiser: 1,
      organiser_invitation: 1,
    })
  })

  test('changes no total: reach is before as after', async () => {
    const { db, clock } = openWorld()
    const event = makeEvent(db, makeGroup(db))
    const people = ['a', 'b', 'c', 'd'].map(name => makeRegistration(db, event, { email: `${name}@example.org` }))
    writeNow(db, tx => {
      for (const one of people.slice(1)) markAttended(tx, one, { source: 'by_hand' }, event.startsAt)
      addUp(tx, 9)
    })
    const reach = () =>
      JSON.stringify([countEvent(db, event), dumpOf(db).match(/\["(role|organisation)_totals".*?\]\]/g)])
    const before = reach()
    const { run } = openSweeper({ db, clock })
    await run('2028-01-01T10:00:00Z')
    expect(
      db
        .select()
        .from(registrations)
        .all()
        .map(row => row.name),
    ).toEqual(['', '', '', ''])
    expect(reach()).toBe(before)
    expect(before).toContain('"attended":3')
  })
})

describe('in parts', () => {
  test('no part goes through more than 500 rows, and what is committed between them is not waited for', async () => {
    const { db, clock } = openWorld()
    const event = makeEvent(db, makeGroup(db), { capacityOnline: null })
    writeNow(db, tx => {
      const [first] = [makeRegistration(tx, event)]
      const rest = `insert into people (email, created_at) select 'p' || value || '@example.org', 0 from generate_series(1, 1299)`
      db.$client.exec(
        rest.replace(
          'generate_series(1, 1299)',
          '(with recursive n(value) as (select 1 union all select value + 1 from n where value < 1299) select value from n)',
        ),
      )
      const { id: _, personId: __, ...values } = first
      const people = db.$client.prepare('select id from people where id > 1').pluck().all() as number[]
      for (const personId of people)
        tx.insert(registrations)
          .values({ ...values, personId })
          .run()
    })
    const walk = WALKS.find(({ name }) => name === 'registrations')
    expect(walk && [...stretchesOf(db, walk)]).toEqual([
      { after: 0, to: 500 },
      { after: 500, to: 1000 },
      { after: 1000, to: 1300 },
    ])
    const write = createWrite(db)
    const changed: number[] = []
    const total = () => db.$client.prepare('select total_changes()').pluck().get() as number
    const counted: Write = work =>
      write(tx => {
        const before = total()
        const result = work(tx)
        changed.push(total() - before)
        return result
      })
    const { run } = openSweeper({ db, clock }, counted)
    await run('2028-01-01T10:00:00Z')
    expect(db.select().from(registrations).where(eq(registrations.name, '')).all()).toHaveLength(1300)
    // The rows themselves, and a line or two of the report.
    expect(Math.max(...changed)).toBeLessThanOrEqual(505)
    expect(db.select().from(sweepTotals).where(eq(sweepTotals.kind, 'address')).all()).toMatchObject([{ total: 1300 }])
  })

  test('one that was cut off goes on in the same report, and counts nothing twice', async () => {
    const life = openLife()
    const world = { ...life, clock: openWorld().clock }
    const write = createWrite(life.db)
    const cut = openSweeper(world, work => {
      // After the registrations, as a stop would.
      if (life.db.select().from(sweepTotals).where(eq(sweepTotals.kind, 'registration')).all().length)
        cut.sweeper.stop()
      return write(work)
    })
    await cut.run('2027-12-04T10:00:00Z')
    expect(cut.list()).toMatchObject([{ finishedAt: null, failure: '' }])
    const next = openSweeper(world)
    await next.run('2027-12-04T10:00:05Z')
    expect(next.list()).toMatchObject([{ id: 1, failure: '' }])
    expect(next.list()[0]?.finishedAt).not.toBeNull()
    expect(next.lines[0]?.fields.gone).toMatchObject({ registration: 2, address: 1, invitee: 1 })
  })
})

test('trouble with one table is told and kept, the others go on; within the hour it is tried again', async () => {
  const life = openLife()
  const world = { ...life, clock: openWorld().clock }
  const { run, lines, list } = openSweeper(world)
  life.db.$client.exec("create trigger stuck before delete on answers begin select raise(abort, 'stuck'); end")
  await run('2027-12-04T10:00:00Z')
  expect(lines.map(({ level, text }) => [level, text])).toEqual([
    ['error', 'what has served its time could not be taken away'],
    ['info', 'swept'],
  ])
  expect(lines[1]?.fields.failed).toEqual(['answers'])
  expect(list()).toMatchObject([{ failure: 'answers', finishedAt: null }])
  expect(getEvent(life.db, life.event.id).briefing).toBe('')
  expect(checkSweep(life.db, at('2027-12-04T10:01:00Z'))).toEqual({
    name: 'retention',
    verdict: 'wrong',
    says: 'what has served its time stayed in answers: see the log; it is tried again every hour',
  })
  await run('2027-12-04T10:59:00Z')
  expect(lines).toHaveLength(2)
  life.db.$client.exec('drop trigger stuck')
  await run('2027-12-04T11:00:01Z')
  expect(life.db.select().from(answers).all()).toEqual([])
  expect(list()).toMatchObject([{ id: 1, failure: '' }])
  expect(checkSweep(life.db, at('2027-12-05T10:00:00Z'))).toMatchObject({ verdict: 'ok' })
  expect(checkSweep(life.db, at('2027-12-06T12:00:02Z'))).toMatchObject({ verdict: 'warning' })
})

test('a disk that is full ends it, without a word of its own; the next wake tries again', async () => {
  const life = openLife()
  const world = { ...life, clock: openWorld().clock }
  const write = createWrite(life.db)
  let [tries, isFull] = [0, true]
  const full = () => Promise.reject(new StoreTrouble(Object.assign(new Error('full'), { code: 'SQLITE_FULL' })))
  const { run, lines, list } = openSweeper(world, work => {
    tries++
    return isFull && tries > 1 ? full() : write(work)
  })
  await run('2027-12-04T10:00:00Z')
  expect([tries, lines]).toEqual([2, []])
  await run('2027-12-04T10:01:00Z')
  expect([tries, lines]).toEqual([3, []])
  isFull = false
  await run('2027-12-04T10:02:00Z')
  expect(lines.map(({ text }) => text)).toEqual(['swept'])
  expect(list()).toMatchObject([{ id: 1, failure: '' }])
})

test('before the first there is nothing to say', () => {
  const { db } = openWorld()
  expect(checkSweep(db, at('2026-12-01T00:00:00Z'))).toMatchObject({ verdict: 'ok' })
  expect(findNewestSweep(db)).toBeUndefined()
})
