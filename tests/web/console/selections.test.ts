import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { fieldsOf, signIn } from '../../support/console.ts'
import { openList } from '../../support/listed.ts'
import { makeRegistration, NOW } from '../../support/world.ts'

/** The list, with one place more than is taken, and what its form for many sends. */
async function openSelection() {
  const world = await openList()
  const { db, event, list, post } = world
  const cor = makeRegistration(db, event, { email: 'cor@example.org', name: 'Cor' })
  writeNow(db, tx => assumeTold(tx, NOW))
  db.$client.prepare('update events set capacity_online = 3').run()
  const path = `${list}/selection`
  const choose = (act: string, ids: number[], more = {}) => post(path, { act, ids: ids.map(String), all: '', ...more })
  const confirm = (body: string) => post(path, fieldsOf(body, path))
  return { ...world, cor, path, choose, confirm }
}

describe('giving several people a place', () => {
  test('shows first who gets one, who does not and why, and how many mails leave; then does exactly that', async () => {
    const { list, zoe, bo, cor, choose, confirm, statuses, mails, deeds } = await openSelection()
    const { statusCode, body } = await choose('promote', [cor.id, bo.id, zoe.id])
    expect(statusCode).toBe(200)
    expect(body).toContain('Eén persoon een plaats geven?')
    expect(body).toContain('Heeft al een plaats: Zoë de Vries.')
    expect(body).toContain('Krijgt geen plaats, want alles is vol: Cor.')
    expect(body).toContain('Eén persoon krijgt een mail')
    expect(statuses()).toMatchObject({ Bo: 'waitlisted', Cor: 'waitlisted' })
    const { headers } = await confirm(body)
    expect(headers.location).toBe(`${list}?done=promote&count=1&left=2`)
    expect(statuses()).toMatchObject({ Bo: 'confirmed', Cor: 'waitlisted' })
    expect(mails()).toEqual(['promoted bo@example.org'])
    expect(deeds().at(-1)).toBe('registration_promoted')
  })

  test('the page after it says how many', async () => {
    const { get, list } = await openSelection()
    const { body } = await get(`${list}?done=promote&count=1&left=2`)
    expect(body).toContain('Eén persoon heeft nu een plaats. Bij 2 mensen kon dit niet.')
  })

  test('of two organisers at once the second is told that it is no longer so', async () => {
    const { bo, cor, choose, confirm, statuses } = await openSelection()
    const [first, second] = await Promise.all([choose('promote', [bo.id]), choose('promote', [cor.id])])
    const answers = await Promise.all([confirm(first.body), confirm(second.body)])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 409])
    expect(statuses()).toMatchObject({ Bo: 'confirmed', Cor: 'waitlisted' })
  })

  test('the same number of mails to somebody else is not what was shown either', async () => {
    const { db, bo, cor, choose, confirm, statuses } = await openSelection()
    const { body } = await choose('promote', [bo.id, cor.id])
    db.update(registrations).set({ status: 'cancelled' }).where(eq(registrations.id, bo.id)).run()
    expect((await confirm(body)).statusCode).toBe(409)
    expect(statuses()).toMatchObject({ Cor: 'waitlisted' })
  })
})

describe('cancelling several people', () => {
  test('names who gets no mail, and mails the others and who gets their places', async () => {
    const { db, zoe, ali, choose, confirm, statuses, mails } = await openSelection()
    db.update(people).set({ email: null }).where(eq(people.id, ali.personId)).run()
    const { body } = await choose('cancel', [zoe.id, ali.id])
    expect(body).toContain('2 mensen afmelden?')
    expect(body).toContain('Krijgt geen mail, want we hebben geen adres dat werkt: Ali Yıldız.')
    expect(body).toContain('3 mensen krijgen een mail')
    expect((await confirm(body)).statusCode).toBe(303)
    expect(statuses()).toEqual({
      ...{ 'Zoë de Vries': 'cancelled', 'Ali Yıldız': 'cancelled', Bo: 'confirmed', Cor: 'confirmed' },
    })
    expect(mails()).toEqual(['unregistered zoe@example.org', 'promoted bo@example.org', 'promoted cor@example.org'])
  })

  test('everyone who was found, as the list was narrowed; somebody who came since is not cancelled with them', async () => {
    const { db, event, list, path, choose, confirm, post, statuses } = await openSelection()
    const narrowed = { status: 'waitlisted', all: 'on' }
    const shown = await choose('cancel', [], narrowed)
    expect(shown.body).toContain('2 mensen afmelden?')
    expect(fieldsOf(shown.body, path)).toMatchObject({ status: 'waitlisted', all: 'on' })
    makeRegistration(db, event, { email: 'dan@example.org', name: 'Dan' })
    db.$client.prepare('update registrations set status = ? where name = ?').run('waitlisted', 'Dan')
    expect((await confirm(shown.body)).statusCode).toBe(409)
    const again = await post(path, { act: 'cancel', ...narrowed })
    expect((await confirm(again.body)).headers.location).toBe(`${list}?status=waitlisted&done=cancel&count=3&left=0`)
    expect(Object.values(statuses())).toEqual(['confirmed', 'confirmed', 'cancelled', 'cancelled', 'cancelled'])
  })
})

