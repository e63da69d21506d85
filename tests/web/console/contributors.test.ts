// The page of who speaks and hosts, as an organiser's browser uses it.
import { describe, expect, test } from 'vitest'
import { auditEntries, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listContributors } from '#src/domain/contributors.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { placesOf } from '#src/domain/places.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { fieldsOf, openConsole } from '../../support/console.ts'
import { listMessages, makeContributor, makeEvent, makeRegistration, NOW } from '../../support/world.ts'

const ZOE = {
  name: 'Zoë de Vries',
  email: 'zoe@example.org',
  organisation: 'Hogeschool',
  part: 'speaker',
  attendance: 'online',
}

async function openPage(values: Parameters<typeof makeEvent>[2] = {}) {
  const world = await openConsole()
  const event = makeEvent(world.db, world.group, values)
  const url = `/console/events/${event.id}/contributors`
  /** The POST that shows the mails, and the one that does it. */
  const through = async (path: string, fields = {}) => {
    const shown = await world.post(path, fields)
    expect([shown.statusCode, shown.body.includes('name="recipients"')]).toEqual([200, true])
    const done = await world.post(path, fieldsOf(shown.body, path))
    return { page: shown.body, status: done.statusCode, location: done.headers.location }
  }
  return { ...world, url, id: event.id, event: () => getEvent(world.db, event.id), through }
}

const mails = (db: Parameters<typeof listMessages>[0]) =>
  listMessages(db).filter(({ kind, state }) => state === 'queued' && !kind.startsWith('reminder'))
const acts = (db: Parameters<typeof listMessages>[0]) =>
  db
    .select()
    .from(auditEntries)
    .all()
    .filter(({ action }) => /^(contributor|briefing)/.test(action))
    .map(({ action, registrationId, detail }) => [action, registrationId, detail])

describe('asking somebody', () => {
  test('shows the mail first, then asks, and puts a speaker on the page', async () => {
    const { db, url, event, through } = await openPage()
    const { page, status, location } = await through(url, { ...ZOE, isOnPage: 'on' })
    expect(page).toContain('Zoë de Vries vragen als spreker?')
    expect(page).toContain('Eén persoon krijgt een mail')
    expect(page).toContain('De naam Zoë de Vries komt ook op de pagina te staan.')
    expect(page).toContain('Wil je meedoen als spreker?')
    expect([status, location]).toEqual([303, `${url}?done=contributor_added`])
    expect(listContributors(db, event()).map(({ registration }) => registration)).toMatchObject([
      { name: 'Zoë de Vries', organisation: 'Hogeschool', part: 'speaker', partConfirmedAt: null, addedBy: 1 },
    ])
    expect(event().speakers).toEqual(['Zoë de Vries'])
    expect(mails(db).map(({ kind }) => kind)).toEqual(['asked'])
    expect(acts(db)).toEqual([['contributor_added', 1, '']])
  })

  test('a host is not put among the speakers, and neither is who is named there already', async () => {
    const { url, event, through } = await openPage({ speakers: ['Zoë de Vries, hogeschool'] })
    await through(url, { ...ZOE, isOnPage: 'on' })
    await through(url, { ...ZOE, name: 'Hedda', email: 'hedda@example.org', part: 'host', isOnPage: 'on' })
    expect(event().speakers).toEqual(['Zoë de Vries, hogeschool'])
  })

  test('keeps what was typed, with the problem beside its field', async () => {
    const { post, url, db, event } = await openPage()
    const { statusCode, body } = await post(url, { ...ZOE, email: 'zoe@' })
    expect(statusCode).toBe(422)
    expect(body).toMatch(/id="f-email"[^>]*aria-invalid="true"[^>]*value="zoe@"/)
    expect(body).toMatch(/id="f-name"[^>]*value="Zoë de Vries"/)
    expect(listContributors(db, event())).toEqual([])
  })

  test('twice is refused, with the reason', async () => {
    const { post, url, through } = await openPage()
    await through(url, ZOE)
    const { statusCode } = await post(url, ZOE)
    expect(statusCode).toBe(409)
  })

  test('of who attends takes no place, and the place that came free is in what is shown', async () => {
    const { db, url, event, through } = await openPage({ capacityOnline: 1 })
    makeRegistration(db, event())
    makeRegistration(db, event(), { name: 'Bo', email: 'bo@example.org' })
    writeNow(db, tx => tx.delete(messages).run())
    const { page } = await through(url, ZOE)
    expect(page).toContain('2 mensen krijgen een mail')
    expect(placesOf(db, event())).toMatchObject([{ confirmed: 1, waiting: 0 }])
  })

  test('works for a draft, whose page is in no mail', async () => {
    const { db, group, post } = await openConsole()
    const setting = {
      kind: 'webinar',
      timeZone: 'Europe/Amsterdam',
      durationMinutes: 60,
      attendance: 'online',
    } as const
    const values = { ...setting, groupId: group.id, title: 'Nog geheim', localStart: '2027-01-07T12:00' }
    const draft = writeNow(db, tx => createEvent(tx, values, NOW))
    const { body } = await post(`/console/events/${draft.id}/contributors`, ZOE)
    expect(body).toContain('Wil je meedoen als spreker? Nog geheim')
    expect(body).not.toContain(`/events/${draft.slug}`)
  })
})

