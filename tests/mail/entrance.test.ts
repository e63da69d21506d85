// The code for the entrance, as it comes off the wire: in the mails of who comes in person, beside the HTML alone, so that
// calendars find the invite where they always did.
import { describe, expect, test } from 'vitest'
import type { Applicant } from '#src/domain/registering.ts'
import { createLinks } from '#src/mail/links.ts'
import { readCode } from '../support/codes.ts'
import { openPostOffice } from '../support/postoffice.ts'
import { type Part, partsOf } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const VENUE = {
  name: 'De Zaal',
  address: 'Straat 1',
  postcode: '9700 AA',
  city: 'Groningen',
  access: 'Er is een lift.',
}

/** What arrives after somebody registered for a hybrid event, by kind: at once, and the day before. */
async function mailsOf(values: Partial<Applicant>) {
  const office = await openPostOffice()
  const { db, clock, tokens, config } = office
  const places = { attendance: 'hybrid', capacityOnline: 1, capacityInPerson: 1, venue: VENUE } as const
  const event = makeEvent(db, makeGroup(db), places)
  const registration = makeRegistration(db, event, values)
  makeRegistration(db, event, { ...values, email: 'wacht@example.org' })
  await office.deliver()
  clock.set('2026-12-02T11:30:00Z')
  await office.deliver()
  const received = office.mailbox.received.map(mail => ({ ...mail, kind: kindOf(mail.raw) }))
  await office.close()
  return { received, code: createLinks(config, tokens, 'nl').checkIn(registration) }
}

const kindOf = (raw: Buffer) => /^X-Aanschuiven-Message: (\w+)/m.exec(raw.toString('latin1'))?.[1] ?? ''
const types = (raw: Buffer) => partsOf(raw).map(({ type }) => type)

const WITH_INVITE = [
  'multipart/mixed',
  'multipart/alternative',
  'text/plain',
  'multipart/related',
  'text/html',
  'image/png',
  'text/calendar',
  'application/ics',
]

describe('who comes in person', async () => {
  const { received, code } = await mailsOf({ attendance: 'in_person' })
  const mailOf = (kind: string) => {
    const found = received.find(mail => mail.kind === kind)
    if (!found) throw new Error(`no ${kind} among ${received.map(mail => mail.kind)}`)
    return found.raw
  }
  const partOf = (kind: string, type: string) => partsOf(mailOf(kind)).find(part => part.type === type) as Part

  test('§2.1 has the code beside the HTML, and the invite last where calendars look for it', () => {
    expect(types(mailOf('confirmed'))).toEqual(WITH_INVITE)
    expect(types(mailOf('reminder_day'))).toEqual(WITH_INVITE.slice(1, 6))
    expect(types(mailOf('waitlisted'))).toEqual(['multipart/alternative', 'text/plain', 'text/html'])
    const related = partOf('confirmed', 'multipart/related').headers['content-type'] ?? ''
    // RFC 2387 §3.1: what the other parts belong to.
    expect(related).toMatch(/^multipart\/related; type="text\/html"; boundary="[^"]+"$/)
  })

  test.each(['confirmed', 'reminder_day'])(
    '%s: the picture stands where the HTML shows it, and says the address',
    async kind => {
      const picture = partOf(kind, 'image/png')
      const cid = /^<([^>]+)>$/.exec(picture.headers['content-id'] ?? '')?.[1]
      expect(cid).toMatch(/^[\w-]{22}@aanschuiven\.example$/)
      expect(partOf(kind, 'text/html').content).toContain(`<img src="cid:${cid}" alt="Code voor de ingang" width="180"`)
      expect(picture.headers['content-disposition']).toMatch(/^inline/)
      const parsed = received.find(mail => mail.kind === kind)?.mail.attachments.find(({ related }) => related)
      expect(parsed?.contentId).toBe(`<${cid}>`)
      expect(await readCode(Buffer.from(parsed?.content as ArrayBuffer))).toBe(code)
    },
  )

  test('in plain text, and where no picture shows, it says what to do; the address itself stands nowhere', () => {
    for (const kind of ['confirmed', 'reminder_day']) {
      for (const type of ['text/plain', 'text/html']) {
        const { content } = partOf(kind, type)
        expect(content).toContain('Laat deze mail zien bij de ingang, of noem je naam.')
        expect(content).not.toContain('/check-in/')
      }
    }
  })

  test('the mail grows by less than four kilobytes', async () => {
    const online = await mailsOf({ attendance: 'online' })
    const size = (list: typeof received) => list.find(({ kind }) => kind === 'confirmed')?.raw.length ?? 0
    expect(size(received) - size(online.received)).toBeLessThan(4096)
    expect(size(received)).toBeLessThan(40_000)
  })
})

test('who takes part online, or waits, has none', async () => {
  const { received } = await mailsOf({ attendance: 'online' })
  expect(received.map(({ kind }) => kind).toSorted()).toEqual(['confirmed', 'reminder_day', 'waitlisted'])
  for (const { raw } of received) {
    expect(types(raw)).not.toContain('image/png')
    expect(raw.toString('latin1')).not.toMatch(/cid:|bij de ingang/)
  }
})
