// The texts of mails in the console: who may change them, what the form says, and a preview that changes nothing.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditEntries, messages, people, registrations, templates } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { TEMPLATE_KINDS } from '#src/domain/templates.ts'
import { LANGUAGES, LOCALES, messagesIn } from '#src/i18n/index.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

const LIST = '/console/groups/noord/mails'
const MAIL = `${LIST}/nl/confirmed`
const TOKEN = `1-1-${'Ab3_'.repeat(11)}`.slice(0, 47)

/** An owner of the association, which has the werkplaats "noord" under it. */
async function openMails() {
  const world = await openConsole()
  const { db } = world
  const top = makeGroup(db, { slug: 'netwerk', name: 'Netwerk' })
  db.$client.prepare('update groups set parent_id = ? where slug = ?').run(top.id, 'noord')
  const owner = signIn(db, 'olga@example.org', top, 'owner')
  const get = (url: string, headers = owner) => world.get(url, headers)
  const post = (url: string, fields: Record<string, string> = {}, headers: Record<string, string> = owner) =>
    world.post(url, fields, headers)
  const rows = () => db.select().from(templates).all()
  const state = () =>
    JSON.stringify(
      [templates, auditEntries, messages, people, registrations].map(table => db.select().from(table).all()),
    )
  return { ...world, top, owner, get, post, rows, state }
}

const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
const problemsIn = (html: string) =>
  [...html.matchAll(/class="problem" id="f-(\w+)-problem">([^<]*)</g)].map(([, field, text]) => [field, text])

describe('who may change words', () => {
  test('an owner of the group or of one above it; nobody else finds the page', async () => {
    const { db, group, get, me, top } = await openMails()
    const stranger = signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid' }), 'owner')
    const owner = signIn(db, 'nora@example.org', group, 'owner')
    const host = signIn(db, 'hella@example.org', top, 'host')
    for (const url of [LIST, MAIL, `${MAIL}/preview`, `${MAIL}/preview.html`]) {
      expect((await get(url)).statusCode, url).toBe(200)
      expect((await get(url, owner)).statusCode, url).toBe(200)
      for (const who of [me, stranger, host]) expect((await get(url, who)).statusCode, url).toBe(404)
    }
    // An owner of a part decides about that part alone.
    expect((await get('/console/groups/netwerk/mails', owner)).statusCode).toBe(404)
  })

  test('the group’s page leads there', async () => {
    const { get } = await openMails()
    expect((await get('/console/groups/noord')).body).toContain(`href="${LIST}"`)
  })

  test.each([
    `${LIST}/fr/confirmed`,
    `${LIST}/nl/nonsense`,
    `${LIST}/nl/sign_in`,
    `${LIST}/nl/my`,
    `${LIST}/nl/subscription_proof`,
  ])('there is no page %s', async url => {
    const { get, post, rows } = await openMails()
    expect((await get(url)).statusCode).toBe(404)
    expect((await post(url, { subject: 'Anders' })).statusCode).toBe(404)
    expect((await post(`${url}/reset`)).statusCode).toBe(404)
    expect(rows()).toEqual([])
  })
})

