// Asking somebody to help organise: what an invitation gives, to whom, how often, and what it never does.
import { describe, expect, test } from 'vitest'
import { auditEntries, invitations, messages, organiserSessions, organisers } from '#db/schema.ts'
import { createWrite, writeNow } from '#db/write.ts'
import type { Group } from '#src/domain/groups.ts'
import { getEstate, handOver, regroupSeries, termsFor } from '#src/domain/handovers.ts'
import {
  type Ask,
  accept,
  findInvitation,
  type Invitation,
  invite,
  resend,
  revoke,
  stateOf,
} from '#src/domain/invitations.ts'
import { findRight } from '#src/domain/memberships.ts'
import { createOrganiser, findOrganiser, grant, type Organiser, type Right } from '#src/domain/organisers.ts'
import { getSeries } from '#src/domain/series.ts'
import { Invalid, NotFound, Refusal } from '#src/lib/errors.ts'
import { listMessages, makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

const ASK: Ask = { email: 'nieuw@example.org', right: 'organiser', locale: 'nl' }
const DAY = { hours: 24 }

function openGroup() {
  const { db, clock } = openWorld()
  const noord = makeGroup(db)
  const join = (name: string, right: Right, group: Group = noord) =>
    writeNow(db, tx => {
      const email = `${name.toLowerCase()}@example.org`
      const organiser = findOrganiser(tx, email) ?? createOrganiser(tx, email, name, NOW)
      grant(tx, organiser, group, right)
      return organiser
    })
  const olga = join('Olga', 'owner')
  const ask = (values: Partial<Ask> = {}, by: Organiser = olga) =>
    writeNow(db, tx => invite(tx, by, 'noord', { ...ASK, ...values }, clock.now()))
  const yes = ({ id }: Invitation, name = 'Nieuw') => writeNow(db, tx => accept(tx, id, name, clock.now()))
  const state = ({ id }: Invitation) => {
    const found = findInvitation(db, id)
    return found && stateOf(db, found, clock.now())
  }
  const deeds = () =>
    db
      .select()
      .from(auditEntries)
      .all()
      .map(({ action }) => action)
  return { db, clock, noord, olga, join, ask, yes, state, deeds }
}

test('an invitation is a row and a mail; a yes makes an organiser with the right, and signs them in', () => {
  const { db, noord, ask, yes, deeds } = openGroup()
  const invitation = ask({ locale: 'en' })
  expect(listMessages(db)).toMatchObject([
    { kind: 'invitation', toAddress: 'nieuw@example.org', locale: 'en', invitationId: invitation.id, state: 'queued' },
  ])
  const { organiser, session } = yes(invitation, 'Nia Nieuw')
  expect(organiser).toMatchObject({ email: 'nieuw@example.org', name: 'Nia Nieuw', locale: 'en' })
  expect(session).toMatch(/^[\w-]{43}$/)
  expect(findRight(db, organiser, noord)).toBe('organiser')
  expect(deeds()).toEqual(['member_invited', 'member_joined'])
  const [invited, joined] = db.select().from(auditEntries).all()
  expect([invited?.detail, joined?.detail, joined?.organiserId]).toEqual(['organiser', 'organiser', organiser.id])
})

describe('a yes counts once', () => {
  test('also when it is said twice at the same moment', async () => {
    const { db, clock, ask } = openGroup()
    const { id } = ask()
    const write = createWrite(db)
    const both = await Promise.allSettled([1, 2].map(() => write(tx => accept(tx, id, 'Nieuw', clock.now()))))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(one => one.status === 'rejected')?.reason).toEqual(new Refusal('link_expired'))
    expect(db.select().from(organisers).all()).toHaveLength(2)
    expect(db.select().from(organiserSessions).all()).toHaveLength(1)
  })

  test.each([
    ['after two weeks', 'expired', (world: ReturnType<typeof openGroup>) => world.clock.advance({ hours: 14 * 24 })],
    ['when it was taken back', 'revoked', ({ db, olga }) => writeNow(db, tx => revoke(tx, olga, 'noord', 1, NOW))],
    ['when another one took its place', 'revoked', ({ ask }) => ask({ right: 'host' })],
    [
      'when who asked may no longer give it',
      'void',
      ({ db, olga, noord, join }) => {
        join('Petra', 'owner')
        writeNow(db, tx => grant(tx, olga, noord, 'host'))
      },
    ],
  ] as [string, string, (world: ReturnType<typeof openGroup>) => unknown][])('and not %s', (_when, state, change) => {
    const world = openGroup()
    const invitation = world.ask()
    change(world)
    expect(world.state(invitation)).toBe(state)
    expect(() => world.yes(invitation)).toThrow(new Refusal('link_expired'))
    expect(findOrganiser(world.db, ASK.email)).toBeUndefined()
  })

  test('a moment before two weeks have passed it does', () => {
    const { clock, ask, yes, state } = openGroup()
    const invitation = ask()
    clock.advance({ hours: 14 * 24 - 1, minutes: 59, seconds: 59 })
    expect(state(invitation)).toBe('open')
    expect(yes(invitation).session).toBeDefined()
    expect(state(invitation)).toBe('accepted')
  })
})