describe('attendance of several people', () => {
  test('mails nobody, and is what a host may note; the other acts are not there for a host', async () => {
    const { db, app, group, list, path, zoe, ali, bo, post, mails } = await openSelection()
    const host = signIn(db, 'hella@example.org', group, 'host')
    const page = (await app.inject({ url: list, headers: host })).body
    const acts = [...page.matchAll(/<option value="(promote|cancel|present|absent)"/g)].map(([, act]) => act)
    expect(acts).toEqual(['present', 'absent'])
    const form = { act: 'present', ids: [zoe, ali, bo].map(({ id }) => String(id)), all: '' }
    const shown = await post(path, form, host)
    expect(shown.body).toContain('Noteren dat 2 mensen er zijn?')
    expect(shown.body).toContain('Kan niet, want heeft geen plaats: Bo.')
    expect(shown.body).toContain('Niemand krijgt een mail')
    expect((await post(path, fieldsOf(shown.body, path), host)).statusCode).toBe(303)
    const there = db
      .select()
      .from(registrations)
      .all()
      .filter(({ attendedAt }) => attendedAt !== null)
    expect(there.map(({ name, attendanceSource }) => [name, attendanceSource])).toEqual([
      ['Zoë de Vries', 'by_hand'],
      ['Ali Yıldız', 'by_hand'],
    ])
    expect(mails()).toEqual([])
    const noted = db
      .select()
      .from(auditEntries)
      .all()
      .filter(({ action }) => action === 'attendance_marked')
    expect(noted.map(({ registrationId }) => registrationId)).toEqual([zoe.id, ali.id])
    for (const act of ['promote', 'cancel']) expect((await post(path, { ...form, act }, host)).statusCode).toBe(404)
  })
})

describe('what cannot be', () => {
  test('nobody ticked: the list again, with what was chosen and why', async () => {
    const { choose } = await openSelection()
    const { statusCode, body } = await choose('cancel', [], { q: 'zoë' })
    expect(statusCode).toBe(422)
    expect(body).toContain('Kruis eerst mensen aan in de lijst, of kies iedereen.')
    expect(body).toContain('<option value="cancel" selected>')
    expect(body).toContain('value="zoë"')
  })

  test('nobody with whom it can be done: said, and there is no button', async () => {
    const { zoe, path, choose } = await openSelection()
    const { body } = await choose('promote', [zoe.id])
    expect(body).toContain('Dit kan nu met niemand van deze mensen.')
    expect(body.split(`action="${path}"`)[1]?.split('</form>')[0]).not.toContain('<button')
  })

  test('more than five hundred at once', async () => {
    const { db, event, choose } = await openSelection()
    const insert = db.$client.prepare('insert into people (email, created_at) values (?, 1)')
    const place = db.$client.prepare(
      `insert into registrations (event_id, person_id, name, role, attendance, locale, status, queue_number, revised_at, created_at)
       values (?, ?, 'Gast', 'other', 'online', 'nl', 'waitlisted', ?, 1, 1)`,
    )
    for (let number = 0; number < 500; number++) {
      place.run(event.id, insert.run(`gast${number}@example.org`).lastInsertRowid, number + 10)
    }
    const { statusCode, body } = await choose('cancel', [], { all: 'on' })
    expect(statusCode).toBe(422)
    expect(body).toContain('Dit zijn 504 mensen. Meer dan 500 tegelijk kan niet.')
  })

  test('a confirmation without what was shown', async () => {
    const { ali, choose, statuses } = await openSelection()
    expect((await choose('cancel', [ali.id], { recipients: '1' })).statusCode).toBe(409)
    expect(statuses()).toMatchObject({ 'Ali Yıldız': 'confirmed' })
  })
})
