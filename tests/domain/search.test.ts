// What `?q=` finds: the index of FTS5, kept by triggers, against a model that folds and compares every word itself.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, themes } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listPast, listUpcoming } from '#src/domain/agenda.ts'
import { setCohosts } from '#src/domain/cohosts.ts'
import { createEvent, deleteDraft } from '#src/domain/drafts.ts'
import { editEvent, setThemes } from '#src/domain/editing.ts'
import { getEvent } from '#src/domain/events.ts'
import { updateGroup } from '#src/domain/groups.ts'
import { createTheme } from '#src/domain/themes.ts'
import { makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const EDITOR = { organiserId: null }

function openProgramme() {
  const world = openWorld()
  const { db } = world
  const noord = makeGroup(db)
  const zuid = makeGroup(db, { slug: 'zuid', name: 'Werkplaats Zuid-Limburg' })
  const [armoede, jongeren] = ['Armoede', 'Jóngeren'].map(name =>
    writeNow(db, tx => createTheme(tx, { slug: name, name })),
  )
  const event = makeEvent(db, noord, { title: 'Eén gezin, één plan', summary: '', speakers: [] })
  const find = (q: string) => listUpcoming(db, { q }, NOW).map(({ title }) => title)
  const finds = (q: string) => find(q).length > 0
  return { ...world, noord, zuid, armoede: armoede?.id ?? 0, jongeren: jongeren?.id ?? 0, event, find, finds }
}

test('every text of an event is searched, with or without its accents, by the beginnings of words', () => {
  const { db, noord, find } = openProgramme()
  const texts = {
    title: 'Eenzaamheid in de wijk',
    summary: 'Over coördinatie',
    description: 'Met *buurtsportcoaches* en de GGZ',
    speakers: ['Zoë de Vries', 'Ali "Ali" Yılmaz'],
    yield: 'Een stappenplan',
  }
  makeEvent(db, noord, texts)
  for (const q of ['eenz', 'EENZAAM', 'coordin', 'coördinatie', 'buurtsport', 'ggz', 'zoe vries', 'ali', 'stappen']) {
    expect(find(q), q).toEqual([texts.title])
  }
  expect(find('een')).toHaveLength(2)
  // The beginning of a word, and all of them.
  for (const q of ['zaamheid', 'eenzaam gezin', 'eenzaamheidx']) expect(find(q), q).toEqual([])
})

test('groups, who organises along, and themes are searched by, and follow every change', () => {
  const { db, noord, zuid, armoede, jongeren, event, finds } = openProgramme()
  const write = (work: Parameters<typeof writeNow>[1]) => writeNow(db, work)
  expect([finds('noord'), finds('limburg'), finds('armoede')]).toEqual([true, false, false])
  write(tx => setCohosts(tx, event, [zuid.id]))
  write(tx => setThemes(tx, event.id, [armoede, jongeren]))
  expect([finds('noord'), finds('limburg'), finds('armoede jongeren')]).toEqual([true, true, true])
  const bare = { summary: '', email: null, accent: null, schoolRegion: null }
  write(tx => updateGroup(tx, zuid, { ...bare, name: 'Werkplaats Maas' }, NOW))
  write(tx => updateGroup(tx, noord, { ...bare, name: 'Werkplaats Wad' }, NOW))
  expect([finds('limburg'), finds('maas wad'), finds('noord')]).toEqual([false, true, false])
  write(tx => tx.update(themes).set({ name: 'Schulden' }).where(eq(themes.id, armoede)).run())
  expect([finds('armoede'), finds('schuld jong')]).toEqual([false, true])
  write(tx => setThemes(tx, event.id, [jongeren]))
  write(tx => setCohosts(tx, event, []))
  expect([finds('schulden'), finds('maas'), finds('jongeren')]).toEqual([false, false, true])
  const edit = { ...getEvent(db, event.id), title: 'Iets anders', groupId: zuid.id }
  write(tx => editEvent(tx, getEvent(db, event.id), edit, [], { ...EDITOR, revision: edit.revision }, NOW))
  expect([finds('gezin'), finds('wad'), finds('anders maas')]).toEqual([false, false, true])
})

test('a draft is found by nobody, and one that is removed leaves nothing behind', () => {
  const { db, event, finds } = openProgramme()
  const { groupId, kind, timeZone, durationMinutes, attendance, localStart } = event
  const setting = { groupId, kind, timeZone, durationMinutes, attendance, localStart }
  const draft = writeNow(db, tx => createEvent(tx, { ...setting, title: 'Geheim' }, NOW))
  const kept = () => db.$client.prepare(`select count(*) from event_search('geheim')`).pluck().get()
  expect([finds('geheim'), kept()]).toEqual([false, 1])
  writeNow(db, tx => deleteDraft(tx, draft, { ...EDITOR, revision: draft.revision }, NOW))
  expect(kept()).toBe(0)
})

test('what is over is found in the same way', () => {
  const { db, noord } = openProgramme()
  makeEvent(db, noord, { title: 'Oude wijn', localStart: '2026-10-01T12:00' })
  expect(listPast(db, { q: 'wijn oud' }, NOW, 10)).toHaveLength(1)
})

test('a search of nothing but signs is no search', () => {
  const { find } = openProgramme()
  for (const q of ['', '   ', '"', '*', '-', '()', '%_', '\u0000']) expect(find(q), q).toHaveLength(1)
})

const WORDS = ['eén', 'een', 'eenzaam', 'wijk', 'Wïjken', 'over', 'zorg', 'Ör', 'or', 'near', 'not', 'and', '12', '1e']
const word = fc.constantFrom(...WORDS)
const text = fc
  .array(fc.oneof(word, fc.constantFrom('-', '"', "l'", '(', '*')), { maxLength: 5 })
  .map(all => all.join(' '))
const programme = fc.array(
  fc.record({ title: text, summary: text, description: text, yield: text, speakers: fc.array(text, { maxLength: 2 }) }),
  { minLength: 1, maxLength: 5 },
)
const SYNTAX = [
  '"',
  '*',
  'OR',
  'NOT',
  'NEAR(',
  ')',
  '-',
  '^',
  ':',
  'words:',
  '{',
  '\u0000',
  "'",
  ';',
  '+',
  'AND',
  '""',
  '%',
  '\\',
]
const query = fc
  .array(
    fc.oneof(
      word,
      word.map(one => one.slice(0, 2)),
      fc.constantFrom(...SYNTAX),
    ),
    { maxLength: 6 },
  )
  .map(all => all.join(' '))

const bare = (value: string) => value.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
const wordsOf = (value: string) =>
  bare(value)
    .split(/[^a-z0-9]+/)
    .filter(Boolean)

test('it finds what comparing every word by itself finds, whatever is typed between the words', () => {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db, { name: 'Q' })
  const made = Array.from({ length: 5 }, () => makeEvent(db, group, { title: 'x' }))
  fc.assert(
    fc.property(programme, query, (list, q) => {
      const nothing = { title: '', summary: '', description: '', yield: '', speakers: [] }
      for (const [index, { id }] of made.entries()) {
        db.update(events)
          .set(list[index] ?? nothing)
          .where(eq(events.id, id))
          .run()
      }
      const wanted = wordsOf(q).slice(0, 8)
      const holds = (one: (typeof list)[number]) => {
        const own = wordsOf([one.title, one.summary, one.description, one.yield, ...one.speakers, group.name].join(' '))
        return wanted.every(wish => own.some(have => have.startsWith(wish)))
      }
      const found = listUpcoming(db, { q }, NOW).map(({ id }) => id)
      const expected = made.filter((_, index) => holds(list[index] ?? nothing)).map(({ id }) => id)
      expect(found).toEqual(expected)
    }),
    { numRuns: 150, seed: 5 },
  )
})

test('any hundred characters get an answer', () => {
  const { db } = openProgramme()
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({
      unit: fc.constantFrom('"', '*', ' ', 'a', 'é', 'OR ', 'NEAR(', '-', ':', '\u0000', '\u0301'),
      maxLength: 100,
    }),
  )
  fc.assert(
    fc.property(anything, q => {
      expect(listUpcoming(db, { q }, NOW).length).toBeLessThan(2)
    }),
    { numRuns: 100 },
  )
})
