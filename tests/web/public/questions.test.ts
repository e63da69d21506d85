// The pages of questions from practice: what anybody sees of them, and what is given to whom.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { questionFollowers, questions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { mergeQuestions } from '#src/domain/question-doubles.ts'
import { getQuestion } from '#src/domain/questions.ts'
import { recognise } from '#src/domain/recognitions.ts'
import { openApp } from '../../support/app.ts'
import { listMessages, makeEvent, makeGroup, NOW } from '../../support/world.ts'

const ASK = { question: 'Wie helpt mij hiermee op weg?', role: 'resident', place: 'Assen' }

async function openQuestions(baseUrl = 'http://localhost:3000') {
  const world = await openApp({ baseUrl })
  const { db, app, post } = world
  const lay = (text = 'Hoe bereik je wie nooit komt?', email = '') =>
    writeNow(db, tx => {
      const asked = {
        text,
        role: 'practice',
        place: 'Delfzijl',
        name: 'Anna Vraagt',
        groupId: null,
        locale: 'nl',
      } as const
      const question = askQuestion(tx, { ...asked, email }, NOW)
      const wording = { text, place: asked.place, groupId: null, themeIds: [] }
      return approveQuestion(tx, question, wording, { organiserId: null, revision: 1 }, NOW)
    })
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers })
  /** The button of a page, pressed by who has these cookies; gives those that they have then. */
  const press = async (url: string, cookie = '', ip = '127.0.0.1') => {
    const headers = { 'sec-fetch-site': 'same-origin', ...(cookie && { cookie }) }
    const reply = await app.inject({ method: 'POST', url, headers, remoteAddress: ip })
    const [given] = reply.cookies
    return { reply, given, cookie: given ? `${given.name}=${given.value}` : cookie }
  }
  const count = async (id: number) => /data-recognised="(\d+)"/.exec((await get(`/questions/${id}`)).body)?.[1]
  return { ...world, lay, get, post, press, count }
}

describe('asking', () => {
  test('keeps what was typed, cleaned, shows nobody, and says that it is read first', async () => {
    const { db, post, get } = await openQuestions()
    makeGroup(db)
    const reply = await post('/questions', {
      ...ASK,
      question: '  Wie helpt\n\n mij hiermee\u0000 op weg? ',
      group: 'noord',
    })
    expect([reply.statusCode, reply.headers.location]).toEqual([303, '/questions/asked'])
    expect((await get('/questions/asked')).body).toContain('Een organisator leest je vraag eerst.')
    expect(db.select().from(questions).all()).toMatchObject([
      {
        text: 'Wie helpt mij hiermee op weg?',
        typed: 'Wie helpt mij hiermee op weg?',
        groupId: 1,
        name: '',
        approvedAt: null,
      },
    ])
    expect((await get('/questions')).body).not.toContain('op weg?')
    expect((await get('/questions/1')).statusCode).toBe(404)
  })

  test('asks an address for a proof, in a mail that holds nothing of what was typed', async () => {
    const { db, post } = await openQuestions()
    await post('/questions', { ...ASK, name: 'Anna', email: ' Anna@Example.org ' })
    expect(listMessages(db).map(({ kind, toAddress, eventId }) => [kind, toAddress, eventId])).toEqual([
      ['question_proof', 'anna@example.org', null],
    ])
  })

  test.each([
    ['question', { question: 'Wie?' }, 'Schrijf je vraag in een of twee zinnen.'],
    ['question', { question: '12345 67890 !?' }, 'Schrijf je vraag in een of twee zinnen.'],
    ['question', { question: 'x'.repeat(501) }, 'hoogstens 500 tekens'],
    ['role', { role: '' }, 'Kies vanuit welke rol je meedoet.'],
    ['name', { name: 'Koop op www.voorbeeld.nl' }, 'zonder link of e-mailadres'],
    ['email', { email: 'anna@' }, 'Dit adres is niet compleet.'],
  ])('says beside %s what is wrong with it, and keeps the rest', async (name, wrong, says) => {
    const { db, post } = await openQuestions()
    const { statusCode, body } = await post('/questions', { ...ASK, ...wrong })
    expect(statusCode).toBe(422)
    expect(body).toContain(`id="f-${name}-problem"`)
    expect(body).toContain(says)
    expect(body).toContain('value="Assen"')
    expect(db.select().from(questions).all()).toEqual([])
  })

  test('of who fills in what nobody sees keeps nothing, and says the same', async () => {
    const { db, post } = await openQuestions()
    const reply = await post('/questions', { ...ASK, email: 'robot@example.org', website: 'x' })
    expect([reply.statusCode, reply.headers.location]).toEqual([303, '/questions/asked'])
    expect([db.select().from(questions).all(), listMessages(db)]).toEqual([[], []])
  })
})

