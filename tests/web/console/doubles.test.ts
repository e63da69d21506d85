import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { fieldsOf, signIn } from '../../support/console.ts'
import { openList } from '../../support/listed.ts'
import { makeEvent, makeRegistration, NOW } from '../../support/world.ts'

/** Bo, who waits, stands on the list once more: without an address. Ali is there twice, and has two places of the three. */
async function openDoubles() {
  const world = await openList()
  const { db, event } = world
  db.$client.prepare('update events set capacity_online = 3').run()
  const ali2 = makeRegistration(db, event, {
    name: 'Ali Yildiz',
    email: 'ali.werk@example.org',
    organisation: 'wijkteam',
  })
  db.update(registrations).set({ status: 'confirmed' }).where(eq(registrations.id, ali2.id)).run()
  const bo2 = makeRegistration(db, event, { name: 'bo', email: null })
  writeNow(db, tx => assumeTold(tx, NOW))
  return { ...world, ali2, bo2, doubles: `/console/events/${event.id}/doubles` }
}

test('the list says how many may be double, and leads to them', async () => {
  const { get, list, doubles, ali, ali2 } = await openDoubles()
  const whole = (await get(list)).body
  expect(whole).toContain('Misschien staan hier 2 mensen dubbel.')
  expect(whole).toContain(`href="${doubles}"`)
  expect((await get(`${list}?q=zoe`)).body).not.toContain('dubbel')
  const { body } = await get(doubles)
  expect(body.match(/Zelfde naam[^<]*/g)).toEqual(['Zelfde naam en organisatie', 'Zelfde naam, één zonder e-mailadres'])
  expect(body).toContain(`href="/console/registrations/${ali.id}/merge?other=${ali2.id}"`)
})

test('nobody double: the page says so', async () => {
  const { get, event } = await openList()
  expect((await get(`/console/events/${event.id}/doubles`)).body).toContain(
    'Niemand lijkt dubbel op de lijst te staan.',
  )
})

test('both stand side by side, and whichever is chosen stays; the mails are shown first', async () => {
  const { db, ali, ali2, bo, get, post, mails, deeds } = await openDoubles()
  const path = `/console/registrations/${ali.id}/merge`
  const shown = (await get(`${path}?other=${ali2.id}`)).body
  expect(shown.match(/type="radio" name="stays"/g)).toHaveLength(2)
  expect(fieldsOf(shown, path)).toEqual({ other: String(ali2.id), stays: String(ali.id) })
  const asked = await post(path, { other: String(ali2.id), stays: String(ali2.id) })
  expect(asked.body).toContain('De aanmeldingen van Ali Yildiz samenvoegen?')
  expect(asked.body).toContain('2 mensen krijgen een mail')
  expect(mails()).toEqual([])
  const { headers } = await post(path, fieldsOf(asked.body, path))
  expect(headers.location).toBe(`/console/registrations/${ali2.id}?done=merged`)
  expect(getRegistration(db, ali.id)).toMatchObject({ status: 'cancelled', mergedIntoId: ali2.id })
  expect(getRegistration(db, ali2.id)).toMatchObject({ status: 'confirmed', queueNumber: ali.queueNumber })
  expect(getRegistration(db, bo.id).status).toBe('confirmed')
  expect(mails()).toEqual(['unregistered ali@example.org', 'promoted bo@example.org'])
  expect(deeds().at(-1)).toBe('registrations_merged')
  const [entry] = db.select().from(auditEntries).where(eq(auditEntries.action, 'registrations_merged')).all()
  expect([entry?.registrationId, entry?.detail]).toEqual([ali2.id, String(ali.id)])
})

test('who would get no more mail is warned of', async () => {
  const { bo, bo2, post } = await openDoubles()
  const path = `/console/registrations/${bo.id}/merge`
  const asked = await post(path, { other: String(bo2.id), stays: String(bo2.id) })
  expect(asked.body).toContain('heeft geen adres dat werkt')
  const other = await post(path, { other: String(bo2.id), stays: String(bo.id) })
  expect(other.body).not.toContain('heeft geen adres dat werkt')
  expect(other.body).toContain('Niemand krijgt een mail')
})

test('is refused when what was shown is no longer so, and a second time', async () => {
  const { db, ali, ali2, bo, post } = await openDoubles()
  const path = `/console/registrations/${ali.id}/merge`
  const form = { other: String(ali2.id), stays: String(ali.id) }
  const asked = await post(path, form)
  db.update(registrations).set({ status: 'cancelled' }).where(eq(registrations.id, bo.id)).run()
  expect((await post(path, fieldsOf(asked.body, path))).statusCode).toBe(409)
  expect(getRegistration(db, ali2.id).mergedIntoId).toBeNull()
  const again = await post(path, form)
  expect((await post(path, fieldsOf(again.body, path))).statusCode).toBe(303)
  expect((await post(path, form)).statusCode).toBe(409)
})

test.each(['other', 'stays'])('with %s of elsewhere there is nothing', async field => {
  const { db, group, ali, ali2, post, get } = await openDoubles()
  const elsewhere = makeRegistration(db, makeEvent(db, group, { title: 'Elders' }), { email: 'elders@example.org' })
  const form = { other: String(ali2.id), stays: String(ali.id), [field]: String(elsewhere.id) }
  expect((await post(`/console/registrations/${ali.id}/merge`, form)).statusCode).toBe(404)
  expect((await get(`/console/registrations/${ali.id}/merge?other=${elsewhere.id}`)).statusCode).toBe(404)
  expect((await get(`/console/registrations/${ali.id}/merge?other=${ali.id}`)).statusCode).toBe(404)
})

test('a host sees nothing of it', async () => {
  const { db, app, group, list } = await openDoubles()
  const headers = signIn(db, 'hella@example.org', group, 'host')
  expect((await app.inject({ url: list, headers })).body).not.toContain('dubbel')
})
