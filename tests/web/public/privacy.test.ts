// The page about privacy and the register say what the schema's annotations say, in both languages.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DATA_KINDS, MONTHS } from '#db/personal-data.ts'
import { LOCALES, messagesIn } from '#src/i18n/index.ts'
import { describe as kept, registerOf } from '#src/web/public/privacy.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup } from '../../support/world.ts'

test.each(LOCALES)('the page tells of every kind what, why, until when and who sees it, in %s', async locale => {
  const { app } = await openApp()
  const { body } = await app.inject(`/privacy?lang=${locale}`)
  for (const kind of DATA_KINDS) {
    const { title, what, why, ground, until, seen } = kept(kind, messagesIn(locale))
    for (const text of [title, what, why, ground, until, seen]) expect(body, kind).toContain(text)
  }
  expect(body).toContain('https://www.autoriteitpersoonsgegevens.nl')
  expect(body).toContain('href="mailto:noreply@localhost"')
  expect(body).toMatch(/href="\/my\?lang=\w\w"/)
})

test('a group that keeps names for another time is named there, and its form says so', async () => {
  const { app, db } = await openApp()
  const group = makeGroup(db, { name: 'Werkplaats Kort', retentionMonths: 3 })
  makeGroup(db, { slug: 'gewoon', name: 'Werkplaats Gewoon', retentionMonths: MONTHS.usual })
  const under = makeGroup(db, { slug: 'onder', name: 'Werkplaats Onder', parentId: group.id })
  const event = makeEvent(db, under, { slug: 'een' })
  const { body } = await app.inject('/privacy')
  expect(body).toContain('<li>Werkplaats Kort: 3 maanden</li><li>Werkplaats Onder: 3 maanden</li>')
  expect(body).not.toContain('Werkplaats Gewoon')
  expect((await app.inject(`/events/${event.slug}`)).body).toContain('We bewaren je gegevens tot 3 maanden na afloop.')
  const usual = makeEvent(db, makeGroup(db, { slug: 'los' }), { slug: 'twee' })
  expect((await app.inject(`/events/${usual.slug}`)).body).toContain('We bewaren je gegevens tot een jaar na afloop.')
})

/** In the README between these lines; whoever changes the annotations pastes what this test shows. */
const [BEGIN, END] = ['<!-- register -->', '<!-- /register -->']
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

test('the register in the README is the one that the annotations give', () => {
  expect(readme.split(BEGIN)[1]?.split(END)[0]?.trim()).toBe(registerOf(messagesIn('nl')))
})

test('the register has a line for each kind, with the tables that hold it', () => {
  const lines = registerOf(messagesIn('nl')).split('\n')
  expect(lines).toHaveLength(2 + DATA_KINDS.length)
  expect(lines[2]).toContain('| `registrations`, `enrolments`, `choices`, `checkIns` |')
  expect(lines.find(line => line.includes('Wat je nodig hebt'))).toContain(
    '| tot 7 dagen na afloop | `registrations`, `enrolments` |',
  )
})
