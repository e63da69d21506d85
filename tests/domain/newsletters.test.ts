// The rhythm of a newsletter: made on its day, once a month, as a draft and never more; one day that went by is caught up with.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { bulletins, events, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { editBulletin } from '#src/domain/bulletin-edits.ts'
import { listItems } from '#src/domain/bulletin-items.ts'
import { composeDue, findNewsletter, isAnyToCompose, refill, setNewsletter } from '#src/domain/newsletters.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { recallBulletin, releaseBulletin, spread } from '#src/domain/spreading.ts'
import { letterWish, makeNewsletter, subscribe } from '../support/letters.ts'
import { makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

const ZONE = 'Europe/Amsterdam'

function openRhythm() {
  const { db } = openWorld()
  const group = makeGroup(db)
  writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const set = (day: number, isOn = true, at = NOW) =>
    writeNow(db, tx => setNewsletter(tx, group, { day, isOn, timeZone: ZONE, organiserId: 1 }, at))
  const at = (day: string) =>
    Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: ZONE, plainTime: '06:00' }).toInstant()
  const pass = (day: string) => {
    const isAny = isAnyToCompose(db, ZONE, at(day))
    writeNow(db, tx => composeDue(tx, ZONE, at(day)))
    return isAny
  }
  const next = () => findNewsletter(db, group)?.nextOn
  const made = () => db.select().from(bulletins).all()
  return { db, group, set, pass, next, made }
}

test.each([
  [21, '2026-12-21'],
  [22, '2026-11-22'],
  [1, '2026-12-01'],
  [28, '2026-11-28'],
])('on day %i the next one, seen from 21 November, is of %s', (day, next) => {
  const { set, next: found } = openRhythm()
  set(day)
  expect(found()).toBe(next)
})

test('it is made on its day and not before, once, and goes to nobody by itself', () => {
  const { db, set, pass, next, made } = openRhythm()
  subscribe(db, 'anna@example.org', [letterWish('newsletter', 'g1')])
  db.delete(messages).run()
  set(5)
  expect([pass('2026-12-04'), made()]).toEqual([false, []])
  expect(pass('2026-12-05')).toBe(true)
  expect(made()).toMatchObject([{ month: '2026-12', releasedAt: null, kind: 'newsletter' }])
  expect([pass('2026-12-05'), made().length, next()]).toEqual([false, 1, '2027-01-05'])
  expect(db.select().from(messages).all()).toEqual([])
})

test('of months in which nothing ran only the present one is made; off it makes none', () => {
  const { set, pass, next, made } = openRhythm()
  set(5)
  expect(pass('2027-03-20')).toBe(true)
  expect([made().map(({ month }) => month), next()]).toEqual([['2027-03'], '2027-04-05'])
  set(5, false)
  expect([pass('2027-05-20'), next()]).toEqual([false, null])
})

test('one that is made a few days late, in the next month, leaves that month its own', () => {
  const { set, pass, next, made } = openRhythm()
  set(28, true, Temporal.Instant.from('2027-02-10T12:00:00Z'))
  expect([next(), pass('2027-03-02'), next()]).toEqual(['2027-02-28', true, '2027-03-28'])
  expect(pass('2027-03-28')).toBe(true)
  expect(made().map(({ month }) => month)).toEqual(['2027-02', '2027-03'])
})

test('a month that was made by hand is not made again', () => {
  const { db, group, set, pass, made } = openRhythm()
  set(22)
  makeNewsletter(db, group)
  expect(() => makeNewsletter(db, group)).toThrow('not_possible_now')
  expect([pass('2026-11-22'), made().length]).toEqual([true, 1])
})

test('one that was called back makes place for another of its month, unless somebody had it', () => {
  const { db, group, set, pass, made } = openRhythm()
  subscribe(db, 'anna@example.org', [letterWish('newsletter', 'g1')])
  makeEvent(db, group)
  const send = () => {
    const bulletin = makeNewsletter(db, group)
    return writeNow(db, tx => {
      const released = releaseBulletin(tx, bulletin, { organiserId: 1, revision: 1, shown: 1 }, NOW)
      spread(tx, NOW)
      return released
    })
  }
  const recall = (bulletin: { id: number }) =>
    writeNow(db, tx => recallBulletin(tx, bulletin as never, { id: 1 }, NOW.add({ minutes: 1 })))
  recall(send())
  const second = send()
  db.update(messages).set({ state: 'sent' }).where(eq(messages.bulletinId, second.id)).run()
  recall(second)
  expect(() => makeNewsletter(db, group)).toThrow('not_possible_now')
  set(22)
  expect([pass('2026-11-22'), made().length]).toEqual([true, 2])
})

test('what is new is added at the end; no room and no personal link comes into its words', () => {
  const { db, group } = openRhythm()
  const first = makeEvent(db, group)
  const bulletin = makeNewsletter(db, group)
  makeEvent(db, group, { slug: 'eerder', localStart: '2026-12-01T12:00' })
  writeNow(db, tx => refill(tx, bulletin, NOW))
  expect(listItems(db, bulletin).map(({ event }) => event.slug)).toEqual([first.slug, 'eerder'])
  const edit = (intro: string) =>
    writeNow(db, tx => editBulletin(tx, bulletin, { subject: '', intro }, { organiserId: 1, revision: 1 }, NOW))
  expect(() => edit(`Kom naar ${first.roomUrl}`)).toThrow('intro')
  expect(() => edit(`https://agenda.example.org/subscriptions/${'x'.repeat(48)}`)).toThrow('intro')
  expect(edit('Een goed jaar!')).toMatchObject({ intro: 'Een goed jaar!', revision: 2 })
})

test('what came out of a meeting is told once, also when it is written down after the newsletter of that month', () => {
  const { db, group } = openRhythm()
  const past = makeEvent(db, group, { localStart: '2026-11-05T12:00' })
  const partOf = (bulletin: { id: number }) => listItems(db, bulletin).map(({ event, part }) => [event.slug, part])
  const first = makeNewsletter(db, group)
  expect(partOf(first)).toEqual([])
  const release = (id: number, at = NOW) =>
    db.update(bulletins).set({ releasedAt: at }).where(eq(bulletins.id, id)).run()
  release(first.id)
  db.update(events).set({ yield: 'Samen eten werkt.' }).where(eq(events.id, past.id)).run()
  const nextMonth = Temporal.Instant.from('2026-12-21T09:00:00Z')
  const second = makeNewsletter(db, group, nextMonth)
  expect(partOf(second)).toEqual([[past.slug, 'past']])
  release(second.id, nextMonth)
  const third = makeNewsletter(db, group, Temporal.Instant.from('2027-01-02T09:00:00Z'))
  expect(partOf(third)).toEqual([])
  db.update(bulletins).set({ recalledAt: nextMonth }).where(eq(bulletins.id, second.id)).run()
  writeNow(db, tx => refill(tx, third, Temporal.Instant.from('2027-01-02T09:00:00Z')))
  expect(partOf(third)).toEqual([[past.slug, 'past']])
})
