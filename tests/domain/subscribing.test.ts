// Asking for letters: nothing comes of a typed address but one mail, and nothing is told about it; whoever presses the button in that
// mail gets what was asked for, until they stop.
import { describe, expect, test } from 'vitest'
import { people, subscriptionRequests, subscriptionStops, subscriptions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { eraseAttendee, exportAddress } from '#src/domain/own-data.ts'
import { findRequest, proveSubscription, requestSubscription } from '#src/domain/subscribing.ts'
import { findSubscription, listWishes, setWishes, stopLetters } from '#src/domain/subscriptions.ts'
import { letterWish, subscribe } from '../support/letters.ts'
import { sweepAt } from '../support/swept.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const EMAIL = 'anna@example.org'
const NEWS = [letterWish('newsletter', 'g1')]

function openLetters() {
  const { db } = openWorld()
  const group = makeGroup(db)
  const ask = (wishes = NEWS, at = NOW, email = EMAIL) =>
    writeNow(db, tx => requestSubscription(tx, { email, locale: 'nl', wishes }, at))
  const requests = () => db.select().from(subscriptionRequests).all()
  const mails = () => listMessages(db).filter(({ kind }) => kind === 'subscription_proof')
  return { db, group, ask, requests, mails }
}

describe('asking', () => {
  test('makes nobody a subscriber, and mails the address once an hour', () => {
    const { db, ask, requests, mails } = openLetters()
    ask()
    ask([letterWish('announcement', 'g1')], NOW.add({ minutes: 59 }))
    expect([mails().length, requests().length]).toEqual([1, 1])
    expect([db.select().from(people).all(), db.select().from(subscriptions).all()]).toEqual([[], []])
    // The mail that went asks about all of it.
    expect(requests()[0]?.wishes).toEqual([...NEWS, letterWish('announcement', 'g1')])
    ask(NEWS, NOW.add({ minutes: 61 }))
    expect(mails().length).toBe(2)
    expect(requests()[0]?.wishes).toHaveLength(2)
    // What ran out before it was proven is asked for no more.
    ask(NEWS, NOW.add({ hours: 74 }))
    expect(requests()[0]?.wishes).toEqual(NEWS)
  })

  test('leaves what somebody gets as it is, until they say yes', () => {
    const { db, ask } = openLetters()
    const { id } = subscribe(db, EMAIL, NEWS)
    ask([letterWish('announcement', 'g1')], NOW.add({ hours: 2 }))
    expect(listWishes(db, id)).toEqual(NEWS)
  })

  test('is good for three days, and once', () => {
    const { db, ask, requests } = openLetters()
    ask()
    const [request] = requests()
    if (!request) throw new Error('no request')
    const at = NOW.add({ hours: 72 })
    expect(findRequest(db, request, at.subtract({ milliseconds: 1 }))).toBeDefined()
    expect(findRequest(db, request, at)).toBeUndefined()
    writeNow(db, tx => proveSubscription(tx, request, NOW))
    expect(findRequest(db, request, NOW)).toBeUndefined()
  })
})

describe('what somebody gets', () => {
  test('grows with each yes, and is what they tick on their own page', () => {
    const { db } = openLetters()
    subscribe(db, EMAIL, NEWS)
    const one = subscribe(db, EMAIL, [...NEWS, letterWish('announcement', 'g1')], NOW.add({ hours: 2 }))
    expect(listWishes(db, one.id)).toEqual([...NEWS, letterWish('announcement', 'g1')])
    writeNow(db, tx => setWishes(tx, one, [letterWish('announcement', 'g1')], NOW))
    expect(listWishes(db, one.id)).toEqual([letterWish('announcement', 'g1')])
    expect(db.select().from(subscriptionStops).all()).toMatchObject([{ letter: 'newsletter', groupId: null }])
  })

  test('ends once: the day of the first stop counts', () => {
    const { db } = openLetters()
    const one = subscribe(db, EMAIL, NEWS)
    for (const hours of [1, 2]) writeNow(db, tx => stopLetters(tx, one, NOW.add({ hours })))
    expect(findSubscription(db, one.personId)?.stoppedAt).toEqual(NOW.add({ hours: 1 }))
    expect(db.select().from(subscriptionStops).all()).toHaveLength(1)
  })
})

describe('what is kept', () => {
  test('an address without registrations stays as long as it gets letters, and its proof half a year longer', () => {
    const { db } = openLetters()
    const one = subscribe(db, EMAIL, NEWS)
    const emails = () =>
      db
        .select({ email: people.email })
        .from(people)
        .all()
        .map(({ email }) => email)
    sweepAt(db, NOW.add({ hours: 24 * 900 }))
    expect(emails()).toEqual([EMAIL])
    const stopped = NOW.add({ hours: 24 * 901 })
    writeNow(db, tx => stopLetters(tx, one, stopped))
    sweepAt(db, stopped.add({ hours: 24 * 180 }))
    expect([emails(), db.select().from(subscriptions).all().length]).toEqual([[EMAIL], 1])
    sweepAt(db, stopped.add({ hours: 24 * 190 }))
    expect([emails(), db.select().from(subscriptions).all()]).toEqual([[null], []])
  })

  test('a question that nobody answered goes after it has run out', () => {
    const { db, ask, requests } = openLetters()
    ask()
    sweepAt(db, NOW.add({ hours: 72 + 23 }))
    expect(requests()).toHaveLength(1)
    sweepAt(db, NOW.add({ hours: 72 + 25 }))
    expect(requests()).toEqual([])
  })

  test('is shown to who asks, and erased', () => {
    const { db, group, ask, requests } = openLetters()
    const one = subscribe(db, EMAIL, NEWS)
    ask([letterWish('announcement', 'g1')], NOW.add({ hours: 2 }))
    expect(exportAddress(db, EMAIL)).toMatchObject({
      letters: { provenAt: String(NOW), topics: [{ letter: 'newsletter', name: group.name }] },
      lettersAsked: { wishes: [{ letter: 'announcement', name: group.name }] },
    })
    makeRegistration(db, makeEvent(db, group), { email: EMAIL })
    expect(writeNow(db, tx => eraseAttendee(tx, EMAIL, NOW))).toBe(true)
    expect([findSubscription(db, one.personId), requests(), listWishes(db, one.id)]).toEqual([undefined, [], []])
  })

  test('also of an address that only asked', () => {
    const { db, ask, requests, mails } = openLetters()
    ask()
    expect(exportAddress(db, EMAIL)).toMatchObject({ lettersAsked: { email: EMAIL } })
    expect(writeNow(db, tx => eraseAttendee(tx, EMAIL, NOW))).toBe(true)
    expect([requests(), mails()]).toEqual([[], []])
  })
})
