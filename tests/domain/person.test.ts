// What the law gives somebody covers every column that says it holds something of theirs: told to them, and gone when they ask.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { personalColumns, TABLE_NAMES, type TableName } from '#db/personal-columns.ts'
import { DATA, type DataKind } from '#db/personal-data.ts'
import { erasures, messages, people } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { ensureErasureKey } from '#src/domain/erasures.ts'
import { erasePerson, exportPerson, listMailTexts } from '#src/domain/privacy.ts'
import { keyedHash } from '#src/lib/tokens.ts'
import { dumpOf } from '../support/dump.ts'
import { ENDING, heldOf, markerOf, openLife } from '../support/life.ts'
import { NOW } from '../support/world.ts'

/**
 * An attendee's, and an invitee's: those of whoever an address belongs to. But for `erasure`: that begins when somebody is
 * erased, so nobody who can still ask has any, and it is what stays.
 */
const THEIRS = ENDING.filter(kind => ['attendee', 'invitee'].includes(DATA[kind].whose) && kind !== 'erasure')
const columnsOf = (kind: DataKind) =>
  TABLE_NAMES.flatMap(name => personalColumns(name, kind).map(column => [name, column] as [TableName, string]))

/** Somebody with the address that the invitee and the mails have too. */
function openPerson() {
  const { db } = openLife()
  const email = markerOf('people', 'email')
  for (const [table, column] of [
    ['people', 'email'],
    ['messages', 'to_address'],
    ['invitees', 'email'],
  ]) {
    db.$client.prepare(`update ${table} set ${column} = ? where rowid = (select min(rowid) from ${table})`).run(email)
  }
  const person = () => db.select().from(people).where(eq(people.email, email)).get()
  const found = person()
  if (!found) throw new Error('nobody')
  return { db, found, person }
}

/** What a mail said is not given as it left: that would hold links that work. It is told by `listMailTexts`. */
const NOT_AS_IT_IS = 'messages.bytes'
/** Sums of many; and who recognised a question has no address to ask with. */
const isOfNobody = ([name]: [TableName, string]) => name.endsWith('Totals') || name === 'recognitions'
/** What somebody ticked after an event leads to nobody, and so to nobody who asks either. */
const NOBODYS = 'feedbackAnswers.value'

test('everything that is kept about somebody is in what they are given, column by column', async () => {
  const { db, found } = openPerson()
  const said = Buffer.from(`\r\n${markerOf('messages', 'bytes')}`)
  db.update(messages)
    .set({ bytes: said })
    .where(eq(messages.toAddress, String(found.email)))
    .run()
  const kept = exportPerson(db, found)
  const [registration] = kept.registrations
  const parts: Partial<Record<TableName, object | undefined>> = {
    people: kept,
    registrations: registration,
    checkIns: registration?.checkIns[0],
    choices: registration?.workshops[0],
    enrolments: kept.series[0],
    invitees: kept.invitations[0],
    messages: kept.mails[0],
    answers: { value: registration?.answers[0]?.answer },
    feedbackMarks: registration?.feedback.given ? { registrationId: true } : undefined,
    feedbackAnswers: { text: registration?.feedback.underName[0]?.answer },
  }
  for (const kind of [...THEIRS, 'count' as const]) {
    for (const [name, column] of columnsOf(kind).filter(column => !isOfNobody(column))) {
      const isThere = expect(Object.keys(parts[name] ?? {}), `${name}.${column}`)
      if ([NOT_AS_IT_IS, NOBODYS].includes(`${name}.${column}`)) isThere.not.toContain(column)
      else isThere.toContain(column)
    }
  }
  const text = JSON.stringify([kept, await listMailTexts(db, String(found.email))])
  const markers = [...dumpOf(db).matchAll(/§(\w+)\.(\w+)§/g)].map(([marker]) => marker)
  const theirs = THEIRS.flatMap(columnsOf).map(([name, column]) => markerOf(name, column))
  const texts = [...new Set(markers)].filter(marker => theirs.includes(marker))
  expect(texts.length).toBeGreaterThan(15)
  // Where the three addresses were put in its place.
  const replaced = [markerOf('messages', 'toAddress'), markerOf('invitees', 'email')]
  expect(texts.filter(marker => !text.includes(marker) && !replaced.includes(marker))).toEqual([])
  // That somebody else was erased is nothing of theirs.
  expect(markers).toContain(markerOf('erasures', 'hash'))
  expect(text).not.toContain(markerOf('erasures', 'hash'))
})

test('and nothing of it is left when they are erased, but a hash that says so', () => {
  const { db, found, person } = openPerson()
  const others = db.select().from(erasures).all()
  for (const kind of THEIRS) expect(heldOf(db, kind), kind).not.toEqual([])
  writeNow(db, tx => erasePerson(tx, found, NOW))
  expect(THEIRS.flatMap(kind => heldOf(db, kind))).toEqual([])
  expect(person()).toBeUndefined()
  const hash = keyedHash(writeNow(db, ensureErasureKey), String(found.email))
  expect(db.select().from(erasures).all()).toEqual([...others, { id: others.length + 1, hash, at: NOW }])
  expect(dumpOf(db)).not.toContain(found.email)
})
