// What leaves first, how fast, and what nothing else may hold up; over real SMTP.
import { afterEach, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { requestMyLink } from '#src/domain/people.ts'
import { register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { openCounter, openPostOffice, type PostOffice, type PostOfficeOptions } from '../support/postoffice.ts'
import { applicant, makeEvent, makeGroup, runningClock } from '../support/world.ts'

let office: PostOffice
afterEach(() => office.close())

const open = async (options: PostOfficeOptions = {}) => {
  office = await openPostOffice(options)
  writeNow(office.db, tx => createOrganiser(tx, 'org@example.org', 'Org', office.clock.now()))
}
const received = () => office.mailbox.received
const addresses = () => received().map(({ to }) => to[0])
const askLink = () => office.write(tx => requestSignIn(tx, 'org@example.org', 'nl', office.clock.now()))
const kindsOf = (state: string) => office.messages().flatMap(row => (row.state === state ? [row.kind] : []))

function registerMany(count: number) {
  const group = makeGroup(office.db)
  const event = makeEvent(office.db, group, { capacityOnline: 1000 })
  writeNow(office.db, tx => {
    for (let index = 0; index < count; index++)
      register(tx, event, applicant({ email: `p${index}@example.org` }), office.clock.now())
  })
  return { event, group }
}

describe('with a rate', () => {
  test('§8.40 of 5 a second 200 mails take 39 seconds to the millisecond, and a link asked for last is next', async () => {
    await open({ config: { mailRate: 5 } })
    registerMany(200)
    const counts: number[] = []
    for (let second = 0; second < 40; second++) {
      await office.deliver()
      counts.push(received().length)
      office.clock.advance({ milliseconds: 999 })
      if (second === 20) await askLink()
      await office.deliver()
      expect(received()).toHaveLength(counts[second] ?? 0)
      office.clock.advance({ milliseconds: 1 })
    }
    expect(counts).toEqual(Array.from({ length: 40 }, (_, second) => 5 * (second + 1)))
    expect(addresses().indexOf('org@example.org')).toBeGreaterThanOrEqual(105)
    expect(addresses().indexOf('org@example.org')).toBeLessThan(110)
    await office.deliver()
    expect(new Set(addresses())).toHaveLength(201)
    expect(kindsOf('sent')).toHaveLength(201)
  })

  test('§8.40 in real time: 61 mails at 20 a second take three seconds, and a link asked for last is there within two', async () => {
    await open({ config: { mailRate: 20 }, clock: runningClock() })
    office.nudged()
    const begun = performance.now()
    registerMany(60)
    await askLink()
    const asked = performance.now()
    await expect.poll(addresses, { timeout: 2000, interval: 10 }).toContain('org@example.org')
    expect(performance.now() - asked).toBeLessThan(2000)
    await expect.poll(() => received().length, { timeout: 20_000, interval: 10 }).toBe(61)
    expect(performance.now() - begun).toBeGreaterThan(2990)
  })
})

describe('with every ordinary connection hanging', () => {
  test('§8.40 a sign-in link, a link to one’s own page and a proof of an address leave within two seconds', async () => {
    await open({ clock: runningClock() })
    office.mailbox.next(...Array<'hang'>(5).fill('hang'))
    office.nudged()
    registerMany(60)
    office.worker().wake()
    await expect.poll(() => received().length, { interval: 10 }).toBe(5)
    expect(kindsOf('sending')).toHaveLength(40)

    const asked = performance.now()
    await askLink()
    await office.write(tx => requestMyLink(tx, 'p7@example.org', 'nl', office.clock.now()))
    // Of somebody whose own confirmation hangs.
    await office.write(tx => requestAddress(tx, getRegistration(tx, 1), 'ander@example.org', office.clock.now()))
    const urgent = () => addresses().slice(5).toSorted()
    const expected = ['ander@example.org', 'org@example.org', 'p7@example.org']
    await expect.poll(urgent, { timeout: 2000, interval: 10 }).toEqual(expected)
    expect(performance.now() - asked).toBeLessThan(2000)
    await expect.poll(() => kindsOf('sent').toSorted()).toEqual(['address', 'my', 'sign_in'])
    expect(kindsOf('sending')).toHaveLength(40)
  })
})

describe('a mail server that finds it too much', () => {
  test.each([
    ['too_many', 8, 4],
    ['too_fast', 8, 4],
    ['too_many', undefined, 5],
  ] as const)(
    '(%s) gets half of %s, and the console says so until ten quiet minutes later',
    async (says, mailRate, half) => {
      await open({ config: { mailRate } })
      const { group } = registerMany(1)
      const counter = await openCounter(office, group)
      office.mailbox.next(says)
      await office.deliver()
      const page = await counter.read('/console')
      expect(page).toContain('De mail gaat nu langzamer weg')
      expect(page).toContain(`We sturen er nu hoogstens ${half * 60} per minuut.`)
      expect(page).toContain('vanaf zaterdag 21 november 2026, 10.10 weer gewoon. Eén mail wacht.')

      const event = makeEvent(office.db, group, { capacityOnline: 1000, slug: 'b' })
      writeNow(office.db, tx => {
        for (let index = 0; index < 20; index++)
          register(tx, event, applicant({ email: `q${index}@example.org` }), office.clock.now())
      })
      office.clock.advance({ seconds: 1 })
      await office.deliver()
      expect(received()).toHaveLength(half)
      office.clock.advance({ seconds: 1 })
      await office.deliver()
      expect(received()).toHaveLength(2 * half)
      office.clock.advance({ minutes: 10 })
      await office.deliver()
      expect(await counter.read('/console')).not.toContain('langzamer')
      for (let second = 0; second < 5; second++) {
        office.clock.advance({ seconds: 1 })
        await office.deliver()
      }
      expect(kindsOf('sent')).toHaveLength(21)
      expect(office.lines.filter(({ text }) => /slower|full rate/.test(text)).map(({ level }) => level)).toEqual([
        'warn',
        'info',
      ])
    },
  )

  test('greylisting one mail slows nothing down', async () => {
    await open({ config: { mailRate: 8 } })
    registerMany(1)
    office.mailbox.next('greylist')
    await office.deliver()
    expect(office.worker().slowed).toBeUndefined()
  })
})