describe('one of them', () => {
  async function openOne(values: Parameters<typeof makeContributor>[2] = {}) {
    const page = await openPage()
    const one = makeContributor(page.db, page.event(), values)
    writeNow(page.db, tx => tx.update(messages).set({ state: 'sent' }).run())
    const now = () => getRegistration(page.db, one.id)
    const act = (what: string) => `/console/contributors/${one.id}/${what}`
    return { ...page, one, now, act }
  }

  test('is asked once more, after the mail was shown', async () => {
    const { db, through, act } = await openOne()
    const { page, location } = await through(act('reminder'))
    expect(page).toContain('Weet je het al?')
    expect(location).toBe('/console/events/1/contributors?done=contributor_asked#r1')
    expect(mails(db).map(({ kind }) => kind)).toEqual(['again'])
    expect(acts(db)).toEqual([['contributor_asked', 1, '']])
  })

  test('said yes by phone: no mail, no page in between', async () => {
    const { db, post, act, now } = await openOne()
    expect((await post(act('confirmation'))).statusCode).toBe(303)
    expect(now().partConfirmedAt).toEqual(NOW)
    expect(mails(db)).toEqual([])
    expect(acts(db)).toEqual([['contributor_confirmed', 1, '']])
  })

  test('is taken off the list: the entry ends, and the page says that the name still stands there', async () => {
    const { db, through, act, now, event } = await openOne()
    writeNow(db, tx => tx.$client.prepare('update events set speakers = ?').run('["Zoë de Vries"]'))
    const { page } = await through(act('removal'))
    expect(page).toContain('De naam staat ook op de pagina.')
    expect(page).toContain('De organisator heeft je van de lijst gehaald.')
    expect(now()).toMatchObject({ status: 'cancelled', cancelledBy: 'organiser' })
    expect(listContributors(db, event())).toEqual([])
    expect(acts(db)).toEqual([['contributor_removed', 1, '']])
  })

  test('becomes an attendee', async () => {
    const { db, through, act, now } = await openOne({ hasSaidYes: true })
    await through(act('attendee'))
    expect(now()).toMatchObject({ part: null, status: 'confirmed' })
    expect(acts(db)).toEqual([['contributor_became_attendee', 1, '']])
  })

  test('changes: a name at once, another part after the mail was shown', async () => {
    const { post, get, through, now } = await openOne({ hasSaidYes: true })
    const path = '/console/contributors/1'
    const fields = fieldsOf((await get(path)).body, path)
    expect((await post(path, { ...fields, name: 'Zoë de Wit', part: 'speaker' })).statusCode).toBe(303)
    expect(now()).toMatchObject({ name: 'Zoë de Wit', partConfirmedAt: NOW })
    const { page } = await through(path, { ...fields, part: 'host' })
    expect(page).toContain('Wil je meedoen als begeleider?')
    expect(now()).toMatchObject({ part: 'host', partConfirmedAt: null })
    expect((await post(path, { ...fields, name: '' })).statusCode).toBe(422)
  })

  test('who only attends is not found here', async () => {
    const { db, get, post, event } = await openPage()
    const { id } = makeRegistration(db, event())
    expect((await get(`/console/contributors/${id}`)).statusCode).toBe(404)
    expect((await post(`/console/contributors/${id}/removal`)).statusCode).toBe(404)
  })
})