test('an earlier one for the same address and group gives way, and its mail stays at home', () => {
  const { db, ask, state } = openGroup()
  const elsewhere = ask({ email: 'ander@example.org' })
  const [first, second] = [ask({ right: 'owner' }), ask({ right: 'viewer' })]
  expect([elsewhere, first, second].map(state)).toEqual(['open', 'revoked', 'open'])
  expect(listMessages(db).map(({ state, reason }) => [state, reason])).toEqual([
    ['queued', ''],
    ['dropped', 'superseded'],
    ['queued', ''],
  ])
})

test('mailed anew it has two weeks again, also when it had run out; the former link is dead', () => {
  const { db, clock, olga, ask, state } = openGroup()
  const first = ask()
  clock.advance({ hours: 20 * 24 })
  const second = writeNow(db, tx => resend(tx, olga, 'noord', first.id, clock.now()))
  expect([state(first), state(second)]).toEqual(['expired', 'open'])
  expect(second).toMatchObject({ email: ASK.email, right: 'organiser' })
})

test('one address gets five a day at most, from whomever', () => {
  const { clock, join, ask } = openGroup()
  const petra = join('Petra', 'owner')
  for (let count = 0; count < 5; count++) ask({}, count % 2 ? petra : undefined)
  expect(() => ask()).toThrow(new Refusal('too_many'))
  expect(ask({ email: 'ander@example.org' }).id).toBeGreaterThan(0)
  clock.advance({ ...DAY, milliseconds: 1 })
  expect(ask().id).toBeGreaterThan(0)
})

describe('who is an organiser already', () => {
  test('gets the right, and no session by a link of two weeks old', () => {
    const { db, noord, ask, yes, join } = openGroup()
    const zuid = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    const sam = join('Sam', 'owner', zuid)
    const { organiser, session } = yes(ask({ email: sam.email }), 'Een ander')
    expect([organiser.id, organiser.name, session]).toEqual([sam.id, 'Sam', undefined])
    expect(findRight(db, sam, noord)).toBe('organiser')
    expect(db.select().from(organiserSessions).all()).toEqual([])
  })

  test('never loses a higher right by it, whatever they had when it was sent', () => {
    const { db, noord, ask, yes, join } = openGroup()
    const invitation = ask({ right: 'viewer' })
    const nia = join('Nieuw', 'organiser')
    yes(invitation)
    expect(findRight(db, nia, noord)).toBe('organiser')
  })

  test('is not asked for what they have here; for more they are', () => {
    const { ask, join } = openGroup()
    join('Nieuw', 'organiser')
    expect(() => ask({ right: 'host' })).toThrow(new Invalid({ email: 'member_already' }))
    expect(ask({ right: 'owner' }).right).toBe('owner')
  })
})

describe('nobody but an owner', () => {
  test.each(['organiser', 'host', 'viewer'] as const)('invites: a %s does not', right => {
    const { db, ask, join } = openGroup()
    const other = join('Ander', right)
    expect(() => ask({ right: 'viewer' }, other)).toThrow(NotFound)
    expect(db.select().from(invitations).all()).toEqual([])
    expect(db.select().from(messages).all()).toEqual([])
  })

  test('of this group takes one back or sends it anew', () => {
    const { db, ask, join } = openGroup()
    const { id } = ask()
    const sam = join('Sam', 'owner', makeGroup(db, { slug: 'zuid', name: 'Zuid' }))
    for (const slug of ['noord', 'zuid']) {
      expect(() => writeNow(db, tx => revoke(tx, sam, slug, id, NOW))).toThrow(NotFound)
      expect(() => writeNow(db, tx => resend(tx, sam, slug, id, NOW))).toThrow(NotFound)
    }
  })
})