describe('a question', () => {
  test('shows its words as text, whatever stands in them, and nobody’s name', async () => {
    const { lay, get } = await openQuestions()
    const { id } = lay('Kijk op https://evil.example/ <b>en</b> betaal')
    for (const url of ['/questions', `/questions/${id}`]) {
      const { body } = await get(url)
      expect(body).toContain('https://evil.example/ &lt;b&gt;en&lt;/b&gt; betaal')
      expect(body).not.toMatch(/href="https:\/\/evil|Anna Vraagt/)
    }
  })

  test('that was merged leads to the one that stays', async () => {
    const { db, lay, get } = await openQuestions()
    const [kept, gone] = [lay(), lay('Hetzelfde')]
    writeNow(db, tx => mergeQuestions(tx, kept, gone, { organiserId: null, revision: kept.revision }, NOW))
    const { statusCode, headers } = await get(`/questions/${gone.id}?lang=en`)
    expect([statusCode, headers.location]).toEqual([301, `/questions/${kept.id}?lang=en`])
  })

  test.each(['0', '99', '1e0', '0x1', 'een', '-1', '01', '1'.repeat(40)])('is not at /questions/%s', async id => {
    const { lay, get } = await openQuestions()
    lay()
    expect((await get(`/questions/${id}`)).statusCode).toBe(404)
  })

  test('stands on the page of its event once that has one', async () => {
    const { db, lay, get } = await openQuestions()
    const event = makeEvent(db, makeGroup(db))
    const { id } = lay()
    expect((await get(`/events/${event.slug}`)).body).not.toContain('begon met een vraag')
    writeNow(db, tx => tx.update(questions).set({ eventId: event.id }).where(eq(questions.id, id)).run())
    const { body } = await get(`/events/${event.slug}`)
    expect(body).toContain('Deze bijeenkomst begon met een vraag uit de praktijk:')
    expect(body).toContain(`<a href="/questions/${id}">Hoe bereik je wie nooit komt?</a>`)
    expect((await get(`/questions/${id}`)).body).toContain(`href="/events/${event.slug}"`)
  })
})

describe('“Herkenbaar”', () => {
  test('gives a cookie to who presses it, and nobody before: no page does', async () => {
    const { lay, get, press, post } = await openQuestions()
    const { id } = lay()
    const pages = [
      '/',
      '/questions',
      `/questions/${id}`,
      '/questions/asked',
      '/privacy',
      `/questions/${id}/recognition`,
    ]
    for (const url of pages) expect([url, (await get(url)).cookies]).toEqual([url, []])
    for (const url of ['/questions', `/questions/${id}/followers`]) {
      expect((await post(url, { ...ASK, email: 'anna@example.org' })).cookies).toEqual([])
    }
    expect((await press(`/questions/${id}/recognition/removal`)).given).toBeUndefined()
    const { given, reply } = await press(`/questions/${id}/recognition`)
    expect([reply.statusCode, reply.headers.location]).toEqual([303, `/questions/${id}`])
    expect(given).toMatchObject({ name: 'visitor', path: '/', httpOnly: true, sameSite: 'Lax', maxAge: 31_536_000 })
    expect(given).not.toHaveProperty('secure')
    expect(given?.value).toMatch(/^[\w-]{43}$/)
  })

  test('over https the cookie is tied to this host, and travels over nothing else', async () => {
    const { lay, press } = await openQuestions('https://agenda.example.org')
    const { given } = await press(`/questions/${lay().id}/recognition`)
    expect(given).toMatchObject({ name: '__Host-visitor', secure: true, path: '/', httpOnly: true })
  })

  test('counts a browser once, shows it what it pressed, and takes it back; what is kept is no cookie', async () => {
    const { db, lay, get, press, count } = await openQuestions()
    const [one, other] = [lay(), lay('Een andere?')]
    const { cookie, given } = await press(`/questions/${one.id}/recognition`)
    const again = await press(`/questions/${one.id}/recognition`, cookie)
    expect([again.given, await count(one.id), await count(other.id)]).toEqual([undefined, '1', '0'])
    await press(`/questions/${other.id}/recognition`)
    await press(`/questions/${other.id}/recognition`, cookie)
    expect(await count(other.id)).toBe('2')
    expect((await get(`/questions/${one.id}`, { cookie })).body).toContain('Jij herkent dit.')
    expect((await get(`/questions/${one.id}`)).body).not.toContain('Jij herkent dit.')
    expect((await get('/questions', { cookie })).body.match(/Jij herkent dit\./g)).toHaveLength(2)
    expect((await get('/questions')).body).not.toContain('Jij herkent dit.')
    expect(JSON.stringify(db.$client.prepare('select * from recognitions').all())).not.toContain(given?.value)
    await press(`/questions/${one.id}/recognition/removal`, cookie)
    expect([await count(one.id), await count(other.id)]).toEqual(['0', '2'])
  })

  test('a page in the cache of many holds for who has no cookie, and is never made of who has', async () => {
    const { db, lay, get } = await openQuestions()
    const { id } = lay()
    const url = `/questions/${id}`
    expect((await get(url)).headers['cache-control']).toBe('public, max-age=0, s-maxage=10')
    const mine = await get(url, { cookie: 'a=1; visitor=x' })
    expect([mine.headers['cache-control'], mine.headers.vary]).toEqual([
      'private, no-cache',
      'Accept-Language, Accept-Encoding, Cookie',
    ])
    const agenda = await get('/')
    writeNow(db, tx => recognise(tx, id, 'x', NOW))
    await new Promise(setImmediate)
    expect((await get(url)).body).toContain('data-recognised="1"')
    // Another page has nothing to do with it.
    expect((await get('/', { cookie: 'visitor=x' })).headers.etag).toBe(agenda.headers.etag)
  })

  test('from one address forty new browsers an hour, and who has a cookie as often as they like', async () => {
    const { lay, press, count, clock } = await openQuestions()
    const { id } = lay()
    const { cookie } = await press(`/questions/${id}/recognition`, '', '10.0.0.1')
    const codes = []
    for (let time = 0; time < 45; time++)
      codes.push((await press(`/questions/${id}/recognition`, '', '10.0.0.1')).reply.statusCode)
    expect([codes.filter(code => code === 303).length, codes.at(-1)]).toEqual([39, 429])
    expect((await press(`/questions/${id}/recognition`, cookie, '10.0.0.1')).reply.statusCode).toBe(303)
    expect((await press(`/questions/${id}/recognition`, '', '10.0.0.2')).reply.statusCode).toBe(303)
    expect(await count(id)).toBe('41')
    clock.advance({ hours: 1 })
    expect((await press(`/questions/${id}/recognition`, '', '10.0.0.1')).reply.statusCode).toBe(303)
  })

  test('from another site, and for what nobody may read, does nothing', async () => {
    const { db, app, lay, press } = await openQuestions()
    const { id } = lay()
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await app.inject({ method: 'POST', url: `/questions/${id}/recognition`, headers })).statusCode).toBe(403)
    writeNow(db, tx => tx.update(questions).set({ rejectedAt: NOW }).run())
    expect((await press(`/questions/${id}/recognition`)).reply.statusCode).toBe(404)
    expect(db.$client.prepare('select count(*) from recognitions').pluck().get()).toBe(0)
  })
})

