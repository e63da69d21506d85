import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { events, tasks, taskTicks } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { listLines } from '#src/domain/run-sheets.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeSeries, NOW } from '../../support/world.ts'

const names = (html: string) => [...html.matchAll(/class="task-name">([^<]*)</g)].map(match => match[1])
const LINE = { title: 'Bel de zaal', days: '10', side: 'before', proof: 'none', version: '' }

async function openSheets() {
  const world = await openConsole()
  const { db, group } = world
  const found = makeSeries(db, group)
  const event = makeEvent(db, group, { seriesId: found.id })
  const ofSeries = () => listLines(db, { seriesId: found.id }).map(({ days, proof, title }) => [days, proof, title])
  const ofEvent = () => listLines(db, { eventId: event.id }).map(({ days, proof, title }) => [days, proof, title])
  const last = () => db.select().from(tasks).all().at(-1)
  return { ...world, found, event, ofSeries, ofEvent, last }
}

describe('the run sheet of a series', () => {
  const PAGE = '/console/series/eerste-donderdag/run-sheet'

  test('says of each line when it is due and who ticks it', async () => {
    const { get } = await openSheets()
    const { body } = await get(PAGE)
    expect(names(body)).toEqual([
      ...['Spreker gevraagd', 'Tekst klaar', 'Ruimte geregeld', 'Begeleider bekend'],
      ...['Herinnering ingepland', 'Materiaal geplaatst'],
    ])
    for (const words of ['4 weken van tevoren', '1 week van tevoren', '3 dagen van tevoren', '3 dagen erna'])
      expect(body).toContain(words)
    expect((await get('/console/series/eerste-donderdag')).body).toContain(`href="${PAGE}"`)
  })

  test('takes a new line, changes it and removes it', async () => {
    const { get, post, ofSeries, last } = await openSheets()
    const added = await post(PAGE, LINE)
    expect([added.statusCode, added.headers.location]).toEqual([303, `${PAGE}?saved=1`])
    expect((await get(`${PAGE}?saved=1`)).body).toContain('<p>Bewaard.</p>')
    expect(ofSeries()[3]).toEqual([-10, null, 'Bel de zaal'])
    const { id } = last() ?? { id: 0 }
    const fields = fieldsOf((await get(PAGE)).body, `/console/tasks/${id}`)
    expect(fields).toMatchObject({ title: 'Bel de zaal', days: '10' })
    const changed = await post(`/console/tasks/${id}`, { ...fields, side: 'after', proof: 'none', title: 'Bedank' })
    expect([changed.statusCode, changed.headers.location]).toEqual([303, `${PAGE}?saved=1`])
    expect(ofSeries()[6]).toEqual([10, null, 'Bedank'])
    // The form as it was shown before says no longer what the line is.
    expect((await post(`/console/tasks/${id}`, { ...fields, side: 'after', proof: 'none' })).statusCode).toBe(409)
    const removed = await post(`/console/tasks/${id}/deletion`)
    expect([removed.statusCode, removed.headers.location]).toEqual([303, `${PAGE}?saved=1`])
    expect(ofSeries()).toHaveLength(6)
    expect((await post(`/console/tasks/${id}/deletion`)).statusCode).toBe(404)
  })

  test('keeps what was typed beside what is wrong with it, in the form it was typed in', async () => {
    const { get, post, ofSeries, last } = await openSheets()
    const before = ofSeries()
    const again = await post(PAGE, { ...LINE, title: ' ', days: '400' })
    expect(again.statusCode).toBe(422)
    const wrong = await post(PAGE, { ...LINE, title: '', days: '12' })
    expect(wrong.statusCode).toBe(422)
    expect(wrong.body).toContain('<p class="problem" id="f-title-problem">Vul dit in.</p>')
    expect(fieldsOf(wrong.body, PAGE)).toMatchObject({ title: '', days: '12' })
    const far = await post(PAGE, { ...LINE, days: '91', side: 'after' })
    expect([far.statusCode, far.body.includes('hoogstens 90 dagen erna')]).toEqual([422, true])
    const { id } = last() ?? { id: 0 }
    const own = await post(`/console/tasks/${id}`, { ...LINE, title: 'x'.repeat(151) })
    expect(own.statusCode).toBe(422)
    expect(own.body).toMatch(/<details open><summary>Wijzig<span class="unseen">: Materiaal geplaatst/)
    expect(ofSeries()).toEqual(before)
    expect((await get(PAGE)).body).not.toContain('class="problem"')
  })
})

