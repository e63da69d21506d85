// Choosing workshops in the browser: in the form of an event, and on one's own page.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events } from '#db/schema.ts'
import type { NewEvent } from '#src/domain/drafts.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { openApp } from '../../support/app.ts'
import { makeChooser, makeConference, outcomes, wish } from '../../support/workshops.ts'

const FORM = { name: 'Zoë', email: 'zoe@example.org', role: 'practice' }

async function openConference(rounds: (number | null)[][], values: Partial<NewEvent> = {}) {
  const world = await openApp()
  const conference = makeConference(world.db, rounds, { slug: 'dag', ...values })
  const page = async () => (await world.app.inject('/events/dag')).body
  const send = (form: Record<string, string>) => world.post('/events/dag/registrations', { ...FORM, ...form })
  const ownPath = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${world.tokens.sign('registration', { id, version })}`
  const own = async (registration: Registration) => (await world.app.inject(ownPath(registration))).body
  const choose = (registration: Registration, form: Record<string, string>) =>
    world.post(`${ownPath(registration)}/choices`, form)
  return { ...world, ...conference, page, send, own, ownPath, choose }
}

const id = (value: number | undefined) => String(value)
const text = (body: string) => body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

describe('the form of an event', () => {
  test('offers each workshop with its places, a second choice, and to choose later', async () => {
    const { db, event, rounds, page } = await openConference([[1, 2], [null]])
    makeChooser(db, event, 'Anna', [wish(1, rounds[0]?.[0])])
    const body = await page()
    expect(text(body)).toContain(
      'Ronde 1: eerste keuze (11.00–12.00 uur) Workshop 1A vol, je komt op de wachtlijst Workshop 1B nog 2 plaatsen Ik kies later',
    )
    expect(body).toContain('name="round_1_second"')
    // Nothing to choose second where there is one workshop, and nothing to count where there is no limit.
    expect(body).not.toContain('name="round_2_second"')
    expect(text(body)).toContain('Workshop 2A Ik kies later')
    expect(text(body)).toContain('Veranderen kan tot het begint.')
  })

  test('keeps what was chosen, and tells the same to who registers again with something else', async () => {
    const {
      db,
      app,
      rounds: [[a, b] = []],
      send,
    } = await openConference([[1, 1]])
    const [first, again] = [
      await send({ round_1_first: id(a), round_1_second: id(b) }),
      await send({ round_1_first: id(b) }),
    ]
    expect(outcomes(db)).toEqual(['Zoë 1A confirmed', 'Zoë 1B spare'])
    const [page, other] = await Promise.all(
      [first, again].map(async ({ headers }) => (await app.inject(String(headers.location))).body),
    )
    expect(page).toContain('In de mail staat in welke je een plaats hebt.')
    expect(other?.replaceAll(/v=[\w-]+/g, '')).toBe(page?.replaceAll(/v=[\w-]+/g, ''))
  })

  test('a second choice alone is a first one; nothing chosen is no problem', async () => {
    const {
      db,
      rounds: [[a] = []],
      send,
    } = await openConference([[1, 1], [1]])
    expect((await send({ round_1_first: '', round_1_second: id(a), round_2_first: '' })).statusCode).toBe(303)
    expect(outcomes(db)).toEqual(['Zoë 1A confirmed'])
  })

  test('says beside its field what is wrong, and keeps all that was filled in', async () => {
    const {
      db,
      rounds: [[a] = [], [c] = []],
      send,
    } = await openConference([
      [1, 1],
      [1, 1],
    ])
    const answer = await send({
      round_1_first: id(a),
      round_1_second: id(a),
      round_2_first: '9x',
      round_2_second: id(c),
    })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('Je koos twee keer dezelfde.')
    expect(answer.body).toContain(
      '<a href="#f-round_2_first">Ronde 2: eerste keuze</a>: Kies een van de mogelijkheden.',
    )
    expect(answer.body).toContain(`name="round_1_first" value="${a}" id="f-round_1_first" checked`)
    expect(answer.body).toContain(`<option value="${c}" selected>`)
    expect(outcomes(db)).toEqual([])
  })

  test('a workshop of another event, or one twice, is not one of the possibilities', async () => {
    const {
      rounds: [[a] = [], [c] = []],
      send,
    } = await openConference([[1], [1]])
    expect((await send({ round_1_first: id(c) })).statusCode).toBe(422)
    expect((await send({ round_1_first: '-1' })).statusCode).toBe(422)
    expect((await send({ round_1_first: `${a},${a}` })).statusCode).toBe(422)
    expect((await send({ round_9_first: id(a) })).statusCode).toBe(303)
  })

  test('where places are given later it says so, and counts nothing down', async () => {
    const {
      db,
      event,
      app,
      rounds: [[a] = []],
      page,
      send,
    } = await openConference([[1, 2]], { allocation: 'by_preference' })
    makeChooser(db, event, 'Anna', [wish(1, a)])
    expect(text(await page())).toContain('De organisator verdeelt de plaatsen later.')
    expect(text(await page())).toContain('Workshop 1A 1 plaats Workshop 1B 2 plaatsen')
    const { headers } = await send({ round_1_first: id(a) })
    expect((await app.inject(String(headers.location))).body).toContain('De plaatsen worden later verdeeld.')
  })

  test('once choosing is over nobody chooses, and everybody can still register', async () => {
    const {
      db,
      clock,
      rounds: [[a] = []],
      page,
      send,
    } = await openConference([[1]], { choicesUntil: '2026-12-01T23:59' })
    expect(text(await page())).toContain('Kiezen en veranderen kan tot en met dinsdag 1 december 2026.')
    clock.set('2026-12-01T22:59:59Z')
    expect(await page()).toContain('name="round_1_first"')
    clock.set('2026-12-01T23:00:00Z')
    expect(await page()).not.toContain('name="round_1_first"')
    expect(text(await page())).toContain('Workshops kiezen kan niet meer.')
    expect((await send({ round_1_first: id(a) })).statusCode).toBe(303)
    expect(outcomes(db)).toEqual([])
  })

  test('the page in memory is as new as the last choice', async () => {
    const {
      db,
      event,
      rounds: [[a] = []],
      page,
      choose,
    } = await openConference([[2]])
    expect(text(await page())).toContain('Workshop 1A nog 2 plaatsen')
    const anna = makeChooser(db, event, 'Anna', [wish(1, a)])
    expect(text(await page())).toContain('Workshop 1A nog 1 plaats')
    await choose(anna, { round_1_first: '' })
    expect(text(await page())).toContain('Workshop 1A nog 2 plaatsen')
  })
})

describe('the personal page', () => {
  test('shows the day of who comes, and the form with what they chose', async () => {
    const {
      db,
      event,
      rounds: [[a, b] = []],
      own,
    } = await openConference([[1, 1], [1]])
    makeChooser(db, event, 'Anna', [wish(1, a)])
    const bram = makeChooser(db, event, 'Bram', [wish(1, a, b)])
    const body = await own(bram)
    const [, programme = ''] = text(body).split('Jouw programma')
    expect(programme).toContain('10.00–11.00 uur Welkom')
    expect(programme).toContain('11.00–12.00 uur Workshop 1B')
    expect(programme).toContain('Wachtlijst: Workshop 1A')
    expect(programme).toContain('14.00–15.00 uur Je hebt nog geen workshop gekozen')
    expect(body).toContain(`value="${a}" id="f-round_1_first" checked`)
    expect(body).toContain(`<option value="${b}" selected>`)
    expect(text(body)).toContain('Workshop 1A vol, je staat op de wachtlijst Workshop 1B je hebt hier een plaats')
  })

  test('of who waits keeps their wishes, and has no programme', async () => {
    const {
      db,
      event,
      rounds: [[a] = []],
      own,
    } = await openConference([[1]], { capacityInPerson: 1 })
    makeChooser(db, event, 'Anna', [])
    const body = await own(makeChooser(db, event, 'Bram', [wish(1, a)]))
    expect(body).not.toContain('Jouw programma')
    expect(body).toContain('Je keuze telt mee zodra je een plaats hebt.')
    expect(body).toContain(`value="${a}" id="f-round_1_first" checked`)
  })

  test('a change is kept, and leads back to the page that says so', async () => {
    const {
      app,
      db,
      event,
      rounds: [[a, b] = []],
      ownPath,
      choose,
    } = await openConference([[1, 1]])
    const anna = makeChooser(db, event, 'Anna', [wish(1, a)])
    const answer = await choose(anna, { round_1_first: id(b), round_1_second: id(a) })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `${ownPath(anna)}?saved=1`])
    expect(outcomes(db)).toEqual(['Anna 1B confirmed', 'Anna 1A spare'])
    expect((await app.inject(`${ownPath(anna)}/choices`)).headers.location).toBe(ownPath(anna))
  })

  test('what is wrong stands beside its field, with the form open; nothing sent changes nothing', async () => {
    const {
      db,
      event,
      rounds: [[a] = []],
      choose,
    } = await openConference([[1, 1]])
    const anna = makeChooser(db, event, 'Anna', [wish(1, a)])
    const answer = await choose(anna, { round_1_first: id(a), round_1_second: id(a) })
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).toContain('<details id="choose" open>')
    expect((await choose(anna, {})).statusCode).toBe(303)
    expect(outcomes(db)).toEqual(['Anna 1A confirmed'])
  })

  test('once choosing is over it reads what was chosen, and refuses what is sent late', async () => {
    const {
      db,
      clock,
      event,
      rounds: [[a] = []],
      own,
      choose,
    } = await openConference([[1]], { choicesUntil: '2026-12-01T12:00' })
    const anna = makeChooser(db, event, 'Anna', [wish(1, a)])
    clock.set('2026-12-01T11:00:00Z')
    expect(text(await own(anna))).toContain('Workshops kiezen kan niet meer.')
    expect(await own(anna)).not.toContain('name="round_1_first"')
    expect((await choose(anna, { round_1_first: '' })).statusCode).toBe(409)
    expect(outcomes(db)).toEqual(['Anna 1A confirmed'])
    db.update(events).set({ cancelledAt: clock.now() }).where(eq(events.id, event.id)).run()
    expect(text(await own(anna))).not.toContain('Jouw programma')
  })
})
