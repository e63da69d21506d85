// Who speaks or hosts: places, answers, and what the machinery of mails is told.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Db } from '#db/open.ts'
import { auditEntries, events, messages, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { proveAddress, requestAddress } from '#src/domain/addresses.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { askAgain, becomeAttendee, changeContributor, confirmPart, putOnPage } from '#src/domain/contributing.ts'
import { hasContributors, listContributors, saidBy } from '#src/domain/contributors.ts'
import { enterRoom } from '#src/domain/door.ts'
import { createEvent, deleteDraft, publishEvent } from '#src/domain/drafts.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { findPerson } from '#src/domain/people.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration, changeDetails } from '#src/domain/registering.ts'
import { getRegistration, type Registration, update } from '#src/domain/registrations.ts'
import { applyReply, comeBack } from '#src/domain/replies.ts'
import { sequenceOf, toldNow } from '#src/domain/telling.ts'
import { takePlace } from '#src/domain/waiting.ts'
import {
  candidate,
  listMessages,
  makeContributor,
  makeEvent,
  makeGroup,
  makeRegistration,
  NOW,
  openWorld,
} from '../support/world.ts'

const LATER = NOW.add({ hours: 1 })

function openWebinar(values: Parameters<typeof makeEvent>[2] = {}) {
  const world = openWorld()
  const group = makeGroup(world.db)
  const { id } = makeEvent(world.db, group, values)
  return { ...world, group, event: () => getEvent(world.db, id) }
}

function openDraft() {
  const world = openWorld()
  const { id: groupId } = makeGroup(world.db)
  const setting = { kind: 'webinar', timeZone: 'Europe/Amsterdam', durationMinutes: 60, attendance: 'online' } as const
  const values = { ...setting, groupId, title: 'Nog geheim', localStart: '2027-01-07T12:00' }
  const { id } = writeNow(world.db, tx => createEvent(tx, values, NOW))
  return { ...world, event: () => getEvent(world.db, id) }
}

const editing = ({ revision }: Event) => ({ organiserId: null, revision })
const fresh = (db: Db, { id }: Registration) => getRegistration(db, id)
const kinds = (db: Db) => listMessages(db).map(({ kind, state }) => (state === 'queued' ? kind : `${kind} (${state})`))
/** As if their last mail had arrived. */
const tell = (db: Db, event: Event, registration: Registration) =>
  writeNow(db, tx => {
    tx.update(messages).set({ state: 'sent', sentAt: NOW }).run()
    return update(tx, registration, { told: toldNow(event, fresh(db, registration)) })
  })

describe('being asked', () => {
  test('brings the question, an entry and reminders, and takes no place, full or not', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    makeRegistration(db, event(), { email: 'bo@example.org' })
    const speaker = makeContributor(db, event())
    expect(speaker).toMatchObject({ part: 'speaker', status: 'confirmed', partConfirmedAt: null })
    expect(placesOf(db, event())).toMatchObject([{ confirmed: 1, waiting: 0, left: 0 }])
    const theirs = listMessages(db).filter(({ registrationId }) => registrationId === speaker.id)
    expect(theirs.map(({ kind }) => kind)).toEqual(['asked', 'reminder_day', 'reminder_hour'])
  })

  test('without an address mails nobody, and is answered by hand', () => {
    const { db, event } = openWebinar()
    const speaker = makeContributor(db, event(), { email: null })
    expect(listMessages(db)).toEqual([])
    writeNow(db, tx => confirmPart(tx, speaker, LATER))
    expect(saidBy(event(), fresh(db, speaker))).toBe('yes')
  })

  test('leaves their place to who waits, and keeps what they said of themselves', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    const zoe = makeRegistration(db, event(), { role: 'policy', accessNeeds: 'Een tolk' })
    const bo = makeRegistration(db, event(), { email: 'bo@example.org' })
    for (const one of [bo, zoe]) tell(db, event(), one)
    makeContributor(db, event(), { name: 'Z. de Vries', organisation: 'Iets anders' })
    expect(fresh(db, zoe)).toMatchObject({
      ...{ name: 'Zoë de Vries', organisation: 'Gemeente Voorbeeld', role: 'policy', accessNeeds: 'Een tolk' },
      ...{ part: 'speaker', status: 'confirmed', sequence: 1, queueNumber: zoe.queueNumber },
    })
    expect(fresh(db, bo)).toMatchObject({ status: 'confirmed', part: null })
    expect(kinds(db).filter(kind => !kind.startsWith('reminder') && !kind.includes('('))).toEqual(['asked', 'promoted'])
  })

  test('takes somebody off the waiting list, also while it is full', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    makeRegistration(db, event(), { email: 'bo@example.org' })
    const zoe = makeRegistration(db, event())
    expect(zoe.status).toBe('waitlisted')
    makeContributor(db, event())
    expect(fresh(db, zoe)).toMatchObject({ status: 'confirmed', part: 'speaker' })
    expect(placesOf(db, event())).toMatchObject([{ confirmed: 1, waiting: 0 }])
  })

  test('twice for the same part is refused; for the other part it is another question', () => {
    const { db, event } = openWebinar()
    const zoe = makeContributor(db, event(), { hasSaidYes: true })
    expect(() => makeContributor(db, event())).toThrow('already_there')
    tell(db, event(), zoe)
    makeContributor(db, event(), { part: 'host' })
    expect(fresh(db, zoe)).toMatchObject({ part: 'host', partConfirmedAt: null, sequence: 1 })
    expect(kinds(db)).toContain('asked')
  })

  test('brings one set of reminders, whatever somebody was before and becomes again', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    const zoe = makeRegistration(db, event())
    makeContributor(db, event())
    makeContributor(db, event(), { part: 'host' })
    writeNow(db, tx => becomeAttendee(tx, zoe, LATER))
    expect(kinds(db).filter(kind => /^reminder_\w+$/.test(kind))).toEqual(['reminder_day', 'reminder_hour'])
  })

  test('is refused for an event that was cancelled or has begun', () => {
    const { db, event } = openWebinar()
    expect(() => makeContributor(db, event(), {}, event().startsAt)).toThrow('past')
    writeNow(db, tx => cancelEvent(tx, event(), '', editing(event()), NOW))
    expect(() => makeContributor(db, event())).toThrow('not_possible_now')
  })

  test('once more brings one mail an hour, and none once they have answered', () => {
    const { db, event } = openWebinar()
    const zoe = tell(db, event(), makeContributor(db, event()))
    for (let time = 0; time < 2; time++) writeNow(db, tx => askAgain(tx, zoe, LATER))
    expect(kinds(db).filter(kind => kind === 'again')).toEqual(['again'])
    writeNow(db, tx => confirmPart(tx, zoe, LATER))
    expect(kinds(db).filter(kind => kind.startsWith('again'))).toEqual(['again (dropped)'])
    expect(() => writeNow(db, tx => askAgain(tx, zoe, LATER.add({ hours: 1 })))).toThrow('not_possible_now')
  })
})

