// What an organiser hears of a time that will not do, wherever one can be typed.
import { describe, expect, test } from 'vitest'
import { events } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { openConsole } from '../../support/console.ts'
import { makeEvent, makeSeries } from '../../support/world.ts'

const MISSING = 'Deze tijd bestaat niet: die nacht gaat de klok een uur vooruit.'
const TWICE = 'Deze tijd bestaat twee keer: die nacht gaat de klok een uur terug.'
const NIGHTS: [string, string][] = [
  ['2027-03-28', MISSING],
  ['2026-10-25', TWICE],
]
const SEPTEMBER = '2026-09-01T09:00:00Z'

describe('§8.49 02.30 on the night of a clock change is refused with a message', () => {
  async function open() {
    const world = await openConsole()
    world.clock.set(SEPTEMBER)
    return world
  }

  test.each(NIGHTS)('for a new event on %s: %s', async (date, message) => {
    const { db, post } = await open()
    const form = { title: 'Nachtwerk', kind: 'webinar', groupId: '1', durationMinutes: '60', attendance: 'online' }
    const { statusCode, body } = await post('/console/events/new', { ...form, date, time: '02:30' })
    expect(statusCode).toBe(422)
    expect(body).toContain(`id="f-date-problem">${message}`)
    expect(body).toContain('value="Nachtwerk"')
    expect(db.select().from(events).all()).toEqual([])
    expect((await post('/console/events/new', { ...form, date, time: '12:00' })).statusCode).toBe(303)
  })

  test.each(NIGHTS)('for an event that moves to %s: %s', async (date, message) => {
    const { db, group, post } = await open()
    const event = makeEvent(db, group, {}, Temporal.Instant.from(SEPTEMBER))
    const form = {
      time: '02:30',
      durationMinutes: '60',
      attendance: 'online',
      reason: '',
      revision: `${event.revision}`,
    }
    const { statusCode, body } = await post(`/console/events/${event.id}/move`, { ...form, date })
    expect(statusCode).toBe(422)
    expect(body).toContain(`id="f-date-problem">${message}`)
    expect(getEvent(db, event.id).localStart).toBe(event.localStart)
  })

  test('for dates of a series, each with what is wrong with it', async () => {
    const { db, group, post } = await open()
    makeSeries(db, group, { rule: 'FREQ=WEEKLY;BYDAY=SU', localTime: '02:30' })
    const dates = ['2026-10-18', ...NIGHTS.map(([date]) => date)]
    const span = { from: '2026-10-01', until: '2027-04-30' }
    const fields = { ...span, accept: dates, proposed: dates, date: dates, title: dates.map(() => '') }
    const { statusCode, body } = await post('/console/series/eerste-donderdag/planning', fields)
    expect(statusCode).toBe(422)
    for (const [date, message] of NIGHTS) {
      const row = body.split('<li').find(part => part.includes(`value="${date}"`)) ?? ''
      expect(row.match(/(?<=<p class="problem">)[^<]*/g)).toEqual([message])
    }
    expect(db.select().from(events).all()).toEqual([])
  })
})

describe('§8.51 6 May 2027 warns of Hemelvaartsdag', () => {
  test('on the page of an event that stands there as a draft, and among what is still to be published', async () => {
    const { db, group, get } = await openConsole()
    const values = { groupId: group.id, kind: 'webinar', timeZone: 'Europe/Amsterdam', title: 'Op Hemelvaart' } as const
    const place = { durationMinutes: 60, attendance: 'online', localStart: '2027-05-06T12:00' } as const
    const now = Temporal.Instant.from(SEPTEMBER)
    const draft = writeNow(db, tx => createEvent(tx, { ...values, ...place }, now))
    for (const url of [`/console/events/${draft.id}`, '/console'])
      expect((await get(url)).body).toContain('Let op: donderdag 6 mei 2027 is Hemelvaartsdag.')
  })
})
