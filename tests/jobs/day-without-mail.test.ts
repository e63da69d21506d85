// A mail server that is gone for a day: what still matters arrives when it is back, the most pressing first; what came too late
// does not. Longer and shorter silences stand in `retries` (nine days), `standstill`, `due` (§8.38) and the journey of a year.
import { expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { editing, openPostOffice } from '../support/postoffice.ts'
import { makeEvent, makeGroup, makeRegistration } from '../support/world.ts'

const PEOPLE = 12

test('§8.38 all that still matters arrives, lane by lane; a reminder past its moment and an old sign-in link do not', async () => {
  const office = await openPostOffice()
  const { db, clock, mailbox, messages, deliver } = office
  const now = () => clock.now()
  const group = makeGroup(db)
  const register = (event: ReturnType<typeof makeEvent>, count: number) => {
    for (let number = 0; number < count; number++) {
      makeRegistration(db, event, { email: `d${event.id}-${number}@example.org` }, now())
    }
  }
  const doomed = makeEvent(db, group, { title: 'Vervalt' })
  const today = makeEvent(db, group, { title: 'Vandaag', localStart: '2026-11-21T18:00' })
  const tomorrow = makeEvent(db, group, { title: 'Morgen', localStart: '2026-11-22T18:00' })
  register(doomed, PEOPLE)
  register(today, 3)
  await deliver()
  const before = mailbox.received.length
  expect(before).toBe(PEOPLE + 3)

  mailbox.always('greylist')
  clock.advance({ hours: 1 })
  register(tomorrow, PEOPLE)
  writeNow(db, tx => {
    createOrganiser(tx, 'otto@example.org', 'Otto', now())
    requestSignIn(tx, 'otto@example.org', 'nl', now())
    cancelEvent(tx, doomed, '', editing(office, doomed), now())
  })
  for (let hour = 0; hour < 23; hour++) {
    await deliver()
    clock.advance({ hours: 1 })
  }
  expect(mailbox.received.length).toBe(before)
  mailbox.always('accept')
  clock.advance({ hours: 1 })
  await deliver()
  const kinds = mailbox.received
    .slice(before)
    .map(({ mail }) => String(mail.headers.find(({ key }) => key === 'x-aanschuiven-message')?.value))
  const counts = Object.fromEntries([...Map.groupBy(kinds, kind => kind)].map(([kind, all]) => [kind, all.length]))
  expect(counts).toEqual({ cancelled: PEOPLE, confirmed: PEOPLE, reminder_day: PEOPLE })
  // The line of the mails that are under way together is a little loose: by thirds it is not.
  const third = (part: number) => kinds.slice(part * PEOPLE, (part + 1) * PEOPLE)
  expect([third(0), third(1), third(2)].map(part => mostOf(part))).toEqual(['cancelled', 'confirmed', 'reminder_day'])
  const left = messages().filter(({ state }) => state === 'dropped')
  expect(new Set(left.map(({ kind, eventId, reason }) => `${kind} ${eventId} ${reason}`))).toEqual(
    new Set([
      'sign_in null expired',
      `reminder_day ${doomed.id} event_cancelled`,
      `reminder_hour ${doomed.id} event_cancelled`,
      `reminder_hour ${today.id} past`,
    ]),
  )
  await office.close()
})

function mostOf(kinds: string[]): string | undefined {
  const groups = [...Map.groupBy(kinds, kind => kind)].sort(([, a], [, b]) => b.length - a.length)
  return groups[0]?.[0]
}
