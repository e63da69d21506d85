import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { enterPeople } from '#src/domain/people-imports.ts'
import { type ListedPerson, readPeople } from '#src/domain/people-lists.ts'
import { readTable } from '#src/lib/tables.ts'
import { csvFile, xlsxFile } from '../support/tables.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const HEAD = ['Naam', 'E-mail', 'Organisatie', 'Rol', 'Schoenmaat']

async function readText(text: string) {
  const table = await readTable(Buffer.from(text))
  return typeof table === 'string' ? undefined : readPeople(table)
}

/** A thousand rows, of which every twentieth is wrong, in five ways in turn. */
const WRONG = [
  ['', 'leeg@example.org', 'Gemeente', 'praktijk', '39'],
  ['www.winkel.example', 'winkel@example.org', 'Gemeente', 'praktijk', '39'],
  ['Deelnemer', 'geen adres', 'Gemeente', 'praktijk', '39'],
  ['Deelnemer', 'rol@example.org', 'Gemeente', 'piloot', '39'],
  ['Deelnemer', 'mens1@example.org', 'Gemeente', 'praktijk', '39'],
]
const ROWS = Array.from({ length: 1000 }, (_, index) => {
  const wrong = WRONG[Math.floor(index / 20) % WRONG.length] ?? []
  return index % 20 === 19
    ? wrong
    : [`Deelnemer ${index} Ï`, `mens${index + 1}@example.org`, 'Gemeente', 'beleid', '39']
})
const WRONG_LINES = Array.from({ length: 50 }, (_, index) => index * 20 + 21)

describe('a thousand rows of which fifty are wrong', () => {
  test.each([
    ['CSV', async () => csvFile([HEAD, ...ROWS])],
    ['Excel', () => xlsxFile({ name: 'Deelnemers', rows: [HEAD, ...ROWS] })],
  ])('as %s report exactly those fifty, each with its line and reason', async (_, make) => {
    const table = await readTable(await make())
    const list = typeof table === 'string' ? undefined : readPeople(table)
    expect(list?.people).toHaveLength(950)
    expect(list?.problems.map(({ line }) => line)).toEqual(WRONG_LINES)
    expect(list?.problems.slice(0, 5).map(({ problems }) => problems)).toEqual([
      [{ field: 'name', why: 'missing' }],
      [{ field: 'name', why: 'odd' }],
      [{ field: 'email', why: 'odd' }],
      [{ field: 'role', why: 'unknown' }],
      [{ field: 'row', why: 'twice', line: 2 }],
    ])
    expect(list?.unknown).toEqual(['Schoenmaat'])
    expect(list?.people[0]).toEqual({
      ...{ line: 2, name: 'Deelnemer 0 Ï', email: 'mens1@example.org', organisation: 'Gemeente', role: 'policy' },
      ...{ attendance: undefined, attended: undefined, note: '' },
    })
  })
})

test('names in three columns become one, and an address is read as it is meant', async () => {
  const list = await readText(
    'Voornaam;Tussenvoegsel;Achternaam;Mail\nZoë;de;Vries;  MAILTO:Zoe@Example.org \nBea;;Bos;',
  )
  expect(list?.people.map(({ name, email }) => [name, email])).toEqual([
    ['Zoë de Vries', 'zoe@example.org'],
    ['Bea Bos', null],
  ])
})

test('headings are found below a title, and a table without names is none', async () => {
  expect((await readText('Presentielijst 2025;\n;\nDeelnemer;Aanwezig\nZoë;ja\nBea;nee'))?.people).toMatchObject([
    { name: 'Zoë', attended: true },
    { name: 'Bea', attended: false },
  ])
  expect(await readText('Kleur;Maat\nrood;39')).toBeUndefined()
})

test('whatever a table holds, each of its rows is either a person or a problem', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('', 'Zoë', 'zoe@example.org', 'beleid', 'online', 'ja'),
  )
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { maxLength: 30 }), rows => {
      const head = { line: 1, cells: ['Naam', 'E-mail', 'Rol', 'Vorm', 'Aanwezig'] }
      const list = readPeople([head, ...rows.map((cells, index) => ({ line: index + 2, cells }))])
      const lines = [...(list?.people ?? []), ...(list?.problems ?? [])].map(({ line }) => line)
      expect(lines.sort((a, b) => a - b)).toEqual(rows.map((_, index) => index + 2))
    }),
  )
})

describe('entering a list', () => {
  const person = (values: Partial<ListedPerson>): ListedPerson => ({
    ...{ line: 2, name: 'Zoë', email: null, organisation: '', role: 'other', attendance: undefined },
    ...{ attended: undefined, note: '' },
    ...values,
  })

  function openEvent(values: { localStart: string; capacityOnline?: number }) {
    const { db } = openWorld()
    const past = Temporal.Instant.from('2025-01-01T09:00:00Z')
    const event = makeEvent(db, makeGroup(db), values, past)
    const { id: organiserId } = writeNow(db, tx => createOrganiser(tx, 'organisator@example.org', '', NOW))
    const enter = (list: ListedPerson[]) =>
      writeNow(db, tx => enterPeople(tx, event, list, { organiserId, locale: 'nl' }, NOW))
    const rows = () => db.select().from(registrations).where(eq(registrations.eventId, event.id)).all()
    return { db, event, enter, rows }
  }

  test('for what is to come gives places, then the waiting list, and one mail each; nobody twice', () => {
    const { db, event, enter, rows } = openEvent({ localStart: '2026-12-03T12:00', capacityOnline: 2 })
    makeRegistration(db, event, { name: 'Al daar', email: 'daar@example.org' })
    const list = ['daar', 'een', 'twee'].map(name =>
      person({ name, email: `${name}@example.org`, note: 'Uit de lijst' }),
    )
    expect(enter([...list, person({ name: 'Zonder adres' })])).toBe(3)
    expect(rows().map(({ name, status, note }) => [name, status, note])).toEqual([
      ['Al daar', 'confirmed', ''],
      ['een', 'confirmed', 'Uit de lijst'],
      ['twee', 'waitlisted', 'Uit de lijst'],
      ['Zonder adres', 'waitlisted', ''],
    ])
    const mails = listMessages(db).filter(({ kind }) => !kind.startsWith('reminder'))
    expect(mails.map(({ toAddress, kind }) => [toAddress, kind])).toEqual([
      ['daar@example.org', 'confirmed'],
      ['een@example.org', 'confirmed'],
      ['twee@example.org', 'waitlisted'],
    ])
    expect(enter(list)).toBe(0)
    // Nor who has no address to know them by.
    expect(enter([person({ name: 'zonder ADRES' })])).toBe(0)
    expect(enter([person({ name: 'Zonder adres', organisation: 'Elders' })])).toBe(1)
  })

  test('for what is over records who was there, past any capacity, and mails nobody', () => {
    const { db, enter, rows } = openEvent({ localStart: '2025-03-06T12:00', capacityOnline: 1 })
    const list = [
      person({ name: 'Er', email: 'er@example.org' }),
      person({ name: 'Ook er', attended: true }),
      person({ name: 'Niet er', email: 'niet@example.org', attended: false }),
    ]
    expect(enter(list)).toBe(3)
    expect(rows().map(({ name, status, attendedAt }) => [name, status, attendedAt !== null])).toEqual([
      ['Er', 'confirmed', true],
      ['Ook er', 'confirmed', true],
      ['Niet er', 'confirmed', false],
    ])
    expect(listMessages(db)).toEqual([])
    expect(enter(list)).toBe(0)
  })
})