describe('answering', () => {
  test('yes is written down, mails nobody, and is one yes however often it is said', () => {
    const { db, event } = openWebinar()
    const zoe = tell(db, event(), makeContributor(db, event()))
    const before = listMessages(db).length
    writeNow(db, tx => confirmPart(tx, zoe, LATER))
    writeNow(db, tx => confirmPart(tx, zoe, LATER.add({ hours: 1 })))
    expect(fresh(db, zoe)).toMatchObject({ partConfirmedAt: LATER, sequence: 0, revisedAt: LATER })
    expect(listMessages(db)).toHaveLength(before)
  })

  test('no ends the entry and stays to be seen; a yes after it brings the entry back', () => {
    const { db, event } = openWebinar()
    const zoe = tell(db, event(), makeContributor(db, event(), { hasSaidYes: true }))
    writeNow(db, tx => cancelRegistration(tx, zoe, 'attendee', LATER))
    expect(saidBy(event(), fresh(db, zoe))).toBe('no')
    expect(listContributors(db, event())).toHaveLength(1)
    expect(fresh(db, zoe).partConfirmedAt).toBeNull()
    expect(kinds(db).at(-1)).toBe('unregistered')
    tell(db, event(), zoe)
    writeNow(db, tx => comeBack(tx, zoe, LATER))
    expect(fresh(db, zoe)).toMatchObject({ status: 'confirmed', part: 'speaker', partConfirmedAt: LATER, sequence: 2 })
    expect(kinds(db)).toContain('asked')
  })

  test('who was taken off the list is gone from it, and cannot put themselves back', () => {
    const { db, event } = openWebinar()
    const zoe = makeContributor(db, event())
    writeNow(db, tx => cancelRegistration(tx, zoe, 'organiser', LATER))
    expect(listContributors(db, event())).toEqual([])
    expect(hasContributors(db, event())).toBe(false)
    expect(() => writeNow(db, tx => confirmPart(tx, zoe, LATER))).toThrow('not_possible_now')
  })

  test('in a calendar: a proven yes confirms, a no is a hint that frees nothing by itself', () => {
    const { db, event } = openWebinar()
    const zoe = tell(db, event(), makeContributor(db, event()))
    const { uid } = event()
    const reply = (partstat: 'accepted' | 'declined', isProven: boolean, minutes: number) =>
      writeNow(db, tx => {
        const stamp = NOW.add({ minutes })
        const answer = { uid, attendee: 'zoe@example.org', partstat, sequence: 0, stamp, isProven }
        return applyReply(tx, answer, NOW.add({ minutes }))
      })
    expect(reply('accepted', false, 1)).toBe('applied')
    expect(saidBy(event(), fresh(db, zoe))).toBe('nothing')
    expect(reply('accepted', true, 2)).toBe('applied')
    expect(saidBy(event(), fresh(db, zoe))).toBe('yes')
    expect(reply('declined', true, 3)).toBe('applied')
    expect(saidBy(event(), fresh(db, zoe))).toBe('no_in_calendar')
    expect(fresh(db, zoe)).toMatchObject({ status: 'confirmed', freesAt: null, reply: 'declined' })
    writeNow(db, tx => confirmPart(tx, zoe, LATER))
    expect(saidBy(event(), fresh(db, zoe))).toBe('yes')
    // Their calendar may have thrown the entry away: it is told anew.
    expect(kinds(db).at(-1)).toBe('asked')
  })

  test('a yes to the old time is no yes to the new one, until it is said again', () => {
    const { db, event } = openWebinar()
    const zoe = makeContributor(db, event(), { hasSaidYes: true })
    const to = { ...event(), localStart: '2026-12-10T12:00' }
    writeNow(db, tx => moveEvent(tx, event(), to, '', editing(event()), LATER))
    expect(saidBy(event(), fresh(db, zoe))).toBe('yes_before_move')
    writeNow(db, tx => confirmPart(tx, zoe, LATER.add({ hours: 1 })))
    expect(saidBy(event(), fresh(db, zoe))).toBe('yes')
  })
})