describe('handing over', () => {
  function openSeries() {
    const world = openGroup()
    const series = makeSeries(world.db, world.noord)
    const otto = world.join('Otto', 'organiser')
    const over = (
      by: Organiser,
      values: Partial<Parameters<typeof handOver>[3]> = {},
      kind: 'series' | 'group' = 'series',
    ) =>
      writeNow(world.db, tx => {
        const estate = getEstate(tx, by, kind, kind === 'series' ? series.slug : 'noord')
        return handOver(tx, by, estate, { ...ASK, stops: true, ...values }, world.clock.now())
      })
    return { ...world, series, otto, over }
  }

  test('nothing changes until the other says yes; then one right becomes the other’s', () => {
    const { db, noord, otto, over, yes, deeds } = openSeries()
    const invitation = over(otto)
    expect(findRight(db, otto, noord)).toBe('organiser')
    const { organiser } = yes(invitation)
    expect([findRight(db, otto, noord), findRight(db, organiser, noord)]).toEqual([undefined, 'organiser'])
    expect(deeds()).toEqual(['series_handed_over', 'member_joined', 'right_handed_over'])
  })

  test('an owner may keep their own right, or give the other as much', () => {
    const { db, noord, olga, over, yes } = openSeries()
    yes(over(olga, { stops: false }))
    expect(findRight(db, olga, noord)).toBe('owner')
    const { organiser } = yes(over(olga, { email: 'erna@example.org', right: 'owner' }, 'group'))
    expect([findRight(db, olga, noord), findRight(db, organiser, noord)]).toEqual([undefined, 'owner'])
  })

  test('an organiser makes neither two of one right, nor an owner, nor a successor of somebody else', () => {
    const { db, noord, otto, over } = openSeries()
    expect(termsFor(db, otto, noord)).toEqual({ rights: ['organiser'], stops: 'must' })
    expect(() => over(otto, { stops: false })).toThrow(new Refusal('not_possible_now'))
    expect(() => over(otto, { right: 'owner' })).toThrow(new Refusal('not_possible_now'))
    expect(() => over(otto, {}, 'group')).toThrow(NotFound)
    expect(db.select().from(invitations).all()).toEqual([])
  })

  test('a right is handed over once, to whoever was asked last', () => {
    const { otto, over, yes, state } = openSeries()
    const [first, last] = [over(otto), over(otto, { email: 'ander@example.org' })]
    expect([state(first), state(last)]).toEqual(['revoked', 'open'])
    yes(last)
    expect(() => yes(first)).toThrow(new Refusal('link_expired'))
  })

  test('a right that comes from above is not handed over here', () => {
    const { db, noord, otto } = openSeries()
    const wijs = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: noord.id })
    const below = makeSeries(db, wijs, { slug: 'onder' })
    expect(termsFor(db, otto, wijs)).toEqual({ rights: [], stops: 'cannot' })
    const estate = getEstate(db, otto, 'series', below.slug)
    const act = () => writeNow(db, tx => handOver(tx, otto, estate, { ...ASK, stops: true }, NOW))
    expect(act).toThrow(new Refusal('not_possible_now'))
  })

  test('the last owner is not replaced by an organiser, and not by themselves', () => {
    const { olga, over } = openSeries()
    expect(() => over(olga, { right: 'organiser' })).toThrow(new Invalid({ right: 'last_owner' }))
    expect(() => over(olga, { email: olga.email, right: 'owner' })).toThrow(new Invalid({ email: 'own_address' }))
  })

  test('an owner that the group cannot miss when the other says yes, stays', () => {
    const { db, noord, olga, join, over, yes } = openSeries()
    const petra = join('Petra', 'owner')
    const invitation = over(olga, { right: 'organiser' })
    writeNow(db, tx => grant(tx, petra, noord, 'viewer'))
    yes(invitation)
    expect(findRight(db, olga, noord)).toBe('owner')
  })

  test('a series goes to another group with its rights, for who has a right in both', () => {
    const { db, noord, olga, otto, series, join } = openSeries()
    const zuid = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    const move = (by: Organiser) => writeNow(db, tx => regroupSeries(tx, by, series.slug, zuid.id, NOW))
    expect(() => move(otto)).toThrow(NotFound)
    join('Otto', 'host', zuid)
    expect(() => move(otto)).toThrow(NotFound)
    expect(getSeries(db, series.slug).groupId).toBe(noord.id)
    join('Otto', 'organiser', zuid)
    move(otto)
    expect(getSeries(db, series.slug).groupId).toBe(zuid.id)
    expect(() => getEstate(db, olga, 'series', series.slug)).toThrow(NotFound)
    const moved = db
      .select()
      .from(auditEntries)
      .all()
      .filter(({ action }) => action === 'series_regrouped')
    expect(moved.map(({ groupId, detail }) => [groupId, detail])).toEqual([
      [noord.id, 'eerste-donderdag/zuid'],
      [zuid.id, 'eerste-donderdag/zuid'],
    ])
  })
})
