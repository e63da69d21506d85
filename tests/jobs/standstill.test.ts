// When mail as a whole is down: who is told, when, and that a restart does not forget it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import type { Group } from '#src/domain/groups.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { findStandstill } from '#src/domain/standstill.ts'
import { openCounter, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { type Mailbox, openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

let office: PostOffice
let mailbox: Mailbox
let group: Group
let counter: Awaited<ReturnType<typeof openCounter>>
beforeEach(async () => {
  mailbox = await openMailbox({ auth: true })
  office = await openPostOffice({ mailbox })
  group = makeGroup(office.db)
  const event = makeEvent(office.db, group)
  for (const name of ['a', 'b', 'c']) makeRegistration(office.db, event, { email: `${name}@example.org` })
  counter = await openCounter(office, group)
})
afterEach(() => office.close())

const standstill = () => findStandstill(office.db, office.clock.now())
const at = async (time: string) => {
  office.clock.set(`2026-11-21T${time}Z`)
  await office.deliver()
}
const OK = [200, { status: 'ok', database: true, migrations: true, worker: true }]

describe('a mail server that is not there', () => {
  beforeEach(() => mailbox.close())

  test('is nobody’s concern for an hour; then the console and /readyz say it, also after a restart', async () => {
    await office.deliver()
    await at('09:59:59')
    expect(await counter.ready()).toEqual(OK)
    expect(await counter.read('/console')).not.toContain('geen mail weg')

    await at('10:00:00')
    const down = {
      down_since: '2026-11-21T09:00:00Z',
      reason: expect.stringMatching(/^ESOCKET: connect ECONNREFUSED •••/),
    }
    expect(await counter.ready()).toEqual([
      200,
      { status: 'degraded', database: true, migrations: true, worker: true, mail: down },
    ])
    for (const path of ['/console', '/console/outbox']) {
      const page = await counter.read(path)
      expect(page).toContain('Er gaat al een tijd geen mail weg')
      expect(page).toContain('Sinds zaterdag 21 november 2026, 10.00 kregen we geen mail weg. We blijven het proberen.')
      expect(page).toContain('3 mails wachten. Er raakt niets kwijt')
      expect(page).toContain('Vraag de beheerder of de mailserver het doet. Dit kregen we terug: ESOCKET')
    }
    expect(await counter.read('/console?lang=en')).toContain('No mail has left for some time')

    await office.restart()
    expect((await counter.ready())[0]).toBe(503)
    await office.deliver()
    expect(await counter.ready()).toEqual([
      200,
      { status: 'degraded', database: true, migrations: true, worker: true, mail: down },
    ])
  })

  test('names neither the mail server nor anybody’s address to a watchman', async () => {
    await office.deliver()
    await at('10:00:00')
    const [, { mail }] = await counter.ready()
    expect(JSON.stringify(mail)).not.toMatch(/127\.0\.0\.1|example|secret/)
  })

  test('is spoken of while mail waits for it; once nothing has been tried for two hours, nobody knows', async () => {
    for (const time of ['09:00:00', '10:00:00', '10:30:00']) await at(time)
    office.clock.set('2026-11-21T12:29:59Z')
    expect(standstill()).toBeDefined()
    office.clock.set('2026-11-21T12:30:00Z')
    expect(standstill()).toBeUndefined()
  })
})

describe('the first mail that', () => {
  beforeEach(async () => {
    mailbox.always('drop_at_mail')
    await office.deliver()
    await at('10:00:00')
    expect((await counter.ready())[1].status).toBe('degraded')
  })

  test.each(['accept', 'unknown_user', 'bad_content'] as const)(
    '(%s) gets an answer over itself ends it',
    async answer => {
      mailbox.always(answer)
      await at('11:00:00')
      expect(await counter.ready()).toEqual(OK)
      expect(await counter.read('/console')).not.toContain('geen mail weg')
      expect(standstill()).toBeUndefined()
    },
  )

  test.each(['greylist', 'shutdown', 'drop_at_end'] as const)('(%s) gets none does not', async answer => {
    mailbox.always(answer)
    await at('11:00:00')
    expect(standstill()).toMatchObject({ since: Temporal.Instant.from('2026-11-21T09:00:00Z'), isShut: false })
  })
})

test('after a standstill nothing waits for the rest of its hour; a mail put off alone is not pressed by others', async () => {
  const waiting = () => office.messages().filter(({ state, attempts }) => state === 'queued' && attempts > 0)
  const waits = () => waiting().map(({ dueAt }) => dueAt.since(office.clock.now()).total('minutes') > 0)
  mailbox.next('greylist', 'greylist', 'accept')
  await office.deliver()
  expect(waits()).toEqual([true, true])

  mailbox.always('drop_at_mail')
  for (const time of ['09:02:00', '09:08:00', '09:25:00', '09:58:00']) await at(time)
  expect(waits()).toEqual([true, true])
  mailbox.always('accept')
  makeRegistration(office.db, makeEvent(office.db, group), { email: 'd@example.org' })
  await at('09:58:30')
  expect(waiting()).toEqual([])
  expect(mailbox.received.map(({ to }) => to[0]).toSorted()).toEqual(
    ['a', 'b', 'c', 'd'].map(name => `${name}@example.org`),
  )
})

describe('a mail server that does not let us in', () => {
  test('shows at once in the console, and after an hour in /readyz', async () => {
    mailbox.always('bad_password')
    await office.deliver()
    expect(await counter.ready()).toEqual(OK)
    const page = await counter.read('/console')
    expect(page).toContain('Er gaat nu geen mail weg')
    expect(page).toContain('3 mails wachten.')
    expect(page).toContain('het adres, de naam, het wachtwoord en de beveiliging. Dit kregen we terug: 535')
    await at('10:00:00')
    expect((await counter.ready())[1]).toMatchObject({
      status: 'degraded',
      mail: { down_since: '2026-11-21T09:00:00Z' },
    })
  })

  test('and repeats what we signed in with, does not get it into the store or the log', async () => {
    mailbox.always('bad_password')
    await office.deliver()
    const secrets = new RegExp(`secret|${Buffer.from('\0agenda\0secret').toString('base64')}`)
    expect(office.messages().map(({ reason }) => reason)).toContain('535 Authentication failed: agenda •••')
    expect(JSON.stringify([office.messages(), standstill(), office.lines])).not.toMatch(secrets)
  })

  test('is asked by one mail after a restart, not by all of them', async () => {
    mailbox.always('bad_password')
    await office.deliver()
    await office.restart()
    mailbox.always('accept')
    mailbox.next('bad_password')
    await at('09:02:00')
    expect(mailbox.received).toEqual([])
    await at('09:03:00')
    expect(mailbox.received).toHaveLength(3)
  })
})

test('what we cut off ourselves at a stop says nothing about the mail server', async () => {
  mailbox.always('hang')
  office.worker().start()
  await expect.poll(() => mailbox.received.length).toBe(3)
  await office.worker().stop()
  expect(office.messages().filter(({ state, reason }) => state === 'queued' && reason)).toHaveLength(3)
  expect(standstill()).toBeUndefined()
})

test('a sign-in link that came too late is no mail that waits', async () => {
  await mailbox.close()
  writeNow(office.db, tx => {
    createOrganiser(tx, 'org@example.org', 'Org', office.clock.now())
    requestSignIn(tx, 'org@example.org', 'nl', office.clock.now())
  })
  await office.deliver()
  await at('10:00:00')
  expect(await counter.read('/console')).toContain('3 mails wachten.')
})
