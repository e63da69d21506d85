// Rights in groups: who gives and takes them, and what nobody can do, whatever they send.
import { describe, expect, test } from 'vitest'
import { auditEntries, memberships, organiserSessions, passkeys } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import type { Group } from '#src/domain/groups.ts'
import { changeRight, listBranches, listMembers, removeMember } from '#src/domain/memberships.ts'
import { startSession } from '#src/domain/organiser-sessions.ts'
import { createOrganiser, grant, grantableBy, type Organiser, type Right, rightIn } from '#src/domain/organisers.ts'
import { addPasskey } from '#src/domain/passkeys.ts'
import { NotFound, Refusal } from '#src/lib/errors.ts'
import { makeGroup, NOW, openWorld } from '../support/world.ts'

/** Noord, with WIJS under it: Olga owns both from above, Otto organises in Noord, Kim owns WIJS. */
function openTree() {
  const { db } = openWorld()
  const noord = makeGroup(db)
  const wijs = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: noord.id })
  const join = (name: string, group: Group, right: Right) =>
    writeNow(db, tx => {
      const organiser = createOrganiser(tx, `${name.toLowerCase()}@example.org`, name, NOW)
      grant(tx, organiser, group, right)
      return organiser
    })
  const olga = join('Olga', noord, 'owner')
  const otto = join('Otto', noord, 'organiser')
  const kim = join('Kim', wijs, 'owner')
  const change = (by: Organiser, slug: string, whom: Organiser, was: Right, right: Right) =>
    writeNow(db, tx => changeRight(tx, { by, slug, organiserId: whom.id, was }, right, NOW))
  const remove = (by: Organiser, slug: string, whom: Organiser, was: Right) =>
    writeNow(db, tx => removeMember(tx, { by, slug, organiserId: whom.id, was }, NOW))
  const rights = () =>
    db
      .select()
      .from(memberships)
      .all()
      .map(({ organiserId, groupId, right }) => `${organiserId} ${groupId} ${right}`)
  const deeds = () =>
    db
      .select({
        action: auditEntries.action,
        by: auditEntries.organiserId,
        group: auditEntries.groupId,
        detail: auditEntries.detail,
      })
      .from(auditEntries)
      .all()
  return { db, noord, wijs, olga, otto, kim, join, change, remove, rights, deeds }
}

test('a right counts in the group and in all under it; the highest one tells', () => {
  const { db, noord, wijs, olga, otto, kim } = openTree()
  const of = (organiser: Organiser) => [rightIn(db, organiser, noord), rightIn(db, organiser, wijs)]
  expect([of(olga), of(otto), of(kim)]).toEqual([
    ['owner', 'owner'],
    ['organiser', 'organiser'],
    [undefined, 'owner'],
  ])
  writeNow(db, tx => grant(tx, otto, wijs, 'viewer'))
  expect(of(otto)).toEqual(['organiser', 'organiser'])
  const told = (group: Group) =>
    listMembers(db, group).map(member => [member.organiser.name, member.right, member.group.slug])
  expect(told(noord)).toEqual([
    ['Olga', 'owner', 'noord'],
    ['Otto', 'organiser', 'noord'],
  ])
  expect(told(wijs)).toEqual([
    ['Kim', 'owner', 'wijs'],
    ['Otto', 'viewer', 'wijs'],
    ['Olga', 'owner', 'noord'],
    ['Otto', 'organiser', 'noord'],
  ])
})

test('the tree begins at the highest group of each, with what they are there', () => {
  const { db, otto, kim } = openTree()
  expect(listBranches(db, otto)).toMatchObject([
    {
      group: { slug: 'noord' },
      right: 'organiser',
      children: [{ group: { slug: 'wijs' }, right: 'organiser', children: [] }],
    },
  ])
  expect(listBranches(db, kim)).toMatchObject([{ group: { slug: 'wijs' }, right: 'owner', children: [] }])
})

test('nobody gives more than they have', () => {
  expect([grantableBy('owner'), grantableBy('organiser'), grantableBy('viewer')]).toEqual([
    ['owner', 'organiser', 'host', 'viewer'],
    ['organiser', 'host', 'viewer'],
    ['viewer'],
  ])
})