describe('and back', () => {
  test('a speaker becomes an attendee where there is a place', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    const zoe = tell(db, event(), makeContributor(db, event()))
    writeNow(db, tx => becomeAttendee(tx, zoe, LATER))
    expect(fresh(db, zoe)).toMatchObject({ part: null, partConfirmedAt: null, status: 'confirmed', sequence: 1 })
    expect(kinds(db)).toContain('confirmed')
    expect(placesOf(db, event())).toMatchObject([{ confirmed: 1, left: 0 }])
  })

  test('and waits where there is none', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    makeRegistration(db, event(), { email: 'bo@example.org' })
    const zoe = tell(db, event(), makeContributor(db, event()))
    writeNow(db, tx => becomeAttendee(tx, zoe, LATER))
    expect(fresh(db, zoe)).toMatchObject({ part: null, status: 'waitlisted' })
    expect(kinds(db)).toContain('waitlisted')
  })

  test('whoever said no and registers through the form is an attendee like any other', () => {
    const { db, event } = openWebinar()
    const zoe = makeContributor(db, event(), { hasSaidYes: true })
    writeNow(db, tx => cancelRegistration(tx, zoe, 'attendee', LATER))
    const again = makeRegistration(db, event(), {}, LATER)
    expect(again).toMatchObject({ id: zoe.id, part: null, partConfirmedAt: null, status: 'confirmed' })
  })

  test('whoever speaks and registers through the form stays who they are, and takes no place', () => {
    const { db, event } = openWebinar()
    const zoe = makeContributor(db, event())
    expect(makeRegistration(db, event(), {}, LATER)).toMatchObject({ id: zoe.id, part: 'speaker' })
    expect(placesOf(db, event())).toMatchObject([{ confirmed: 0 }])
  })

  test('an attendee is made of nobody in a draft', () => {
    const { db, event } = openDraft()
    const zoe = makeContributor(db, event())
    expect(() => writeNow(db, tx => becomeAttendee(tx, zoe, NOW))).toThrow('not_possible_now')
  })
})

