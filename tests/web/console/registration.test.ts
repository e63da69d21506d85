import { describe, expect, test } from 'vitest'
import { asc, eq } from '#db/drizzle.ts'
import { auditEntries, messages, people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { applyReply } from '#src/domain/replies.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { fieldsOf } from '../../support/console.ts'
import { openList } from '../../support/listed.ts'
import { makeRegistration } from '../../support/world.ts'

const page = ({ id }: { id: number }) => `/console/registrations/${id}`

/** The lines of the history, the newest first: what stands in them, without when. */
const historyIn = (body: string) =>
  [...body.matchAll(/<li><time[^>]*>[^<]*<\/time><p>(.*?)<\/p><\/li>/gs)].map(([, line = '']) =>
    line
      .replaceAll(/<span class="unseen">.*?<\/span>/g, '')
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )

describe('the page of one registration', () => {
  test('shows what we know, and who may be the same person', async () => {
    const { db, event, get, zoe } = await openList()
    db.update(registrations).set({ note: 'Belde <twee> keer.' }).where(eq(registrations.id, zoe.id)).run()
    const double = makeRegistration(db, event, { name: 'ZOE DE VRIES', email: null })
    const { body } = await get(page(zoe))
    expect(body).toContain('<h1>Zoë de Vries</h1>')
    for (const known of ['zoe@example.org', 'Gemeente Voorbeeld', 'praktijk', 'Een tolk']) expect(body).toContain(known)
    expect(body).toContain('Belde &lt;twee&gt; keer.')
    expect(body).toContain(`href="${page(zoe)}/merge?other=${double.id}"`)
  })

  test('tells its whole history in sentences, with every mail and where it stands', async () => {
    const world = await openList()
    const { db, clock, event, get, post, bo, ali } = world
    clock.advance({ minutes: 1 })
    const cancel = `${page(ali)}/cancellation`
    await post(cancel, fieldsOf((await post(cancel)).body, cancel))
    clock.advance({ minutes: 1 })
    db.update(messages)
      .set({ state: 'sent', sentAt: clock.now(), subject: 'Je schuift aan' })
      .where(eq(messages.kind, 'promoted'))
      .run()
    writeNow(db, tx => {
      assumeTold(tx, clock.now())
      const [sent] = tx.select().from(messages).where(eq(messages.kind, 'promoted')).all()
      if (sent) recordBounce(tx, sent, { action: 'failed', status: '4.2.2', diagnostic: 'vol' }, clock.now())
    })
    clock.advance({ minutes: 1 })
    writeNow(db, tx => {
      const answer = { uid: event.uid, attendee: 'bo@example.org', partstat: 'tentative', sequence: 1 } as const
      applyReply(tx, { ...answer, stamp: clock.now(), isProven: true }, clock.now())
    })
    clock.advance({ minutes: 1 })
    await post(`${page(bo)}/note`, { note: 'Belde.' })
    clock.advance({ minutes: 1 })
    await post(`${page(bo)}/attendance`, { present: 'yes', back: 'page' })
    const lines = historyIn((await get(page(bo))).body)
    expect(lines).toEqual([
      expect.stringMatching(/^Mail: Herinnering, een uur ervoor staat klaar/),
      expect.stringMatching(/^Mail: Herinnering, een dag ervoor staat klaar/),
      'Otto noteerde dat Bo bij “Eén gezin, één plan: lukt dat?” was.',
      'Otto schreef een notitie bij Bo voor “Eén gezin, één plan: lukt dat?”.',
      'Zei misschien in de agenda.',
      expect.stringMatching(/^Mail: Je schuift aan kwam terug/),
      'Kreeg een plaats.',
      'Meldde zich aan.',
    ])
    const other = historyIn((await get(page(ali))).body)
    expect(other).toContain('Otto meldde Ali Yıldız af voor “Eén gezin, één plan: lukt dat?”.')
    expect(other).not.toContain('Is door een organisator afgemeld.')
    const mail = db.select().from(messages).where(eq(messages.kind, 'promoted')).get()
    expect((await get(page(bo))).body).toContain(`href="/console/outbox/${mail?.id}"`)
  })

  test('says who added somebody, once', async () => {
    const { db, list, get, post } = await openList()
    await post(list, { name: 'Cor', email: '', organisation: '', role: 'other', attendance: 'online' })
    const cor = db.select().from(registrations).where(eq(registrations.name, 'Cor')).get()
    expect(historyIn((await get(page(cor ?? { id: 0 }))).body)).toEqual([
      'Otto voegde Cor toe aan “Eén gezin, één plan: lukt dat?”.',
    ])
  })

  test('what is done from here leads back here', async () => {
    const { ali, post } = await openList()
    const path = `${page(ali)}/cancellation`
    const shown = await post(path, { back: 'page' })
    expect(shown.body).toContain(`href="${page(ali)}"`)
    expect((await post(path, fieldsOf(shown.body, path))).headers.location).toBe(page(ali))
    // Nowhere else: what is sent along is only ever a query.
    const elsewhere = await post(`${page(ali)}/attendance`, { present: 'no', back: '//kwaad.example/?x' })
    expect(elsewhere.headers.location).toMatch(/^\/console\/events\/1\/registrations\?/)
  })
})

describe('a note', () => {
  test('is kept, marked on the list, and gone when it is emptied', async () => {
    const { db, zoe, list, get, post, deeds } = await openList()
    const { statusCode, headers } = await post(`${page(zoe)}/note`, { note: '  Belde.\r\nKomt later. ' })
    expect([statusCode, headers.location]).toEqual([303, `${page(zoe)}?done=note`])
    expect(getRegistration(db, zoe.id).note).toBe('Belde.\nKomt later.')
    expect((await get(list)).body.match(/badge plain">notitie/g)).toHaveLength(1)
    expect((await get(`${page(zoe)}?done=note`)).body).toContain('De notitie is bewaard.')
    await post(`${page(zoe)}/note`, { note: '' })
    expect((await get(list)).body).not.toContain('badge plain">notitie')
    expect(deeds()).toEqual(['note_written', 'note_written'])
    // What was written does not stand in the log.
    expect(JSON.stringify(db.select().from(auditEntries).all())).not.toContain('Belde')
  })

  test('that is too long comes back whole', async () => {
    const { db, zoe, post } = await openList()
    const long = 'x'.repeat(5001)
    const { statusCode, body } = await post(`${page(zoe)}/note`, { note: long })
    expect(statusCode).toBe(422)
    expect(body).toContain(`${long}</textarea>`)
    expect(body).toContain('id="f-note-problem"')
    expect(getRegistration(db, zoe.id).note).toBe('')
  })
})

describe('correcting details', () => {
  const DETAILS = { name: 'Zoë Vries', organisation: 'Elders', role: 'policy', attendance: 'online', accessNeeds: '' }

  test('changes them without a mail, also after the event', async () => {
    const { db, clock, event, zoe, post, mails, deeds } = await openList()
    clock.set(event.endsAt.toString())
    const { headers } = await post(`${page(zoe)}/details`, DETAILS)
    expect(headers.location).toBe(`${page(zoe)}?done=details`)
    expect(getRegistration(db, zoe.id)).toMatchObject(DETAILS)
    expect([mails(), deeds()]).toEqual([[], ['registration_corrected']])
  })

  test('into another way to take part shows the mail first, and needs a free place there', async () => {
    const { db, zoe, post, mails } = await openList()
    const venue = JSON.stringify({ name: 'Huis', address: '', postcode: '', city: 'Groningen', access: '' })
    db.$client.prepare("update events set attendance = 'hybrid', venue = ?, capacity_in_person = 1").run(venue)
    const path = `${page(zoe)}/details`
    const shown = await post(path, { ...DETAILS, attendance: 'in_person' })
    expect(shown.body).toContain('De gegevens van Zoë de Vries verbeteren?')
    expect(getRegistration(db, zoe.id).attendance).toBe('online')
    await post(path, fieldsOf(shown.body, path))
    expect(getRegistration(db, zoe.id)).toMatchObject({ name: 'Zoë Vries', attendance: 'in_person' })
    // The place she left online goes to Bo.
    expect(mails()).toEqual(['changed zoe@example.org', 'promoted bo@example.org'])
    const full = await post(`${page({ id: 2 })}/details`, { ...DETAILS, name: 'Ali', attendance: 'in_person' })
    expect(full.statusCode).toBe(409)
  })

  test.each([
    [{ name: '' }, 'name'],
    [{ name: 'Kijk op https://spam.example' }, 'name'],
    [{ role: 'baas' }, 'role'],
  ])('%o is refused beside %s', async (choice, field) => {
    const { db, zoe, post } = await openList()
    const { statusCode, body } = await post(`${page(zoe)}/details`, { ...DETAILS, ...choice })
    expect(statusCode).toBe(422)
    expect(body).toContain(`id="f-${field}-problem"`)
    expect(body).toContain('value="Elders"')
    expect(getRegistration(db, zoe.id).organisation).toBe('Gemeente Voorbeeld')
  })
})

describe('correcting an address', () => {
  const emails = (db: Awaited<ReturnType<typeof openList>>['db']) =>
    db
      .select({ email: people.email, status: registrations.status })
      .from(registrations)
      .innerJoin(people, eq(people.id, registrations.personId))
      .orderBy(asc(registrations.id))
      .all()
      .map(({ email, status }) => `${email} ${status}`)

  test('shows both mails first; then the old address is out, the new one in, and the page is that of the new one', async () => {
    const { db, zoe, post, get, mails, deeds } = await openList()
    const path = `${page(zoe)}/address`
    const shown = await post(path, { email: ' Zoe.de.Vries@Example.org ' })
    // A blank round an address is no mistake of who types it.
    expect(shown.statusCode).toBe(422)
    const asked = await post(path, { email: 'Zoe.de.Vries@Example.org' })
    expect(asked.body).toContain('Van zoe@example.org naar zoe.de.vries@example.org.')
    expect(asked.body).toContain('2 mensen krijgen een mail')
    expect(asked.body).toContain('Je aanmelding gaat verder met een ander e-mailadres.')
    expect(mails()).toEqual([])
    const { headers } = await post(path, fieldsOf(asked.body, path))
    const moved = db.select().from(registrations).orderBy(asc(registrations.id)).all().at(-1)
    expect(headers.location).toBe(`/console/registrations/${moved?.id}?done=address`)
    expect(emails(db)).toEqual([
      ...['zoe@example.org cancelled', 'ali@example.org confirmed', 'bo@example.org waitlisted'],
      'zoe.de.vries@example.org confirmed',
    ])
    expect(mails()).toEqual(['unregistered zoe@example.org', 'confirmed zoe.de.vries@example.org'])
    expect(deeds()).toEqual(['address_corrected'])
    expect((await get(page(zoe))).body).toContain(`Gaat verder bij <a href="/console/registrations/${moved?.id}">`)
    expect((await get(page(moved ?? zoe))).body).toContain('Hierin zit ook')
  })

  test('is not offered once it has begun, and refused', async () => {
    const { clock, event, zoe, get, post } = await openList()
    expect((await get(page(zoe))).body).toContain('Adres verbeteren')
    clock.set(event.startsAt.toString())
    expect((await get(page(zoe))).body).not.toContain('Adres verbeteren')
    expect((await post(`${page(zoe)}/address`, { email: 'z@example.org' })).statusCode).toBe(409)
  })
})

test('registrations of another event, or of nobody, are not there', async () => {
  const { get, post } = await openList()
  for (const path of [page({ id: 99 }), `${page({ id: 99 })}/merge?other=1`])
    expect((await get(path)).statusCode).toBe(404)
  expect((await post(`${page({ id: 99 })}/note`, { note: 'x' })).statusCode).toBe(404)
})
