import { expect, test } from 'vitest'
import { registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { addInvitees, listInvitees } from '#src/domain/invitees.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

async function openInvited() {
  const world = await openApp()
  const { db, tokens } = world
  const event = makeEvent(db, makeGroup(db), { isInvitationOnly: true })
  writeNow(db, tx =>
    addInvitees(tx, event, [{ email: 'zoe@example.org', name: 'Zoë de Vries', organisation: 'Gemeente' }], 'nl', NOW),
  )
  const invitee = () => {
    const [one] = listInvitees(db, event)
    if (!one) throw new Error('nobody')
    return one
  }
  const { id, linkVersion: version } = invitee().invitee
  const token = tokens.sign('invitee', { id, version })
  const form = { name: 'Zoë de Vries', email: 'zoe@example.org', role: 'practice' }
  const register = (more: Record<string, string>) =>
    world.post(`/events/${event.slug}/registrations`, { ...form, ...more })
  const count = () => db.select().from(registrations).all().length
  return { ...world, event, invitee, token, register, count }
}

test('the public page says that it is for invited people, and has no form', async () => {
  const { app, event, register, count } = await openInvited()
  const { body } = await app.inject(`/events/${event.slug}`)
  expect(body).toContain('Alleen op uitnodiging.')
  expect(body).not.toContain('class="registration"')
  const { statusCode, body: answer } = await register({})
  expect([statusCode, count()]).toEqual([403, 0])
  expect(answer).toContain('Gebruik dan de link in die mail.')
})

test('their own link has the form with what is known, also after a mistake, and registers them', async () => {
  const { app, token, register, invitee, count } = await openInvited()
  const page = await app.inject(`/invited/${token}`)
  expect(page.headers['cache-control']).toBe('no-store')
  for (const value of ['Zoë de Vries', 'zoe@example.org', 'Gemeente', token])
    expect(page.body).toContain(`value="${value}"`)
  const wrong = await register({ invitation: token, name: '' })
  expect(wrong.statusCode).toBe(422)
  expect(wrong.body).toContain(`name="invitation" value="${token}"`)
  expect((await register({ invitation: token })).statusCode).toBe(303)
  expect([count(), invitee().state]).toEqual([1, 'registered'])
})

test('looking says nothing; one button says no, and the form still says yes', async () => {
  const { app, post, token, register, invitee } = await openInvited()
  await app.inject(`/invited/${token}/refusal`)
  expect(invitee().state).toBe('new')
  const { statusCode, headers } = await post(`/invited/${token}/refusal`)
  expect([statusCode, headers.location, invitee().state]).toEqual([303, `/invited/${token}`, 'declined'])
  expect((await app.inject(`/invited/${token}`)).body).toContain('Je liet weten dat je niet kunt.')
  await register({ invitation: token })
  expect(invitee().state).toBe('registered')
})

test('a link of another purpose, of another event or of nobody opens nothing', async () => {
  const { app, db, tokens, token, register, count } = await openInvited()
  const other = makeEvent(db, makeGroup(db, { slug: 'zuid', name: 'Zuid' }), {
    isInvitationOnly: true,
    title: 'Anders',
  })
  for (const wrong of [
    tokens.sign('registration', { id: 1, version: 1 }),
    tokens.sign('invitee', { id: 9, version: 1 }),
    'x',
  ]) {
    expect((await app.inject(`/invited/${wrong}`)).statusCode).toBe(404)
    expect((await register({ invitation: wrong })).statusCode).toBe(403)
  }
  const elsewhere = await app.inject({
    ...{ method: 'POST', url: `/events/${other.slug}/registrations` },
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    payload: `name=Zo&email=zoe%40example.org&role=practice&invitation=${token}`,
  })
  expect([elsewhere.statusCode, count()]).toEqual([403, 0])
})

test('a link that was used says the same of every other address, known here or not', async () => {
  const { db, event, token, register, count } = await openInvited()
  const { id: organiserId } = writeNow(db, tx => createOrganiser(tx, 'o@example.org', '', NOW))
  makeRegistration(db, event, { email: 'bekend@example.org', addedBy: organiserId })
  expect((await register({ invitation: token })).statusCode).toBe(303)
  const answers = []
  for (const email of ['bekend@example.org', 'vreemd@example.org']) {
    const { statusCode, body } = await register({ invitation: token, email })
    answers.push([statusCode, body])
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]?.[0]).toBe(409)
  // Twice is once.
  expect((await register({ invitation: token })).statusCode).toBe(303)
  expect(count()).toBe(2)
})
