// Rule 6: the address of the room is nowhere that people read, whichever way somebody tries to put it there. Nor is a link
// that opens one person's page.
import { describe, expect, test } from 'vitest'
import type { Tx } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { editEvent } from '#src/domain/editing.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { updateSeries } from '#src/domain/series.ts'
import { Invalid } from '#src/lib/errors.ts'
import { makeEvent, makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

const ROOM = 'https://meet.example.org/Kamer-1'
const LINK = `https://agenda.example.org/registrations/1-1-${'x'.repeat(43)}`
const VENUE = { name: 'De Zaal', address: 'Plein 1', postcode: '9700 AA', city: 'Groningen', access: '' }

function openEvent(roomUrl: string | null = ROOM, description = '') {
  const { db } = openWorld()
  const group = makeGroup(db)
  const event = makeEvent(db, group, { roomUrl, description })
  const problems = (work: (tx: Tx) => unknown) => {
    try {
      writeNow(db, work)
    } catch (error) {
      if (error instanceof Invalid) return error.problems
      throw error
    }
  }
  const edit = (values: Partial<Event>) =>
    problems(tx =>
      editEvent(tx, event, { ...event, ...values }, [], { organiserId: null, revision: event.revision }, NOW),
    )
  return { db, group, event, problems, edit, editor: { organiserId: null, revision: event.revision } }
}

describe('the room', () => {
  test.each([
    ['title', { title: `Nu op ${ROOM}` }],
    ['summary', { summary: ROOM }],
    ['description', { description: `Kom naar <${ROOM}/>` }],
    ['yield', { yield: 'MEET.example.org/kamer-1' }],
    ['speakers', { speakers: ['Anna', `Bob (http://www.meet.example.org/kamer-1)`] }],
  ])('cannot be typed in the %s', (field, values) => {
    const { db, event, edit } = openEvent()
    expect(edit(values)).toEqual({ [field]: 'room_in_text' })
    expect(getEvent(db, event.id)).toEqual(event)
  })

  test('cannot become what a text says already', () => {
    const { edit } = openEvent(null, `Kom naar ${ROOM}`)
    expect(edit({ roomUrl: ROOM })).toEqual({ description: 'room_in_text' })
  })

  test.each([
    ['reason', { ...VENUE }, `Nu in ${ROOM}`],
    ['venueName', { ...VENUE, name: ROOM }, ''],
    ['venueAccess', { ...VENUE, access: `Online: ${ROOM}` }, ''],
  ])('cannot move along in the %s', (field, venue, reason) => {
    const { event, problems, editor } = openEvent()
    const to = { ...event, attendance: 'hybrid' as const, venue }
    expect(problems(tx => moveEvent(tx, event, to, reason, editor, NOW))).toEqual({ [field]: 'room_in_text' })
  })

  test('is in no reason for cancelling, no new event and no series', () => {
    const { db, group, event, problems, editor } = openEvent()
    expect(problems(tx => cancelEvent(tx, event, `Kijk op ${ROOM}`, editor, NOW))).toEqual({ reason: 'room_in_text' })
    const draft = { ...event, id: undefined, uid: undefined, slug: 'nieuw', groupId: group.id, title: ROOM }
    expect(problems(tx => createEvent(tx, draft, NOW))).toEqual({ title: 'room_in_text' })
    const series = makeSeries(db, group, { roomUrl: ROOM })
    expect(problems(tx => updateSeries(tx, series, { summary: ROOM }))).toEqual({ summary: 'room_in_text' })
  })

  test('stands in nobody’s way where there is none, or another one', () => {
    const { edit } = openEvent()
    expect(edit({ description: 'Zie https://meet.example.org/uitleg' })).toBeUndefined()
    expect(openEvent(null).edit({ description: ROOM })).toBeUndefined()
  })
})

describe('a personal link, pasted from somebody’s mail', () => {
  test.each([
    ['summary', { summary: `Meld je af op ${LINK}` }],
    ['description', { description: `[Hier](${LINK})` }],
    ['speakers', { speakers: ['Anna', LINK] }],
  ])('cannot be typed in the %s', (field, values) => {
    const { db, event, edit } = openEvent()
    expect(edit(values)).toEqual({ [field]: 'link_in_text' })
    expect(getEvent(db, event.id)).toEqual(event)
  })

  test('is in no reason, for moving or for cancelling, no new event and no series', () => {
    const { db, group, event, problems, editor } = openEvent(null)
    const to = { ...event, localStart: '2026-12-10T12:00' }
    expect(problems(tx => moveEvent(tx, event, to, LINK, editor, NOW))).toEqual({ reason: 'link_in_text' })
    expect(problems(tx => cancelEvent(tx, event, LINK, editor, NOW))).toEqual({ reason: 'link_in_text' })
    const draft = { ...event, id: undefined, uid: undefined, slug: 'nieuw', groupId: group.id, summary: LINK }
    expect(problems(tx => createEvent(tx, draft, NOW))).toEqual({ summary: 'link_in_text' })
    const series = makeSeries(db, group)
    expect(problems(tx => updateSeries(tx, series, { summary: LINK }))).toEqual({ summary: 'link_in_text' })
  })

  test('is told of beside the room, each at its own field', () => {
    const { edit } = openEvent()
    expect(edit({ summary: LINK, description: ROOM })).toEqual({
      summary: 'link_in_text',
      description: 'room_in_text',
    })
  })

  test('is not an address that everybody may open', () => {
    const { edit } = openEvent()
    expect(edit({ description: 'Zie https://agenda.example.org/events/wat-vraagt-de-buurt' })).toBeUndefined()
  })
})
