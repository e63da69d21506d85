// Events at which an organiser says yes to each registration.
import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { correctAddress } from '#src/domain/addresses.ts'
import { registerAll } from '#src/domain/applying.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { editEvent } from '#src/domain/editing.ts'
import { addInvitees, listInvitees } from '#src/domain/invitees.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration, isRequest, update } from '#src/domain/registrations.ts'
import { toldNow } from '#src/domain/telling.ts'
import { givePlace, takePlace } from '#src/domain/waiting.ts'
import { Refusal } from '#src/lib/errors.ts'
import { applicant, listMessages, makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

function openEvent(values = {}) {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { capacityOnline: 1, needsApproval: true, ...values })
  const ask = (name: string) =>
    writeNow(db, tx => register(tx, event, applicant({ name, email: `${name}@example.org` }), NOW))
  const of = (id: number) => getRegistration(db, id)
  const mails = (id: number) =>
    listMessages(db)
      .filter(
        ({ registrationId, state, kind }) =>
          registrationId === id && state === 'queued' && !kind.startsWith('reminder'),
      )
      .map(({ kind }) => kind)
  /** Their last mail has arrived. */
  const know = (id: number) =>
    writeNow(db, tx => {
      for (const message of listMessages(db))
        if (message.registrationId === id) tx.$client.prepare('delete from messages where id = ?').run(message.id)
      update(tx, of(id), { told: toldNow(event, of(id)) })
    })
  return { db, event, ask, of, mails, know }
}

test('whoever registers asks for a place, whatever is free, and is told so', () => {
  const { db, event, ask, of, mails } = openEvent()
  const { id } = ask('zoe')
  expect([of(id).status, isRequest(of(id)), of(id).waitedAt]).toEqual(['waitlisted', true, null])
  expect(mails(id)).toEqual(['requested'])
  // Nobody stands in the queue: whoever comes next is not told of one.
  expect(placesOf(db, event)).toMatchObject([{ confirmed: 0, waiting: 0, left: 1 }])
})

test('the page after it says the same to everybody, known or not', () => {
  const { db, event, ask } = openEvent()
  ask('zoe')
  const answer = (email: string) =>
    writeNow(db, tx => registerAll(tx, event, [applicant({ email })], false, NOW)).status
  expect([answer('zoe@example.org'), answer('nieuw@example.org')]).toEqual(['requested', 'requested'])
})

describe('a yes', () => {
  test('gives the place, with an invitation and no word of a waiting list', () => {
    const { db, ask, of, mails, know } = openEvent()
    const { id } = ask('zoe')
    know(id)
    writeNow(db, tx => givePlace(tx, { id }, NOW))
    expect([of(id).status, of(id).approvedAt]).toEqual(['confirmed', NOW])
    expect(mails(id)).toEqual(['confirmed'])
  })

  test('never places anybody over capacity', () => {
    const { db, ask, of } = openEvent()
    const [first, second] = [ask('een'), ask('twee')]
    writeNow(db, tx => givePlace(tx, first, NOW))
    expect(() => writeNow(db, tx => givePlace(tx, second, NOW))).toThrow(new Refusal('full'))
    expect(isRequest(of(second.id))).toBe(true)
  })
})

test('a no ends it with a mail that says it was not granted', () => {
  const { db, ask, of, mails, know } = openEvent()
  const { id } = ask('zoe')
  know(id)
  writeNow(db, tx => cancelRegistration(tx, { id }, 'organiser', NOW))
  expect([of(id).status, mails(id)]).toEqual(['cancelled', ['unregistered']])
})

test('nobody takes a place without a yes: not by the first POST, not when one comes free, not when there are more', () => {
  const { db, event, ask, of } = openEvent()
  const [first, second] = [ask('een'), ask('twee')]
  expect(() => writeNow(db, tx => takePlace(tx, second, NOW))).toThrow(new Refusal('not_possible_now'))
  writeNow(db, tx => givePlace(tx, first, NOW))
  writeNow(db, tx => cancelRegistration(tx, first, 'attendee', NOW))
  expect(isRequest(of(second.id))).toBe(true)
  const { revision } = event
  writeNow(db, tx => editEvent(tx, event, { ...event, capacityOnline: 10 }, [], { organiserId: null, revision }, NOW))
  expect(isRequest(of(second.id))).toBe(true)
})

test('a colleague of who was asked to come has asked for a place, and is told so', () => {
  const { db, event, of } = openEvent({ capacityOnline: 5 })
  const [invitee] = writeNow(db, tx => {
    addInvitees(tx, event, [{ email: 'zoe@example.org', name: '', organisation: '' }], 'nl', NOW)
    return listInvitees(tx, event)
  })
  const people = [
    applicant({ inviteeId: invitee?.invitee.id ?? 0 }),
    applicant({ name: 'Bo', email: 'bo@example.org' }),
  ] as const
  const answer = writeNow(db, tx => registerAll(tx, event, [...people], false, NOW))
  expect([answer.status, answer.colleague?.status]).toEqual(['confirmed', 'requested'])
  expect([1, 2].map(id => of(id).status)).toEqual(['confirmed', 'waitlisted'])
})

test('whom an organiser adds needs no yes', () => {
  const { db, event } = openEvent()
  const added = writeNow(db, tx => {
    const { id: addedBy } = createOrganiser(tx, 'otto@example.org', 'Otto', NOW)
    return register(tx, event, applicant({ addedBy }), NOW)
  })
  expect([added.status, isRequest(added)]).toEqual(['confirmed', false])
})

describe('a request that goes to another address', () => {
  test('is a request there too: it takes no place without a yes', () => {
    const { db, event, ask, of } = openEvent()
    const { id } = ask('zoe')
    const moved = writeNow(db, tx => correctAddress(tx, { id }, 'elders@example.org', NOW))
    expect([moved.id === id, isRequest(of(moved.id)), of(moved.id).approvalAskedAt]).toEqual([false, true, NOW])
    writeNow(db, tx =>
      editEvent(tx, event, { ...event, capacityOnline: 5 }, [], { organiserId: null, revision: 2 }, NOW),
    )
    expect(of(moved.id).status).toBe('waitlisted')
  })

  test.each(['address', 'merge'])('gives way to a place in the queue, whichever of the two stays (%s)', how => {
    const { db, event, ask, of } = openEvent({ needsApproval: false })
    ask('eerst')
    const queued = ask('wacht')
    const editor = { organiserId: null, revision: 2 }
    writeNow(db, tx => editEvent(tx, event, { ...event, needsApproval: true }, [], editor, NOW))
    const asked = ask('vraagt')
    const stays = writeNow(db, tx =>
      how === 'merge'
        ? mergeRegistrations(tx, asked.id, queued.id, NOW)
        : correctAddress(tx, queued, 'vraagt@example.org', NOW),
    )
    expect(stays.id).toBe(asked.id)
    expect([of(asked.id).status, isRequest(of(asked.id)), of(asked.id).queueNumber]).toEqual(['waitlisted', false, 2])
  })
})

test('whoever leaves and asks again has asked anew', () => {
  const { db, ask, of } = openEvent()
  const { id } = ask('zoe')
  writeNow(db, tx => givePlace(tx, { id }, NOW))
  writeNow(db, tx => cancelRegistration(tx, { id }, 'attendee', NOW))
  ask('zoe')
  expect([isRequest(of(id)), of(id).approvedAt]).toEqual([true, null])
})