describe('a right is changed', () => {
  test('by an owner, from above as well, and it is written down without a name', () => {
    const { olga, otto, kim, noord, wijs, change, rights, deeds } = openTree()
    change(olga, 'noord', otto, 'organiser', 'owner')
    change(otto, 'wijs', kim, 'owner', 'host')
    expect(rights()).toEqual([
      `${olga.id} ${noord.id} owner`,
      `${otto.id} ${noord.id} owner`,
      `${kim.id} ${wijs.id} host`,
    ])
    expect(deeds()).toEqual([
      { action: 'right_changed', by: olga.id, group: noord.id, detail: `${otto.id}/owner` },
      { action: 'right_changed', by: otto.id, group: wijs.id, detail: `${kim.id}/host` },
    ])
  })

  test.each([
    ['an organiser makes themselves owner', 'otto', 'noord', 'otto', 'organiser'],
    ['an organiser lowers the owner', 'otto', 'noord', 'olga', 'owner'],
    ['an owner below lowers the owner above', 'kim', 'noord', 'olga', 'owner'],
    ['an owner below gives themselves a right above', 'kim', 'noord', 'kim', 'owner'],
    ['an owner changes a right here that was given above', 'kim', 'wijs', 'otto', 'organiser'],
  ] as const)('never when %s', (_what, by, slug, whom, was) => {
    const tree = openTree()
    const before = tree.rights()
    expect(() => tree.change(tree[by], slug, tree[whom], was, was === 'owner' ? 'viewer' : 'owner')).toThrow(NotFound)
    expect(() => tree.remove(tree[by], slug, tree[whom], was)).toThrow(NotFound)
    expect([tree.rights(), tree.deeds()]).toEqual([before, []])
  })

  test('never on ground that has shifted: two owners at once do not undo each other', () => {
    const { olga, otto, change, rights } = openTree()
    change(olga, 'noord', otto, 'organiser', 'host')
    const before = rights()
    expect(() => change(olga, 'noord', otto, 'organiser', 'owner')).toThrow(new Refusal('changed_meanwhile'))
    expect(rights()).toEqual(before)
  })
})

describe('the last owner of a group at the top', () => {
  test('can be neither lowered nor removed, also not by themselves', () => {
    const { olga, change, remove, rights } = openTree()
    const before = rights()
    expect(() => change(olga, 'noord', olga, 'owner', 'organiser')).toThrow(new Refusal('last_owner'))
    expect(() => remove(olga, 'noord', olga, 'owner')).toThrow(new Refusal('last_owner'))
    expect(rights()).toEqual(before)
  })

  test('can go once there is another, and then that one is the last', () => {
    const { noord, olga, join, remove } = openTree()
    const petra = join('Petra', noord, 'owner')
    remove(petra, 'noord', olga, 'owner')
    expect(() => remove(petra, 'noord', petra, 'owner')).toThrow(new Refusal('last_owner'))
    expect(() => remove(olga, 'noord', petra, 'owner')).toThrow(NotFound)
  })

  test('of a group below it can: those above own it', () => {
    const { db, wijs, olga, kim, remove } = openTree()
    remove(olga, 'wijs', kim, 'owner')
    expect(listMembers(db, wijs).map(member => member.organiser.name)).toEqual(['Olga', 'Otto'])
  })
})

test('whoever has no right left is signed out everywhere; whoever has one elsewhere is not', () => {
  const { db, noord, wijs, olga, otto, kim, remove } = openTree()
  const key = { publicKey: Buffer.from('k'), counter: 0, transports: [] }
  writeNow(db, tx => {
    for (const one of [otto, kim]) {
      startSession(tx, one.id, 'link', NOW)
      addPasskey(tx, one, { ...key, id: `key-${one.id}` }, 'Telefoon', NOW)
    }
    grant(tx, otto, wijs, 'viewer')
  })
  const left = () => [
    db
      .select()
      .from(organiserSessions)
      .all()
      .map(({ organiserId }) => organiserId),
    db
      .select()
      .from(passkeys)
      .all()
      .map(({ organiserId }) => organiserId),
  ]
  remove(olga, 'noord', otto, 'organiser')
  expect(left()).toEqual([
    [otto.id, kim.id],
    [otto.id, kim.id],
  ])
  remove(olga, 'wijs', otto, 'viewer')
  expect(left()).toEqual([[kim.id], [kim.id]])
  expect(rightIn(db, otto, noord)).toBeUndefined()
})
