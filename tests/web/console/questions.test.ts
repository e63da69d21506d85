// Questions from practice in the console: whose they are, what is done with them, and that nobody is mailed unseen.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, eventThemes, questions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { getEvent } from '#src/domain/events.ts'
import { follow, proveFollower } from '#src/domain/followers.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { getListedQuestion, getQuestion } from '#src/domain/questions.ts'
import { createTheme } from '#src/domain/themes.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { listMessages, makeEvent, makeGroup, NOW } from '../../support/world.ts'

const TEXT = 'Hoe bereik je wie nooit komt?'

async function openDesk() {
  const world = await openConsole()
  const { db, group } = world
  writeNow(db, tx => createTheme(tx, { slug: 'wijk', name: 'Wijk' }))
  const lay = (text = TEXT, groupId: number | null = group.id) =>
    writeNow(db, tx =>
      askQuestion(tx, { text, role: 'practice', place: '', name: 'Anna', groupId, email: '', locale: 'nl' }, NOW),
    )
  const approve = (text = TEXT) => {
    const question = lay(text)
    const wording = { text, place: '', groupId: group.id, themeIds: [1] }
    return writeNow(db, tx => approveQuestion(tx, question, wording, { organiserId: null, revision: 1 }, NOW))
  }
  /** So many addresses that were proven. */
  const followed = ({ id }: { id: number }, ...emails: string[]) =>
    writeNow(db, tx => {
      for (const email of emails) follow(tx, { id }, { kind: 'recognised', email, locale: 'nl' }, NOW)
      for (let follower = 1; follower <= 20; follower++) proveFollower(tx, { id: follower }, NOW)
    })
  const told = () =>
    listMessages(db).flatMap(({ kind, toAddress }) => (kind === 'question_proof' ? [] : [`${kind} ${toAddress}`]))
  return { ...world, lay, approve, followed, told }
}

describe('whose a question is', () => {
  test('it is its group’s, and that of the groups above; one that is put to nobody belongs to the one at the top', async () => {
    const { db, app, group, me, lay } = await openDesk()
    const below = makeGroup(db, { slug: 'eronder', name: 'Eronder', parentId: group.id })
    const theirs = signIn(db, 'onder@example.org', below)
    const [forAll, forBelow] = [lay('Aan iedereen?', null), lay('Aan wie eronder staat?', below.id)]
    const seen = async (headers: { cookie: string }) => {
      const { body } = await app.inject({ url: '/console/questions', headers })
      const codes = await Promise.all(
        [forAll, forBelow].map(({ id }) => app.inject({ url: `/console/questions/${id}`, headers })),
      )
      return [
        body.includes('Aan iedereen?'),
        body.includes('Aan wie eronder staat?'),
        ...codes.map(one => one.statusCode),
      ]
    }
    expect(await seen(me)).toEqual([true, true, 200, 200])
    expect(await seen(theirs)).toEqual([false, true, 404, 200])
    const home = async (headers: { cookie: string }) => (await app.inject({ url: '/console', headers })).body
    expect(await home(me)).toContain('Er zijn 2 nieuwe vragen uit de praktijk')
    expect(await home(theirs)).toContain('Er is een nieuwe vraag uit de praktijk')
  })

  test('is handed to no group that is not one’s own, but up it may go', async () => {
    const { db, group, post, lay } = await openDesk()
    const elsewhere = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    const { id } = lay()
    const put = (groupId: string) =>
      post(`/console/questions/${id}`, { revision: String(getQuestion(db, id).revision), question: TEXT, groupId })
    const wrong = await put(String(elsewhere.id))
    expect([wrong.statusCode, wrong.body.includes('id="f-groupId-problem"'), getQuestion(db, id).groupId]).toEqual([
      422,
      true,
      group.id,
    ])
    expect((await put('')).statusCode).toBe(303)
    expect(getQuestion(db, id).groupId).toBe(null)
  })
})

