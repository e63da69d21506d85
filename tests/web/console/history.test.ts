// Who did what, as it is read: sentences in two languages, page by page, by kind, as a file, and without names that have gone.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, organisers } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { ACTIONS, type Action, audit, SUBJECTS } from '#src/domain/audit.ts'
import { groupHistoryIds, listEntries } from '#src/domain/history.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { findPerson } from '#src/domain/people.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { LANGUAGES, LOCALES } from '#src/i18n/index.ts'
import { readTable, type TableRow } from '#src/lib/tables.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { sweepAt } from '../../support/swept.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

const sentences = (html: string) =>
  [...html.matchAll(/<time[^>]*>[^<]*<\/time><p>([^<]*)/g)].map(([, text]) => text?.trim())

describe('every act', () => {
  test.each(LOCALES)('has a sentence in %s, with who did it and a full stop', locale => {
    const { actions, subjects } = LANGUAGES[locale].console.audit
    expect(Object.keys(actions).sort()).toEqual(Object.keys(ACTIONS).sort())
    expect(Object.keys(subjects)).toEqual([...SUBJECTS])
    const told = { who: 'Otto', what: 'dit webinar', person: 'Zoë', group: 'Noord', parts: ['een', 'twee'] }
    for (const action of Object.keys(ACTIONS) as Action[]) {
      expect([action, actions[action](told)]).toEqual([action, expect.stringMatching(/^Otto .*[^.]\.$/)])
    }
  })
})

async function openDeeds() {
  const world = await openConsole()
  const { db, group, post } = world
  const event = makeEvent(db, group)
  const registration = makeRegistration(db, event)
  const page = `/console/events/${event.id}`
  const form = { revision: '2', date: '2026-12-10', time: '12:00', durationMinutes: '60', attendance: 'online' }
  const { body } = await post(`${page}/move`, form)
  await post(`${page}/move`, fieldsOf(body, `${page}/move`))
  return { ...world, event, registration, page }
}

describe('the history of an event', () => {
  test('tells it in sentences, the newest first, in the language of who reads', async () => {
    const { get, page, db, registration, event, group } = await openDeeds()
    writeNow(db, tx => {
      const deed = { organiserId: 1, groupId: group.id, eventId: event.id }
      audit(tx, { action: 'attendance_marked', ...deed, registrationId: registration.id }, NOW)
    })
    expect(sentences((await get(`${page}/history`)).body)).toEqual([
      'Otto noteerde dat Zoë de Vries bij dit webinar was.',
      'Otto verplaatste dit webinar van 3 naar 10 december.',
      'Aanschuiven publiceerde dit webinar.',
    ])
    expect(sentences((await get(`${page}/history?lang=en`)).body).slice(0, 2)).toEqual([
      'Otto noted that Zoë de Vries was at this webinar.',
      'Otto moved this webinar from 3 to 10 December.',
    ])
    expect(sentences((await get(`${page}/history?about=people`)).body)).toEqual([
      'Otto noteerde dat Zoë de Vries bij dit webinar was.',
    ])
    expect((await get(`${page}/history?about=planning`)).body).toContain('Hiervan is nog niets gebeurd.')
    expect((await get(`${page}/history?about=x`)).statusCode).toBe(400)
  })

  test('calls nobody by a name that has gone', async () => {
    const { get, page, db, registration, event, group } = await openDeeds()
    const deed = { organiserId: 1, groupId: group.id, eventId: event.id, registrationId: registration.id }
    writeNow(db, tx => audit(tx, { action: 'attendance_marked', ...deed }, NOW))
    const person = findPerson(db, 'zoe@example.org')
    if (!person) throw new Error('nobody')
    writeNow(db, tx => erasePerson(tx, person, NOW.add({ hours: 24 * 60 })))
    db.update(organisers).set({ name: '', email: '1@former.invalid' }).where(eq(organisers.id, 1)).run()
    const { body } = await get(`${page}/history.csv`)
    expect(sentences((await get(`${page}/history`)).body)[0]).toBe(
      'Een vroegere organisator noteerde dat een deelnemer bij dit webinar was.',
    )
    expect(body).not.toMatch(/Zoë|Otto|former/)
  })

  test.each([
    ['2026-12-03T12:00/2026-12-03T14:30', 'Otto verplaatste dit webinar van 12.00 naar 14.30.'],
    ['2026-12-03T12:00/2027-01-07T12:00', 'Otto verplaatste dit webinar van 3 december 2026 naar 7 januari 2027.'],
    ['2026-11-26T12:00/2026-12-03T12:00', 'Otto verplaatste dit webinar van 26 november naar 3 december.'],
    ['2026-12-03T12:00/2026-12-03T12:00', 'Otto wijzigde de plek of de duur van dit webinar.'],
    ['2026-12-10T12:00', 'Otto verplaatste dit webinar naar donderdag 10 december 2026.'],
  ])('says how it moved: %s', async (detail, sentence) => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group)
    writeNow(db, tx =>
      audit(tx, { action: 'event_moved', organiserId: 1, groupId: group.id, eventId: event.id, detail }, NOW),
    )
    expect(sentences((await get(`/console/events/${event.id}/history`)).body)[0]).toBe(sentence)
  })

  test('goes on where a page ends, and says each act once', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group)
    const deed = { organiserId: 1, groupId: group.id, eventId: event.id }
    for (let minute = 0; minute < 120; minute++) {
      writeNow(db, tx => audit(tx, { action: 'cover_set', ...deed }, NOW.add({ minutes: minute })))
    }
    const moments: string[] = []
    let path: string | undefined = `/console/events/${event.id}/history`
    for (let pages = 0; path && pages < 5; pages++) {
      const { body }: { body: string } = await get(path)
      moments.push(...[...body.matchAll(/<time datetime="([^"]*)"/g)].map(([, at = '']) => at))
      path = /rel="next" href="([^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(moments).toHaveLength(121)
    expect(moments.slice(0, 120)).toEqual([...new Set(moments.slice(0, 120))].sort().reverse())
  })
})

