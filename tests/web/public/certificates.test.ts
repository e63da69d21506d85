// A certificate from door to desk: fetched by who was there, read as a screen reader reads it, and checked by who holds it.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { people, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { setTerms } from '#src/domain/certificates.ts'
import { markAttended, unmarkAttended } from '#src/domain/check-ins.ts'
import { register } from '#src/domain/registering.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { openApp } from '../../support/app.ts'
import { forgetName, makeCertified, REGISTERPLEIN } from '../../support/certified.ts'
import { readPdf } from '../../support/pdf.ts'
import { applicant, makeEvent, makeGroup, NOW } from '../../support/world.ts'

async function openDay() {
  const world = await openApp()
  const group = makeGroup(world.db)
  const day = makeCertified(world.db, group.id, NOW)
  const tokenOf = ({ id, linkVersion: version }: Registration) => world.tokens.sign('registration', { id, version })
  const get = (url: string) => world.app.inject({ url, headers: { 'accept-language': 'nl' } })
  const fetchFile = (who: Registration) => get(`/registrations/${tokenOf(who)}/certificate.pdf`)
  const numberOf = ({ id }: Registration) => world.tokens.number('certificate', id)
  return { ...world, ...day, group, get, tokenOf, fetchFile, numberOf }
}

describe('the file', () => {
  test('says all of it to who cannot see it, in the order in which it is read', async () => {
    const { zoe, fetchFile, numberOf, event } = await openDay()
    const { headers, rawPayload, statusCode } = await fetchFile(zoe)
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('application/pdf')
    expect(headers['content-disposition']).toBe(`attachment; filename="certificaat-${event.slug}.pdf"`)
    expect(headers['cache-control']).toBe('no-store')
    const number = numberOf(zoe)
    const { parts, links, ...about } = await readPdf(rawPayload)
    expect(about).toEqual({
      ...{ title: 'Certificaat van deelname: Leren in de wijk', language: 'nl', author: 'Werkplaats Noord' },
      ...{ isTagged: true, pages: 1, loose: [] },
    })
    expect(parts).toEqual([
      'P Werkplaats Noord',
      'H1 Certificaat van deelname',
      'P Zoë de Vries',
      'P deed mee aan',
      'P Leren in de wijk',
      'Table',
      ...row('Wanneer', 'donderdag 5 november 2026, 9.30–15.30 uur'),
      ...row('Waar', 'Forum, Nieuwe Markt 1, 9712 KN Groningen'),
      ...row('Netto leertijd', '2 uur en 15 minuten'),
      ...row('Georganiseerd door', 'Werkplaats Noord'),
      ...row('Ondertekend door', 'Projectleider'),
      'H2 Gevolgd',
      'Table',
      'TR',
      ...['Tijd', 'Onderdeel', 'Duur'].map(head => `TH(Column) ${head}`),
      ...cells('10.00–10.45 uur', 'Opening: leren van elkaar', '45 minuten'),
      ...cells('11.00–12.00 uur', 'Werken met ervaringskennis', '1 uur'),
      ...cells('13.00–13.30 uur', 'Wat nemen we mee?', '30 minuten'),
      'P Telt niet mee: Ontvangst, Lunch.',
      'H2 Accreditatie',
      'Table',
      ...row('Registerplein', 'nummer RP-2026-117, 2,5 punten'),
      'Figure Code die leidt naar de pagina waar je dit certificaat controleert',
      'H2 Klopt dit certificaat?',
      'P Scan de code of ga naar het adres hieronder. Daar staat wat er nu waar is.',
      `P Nummer ${number}, gemaakt op 21 november 2026.`,
      'P',
      `Link localhost:3000/certificates/${number}`,
    ])
    expect(links).toEqual([
      { url: `http://localhost:3000/certificates/${number}`, about: 'Controleer dit certificaat' },
    ])
  })

  test('is in the language of whose it is, with their letters, over as many pages as it takes', async () => {
    const world = await openDay()
    const { db, event, zoe, fetchFile } = world
    db.update(registrations)
      .set({ name: 'Шевченко Žofie Nguyễn', locale: 'en' })
      .where(eq(registrations.id, zoe.id))
      .run()
    const accreditations = Array.from({ length: 6 }, (_, index) => ({
      ...{ register: `Register ${index} ${'van een lange naam '.repeat(4)}`, number: 'x'.repeat(40), points: 1 },
    }))
    writeNow(db, tx =>
      setTerms(tx, event, { areGiven: true, signer: 'W'.repeat(120), pauseMinutes: 0, accreditations }, null, NOW),
    )
    const { parts, ...about } = await readPdf((await fetchFile(getRegistration(db, zoe.id))).rawPayload)
    expect(about).toMatchObject({ language: 'en', isTagged: true, pages: 2, loose: [] })
    expect(parts).toContain('P Шевченко Žofie Nguyễn')
    expect(parts).toContain('TD 2 hours and 15 minutes')
    expect(parts.filter(part => part.startsWith('TH(Row) Register'))).toHaveLength(6)
  })

  test('is not there for who was not seen, has cancelled, speaks, or came to something that gives none: their page says why', async () => {
    const { db, event, zoe, daan, fetchFile, tokenOf, get } = await openDay()
    const page = async (who: Registration) => (await get(`/registrations/${tokenOf(who)}`)).body
    const answer = await fetchFile(daan)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, `/registrations/${tokenOf(daan)}`])
    expect(await page(daan)).toContain('We hebben niet gezien dat je erbij was.')
    expect(await page(zoe)).toContain('Je leertijd is 2 uur en 15 minuten.')
    db.update(registrations).set({ part: 'speaker' }).where(eq(registrations.id, zoe.id)).run()
    expect([(await fetchFile(zoe)).statusCode, (await page(zoe)).includes('Certificaat')]).toEqual([303, false])
    db.update(registrations).set({ part: null }).where(eq(registrations.id, zoe.id)).run()
    writeNow(db, tx =>
      setTerms(tx, event, { areGiven: false, signer: '', pauseMinutes: 0, accreditations: [] }, null, NOW),
    )
    expect([(await fetchFile(zoe)).statusCode, (await page(zoe)).includes('Certificaat')]).toEqual([303, false])
  })

  test('is not there before it is over, or as long as nobody has said who was there', async () => {
    const world = await openDay()
    const { db, group, clock, tokenOf, get } = world
    const event = makeEvent(db, group)
    const [guest] = writeNow(db, tx => [register(tx, event, applicant({ email: 'gast@example.org' }), NOW)])
    writeNow(db, tx =>
      setTerms(tx, event, { areGiven: true, signer: '', pauseMinutes: 10, accreditations: [] }, null, NOW),
    )
    const says = async () =>
      /id="certificate">[^<]*<h2>[^<]*<\/h2>[^<]*<p[^>]*>([^<]*)/.exec(
        (await get(`/registrations/${tokenOf(guest as Registration)}`)).body,
      )?.[1]
    expect(await says()).toBe('Na afloop haal je hier je certificaat op.')
    clock.set('2026-12-03T12:30:00Z')
    expect(await says()).toContain('Nog niet bekend is wie er was.')
    writeNow(db, tx => markAttended(tx, guest as Registration, { source: 'door' }, clock.now()))
    expect(await says()).toBe('Je leertijd is 50 minuten. Pauzes en welkom tellen niet mee.')
  })

  test('is made so often and no more', async () => {
    const { zoe, fetchFile } = await openDay()
    const codes = await Promise.all(Array.from({ length: 22 }, async () => (await fetchFile(zoe)).statusCode))
    expect(codes.filter(code => code === 200)).toHaveLength(20)
    expect(codes.filter(code => code === 429)).toHaveLength(2)
  })
})

