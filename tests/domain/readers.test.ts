// Who gets a letter: everybody only what they asked for, each at most once, and whoever stopped nothing. Shown for whatever people
// follow, stop and register for, in whatever order.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { messages, people } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { announce, composeAnnouncement, countInterested, findAnnouncement } from '#src/domain/announcements.ts'
import { changeItem } from '#src/domain/bulletin-edits.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import { findBulletin } from '#src/domain/bulletins.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { setThemes } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { setNewsletter } from '#src/domain/newsletters.ts'
import { type Composed, offersOf } from '#src/domain/offers.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { countReaders, itemsFor, listFollowing, listReaders } from '#src/domain/readers.ts'
import { isAnyToSpread, recallBulletin, releaseBulletin, spread } from '#src/domain/spreading.ts'
import { findSubscription, stopAnnouncements, stopLetters, stopNewsletter } from '#src/domain/subscriptions.ts'
import { createTheme } from '#src/domain/themes.ts'
import { letterWish, makeNewsletter, subscribe } from '../support/letters.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW, openWorld } from '../support/world.ts'

/** The association (1), a group under it (2), and one under that (3); two themes; an event of each group. */
function openNetwork() {
  const { db } = openWorld()
  const top = makeGroup(db, { slug: 'netwerk', name: 'Het netwerk' })
  const north = makeGroup(db, { slug: 'noord', parentId: top.id })
  const lab = makeGroup(db, { slug: 'lab', name: 'Lab', parentId: north.id })
  const themes = writeNow(db, tx => {
    createOrganiser(tx, 'otto@example.org', 'Otto', NOW)
    return ['armoede', 'jeugd'].map(slug => createTheme(tx, { slug, name: slug }))
  })
  const list = [top, north, lab].map((group, index) =>
    makeEvent(db, group, { slug: group.slug, title: group.slug, localStart: `2026-12-0${index + 3}T12:00` }),
  )
  writeNow(db, tx => {
    for (const [index, event] of list.entries())
      setThemes(
        tx,
        event.id,
        themes.slice(0, index).map(({ id }) => id),
      )
  })
  const by = { organiserId: 1 }
  const setOn = (group: typeof top) =>
    writeNow(db, tx =>
      setNewsletter(tx, group, { day: 1, isOn: true, timeZone: 'Europe/Amsterdam', organiserId: 1 }, NOW),
    )
  const count = (id: number) => countReaders(db, composedOf(db, id), NOW)
  const send = (id: number) =>
    writeNow(db, tx => {
      const bulletin = findBulletin(tx, id)
      if (!bulletin) throw new Error('no bulletin')
      return releaseBulletin(tx, bulletin, { ...by, revision: bulletin.revision, shown: count(id) }, NOW)
    })
  const tell = (event: Event, also: number[] = []) =>
    writeNow(db, tx => {
      const shown = countReaders(tx, composeAnnouncement(tx, event, also, NOW), NOW)
      return announce(tx, event, { also, intro: '' }, { ...by, shown }, NOW)
    })
  const spreadAll = () => {
    while (isAnyToSpread(db)) writeNow(db, tx => spread(tx, NOW))
  }
  const copies = () => {
    spreadAll()
    return db
      .select({ to: messages.toAddress, bulletin: messages.bulletinId })
      .from(messages)
      .all()
      .filter(({ bulletin }) => bulletin !== null)
  }
  return { db, top, north, lab, themes, list, setOn, count, send, tell, spreadAll, copies }
}

function composedOf(db: Db, id: number) {
  const bulletin = findBulletin(db, id)
  if (!bulletin) throw new Error('no bulletin')
  return withItems(db, bulletin)
}

const itemsOf = (db: Db, composed: Composed, subscription: { id: number; personId: number }) =>
  itemsFor(db, { ...composed, offers: offersOf(db, composed, NOW) }, subscription)
const titles = (db: Db, id: number, subscription: { id: number; personId: number }) =>
  itemsOf(db, composedOf(db, id), subscription).map(({ event }) => event.title)