describe('another address', () => {
  test('speaks on, also where that address had a place already, which goes to who waits', () => {
    const { db, event } = openWebinar({ capacityOnline: 1 })
    const attending = makeRegistration(db, event(), { email: 'nieuw@example.org' })
    const bo = makeRegistration(db, event(), { email: 'bo@example.org' })
    const zoe = makeContributor(db, event(), { hasSaidYes: true })
    writeNow(db, tx => requestAddress(tx, zoe, 'nieuw@example.org', LATER))
    writeNow(db, tx => proveAddress(tx, fresh(db, zoe), LATER))
    expect(fresh(db, attending)).toMatchObject({ part: 'speaker', status: 'confirmed', partConfirmedAt: NOW })
    expect(fresh(db, zoe)).toMatchObject({ status: 'cancelled' })
    expect(fresh(db, bo).status).toBe('confirmed')
  })
})

describe('changes', () => {
  test('of a name mail nobody; of the part they ask anew', () => {
    const { db, event } = openWebinar()
    const zoe = tell(db, event(), makeContributor(db, event(), { hasSaidYes: true }))
    const part = { name: 'Zoë de Wit', organisation: '', attendance: 'online' } as const
    const before = kinds(db)
    writeNow(db, tx => changeContributor(tx, zoe, { ...part, part: 'speaker' }, LATER))
    expect(fresh(db, zoe)).toMatchObject({ name: 'Zoë de Wit', sequence: 0, partConfirmedAt: NOW })
    expect(kinds(db)).toEqual(before)
    writeNow(db, tx => changeContributor(tx, zoe, { ...part, part: 'host' }, LATER))
    expect(fresh(db, zoe)).toMatchObject({ part: 'host', sequence: 1, partConfirmedAt: null })
    expect(kinds(db).at(-1)).toBe('asked')
  })

  test('from online to the room need no free place there', () => {
    const venue = { name: 'Huis', address: '', postcode: '', city: 'Groningen', access: '' }
    const { db, event } = openWebinar({ attendance: 'hybrid', venue, capacityInPerson: 1 })
    makeRegistration(db, event(), { email: 'bo@example.org', attendance: 'in_person' })
    const zoe = makeContributor(db, event())
    const { name, organisation, role, accessNeeds } = zoe
    const details = { name, organisation, role, accessNeeds, attendance: 'in_person' as const }
    writeNow(db, tx => changeDetails(tx, zoe, details, LATER))
    expect(fresh(db, zoe)).toMatchObject({ attendance: 'in_person', sequence: 1 })
    expect(placesOf(db, event())).toMatchObject([{ presence: 'in_person', confirmed: 1 }, { confirmed: 0 }])
  })

  test('a name goes on the page once, beside whatever others write there', () => {
    const { db, event } = openWebinar()
    const put = (name: string) => writeNow(db, tx => putOnPage(tx, event(), name, 1, LATER))
    writeNow(db, tx =>
      editEvent(tx, event(), { ...event(), speakers: ['Bo Bakker, onderzoeker'] }, [], editing(event()), NOW),
    )
    for (const name of ['Zoë de Vries', 'bo bakker', 'Zoë de Vries']) put(name)
    expect(event().speakers).toEqual(['Bo Bakker, onderzoeker', 'Zoë de Vries'])
  })
})

