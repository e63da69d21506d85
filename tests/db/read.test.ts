// Reading in parts: of one moment, whoever writes between them, and with turns for others.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { count } from '#db/drizzle.ts'
import { type Db, openDatabase } from '#db/open.ts'
import { inParts } from '#db/read.ts'
import { settings } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'

/** Two connections to one file, as two processes have. */
function openTwo(): [Db, Db] {
  const folder = mkdtempSync(join(tmpdir(), 'read-'))
  const both: [Db, Db] = [openDatabase(join(folder, 'a.sqlite')), openDatabase(join(folder, 'a.sqlite'))]
  onTestFinished(() => {
    for (const { $client } of both) $client.close()
    rmSync(folder, { recursive: true })
  })
  return both
}

const countOf = (db: Db) => db.select({ all: count() }).from(settings).get()?.all ?? 0
let added = 0
const add = (db: Db) =>
  writeNow(db, tx =>
    tx
      .insert(settings)
      .values({ key: `more-${added++}`, value: '' })
      .run(),
  )

/** Counts three times, in three parts; `between` is done in the turns between them. */
async function countThrice(db: Db, between: (beginning: number) => void) {
  let beginnings = 0
  let isDone = false
  const others = (async () => {
    while (!isDone) {
      await new Promise(setImmediate)
      if (!isDone) between(beginnings)
    }
  })()
  const found = await inParts(db, function* () {
    beginnings++
    const first = countOf(db)
    yield
    const second = countOf(db)
    yield
    return [first, second, countOf(db)]
  })
  isDone = true
  await others
  return { found, beginnings }
}

test('others have turns between the parts', async () => {
  const [db] = openTwo()
  let turns = 0
  const { beginnings } = await countThrice(db, () => turns++)
  expect(beginnings).toBe(1)
  expect(turns).toBeGreaterThanOrEqual(2)
})

test.each([
  ['this process', ([db]: [Db, Db]) => db],
  ['another one', ([, other]: [Db, Db]) => other],
])('what %s wrote between them has the reading begin anew', async (_, writerOf) => {
  const both = openTwo()
  const before = countOf(both[0])
  let isWritten = false
  const { found, beginnings } = await countThrice(both[0], () => {
    if (!isWritten) add(writerOf(both))
    isWritten = true
  })
  expect(found).toEqual(Array(3).fill(before + 1))
  expect(beginnings).toBe(2)
})

test('while somebody writes in every turn, all is read in one turn in the end', async () => {
  const [db, other] = openTwo()
  const { found, beginnings } = await countThrice(db, () => add(other))
  expect(new Set(found).size).toBe(1)
  expect(beginnings).toBe(4)
})

test('an error of the reading is an error of the whole, and leaves no transaction open', async () => {
  const [db] = openTwo()
  const reading = inParts(db, function* () {
    yield
    throw new Error('no such thing')
  })
  await expect(reading).rejects.toThrow('no such thing')
  expect(db.$client.inTransaction).toBe(false)
})
