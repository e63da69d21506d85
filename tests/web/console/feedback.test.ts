// Feedback in the console: what an organiser sees of it, the same as a file, and changing what is asked.
import readXlsxFile from 'read-excel-file/node'
import { describe, expect, test } from 'vitest'
import { auditEntries } from '#db/schema.ts'
import { listQuestions } from '#src/domain/feedback-questions.ts'
import { openConsole } from '../../support/console.ts'
import { answer } from '../../support/feedback.ts'
import { makeEvent, makeRegistration, makeSeries } from '../../support/world.ts'

/** A webinar of two weeks ago, with what each of its people said. */
async function openAfter(said: string[][]) {
  const world = await openConsole()
  const { db, group, get, post } = world
  const series = makeSeries(db, group)
  const before = Temporal.Instant.from('2026-11-04T09:00:00Z')
  const event = makeEvent(db, group, { seriesId: series.id, localStart: '2026-11-05T12:00' }, before)
  said.forEach((answers, index) => {
    const one = makeRegistration(db, event, { email: `p${index}@example.org`, name: `Persoon ${index}` }, before)
    answer(db, event, one, answers)
  })
  const path = `/console/events/${event.id}/feedback`
  const page = async (url = path) => (await get(url)).body
  const save = async (fields: Record<string, string>, url = `${path}/questions`) => {
    const version = /name="version" value="([^"]*)"/.exec(await page(url))?.[1] ?? ''
    return post(url, { version, ...fields })
  }
  return { ...world, series, event, path, page, save }
}

const sheetsOf = async (file: Buffer) => (await readXlsxFile(file)).map(({ data }) => data)
const times = (count: number, answers: string[]) => Array.from({ length: count }, () => answers)