describe('the list', () => {
  const said = (html: string, { id }: Registration) =>
    /class="badge[^"]*">([^<]*)</.exec(html.split(`id="r${id}"`)[1] ?? '')?.[1]

  test('says what each of them answered, and how many are sure', async () => {
    const { db, get, url, event } = await openPage()
    const ask = (name: string, hasSaidYes = false) =>
      makeContributor(db, event(), { name, email: `${name}@example.org`, hasSaidYes })
    const [anna, bea, nora] = [ask('anna'), ask('bea', true), ask('nora')]
    writeNow(db, tx => cancelRegistration(tx, nora, 'attendee', NOW))
    const { body } = await get(url)
    expect([anna, bea, nora].map(one => said(body, one))).toEqual(['nog geen antwoord', 'doet mee', 'kan niet'])
    expect(body).toContain('1 van 2 doen zeker mee.')
    const { revision } = event()
    const editor = { organiserId: null, revision }
    writeNow(db, tx =>
      moveEvent(tx, event(), { ...event(), localStart: '2026-12-10T12:00' }, '', editor, NOW.add({ hours: 1 })),
    )
    expect(said((await get(url)).body, bea)).toBe('zei ja voor de oude tijd')
  })

  test('asks nobody any more once it has begun', async () => {
    const { get, url, clock, event } = await openPage()
    clock.set(event().startsAt.toString())
    const { body } = await get(url)
    expect(body).toContain('Dit is begonnen of geweest.')
    expect(body).not.toContain('Iemand vragen')
  })
})

describe('everything in one mail', () => {
  const path = (event: Event) => `/console/events/${event.id}/briefings`

  test('is shown and counted, waits two minutes, and can be called back', async () => {
    const { db, event, url, get, post, through } = await openPage()
    makeContributor(db, event())
    makeContributor(db, event(), { name: 'Hedda', email: 'hedda@example.org', part: 'host' })
    makeContributor(db, event(), { name: 'Zonder', email: null })
    writeNow(db, tx => tx.update(messages).set({ state: 'sent' }).run())
    const { page } = await through(path(event()), { briefing: 'Neem je verhaal mee.\n\nTot dan!' })
    expect(page).toContain('2 mensen krijgen een mail')
    expect(page).toContain('Begeleiders lezen ook')
    expect(page).toMatch(/Van ons:\s+Neem je verhaal mee\.\s+Tot dan!/)
    expect(event().briefing).toBe('Neem je verhaal mee.\n\nTot dan!')
    expect(mails(db).map(({ kind, dueAt }) => [kind, dueAt])).toEqual([
      ['briefing', NOW.add({ minutes: 2 })],
      ['briefing', NOW.add({ minutes: 2 })],
    ])
    expect((await get(url)).body).toContain('2 mails gaan weg om 10.02 uur.')
    expect((await post(`${path(event())}/recall`)).headers.location).toBe(`${url}?done=recalled`)
    expect(mails(db)).toEqual([])
    expect(acts(db).map(([action]) => action)).toEqual(['briefing_written', 'briefing_sent', 'briefing_recalled'])
  })

  test('goes to one of them at once; the second time says that they had it', async () => {
    const { db, event, clock, post, through } = await openPage()
    const zoe = makeContributor(db, event())
    makeContributor(db, event(), { name: 'Hedda', email: 'hedda@example.org', part: 'host' })
    await through(path(event()), { to: String(zoe.id) })
    expect(mails(db).filter(({ kind }) => kind === 'briefing')).toMatchObject([{ registrationId: zoe.id, dueAt: NOW }])
    writeNow(db, tx => tx.update(messages).set({ state: 'sent', sentAt: NOW }).run())
    clock.advance({ minutes: 5 })
    const { body } = await post(path(event()), { to: String(zoe.id) })
    expect(body).toContain('Zoë de Vries kreeg deze mail al op zaterdag 21 november, 10.00 uur.')
    expect(acts(db)).toEqual([['briefing_sent', zoe.id, '']])
  })

  test('sent twice in a minute leaves once', async () => {
    const { db, event, post } = await openPage()
    makeContributor(db, event())
    const send = async () => (await post(path(event()), { recipients: '1' })).statusCode
    expect([await send(), await send()]).toEqual([303, 409])
    expect(mails(db).filter(({ kind }) => kind === 'briefing')).toHaveLength(1)
  })

  test('holds no room and no personal link, also none that an organiser pastes', async () => {
    const { post, event } = await openPage()
    for (const briefing of [
      'Kom naar meet.example.org/kamer',
      'Zie https://agenda.example.org/registrations/1-1-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    ]) {
      const { statusCode, body } = await post(`/console/events/${event().id}/briefing`, { briefing })
      expect([statusCode, body.includes('id="f-briefing-problem"')]).toEqual([422, true])
    }
    expect(event().briefing).toBe('')
  })

  test('goes to nobody of another event', async () => {
    const { db, group, event, post } = await openPage()
    const other = makeEvent(db, group, { title: 'Anders' })
    const zoe = makeContributor(db, other)
    expect((await post(path(event()), { to: String(zoe.id) })).statusCode).toBe(404)
  })
})
