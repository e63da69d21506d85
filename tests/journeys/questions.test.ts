// The network's own three questions: asked by people without an account, recognised by others, one of them asked twice, planned,
// answered; and who hears what of it by mail. Over HTTP and SMTP, as it happens.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { writeNow } from '#db/write.ts'
import { createTheme } from '#src/domain/themes.ts'
import { fieldsOf, signIn } from '../support/console.ts'
import { type House, openHouse } from '../support/house.ts'
import { type Visitor, visit } from '../support/visitor.ts'

const { questions: asked = [], themes } = readProgramme(EXAMPLE)
const [youth, privacy, poverty] = asked.map(({ text }) => text) as [string, string, string]

let house: House
beforeEach(async () => {
  house = await openHouse()
  writeNow(house.db, tx => themes.map(theme => createTheme(tx, theme)))
})
afterEach(() => house.close())

/** An organiser of the group at the top, in a browser of their own. */
function openDesk() {
  const headers = { ...signIn(house.db, 'otto@example.org', house.group), 'sec-fetch-site': 'same-origin' }
  const get = async (path: string) => (await fetch(house.url + path, { headers })).text()
  const post = async (path: string, fields: Record<string, string | string[]>) => {
    const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map(one => [name, one]))
    const body = new URLSearchParams(pairs)
    const answer = await fetch(house.url + path, { method: 'POST', headers, body, redirect: 'manual' })
    return { status: answer.status, location: answer.headers.get('location'), body: await answer.text() }
  }
  /** The form of a page as it stands there, with what is filled in. */
  const submit = async (page: string, action: string, fields: Record<string, string | string[]> = {}) =>
    post(action, { ...fieldsOf(page.includes('<form') ? page : await get(page), action), ...fields })
  /** Twice: the page that shows whom it mails, and the act. */
  const confirm = async (page: string, action: string, fields: Record<string, string | string[]> = {}) => {
    const shown = await submit(page, action, fields)
    expect(shown.status).toBe(200)
    return { shown: shown.body, done: await submit(shown.body, action) }
  }
  return { get, submit, confirm }
}

async function ask(text: string, email: string): Promise<void> {
  const page = visit(house.url)
  await page.open('/questions')
  await page.submit(/^\/questions$/, { question: text, role: 'practice', place: 'Veenkoloniën', name: 'Anna', email })
  expect(page.path()).toBe('/questions/asked')
}

async function recognise(id: number, visitor = visit(house.url)): Promise<Visitor> {
  await visitor.open(`/questions/${id}`)
  await visitor.submit(/\/recognition$/)
  return visitor
}

/** Somebody who recognised it wants to hear of it. */
async function follow(visitor: Visitor, email: string): Promise<void> {
  await visitor.submit(/\/followers$/, { email })
  expect(visitor.status()).toBe(200)
}

const kindOf = (raw: Buffer) => /^X-Aanschuiven-Message: (\w+)\r$/m.exec(raw.toString('latin1'))?.[1]
const received = () =>
  house.mailbox.received.map(({ raw, to, mail }) => ({ kind: kindOf(raw), to: String(to), mail, raw }))
const toldOf = (kind: string) =>
  received()
    .flatMap(one => (one.kind === kind ? [one.to] : []))
    .sort()

