import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, events, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { redatingOf } from '#src/domain/redating.ts'
import { fieldsOf, openConsole } from '../../support/console.ts'
import { listMessages, makeEvent, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

const PLANNING = '/console/series/eerste-donderdag/planning'
const YEAR = `${PLANNING}?from=2027-01-01&until=2027-12-31`

async function openPlanning(rule = 'FREQ=MONTHLY;BYDAY=1TH') {
  const world = await openConsole()
  const found = makeSeries(world.db, world.group, { rule, skipMonths: [8] })
  const starts = () =>
    world.db
      .select({ start: events.localStart, title: events.title })
      .from(events)
      .orderBy(events.localStart)
      .all()
      .map(({ start, title }) => [start, title])
  return { ...world, found, starts }
}

const THURSDAYS = ['01-07', '02-04', '03-04', '04-01', '06-03', '07-01', '09-02', '10-07', '11-04', '12-02']

describe('the list of dates', () => {
  test('§8.51 of 2027 names Hemelvaartsdag on 6 May, offers a free day, and leaves it unticked like the skipped month', async () => {
    const { get } = await openPlanning()
    const { body } = await get(YEAR)
    const may = body.split('<li').find(row => row.includes('donderdag 6 mei 2027')) ?? ''
    expect(may).toContain('Hemelvaartsdag.')
    expect(may).toContain('donderdag 13 mei 2027')
    expect(body.match(/Hemelvaartsdag/g)).toHaveLength(1)
    const fields = fieldsOf(body, PLANNING)
    expect(fields.proposed).toHaveLength(12)
    expect(fields.accept).toEqual(THURSDAYS.map(day => `2027-${day}`))
    expect(body.split('<li').find(row => row.includes('5 augustus 2027'))).toContain('Deze maand slaat de reeks over.')
  })

  test('shows what else is on that day', async () => {
    const { db, group, get } = await openPlanning()
    makeEvent(db, group, { title: 'Conferentiedag', localStart: '2027-02-04T09:30', durationMinutes: 420 })
    const { body } = await get(YEAR)
    expect(body.match(/Ook op deze dag: Conferentiedag \(9\.30–16\.30 uur\)/g)).toHaveLength(1)
  })

  test('begins after what exists, for twelve months', async () => {
    const { db, found, get } = await openPlanning()
    const { groupId, kind, timeZone, durationMinutes, attendance } = found
    const values = { seriesId: found.id, groupId, kind, timeZone, durationMinutes, attendance, title: 'Staat er' }
    writeNow(db, tx => createEvent(tx, { ...values, localStart: '2027-03-04T12:00' }, NOW))
    const { body } = await get(PLANNING)
    expect(body).toContain('name="from" value="2027-03-05"')
    expect(body).toContain('name="until" value="2028-03-04"')
    expect(fieldsOf(body, PLANNING).proposed).toHaveLength(12)
  })

  test('keeps the rhythm of a series of weeks', async () => {
    const { db, found, get } = await openPlanning('FREQ=WEEKLY;INTERVAL=3;BYDAY=TU')
    const { groupId, kind, timeZone, durationMinutes, attendance } = found
    const values = { seriesId: found.id, groupId, kind, timeZone, durationMinutes, attendance, title: 'Staat er' }
    writeNow(db, tx => createEvent(tx, { ...values, localStart: '2026-12-01T12:00' }, NOW))
    const { body } = await get(PLANNING)
    expect([fieldsOf(body, PLANNING).proposed].flat().slice(0, 3)).toEqual(['2026-12-22', '2027-01-12', '2027-02-02'])
  })

  test('reads an odd period as the usual one, and no more than two years', async () => {
    const { get } = await openPlanning()
    const { statusCode, body } = await get(`${PLANNING}?from=2027-02-31&until=2099-01-01`)
    expect(statusCode).toBe(200)
    expect(body).toContain('name="from" value="2026-11-22"')
    expect(body).toContain('name="until" value="2028-11-22"')
  })
})

describe('a date that is let pass', () => {
  test('keeps its reason, is offered no more, and can be taken back', async () => {
    const { get, post, starts } = await openPlanning()
    const rows = { proposed: ['2027-05-06', '2027-06-03'], date: ['2027-05-06', '2027-06-03'], title: ['', ''] }
    const skip = { ...rows, accept: ['2027-05-06', '2027-06-03'], skip: ['2027-05-06'], reason: ['Hemelvaart', ''] }
    const { headers } = await post(PLANNING, { from: '2027-05-01', until: '2027-06-30', ...skip })
    expect(headers.location).toBe(`${PLANNING}?from=2027-05-01&until=2027-06-30&planned=1&skipped=1`)
    expect(starts()).toEqual([['2027-06-03T12:00', 'Webinar van de eerste donderdag']])
    const after = await get(String(headers.location))
    expect(after.body).toContain('Eén datum is overgeslagen.')
    const row = after.body.split('<li').find(part => part.includes('6 mei 2027')) ?? ''
    expect(row).toContain('overgeslagen')
    expect(row).toContain('Hemelvaart<')
    expect(fieldsOf(after.body, PLANNING).proposed).toBeUndefined()
    const form = { date: '2027-05-06', from: '2027-05-01', until: '2027-06-30' }
    const back = await post(`${PLANNING}/unskip`, form)
    expect([back.statusCode, back.headers.location]).toEqual([
      303,
      `${PLANNING}?from=2027-05-01&until=2027-06-30&unskipped=1`,
    ])
    expect(fieldsOf((await get(String(back.headers.location))).body, PLANNING).proposed).toBe('2027-05-06')
  })
})

describe('a new rule for a series that is planned', () => {
  const SERIES = '/console/series/eerste-donderdag'

  async function openRedating() {
    const world = await openPlanning()
    await world.post(PLANNING, {
      accept: ['2027-01-07', '2027-02-04', '2027-03-04', '2027-04-01', '2027-05-06'],
      proposed: ['2027-01-07', '2027-02-04', '2027-03-04', '2027-04-01', '2027-05-06'],
      date: ['2027-01-07', '2027-02-04', '2027-03-04', '2027-04-01', '2027-05-13'],
      title: ['', '', '', '', 'Na Hemelvaart'],
      reason: ['', '', '', '', 'Hemelvaartsdag'],
    })
    const fields = { ...fieldsOf((await world.get(SERIES)).body, SERIES), ...SETTING, ordinal: '2', weekday: 'TU' }
    const rule = () => world.db.select({ rule: series.rule }).from(series).get()?.rule
    return { ...world, fields, rule }
  }
  const SETTING = {
    kind: 'webinar',
    attendance: 'online',
    every: 'month',
    localTime: '12:00',
    groupId: '1',
    months: '1,2,3,4,5,6,7,8,9,10,11,12',
    weeklyDay: 'TH',
  }

  test('says first that four dates change and one stays, and does nothing yet', async () => {
    const { post, fields, rule, starts } = await openRedating()
    const before = starts()
    const { statusCode, body } = await post(SERIES, fields)
    expect(statusCode).toBe(200)
    expect(body).toContain('<h1>4 datums veranderen, 1 blijft</h1>')
    expect(body).toContain(
      'Blijft: Na Hemelvaart, donderdag 13 mei 2027, 12.00–13.00 uur. Die datum is met de hand gekozen.',
    )
    expect([rule(), starts()]).toEqual(['FREQ=MONTHLY;BYDAY=1TH', before])
  })

  test('moves the four at the second POST, and leaves the one', async () => {
    const { get, post, fields, rule, starts } = await openRedating()
    const { body } = await post(SERIES, fields)
    const { statusCode, headers } = await post(SERIES, fieldsOf(body, SERIES))
    expect([statusCode, headers.location]).toEqual([303, `${SERIES}?saved=dates`])
    expect((await get(`${SERIES}?saved=dates`)).body).toContain('Bewaard. De datums zijn verplaatst.')
    expect(rule()).toBe('FREQ=MONTHLY;BYDAY=2TU')
    expect(starts().map(([start]) => start)).toEqual(
      ['2027-01-12', '2027-02-09', '2027-03-09', '2027-04-13', '2027-05-13'].map(day => `${day}T12:00`),
    )
  })

  test('can be kept without moving anything', async () => {
    const { post, fields, rule, starts } = await openRedating()
    const before = starts()
    const { body } = await post(SERIES, fields)
    expect(body).toContain('name="redate" value="no"')
    const { statusCode } = await post(SERIES, { ...fieldsOf(body, SERIES), redate: 'no' })
    expect([statusCode, rule(), starts()]).toEqual([303, 'FREQ=MONTHLY;BYDAY=2TU', before])
  })

  test('is refused if a date was moved since it was shown', async () => {
    const { db, post, fields, rule } = await openRedating()
    const { body } = await post(SERIES, fields)
    writeNow(db, tx => {
      const event = getEvent(tx, 1)
      const to = { localStart: '2027-01-20T12:00', durationMinutes: 60, attendance: 'online' as const, venue: null }
      moveEvent(tx, event, to, '', { organiserId: null, revision: event.revision }, NOW)
    })
    expect((await post(SERIES, fieldsOf(body, SERIES))).statusCode).toBe(409)
    expect(rule()).toBe('FREQ=MONTHLY;BYDAY=1TH')
  })
})

test('a copy made by hand stands in the year like any other, and stays where it is when the rule changes', async () => {
  const { db, found, get, post } = await openPlanning()
  await post(PLANNING, fieldsOf((await get(YEAR)).body, PLANNING))
  const copied = await post('/console/events/1/duplicate', { date: '2027-08-12' })
  expect(copied.statusCode).toBe(303)
  const { statusCode, body } = await get(YEAR)
  expect(statusCode).toBe(200)
  expect(body).toContain('onderdag 12 augustus 2027')
  const copy = db.select().from(events).where(eq(events.localStart, '2027-08-12T12:00')).get()
  const redating = redatingOf(db, found, { rule: 'FREQ=MONTHLY;BYDAY=2TU', localTime: '12:00' }, NOW)
  expect(redating.stays.map(({ event, why }) => [event.id, why])).toEqual([[copy?.id, 'by_hand']])
})

describe('two topics', () => {
  const SWAPS = '/console/series/eerste-donderdag/swaps'

  test('trade dates, and who registered gets one mail that says the new one', async () => {
    const { db, found, get, post, starts } = await openPlanning()
    await post(PLANNING, fieldsOf((await get(YEAR)).body, PLANNING))
    const [january, february] = [getEvent(db, 1), getEvent(db, 2)]
    writeNow(db, tx => publishEvent(tx, january, { organiserId: null, revision: january.revision }, NOW))
    makeRegistration(db, getEvent(db, 1), { name: 'Zoë' })
    const { body } = await post(SWAPS, { one: String(january.id), other: String(february.id), reason: 'Spreker ziek' })
    expect(body).toContain('<h1>Deze twee onderwerpen wisselen?</h1>')
    expect(body).toContain('value="Spreker ziek"')
    expect(body).toContain('Eén persoon krijgt een mail')
    expect(starts()[0]).toEqual(['2027-01-07T12:00', found.title])
    const { statusCode, headers } = await post(SWAPS, fieldsOf(body, SWAPS))
    expect([statusCode, headers.location]).toEqual([303, `${PLANNING}?from=2027-01-01&swapped=1&swapped=2`])
    expect([getEvent(db, 1).localStart, getEvent(db, 2).localStart]).toEqual(['2027-02-04T12:00', '2027-01-07T12:00'])
    // Her first mail has not left yet: it says the new date itself.
    const mails = listMessages(db).filter(({ kind, state }) => state === 'queued' && !kind.startsWith('reminder'))
    expect(mails.map(({ kind }) => kind)).toEqual(['confirmed'])
    // The page after it says so, and leads the way back.
    const after = await get(String(headers.location))
    expect(after.body).toContain('De twee onderwerpen zijn gewisseld.')
    expect(fieldsOf(after.body, SWAPS)).toEqual({ one: '1', other: '2', reason: '' })
    expect((await get(`${PLANNING}?swapped=1&swapped=1`)).body).not.toContain('gewisseld')
    expect((await get(`${PLANNING}?swapped=1`)).body).not.toContain('gewisseld')
  })

  test('of which one changed meanwhile stay where they are', async () => {
    const { db, get, post, starts } = await openPlanning()
    await post(PLANNING, fieldsOf((await get(YEAR)).body, PLANNING))
    const before = starts()
    const form = { one: '1', other: '2', revisionOfOne: '1', revisionOfOther: '7', reason: '', recipients: '0' }
    expect((await post(SWAPS, form)).statusCode).toBe(409)
    expect((await post(SWAPS, { one: '1', other: '1' })).statusCode).toBe(409)
    expect((await post(SWAPS, { one: '1', other: '99' })).statusCode).toBe(404)
    expect(starts()).toEqual(before)
    expect(getEvent(db, 1).revision).toBe(1)
  })
})

describe('planning a year', () => {
  test('in one go makes a draft of every ticked date, and publishes nothing', async () => {
    const { db, get, post, starts } = await openPlanning()
    const { statusCode, headers } = await post(PLANNING, fieldsOf((await get(YEAR)).body, PLANNING))
    expect([statusCode, headers.location]).toEqual([
      303,
      `${PLANNING}?from=2027-01-01&until=2027-12-31&planned=10&skipped=0`,
    ])
    expect(starts()).toEqual(THURSDAYS.map(day => [`2027-${day}T12:00`, 'Webinar van de eerste donderdag']))
    expect(
      db
        .select({ at: events.publishedAt })
        .from(events)
        .all()
        .every(({ at }) => at === null),
    ).toBe(true)
    expect(db.select({ action: auditEntries.action }).from(auditEntries).all()).toEqual([{ action: 'series_planned' }])
    const after = await get(String(headers.location))
    expect(after.body).toContain('Er zijn 10 concepten gemaakt.')
    expect(after.body.match(/staat er al, als concept/g)).toHaveLength(10)
  })

  test('takes another date and a title of its own, ticked or not, where a holiday is in the way', async () => {
    const { post, starts } = await openPlanning()
    await post(PLANNING, {
      accept: ['2027-04-01'],
      proposed: ['2027-04-01', '2027-05-06', '2027-06-03'],
      date: ['2027-04-08', '2027-05-13', '2027-06-10'],
      title: ['Een gesprek', '', ''],
    })
    expect(starts()).toEqual([
      ['2027-04-08T12:00', 'Een gesprek'],
      ['2027-05-13T12:00', 'Webinar van de eerste donderdag'],
    ])
  })

  test('twice makes nothing twice', async () => {
    const { get, post, starts } = await openPlanning()
    const fields = fieldsOf((await get(YEAR)).body, PLANNING)
    await post(PLANNING, fields)
    const again = await post(PLANNING, fields)
    expect(again.headers.location).toContain('planned=0')
    expect(starts()).toHaveLength(10)
  })

  test('further leaves what exists as it is, also what was moved by hand', async () => {
    const { db, me, get, post, starts } = await openPlanning()
    await post(PLANNING, fieldsOf((await get(YEAR)).body, PLANNING))
    const [first] = db.select().from(events).orderBy(events.localStart).all()
    const id = first?.id ?? 0
    writeNow(db, tx => {
      const event = getEvent(tx, id)
      const to = { localStart: '2027-01-14T12:00', durationMinutes: 60, attendance: 'online' as const, venue: null }
      moveEvent(tx, event, to, '', { organiserId: null, revision: event.revision }, NOW)
    })
    const wider = await get(`${PLANNING}?from=2027-01-01&until=2028-01-31`, me)
    expect(fieldsOf(wider.body, PLANNING).accept).toBe('2028-01-06')
    await post(PLANNING, fieldsOf(wider.body, PLANNING))
    expect(starts().map(([start]) => start)).toEqual([
      '2027-01-14T12:00',
      ...THURSDAYS.slice(1).map(day => `2027-${day}T12:00`),
      '2028-01-06T12:00',
    ])
  })

  test('refuses a date that is none or is over, keeps what was typed, and makes nothing', async () => {
    const { post, starts } = await openPlanning()
    const form = { from: '2027-01-01', until: '2027-02-28', accept: ['2027-01-07', '2027-02-04'] }
    for (const [date, problem] of [
      ['2027-02-30', 'Dit is geen geldige datum en tijd.'],
      ['2020-01-01', 'Deze dag is al voorbij.'],
    ]) {
      const fields = { ...form, proposed: form.accept, date: ['2027-01-07', date ?? ''], title: ['Mijn titel', ''] }
      const { statusCode, body } = await post(PLANNING, fields)
      expect(statusCode).toBe(422)
      expect(body).toContain(problem)
      expect(body).toContain('value="Mijn titel"')
    }
    expect(starts()).toEqual([])
  })
})

const SERIES = {
  ...{ title: 'Derde dinsdag', summary: '', kind: 'meeting', groupId: '1', durationMinutes: '180' },
  ...{ attendance: 'online', every: 'month', ordinal: '3', weekday: 'TU', months: '3,6,9,12', interval: '2' },
  ...{ weeklyDay: 'TH', count: '', localTime: '13:30', promoteHoursOnline: '1', promoteHoursInPerson: '48' },
}

describe('a series', () => {
  test('is made of a sentence, said back in words, and leads on to its dates', async () => {
    const { db, get, post } = await openConsole()
    const { statusCode, headers } = await post('/console/series/new', {
      ...SERIES,
      skipMonths: ['6', '8'],
      remindDayBefore: 'on',
    })
    expect([statusCode, headers.location]).toEqual([303, '/console/series/derde-dinsdag/planning'])
    expect(db.select().from(series).all()).toMatchObject([
      {
        rule: 'FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=3TU',
        localTime: '13:30',
        skipMonths: [6, 8],
        remindDayBefore: true,
        remindHourBefore: false,
        timeZone: 'Europe/Amsterdam',
        capacityOnline: null,
      },
    ])
    expect((await get('/console/series/derde-dinsdag')).body).toContain('elke derde dinsdag van het kwartaal')
  })

  test.each([
    [
      { months: '1,2,3,4,5,6,7,8,9,10,11,12', ordinal: '1', weekday: 'TH' },
      'FREQ=MONTHLY;BYDAY=1TH',
      'elke eerste donderdag van de maand',
    ],
    [
      { months: '1,2,3,4,5,6,7,8,9,10,11,12', ordinal: '-1', weekday: 'FR' },
      'FREQ=MONTHLY;BYDAY=-1FR',
      'elke laatste vrijdag van de maand',
    ],
    [
      { months: '2,5,8,11' },
      'FREQ=MONTHLY;BYMONTH=2,5,8,11;BYDAY=3TU',
      'elke derde dinsdag van februari, mei, augustus en november',
    ],
    [{ every: 'week', interval: '1', weeklyDay: 'MO' }, 'FREQ=WEEKLY;BYDAY=MO', 'elke maandag'],
    [
      { every: 'week', interval: '3', weeklyDay: 'TU', count: '5' },
      'FREQ=WEEKLY;INTERVAL=3;BYDAY=TU;COUNT=5',
      'om de 3 weken op dinsdag, 5 keer',
    ],
  ])('%o is %s', async (choice, rule, words) => {
    const { db, get, post } = await openConsole()
    await post('/console/series/new', { ...SERIES, ...choice })
    expect(db.select({ rule: series.rule }).from(series).all()).toEqual([{ rule }])
    expect((await get('/console/series/derde-dinsdag')).body).toContain(`>${words}<`)
  })

  test.each([
    [{}, 24],
    [{ declineHours: '0' }, 0],
    [{ declineHours: '336' }, 336],
    [{ declineHours: '' }, null],
  ])('%o: hours after a no in the calendar', async (choice, declineHours) => {
    const { db, get, post } = await openConsole()
    await post('/console/series/new', { ...SERIES, ...choice })
    expect(db.select({ declineHours: series.declineHours }).from(series).all()).toEqual([{ declineHours }])
    const { body } = await get('/console/series/derde-dinsdag')
    expect(fieldsOf(body, '/console/series/derde-dinsdag').declineHours).toBe(String(declineHours ?? ''))
  })

  test('says so when a no in a calendar arrives nowhere', async () => {
    const { deps, get } = await openConsole()
    const says = async () =>
      (await get('/console/series/new')).body.includes('Dit werkt nog niet: de beheerder heeft geen')
    expect(await says()).toBe(true)
    Object.assign(deps.config, { imapUrl: 'imaps://box:secret@mail.example.org' })
    expect(await says()).toBe(false)
  })

  test.each(['337', '-1', '1,5', 'dag', '024', '1e2'])('refuses %s hours, and loses nothing', async declineHours => {
    const { db, post } = await openConsole()
    const { statusCode, body } = await post('/console/series/new', { ...SERIES, declineHours })
    expect(statusCode).toBe(422)
    expect(body).toContain('Vul een heel getal in van 0 tot en met 336, of laat het leeg.')
    expect(body).toContain(`value="${declineHours}"`)
    expect(body).toContain('value="Derde dinsdag"')
    expect(db.select().from(series).all()).toEqual([])
  })

  test('of the same name gets an address of its own', async () => {
    const { db, post } = await openConsole()
    for (let i = 0; i < 2; i++) await post('/console/series/new', { ...SERIES, title: 'New' })
    expect(db.select({ slug: series.slug }).from(series).all()).toEqual([{ slug: 'new-2' }, { slug: 'new-3' }])
  })

  test('shows what is wrong with everything that was typed', async () => {
    const { db, post } = await openConsole()
    const { statusCode, body } = await post('/console/series/new', {
      ...SERIES,
      ...{ title: '', attendance: 'hybrid', durationMinutes: 'lang', summary: 'Blijft staan' },
    })
    expect(statusCode).toBe(422)
    expect(body).toContain('Er kloppen nog 2 dingen niet')
    expect(body).toContain('value="Blijft staan"')
    expect(db.select().from(series).all()).toEqual([])
  })

  test.each([
    [{ attendance: 'hybrid' }, 'venueName', 'Vul dit in.'],
    [{ roomUrl: 'http://meet.example.org' }, 'roomUrl', 'Vul een volledig adres in, dat begint met https://.'],
    [{ groupId: '99' }, 'groupId', 'Kies een van de mogelijkheden.'],
  ])('%o is refused at %s', async (choice, field, problem) => {
    const { post } = await openConsole()
    const { statusCode, body } = await post('/console/series/new', { ...SERIES, ...choice })
    expect(statusCode).toBe(422)
    expect(body).toContain(`<p class="problem" id="f-${field}-problem">${problem}</p>`)
  })

  test('can be changed without touching what was planned', async () => {
    const { db, get, post } = await openPlanning()
    await post(PLANNING, fieldsOf((await get(YEAR)).body, PLANNING))
    const { headers } = await post('/console/series/eerste-donderdag', {
      ...SERIES,
      title: 'Nieuwe naam',
      localTime: '15:00',
      redate: 'no',
    })
    expect(headers.location).toBe('/console/series/eerste-donderdag?saved=1')
    expect(db.select().from(series).all()).toMatchObject([
      { slug: 'eerste-donderdag', title: 'Nieuwe naam', localTime: '15:00' },
    ])
    expect(
      new Set(
        db
          .select({ start: events.localStart })
          .from(events)
          .all()
          .map(({ start }) => start.slice(11)),
      ),
    ).toEqual(new Set(['12:00']))
  })
})