describe('the history of a group', () => {
  test('has that of the groups under it, with the event by its title; names stand for what was kept as a slug', async () => {
    const { db, group, get } = await openDeeds()
    const owner = signIn(db, 'els@example.org', group, 'owner')
    const below = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    makeEvent(db, below, { title: 'In de wijk', localStart: '2027-01-07T12:00' })
    makeSeries(db, group)
    const deeds: [Action, string][] = [
      ['series_planned', 'eerste-donderdag: 12'],
      ['date_skipped', 'eerste-donderdag: 2027-05-06'],
      ['template_saved', 'nl/confirmed'],
      ['right_changed', '1/host'],
      ['member_removed', '99/viewer'],
      ['draft_deleted', 'Over <b>alles</b>'],
    ]
    for (const [action, detail] of deeds) {
      writeNow(db, tx => audit(tx, { action, organiserId: 1, groupId: group.id, detail }, NOW))
    }
    const { body } = await get('/console/groups/noord/history', owner)
    expect(sentences(body)).toEqual([
      'Otto verwijderde het concept “Over &lt;b&gt;alles&lt;/b&gt;”.',
      'Otto haalde een vroegere organisator weg bij Werkplaats Noord.',
      'Otto maakte Otto begeleider van Werkplaats Noord.',
      'Otto wijzigde de tekst van de mail “Bevestiging van aanmelding (Nederlands)”.',
      'Otto sloeg donderdag 6 mei 2027 over in de reeks “Webinar van de eerste donderdag”.',
      'Otto maakte 12 concepten in de reeks “Webinar van de eerste donderdag”.',
      'Aanschuiven publiceerde “In de wijk”.',
      'Otto verplaatste “Eén gezin, één plan: lukt dat?” van 3 naar 10 december.',
      'Aanschuiven publiceerde “Eén gezin, één plan: lukt dat?”.',
    ])
    expect(sentences((await get('/console/groups/noord/history?about=planning', owner)).body)).toHaveLength(2)
    expect(sentences((await get('/console/groups/wijs/history', owner)).body)).toEqual([
      'Aanschuiven publiceerde “In de wijk”.',
    ])
  })

  test('what belongs to no group is for who owns them all', async () => {
    const { db, group } = await openConsole()
    signIn(db, 'els@example.org', group, 'owner')
    writeNow(db, tx => audit(tx, { action: 'programme_imported' }, NOW))
    const els = findOrganiser(db, 'els@example.org')
    if (!els) throw new Error('nobody')
    const acts = () =>
      listEntries(db, groupHistoryIds(db, els, group, { subject: undefined, before: undefined }, 10)).map(
        ({ action }) => action,
      )
    expect(acts()).toEqual(['programme_imported'])
    makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    expect(acts()).toEqual([])
  })

  test('is a file as well: CSV and Excel with the same rows', async () => {
    const { db, group, get } = await openDeeds()
    const owner = signIn(db, 'els@example.org', group, 'owner')
    const csv = (await readTable((await get('/console/groups/noord/history.csv', owner)).rawPayload)) as TableRow[]
    const xlsx = (await readTable((await get('/console/groups/noord/history.xlsx', owner)).rawPayload)) as TableRow[]
    expect(csv.map(({ cells }) => cells)).toEqual(xlsx.map(({ cells }) => cells))
    expect(csv[0]?.cells).toEqual(['Wanneer', 'Wie', 'Wat', 'Soort', 'Bijeenkomst', 'Groep'])
    expect(csv[1]?.cells).toEqual([
      'zaterdag 21 november 2026, 10.00',
      'Otto',
      'Otto verplaatste “Eén gezin, één plan: lukt dat?” van 3 naar 10 december.',
      'De bijeenkomst',
      'Eén gezin, één plan: lukt dat? (donderdag 10 december 2026)',
      'Werkplaats Noord',
    ])
  })
})

test('what was done two years ago is forgotten, and nothing younger', async () => {
  const { db } = await openConsole()
  const at = (moment: string) =>
    writeNow(db, tx => audit(tx, { action: 'group_edited' }, Temporal.Instant.from(moment)))
  for (const moment of [
    '2024-11-20T12:00:00Z',
    '2024-11-21T08:59:59Z',
    '2024-11-21T09:00:00Z',
    '2026-11-01T00:00:00Z',
  ]) {
    at(moment)
  }
  const left = () =>
    db
      .select({ at: auditEntries.at })
      .from(auditEntries)
      .all()
      .map(row => row.at.toString())
  sweepAt(db, NOW)
  expect(left()).toEqual(['2024-11-21T09:00:00Z', '2026-11-01T00:00:00Z'])
  sweepAt(db, NOW.add({ hours: 24 * 365 * 3 }))
  expect(left()).toEqual([])
})