/** Presses the button behind the newest mail that asks an address for a proof. */
async function prove(email: string): Promise<void> {
  const mail = received().findLast(({ kind, to }) => kind === 'question_proof' && to === email)?.mail
  const path = /\/followers\/[\w-]+/.exec(mail?.text ?? '')?.[0] ?? ''
  const reader = visit(house.url)
  await reader.open(path)
  await reader.submit(/^\/followers\//)
  expect(reader.status()).toBe(200)
}

const countOn = (html: string) => Number(/data-recognised="(\d+)"/.exec(html)?.[1])

test('the three questions are asked, recognised, planned and answered, and who wanted to hear of it does', async () => {
  const desk = openDesk()

  // Asked: nobody sees anything yet, and each address is asked whether it is theirs.
  await ask(youth, 'jong@example.org')
  await ask(privacy, 'privacy@example.org')
  await ask(poverty, 'geld@example.org')
  await ask('Jongeren reageren nooit op onze uitnodigingen. Wat nu?', 'dubbel@example.org')
  await house.deliver()
  expect(toldOf('question_proof')).toEqual(['dubbel', 'geld', 'jong', 'privacy'].map(name => `${name}@example.org`))
  for (const { mail } of received())
    expect(`${mail.subject} ${mail.text} ${mail.html}`).not.toMatch(/uitnodiging|wijkteam|weinig|Anna|Veenkol/)
  expect(await (await fetch(`${house.url}/questions`)).text()).not.toContain(privacy)
  // One of them never answers; a program that opens every link has proven nothing.
  for (const email of ['jong@example.org', 'geld@example.org', 'dubbel@example.org']) await prove(email)
  await fetch(house.url + (/\/followers\/[\w-]+/.exec(received()[1]?.mail.text ?? '')?.[0] ?? ''))

  // Read and put on the website; the double is merged into the first.
  expect(await desk.get('/console')).toContain('Er zijn 4 nieuwe vragen uit de praktijk')
  for (const id of [1, 2, 3]) {
    const theme = themes.findIndex(({ slug }) => asked[id - 1]?.themes.includes(slug)) + 1
    const { location } = await desk.submit(`/console/questions/${id}`, `/console/questions/${id}/approval`, {
      question: asked[id - 1]?.text ?? '',
      groupId: String(house.group.id),
      themes: String(theme),
    })
    expect(location).toBe(`/console/questions/${id}?done=approved`)
  }
  const fourth = await desk.submit('/console/questions/4', '/console/questions/4/approval', {
    question: 'Wat nu, met jongeren?',
  })
  expect(fourth.status).toBe(303)

  // Recognised: one each, also of whoever recognised both of what becomes one.
  const people = await Promise.all([1, 1, 1, 2, 3].map(id => recognise(id)))
  await recognise(4, people[0])
  await recognise(4)
  for (const [index, id, email] of [
    [1, 1, 'herkent@example.org'],
    [2, 1, 'nooit@example.org'],
    [3, 2, 'stopt@example.org'],
  ] as const) {
    const visitor = people[index] as Visitor
    await visitor.open(`/questions/${id}`)
    await follow(visitor, email)
  }
  await house.deliver()
  await prove('herkent@example.org')
  await prove('stopt@example.org')
  const merge = await desk.submit(`/console/questions/4/merge?other=1`, '/console/questions/4/merge')
  expect(merge.location).toBe('/console/questions/1?done=merged')
  expect(countOn(await visit(house.url).open('/questions/1'))).toBe(4)
  expect(await visit(house.url).open('/questions/4')).toContain(youth)

  // The first becomes a draft of its own: nobody hears of it before it has a page, and then whoever proved an address.
  const made = await desk.submit('/console/events/new?question=1', '/console/events/new', {
    ...{ kind: 'webinar', attendance: 'online', groupId: String(house.group.id) },
    ...{ date: '2026-12-02', time: '12:00', durationMinutes: '60' },
  })
  const draft = /^\/console\/events\/(\d+)$/.exec(made.location ?? '')?.[1]
  expect(await desk.get(`/console/events/${draft}`)).toContain(`value="${youth}"`)
  house.clock.advance({ minutes: 5 })
  await house.deliver()
  expect(toldOf('question_planned')).toEqual([])
  const published = await desk.confirm(`/console/events/${draft}`, `/console/events/${draft}/publication`)
  expect(published.shown).toContain('3 mensen krijgen een mail')
  expect(published.shown).toContain('Je stelde ons een vraag.')
  expect(published.done.location).toBe(`/console/events/${draft}?done=published`)
  await house.deliver()
  expect(toldOf('question_planned')).toEqual([])
  house.clock.advance({ minutes: 2 })
  await house.deliver()
  expect(toldOf('question_planned')).toEqual(['dubbel', 'herkent', 'jong'].map(name => `${name}@example.org`))
  const [planned] = received().filter(({ kind, to }) => kind === 'question_planned' && to === 'jong@example.org')
  expect(planned?.mail.text).toContain('woensdag 2 december')
  expect(planned?.raw.toString('latin1')).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)

  // The second is what a webinar is about that stood in the agenda already; somebody no longer wants to hear.
  const second = await desk.confirm('/console/questions/2', '/console/questions/2/plan', {
    eventId: String(house.event().id),
  })
  expect(second.shown).toContain('Eén persoon krijgt een mail')
  await house.deliver()
  expect(toldOf('question_planned')).toContain('stopt@example.org')
  const stop = received().findLast(({ to }) => to === 'stopt@example.org')?.mail.text ?? ''
  await fetch(house.url + (/\/unsubscribe\/[\w-]+/.exec(stop)?.[0] ?? ''), {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  })
  expect(await visit(house.url).open(`/events/${house.event().slug}`)).toContain(privacy)

  // Afterwards all three are answered, the third without an event; of the second nobody is left to tell.
  house.clock.set('2026-12-04T09:00:00Z')
  await house.deliver()
  const answers: [number, string][] = [
    [1, 'Ga naar hen toe.'],
    [3, 'Begin met luisteren.'],
  ]
  for (const [id, answer] of answers) {
    const { done } = await desk.confirm(`/console/questions/${id}`, `/console/questions/${id}/answer`, { answer })
    expect(done.location).toBe(`/console/questions/${id}?done=answered`)
  }
  const silent = await desk.submit('/console/questions/2', '/console/questions/2/answer', {
    answer: 'Delen mag vaker.',
  })
  expect(silent.location).toBe('/console/questions/2?done=answered')
  house.clock.advance({ minutes: 2 })
  await house.deliver()
  expect(toldOf('question_answered')).toEqual(['dubbel', 'geld', 'herkent', 'jong'].map(name => `${name}@example.org`))
  expect(toldOf('question_planned')).toHaveLength(4)
  const list = await visit(house.url).open('/questions')
  expect(list.match(/beantwoord/g)).toHaveLength(3)
  for (const [id, answer] of answers) expect(await visit(house.url).open(`/questions/${id}`)).toContain(answer)
  // Who never proved their address got nothing but the question whether it is theirs.
  for (const email of ['privacy@example.org', 'nooit@example.org']) {
    expect(
      received()
        .filter(({ to }) => to === email)
        .map(({ kind }) => kind),
    ).toEqual(['question_proof'])
  }
})