describe('reading one', () => {
  test('its words are changed, its theme chosen, and it is put on the website; what was typed stays', async () => {
    const { db, group, get, post, lay } = await openDesk()
    const { id } = lay('Wat moet Truus van nummer 3?')
    expect((await get(`/console/questions/${id}`)).body).toContain('Zet op de website')
    const fields = {
      revision: '1',
      question: ' Wat moet\n een buurvrouw? ',
      place: 'Assen',
      groupId: String(group.id),
      themes: ['1', '99'],
    }
    const { headers } = await post(`/console/questions/${id}/approval`, fields)
    expect(headers.location).toBe(`/console/questions/${id}?done=approved`)
    expect(getListedQuestion(db, id)).toMatchObject({
      text: 'Wat moet een buurvrouw?',
      typed: 'Wat moet Truus van nummer 3?',
      place: 'Assen',
      themes: [{ name: 'Wijk' }],
      state: 'open',
    })
    expect(db.select().from(auditEntries).all()).toMatchObject([
      { action: 'question_approved', detail: String(id), groupId: group.id },
    ])
  })

  test('who looked at an older version changes nothing, and nothing is no question', async () => {
    const { db, post, approve } = await openDesk()
    const { id } = approve()
    const stale = await post(`/console/questions/${id}`, { revision: '1', question: 'Anders?' })
    const empty = await post(`/console/questions/${id}`, { revision: '2', question: ' ' })
    expect([stale.statusCode, empty.statusCode, getQuestion(db, id).text]).toEqual([409, 422, TEXT])
    expect(empty.body).toContain('id="f-question-problem"')
  })

  test('turned away it is on the website no more, with a reason for organisers', async () => {
    const { app, get, post, approve } = await openDesk()
    const { id } = approve()
    await post(`/console/questions/${id}/rejection`, { revision: '2', reason: 'Reclame.' })
    expect((await app.inject(`/questions/${id}`)).statusCode).toBe(404)
    expect((await get(`/console/questions/${id}`)).body).toContain('Reclame.')
    expect((await get('/console/questions?view=gone')).body).toContain(TEXT)
  })
})

describe('an event of it', () => {
  const MAKE = { kind: 'webinar', attendance: 'online', date: '2027-01-07', time: '12:00', durationMinutes: '60' }

  test('is a draft with its words, group and themes, of which nobody hears', async () => {
    const { db, group, get, post, approve, followed, told } = await openDesk()
    const question = approve()
    followed(question, 'een@example.org')
    const page = (await get(`/console/events/new?question=${question.id}`)).body
    const fields = fieldsOf(page, '/console/events/new')
    expect([fields.title, fields.question]).toEqual([TEXT, String(question.id)])
    const { headers } = await post('/console/events/new', { ...fields, ...MAKE, groupId: String(group.id) })
    const event = getEvent(db, Number(headers.location?.split('/').at(-1)))
    expect(event).toMatchObject({ title: TEXT, summary: TEXT, publishedAt: null })
    expect(db.select().from(eventThemes).all()).toEqual([{ eventId: event.id, themeId: 1 }])
    expect([getListedQuestion(db, question.id).state, getQuestion(db, question.id).eventId, told()]).toEqual([
      'open',
      event.id,
      [],
    ])
    // The draft goes, and the question is open as before.
    await post(`/console/events/${event.id}/deletion`, { revision: String(event.revision) })
    expect(getQuestion(db, question.id).eventId).toBe(null)
  })

  test('of somebody else’s question is none', async () => {
    const { db, group, lay, post, get } = await openDesk()
    const other = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    const { id } = lay('Van hen?', other.id)
    expect((await get(`/console/events/new?question=${id}`)).statusCode).toBe(404)
    const made = await post('/console/events/new', {
      title: 'X',
      question: String(id),
      ...MAKE,
      groupId: String(group.id),
    })
    expect([made.statusCode, getQuestion(db, id).eventId]).toEqual([404, null])
  })

  test('is published as ever if nobody waits; else a page says whom it mails, and nobody is mailed who was not shown', async () => {
    const { db, group, post, approve, followed, told } = await openDesk()
    const draft = makeEvent(db, group)
    const question = approve()
    const draftAgain = () => db.$client.prepare('update events set published_at = null where id = ?').run(draft.id)
    draftAgain()
    const publish = (fields: Record<string, string> = {}) =>
      post(`/console/events/${draft.id}/publication`, { revision: String(getEvent(db, draft.id).revision), ...fields })
    expect((await publish()).statusCode).toBe(303)
    draftAgain()
    writeNow(db, tx => tx.update(questions).set({ eventId: draft.id }).where(eq(questions.id, question.id)).run())
    followed(question, 'een@example.org', 'twee@example.org')
    const shown = await publish()
    expect([shown.statusCode, told()]).toEqual([200, []])
    expect(shown.body).toContain('2 mensen krijgen een mail')
    expect(shown.body).toContain('Je herkende een vraag uit de praktijk.')
    // Links of the mail open nothing here.
    expect(shown.body).not.toMatch(/\/(unsubscribe|followers)\/[\w-]{40}/)
    followed(question, 'drie@example.org')
    expect((await publish({ recipients: '2' })).statusCode).toBe(409)
    expect([told(), getEvent(db, draft.id).publishedAt]).toEqual([[], null])
    expect((await publish({ recipients: '3' })).statusCode).toBe(303)
    expect(told()).toEqual(['een', 'twee', 'drie'].map(name => `question_planned ${name}@example.org`))
  })

  test('that is planned already is chosen from one’s own, and may be let go again', async () => {
    const { db, group, post, approve, get } = await openDesk()
    const mine = makeEvent(db, group)
    const theirs = makeEvent(db, makeGroup(db, { slug: 'zuid', name: 'Zuid' }), { title: 'Van hen' })
    const { id } = approve()
    expect((await get(`/console/questions/${id}`)).body).not.toContain('Van hen')
    const plan = (eventId: string) => post(`/console/questions/${id}/plan`, { revision: '2', eventId })
    expect([(await plan(String(theirs.id))).statusCode, (await plan('')).statusCode]).toEqual([404, 422])
    expect((await plan(String(mine.id))).statusCode).toBe(303)
    expect(getListedQuestion(db, id).state).toBe('planned')
    await post(`/console/questions/${id}/plan/removal`, { revision: '3' })
    expect(getListedQuestion(db, id).state).toBe('open')
  })
})

