// Letters on their way, when something happens meanwhile: a crash between two parts, somebody who stops or is erased, a clock that is
// set right, a backup that is put back, a mail server that is away. Over real SMTP.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { bulletins, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { findBulletin } from '#src/domain/bulletins.ts'
import { listHeld } from '#src/domain/holding.ts'
import { reclaim } from '#src/domain/leases.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findNewsletter, setNewsletter } from '#src/domain/newsletters.ts'
import { createOrganiser, findOrganiserById } from '#src/domain/organisers.ts'
import { eraseAttendee } from '#src/domain/own-data.ts'
import { findPerson } from '#src/domain/people.ts'
import { bringBack } from '#src/domain/restoring.ts'
import { recordOutcome } from '#src/domain/sending.ts'
import { isAnyToSpread, recallBulletin, releaseBulletin, spread, testBulletin } from '#src/domain/spreading.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { findSubscription, stopLetters } from '#src/domain/subscriptions.ts'
import { takeDue } from '#src/jobs/due.ts'
import { letterWish, makeNewsletter, subscribe } from '../support/letters.ts'
import { editing, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

let office: PostOffice
beforeEach(async () => {
  office = await openPostOffice()
})
afterEach(() => office.close())

const GROUP = [letterWish('newsletter', 'g1')]
const reader = (index: number) => `lezer${index}@example.org`
const ZONE = 'Europe/Amsterdam'

/** A group with an organiser, an event, and so many people who get its newsletter. */
function openLetters({ db }: Pick<PostOffice, 'db'>, count: number) {
  const group = makeGroup(db)
  const event = makeEvent(db, group)
  writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  for (let index = 0; index < count; index++) subscribe(db, reader(index), GROUP, NOW)
  db.delete(messages).run()
  return { group, event }
}

const release = ({ db }: Pick<PostOffice, 'db'>, id: number, shown: number, now = NOW) =>
  writeNow(db, tx => {
    const bulletin = findBulletin(tx, id)
    if (!bulletin) throw new Error('no bulletin')
    return releaseBulletin(tx, bulletin, { organiserId: 1, revision: bulletin.revision, shown }, now)
  })
const received = () => office.mailbox.received.map(({ to }) => to[0])
const pass = async (duration: Temporal.DurationLike) => {
  office.clock.advance(duration)
  await office.deliver()
}

describe('copies', () => {
  test('are made in parts of as many subscriptions, however few of them read it', () => {
    const { group } = openLetters(office, 250)
    const { db } = office
    const last = subscribe(db, 'laatste@example.org', [letterWish('newsletter', 'g1')], NOW)
    for (let id = 1; id < last.id; id++) writeNow(db, tx => stopLetters(tx, { id }, NOW))
    const { id } = makeNewsletter(db, group)
    release(office, id, 1)
    const made: [number | undefined, number][] = []
    while (isAnyToSpread(db)) {
      writeNow(db, tx => spread(tx, NOW))
      const copies = office.messages().filter(({ bulletinId }) => bulletinId === id)
      made.push([findBulletin(db, id)?.spreadTo, copies.length])
    }
    expect(made).toEqual([
      [100, 0],
      [200, 0],
      [251, 1],
      [251, 1],
    ])
  })

  test('that leave together are judged by one look at what is in them', () => {
    const { group } = openLetters(office, 40)
    const { db } = office
    release(office, makeNewsletter(db, group).id, 40)
    while (isAnyToSpread(db)) writeNow(db, tx => spread(tx, NOW))
    const take = () =>
      writeNow(db, tx =>
        takeDue(tx, 'me', { queue: 'ordinary', limit: 20 }, NOW.add({ minutes: 3 }), error => {
          throw error
        }),
      )
    const statement = Object.getPrototypeOf(db.$client.prepare('select 1'))
    const { all } = statement
    const looks: string[] = []
    statement.all = function (this: { source: string }, ...given: unknown[]) {
      if (this.source.includes('from "bulletin_items"')) looks.push(this.source)
      return all.apply(this, given)
    }
    const taken = take()
    statement.all = all
    expect([taken.length, looks.length]).toEqual([20, 1])
  })
})

test('§8.40 letters keep to the rate, and whoever registers meanwhile has their confirmation before the rest of them', async () => {
  await office.close()
  office = await openPostOffice({ config: { mailRate: 5 } })
  const { group, event } = openLetters(office, 40)
  release(office, makeNewsletter(office.db, group).id, 40)
  await pass({ minutes: 3 })
  expect(received()).toHaveLength(5)
  makeRegistration(office.db, event, { email: 'haast@example.org' }, office.clock.now())
  writeNow(office.db, tx => {
    const wishes = GROUP
    requestSubscription(tx, { email: 'bewijs@example.org', locale: 'nl', wishes }, office.clock.now())
  })
  await pass({ seconds: 1 })
  expect(received()).toHaveLength(10)
  expect(received().slice(5)).toEqual(expect.arrayContaining(['haast@example.org', 'bewijs@example.org']))
  for (let second = 0; second < 7; second++) await pass({ seconds: 1 })
  expect(new Set(received()).size).toBe(42)
})

describe('meanwhile', () => {
  test('a letter of which no copy can be made is told of, and holds up no other mail', async () => {
    const { group, event } = openLetters(office, 1)
    const { db } = office
    release(office, makeNewsletter(db, group).id, 1)
    db.$client.exec(
      "create trigger t before insert on messages when new.kind = 'newsletter' begin select raise(abort, 'no'); end",
    )
    makeRegistration(db, event, { email: 'haast@example.org' }, NOW)
    await office.deliver()
    expect(received()).toEqual(['haast@example.org'])
    expect(office.lines.filter(({ level }) => level === 'error').map(({ text }) => text)).toContain(
      'the copies of a letter were not made',
    )
    db.$client.exec('drop trigger t')
    await pass({ minutes: 3 })
    expect(received()).toEqual(['haast@example.org', reader(0)])
  })

  test('a newsletter that waits for another try leaves without what has begun by then', async () => {
    const { group } = openLetters(office, 1)
    const { db, clock } = office
    makeEvent(db, group, { slug: 'straks', title: 'Straks al', localStart: '2026-11-21T10:30' })
    release(office, makeNewsletter(db, group).id, 1)
    await office.deliver()
    office.mailbox.next('local_error')
    await pass({ minutes: 3 })
    expect(office.messages().map(({ state, attempts }) => [state, attempts])).toEqual([['queued', 1]])
    clock.set('2026-11-21T09:31:00Z')
    await office.deliver()
    const [mail] = office.mailbox.received
    expect(received()).toEqual([reader(0)])
    expect(mail?.mail.text).not.toContain('Straks al')
    expect(mail?.mail.text).toContain('Eén gezin')
  })

  test('a test that waits for another try comes to the organiser who asked for it, as it is by then', async () => {
    const { group, event } = openLetters(office, 1)
    const { db, clock } = office
    const bulletin = makeNewsletter(db, group)
    writeNow(db, tx => {
      const otto = findOrganiserById(tx, 1)
      if (otto) testBulletin(tx, bulletin, otto, clock.now())
    })
    office.mailbox.next('local_error')
    await office.deliver()
    const to = { ...event, localStart: '2026-12-10T12:00' }
    writeNow(db, tx => moveEvent(tx, event, to, '', editing(office, event), clock.now().add({ seconds: 1 })))
    await pass({ minutes: 2 })
    expect(received()).toEqual(['otto@example.org'])
    expect(office.mailbox.received[0]?.mail.text).toContain('do 10 dec')
  })

  test('the mail server was away for a week: nobody gets what is no longer worth sending, and the page counts it', async () => {
    const { group } = openLetters(office, 12)
    const { db } = office
    const { id } = makeNewsletter(db, group)
    release(office, id, 12)
    await office.deliver()
    office.mailbox.always('too_many')
    for (let day = 0; day < 7; day++) await pass({ hours: 24 })
    office.mailbox.always('accept')
    await pass({ hours: 2 })
    expect(received()).toEqual([])
    expect(office.messages().map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array(12).fill('dropped expired'),
    )
  })

  test('a clock that was ahead and is set right keeps no copy and no newsletter of a coming month waiting', async () => {
    const { group } = openLetters(office, 130)
    const { db, clock } = office
    writeNow(db, tx => setNewsletter(tx, group, { day: 25, isOn: true, timeZone: ZONE, organiserId: 1 }, NOW))
    clock.set('2026-11-30T09:00:00Z')
    await office.deliver()
    const [made] = db.select().from(bulletins).all()
    expect([made?.month, findNewsletter(db, group)?.nextOn]).toEqual(['2026-11', '2026-12-25'])
    makeEvent(db, group, { slug: 'later', localStart: '2027-03-04T12:00' })
    clock.set('2027-02-26T09:00:00Z')
    await office.deliver()
    expect(findNewsletter(db, group)?.nextOn).toBe('2027-03-25')
    const [, ahead] = db.select().from(bulletins).all()
    release(office, ahead?.id ?? 0, 130, clock.now())
    writeNow(db, tx => spread(tx, clock.now()))
    clock.set('2026-12-01T09:00:00Z')
    await office.deliver()
    expect(findNewsletter(db, group)?.nextOn).toBe('2026-12-25')
    await pass({ minutes: 3 })
    expect(new Set(received()).size).toBe(130)
    expect(received()).toHaveLength(130)
  })

  test('a backup from while copies were made is put back: the rest waits as doubtful, since it may have left', () => {
    const { group } = openLetters(office, 130)
    const { db } = office
    release(office, makeNewsletter(db, group).id, 130)
    writeNow(db, tx => spread(tx, NOW))
    const later = NOW.add({ hours: 3 })
    const { held } = writeNow(db, tx => bringBack(tx, [], later))
    expect([held, isAnyToSpread(db)]).toEqual([130, false])
    expect(listHeld(db, { since: later })).toEqual([{ kind: 'newsletter', doubtful: 130, certain: 0 }])
  })
})

const WHO = fc.nat(9)
const step = fc.oneof(
  fc.record({ does: fc.constantFrom('spread', 'die in spread', 'send', 'die in send') }),
  fc.record({ does: fc.constantFrom('stop', 'erase', 'ask'), who: WHO }),
)

test('whatever dies between two parts, and whoever stops, goes or comes: who stays has it once, and nobody else', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, isRecalled) => {
      const world = openWorld()
      const { db } = world
      const { group } = openLetters(world, 10)
      const { id } = makeNewsletter(db, group)
      release(world, id, 10)
      const at = NOW.add({ minutes: 3 })
      const got: string[] = []
      const touched = new Set<string>()
      const left = new Set<string>()
      const send = (limit: number, isToDie: boolean) => {
        const tasks = writeNow(db, tx => {
          reclaim(tx, at, () => true)
          return takeDue(tx, 'me', { queue: 'ordinary', limit }, at, error => {
            throw error
          })
        })
        if (isToDie) return tasks.length
        for (const { message, draft } of tasks) {
          expect(draft?.occasion).toMatchObject({ issue: { email: message.toAddress } })
          expect(left).not.toContain(message.toAddress)
          got.push(message.toAddress)
          writeNow(db, tx => recordOutcome(tx, message, { result: 'sent' }, at))
        }
        return tasks.length
      }
      const dying = (work: () => void) => expect(work).toThrow('killed')
      for (const one of steps) {
        if (one.does === 'spread') writeNow(db, tx => spread(tx, at, 3))
        else if (one.does === 'die in spread') {
          dying(() =>
            writeNow(db, tx => {
              spread(tx, at, 3)
              throw new Error('killed')
            }),
          )
        } else if (one.does === 'send') send(2, false)
        else if (one.does === 'die in send') send(2, true)
        else if ('who' in one) {
          const email = reader(one.who)
          touched.add(email)
          if (one.does === 'ask') {
            subscribe(db, email, GROUP, at)
            left.delete(email)
          } else {
            left.add(email)
            const person = findPerson(db, email)
            const subscription = person && findSubscription(db, person.id)
            if (subscription && one.does === 'stop') writeNow(db, tx => stopLetters(tx, subscription, at))
            if (one.does === 'erase') writeNow(db, tx => eraseAttendee(tx, email, at))
          }
        }
      }
      if (isRecalled) {
        const before = got.length
        writeNow(db, tx => recallBulletin(tx, findBulletin(tx, id) as never, { id: 1 }, at))
        while (isAnyToSpread(db)) writeNow(db, tx => spread(tx, at, 3))
        for (let round = 0; round < 10; round++) send(5, false)
        expect(got).toHaveLength(before)
      } else {
        while (isAnyToSpread(db)) writeNow(db, tx => spread(tx, at, 3))
        for (let round = 0; round < 10; round++) send(5, false)
        const stayed = Array.from({ length: 10 }, (_, index) => reader(index)).filter(email => !touched.has(email))
        expect(stayed.filter(email => got.filter(one => one === email).length !== 1)).toEqual([])
      }
      const unerased = got.filter(email => !touched.has(email))
      expect(new Set(unerased).size).toBe(unerased.length)
      expect(db.select().from(messages).where(eq(messages.state, 'sending')).all()).toEqual([])
    }),
    { numRuns: 30 },
  )
})