describe('the run sheet of an event', () => {
  test('is ticked and unticked, and leads back to the line', async () => {
    const { db, event, get, post } = await openSheets()
    const page = `/console/events/${event.id}/run-sheet`
    const [line] = listLines(db, { seriesId: event.seriesId ?? 0 })
    const address = `/console/events/${event.id}/ticks/${line?.id}`
    expect(fieldsOf((await get(page)).body, address)).toEqual({ done: 'yes' })
    const ticked = await post(address, { done: 'yes' })
    expect([ticked.statusCode, ticked.headers.location]).toEqual([303, `${page}#t-${line?.id}`])
    const { body } = await get(page)
    expect(body).toContain('Afgevinkt door Otto op za 21 nov, 10.00.')
    expect(fieldsOf(body, address)).toEqual({ done: 'no' })
    await post(address, { done: 'no' })
    expect(db.select().from(taskTicks).all()).toEqual([])
    expect((await post(`/console/events/${event.id}/ticks/999`, { done: 'yes' })).statusCode).toBe(404)
  })

  test('offers no tick where a line saw for itself that it is done', async () => {
    const { db, event, get } = await openSheets()
    const { body } = await get(`/console/events/${event.id}/run-sheet`)
    const proofs = listLines(db, { seriesId: event.seriesId ?? 0 })
    const offered = proofs.filter(({ id }) => body.includes(`/ticks/${id}"`)).map(({ proof }) => proof)
    expect(offered).toEqual(['speaker', 'text', 'host', 'materials'])
    expect(body).toContain('2 van de 6 klaar')
    expect(body).toContain('Ging vanzelf.')
  })

  test('has lines of its own beside those of the series, and only those can be changed here', async () => {
    const { event, get, post, ofSeries, ofEvent, last } = await openSheets()
    const page = `/console/events/${event.id}/run-sheet`
    const before = ofSeries()
    expect((await post(page, LINE)).headers.location).toBe(`${page}?saved=1`)
    expect([ofEvent(), ofSeries()]).toEqual([[[-10, null, 'Bel de zaal']], before])
    const { body } = await get(page)
    expect([...body.matchAll(/action="\/console\/tasks\/(\d+)"/g)].map(match => Number(match[1]))).toEqual([last()?.id])
    expect(body).toContain('href="/console/series/eerste-donderdag/run-sheet"')
    const wrong = await post(page, { ...LINE, title: '' })
    expect([wrong.statusCode, wrong.body.includes('<details class="card part" open>')]).toEqual([422, true])
    const removed = await post(`/console/tasks/${last()?.id}/deletion`)
    expect([removed.headers.location, ofEvent()]).toEqual([`${page}?saved=1`, []])
  })

  test('all of them where the event belongs to no series', async () => {
    const { db, group, get } = await openConsole()
    const event = makeEvent(db, group)
    const { body } = await get(`/console/events/${event.id}/run-sheet`)
    expect([...body.matchAll(/action="\/console\/tasks\/\d+"/g)]).toHaveLength(6)
    expect(body).toContain('<summary>Nieuwe regel</summary>')
  })

  test('says that all is done, and that nothing is left of an event that was cancelled', async () => {
    const { db, event, get, post } = await openSheets()
    const page = `/console/events/${event.id}/run-sheet`
    for (const { id } of listLines(db, { seriesId: event.seriesId ?? 0 }))
      await post(`/console/events/${event.id}/ticks/${id}`, { done: 'yes' })
    expect((await get(page)).body).toContain('<h3>Alles is klaar</h3>')
    const [now] = db.select().from(events).orderBy(asc(events.id)).all()
    writeNow(db, tx => cancelEvent(tx, now ?? event, '', { organiserId: null, revision: now?.revision ?? 0 }, NOW))
    const { body } = await get(page)
    expect(body).toContain('Deze bijeenkomst gaat niet door. Er is dus niets meer te doen.')
    expect(body).not.toContain('/ticks/')
    expect((await post(`/console/events/${event.id}/ticks/1`, { done: 'yes' })).statusCode).toBe(409)
  })

  test('is seen by a host, who changes nothing; of a draft they see nothing', async () => {
    const { db, app, event, group } = await openSheets()
    const host = signIn(db, 'hella@example.org', group, 'host')
    const see = (id: number) => app.inject({ url: `/console/events/${id}/run-sheet`, headers: host })
    const { body } = await see(event.id)
    expect(names(body)).toHaveLength(6)
    expect(body).not.toMatch(/method="post" action="\/console|href="\/console\/series/)
    const { kind, timeZone, durationMinutes, attendance, localStart } = event
    const values = { groupId: group.id, kind, timeZone, durationMinutes, attendance, localStart, title: 'Geheim' }
    const draft = writeNow(db, tx => createEvent(tx, values, NOW))
    expect((await see(draft.id)).statusCode).toBe(404)
  })

  test('a title that somebody typed as markup stays text', async () => {
    const { db, group, get, post } = await openConsole()
    const event = makeEvent(db, group)
    const page = `/console/events/${event.id}/run-sheet`
    await post(page, { ...LINE, title: '<b>Bel</b> & "mail"' })
    expect((await get(page)).body).toContain('&lt;b&gt;Bel&lt;/b&gt; &amp; &quot;mail&quot;')
    expect((await get('/console')).body).not.toContain('<b>Bel</b>')
    expect(db.select().from(tasks).where(eq(tasks.eventId, event.id)).all()).toHaveLength(7)
  })
})