test('an answer that is called back in time reaches nobody, and is told once it is given again', async () => {
  const desk = openDesk()
  await ask(poverty, 'een@example.org')
  await desk.submit('/console/questions/1', '/console/questions/1/approval', { question: poverty })
  const other = await recognise(1)
  await follow(other, 'twee@example.org')
  await house.deliver()
  for (const email of ['een@example.org', 'twee@example.org']) await prove(email)
  await desk.confirm('/console/questions/1', '/console/questions/1/answer', { answer: 'Te vroeg.' })
  const page = await desk.get('/console/questions/1')
  expect(page).toContain('De 2 mails gaan weg op')
  const recalled = await desk.submit(page, '/console/questions/1/recall')
  expect(recalled.location).toBe('/console/questions/1?done=recalled')
  house.clock.advance({ minutes: 5 })
  await house.deliver()
  expect(toldOf('question_answered')).toEqual([])
  expect(await visit(house.url).open('/questions/1')).not.toContain('Te vroeg.')
  await desk.confirm('/console/questions/1', '/console/questions/1/answer', { answer: 'Nu wel.' })
  house.clock.advance({ minutes: 2 })
  await house.deliver()
  expect(toldOf('question_answered')).toEqual(['een@example.org', 'twee@example.org'])
  // Mending the words mails nobody again.
  const mended = await desk.submit('/console/questions/1', '/console/questions/1/answer', { answer: 'Nu echt.' })
  expect(mended.location).toBe('/console/questions/1?done=answered')
  house.clock.advance({ minutes: 5 })
  await house.deliver()
  expect(toldOf('question_answered')).toHaveLength(2)
})

test('a mail that waits says what is true when it leaves: a moved event, and nothing of one that is cancelled', async () => {
  const desk = openDesk()
  await ask(poverty, 'een@example.org')
  await desk.submit('/console/questions/1', '/console/questions/1/approval', { question: poverty })
  await house.deliver()
  await prove('een@example.org')
  house.mailbox.next('greylist')
  await desk.confirm('/console/questions/1', '/console/questions/1/plan', { eventId: String(house.event().id) })
  await house.deliver()
  expect(toldOf('question_planned')).toEqual([])
  const move = { ...fieldsOf(await desk.get(`/console/events/1/move`), '/console/events/1/move') }
  house.clock.advance({ minutes: 1 })
  const fields = { ...move, date: '2026-12-10', time: '12:00', durationMinutes: '60', attendance: 'online' }
  expect((await desk.submit('/console/events/1/move', '/console/events/1/move', fields)).status).toBe(200)
  const shown = await desk.submit('/console/events/1/move', '/console/events/1/move', fields)
  expect((await desk.submit(shown.body, '/console/events/1/move')).status).toBe(303)
  house.clock.advance({ minutes: 10 })
  await house.deliver()
  const [mail] = received().filter(({ kind }) => kind === 'question_planned')
  expect(mail?.mail.text).toContain('10 december')
  expect(mail?.mail.text).not.toContain('3 december')
})