const row = (word: string, text: string) => ['TR', `TH(Row) ${word}`, `TD ${text}`]
const cells = (...texts: string[]) => ['TR', ...texts.map(text => `TD ${text}`)]

describe('whoever holds a certificate', () => {
  test('sees what is true of it now', async () => {
    const { db, zoe, get, numberOf } = await openDay()
    const read = async () => {
      const { statusCode, body, headers } = await get(`/certificates/${numberOf(zoe)}`)
      expect([headers['cache-control'], headers['x-robots-tag']]).toEqual(['no-store', 'noindex'])
      const facts = [...body.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)]
      return [
        statusCode,
        /<h1>(.*?)<\/h1>/.exec(body)?.[1],
        facts.map(([, name, text]) => `${name}: ${text?.replaceAll(/<[^>]+>/g, '')}`),
      ]
    }
    expect(await read()).toEqual([
      200,
      'Dit certificaat klopt',
      [
        'Van: Zoë de Vries',
        'Deed mee aan: Leren in de wijk',
        'Wanneer: donderdag 5 november 2026, 9.30–15.30 uur',
        'Netto leertijd: 2 uur en 15 minuten',
        'Georganiseerd door: Werkplaats Noord',
        `Registerplein: nummer ${REGISTERPLEIN.number}, 2,5 punten`,
      ],
    ])
    // The report of the room says less: no more counts, and so little gives no points.
    db.update(registrations).set({ attendedMinutes: 100 }).where(eq(registrations.id, zoe.id)).run()
    const [, , facts] = await read()
    expect(facts).toContain('Netto leertijd: 1 uur en 40 minuten')
    expect(facts).toContain(`Registerplein: nummer ${REGISTERPLEIN.number}`)
    writeNow(db, tx => unmarkAttended(tx, getRegistration(db, zoe.id), { source: 'by_hand' }, NOW))
    expect(await read()).toEqual([200, 'Dit certificaat geldt nu niet', []])
    writeNow(db, tx => forgetName(tx, zoe))
    expect(await read()).toEqual([410, 'Niet meer te controleren', []])
  })

  test('types its number over, however they do, and hears it when it is none', async () => {
    const { zoe, daan, post, get, numberOf } = await openDay()
    const typed = numberOf(zoe).replaceAll('-', ' ').toLowerCase()
    const { statusCode, headers } = await post('/certificates', { number: typed })
    expect([statusCode, headers.location]).toEqual([303, `/certificates/${numberOf(zoe)}`])
    const swapped = numberOf(zoe).split('-').at(0) + numberOf(daan).slice(numberOf(daan).indexOf('-'))
    for (const number of [swapped, '', 'x'.repeat(61), '<script>']) {
      const answer = await post('/certificates', { number }, { 'accept-language': 'nl' })
      expect(answer.statusCode).toBe(422)
      expect(answer.body).toContain('id="f-number-problem"')
      expect(answer.body).not.toContain('<script>')
    }
    const answer = await get(`/certificates/${swapped}`)
    expect(answer.statusCode).toBe(404)
    expect(answer.body).toContain('Dit nummer kennen we niet.')
    expect(answer.body).not.toContain('Zoë')
  })

  test('whose two registrations became one still leads to the one that goes on', async () => {
    const { db, zoe, daan, get, numberOf } = await openDay()
    db.update(registrations)
      .set({ mergedIntoId: zoe.id, status: 'cancelled' })
      .where(eq(registrations.id, daan.id))
      .run()
    expect((await get(`/certificates/${numberOf(daan)}`)).body).toContain('Zoë de Vries')
    // And then with a third one.
    const { id: _, ...row } = zoe
    const personId = db.insert(people).values({ email: 'z@example.org', createdAt: row.createdAt }).returning().get().id
    const third = db
      .insert(registrations)
      .values({ ...row, personId, name: 'Zoë Derde' })
      .returning()
      .get()
    db.update(registrations)
      .set({ mergedIntoId: third.id, status: 'cancelled' })
      .where(eq(registrations.id, zoe.id))
      .run()
    expect((await get(`/certificates/${numberOf(daan)}`)).body).toContain('Zoë Derde')
  })

  test('of somebody who is in no database any more hears that it cannot be checked', async () => {
    const { get, tokens } = await openDay()
    const { statusCode, body } = await get(`/certificates/${tokens.number('certificate', 99_999)}`)
    expect(statusCode).toBe(410)
    expect(body).toContain('Niet meer te controleren')
  })
})

test('the page with all of somebody’s registrations leads to the file', async () => {
  const { zoe, tokens, get, tokenOf } = await openDay()
  const { body } = await get(`/my/${tokens.sign('my', { id: zoe.personId, version: 1 })}`)
  expect(body).toContain(`href="/registrations/${tokenOf(zoe)}/certificate.pdf"`)
})
