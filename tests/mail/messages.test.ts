// Every mail there is, in both languages: nothing missing, nothing that must not be there, the same links in both bodies.
import { describe, expect, test } from 'vitest'
import { MESSAGE_KINDS } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { type Event, getEvent, getListedEvent } from '#src/domain/events.ts'
import { exampleInvitation } from '#src/domain/invitations.ts'
import { moveEvent } from '#src/domain/moves.ts'
import type { MessageKind } from '#src/domain/outbox.ts'
import { exampleWorkshop } from '#src/domain/own-workshops.ts'
import { findPersonById } from '#src/domain/people.ts'
import { getRegistration, type Registration, update } from '#src/domain/registrations.ts'
import { makeUpSeries, stageIn } from '#src/domain/series-scenes.ts'
import { exampleArrears } from '#src/domain/summaries.ts'
import { toldNow } from '#src/domain/telling.ts'
import { LOCALES, type Locale } from '#src/i18n/index.ts'
import { exampleAsking, exampleIssue, readAbout, readAboutEnrolment } from '#src/mail/about.ts'
import { contentOf, isAboutRegistration, isAboutSeries, isAboutWorkshop, type Occasion } from '#src/mail/messages.ts'
import { render } from '#src/mail/render.ts'
import { house, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const VENUE = {
  name: 'Het Paleis',
  address: 'Boterdiep 111',
  postcode: '9712 LM',
  city: 'Groningen',
  access: 'Er is een lift.',
}
const WORKSHOP = { title: 'Tafels & <b>stoelen</b>', room: 'Zaal "2"' }
const [TITLE, NAME] = ['Werk & "inkomen" <b>nu</b>', 'Zoë <i>de</i> Vries']

interface Options {
  locale?: Locale
  attendance?: 'online' | 'in_person'
  values?: Partial<Registration>
  change?: (event: Event) => void
  email?: string | null
}

function openMail({
  locale = 'nl',
  attendance = 'online',
  values = {},
  change,
  email = 'werkplaats@example.org',
}: Options = {}) {
  const world = openWorld()
  const { db } = world
  const made = makeEvent(db, makeGroup(db, { email }), {
    title: TITLE,
    attendance,
    slug: 'werk',
    roomUrl: 'https://geheim.example.org/kamer',
    venue: attendance === 'in_person' ? VENUE : null,
    capacityInPerson: 10,
  })
  const registration = makeRegistration(db, made, { name: NAME, locale, attendance })
  change?.(made)
  writeNow(db, tx => update(tx, registration, { told: toldNow(made, registration), ...values }))
  const about = readAbout(db, getRegistration(db, registration.id))
  if (!about) throw new Error('no address')
  const occasion = (kind: MessageKind): Occasion => {
    const to = { email: 'zoe@example.org', locale }
    const person = findPersonById(db, registration.personId)
    if (isAboutRegistration(kind)) return { kind, about }
    if (isAboutWorkshop(kind)) return { kind, about, workshop: exampleWorkshop(about, WORKSHOP, NOW) }
    if (isAboutSeries(kind)) return { kind, enrolled: enrolledAs(kind) }
    if (kind === 'address') return { kind, about, ...to }
    if (kind === 'newsletter' || kind === 'announcement') {
      return { kind, issue: exampleIssue(getListedEvent(db, made.id), to) }
    }
    if (kind === 'subscription_proof') return { kind, asking: exampleAsking(about.event.group, NOW), ...to }
    if (kind === 'tasks') {
      return { kind, summary: { organiserId: 1, arrears: exampleArrears(made, NOW), ...to } }
    }
    if (kind === 'invitation') {
      return { kind, invitation: exampleInvitation(about.event.group, undefined, NOW), ...to }
    }
    if (kind === 'my' && person) return { kind, person, ...to }
    if (kind === 'sign_in') {
      return { kind, signIn: { token: 'T'.repeat(43), code: '012345', expiresAt: NOW.add({ minutes: 15 }) }, ...to }
    }
    return { kind: 'test', ...to }
  }
  /** In the state that the mail is about, and at two dates. */
  function enrolledAs(kind: MessageKind) {
    const group = about?.event.group
    if (!group) throw new Error('no group')
    const organiser = { name: NAME, email: 'kring@example.org' }
    const cast = { group, locale, timeZone: 'Europe/Amsterdam', organiser }
    const states = { series_waitlisted: 'waitlisted', series_left: 'cancelled' } as const
    const status = kind in states ? states[kind as keyof typeof states] : (values.status ?? 'confirmed')
    const enrolled = writeNow(db, tx => {
      const enrolment = stageIn(tx, makeUpSeries(tx, cast, NOW), cast, { status }, NOW)
      return readAboutEnrolment(tx, enrolment, NOW, locale)
    })
    if (!enrolled) throw new Error('no address')
    return enrolled
  }
  const content = (kind: MessageKind) => contentOf(occasion(kind), house, NOW)
  const mail = (kind: MessageKind) => ({ ...content(kind), ...render(content(kind)) })
  return { ...world, event: made, registration, content, mail }
}

const linksIn = (text: string) =>
  [...new Set([...text.matchAll(/https?:\/\/[^\s"<>]+/g)].map(([url]) => url))].toSorted()
const unescaped = (html: string) => html.replaceAll('&amp;', '&')

describe.each(LOCALES)('in %s', locale => {
  test.each(MESSAGE_KINDS)('%s is complete, and the same in HTML and plain text', kind => {
    for (const attendance of ['online', 'in_person'] as const) {
      for (const status of ['confirmed', 'waitlisted'] as const) {
        const { html, text, subject, preheader } = openMail({ locale, attendance, values: { status } }).mail(kind)
        for (const part of [html, text, subject, preheader]) {
          expect(part).not.toMatch(/undefined|\[object|NaN|null|Temporal/)
          expect(part).not.toContain('geheim.example.org')
        }
        expect(html).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${locale}">`))
        // No picture but the one that travels along.
        const fetched = html.replaceAll(/<img src="cid:[\w-]{22}@example\.org" alt="[^"]+"/g, '')
        expect(fetched).not.toMatch(/<script|<form|<img|<link|src=|url\(|@import/i)
        expect(html).not.toMatch(/<b>nu|<i>de/)
        expect(linksIn(unescaped(html))).toEqual(linksIn(text))
        for (const link of linksIn(text)) expect(link).toMatch(/^https:\/\/agenda\.example\.org(\/|$)/)
        if (locale === 'en')
          for (const link of linksIn(text).filter(url => url !== house.config.baseUrl))
            expect(link).toMatch(/\?lang=en(#follow)?$/)
        expect(html.length).toBeLessThan(20_000)
        expect(text).not.toMatch(/\n\n\n/)
      }
    }
  })
})

test('§8.28 §8.29 who may be left in peace: reminders and letters say how, and no other mail does', () => {
  const { content, mail, tokens, registration } = openMail()
  const stops = MESSAGE_KINDS.filter(kind => content(kind).unsubscribe)
  expect(stops).toEqual(['reminder_day', 'reminder_hour', 'tasks', 'announcement', 'newsletter'])
  for (const kind of MESSAGE_KINDS) {
    const { html, text } = mail(kind)
    expect([kind, html.includes('/unsubscribe/'), text.includes('/unsubscribe/')]).toEqual([
      kind,
      stops.includes(kind),
      stops.includes(kind),
    ])
  }
  const of = (purpose: 'unsubscribe' | 'newsletter' | 'announcements', id: number) =>
    `https://agenda.example.org/unsubscribe/${tokens.sign(purpose, { id, version: 1 })}`
  expect(content('reminder_day').unsubscribe?.url).toBe(of('unsubscribe', registration.id))
  expect(content('newsletter').unsubscribe?.url).toBe(of('newsletter', 0))
  expect(content('announcement').unsubscribe?.url).toBe(of('announcements', 0))
})

describe('invites', () => {
  const methodOf = (kind: MessageKind, values: Partial<Registration>, change?: (event: Event) => void) =>
    openMail({ values, ...(change && { change }) }).content(kind).invite?.method

  test.each([
    ...(['confirmed', 'promoted', 'changed', 'reinstated', 'again', 'workshop_confirmed', 'workshop_changed'] as const),
  ])('%s brings one to who has a place', kind => {
    expect(methodOf(kind, { status: 'confirmed' })).toBe('REQUEST')
  })
  test.each(['changed', 'reinstated', 'again', 'waitlisted', 'place_free'] as const)(
    '%s brings none to who waits',
    kind => {
      expect(methodOf(kind, { status: 'waitlisted', told: null })).toBeUndefined()
    },
  )
  test.each(['reminder_day', 'reminder_hour', 'declined', 'sign_in', 'invitation', 'my', 'address', 'test'] as const)(
    '%s brings none',
    kind => {
      expect(methodOf(kind, {})).toBeUndefined()
    },
  )
  test('are taken back from who had one', () => {
    expect(methodOf('cancelled', { status: 'confirmed' })).toBe('CANCEL')
    expect(methodOf('cancelled', { status: 'waitlisted', told: null })).toBeUndefined()
    // They left and stand in the queue again, but have heard of neither: the entry still stands in their calendar.
    expect(methodOf('cancelled', { status: 'waitlisted' })).toBe('CANCEL')
    expect(methodOf('unregistered', { status: 'cancelled', confirmedAt: NOW, told: null })).toBe('CANCEL')
    expect(methodOf('unregistered', { status: 'cancelled', confirmedAt: null, told: null })).toBeUndefined()
    expect(methodOf('waitlisted', { status: 'waitlisted' })).toBe('CANCEL')
  })
  test('name the sender as organiser, and no one but the reader', () => {
    const { from, to, invite } = openMail().content('confirmed')
    const lines = invite?.content.replaceAll('\r\n ', '') ?? ''
    expect(from).toEqual({ name: 'Werkplaats Noord via Aanschuiven', email: 'agenda@example.org' })
    expect(lines).toContain('ORGANIZER;CN="Werkplaats Noord via Aanschuiven":mailto:agenda@example.org')
    expect(lines.match(/^ATTENDEE.*$/gm)).toHaveLength(1)
    expect(lines).toContain(`:mailto:${to.email}`)
  })
})

describe('what they say', () => {
  test('confirmed: when with its zone, where, the door, the page to change, the calendar', () => {
    const { text } = openMail().mail('confirmed')
    expect(text).toContain('Wanneer: donderdag 3 december 2026, 12.00–13.00 uur\n  Nederlandse tijd')
    expect(text).toContain('De deur gaat een kwartier van tevoren open, om 11.45 uur.')
    expect(text).toMatch(/\/join\/1-1-/)
    expect(text).toMatch(/\/registrations\/1-1-/)
    expect(text).toContain('Klik op Ja of Toevoegen als het niet vanzelf in je agenda staat.')
    expect(text).toContain('Beantwoord dan deze mail.')
  })

  test('who comes in person gets the place and how to get in, no door', () => {
    for (const kind of ['confirmed', 'reminder_day'] as const) {
      const { text } = openMail({ attendance: 'in_person' }).mail(kind)
      expect(text).toContain('Waar: Het Paleis, Boterdiep 111, 9712 LM Groningen')
      expect(text).toContain('Toegankelijk: Er is een lift.')
      expect(text).not.toContain('/join/')
    }
  })

  test('changed: only what changed shows what it was', () => {
    const world = openMail()
    writeNow(world.db, tx =>
      moveEvent(
        tx,
        getEvent(tx, world.event.id),
        { ...world.event, localStart: '2026-12-10T15:30' },
        'De spreker is ziek.',
        { organiserId: null, revision: world.event.revision },
        NOW,
      ),
    )
    const about = readAbout(world.db, getRegistration(world.db, world.registration.id))
    if (!about) throw new Error('no address')
    const content = contentOf({ kind: 'changed', about }, house, NOW)
    const { subject, text } = render(content)
    expect(subject).toBe(`Verplaatst naar do 10 dec, 15.30 uur: ${TITLE}`)
    expect(text.match(/was: .*/g)).toEqual(['was: donderdag 3 december 2026, 12.00–13.00 uur'])
    expect(text).toContain('Reden: De spreker is ziek.')
  })

  test('a reinstated event at its old time shows no change', () => {
    const { db, event, registration } = openMail()
    const editor = (id: number) => ({ organiserId: null, revision: getEvent(db, id).revision })
    writeNow(db, tx => cancelEvent(tx, getEvent(tx, event.id), 'Ziek', editor(event.id), NOW))
    writeNow(db, tx => reinstateEvent(tx, getEvent(tx, event.id), editor(event.id), NOW))
    const about = readAbout(db, getRegistration(db, registration.id))
    if (!about) throw new Error('no address')
    const { text } = render(contentOf({ kind: 'reinstated', about }, house, NOW))
    expect(text).toContain('dit webinar gaat toch door')
    expect(text).not.toMatch(/was:|Reden:/)
  })

  test('waiting: the place in the queue, and from when the first to click gets it', () => {
    const { text } = openMail({ attendance: 'in_person', values: { status: 'waitlisted', told: null } }).mail(
      'waitlisted',
    )
    expect(text).toContain('op plek 1')
    expect(text).toContain('Vanaf dinsdag 1 december, 12.00 uur mailen we iedereen die wacht.')
  })

  test('unregistered: by oneself, or by the organiser', () => {
    const by = (cancelledBy: 'attendee' | 'organiser') =>
      openMail({ values: { status: 'cancelled', cancelledBy } }).mail('unregistered').text
    expect(by('attendee')).toContain('Bedankt dat je het liet weten.')
    expect(by('organiser')).toContain('De organisator heeft je afgemeld.')
    expect(by('organiser')).not.toContain('opnieuw aanmelden')
  })

  test('unregistered: it goes on with another address, which is not named', () => {
    const values = (id: number) => ({
      status: 'cancelled' as const,
      cancelledBy: 'organiser' as const,
      mergedIntoId: id,
    })
    const { subject, text } = openMail({ values: values(1) }).mail('unregistered')
    expect(subject).toMatch(/^Je aanmelding gaat verder op een ander adres: .* \(do 3 dec\)$/)
    expect(text).toContain('Je aanmelding gaat verder met een ander e-mailadres.')
    expect(text).not.toMatch(/afgemeld|opnieuw/)
  })

  test('declined: when the place comes free, or that it does not, or whether it is so', () => {
    const freesAt = Temporal.Instant.from('2026-11-22T09:00:00Z')
    const mail = (values: Partial<Registration>) =>
      openMail({ values: { declinedAt: NOW, ...values } }).mail('declined')
    const frees = mail({ reply: 'declined', freesAt })
    expect(frees.subject).toBe(`Je zei nee: ${TITLE} (do 3 dec)`)
    expect(frees.text).toContain('Je plaats komt daarom vrij op zondag 22 november, 10.00 uur.')
    expect(frees.text).toContain('Kom je toch? Zeg dat met één klik op je eigen pagina.')
    expect(frees.text).toMatch(/Naar je aanmelding:\nhttps:\/\/agenda\.example\.org\/registrations\/1-1-/)
    const stays = mail({ reply: 'declined', freesAt: null })
    expect(stays.text).toContain('Je bent nog wel aangemeld.')
    expect(stays.text).not.toMatch(/komt daarom vrij|niets te doen/)
    const asks = mail({ reply: 'accepted', freesAt: null })
    expect(asks.subject).toBe(`Klopt het dat je niet komt? ${TITLE} (do 3 dec)`)
    expect(asks.text).toContain('Doe je niets, dan blijft je plaats van jou.')
    for (const { text } of [frees, stays, asks]) expect(text).not.toContain('/join/')
  })

  test('nobody is asked to reply to an address that nobody reads', () => {
    const { db, registration } = openMail({ email: null })
    const about = readAbout(db, registration)
    if (!about) throw new Error('no address')
    const nobody = { ...house, config: { ...house.config, mailFrom: { name: 'A', email: 'noreply@example.org' } } }
    const content = contentOf({ kind: 'confirmed', about }, nobody, NOW)
    expect(content.replyTo).toBeUndefined()
    expect(render(content).text).not.toContain('Beantwoord')
  })

  test('a new address hears nothing that somebody typed', () => {
    const { text, subject, to } = openMail().mail('address')
    expect(`${text}${subject}${to.name}`).not.toContain('Zoë')
  })

  test('subjects are one line of at most 150 characters', () => {
    const content = {
      ...openMail().content('confirmed'),
      subject: `Lang\r\nBcc: x@example.org \u202E${'😀'.repeat(200)}`,
    }
    const { subject } = render(content)
    expect(subject.length).toBeLessThanOrEqual(150)
    expect(subject).toMatch(/^Lang Bcc: x@example\.org (😀)+…$/u)
  })
})