describe('a newsletter', () => {
  test('gives everybody the items of what they follow, and no mail to whom none is for', () => {
    const { db, top, setOn, count, send, copies } = openNetwork()
    setOn(top)
    const anna = subscribe(db, 'anna@example.org', [letterWish('newsletter', 'g1')])
    const bea = subscribe(db, 'bea@example.org', [letterWish('newsletter', 'g3')])
    const cas = subscribe(db, 'cas@example.org', [letterWish('newsletter', 't2'), letterWish('newsletter', 't1')])
    subscribe(db, 'dirk@example.org', [letterWish('announcement', 'g1')])
    const { id } = makeNewsletter(db, top)
    expect([anna, bea, cas].map(one => titles(db, id, one))).toEqual([
      ['netwerk', 'noord', 'lab'],
      ['lab'],
      ['noord', 'lab'],
    ])
    expect(count(id)).toBe(3)
    expect(listFollowing(db, composedOf(db, id), NOW)).toEqual(
      expect.arrayContaining([
        { key: 'g1', items: 3, followers: 1 },
        { key: 'g2', items: 2, followers: 0 },
        { key: 'g3', items: 1, followers: 1 },
        { key: 't1', items: 2, followers: 1 },
      ]),
    )
    send(id)
    expect(copies().map(({ to }) => to)).toEqual(['anna@example.org', 'bea@example.org', 'cas@example.org'])
  })

  test('of a group that has its own is not written for by the group above', () => {
    const { db, top, north, setOn, count } = openNetwork()
    setOn(top)
    setOn(north)
    subscribe(db, 'bea@example.org', [letterWish('newsletter', 'g3')])
    expect([count(makeNewsletter(db, top).id), count(makeNewsletter(db, north).id)]).toEqual([0, 1])
  })

  test('holds nothing that is hidden or was called off since, and is no mail when that leaves nothing', () => {
    const { db, top, list, count } = openNetwork()
    const bea = subscribe(db, 'bea@example.org', [letterWish('newsletter', 'g3')])
    const bulletin = makeNewsletter(db, top)
    const [, , lab] = list as [Event, Event, Event]
    writeNow(db, tx => changeItem(tx, bulletin, lab.id, 'hide', { organiserId: 1, revision: 1 }, NOW))
    expect([titles(db, bulletin.id, bea), count(bulletin.id)]).toEqual([[], 0])
    writeNow(db, tx => changeItem(tx, bulletin, lab.id, 'show', { organiserId: 1, revision: 2 }, NOW))
    expect(count(bulletin.id)).toBe(1)
    const by = { organiserId: null, revision: getEvent(db, lab.id).revision }
    writeNow(db, tx => cancelEvent(tx, getEvent(db, lab.id), '', by, NOW))
    expect([titles(db, bulletin.id, bea), count(bulletin.id)]).toEqual([[], 0])
  })

  test('goes to as many as the page said, or to nobody', () => {
    const { db, top } = openNetwork()
    const bulletin = makeNewsletter(db, top)
    const release = (shown: number, revision = 1) =>
      writeNow(db, tx => releaseBulletin(tx, bulletin, { organiserId: 1, revision, shown }, NOW))
    expect(() => release(0)).toThrow('not_possible_now')
    subscribe(db, 'anna@example.org', [letterWish('newsletter', 'g1')])
    expect(() => release(2)).toThrow('changed_meanwhile')
    expect(() => release(1, 7)).toThrow('changed_meanwhile')
    release(1)
    expect(() => release(1)).toThrow('changed_meanwhile')
  })

  test('passes over whom mail does not reach', () => {
    const { db, top, count } = openNetwork()
    for (const email of ['anna@example.org', 'bea@example.org']) subscribe(db, email, [letterWish('newsletter', 'g1')])
    const { id } = makeNewsletter(db, top)
    writeNow(db, tx => tx.update(people).set({ undeliverableAt: NOW }).where(eq(people.email, 'bea@example.org')).run())
    expect(count(id)).toBe(1)
  })
})

describe('an announcement', () => {
  test('goes to who follows its group, one above it or its theme, and is not registered', () => {
    const { db, list, tell, copies } = openNetwork()
    const [, , lab] = list as [Event, Event, Event]
    for (const [email, key] of [
      ['anna', 'g1'],
      ['bea', 'g2'],
      ['cas', 't1'],
      ['dirk', 't2'],
      ['els', 'g3'],
    ] as const)
      subscribe(db, `${email}@example.org`, [letterWish('announcement', key)])
    subscribe(db, 'fien@example.org', [letterWish('newsletter', 'g3')])
    makeRegistration(db, lab, { email: 'bea@example.org' })
    expect(countInterested(db, lab, NOW)).toBe(4)
    tell(lab)
    expect(copies().map(({ to }) => to)).toEqual(['anna', 'cas', 'dirk', 'els'].map(name => `${name}@example.org`))
    expect(countInterested(db, lab, NOW)).toBe(0)
  })

  test('is made once for each event, unless it was called back before anybody had it', () => {
    const { db, list, tell, spreadAll } = openNetwork()
    const [event] = list as [Event, Event, Event]
    subscribe(db, 'anna@example.org', [letterWish('announcement', 'g1')])
    const first = tell(event)
    spreadAll()
    expect(() => tell(event)).toThrow('not_possible_now')
    writeNow(db, tx => recallBulletin(tx, first, { id: 1 }, NOW))
    expect(findAnnouncement(db, event)).toBeUndefined()
    const second = tell(event)
    spreadAll()
    writeNow(db, tx => {
      tx.update(messages).set({ state: 'sent' }).where(eq(messages.bulletinId, second.id)).run()
      recallBulletin(tx, second, { id: 1 }, NOW)
    })
    expect(() => tell(event)).toThrow('not_possible_now')
  })

  test.each([
    ['for invited people only', { isInvitationOnly: true }],
    ['that has begun', { localStart: '2026-11-21T09:30' }],
  ])('there is none of an event %s', (_, values) => {
    const { db, top, tell } = openNetwork()
    subscribe(db, 'anna@example.org', [letterWish('announcement', 'g1')])
    const event = makeEvent(db, top, { slug: 'apart', ...values })
    expect(countInterested(db, event, NOW)).toBe(0)
    expect(() => tell(event)).toThrow('not_possible_now')
  })

  test('of dates of a series is one mail, in their order, with those somebody is not registered for', () => {
    const { db, top, tell, copies } = openNetwork()
    const series = makeSeries(db, top)
    const [first, second] = ['2027-01-07T12:00', '2027-02-04T12:00'].map((localStart, index) =>
      makeEvent(db, top, { seriesId: series.id, slug: `datum-${index}`, title: `datum ${index}`, localStart }),
    ) as [Event, Event]
    const anna = subscribe(db, 'anna@example.org', [letterWish('announcement', 'g1')])
    const bea = subscribe(db, 'bea@example.org', [letterWish('announcement', 'g1')])
    makeRegistration(db, first, { email: 'bea@example.org' })
    const { id } = tell(second, [first.id])
    expect([anna, bea].map(one => titles(db, id, one))).toEqual([['datum 0', 'datum 1'], ['datum 1']])
    expect(copies()).toHaveLength(2)
    expect(() => tell(first)).toThrow('not_possible_now')
  })
})

