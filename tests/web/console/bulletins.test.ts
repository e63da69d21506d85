// Newsletters and announcements in the console: what is shown before anything goes, what kept it from going, and what came of it.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listItems } from '#src/domain/bulletin-items.ts'
import { findBulletin } from '#src/domain/bulletins.ts'
import { createGroup } from '#src/domain/groups.ts'
import { spread } from '#src/domain/spreading.ts'
import { stopNewsletter } from '#src/domain/subscriptions.ts'
import { fieldsOf, openConsole } from '../../support/console.ts'
import { letterWish, makeNewsletter, subscribe } from '../../support/letters.ts'
import { listMessages, makeEvent, makeRegistration, NOW } from '../../support/world.ts'

async function openNews() {
  const world = await openConsole()
  const { db, group, get } = world
  const event = makeEvent(db, group)
  const anna = subscribe(db, 'anna@example.org', [letterWish('newsletter', 'g1'), letterWish('announcement', 'g1')])
  db.delete(messages).run()
  const page = async (url: string) => (await get(url)).body
  const bulletin = () => findBulletin(db, 1)
  return { ...world, event, anna, page, bulletin }
}

describe('the list', () => {
  test('says when the next one is made, and makes one now', async () => {
    const { post, page, bulletin } = await openNews()
    const { headers } = await post('/console/groups/noord/newsletter', { monthDay: '5', isOn: 'on' })
    expect(headers.location).toBe('/console/bulletins?saved=1')
    expect(await page('/console/bulletins')).toContain('De volgende staat klaar op zaterdag 5 december 2026.')
    const made = await post('/console/groups/noord/newsletter/composition')
    expect(made.headers.location).toBe('/console/bulletins/1?done=composed')
    expect(bulletin()).toMatchObject({ month: '2026-11', releasedAt: null })
    expect(await page('/console')).toContain('De nieuwsbrief van Werkplaats Noord staat klaar')
  })

  test.each(['0', '29', 'x'])('day %s is not in every month', async day => {
    const { post, bulletin } = await openNews()
    const { statusCode, body } = await post('/console/groups/noord/newsletter', { monthDay: day, isOn: 'on' })
    expect([statusCode, body.includes(`value="${day}"`), bulletin()]).toEqual([422, true, undefined])
  })
})

describe('the groups', () => {
  test('the one at the top comes first; who has the newsletter of this month is led to it', async () => {
    const { db, group, post, page } = await openNews()
    writeNow(db, tx => createGroup(tx, { slug: 'aa', name: 'Aa', summary: '', parentId: group.id }))
    const inOrder = (html: string) =>
      [...html.matchAll(/De nieuwsbrief van ([^<]+)<\/h3>/g)].map(([, name]) => name?.trim())
    expect(inOrder(await page('/console/bulletins'))).toEqual(['Werkplaats Noord', 'Aa'])
    await post('/console/groups/noord/newsletter/composition')
    const body = await page('/console/bulletins')
    expect(body).toContain('Die van deze maand is er al. <a href="/console/bulletins/1">')
    expect(body).not.toContain('/console/groups/noord/newsletter/composition')
  })
})

