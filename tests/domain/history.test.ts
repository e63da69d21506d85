// In which order what was done is found, and how much of it is read.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auditEntries } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { byMoment, groupHistoryIds, listEntries } from '#src/domain/history.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { makeGroup, NOW, openWorld } from '../support/world.ts'

function openGroups() {
  const { db } = openWorld()
  const top = makeGroup(db)
  const below = ['een', 'twee', 'drie'].map(slug => makeGroup(db, { slug, name: slug, parentId: top.id }))
  const me = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const write = (groupId: number, action: 'cover_set' | 'attendance_marked', at = NOW) =>
    db.insert(auditEntries).values({ groupId, action, at }).run()
  return { db, top, groups: [top, ...below], me, write }
}

test('the newest of a group and those under it are the newest of all together, wherever a page begins and ends', () => {
  const { db, top, groups, me, write } = openGroups()
  /** So many times in a row in one group, so that the newest are not spread evenly. */
  const deed = fc.record({ group: fc.nat(3), ofPeople: fc.boolean(), times: fc.nat(25) })
  const wish = fc.record({ before: fc.integer({ min: 1, max: 90 }), limit: fc.integer({ min: 1, max: 60 }) })
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 8 }), wish, fc.boolean(), (deeds, { before, limit }, isPeople) => {
      db.delete(auditEntries).run()
      for (const { group, ofPeople, times } of deeds)
        for (let time = 0; time < times; time++)
          write(groups[group]?.id ?? 0, ofPeople ? 'attendance_marked' : 'cover_set')
      const all = db.select().from(auditEntries).all()
      const first = all[0]?.id ?? 0
      const subject = isPeople ? ('people' as const) : undefined
      const expected = listEntries(
        db,
        all.map(({ id }) => id),
      )
        .filter(({ id, action }) => id < first + before && (!isPeople || action === 'attendance_marked'))
        .map(({ id }) => id)
        .sort((a, b) => b - a)
        .slice(0, limit)
      expect(groupHistoryIds(db, me, top, { subject, before: first + before }, limit)).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('what an import writes down today about last year stands among the acts of last year', () => {
  const { db, top, write } = openGroups()
  for (let days = 0; days < 5; days++) write(top.id, 'cover_set', NOW.subtract({ hours: 24 * ((days * 2) % 5) }))
  expect(byMoment(db, [1, 2, 3, 4, 5])).toEqual([1, 4, 2, 5, 3])
  expect(listEntries(db, [5, 4, 3]).map(({ id }) => id)).toEqual([4, 5, 3])
})