describe('two that ask the same', () => {
  test('stand side by side; the one that nobody has read cannot stay', async () => {
    const { db, get, post, lay, approve } = await openDesk()
    const [unread, read] = [lay('Zelfde vraag?'), approve()]
    const page = (await get(`/console/questions/${unread.id}/merge?other=${read.id}`)).body
    expect(page).toMatch(new RegExp(`value="${read.id}-2" checked`))
    expect(page).toMatch(new RegExp(`value="${unread.id}-1" disabled`))
    const merge = (stays: string) => post(`/console/questions/${unread.id}/merge`, { other: String(read.id), stays })
    expect((await merge(`${unread.id}-1`)).statusCode).toBe(409)
    expect((await merge(`${read.id}-1`)).statusCode).toBe(409)
    expect((await merge(`${read.id}-2`)).headers.location).toBe(`/console/questions/${read.id}?done=merged`)
    expect(getQuestion(db, unread.id).mergedIntoId).toBe(read.id)
  })

  test('mails nobody unseen: who followed the one hears of the event of the other', async () => {
    const { db, group, approve, followed, told, post } = await openDesk()
    const [kept, gone] = [approve('Hoe bereik je ze?'), approve()]
    followed(kept, 'a@example.org')
    const { id: eventId } = makeEvent(db, group)
    db.update(questions).set({ eventId }).where(eq(questions.id, gone.id)).run()
    const path = `/console/questions/${kept.id}/merge`
    const form = { other: String(gone.id), stays: `${kept.id}-${kept.revision}` }
    const page = await post(path, form)
    expect([page.statusCode, told(), getQuestion(db, gone.id).mergedIntoId]).toEqual([200, [], null])
    expect(page.body).toContain('Voeg samen, en verstuur')
    const fields = fieldsOf(page.body, path)
    expect((await post(path, fields)).headers.location).toBe(`/console/questions/${kept.id}?done=merged`)
    expect([told(), getQuestion(db, gone.id).mergedIntoId]).toEqual([['question_planned a@example.org'], kept.id])
  })
})

test('what came of it is shown with whom it mails; what came of its event stands there to begin with', async () => {
  const { db, group, get, post, approve, followed, told } = await openDesk()
  const event = makeEvent(db, group, { yield: 'Luister eerst.' })
  const { id } = approve()
  writeNow(db, tx => tx.update(questions).set({ eventId: event.id }).where(eq(questions.id, id)).run())
  followed({ id }, 'een@example.org')
  expect((await get(`/console/questions/${id}`)).body).toContain('Luister eerst.</textarea>')
  const answer = (fields: Record<string, string>) =>
    post(`/console/questions/${id}/answer`, { revision: '2', ...fields })
  expect((await answer({ answer: ' ' })).statusCode).toBe(422)
  const shown = await answer({ answer: 'Luister eerst.\n\nEn "dan" weer.' })
  expect(shown.body).toContain('Eén persoon krijgt een mail')
  expect([told(), getQuestion(db, id).answeredAt]).toEqual([[], null])
  expect(
    (await post(`/console/questions/${id}/answer`, fieldsOf(shown.body, `/console/questions/${id}/answer`))).statusCode,
  ).toBe(303)
  expect(told()).toEqual(['question_answered een@example.org'])
  expect((await get(`/questions/${id}`)).body).toContain('<p class="lines">En &quot;dan&quot; weer.</p>')
})