describe('the list', () => {
  test('says of each mail and language whose words it has', async () => {
    const { get, post } = await openMails()
    await post('/console/groups/netwerk/mails/nl/cancelled', { lead: 'Jammer.' })
    await post(MAIL, { lead: 'Leuk.' })
    await post(`${LIST}/en/confirmed`, { lead: 'Nice.' })
    await post('/console/groups/netwerk/mails/en/confirmed', { lead: 'Great.' })
    const states = async (path: string) => {
      const { body } = await get(path)
      const cells = [...body.matchAll(/mails\/(\w+)\/(\w+)" aria-label="[^"]*">([^<]*)</g)]
      return new Map(cells.map(([, locale, kind, text]) => [`${locale}/${kind}`, text]))
    }
    const noord = await states(LIST)
    expect(noord.get('nl/confirmed')).toBe('eigen tekst')
    expect(noord.get('en/confirmed')).toBe('eigen tekst')
    expect(noord.get('nl/cancelled')).toBe('van Netwerk')
    expect(noord.get('en/cancelled')).toBe('standaard')
    expect(noord.has('nl/sign_in')).toBe(false)
    const netwerk = await states('/console/groups/netwerk/mails')
    expect(netwerk.get('nl/confirmed')).toBe('standaard')
    expect(netwerk.get('nl/sign_in')).toBe('standaard')
    expect(netwerk.size).toBe(TEMPLATE_KINDS.length * LOCALES.length)
  })

  test.each(LOCALES)('every text of every mail has a label and every placeholder an explanation, in %s', locale => {
    const words = messagesIn(locale).console.mails
    const keys = TEMPLATE_KINDS.flatMap(kind => Object.keys(LANGUAGES[locale].mail.texts[kind]))
    expect([...new Set([...keys, 'extra'])].toSorted()).toEqual(Object.keys(words.labels).toSorted())
    expect(Object.keys(words.gapNames)).toEqual(Object.keys(LANGUAGES[locale].mail.placeholders))
  })
})

describe('the form', () => {
  test('shows our texts, says so, and names what can be filled in with what it is now', async () => {
    const { db, group, get } = await openMails()
    makeRegistration(db, makeEvent(db, group))
    const { body } = await get(MAIL)
    expect(fieldsOf(body, MAIL)).toEqual({
      version: '',
      subject: 'Je bent aangemeld: {titel} ({dag})',
      eyebrow: 'Je bent aangemeld',
    })
    expect(body).toContain('Fijn dat je aanschuift. Je plaats is geregeld.</textarea>')
    const text = textOf(body)
    expect(text).toContain('{voornaam} De voornaam van de deelnemer. Zoë')
    expect(text).toContain('{dag} De dag, kort geschreven. do 3 dec')
    expect(text).toMatch(
      /\{eigen-pagina\} De eigen pagina van de deelnemer. Persoonlijke link\. .*\/registrations\/•••/,
    )
    expect(text).toContain('Dit is de standaardtekst in het Nederlands.')
    expect(text).not.toContain('Terug naar de standaardtekst')
  })

  test('keeps what differs, shows ours under it and says what it leaves out', async () => {
    const { db, group, get, post, rows } = await openMails()
    const before = rows()
    const form = { ...fieldsOf((await get(MAIL)).body, MAIL), subject: 'Welkom bij {werkplaats}' } as Record<
      string,
      string
    >
    const { statusCode, headers } = await post(MAIL, form)
    expect([statusCode, headers.location]).toEqual([303, `${MAIL}?done=saved`])
    expect(before).toEqual([])
    expect(rows()).toEqual([
      {
        groupId: group.id,
        locale: 'nl',
        kind: 'confirmed',
        texts: { subject: 'Welkom bij {werkplaats}' },
        revisedAt: NOW,
      },
    ])
    const text = textOf((await get(`${MAIL}?done=saved`)).body)
    expect(text).toContain('Bewaard. Mails die vanaf nu weggaan, krijgen deze tekst.')
    expect(text).toContain(
      'Standaardtekst: Je bent aangemeld: {titel} ({dag}) In je tekst staan {titel} en {dag} niet.',
    )
    expect(db.select().from(auditEntries).all().at(-1)).toMatchObject({
      action: 'template_saved',
      groupId: group.id,
      detail: 'nl/confirmed',
    })
    expect((await get(`${LIST}/en/confirmed`)).body).not.toContain('Welkom bij')
  })

  test('under another group, shows the words of that group as what is given', async () => {
    const { get, post, rows } = await openMails()
    await post('/console/groups/netwerk/mails/nl/confirmed', { lead: 'Welkom in het netwerk.' })
    const version = async () => String(fieldsOf((await get(MAIL)).body, MAIL).version)
    const text = textOf((await get(MAIL)).body)
    expect(text).toContain('Welkom in het netwerk. Deze tekst komt van Netwerk.')
    await post(MAIL, { lead: 'Welkom in het noorden.', version: await version() })
    expect(textOf((await get(MAIL)).body)).toContain('Tekst van Netwerk: Welkom in het netwerk.')
    await post(MAIL, { lead: 'Welkom in het netwerk.', version: await version() })
    expect(rows()).toHaveLength(1)
  })

  test.each([
    [MAIL, { subject: ' ' }, 'subject', 'Vul dit in. Zonder deze tekst kan de mail niet weg.'],
    [MAIL, { subject: 'x'.repeat(151) }, 'subject', 'Dit is te lang. Gebruik hoogstens 150 tekens.'],
    [MAIL, { lead: 'x'.repeat(10_001) }, 'lead', 'Dit is te lang. Gebruik hoogstens 2000 tekens.'],
    [
      `${LIST}/nl/test`.replace('noord', 'netwerk'),
      { lead: 'Dag {voornaam}' },
      'lead',
      '{voornaam} bestaat hier niet. Je kunt gebruiken: {website}.',
    ],
    [
      `${LIST}/nl/shared`,
      { labelWhen: '{dag}' },
      'labelWhen',
      '{dag} bestaat hier niet. In deze tekst vullen we niets in.',
    ],
    [
      `${LIST}/nl/reminder_day`,
      { extra: `https://agenda.example.org/registrations/${TOKEN}` },
      'extra',
      'Hier staat een persoonlijke link van iemand. Iedereen die de mail krijgt, zou die kunnen gebruiken. Haal de link weg.',
    ],
  ])('%s refuses %o beside its field, with what was typed, and keeps nothing', async (url, typed, field, problem) => {
    const { post, rows } = await openMails()
    for (const action of [url, `${url}/preview`]) {
      const { statusCode, body } = await post(action, typed)
      expect(statusCode).toBe(422)
      expect(problemsIn(body)).toEqual([[field, problem]])
      expect(body).toContain(Object.values(typed)[0] ?? '')
      expect(body).toContain(`href="#f-${field}"`)
      expect(body).not.toContain('<iframe')
    }
    expect((await post(`${url}/preview.html`, typed)).statusCode).toBe(422)
    expect(rows()).toEqual([])
  })

  test('says of a placeholder for a personal link why a mail to many cannot hold it', async () => {
    const { get, post } = await openMails()
    const { body } = await post(`${LIST}/nl/cancelled`, { lead: 'Zie {eigen-pagina}.' })
    expect(problemsIn(body)[0]?.[1]).toContain('{eigen-pagina} is een persoonlijke link. Die kan hier niet staan.')
    expect(textOf((await get(`${LIST}/nl/cancelled`)).body)).toContain('Deze mail gaat naar veel mensen tegelijk.')
  })

  test('made before the words of the group above changed is refused: it would bring the old ones back', async () => {
    const { post, get, rows } = await openMails()
    const before = fieldsOf((await get(MAIL)).body, MAIL)
    await post('/console/groups/netwerk/mails/nl/confirmed', { lead: 'Van het netwerk.' })
    expect((await post(MAIL, { extra: 'Van noord.', version: String(before.version ?? '') })).statusCode).toBe(409)
    const after = fieldsOf((await get(MAIL)).body, MAIL)
    expect((await post(MAIL, { extra: 'Van noord.', version: String(after.version) })).statusCode).toBe(303)
    expect(rows().map(({ texts }) => texts)).toEqual([{ lead: 'Van het netwerk.' }, { extra: 'Van noord.' }])
  })

  test('made from an older version is refused', async () => {
    const { post, rows } = await openMails()
    await post(MAIL, { lead: 'De eerste', version: '' })
    expect((await post(MAIL, { lead: 'De tweede', version: '' })).statusCode).toBe(409)
    expect(rows()[0]?.texts).toEqual({ lead: 'De eerste' })
  })

  test('property: junk in the form is refused or kept, never stumbled over', async () => {
    const { app, owner } = await openMails()
    const name = fc.constantFrom('subject', 'lead', 'extra', 'version', '__proto__', 'constructor', '', 'subject[]')
    const body = fc.array(
      fc.tuple(
        name,
        fc.string({ unit: 'binary', maxLength: 60 }).map(text => text.toWellFormed()),
      ),
    )
    const form = body.map(pairs => ({
      type: 'application/x-www-form-urlencoded',
      text: `${new URLSearchParams(pairs)}`,
    }))
    const json = fc.json().map(text => ({ type: 'application/json', text }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(form, json), fc.constantFrom('', '/preview', '/preview.html'), async (sent, end) => {
        const headers = { ...owner, 'content-type': sent.type, 'sec-fetch-site': 'same-origin' }
        const { statusCode } = await app.inject({ method: 'POST', url: `${MAIL}${end}`, headers, payload: sent.text })
        // JSON with `__proto__` in it goes no further than its parser.
        expect(sent.type.endsWith('json') ? [200, 303, 400, 409, 422] : [200, 303, 409, 422]).toContain(statusCode)
      }),
      { numRuns: 150, examples: [[{ type: 'application/json', text: '{"__proto__":{"lead":"x"}}' }, '']] },
    )
  })

  test('goes back to our text', async () => {
    const { get, post, rows } = await openMails()
    await post(MAIL, { lead: 'Een' })
    await post(`${LIST}/en/confirmed`, { lead: 'One' })
    expect((await get(MAIL)).body).toContain(`action="${MAIL}/reset"`)
    const { statusCode, headers } = await post(`${MAIL}/reset`)
    expect([statusCode, headers.location]).toEqual([303, `${MAIL}?done=reset`])
    expect(rows().map(({ locale }) => locale)).toEqual(['en'])
    expect(textOf((await get(`${MAIL}?done=reset`)).body)).toContain('De standaardtekst geldt weer.')
  })
})

describe('the preview', () => {
  test('shows what is typed with the group’s next event and somebody who registered, and changes nothing', async () => {
    const { db, group, post, state } = await openMails()
    makeEvent(db, group, { localStart: '2027-02-04T12:00', title: 'Later' })
    makeRegistration(db, makeEvent(db, group, { title: 'Wonen <nu>' }), { name: 'Bo Bos', email: 'bo@example.org' })
    const before = state()
    const typed = { subject: 'Hoi {voornaam}: {titel}', lead: 'Zie {eigen-pagina} & <b>kom</b>' }
    const { statusCode, body, headers } = await post(`${MAIL}/preview`, typed)
    expect(statusCode).toBe(200)
    expect(body).toContain('Hoi Bo: Wonen &lt;nu&gt;</p>')
    expect(body).toContain('/registrations/••• &amp; &lt;b&gt;kom&lt;/b&gt;')
    expect(body).not.toMatch(/\/registrations\/1-|\/join\/1-/)
    expect(textOf(body)).toContain('Met echte gegevens: Bo Bos, bij “Wonen &lt;nu>”.'.replace('>”', '&gt;”'))
    expect(body).toContain('Er is nog niets bewaard.')
    expect(fieldsOf(body, MAIL)).toMatchObject({ subject: typed.subject })
    expect(headers['content-security-policy']).toContain("frame-src 'self'")
    const html = await post(`${MAIL}/preview.html`, typed)
    expect(html.body).toContain('Zie http://localhost:3000/registrations/••• &amp; &lt;b&gt;kom&lt;/b&gt;')
    expect(html.body).not.toMatch(/href=|\/registrations\/1-/)
    expect(state()).toBe(before)
  })

  test('of what is kept, shows each situation the mail is sent in', async () => {
    const { db, group, get } = await openMails()
    makeRegistration(db, makeEvent(db, group))
    const { body } = await get(`${LIST}/nl/changed/preview`)
    expect([...body.matchAll(/<h3>([^<]*)<\/h3>/g)].map(match => match[1])).toEqual([
      'Als de datum of tijd verandert',
      'Als er iets anders verandert',
      'Aan iemand op de wachtlijst',
      'Aan een spreker',
    ])
    expect(body).toContain('Verplaatst naar do 3 dec, 12.00 uur')
    expect(body).toContain('Gewijzigd: Eén gezin')
    expect(body).toContain(`src="${LIST}/nl/changed/preview.html"`)
  })

  test('minds no placeholder of a text that this situation does not say', async () => {
    const { db, group, get } = await openMails()
    makeRegistration(db, makeEvent(db, group))
    const { body } = await get('/console/groups/noord/mails/nl/declined/preview')
    expect(textOf(body)).toContain('Als de plaats blijft staan')
    expect(body).not.toContain('Leeg in dit voorbeeld: {vrij-op}.')
  })

  test('says which placeholders are empty in the example', async () => {
    const { db, group, post } = await openMails()
    makeRegistration(db, makeEvent(db, group))
    const { body } = await post(`${LIST}/nl/cancelled/preview`, { lead: 'Reden: {reden}, {titel}' })
    expect(body).toContain('Leeg in dit voorbeeld: {reden}.')
  })

  test('puts the organiser in it where nobody has registered, and makes an event up where none comes', async () => {
    const { db, group, get, state } = await openMails()
    const before = state()
    const made = textOf((await get(`${MAIL}/preview`)).body)
    expect(made).toContain('De bijeenkomst in dit voorbeeld is verzonnen')
    expect(made).toContain('Dag Otto,')
    expect(state()).toBe(before)
    makeEvent(db, group, { title: 'Met niemand' })
    const { body } = await get(`${MAIL}/preview`)
    expect(textOf(body)).toContain('Met echte gegevens van “Met niemand”. Er is nog niemand aangemeld')
  })

  test('shows nobody’s data to an owner of a group that only hosts: the series’ group holds the rights', async () => {
    const { db, group, get } = await openMails()
    const series = makeSeries(db, makeGroup(db, { slug: 'zuid' }))
    makeRegistration(db, makeEvent(db, group, { seriesId: series.id, title: 'Te gast' }), { name: 'Bo Bos' })
    const owner = signIn(db, 'nora@example.org', group, 'owner')
    for (const url of [MAIL, `${MAIL}/preview`, `${MAIL}/preview.html`]) {
      const { body } = await get(url, owner)
      expect(body).toContain('Te gast')
      expect(body).not.toMatch(/\bBo\b|zoe@example/)
    }
  })

  test('in the words of the group it is for, also when a group under it hosts the event', async () => {
    const { db, group, get, post } = await openMails()
    const low = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    makeRegistration(db, makeEvent(db, low))
    await post('/console/groups/wijs/mails/nl/confirmed', { lead: 'Van onder.' })
    await post(MAIL, { lead: 'Uit het noorden.' })
    expect((await get(`${MAIL}/preview`)).body).toContain('Uit het noorden.')
    expect((await get('/console/groups/wijs/mails/nl/confirmed/preview')).body).toContain('Van onder.')
  })

  test.each(TEMPLATE_KINDS)('can be made of %s, in both languages, with or without an event', async kind => {
    const { db, group, get, state } = await openMails()
    for (const isEmpty of [true, false]) {
      if (!isEmpty) makeRegistration(db, makeEvent(db, group))
      const before = state()
      for (const locale of LOCALES) {
        const { statusCode, body } = await get(`/console/groups/netwerk/mails/${locale}/${kind}/preview`)
        expect(statusCode).toBe(200)
        expect(body).not.toMatch(/undefined|\[object|NaN|\/(registrations|join|my|people)\/[\w-]{10}/)
        const html = await get(`/console/groups/netwerk/mails/${locale}/${kind}/preview.html`)
        expect(html.body).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${locale}">`))
      }
      expect(state()).toBe(before)
    }
  })
})

describe('the HTML of a mail', () => {
  const HEADERS = {
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    'x-frame-options': 'SAMEORIGIN',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-type': 'text/html; charset=utf-8',
  }

  test('comes under headers of its own, with its links closed, as it left and as it would leave', async () => {
    const { db, group, get } = await openMails()
    const event = makeEvent(db, group)
    makeRegistration(db, event)
    const page = await get('/console/outbox/1')
    expect(page.headers['content-security-policy']).toContain("frame-src 'self'")
    expect(page.body).toContain('src="/console/outbox/1/mail.html"')
    const draft = await get('/console/outbox/1/mail.html')
    expect(draft.headers).toMatchObject(HEADERS)
    expect(draft.body).toContain('Fijn dat je aanschuift.')
    expect(draft.body).not.toMatch(/href=|\/registrations\/1-|\/join\/1-/)
    expect((await get(`${MAIL}/preview.html`)).headers).toMatchObject(HEADERS)
    const left = `Content-Type: text/html\r\n\r\n<p>Zo ging het. <a class="x" href="https://a.example/my/${TOKEN}">/my/${TOKEN}</a></p>`
    db.update(messages)
      .set({ state: 'sent', bytes: Buffer.from(left) })
      .run()
    expect((await get('/console/outbox/1/mail.html')).body).toContain('<p>Zo ging het. <a class="x">/my/•••</a></p>')
  })

  test('is not there for a sign-in mail, one that is no longer kept, or somebody else’s', async () => {
    const { db, group, get } = await openMails()
    writeNow(db, tx => requestSignIn(tx, 'olga@example.org', 'nl', NOW))
    makeRegistration(db, makeEvent(db, group))
    db.update(messages).set({ state: 'sent' }).run()
    const ids = db
      .select()
      .from(messages)
      .all()
      .map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(1)
    for (const id of ids) expect((await get(`/console/outbox/${id}/mail.html`)).statusCode).toBe(404)
    db.update(messages)
      .set({ bytes: Buffer.from('Content-Type: text/html\r\n\r\n<p>code</p>') })
      .run()
    expect((await get('/console/outbox/1/mail.html')).statusCode).toBe(404)
    const stranger = signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid' }), 'owner')
    expect((await get('/console/outbox/2/mail.html', stranger)).statusCode).toBe(404)
  })

  test('only pages that show one may hold a frame', async () => {
    const { get } = await openMails()
    for (const url of ['/console', '/console/outbox', LIST, MAIL, '/']) {
      expect((await get(url)).headers['content-security-policy'], url).not.toContain('frame-src')
      expect((await get(url)).headers['x-frame-options'], url).toBe('DENY')
    }
  })
})