describe('a draft', () => {
  test('asks already; moving it moves their entry, and nobody else’s', () => {
    const { db, event } = openDraft()
    const zoe = tell(db, event(), makeContributor(db, event()))
    const to = { ...event(), localStart: '2027-01-14T12:00' }
    writeNow(db, tx => moveEvent(tx, event(), to, 'De zaal lekt.', editing(event()), LATER))
    expect(event()).toMatchObject({ sequence: 1, movedAt: null, movedFrom: null, moveReason: 'De zaal lekt.' })
    expect(sequenceOf(event(), fresh(db, zoe))).toBe(1)
    expect(kinds(db)).toContain('changed')
  })

  test('that nobody knows of moves unseen', () => {
    const { db, event } = openDraft()
    const to = { ...event(), localStart: '2027-01-14T12:00' }
    writeNow(db, tx => moveEvent(tx, event(), to, '', editing(event()), LATER))
    expect(event()).toMatchObject({ sequence: 0, moveReason: '' })
  })

  test('is not removed while somebody expects to speak, nor before they have heard that they do not', () => {
    const { db, event } = openDraft()
    const zoe = tell(db, event(), makeContributor(db, event()))
    const remove = () => writeNow(db, tx => deleteDraft(tx, event(), editing(event()), LATER))
    expect(remove).toThrow('people_asked')
    writeNow(db, tx => cancelRegistration(tx, zoe, 'organiser', LATER))
    expect(remove).toThrow('people_asked')
    writeNow(db, tx => tx.update(messages).set({ state: 'sent' }).run())
    remove()
    expect(db.select().from(events).all()).toEqual([])
    expect([db.select().from(registrations).all(), listMessages(db)]).toEqual([[], []])
    expect(db.select().from(auditEntries).all().at(-1)).toMatchObject({ action: 'draft_deleted', registrationId: null })
  })

  test('publishing tells them nothing they do not know', () => {
    const { db, event } = openDraft()
    tell(db, event(), makeContributor(db, event()))
    const before = kinds(db)
    writeNow(db, tx => publishEvent(tx, event(), editing(event()), LATER))
    expect(kinds(db)).toEqual(before)
  })
})

describe('the door', () => {
  const open = { roomUrl: 'https://meet.example.org/kamer', hostUrl: 'https://meet.example.org/kamer?host' }
  test.each([
    ['a host comes in as host', 'host', open, open.hostUrl],
    ['a host comes in like everybody where there is no other way', 'host', { ...open, hostUrl: null }, open.roomUrl],
    ['a speaker comes in like everybody', 'speaker', open, open.roomUrl],
  ] as const)('%s', (_name, part, rooms, expected) => {
    const { db, event } = openWebinar(rooms)
    const zoe = makeContributor(db, event(), { part })
    expect(writeNow(db, tx => enterRoom(tx, zoe, event().startsAt))).toBe(expected)
  })
})

test('property: whoever is asked, says yes or no, or goes back, no place is given twice and none stays free that somebody waits for', () => {
  const doing = fc.record({
    does: fc.constantFrom('register', 'ask', 'yes', 'no', 'attend', 'remove', 'take'),
    who: fc.nat(4),
  })
  fc.assert(
    fc.property(fc.array(doing, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), (story, capacityOnline) => {
      const { db, event } = openWebinar({ capacityOnline })
      let at = NOW
      for (const { does, who } of story) {
        at = at.add({ seconds: 1 })
        const email = `p${who}@example.org`
        const found = db
          .select()
          .from(registrations)
          .all()
          .find(row => row.personId === personId(db, email))
        try {
          if (does === 'register') makeRegistration(db, event(), { email }, at)
          else if (does === 'ask') makeContributor(db, event(), candidate(email), at)
          else if (found) writeNow(db, tx => ACTS[does](tx, found, at))
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(already_there|not_possible_now|full)$/)
        }
        const [{ confirmed, waiting, left } = { confirmed: 0, waiting: 0, left: 0 }] = placesOf(db, event())
        const rows = db.select().from(registrations).all()
        expect(confirmed).toBe(rows.filter(row => row.status === 'confirmed' && row.part === null).length)
        expect(confirmed).toBeLessThanOrEqual(capacityOnline)
        if (left !== 0) expect(waiting).toBe(0)
        expect(rows.filter(row => row.part !== null && row.status === 'waitlisted')).toEqual([])
      }
    }),
    { numRuns: 60, seed: 2026 },
  )
})

type Acts = Record<'yes' | 'no' | 'attend' | 'remove' | 'take', (...about: Parameters<typeof confirmPart>) => unknown>
const ACTS: Acts = {
  yes: confirmPart,
  no: (tx, row, at) => cancelRegistration(tx, row, 'attendee', at),
  attend: becomeAttendee,
  remove: (tx, row, at) => cancelRegistration(tx, row, 'organiser', at),
  take: takePlace,
}

function personId(db: Db, email: string): number | undefined {
  return findPerson(db, email)?.id
}