describe('a newsletter', () => {
  test('that was called back can be made again, with its words and its order', async () => {
    const { db, group, post, page, event } = await openNews()
    const other = makeEvent(db, group, { title: 'Later' })
    makeNewsletter(db, group)
    await post('/console/bulletins/1', { revision: '1', subject: 'Samen verder', intro: 'Een goed jaar!' })
    await post(`/console/bulletins/1/items/${event.id}`, { revision: '2', act: 'down' })
    await post(`/console/bulletins/1/items/${other.id}`, { revision: '3', act: 'hide' })
    await post('/console/bulletins/1/release', { revision: '4', recipients: '1' })
    expect((await post('/console/groups/noord/newsletter/composition')).statusCode).toBe(409)
    await post('/console/bulletins/1/recall')
    expect(await page('/console/bulletins/1')).toContain('Maak hem opnieuw')
    const { headers } = await post('/console/groups/noord/newsletter/composition')
    expect(headers.location).toBe('/console/bulletins/2?done=composed')
    expect(findBulletin(db, 2)).toMatchObject({ subject: 'Samen verder', intro: 'Een goed jaar!', releasedAt: null })
    const items = listItems(db, { id: 2 }).map(item => [item.event.title, item.hiddenAt !== null])
    expect(items).toEqual([
      ['Later', true],
      [event.title, false],
    ])
    expect(await page('/console/bulletins/1')).not.toContain('Maak hem opnieuw')
  })

  test('shows how many get it and what they read, before the button that sends it', async () => {
    const { db, group, page, event } = await openNews()
    makeNewsletter(db, group)
    const body = await page('/console/bulletins/1')
    expect(body).toContain('1 abonnee krijgt hem')
    expect(fieldsOf(body, '/console/bulletins/1/release')).toEqual({ revision: '1', recipients: '1' })
    expect(body).toContain(event.title)
    expect(body).not.toContain('anna@example.org')
    expect(await page('/console/bulletins/1/mail.html?eyes=g1')).toContain(event.title)
  })

  test('is edited, and what may not be mailed is refused beside its field', async () => {
    const { db, group, post, page, event, bulletin } = await openNews()
    makeNewsletter(db, group)
    const form = { revision: '1', subject: 'Samen verder', intro: 'Een goed jaar!' }
    expect((await post('/console/bulletins/1', form)).statusCode).toBe(303)
    expect(bulletin()).toMatchObject({ subject: 'Samen verder', intro: 'Een goed jaar!', revision: 2 })
    const secret = await post('/console/bulletins/1', { ...form, revision: '2', intro: `Kom: ${event.roomUrl}` })
    expect([secret.statusCode, secret.body.includes('Hier staat het adres van de online ruimte.')]).toEqual([422, true])
    expect((await post('/console/bulletins/1', form)).statusCode).toBe(409)
    expect(await page('/console/bulletins/1')).toContain('Samen verder')
  })

  test('its items are moved and left out', async () => {
    const { db, group, post, bulletin } = await openNews()
    makeEvent(db, group, { slug: 'tweede', localStart: '2026-12-10T12:00' })
    const made = makeNewsletter(db, group)
    const act = (event: number, name: string) =>
      post(`/console/bulletins/1/items/${event}`, { act: name, revision: String(bulletin()?.revision) })
    const order = () => listItems(db, made).map(({ event, hiddenAt }) => [event.id, hiddenAt !== null])
    await act(2, 'up')
    expect(order()).toEqual([
      [2, false],
      [1, false],
    ])
    await act(1, 'hide')
    expect(order()).toEqual([
      [2, false],
      [1, true],
    ])
    expect((await act(9, 'up')).statusCode).toBe(404)
  })

  test('goes to as many as were shown; with another number the page comes back and nothing leaves', async () => {
    const { db, group, post } = await openNews()
    makeNewsletter(db, group)
    subscribe(db, 'bea@example.org', [letterWish('newsletter', 'g1')])
    const { statusCode, body } = await post('/console/bulletins/1/release', { revision: '1', recipients: '1' })
    expect(statusCode).toBe(409)
    expect(body).toContain('Hier stond dat het naar 1 ging. Nu zijn het er 2.')
    expect((await post('/console/bulletins/1/release', { revision: '1', recipients: '2' })).statusCode).toBe(303)
    const again = await post('/console/bulletins/1/release', { revision: '1', recipients: '2' })
    expect([again.statusCode, again.body.includes('Iemand anders verstuurde dit al.')]).toEqual([409, true])
  })

  test('a number of people that no database holds is another number, like any', async () => {
    const { db, group, event, page, post, bulletin } = await openNews()
    makeNewsletter(db, group)
    for (const recipients of ['1e300', '9007199254740993', '99999999999999999999']) {
      expect((await post('/console/bulletins/1/release', { revision: '1', recipients })).statusCode).toBe(409)
      const url = `/console/events/${event.id}/announcement`
      expect((await post(url, { ...fieldsOf(await page(url), url), recipients })).statusCode).toBe(409)
      expect((await post('/console/bulletins/1/release', { revision: recipients, recipients: '1' })).statusCode).toBe(
        409,
      )
    }
    expect(bulletin()?.releasedAt).toBeNull()
    const both = [1, 2].map(() => post('/console/bulletins/1/release', { revision: '1', recipients: '1' }))
    expect((await Promise.all(both)).map(({ statusCode }) => statusCode)).toEqual([303, 409])
  })

  test('tells what came of it, in numbers', async () => {
    const { db, group, post, page, event, anna, clock } = await openNews()
    makeNewsletter(db, group)
    await post('/console/bulletins/1/release', { revision: '1', recipients: '1' })
    writeNow(db, tx => {
      spread(tx, NOW)
      tx.update(messages).set({ state: 'sent', sentAt: NOW }).where(eq(messages.kind, 'newsletter')).run()
      stopNewsletter(tx, anna.id, 1, NOW.add({ hours: 1 }))
    })
    makeRegistration(db, event, { email: 'nieuw@example.org' }, NOW.add({ hours: 2 }))
    makeRegistration(db, event, { email: 'laat@example.org' }, NOW.add({ hours: 24 * 15 - 24 * 5 }))
    clock.advance({ hours: 300 })
    const body = await page('/console/bulletins/1')
    for (const said of ['1 abonnee', '1 verstuurd', '1 afgezegd', '2 aanmeldingen voor wat erin stond'])
      expect(body).toContain(`<li>${said}</li>`)
  })

  test('is called back within two minutes, and a draft is removed', async () => {
    const { db, group, post, page, bulletin } = await openNews()
    makeNewsletter(db, group)
    await post('/console/bulletins/1/release', { revision: '1', recipients: '1' })
    expect(await page('/console/bulletins/1')).toContain('action="/console/bulletins/1/recall"')
    await post('/console/bulletins/1/recall')
    expect(await page('/console/bulletins/1')).toContain('Teruggehaald. Niemand kreeg hem.')
    writeNow(db, tx => spread(tx, NOW))
    expect(listMessages(db).filter(({ kind }) => kind === 'newsletter')).toEqual([])
    expect((await post('/console/bulletins/1/deletion', { revision: '2' })).statusCode).toBe(409)
    expect(bulletin()).toBeDefined()
    // Put right, it can be sent after all; and one of it is enough.
    const made = await post('/console/groups/noord/newsletter/composition')
    expect(made.headers.location).toBe('/console/bulletins/2?done=composed')
    expect((await post('/console/groups/noord/newsletter/composition')).statusCode).toBe(409)
    expect((await post('/console/bulletins/2/deletion', { revision: '1' })).headers.location).toBe('/console/bulletins')
    expect(findBulletin(db, 2)).toBeUndefined()
  })
})

describe('announcing', () => {
  test('the event’s page says how many asked to hear of it; the page before it goes shows the mail', async () => {
    const { page, post, event, db } = await openNews()
    expect(await page(`/console/events/${event.id}`)).toContain('1 persoon vroeg om bericht hierover')
    const url = `/console/events/${event.id}/announcement`
    const body = await page(url)
    expect(body).toContain('Kondig aan bij 1 persoon')
    expect(body).toContain(`Nieuw: ${event.title}`)
    const { intro: _, ...fields } = { intro: '', ...fieldsOf(body, url) }
    expect((await post(url, { ...fields, intro: 'Dit is niet bekeken.' })).statusCode).toBe(409)
    expect((await post(url, { ...fields, recipients: '7' })).statusCode).toBe(409)
    expect(findBulletin(db, 1)).toBeUndefined()
    expect((await post(url, fields)).headers.location).toBe('/console/bulletins/1')
    expect(await page(url)).toContain('Dit is al aangekondigd.')
    expect(await page(`/console/events/${event.id}`)).not.toContain('vroeg om bericht')
  })
})
