// One name for all the ways to write it: proposed, merged, undone, and not proposed again once refused.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { organisationSpellings, organisations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import type { Event } from '#src/domain/events.ts'
import { listProposals } from '#src/domain/organisation-proposals.ts'
import {
  getKeeper,
  type Keeper,
  keepApart,
  listNames,
  listOrganisations,
  mergeSpellings,
  rename,
  separate,
} from '#src/domain/organisations.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { addUp } from '#src/domain/totals.ts'
import { NotFound } from '#src/lib/errors.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

let db: Db
let event: Event
let keeper: Keeper
beforeEach(() => {
  db = openWorld().db
  const group = makeGroup(db)
  event = makeEvent(db, group, { capacityOnline: null })
  const organiser = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  keeper = { organiserId: organiser.id, groupId: group.id }
})

let number = 0
function write(...names: string[]) {
  for (const organisation of names) makeRegistration(db, event, { organisation, email: `m${number++}@example.org` })
}
const proposed = () => listProposals(db, 20).proposals.map(({ spellings }) => spellings.map(one => one.written).sort())
const merge = (name: string, ...spellings: string[]) =>
  writeNow(db, tx => mergeSpellings(tx, name, spellings, keeper, NOW))
const names = () => [...listNames(db)].map(([spelling, { name }]) => [spelling, name]).sort()

describe('what looks the same', () => {
  test.each([
    [['Gem. Groningen', 'gemeente Groningen', 'Groningen']],
    [['Hanze Hogeschool', 'Hanzehogeschool']],
    [['St. Ontmoeting', 'Stichting Ontmoeting']],
    [['Hogeschool van Amsterdam', 'HvA']],
    [['Welzijn Voorbeeld', 'Welzijn Vorbeeld']],
    [['Thuiszorg de Brug B.V.', 'Thuiszorg De Brug']],
    [['Universiteit Twente', 'Univ. Twente']],
  ])('%j', written => {
    write(...written)
    expect(proposed()).toEqual([[...written].sort()])
    // Also when it has been added up.
    writeNow(db, tx => addUp(tx, 10))
    expect(proposed()).toEqual([[...written].sort()])
  })

  test.each([
    [['Gemeente Groningen', 'Provincie Groningen']],
    [['Wijkteam 12 Noordoost', 'Wijkteam 13 Noordoost']],
    [['Jeugdzorg', 'Thuiszorg']],
    [['Wijkteam van Assen', 'Welzijn voor Almere']],
    [['Stichting', 'Gemeente']],
  ])('and what does not: %j', written => {
    write(...written)
    expect(proposed()).toEqual([])
  })

  test('what folds to the same is the same: case, accents, punctuation and spaces ask for nothing', () => {
    write('Gemeente  Súdwest-Fryslân', 'gemeente sudwest fryslan')
    expect(proposed()).toEqual([])
  })

  test('says how many registrations each has, and takes the name of the most', () => {
    write('gem Assen', 'Gemeente Assen', 'Gemeente Assen', 'gem. Assen', 'GEMEENTE ASSEN')
    expect(listProposals(db, 20)).toEqual({
      more: 0,
      proposals: [
        {
          name: 'Gemeente Assen',
          spellings: [
            { spelling: 'gemeente assen', written: 'Gemeente Assen', registered: 3 },
            { spelling: 'gem assen', written: 'gem Assen', registered: 2 },
          ],
        },
      ],
    })
    expect(listProposals(db, 0)).toEqual({ more: 1, proposals: [] })
  })

  test('counts over events and years what reports count, added up or not: nothing of what was cancelled', () => {
    const counts = () => listProposals(db, 20).proposals.map(({ spellings }) => spellings.map(one => one.registered))
    const expectBoth = (wanted: number[][]) => {
      expect(counts()).toEqual(wanted)
      writeNow(db, tx => addUp(tx, 10))
      expect(counts()).toEqual(wanted)
    }
    write('gem Assen', 'Gemeente Assen', 'Gemeente Assen')
    expectBoth([[2, 1]])
    const first = event
    event = makeEvent(db, makeGroup(db, { slug: 'oost' }), { localStart: '2027-03-04T12:00', capacityOnline: null })
    write('gem Assen', 'gem Assen', 'gem Assen', 'Gemeente Assen', 'Hanze Hogeschool', 'Hanzehogeschool')
    expectBoth([
      [4, 3],
      [1, 1],
    ])
    writeNow(db, tx => cancelEvent(tx, event, '', { organiserId: keeper.organiserId, revision: event.revision }, NOW))
    expectBoth([[2, 1]])
    event = first
    write('gem Assen', 'gem Assen')
    expectBoth([[3, 2]])
  })
})