const NAMES = ['anna', 'bea', 'cas', 'dirk'].map(name => `${name}@example.org`)
const KEYS = ['g1', 'g2', 'g3', 't1', 't2']
const who = fc.constantFrom(...NAMES)
const letter = fc.constantFrom('newsletter' as const, 'announcement' as const)
const step = fc.oneof(
  fc.record({ does: fc.constant('follow' as const), who, letter, key: fc.constantFrom(...KEYS) }),
  fc.record({ does: fc.constantFrom('stop_news', 'stop_tell', 'stop_all'), who, group: fc.constantFrom(1, 2, 3) }),
  fc.record({ does: fc.constant('register' as const), who, event: fc.nat(2) }),
  fc.record({ does: fc.constant('tell' as const), event: fc.nat(2) }),
  fc.record({ does: fc.constant('send' as const), group: fc.nat(2) }),
)

test('whatever happens, nobody gets a letter twice, what they did not ask for, or anything after they stopped', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), steps => {
      const { db, top, north, lab, list, send, tell, copies } = openNetwork()
      const groups = [top, north, lab]
      for (const one of steps) {
        const seen = copies().length
        const before = NAMES.filter(email => isStopped(db, email))
        try {
          if (one.does === 'follow') subscribe(db, one.who, [letterWish(one.letter, one.key)])
          else if (one.does === 'register') makeRegistration(db, list[one.event] as Event, { email: one.who })
          else if (one.does === 'tell') tell(list[one.event] as Event)
          else if (one.does === 'send') send(makeNewsletter(db, groups[one.group] ?? top).id)
          else stop(db, one)
        } catch (error) {
          if (!/not_possible_now|changed_meanwhile/.test(String(error))) throw error
        }
        const fresh = copies().slice(seen)
        expect(fresh.filter(({ to }) => before.includes(to))).toEqual([])
        for (const { bulletin, to } of fresh) {
          const subscription = findSubscription(db, personOf(db, to))
          expect(subscription && titles(db, bulletin ?? 0, subscription).length).toBeGreaterThan(0)
        }
        // As a page counts them, so they are when each is asked.
        const items = list.flatMap(event => composeAnnouncement(db, event, [], NOW).items)
        for (const kind of ['newsletter', 'announcement'] as const) {
          const composed = { kind, groupId: top.id, spreadTo: 0, items }
          const each = NAMES.flatMap(email => findSubscription(db, personOf(db, email)) ?? [])
          const wanting = each.filter(own => !own.stoppedAt && itemsOf(db, composed, own).length)
          expect(countReaders(db, composed, NOW)).toBe(wanting.length)
          expect(listReaders(db, composed, 100, NOW).readers.map(({ id }) => id)).toEqual(
            wanting.map(({ id }) => id).toSorted((a, b) => a - b),
          )
        }
      }
      const all = copies().map(({ to, bulletin }) => `${to} ${bulletin}`)
      expect(new Set(all).size).toBe(all.length)
    }),
    { numRuns: 40 },
  )
})

const personOf = (db: Db, email: string) =>
  db.select({ id: people.id }).from(people).where(eq(people.email, email)).get()?.id ?? 0
const isStopped = (db: Db, email: string) => Boolean(findSubscription(db, personOf(db, email))?.stoppedAt)

function stop(db: Db, { does, who: email, group }: { does: string; who: string; group: number }): void {
  const subscription = findSubscription(db, personOf(db, email))
  if (!subscription) return
  writeNow(db, tx => {
    if (does === 'stop_news') stopNewsletter(tx, subscription.id, group, NOW)
    else if (does === 'stop_tell') stopAnnouncements(tx, subscription.id, NOW)
    else stopLetters(tx, subscription, NOW)
  })
}