describe('hearing what becomes of it', () => {
  test('asks for a proof by mail, which a GET does not give, and says the same to who has given it', async () => {
    const { db, lay, get, post, tokens } = await openQuestions()
    const { id } = lay()
    const follow = () => post(`/questions/${id}/followers`, { email: 'volgt@example.org' })
    const first = await follow()
    expect([first.statusCode, first.headers.location]).toEqual([303, `/questions/${id}?sent=1#follow`])
    expect((await get(`/questions/${id}?sent=1`)).body).toContain('Je krijgt een mail met een knop.')
    const proof = `/followers/${tokens.sign('follower', { id: 1, version: 1 })}`
    const isProven = () => getFollower().provenAt !== null
    const getFollower = () => db.select().from(questionFollowers).get() ?? { provenAt: null }
    expect((await get(proof)).body).toContain('Hoe bereik je wie nooit komt?')
    expect(isProven()).toBe(false)
    expect((await post(proof)).headers.location).toBe(proof)
    expect(isProven()).toBe(true)
    expect((await get(proof)).body).toContain('Je adres is bevestigd')
    expect((await follow()).headers.location).toBe(first.headers.location)
    expect(listMessages(db).filter(({ kind }) => kind === 'question_proof')).toHaveLength(1)
  })

  test('the page of a proof shows nothing that nobody has read yet', async () => {
    const { post, get, tokens } = await openQuestions()
    await post('/questions', { ...ASK, email: 'anna@example.org' })
    const { body, headers } = await get(`/followers/${tokens.sign('follower', { id: 1, version: 1 })}`)
    expect(body).toContain('anna@example.org')
    expect(body).not.toContain(ASK.question)
    expect([headers['cache-control'], headers['referrer-policy']]).toEqual(['no-store', 'same-origin'])
  })

  test('an address that is none is said so on the page of the question', async () => {
    const { lay, post } = await openQuestions()
    const { statusCode, body } = await post(`/questions/${lay().id}/followers`, { email: 'niets' })
    expect([statusCode, body.includes('id="f-email-problem"'), body.includes('value="niets"')]).toEqual([
      422,
      true,
      true,
    ])
  })

  test('one link stops it, from anywhere, and the second time says the same', async () => {
    const { db, app, lay, post, get, tokens } = await openQuestions()
    await post(`/questions/${lay().id}/followers`, { email: 'volgt@example.org' })
    const url = `/unsubscribe/${tokens.sign('following', { id: 1, version: 1 })}`
    expect((await get(url)).body).toContain('Geen mail meer over deze vraag?')
    expect(db.select().from(questionFollowers).all()).toHaveLength(1)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (let time = 0; time < 2; time++) {
      const reply = await app.inject({ method: 'POST', url, headers, payload: 'List-Unsubscribe=One-Click' })
      expect([reply.statusCode, reply.body.includes('Je krijgt geen mail meer over deze vraag')]).toEqual([200, true])
    }
    expect(db.select().from(questionFollowers).all()).toEqual([])
    expect(listMessages(db)).toMatchObject([{ state: 'dropped', reason: 'unsubscribed', followerId: null }])
    expect(getQuestion(db, 1).text).toBe('Hoe bereik je wie nooit komt?')
  })
})