describe('merging', () => {
  test('stays, takes in later spellings of the same name, and proposes what else looks like it', () => {
    write('Gem. Assen', 'Gemeente Assen')
    merge('Gemeente Assen', 'gem assen', 'gemeente assen')
    expect(proposed()).toEqual([])
    expect(names()).toEqual([
      ['gem assen', 'Gemeente Assen'],
      ['gemeente assen', 'Gemeente Assen'],
    ])
    write('Assen')
    expect(proposed()).toEqual([['Assen', 'Gem. Assen', 'Gemeente Assen']])
    merge('GEMEENTE ASSEN', 'Assen')
    expect(db.select().from(organisations).all()).toHaveLength(1)
    expect(listNames(db).get('assen')?.name).toBe('Gemeente Assen')
  })

  test('a spelling stands under one name; a name without any goes', () => {
    merge('A', 'x')
    merge('B', 'x', 'a')
    expect(names()).toEqual([
      ['a', 'B'],
      ['b', 'B'],
      ['x', 'B'],
    ])
    expect(listOrganisations(db, { q: '', after: undefined }, 10).map(({ name }) => name)).toEqual(['B'])
  })

  test('is undone spelling by spelling, and what was taken out is not proposed there again', () => {
    write('Gem. Assen', 'Gemeente Assen')
    const { id } = merge('Gemeente Assen', 'gem assen')
    writeNow(db, tx => separate(tx, id, 'gem assen', keeper, NOW))
    expect(names()).toEqual([['gemeente assen', 'Gemeente Assen']])
    expect(proposed()).toEqual([])
    expect(() => writeNow(db, tx => separate(tx, id, 'gem assen', keeper, NOW))).toThrow(NotFound)
  })

  test('a name is changed, and one that exists takes the other in', () => {
    const { id } = merge('Gem Assen', 'assen')
    writeNow(db, tx => rename(tx, id, 'Gemeente Assen', keeper, NOW))
    expect(new Set(names().map(([, name]) => name))).toEqual(new Set(['Gemeente Assen']))
    const other = merge('Stad Assen', 'de stad')
    writeNow(db, tx => rename(tx, other.id, 'gemeente ASSEN', keeper, NOW))
    expect(db.select().from(organisations).all()).toHaveLength(1)
    expect(db.select().from(organisationSpellings).all()).toHaveLength(5)
  })

  test('a refused proposal does not come back, also not under a name, and others still do', () => {
    write('Gem. Assen', 'Gemeente Assen')
    writeNow(db, tx => keepApart(tx, ['gem assen', 'gemeente assen'], keeper, NOW))
    expect(proposed()).toEqual([])
    merge('Gemeente Assen', 'gemeente assen')
    expect(proposed()).toEqual([])
    write('Gemeente Asssen')
    expect(proposed()).toEqual([['Gem. Assen', 'Gemeente Asssen']])
    writeNow(db, tx => keepApart(tx, ['gem assen', 'gemeente asssen'], keeper, NOW))
    expect(proposed()).toEqual([['Gemeente Assen', 'Gemeente Asssen']])
  })
})

test('only who owns every group at the top keeps the names', () => {
  const group = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
  const organiser = writeNow(db, tx => createOrganiser(tx, 'els@example.org', 'Els', NOW))
  writeNow(db, tx => grant(tx, organiser, group, 'owner'))
  expect(() => getKeeper(db, organiser)).toThrow(NotFound)
  writeNow(db, tx => grant(tx, organiser, { id: keeper.groupId } as typeof group, 'owner'))
  expect(getKeeper(db, organiser)).toEqual({ organiserId: organiser.id, groupId: keeper.groupId })
})
