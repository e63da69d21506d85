// The pages about letters: asking for them, saying yes, one's own choice, and newsletters from before.
import { describe, expect, test } from 'vitest'
import { bulletins, subscriptionRequests } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { getEvent } from '#src/domain/events.ts'
import { setNewsletter } from '#src/domain/newsletters.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { releaseBulletin } from '#src/domain/spreading.ts'
import { listWishes } from '#src/domain/subscriptions.ts'
import { openApp } from '../../support/app.ts'
import { dumpOf } from '../../support/dump.ts'
import { letterWish, makeNewsletter, subscribe } from '../../support/letters.ts'
import { listMessages, makeEvent, makeGroup, NOW } from '../../support/world.ts'

const EMAIL = 'anna@example.org'

async function openLetters() {
  const world = await openApp()
  const { db, tokens, app } = world
  const group = makeGroup(db)
  const event = makeEvent(db, group)
  writeNow(db, tx => {
    createOrganiser(tx, 'otto@example.org', 'Otto', NOW)
    setNewsletter(tx, group, { day: 1, isOn: true, timeZone: 'Europe/Amsterdam', organiserId: 1 }, NOW)
  })
  const get = async (url: string) => (await app.inject(url)).body
  const proof = () => {
    const request = db.select().from(subscriptionRequests).get()
    return `/subscription-proofs/${tokens.sign('subscription-proof', { id: request?.id ?? 0, version: 1 })}`
  }
  const own = ({ id }: { id: number }) => `/subscriptions/${tokens.sign('subscription', { id, version: 1 })}`
  return { ...world, group, event, get, proof, own }
}

describe('asking for letters', () => {
  test('the form has what there is to follow, ticked for who comes from a page of it', async () => {
    const { get, group } = await openLetters()
    const checked = (html: string) =>
      [...html.matchAll(/name="(news|tell)" value="(\w+)"[^>]* checked/g)].map(found => found.slice(1, 3))
    expect(checked(await get('/newsletter'))).toEqual([])
    expect(checked(await get(`/newsletter?group=${group.slug}`))).toEqual([
      ['news', 'g1'],
      ['tell', 'g1'],
    ])
    expect(await get(`/groups/${group.slug}`)).toContain(`href="/newsletter?group=${group.slug}"`)
  })

  test('answers the same for every address, and tells nothing of it', async () => {
    const { db, post } = await openLetters()
    subscribe(db, EMAIL, [letterWish('newsletter', 'g1')])
    db.delete(subscriptionRequests).run()
    const answers = await Promise.all(
      [EMAIL, 'nieuw@example.org'].map(email => post('/newsletter', { email, tell: 'g1' })),
    )
    const said = answers.map(({ statusCode, headers, body }) => [statusCode, headers.location, body])
    expect(said).toEqual(Array(2).fill([303, '/newsletter?sent=1', '']))
  })

  test.each([
    ['no address', { email: '', tell: 'g1' }, 'Dit adres is niet compleet'],
    ['nothing to get', { email: EMAIL }, 'Kies minstens één ding'],
    ['what there is not', { email: EMAIL, news: 'g99' }, 'Kies minstens één ding'],
  ])('%s is said beside the form, which keeps what was typed', async (_, form, said) => {
    const { db, post } = await openLetters()
    const { statusCode, body } = await post('/newsletter', form)
    expect([statusCode, body.includes(said)]).toEqual([422, true])
    expect(body).toContain(`value="${form.email}"`)
    expect(db.select().from(subscriptionRequests).all()).toEqual([])
  })

  test('a robot is thanked, and nothing comes of it', async () => {
    const { db, post } = await openLetters()
    const { statusCode } = await post('/newsletter', { email: EMAIL, tell: 'g1', website: 'x' })
    expect([statusCode, listMessages(db)]).toEqual([303, []])
  })
})

describe('saying yes', () => {
  test('looking changes nothing; one press does it, and the link is used up', async () => {
    const { db, app, get, post, proof } = await openLetters()
    await post('/newsletter', { email: EMAIL, news: 'g1' })
    const [url, before] = [proof(), dumpOf(db)]
    expect(await get(url)).toContain('Wil je deze mails krijgen?')
    expect(dumpOf(db)).toBe(before)
    const { statusCode, headers } = await post(url)
    expect([statusCode, /^\/subscriptions\/[\w-]+\?done=proven$/.test(String(headers.location))]).toEqual([303, true])
    expect(await get(String(headers.location))).toContain('Gelukt. Je krijgt deze mails vanaf nu.')
    const again = await app.inject(url)
    expect([again.statusCode, again.body.includes('Deze link werkt niet meer')]).toEqual([200, true])
    expect((await post(url)).body).toContain('Deze link werkt niet meer')
  })
})

describe('one’s own choice', () => {
  test('is shown, changed, and ended', async () => {
    const { db, get, post, own } = await openLetters()
    const one = subscribe(db, EMAIL, [letterWish('newsletter', 'g1')])
    expect(await get(own(one))).toMatch(/name="news" value="g1"[^>]* checked/)
    expect((await post(own(one), { tell: 'g1' })).headers.location).toBe(`${own(one)}?done=saved`)
    expect(listWishes(db, one.id)).toEqual([letterWish('announcement', 'g1')])
    expect((await post(own(one))).headers.location).toBe(`${own(one)}?done=stopped`)
    expect(listWishes(db, one.id)).toEqual([])
  })

  test('stands behind no other link', async () => {
    const { db, app, tokens } = await openLetters()
    const { id, personId } = subscribe(db, EMAIL, [letterWish('newsletter', 'g1')])
    const links = [
      tokens.sign('subscription', { id, version: 2 }),
      tokens.sign('my', { id: personId, version: 1 }),
      tokens.sign('newsletter', { id, version: 1 }),
    ]
    const codes = await Promise.all(links.map(token => app.inject(`/subscriptions/${token}`)))
    expect(codes.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404])
  })
})

describe('newsletters from before', () => {
  test('stand there once they went, with what is true of each event now; a draft does not', async () => {
    const { db, app, get, group, event } = await openLetters()
    subscribe(db, EMAIL, [letterWish('newsletter', 'g1')])
    const draft = makeNewsletter(db, group)
    const url = `/newsletter/archive/${draft.id}`
    expect([(await app.inject(url)).statusCode, await get('/newsletter/archive')]).toEqual([
      404,
      expect.stringContaining('Er is nog geen nieuwsbrief verstuurd.'),
    ])
    writeNow(db, tx => {
      tx.update(bulletins).set({ subject: 'Samen verder', intro: 'Een <b>goed</b> jaar!' }).run()
      releaseBulletin(tx, draft, { organiserId: 1, revision: 1, shown: 1 }, NOW)
    })
    expect(await get('/newsletter/archive')).toContain(`<a href="${url}">Samen verder</a>`)
    const page = await get(url)
    expect(page).toContain('<h1>Samen verder</h1>')
    expect(page).toContain('Een &lt;b&gt;goed&lt;/b&gt; jaar!')
    expect(page).toContain(event.title)
    expect(page).not.toContain('geannuleerd')
    const by = { organiserId: null, revision: getEvent(db, event.id).revision }
    writeNow(db, tx => cancelEvent(tx, getEvent(db, event.id), 'Ziek.', by, NOW))
    expect(await get(url)).toMatch(/class="row off"/)
  })
})
