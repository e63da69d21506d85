// Extra questions as people meet them: on the form, on their own page, and when something is sent that no form would send.
import { expect, test } from 'vitest'
import { answers } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { answersOfOne } from '#src/domain/answers.ts'
import { listAttendees } from '#src/domain/attendees.ts'
import { listFormFields, setFormFields, type WantedField } from '#src/domain/form-fields.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, testTokens } from '../../support/world.ts'

const field = (values: Partial<WantedField>): WantedField => ({
  ...{ id: null, kind: 'text', label: 'Je vraag', hint: '', options: [], isRequired: false, deleteAfterDays: 30 },
  ...values,
})
const FORM = { name: 'Zoë de Vries', email: 'zoe@example.org', role: 'practice', organisation: '' }

async function open() {
  const world = await openApp()
  const { db, app } = world
  const event = makeEvent(db, makeGroup(db))
  const wanted = [
    field({ kind: 'choice', label: 'Lunch', options: ['Soep, warm', 'Brood'], isRequired: true }),
    field({ kind: 'several', label: 'Welke dagen?', options: ['ma', 'di, of later', 'wo'] }),
    field({ kind: 'yes_no', label: 'Blijf je eten?', hint: 'Tot 20 uur.' }),
    field({ label: 'Je vraag aan de spreker' }),
  ]
  writeNow(db, tx => setFormFields(tx, event.id, wanted))
  const [lunch = '', days = '', stay = '', text = ''] = listFormFields(db, event.id).map(({ id }) => `field_${id}`)
  const send = (url: string, pairs: [string, string][]) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      payload: new URLSearchParams([...Object.entries(FORM), ...pairs]).toString(),
    })
  const register = (...pairs: [string, string][]) => send(`/events/${event.slug}/registrations`, pairs)
  const kept = () =>
    db
      .select()
      .from(answers)
      .all()
      .map(row => [`field_${row.formFieldId}`, row.value])
  return { ...world, event, lunch, days, stay, text, send, register, kept }
}

test('the form asks them in order, says which may stay empty, and when the answers go', async () => {
  const { app, event, lunch, days, stay } = await open()
  const { body } = await app.inject({ url: `/events/${event.slug}` })
  expect(body).toMatch(/Lunch[\s\S]*Welke dagen\?[\s\S]*Blijf je eten\?[\s\S]*Je vraag aan de spreker/)
  expect(body).toMatch(new RegExp(`<select id="f-${lunch}" name="${lunch}" required`))
  expect(body).toMatch(new RegExp(`<input type="checkbox" name="${days}" value="di, of later"`))
  expect(body).toMatch(new RegExp(`<input type="radio" name="${stay}" value="yes"`))
  expect(body).toContain('We wissen deze antwoorden 30 dagen na afloop.')
})

test('what is answered is kept; several choices as several, commas and all', async () => {
  const { register, kept, lunch, days, stay } = await open()
  const reply = await register([lunch, 'Soep, warm'], [days, 'wo'], [days, 'di, of later'], [stay, 'no'])
  expect(reply.statusCode).toBe(303)
  expect(kept()).toEqual([
    [lunch, ['Soep, warm']],
    [days, ['di, of later', 'wo']],
    [stay, ['no']],
  ])
})

test('what is missing or none of the options stands beside its field, and nothing typed is lost', async () => {
  const { db, register, event, lunch, days, stay, text } = await open()
  const { statusCode, body } = await register(
    ...([
      [lunch, 'Friet'],
      [days, 'wo'],
      [days, 'di, of later'],
      [stay, 'yes'],
      [text, '<b>Hoe?</b>'],
    ] as [string, string][]),
  )
  expect(statusCode).toBe(422)
  expect(body).toMatch(new RegExp(`<a href="#f-${lunch}">Lunch</a>: Kies een van de mogelijkheden`))
  expect(body).toMatch(new RegExp(`id="f-${lunch}-problem"`))
  expect(body).toMatch(new RegExp(`name="${days}" value="di, of later" checked`))
  expect(body).toMatch(new RegExp(`name="${days}" value="wo" checked`))
  expect(body).toMatch(new RegExp(`name="${stay}" value="yes"[^>]* checked`))
  expect(body).toContain('&lt;b&gt;Hoe?&lt;/b&gt;')
  expect(body).toContain('value="Zoë de Vries"')
  expect((await register()).body).toMatch(new RegExp(`<a href="#f-${lunch}">Lunch</a>: Vul dit in`))
  expect((await register([lunch, 'Brood'], [text, 'x'.repeat(1001)])).body).toContain('hoogstens 1000 tekens')
  expect(listAttendees(db, event)).toEqual([])
})

test.each([
  'field_constructor',
  'field___proto__',
  'field_toString',
  '__proto__',
  'constructor',
  'field_0',
  'field_-1',
  'field_1e9',
  'field_999999999999999',
])('a field called %s is nobody’s question', async name => {
  const { register, kept, lunch } = await open()
  expect((await register([lunch, 'Brood'], [name, 'x'], [name, 'y'])).statusCode).toBe(303)
  expect(kept()).toEqual([[lunch, ['Brood']]])
  expect((await register([name, 'x'])).statusCode).toBe(422)
})

test('one’s own page shows the answers and changes them, under the same rules', async () => {
  const { db, app, event, send, register, kept, lunch, days, text } = await open()
  await register([lunch, 'Brood'], [days, 'ma'], [days, 'wo'])
  const [row] = listAttendees(db, event)
  if (!row) throw new Error('nobody')
  const path = `/registrations/${testTokens.sign('registration', { id: row.registration.id, version: 1 })}`
  const { body } = await app.inject({ url: path })
  expect(body).toMatch(new RegExp(`name="${lunch}"[\\s\\S]*?<option value="Brood" selected`))
  expect(body).toMatch(new RegExp(`name="${days}" value="wo" checked`))
  const wrong = await send(`${path}/changes`, [
    [lunch, ''],
    [text, 'Hoe begin ik?'],
  ])
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('Hoe begin ik?')
  expect(
    (
      await send(`${path}/changes`, [
        [lunch, 'Soep, warm'],
        [text, 'Hoe begin ik?'],
      ])
    ).statusCode,
  ).toBe(303)
  expect(kept()).toEqual([
    [lunch, ['Soep, warm']],
    [text, ['Hoe begin ik?']],
  ])
})

test('a colleague who is brought along is not asked in their absence', async () => {
  const { db, event, register, lunch } = await open()
  const more: [string, string][] = [
    ['colleague_name', 'Bea Bos'],
    ['colleague_email', 'bea@example.org'],
  ]
  expect((await register([lunch, 'Brood'], ...more)).statusCode).toBe(303)
  const rows = listAttendees(db, event).map(({ registration }) => [
    registration.name,
    answersOfOne(db, registration).size,
  ])
  expect(rows).toEqual([
    ['Zoë de Vries', 1],
    ['Bea Bos', 0],
  ])
})
