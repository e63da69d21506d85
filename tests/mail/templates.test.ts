// Mails in a group's own words: filled once, escaped by nobody but the renderer, and sent over real SMTP as they stand.
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { preview, writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import { getEvent } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { requestMyLink } from '#src/domain/people.ts'
import type { TemplateKind } from '#src/domain/placeholders.ts'
import { isLine } from '#src/domain/placeholders.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { scenesOf, stage } from '#src/domain/scenes.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { ourTexts, saveTemplate, TEMPLATE_KINDS, versionOf } from '#src/domain/templates.ts'
import type { Locale } from '#src/i18n/index.ts'
import { readAbout } from '#src/mail/about.ts'
import { contentOf, isAboutRegistration } from '#src/mail/messages.ts'
import { render } from '#src/mail/render.ts'
import { editing, openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { house, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

type World = Pick<PostOffice, 'db' | 'clock'>
function say(
  { db, clock }: World,
  group: Group,
  kind: TemplateKind,
  texts: Record<string, string>,
  locale: Locale = 'nl',
) {
  const template = { group, kind, locale }
  writeNow(db, tx => {
    const organiserId = createOrganiser(tx, `${kind}-${locale}-${group.id}@example.org`, '', NOW).id
    saveTemplate(tx, template, texts, { organiserId, version: versionOf(tx, template) }, clock.now())
  })
}

function openMails() {
  const world = openWorld()
  const { db } = world
  const group = makeGroup(db)
  const registration = makeRegistration(db, makeEvent(db, group))
  const content = (kind: TemplateKind) => {
    const about = readAbout(db, getRegistration(db, registration.id))
    if (!about || kind === 'shared' || !isAboutRegistration(kind)) throw new Error(kind)
    return contentOf({ kind, about }, house, NOW)
  }
  const mail = (kind: TemplateKind) => render(content(kind))
  return { ...world, group, registration, content, mail }
}

const ABOUT_REGISTRATION = TEMPLATE_KINDS.filter(kind => kind !== 'shared').filter(isAboutRegistration)

describe('own words', () => {
  test.each(ABOUT_REGISTRATION)(
    '%s: every text of the kind can be another, and its examples show each of them',
    kind => {
      const world = openMails()
      const { db, group } = world
      const organiser = writeNow(db, tx => createOrganiser(tx, 'olga@example.org', 'Olga', NOW))
      writeNow(db, tx => grant(tx, organiser, group, 'owner'))
      const own = Object.fromEntries(
        Object.keys(ourTexts('nl', kind)).map(key => [key, `Eigen ${key} voor {voornaam}.`]),
      )
      say(world, group, kind, own)
      const texts = scenesOf(kind).map(scene =>
        preview(db, tx => {
          const cast = { group, organiser, locale: 'nl' as const, timeZone: 'Europe/Amsterdam' }
          const about = readAbout(tx, stage(tx, cast, scene, NOW).registration)
          if (!about) throw new Error('no address')
          const { subject, text, html } = render(contentOf({ kind, about }, house, NOW))
          for (const words of text.match(/Eigen \w+ voor Zoë\./g) ?? []) expect(html).toContain(words)
          return `${subject}\n${text}`
        }),
      )
      const shown = texts.join('\n')
      expect(Object.keys(own).filter(key => !shown.includes(`Eigen ${key} voor Zoë.`))).toEqual([])
    },
  )

  test('a greeting and a paragraph that are left empty leave no gap', () => {
    const world = openMails()
    const before = world.mail('confirmed').text
    say(world, world.group, 'shared', { hello: '', cannotCome: '' })
    say(world, world.group, 'confirmed', { lead: '' })
    const { text, html } = world.mail('confirmed')
    expect(text).not.toMatch(/\n\n\n|Dag Zoë|Fijn dat je|Kun je toch niet/)
    expect(html).not.toMatch(/<p[^>]*><\/p>/)
    expect(before).toMatch(/Dag Zoë[\s\S]*Fijn dat je[\s\S]*Kun je toch niet/)
  })

  test('paragraphs and lines stay apart in both bodies', () => {
    const world = openMails()
    say(world, world.group, 'confirmed', { extra: 'Neem mee:\n- een stoel\n- een vraag\n\nTot dan!' })
    const { text, html } = world.mail('confirmed')
    expect(text).toContain('geregeld.\n\nNeem mee:\n- een stoel\n- een vraag\n\nTot dan!\n\nWanneer')
    expect(html).toContain('>Neem mee:<br>- een stoel<br>- een vraag</p>')
    expect(html).toContain('>Tot dan!</p>')
  })

  test('labels and the word for online can be others, and stand wherever they are used', () => {
    const world = openMails()
    say(world, world.group, 'shared', { labelWhen: 'Datum', online: 'Via internet', labelHost: 'Van' })
    say(world, world.group, 'confirmed', { lead: 'Je bent erbij: {waar}.' })
    const { text } = world.mail('confirmed')
    expect(text).toContain('Je bent erbij: Via internet.')
    expect(text).toMatch(/Datum: donderdag[\s\S]*Waar: Via internet[\s\S]*Van: Werkplaats Noord/)
  })

  test('a personal link is the reader’s own', () => {
    const world = openMails()
    say(world, world.group, 'confirmed', { extra: 'Jouw pagina: {eigen-pagina} en deur: {eigen-deur}' })
    const { text } = world.mail('confirmed')
    const [, page] = /Jouw pagina: (\S+)/.exec(text) ?? []
    expect(page).toMatch(/^https:\/\/agenda\.example\.org\/registrations\/1-1-/)
    expect(text).toContain(`Naar je aanmelding:\n${page}`)
  })
})

test('property: a name, a title or a reason fills a text as it is, once, and becomes no markup, header or placeholder', () => {
  const world = openMails()
  const lines = Object.keys(ourTexts('nl', 'changed')).filter(isLine)
  expect(lines).toContain('subject')
  const all = '[{voornaam}|{titel}|{reden}|{werkplaats}]'
  say(world, world.group, 'changed', {
    subject: all,
    movedSubject: all,
    eyebrow: all,
    movedEyebrow: all,
    lead: all,
    movedLead: all,
  })
  const about = readAbout(world.db, world.registration)
  if (!about) throw new Error('no address')
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '{titel}',
      '{reden}{voornaam}',
      '$& $1 $`',
      '<script>alert(1)</script>',
      '"><a href="https://kwaad.example">',
      "' onload='x",
      '&lt;b&gt;',
      'a\r\nBcc: kwaad@example.org',
      'x\u2028y\u202Ez\0',
    ),
  )
  const bare = render(contentOf({ kind: 'changed', about }, house, NOW)).html
  const count = (html: string, pattern: RegExp) => html.match(pattern)?.length ?? 0
  fc.assert(
    fc.property(nasty, nasty, nasty, nasty, (name, title, reason, groupName) => {
      const group = { ...about.event.group, name: groupName }
      const event = { ...about.event, title, moveReason: reason, group }
      const content = contentOf(
        { kind: 'changed', about: { ...about, event, registration: { ...about.registration, name } } },
        house,
        NOW,
      )
      const { subject, html, text } = render(content)
      expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      for (const tag of [/<script|<b>|<img/gi, /kwaad\.example"/g, /onload='x/g]) expect(count(html, tag)).toBe(0)
      expect(count(html, /<a\b/g)).toBe(count(bare, /<a\b/g))
      expect(count(html, /<p\b/g)).toBe(count(bare, /<p\b/g))
      const line = content.blocks.find(block => block.type === 'paragraph' && block.text.startsWith('['))
      expect(line && 'text' in line && line.text).not.toMatch(/\n/)
      if (title === '{titel}') expect(text).toContain('|{titel}|')
    }),
    { numRuns: 200 },
  )
})

describe('over SMTP', () => {
  let office: PostOffice
  afterEach(() => office.close())

  test('the mail that leaves carries the own text in subject, HTML and plain text', async () => {
    office = await openPostOffice()
    const { db, clock } = office
    const top = makeGroup(db, { slug: 'netwerk', name: 'Netwerk' })
    const group = makeGroup(db, { slug: 'noord', parentId: top.id })
    say(office, top, 'confirmed', { subject: 'Leuk, {voornaam}! {titel} & meer', eyebrow: 'Van boven' })
    say(office, group, 'confirmed', {
      lead: 'Tot {datum} <3 "{soort}"',
      extra: 'Tip: kom op tijd.\n\nGroet, {werkplaats}',
    })
    say(office, group, 'confirmed', { lead: 'See you' }, 'en')
    const event = makeEvent(db, group, { title: 'Wonen <nu>' })
    makeRegistration(db, event, {}, clock.now())
    await office.deliver()
    const [received] = office.mailbox.received
    expect(received?.mail.subject).toBe('Leuk, Zoë! Wonen <nu> & meer')
    expect(received?.mail.text).toContain('Van boven\nWonen <nu>')
    expect(received?.mail.text).toContain(
      'Tot donderdag 3 december <3 "dit webinar"\n\nTip: kom op tijd.\n\nGroet, Werkplaats Noord\n',
    )
    expect(received?.mail.html).toContain('Tot donderdag 3 december &lt;3 &quot;dit webinar&quot;')
    expect(received?.mail.html).toContain('<title>Leuk, Zoë! Wonen &lt;nu&gt; &amp; meer</title>')
    expect(office.messages()[0]?.subject).toBe('Leuk, Zoë! Wonen <nu> & meer')
    expect(office.messages()[0]?.state).toBe('sent')
  })

  test('words that change before a mail leaves stand in it; each reader gets those of their language', async () => {
    office = await openPostOffice()
    const { db, clock } = office
    const group = makeGroup(db)
    const event = makeEvent(db, group)
    makeRegistration(db, event, {}, clock.now())
    makeRegistration(db, event, { email: 'ann@example.org', locale: 'en' }, clock.now())
    await office.deliver()
    writeNow(db, tx => cancelEvent(tx, getEvent(tx, event.id), 'Ziek', editing(office, event), clock.now()))
    say(office, group, 'cancelled', { lead: 'Jammer: {reden}.' })
    clock.advance({ minutes: 3 })
    await office.deliver()
    const [dutch, english] = office.mailbox.received
      .slice(2)
      .toSorted((a, b) => String(b.to).localeCompare(String(a.to)))
    expect(dutch?.mail.text).toContain('Jammer: Ziek.')
    expect(english?.mail.text).toContain('Unfortunately this webinar has been cancelled.')
  })

  test('mails of no group take the words of the group at the top', async () => {
    office = await openPostOffice()
    const { db, clock } = office
    const top = makeGroup(db, { slug: 'netwerk', name: 'Netwerk' })
    const group = makeGroup(db, { slug: 'noord', parentId: top.id })
    say(office, top, 'sign_in', { subject: 'Kom binnen bij {website}', extra: 'Werkt tot {geldig-tot} uur.' })
    say(office, top, 'my', { extra: 'Bewaar dit: {eigen-lijst}' })
    makeRegistration(db, makeEvent(db, group), {}, clock.now())
    writeNow(db, tx => {
      grant(tx, createOrganiser(tx, 'otto@example.org', 'Otto', clock.now()), top, 'owner')
      requestSignIn(tx, 'otto@example.org', 'nl', clock.now())
      requestMyLink(tx, 'zoe@example.org', 'nl', clock.now())
    })
    await office.deliver()
    const texts = new Map(office.mailbox.received.map(({ mail }) => [mail.subject, mail.text ?? '']))
    expect(texts.get('Kom binnen bij Aanschuiven')).toContain('Werkt tot 10.15 uur.')
    expect(texts.get('Je aanmeldingen')).toMatch(/Bewaar dit: https:\/\/agenda\.example\.org\/my\/1-1-/)
  })
})
