// An organiser chooses workshops for somebody: as themselves would, until the event starts, and the mail is shown first.
import { expect, test } from 'vitest'
import { listChoices } from '#src/domain/choices.ts'
import { getEvent, listSessions } from '#src/domain/events.ts'
import { fieldsOf, openConsole } from '../../support/console.ts'
import { addParts, chooseAs, makeDay, workshop } from '../../support/programmes.ts'
import { listMessages, makeRegistration } from '../../support/world.ts'

async function openDay(values: Parameters<typeof makeDay>[2] = {}) {
  const world = await openConsole()
  const { db, group } = world
  const { id } = makeDay(db, group, values)
  const event = () => getEvent(db, id)
  addParts(db, event(), workshop(1, 'A', { capacity: 1 }), workshop(1, 'B'))
  const [a = 0, b = 0] = ['A', 'B'].map(title => listSessions(db, id).find(one => one.title === title)?.id)
  const come = (name: string, email: string | null) =>
    makeRegistration(db, event(), { name, email, attendance: 'in_person' })
  const told = () => listMessages(db).flatMap(({ kind, state }) => (state === 'queued' ? [kind] : []))
  const forget = () => db.$client.exec("update messages set state = 'sent', bytes = null")
  return { ...world, event, a, b, come, told, forget }
}

test('who has no address gets a place at once, and nobody is mailed', async () => {
  const { db, get, post, a, b, come } = await openDay()
  const one = come('Buurtbewoner', null)
  const page = `/console/registrations/${one.id}`
  expect((await get(page)).body).toContain('niets gekozen')
  const done = await post(`${page}/choices`, { round_1_first: String(a), round_1_second: String(b) })
  expect([done.statusCode, done.headers.location]).toEqual([303, `${page}?done=choices`])
  expect(listChoices(db, one).map(({ sessionId, status }) => [sessionId, status])).toEqual([
    [a, 'confirmed'],
    [b, 'spare'],
  ])
  expect(listMessages(db)).toEqual([])
  const { body } = await get(`${page}?done=choices`)
  expect(body).toContain('De keuze is bewaard.')
  expect(body).toContain('A (heeft een plaats), B (tweede keuze)')
  expect(body).toContain('koos workshops bij')
})

test('who can be mailed is shown the mail first; a full workshop says so in words about them', async () => {
  const { db, event, get, post, a, b, come, told, forget } = await openDay()
  chooseAs(db, event(), 'Anna', ['A'])
  const one = come('Bram', 'bram@example.org')
  forget()
  const page = `/console/registrations/${one.id}`
  expect((await get(page)).body).toContain('vol, komt op de wachtlijst')
  const path = `${page}/choices`
  const asked = await post(path, { round_1_first: String(a), round_1_second: String(b) })
  expect(asked.statusCode).toBe(200)
  expect(asked.body).toContain('Deze workshops kiezen voor Bram?')
  expect([told(), listChoices(db, one)]).toEqual([[], []])
  const sure = fieldsOf(asked.body, path) as Record<string, string>
  expect(sure).toMatchObject({ recipients: '1', round_1_first: String(a), round_1_second: String(b) })
  expect((await post(path, sure)).statusCode).toBe(303)
  expect(listChoices(db, one).map(({ status }) => status)).toEqual(['waitlisted', 'confirmed'])
  expect(told()).toEqual(['workshop_confirmed'])
})

test('what is wrong stands at its field; it can be done after choosing is over, and not once it has begun', async () => {
  const { db, clock, event, get, post, a, come } = await openDay({ choicesUntil: '2026-11-22T12:00' })
  const one = come('Buurtbewoner', null)
  const page = `/console/registrations/${one.id}`
  const wrong = await post(`${page}/choices`, { round_1_first: String(a), round_1_second: String(a) })
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain('id="f-round_1_second-problem"')
  clock.set('2026-12-01T09:00:00Z')
  expect((await post(`${page}/choices`, { round_1_first: String(a) })).statusCode).toBe(303)
  expect(listChoices(db, one)).toMatchObject([{ sessionId: a, status: 'confirmed' }])
  clock.set(event().startsAt.toString())
  expect((await get(page)).body).not.toContain(`action="${page}/choices"`)
  expect((await post(`${page}/choices`, { round_1_first: '' })).statusCode).toBe(403)
  expect(listChoices(db, one)).toHaveLength(1)
})
