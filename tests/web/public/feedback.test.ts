// The page behind the personal link for feedback: what it asks in each state, and what sending it does.
import { describe, expect, test } from 'vitest'
import { feedbackAnswers, feedbackMarks, feedbackSheets } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { editVersionOf, saveQuestions } from '#src/domain/feedback-questions.ts'
import { personalPaths } from '#src/domain/links.ts'
import { openApp } from '../../support/app.ts'
import { dumpOf } from '../../support/dump.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

/** Just after the webinar, with somebody who was to be there. */
async function openAfter(at = '2026-12-03T12:10:00Z') {
  const world = await openApp()
  const { db, clock, tokens, app, post } = world
  const event = makeEvent(db, makeGroup(db))
  const registration = makeRegistration(db, event)
  clock.set(at)
  const path = personalPaths(tokens).feedback(registration)
  const look = async () => (await app.inject(path)).body
  const send = async (fields: Record<string, string> = {}, to = path) => {
    const version = /name="version" value="([^"]*)"/.exec(await look())?.[1] ?? ''
    return post(to, { version, website: '', ...fields })
  }
  const kept = () => [feedbackMarks, feedbackSheets, feedbackAnswers].map(table => db.select().from(table).all().length)
  return { ...world, event, registration, path, look, send, kept }
}

describe('the page', () => {
  test.each([
    ['2026-12-03T11:59:59Z', 'Nog even wachten'],
    ['2026-12-03T12:00:00Z', 'Wat vond je ervan?'],
    ['2027-01-02T12:00:00Z', 'Antwoorden kan niet meer'],
  ])('at %s says: %s', async (at, title) => {
    const { app, path } = await openAfter(at)
    const { statusCode, body, headers } = await app.inject(path)
    expect(statusCode).toBe(200)
    expect(body).toContain(`<h1>${title}</h1>`)
    expect(body.includes('<form class="card')).toBe(title === 'Wat vond je ervan?')
    expect(headers['cache-control']).toBe('no-store')
  })

  test('changes nothing by being looked at, with whatever method a scanner uses', async () => {
    const { db, app, path } = await openAfter()
    const before = dumpOf(db)
    for (const method of ['GET', 'HEAD'] as const)
      expect((await app.inject({ method, url: path })).statusCode).toBe(200)
    expect(dumpOf(db)).toBe(before)
  })

  test('asks each in their own language what is ours', async () => {
    const { app, path } = await openAfter()
    expect((await app.inject(`${path}?lang=en`)).body).toContain('How useful was this to you?')
    expect((await app.inject(path)).body).toContain('Hoe nuttig was dit voor je?')
  })

  test('is not there for a link of another purpose, or that was rotated', async () => {
    const { app, tokens, registration } = await openAfter()
    const of = (purpose: 'feedback' | 'registration', version: number) =>
      `/feedback/${tokens.sign(purpose, { id: registration.id, version })}`
    for (const path of [of('registration', 1), of('feedback', 2), '/feedback/x']) {
      expect((await app.inject(path)).statusCode, path).toBe(404)
    }
  })

  test('is led to from the personal page, as long as it is their turn', async () => {
    const { app, tokens, registration, path, send, clock } = await openAfter()
    const own = async () => (await app.inject(personalPaths(tokens).registration(registration))).body
    expect(await own()).toContain(`href="${path}"`)
    await send({ answer_1: '4' })
    expect(await own()).not.toContain(path)
    expect(await own()).toContain('Je hebt gezegd wat je ervan vond.')
    clock.set('2026-12-01T12:00:00Z')
    expect(await own()).not.toContain(path)
  })
})

describe('sending it', () => {
  test('keeps the answers, and leads to thanks at an address that is the same for all', async () => {
    const { app, send, kept, look, db } = await openAfter()
    const { statusCode, headers } = await send({ answer_1: '4', answer_2: '<b>Samen</b> eten.' })
    expect([statusCode, headers.location]).toEqual([303, '/feedback/thanks'])
    expect((await app.inject('/feedback/thanks')).body).toContain('<h1>Dank je wel</h1>')
    expect(kept()).toEqual([1, 1, 2])
    expect(
      db
        .select()
        .from(feedbackAnswers)
        .all()
        .map(({ registrationId }) => registrationId),
    ).toEqual([null, null])
    expect(await look()).toContain('Je hebt al geantwoord')
  })

  test('a second time changes nothing, and says so', async () => {
    const { send, kept, post, path } = await openAfter()
    await send({ answer_1: '4' })
    const { statusCode, headers } = await post(path, { answer_1: '1', version: 'x', website: '' })
    expect([statusCode, headers.location]).toEqual([303, path])
    expect(kept()).toEqual([1, 1, 1])
  })

  test('many times at once is once', async () => {
    const { send, kept } = await openAfter()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send({ answer_1: '4' })))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([303]))
    expect(kept()).toEqual([1, 1, 1])
  })

  test('without anything in it is asked once more', async () => {
    const { send, kept } = await openAfter()
    const { statusCode, body } = await send({ answer_2: '   ' })
    expect(statusCode).toBe(422)
    expect(body).toContain('Vul minstens één antwoord in.')
    expect(kept()).toEqual([0, 0, 0])
  })

  test('what will not do is said beside its question, and all that was typed is still there', async () => {
    const { send, kept } = await openAfter()
    const { statusCode, body } = await send({ answer_1: '6', answer_2: 'x'.repeat(1001), answer_3: 'Blijft staan' })
    expect(statusCode).toBe(422)
    expect(body).toContain('id="f-answer_1-problem">Kies een van de mogelijkheden.')
    expect(body).toContain('id="f-answer_2-problem">Dit is te lang. Gebruik hoogstens 1000 tekens.')
    expect(body).toContain('Blijft staan')
    expect(kept()).toEqual([0, 0, 0])
  })

  test('a robot is thanked, and nothing is kept', async () => {
    const { send, kept } = await openAfter()
    const { headers } = await send({ answer_1: '4', website: 'https://spam.example' })
    expect(headers.location).toBe('/feedback/thanks')
    expect(kept()).toEqual([0, 0, 0])
  })

  test('questions that changed meanwhile are shown anew, with what was typed', async () => {
    const { db, event, path, post, look, kept } = await openAfter()
    const version = /name="version" value="([^"]*)"/.exec(await look())?.[1] ?? ''
    const of = { eventId: event.id }
    const questions = [{ id: null, kind: 'text' as const, usual: null, label: 'Wat at je?', options: [] }]
    writeNow(db, tx => saveQuestions(tx, of, { questions, version: editVersionOf(tx, of) }, NOW))
    const { statusCode, body } = await post(path, { version, answer_1: '4', website: '' })
    expect(statusCode).toBe(422)
    expect(body).toContain('De vragen zijn intussen veranderd')
    expect(body).toContain('Wat at je?')
    expect(kept()).toEqual([0, 0, 0])
  })

  test('tried over and over it is asked to slow down', async () => {
    const { send } = await openAfter()
    for (let time = 0; time < 30; time++) expect((await send({ answer_1: '9' })).statusCode).toBe(422)
    expect((await send({ answer_1: '4' })).statusCode).toBe(429)
  })

  test('with their name keeps whose words they are', async () => {
    const { send, db, registration } = await openAfter()
    await send({ answer_1: '4', answer_2: 'Van mij.', with_name: 'on' })
    const rows = db.select().from(feedbackAnswers).all()
    expect(rows.map(({ text, registrationId }) => [text, registrationId]).sort()).toEqual([
      ['', null],
      ['Van mij.', registration.id],
    ])
  })
})
