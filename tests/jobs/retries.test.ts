// What happens to a mail when the mail server, the line or we ourselves fail.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { claim } from '#src/domain/claiming.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import type { Message } from '#src/domain/outbox.ts'
import { retry } from '#src/domain/retrying.ts'
import { freeze } from '#src/domain/sending.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { findStandstill } from '#src/domain/standstill.ts'
import { editing, inviteIn, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { openMailbox } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

let office: PostOffice
let event: Event
beforeEach(async () => {
  office = await openPostOffice()
  event = makeEvent(office.db, makeGroup(office.db))
  makeRegistration(office.db, event)
})
afterEach(() => office.close())

const now = () => office.clock.now()
const received = () => office.mailbox.received
const stateOf = (kind: Message['kind']) => {
  const found = office.messages().filter(message => message.kind === kind)
  return found.map(({ state, attempts, reason }) => [state, attempts, reason])
}
async function after(minutes: number): Promise<void> {
  office.clock.advance({ minutes })
  await office.deliver()
}
const retitle = (title: string) =>
  writeNow(office.db, tx =>
    editEvent(tx, getEvent(tx, event.id), { ...event, title }, [], editing(office, event), now()),
  )

describe('a mail server that says not now', () => {
  test.each(['greylist', 'shutdown'] as const)(
    '§8.35 %s: tried again later, byte for byte the same',
    async behaviour => {
      office.mailbox.next(behaviour)
      await office.deliver()
      const [frozen] = office.messages()
      expect(frozen).toMatchObject({ state: 'queued', attempts: 1, dueAt: now().add({ minutes: 1 }) })
      expect(frozen?.reason).toMatch(/^4\d\d /)
      await after(0)
      expect(received()).toEqual([])
      await after(1)
      expect(received().map(({ raw }) => raw.toString())).toEqual([frozen?.bytes?.toString()])
      expect(received()[0]?.mail).toMatchObject({ messageId: frozen?.messageId, date: '2026-11-21T09:00:00.000Z' })
      expect(stateOf('confirmed')).toEqual([['sent', 2, '']])
    },
  )

  test('for nine days: who registered on the first is told on the tenth', async () => {
    office.mailbox.always('greylist')
    for (let hour = 0; hour < 9 * 24; hour++) await after(60)
    expect(received()).toEqual([])
    office.mailbox.always('accept')
    await after(60)
    expect(received().map(({ mail }) => mail.subject)).toEqual([expect.stringContaining('Je bent aangemeld')])
    expect(stateOf('confirmed')).toEqual([['sent', expect.any(Number), '']])
  })

  test('waits longer each time: 1, 5, 15, 30 minutes, then about an hour', async () => {
    office.mailbox.always('greylist')
    const waits: number[] = []
    for (let attempt = 0; attempt < 6; attempt++) {
      await office.deliver()
      const due = office.messages()[0]?.dueAt ?? now()
      waits.push(due.since(now()).total('minutes'))
      office.clock.set(due.toString())
    }
    expect(waits).toEqual([1, 5, 15, 30, 59, 59])
  })

  test('a line that drops before the message is tried again, even for a reminder', async () => {
    await office.deliver()
    office.clock.set('2026-12-02T11:00:00Z')
    office.mailbox.next('drop_at_mail')
    await office.deliver()
    expect(stateOf('reminder_day')).toEqual([['queued', 1, expect.stringContaining('ECONNECTION')]])
    await after(1)
    expect(stateOf('reminder_day')).toEqual([['sent', 2, '']])
    expect(received()).toHaveLength(2)
  })

  test('a server that is not there is tried again', async () => {
    await office.mailbox.close()
    await office.deliver()
    expect(stateOf('confirmed')).toEqual([['queued', 1, expect.stringContaining('ECONNREFUSED')]])
    expect(findStandstill(office.db, now())).toMatchObject({ since: now(), isShut: false })
  })
})

describe('a mail server that says no', () => {
  test.each(['unknown_user', 'bad_content'] as const)('%s: one attempt, failed, and it says why', async behaviour => {
    office.mailbox.next(behaviour)
    await office.deliver()
    expect(stateOf('confirmed')).toEqual([['failed', 1, expect.stringMatching(/^550 5\./)]])
    await after(600)
    expect(received()).toEqual([])
  })

  test('an organiser can send it again, as it was', async () => {
    office.mailbox.next('bad_content')
    await office.deliver()
    const [failed] = office.messages()
    if (!failed) throw new Error('no mail')
    writeNow(office.db, tx => retry(tx, failed, now()))
    await office.deliver()
    expect(received().map(({ raw }) => raw.toString())).toEqual([failed.bytes?.toString()])
    expect(stateOf('confirmed')).toEqual([['sent', 2, '']])
  })
})

describe('a mail server that does not answer', () => {
  test('§8.34 what matters is sent once more and again, the same bytes, at most three times', async () => {
    office.mailbox.always('drop_at_end')
    await office.deliver()
    expect(stateOf('confirmed')).toEqual([['queued', 1, expect.stringContaining('ECONNECTION')]])
    await after(4)
    expect(received()).toHaveLength(1)
    for (const minutes of [1, 5, 5, 5, 5]) await after(minutes)
    expect(received()).toHaveLength(4)
    expect(new Set(received().map(({ raw }) => raw.toString())).size).toBe(1)
    expect(stateOf('confirmed')).toEqual([['uncertain', 4, expect.any(String)]])
  })

  test('a reminder is left as uncertain, and so it came once', async () => {
    await office.deliver()
    office.mailbox.always('drop_at_end')
    office.clock.set('2026-12-02T11:00:00Z')
    await office.deliver()
    await after(30)
    expect(stateOf('reminder_day')).toEqual([['uncertain', 1, expect.any(String)]])
    expect(received()).toHaveLength(2)
  })
})

describe('a mail server that does not let us in', () => {
  test.each(['bad_password', 'bad_sender'] as const)('§8.37 %s: the queue stops, nobody failed', async behaviour => {
    const mailbox = await openMailbox({ auth: true })
    const other = await openPostOffice({ mailbox })
    const meeting = makeEvent(other.db, makeGroup(other.db))
    for (const name of ['a', 'b', 'c']) makeRegistration(other.db, meeting, { email: `${name}@example.org` })
    mailbox.always(behaviour)
    await other.deliver()
    const confirmed = () => other.messages().filter(({ kind }) => kind === 'confirmed')
    expect(confirmed().map(({ state, attempts }) => [state, attempts])).toEqual(Array(3).fill(['queued', 0]))
    const standstill = () => findStandstill(other.db, other.clock.now())
    expect(standstill()).toMatchObject({
      since: other.clock.now(),
      isShut: true,
      reason: expect.stringMatching(/^5[35]\d /),
    })
    expect(other.lines.filter(({ level }) => level === 'error')).toHaveLength(1)

    mailbox.always('accept')
    await other.deliver()
    expect(mailbox.received).toEqual([])
    other.clock.advance({ minutes: 1 })
    await other.deliver()
    expect(mailbox.received).toHaveLength(3)
    expect(standstill()).toBeUndefined()
    await other.close()
  })

  test('§8.38 a sign-in link that died meanwhile never leaves', async () => {
    const mailbox = await openMailbox({ auth: true })
    const other = await openPostOffice({ mailbox })
    writeNow(other.db, tx => {
      createOrganiser(tx, 'org@example.org', 'Org', other.clock.now())
      requestSignIn(tx, 'org@example.org', 'nl', other.clock.now())
    })
    mailbox.always('bad_password')
    await other.deliver()
    mailbox.always('accept')
    other.clock.advance({ minutes: 11 })
    await other.deliver()
    expect(mailbox.received).toEqual([])
    expect(other.messages().map(({ kind, state, reason, bytes }) => [kind, state, reason, bytes])).toEqual([
      ['sign_in', 'dropped', 'expired', null],
    ])
    await other.close()
  })
})

describe('a mail that has been written and not sent', () => {
  test('gives way to a new one when a text changes', async () => {
    office.mailbox.next('greylist')
    await office.deliver()
    office.clock.advance({ seconds: 10 })
    retitle('Een betere titel')
    await after(1)
    expect(stateOf('confirmed')).toEqual([
      ['dropped', 2, 'superseded'],
      ['sent', 1, ''],
    ])
    expect(received().map(({ mail }) => mail.subject)).toEqual(['Je bent aangemeld: Een betere titel (do 3 dec)'])
    expect(new Set(office.messages().flatMap(({ messageId }) => messageId ?? [])).size).toBe(2)
  })

  test('so does a reminder, which is not lost', async () => {
    await office.deliver()
    office.clock.set('2026-12-02T11:00:00Z')
    office.mailbox.next('greylist')
    await office.deliver()
    office.clock.advance({ seconds: 10 })
    retitle('Een betere titel')
    await after(1)
    expect(stateOf('reminder_day')).toEqual([
      ['dropped', 2, 'superseded'],
      ['sent', 1, ''],
    ])
    expect(received()[1]?.mail.subject).toBe('Herinnering: Een betere titel (do 3 dec, 12.00 uur)')
  })
})

describe('a process that dies', () => {
  /** A row as another process start left it: claimed, and written if `bytes` are given. */
  function leaveBehind(bytes?: Buffer): void {
    writeNow(office.db, tx => {
      for (const message of claim(tx, 'a process that died', { queue: 'ordinary', limit: 10 }, now())) {
        if (bytes) freeze(tx, message.id, { subject: 'S', messageId: '<m@x>', datedAt: now(), told: null, bytes })
      }
    })
  }
  /** The lease that it no longer renews runs out. */
  async function soon(): Promise<void> {
    office.clock.advance({ seconds: 31 })
    await office.deliver()
  }
  const mail = Buffer.from('From: a@example.org\r\nTo: zoe@example.org\r\nSubject: S\r\n\r\nX\r\n')

  test('before it wrote the mail: written and sent at the next start', async () => {
    leaveBehind()
    await office.deliver()
    expect(received()).toEqual([])
    await soon()
    expect(stateOf('confirmed')).toEqual([['sent', 1, '']])
    expect(inviteIn(received()[0] ?? raise())).toMatchObject({ method: 'REQUEST' })
  })

  test('while handing over: what matters is sent once more, the same bytes', async () => {
    leaveBehind(mail)
    await soon()
    expect(received().map(({ raw }) => raw.toString())).toEqual([mail.toString()])
    expect(stateOf('confirmed')).toEqual([['sent', 2, '']])
  })

  test('at the tenth crash: then it is left to people', async () => {
    leaveBehind(mail)
    writeNow(office.db, tx => tx.update(messages).set({ attempts: 10 }).where(eq(messages.state, 'sending')).run())
    await soon()
    expect(stateOf('confirmed')).toEqual([['uncertain', 10, 'interrupted']])
  })

  test('while handing over a reminder: not sent again', async () => {
    await office.deliver()
    office.clock.set('2026-12-02T11:00:00Z')
    leaveBehind(mail)
    await office.restart()
    await soon()
    expect(stateOf('reminder_day')).toEqual([['uncertain', 1, 'interrupted']])
    expect(received()).toHaveLength(1)
  })
})

test('a row that cannot be written stops no other', async () => {
  const other = makeEvent(office.db, makeGroup(office.db, { slug: 'ander' }), { slug: 'ander' })
  makeRegistration(office.db, other, { email: 'bo@example.org' })
  writeNow(office.db, tx => tx.update(events).set({ timeZone: 'Nergens/Hier' }).where(eq(events.id, event.id)).run())
  await office.deliver()
  expect(stateOf('confirmed')).toEqual([
    ['failed', 1, 'could not be written'],
    ['sent', 1, ''],
  ])
  expect(office.lines.filter(({ level }) => level === 'error').map(({ text }) => text)).toEqual(['mail not written'])
})

function raise(): never {
  throw new Error('no mail')
}
