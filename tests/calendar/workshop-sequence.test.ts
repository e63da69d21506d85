// SEQUENCE of a workshop in one person's calendar: it never falls, and no number is used for two states (RFC 5546 §2.1.4).
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { settleSession } from '#src/domain/choice-telling.ts'
import { choose } from '#src/domain/choosing.ts'
import { getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { choiceChangedAt, choiceToldNow, listChosen } from '#src/domain/own-workshops.ts'
import { cancelRegistration, changeDetails, register } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { Refusal } from '#src/lib/errors.ts'
import { makeChooser, makeConference, wish } from '../support/workshops.ts'
import { applicant, NOW, openWorld } from '../support/world.ts'

const STEPS = [
  'choose',
  'leave',
  'unregister',
  'register',
  'move',
  'room',
  'title',
  'cancel',
  'reinstate',
  'venue',
] as const
type Step = (typeof STEPS)[number] | 'switch' | 'hears'

function openStory() {
  const { db } = openWorld()
  const made = makeConference(db, [[1]], { attendance: 'hybrid', capacityOnline: 10 })
  const id = made.rounds[0]?.[0] as number
  const event = () => getEvent(db, made.event.id)
  const editor = () => ({ organiserId: null, revision: event().revision })
  const zoe = makeChooser(db, event(), 'Zoe', [wish(1, id)])
  const own = () => getRegistration(db, zoe.id)
  const session = (values: Partial<typeof sessions.$inferInsert>, now: Temporal.Instant) =>
    writeNow(db, tx => {
      tx.update(sessions)
        .set({ ...values, revisedAt: now })
        .where(eq(sessions.id, id))
        .run()
      settleSession(tx, { id }, now)
    })
  const workshop = () => {
    const [chosen] = listChosen(db, zoe)
    if (!chosen) throw new Error('nothing chosen')
    return { ...chosen, event: event(), registration: own() }
  }
  const deeds: Record<Step, (now: Temporal.Instant) => unknown> = {
    choose: now => writeNow(db, tx => choose(tx, own(), [wish(1, id)], now)),
    leave: now => writeNow(db, tx => choose(tx, own(), [wish(1, undefined)], now)),
    unregister: now => writeNow(db, tx => cancelRegistration(tx, own(), 'attendee', now)),
    register: now => writeNow(db, tx => register(tx, event(), applicant({ email: 'zoe@example.org' }), now)),
    move: now => {
      const { localStart, sequence } = workshop().session
      const other = localStart.endsWith(':00') ? localStart.replace(/:00$/, ':30') : localStart.replace(/:30$/, ':00')
      session({ localStart: other, sequence: sequence + 1 }, now)
    },
    room: now => session({ room: `${workshop().session.room}a`, sequence: workshop().session.sequence + 1 }, now),
    title: now => session({ title: `${workshop().session.title}!` }, now),
    cancel: now => writeNow(db, tx => cancelEvent(tx, event(), '', editor(), now)),
    reinstate: now => writeNow(db, tx => reinstateEvent(tx, event(), editor(), now)),
    venue: now => {
      const { venue } = event()
      const to = { ...event(), venue: venue && { ...venue, name: `${venue.name}!` } }
      writeNow(db, tx => moveEvent(tx, event(), to, '', editor(), now))
    },
    switch: now => {
      const attendance = own().attendance === 'online' ? ('in_person' as const) : ('online' as const)
      writeNow(db, tx => changeDetails(tx, own(), { ...own(), attendance }, now))
    },
    hears: () => writeNow(db, tx => assumeTold(tx, NOW.add({ hours: 24 }))),
  }
  const take = (step: Step, now: Temporal.Instant) => {
    try {
      deeds[step](now)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  return { workshop, take }
}

test('§8.10 whatever happens to a workshop and to who chose it, what they hear of has a number of its own', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Step[]>(...STEPS, 'switch') },
    { weight: 2, arbitrary: fc.constant<Step>('hears') },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), taken => {
      const { workshop, take } = openStory()
      const heard = new Map<number, string>()
      let [last, stamp] = [-1, NOW.subtract({ hours: 1 })]
      for (const [index, step] of (['hears', ...taken, 'hears'] as Step[]).entries()) {
        take(step, NOW.add({ minutes: index + 1 }))
        const { sequence } = choiceToldNow(workshop())
        expect(sequence).toBeGreaterThanOrEqual(last)
        const { told } = workshop().choice
        if (told) {
          const { sequence: number, ...state } = told
          expect(heard.get(number) ?? JSON.stringify(state)).toBe(JSON.stringify(state))
          heard.set(number, JSON.stringify(state))
        }
        const changedAt = choiceChangedAt(workshop())
        expect(Temporal.Instant.compare(changedAt, stamp)).toBeGreaterThanOrEqual(0)
        ;[last, stamp] = [sequence, changedAt]
      }
    }),
    { numRuns: 60 },
  )
})

test.each<[string, Step, number]>([
  ['by one when it moves', 'move', 1],
  ['by one when it is in another room', 'room', 1],
  ['not for another title', 'title', 0],
  ['by one when it is left', 'leave', 1],
])('§8.10 SEQUENCE rises %s, and DTSTAMP is later', (_, step, raise) => {
  const { workshop, take } = openStory()
  take('hears', NOW)
  const [before, stamp] = [choiceToldNow(workshop()).sequence, choiceChangedAt(workshop())]
  take(step, NOW.add({ minutes: 1 }))
  expect(choiceToldNow(workshop()).sequence).toBe(before + raise)
  expect(Temporal.Instant.compare(choiceChangedAt(workshop()), stamp)).toBe(1)
})
