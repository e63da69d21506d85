// The main job from end to end, with the real program, over HTTP and SMTP: register, the event moves across the clock
// change, it is cancelled; and the calendar of who registered follows.
import { afterAll, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages } from '#db/schema.ts'
import { inviteIn } from '../support/postoffice.ts'
import { makeDataDir, startServer } from '../support/server.ts'
import { openMailbox, type Received } from '../support/smtp.ts'
import { visit } from '../support/visitor.ts'
import { makeEvent, makeGroup } from '../support/world.ts'

const { dataDir, open, remove } = makeDataDir()
afterAll(remove)
const NOW = '2026-10-12T08:00:00Z'

test('a calendar follows an event through a move and a cancellation', async () => {
  const db = open()
  const event = makeEvent(
    db,
    makeGroup(db),
    { localStart: '2026-10-22T12:00' },
    Temporal.Instant.from(NOW).subtract({ hours: 48 }),
  )
  const mailbox = await openMailbox()
  const server = await startServer({
    DATA_DIR: dataDir,
    SMTP_URL: mailbox.url,
    CLOCK: NOW,
    ORGANISER_EMAIL: 'organisator@example.org',
    MAIL_FROM: 'Aanschuiven <agenda@aanschuiven.example>',
  })
  const attendee = visit(server.url)
  await attendee.open(`/events/${event.slug}`)
  await attendee.submit(/registrations$/, { name: 'Zoë de Vries', email: 'zoe@example.org', role: 'practice' })
  expect(attendee.path()).toMatch(/\/registered\?v=/)
  const registered = invite(await mailTo(mailbox.received, 1))
  expect(registered).toMatchObject({ method: 'REQUEST', start: '2026-10-22T10:00:00.000Z', status: 'CONFIRMED' })
  expect(registered.attendees).toEqual(['mailto:zoe@example.org'])
  expect(registered.partstat).toBe('ACCEPTED')
  expect(registered.organizer).toBe('mailto:agenda@aanschuiven.example')

  const organiser = visit(server.url)
  await organiser.open(/\/sign-in\/[\w-]+/.exec(server.output())?.[0] ?? '')
  await organiser.submit(/sign-in/)
  expect(organiser.path()).toBe('/console')
  await organiser.open(`/console/events/${event.id}/move`)
  expect(await organiser.submit(/move$/, { date: '2026-10-29', reason: 'De zaal is bezet.' })).toContain(
    'Eén persoon krijgt een mail',
  )
  expect(mailbox.received).toHaveLength(1)
  await organiser.submit(/move$/)
  const moved = invite(await mailTo(mailbox.received, 2))
  expect(moved).toMatchObject({
    method: 'REQUEST',
    uid: registered.uid,
    start: '2026-10-29T11:00:00.000Z',
    status: 'CONFIRMED',
  })
  expect(moved.sequence).toBe(registered.sequence + 1)

  await organiser.open(`/console/events/${event.id}/cancellation`)
  await organiser.submit(/cancellation$/, { reason: 'De spreker is ziek.' })
  await organiser.submit(/cancellation$/)
  const cancelled = invite(await mailTo(mailbox.received, 3))
  expect(cancelled).toMatchObject({ method: 'CANCEL', uid: registered.uid, status: 'CANCELLED' })
  expect(cancelled.sequence).toBe(moved.sequence + 1)

  for (const { mail, raw } of mailbox.received) {
    expect(mail.from?.address).toBe('agenda@aanschuiven.example')
    expect(mail.to).toEqual([{ address: 'zoe@example.org', name: 'Zoë de Vries' }])
    expect(raw.toString()).not.toContain('meet.example.org')
  }
  expect(await server.stop()).toBe(0)
  await mailbox.close()
  expect(
    db
      .select()
      .from(messages)
      .where(eq(messages.state, 'sent'))
      .orderBy(messages.id)
      .all()
      .map(row => row.kind),
  ).toEqual(['confirmed', 'changed', 'cancelled'])
  db.$client.close()
})

async function mailTo(received: Received[], count: number): Promise<Received> {
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(count)
  return received[count - 1] as Received
}

function invite(received: Received) {
  const found = inviteIn(received)
  if (!found) throw new Error('no invite in this mail')
  return found
}