describe('what came of it', () => {
  test('is not shown of four', async () => {
    const { page, get, path } = await openAfter(times(4, ['4', 'Geheim']))
    const body = await page()
    expect(body).toContain('Nog te weinig antwoorden om te tonen')
    expect(body).toContain('4 van de 4 gaven antwoord.')
    expect(body).not.toMatch(/Geheim|class="table bars|feedback\.xlsx/)
    const [, file] = await sheetsOf((await get(`${path}.xlsx`)).rawPayload)
    expect(file).toEqual([['Vraag', 'Wat iemand schreef', 'Naam']])
  })

  test('is shown of five: bars with their numbers, the average, and every text', async () => {
    const { page } = await openAfter([['5', '<i>Een</i>'], ...times(4, ['4', 'Twee'])])
    const body = await page()
    expect(body).toContain('<b>Gemiddeld 4,2 van de 5.</b>')
    expect(body).toMatch(/<th scope="row">4<\/th>.*width="80" height="10".*>4<\/td>.*80%/)
    expect(body).toContain('&lt;i&gt;Een&lt;/i&gt;')
    expect(body.match(/Twee/g)).toHaveLength(4)
    // Nobody wrote what can be better.
    expect(body).toContain('Nog te weinig antwoorden om te tonen.')
  })

  test('says how many are held back while it can still be answered', async () => {
    const { page, clock, db } = await openAfter(times(7, ['4']))
    expect(await page()).toContain('Er zijn 2 antwoorden binnen die je nog niet ziet.')
    clock.set('2026-12-05T12:00:00Z')
    db.$client.exec('update organiser_sessions set expires_at = expires_at * 2')
    expect(await page()).toContain('7 antwoorden.')
  })

  test('as a file holds the same, and nothing that is calculated', async () => {
    const { get, path } = await openAfter(times(5, ['4', '=1+1']))
    const { headers, rawPayload } = await get(`${path}.xlsx`)
    expect(headers['content-disposition']).toMatch(/filename="feedback-[\w-]+\.xlsx"/)
    const [figures = [], texts = []] = await sheetsOf(rawPayload)
    expect(figures.slice(0, 4)).toEqual([
      ['Vraag', 'Antwoord', 'Aantal'],
      ['Gevraagd', null, 5],
      ['Gaf antwoord', null, 5],
      ['In dit bestand', null, 5],
    ])
    expect(figures).toContainEqual(['Hoe nuttig was dit voor je?', '4', 5])
    expect(figures.at(-1)).toEqual(['Hoe nuttig was dit voor je?', 'Gemiddelde', 4])
    expect(texts.slice(1)).toEqual(times(5, ['Wat neem je mee?', '=1+1', '']).map(row => [...row.slice(0, 2), null]))
  })
})

describe('what is asked', () => {
  test('can be an own question of each kind, and one of ours stays ours in every language', async () => {
    const { db, event, save, get, path, page } = await openAfter([])
    const { statusCode, headers } = await save({
      question1_usual: 'useful',
      question1_label: 'Hoe nuttig was dit voor je?',
      question1_kind: 'scale',
      question2_label: 'Hoe lang?',
      question2_kind: 'choice',
      question2_options: 'Korter\nLanger\n\nKorter',
    })
    expect([statusCode, headers.location]).toEqual([303, `${path}/questions?saved=1`])
    expect(listQuestions(db, { eventId: event.id })).toMatchObject([
      { kind: 'scale', usual: 'useful', label: '' },
      { kind: 'choice', usual: null, label: 'Hoe lang?', options: ['Korter', 'Langer'] },
    ])
    expect((await get(`${path}/questions?lang=en`)).body).toContain('How useful was this to you?')
    expect(await page(`${path}/questions?saved=1`)).toContain('Bewaard.')
    expect(db.select().from(auditEntries).all().at(-1)?.action).toBe('feedback_questions_saved')
  })

  test('is said beside its field where it will not do, with all that was typed', async () => {
    const { save, event, db } = await openAfter([])
    const { statusCode, body } = await save({
      question1_label: '',
      question1_options: 'Een',
      question1_kind: 'choice',
      question2_label: 'Kijk op https://meet.example.org/kamer',
    })
    expect(statusCode).toBe(422)
    expect(body).toContain('id="f-question1_label-problem">Vul dit in.')
    expect(body).toContain('id="f-question1_options-problem">Geef minstens twee mogelijkheden')
    expect(body).toContain('Kijk op https://meet.example.org/kamer')
    const room = await save({ question1_label: 'Kijk op https://meet.example.org/kamer' })
    expect([room.statusCode, room.body.includes('niet openbaar')]).toEqual([422, true])
    expect(listQuestions(db, { eventId: event.id }).map(({ usual }) => usual)).toEqual(['useful', 'takeaway', 'better'])
  })

  test('once answered, can only be added to or asked no more', async () => {
    const { db, event, page, path, save } = await openAfter([['4']])
    const body = await page(`${path}/questions`)
    expect(body).toContain('Er is al geantwoord.')
    const hidden = [...body.matchAll(/<input type="hidden" name="(question\d_\w+)" value="([^"]*)">/g)]
    const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]))
    await save({ ...fields, question2_remove: 'on', question4_label: 'Nieuw?', question4_kind: 'text' })
    expect(listQuestions(db, { eventId: event.id }).map(one => [one.usual ?? one.label, one.isClosed])).toEqual([
      ['useful', false],
      ['takeaway', true],
      ['better', false],
      ['Nieuw?', false],
    ])
    expect(await page(`${path}/questions`)).toContain('Wat neem je mee? (wordt niet meer gevraagd)')
  })

  test('of a series goes for its events; its page says what came of each', async () => {
    const { db, series, page, save, event } = await openAfter(times(5, ['4']))
    const path = `/console/series/${series.slug}/feedback`
    await save({ question1_label: 'Van de reeks?' }, path)
    expect(listQuestions(db, { seriesId: series.id }).map(({ label }) => label)).toEqual(['Van de reeks?'])
    const body = await page(path)
    expect(body).toContain(`/console/events/${event.id}/feedback`)
    expect(body).toMatch(/5 \/ 5<\/td><td class="number">4</)
  })
})
