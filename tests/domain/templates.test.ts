// A group's own words: which of them apply, what is kept of what an owner typed, and what is refused.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditEntries, templates } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { readOwnTexts, readTopTexts } from '#src/domain/own-texts.ts'
import type { TemplateKind } from '#src/domain/placeholders.ts'
import {
  kindsOf,
  listOwners,
  ourTexts,
  readTyped,
  readWordings,
  resetTemplate,
  saveTemplate,
  TEMPLATE_KINDS,
  type Template,
  versionOf,
} from '#src/domain/templates.ts'
import { leftOut, type TextProblem } from '#src/domain/wording.ts'
import { LOCALES, type Locale } from '#src/i18n/index.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import { placeholdersIn } from '#src/lib/placeholders.ts'
import { makeEvent, makeGroup, NOW, openWorld } from '../support/world.ts'

/** Association → werkplaats → innovatiewerkplaats. */
function openTree() {
  const world = openWorld()
  const { db } = world
  const top = makeGroup(db, { slug: 'netwerk', name: 'Netwerk' })
  const middle = makeGroup(db, { slug: 'noord', name: 'Noord', parentId: top.id })
  const low = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: middle.id })
  const aside = makeGroup(db, { slug: 'zuid', name: 'Zuid', parentId: top.id })
  const organiserId = writeNow(db, tx => createOrganiser(tx, 'olga@example.org', 'Olga', NOW)).id
  const at = (group = middle, kind: TemplateKind = 'confirmed', locale: Locale = 'nl'): Template => ({
    group,
    kind,
    locale,
  })
  const save = (template: Template, typed: Record<string, string>, version = versionOf(db, template), now = NOW) =>
    writeNow(db, tx => saveTemplate(tx, template, typed, { organiserId, version }, now))
  const rows = () => db.select().from(templates).all()
  return { ...world, top, middle, low, aside, organiserId, at, save, rows }
}

describe('which words apply', () => {
  test('those of the nearest group upwards that has its own, text by text', () => {
    const { db, top, middle, low, aside, at, save } = openTree()
    save(at(top), { subject: 'Van boven', lead: 'Van boven' })
    save(at(middle), { lead: 'Uit het midden' })
    save(at(low), { extra: 'Van onder' })
    expect(readOwnTexts(db, low.id, 'nl').confirmed).toEqual({
      subject: 'Van boven',
      lead: 'Uit het midden',
      extra: 'Van onder',
    })
    expect(readOwnTexts(db, aside.id, 'nl').confirmed).toEqual({ subject: 'Van boven', lead: 'Van boven' })
    expect(readOwnTexts(db, aside.id, 'en')).toEqual({})
    expect(readTopTexts(db, 'nl')).toEqual(readOwnTexts(db, top.id, 'nl'))
    expect(listOwners(db, low, 'nl')).toEqual(new Map([['confirmed', low.id]]))
    expect(listOwners(db, aside, 'nl')).toEqual(new Map([['confirmed', top.id]]))
  })

  test('an owner sees where each text comes from', () => {
    const { db, top, middle, low, at, save } = openTree()
    save(at(top), { subject: 'Van boven {titel}' })
    save(at(middle), { lead: 'Uit het midden' })
    const ours = ourTexts('nl', 'confirmed')
    expect(readWordings(db, at(low))).toEqual([
      { key: 'subject', ours: ours.subject, inherited: 'Van boven {titel}', from: top.id, own: undefined },
      { key: 'eyebrow', ours: ours.eyebrow, inherited: ours.eyebrow, from: null, own: undefined },
      { key: 'lead', ours: ours.lead, inherited: 'Uit het midden', from: middle.id, own: undefined },
      { key: 'extra', ours: '', inherited: '', from: null, own: undefined },
      { key: 'newDate', ours: ours.newDate, inherited: ours.newDate, from: null, own: undefined },
      { key: 'dateInvite', ours: ours.dateInvite, inherited: ours.dateInvite, from: null, own: undefined },
    ])
    expect(readWordings(db, at(middle)).find(({ key }) => key === 'lead')).toMatchObject({
      inherited: ours.lead,
      own: 'Uit het midden',
    })
  })

  test('mails that belong to no group are worded by the group at the top, and there alone', () => {
    const { db, top, middle } = openTree()
    expect(kindsOf(db, top)).toEqual(TEMPLATE_KINDS)
    expect(TEMPLATE_KINDS.filter(kind => !kindsOf(db, middle).includes(kind)).toSorted()).toEqual([
      'my',
      'sign_in',
      'subscription_proof',
      'tasks',
      'test',
    ])
  })
})

describe('what is kept', () => {
  test('only what differs from what would stand there anyway, in that language and kind', () => {
    const { at, save, middle, rows } = openTree()
    save(at(middle, 'confirmed', 'en'), { lead: 'Welcome.' })
    const english = rows()
    save(at(), { ...ourTexts('nl', 'confirmed'), lead: '  Wat  leuk!\r\n\r\n\r\n\r\nTot dan. \n' })
    expect(rows()).toEqual([
      ...english,
      {
        groupId: middle.id,
        locale: 'nl',
        kind: 'confirmed',
        texts: { lead: 'Wat  leuk!\n\nTot dan.' },
        revisedAt: NOW,
      },
    ])
    save(at(), { lead: ourTexts('nl', 'confirmed').lead ?? '' })
    expect(rows()).toEqual(english)
  })

  test('a group may go back to our text where the group above it has its own', () => {
    const { db, top, low, at, save } = openTree()
    const ours = ourTexts('nl', 'confirmed').lead ?? ''
    save(at(top), { lead: 'Van boven' })
    save(at(low), { lead: ours })
    expect(readOwnTexts(db, low.id, 'nl').confirmed).toEqual({ lead: ours })
  })

  test('a paragraph may be left out, and a text that is not sent stays as it was', () => {
    const { db, middle, at, save } = openTree()
    save(at(), { subject: 'Kom je ook? {titel}' })
    save(at(), { lead: '' })
    expect(readOwnTexts(db, middle.id, 'nl').confirmed).toEqual({ subject: 'Kom je ook? {titel}', lead: '' })
  })

  test('going back takes away this mail in this language and nothing else, and both are written down', () => {
    const { db, middle, organiserId, at, save, rows } = openTree()
    save(at(), { lead: 'Een' })
    save(at(middle, 'confirmed', 'en'), { lead: 'One' })
    save(at(middle, 'cancelled'), { lead: 'Twee' })
    writeNow(db, tx => resetTemplate(tx, at(), organiserId, NOW))
    expect(rows().map(({ locale, kind }) => `${locale}/${kind}`)).toEqual(['en/confirmed', 'nl/cancelled'])
    const deeds = db.select().from(auditEntries).all()
    expect(deeds.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
      'template_saved nl/confirmed',
      'template_saved en/confirmed',
      'template_saved nl/cancelled',
      'template_reset nl/confirmed',
    ])
    expect(deeds.every(deed => deed.groupId === middle.id && deed.organiserId === organiserId)).toBe(true)
  })

  test('two owners do not overwrite each other', () => {
    const { at, save, rows } = openTree()
    save(at(), { lead: 'De eerste' }, '')
    expect(() => save(at(), { lead: 'De tweede' }, '')).toThrow(new Refusal('changed_meanwhile'))
    save(at(), { lead: 'De tweede' }, String(NOW.epochMilliseconds), NOW.add({ seconds: 1 }))
    expect(() => save(at(), { lead: 'De derde' }, String(NOW.epochMilliseconds))).toThrow(Refusal)
    expect(rows()[0]?.texts).toEqual({ lead: 'De tweede' })
  })
})

describe('what is refused', () => {
  const TOKEN = `1-1-${'Ab3_'.repeat(11)}`.slice(0, 47)
  const { db: tree, top: root } = openTree()
  function problemWith(kind: TemplateKind, key: string, text: string): TextProblem | undefined {
    const { problems } = readTyped(tree, { group: root, kind, locale: 'nl' }, { [key]: text })
    expect(Object.keys(problems)).toEqual(problems[key] ? [key] : [])
    return problems[key]
  }

  test.each([
    ['an empty subject', 'confirmed', 'subject', ' \u202E\n', { code: 'required' }],
    ['an empty button', 'place_free', 'button', '', { code: 'required' }],
    ['a long subject', 'confirmed', 'subject', 'x'.repeat(151), { code: 'too_long', most: 150 }],
    ['a long paragraph', 'confirmed', 'lead', 'x'.repeat(2001), { code: 'too_long', most: 2000 }],
    ['a placeholder that is none', 'confirmed', 'lead', 'Dag {Naam}', { code: 'unknown_placeholder', name: 'naam' }],
    ['one of another kind', 'confirmed', 'lead', 'Plek {plek}', { code: 'unknown_placeholder', name: 'plek' }],
    ['one of another language', 'confirmed', 'lead', '{title}', { code: 'unknown_placeholder', name: 'title' }],
    ['any in a label', 'shared', 'labelWhen', '{dag}', { code: 'unknown_placeholder', name: 'dag' }],
    [
      'a name where nobody is greeted',
      'address',
      'lead',
      '{voornaam}',
      { code: 'unknown_placeholder', name: 'voornaam' },
    ],
  ] as const)('%s', (_what, kind, key, text, problem) => {
    expect(problemWith(kind, key, text)).toEqual(problem)
  })

  test.each(['shared', 'place_free', 'changed', 'cancelled', 'reinstated', 'reminder_day', 'reminder_hour'] as const)(
    'a personal link in %s, which goes to many',
    kind => {
      const key = kind === 'shared' ? 'help' : 'lead'
      for (const name of ['eigen-pagina', 'eigen-deur', 'eigen-lijst', 'eigen-agenda']) {
        expect(problemWith(kind, key, `Zie {${name}}`)).toEqual({ code: 'personal_placeholder', name })
      }
    },
  )

  test('a personal link in a subject, even to one person: lists of mails show subjects', () => {
    expect(problemWith('confirmed', 'lead', 'Zie {eigen-pagina}')).toBeUndefined()
    expect(problemWith('confirmed', 'subject', 'Zie {eigen-pagina}')).toEqual({
      code: 'personal_placeholder',
      name: 'eigen-pagina',
    })
  })

  const links = {
    registrations: paths.registration(TOKEN),
    join: paths.join(TOKEN),
    people: paths.personFeed(TOKEN),
    my: paths.mine(TOKEN),
    unsubscribe: paths.unsubscribe(TOKEN),
    addresses: paths.addressProof(`${TOKEN}${TOKEN}`),
    'sign-in': paths.signInLink(TOKEN.slice(4)),
    registered: `${paths.registered('webinar')}?lang=nl&v=${TOKEN}${TOKEN}`,
  }
  test.each(Object.entries(links))('a pasted address of ours that opens a page: /%s/', (_name, path) => {
    const url = `https://agenda.example.org${path}`
    const wrapped = `https://eur01.safelinks.example.com/?url=${encodeURIComponent(url)}&data=05`
    const twice = `https://a.example/?u=${encodeURIComponent(encodeURIComponent(url))}`
    for (const text of [url, `Kijk (${url}).`, path.toUpperCase(), url.replace('https://', ''), wrapped, twice]) {
      for (const kind of ['confirmed', 'reminder_day', 'sign_in'] as const) {
        expect(problemWith(kind, 'extra', text), text).toEqual({ code: 'personal_address' })
      }
    }
  })

  test.each([
    'https://agenda.example.org/my',
    'https://agenda.example.org/events/eerste-donderdag-van-december-over-armoede-en-schulden',
    'https://agenda.example.org/groups/noord.ics',
    'https://hogeschool.example/people/jan-de-vries-lector-sociaal-werk',
    'https://teams.example/l/meetup-join/19%3ameeting_NjA0YzQ3ZGItNjQ3Zi00YzQ3LWI3@thread.v2/0',
  ])('but not an ordinary one: %s', url => {
    expect(problemWith('reminder_day', 'extra', `Zie ${url}`)).toBeUndefined()
  })

  test('the address of an online room, of whatever event', () => {
    const { db, low, top, at } = openTree()
    makeEvent(db, low, { roomUrl: 'https://meet.example.org/Geheim/' })
    const { problems } = readTyped(db, at(top), { extra: 'Kom naar meet.example.org/geheim' })
    expect(problems).toEqual({ extra: { code: 'room' } })
  })

  test('and nothing of it is kept', () => {
    const { at, save, rows } = openTree()
    expect(() => save(at(), { lead: 'Goed', subject: '{x}' })).toThrow(Invalid)
    expect(rows()).toEqual([])
  })
})

test.each(LOCALES)('our own texts may be saved as they are, and then none is kept, in %s', locale => {
  const { top, at, save, rows } = openTree()
  for (const kind of TEMPLATE_KINDS) save(at(top, kind, locale), ourTexts(locale, kind))
  expect(rows()).toEqual([])
})

test('what a text leaves out is named', () => {
  expect(leftOut('{titel} ({dag}) {dag}', 'Over { TITEL }')).toEqual(['dag'])
  expect(leftOut('{titel}', '')).toEqual(['titel'])
})

test('property: whatever is typed, what is kept has no control characters, and in a line no line break', () => {
  const { db, middle, at, save } = openTree()
  const text = fc.string({ unit: 'binary', maxLength: 120 })
  fc.assert(
    fc.property(text, text, text, (subject, lead, extra) => {
      try {
        save(at(), { subject, lead, extra })
      } catch (error) {
        expect(error).toBeInstanceOf(Invalid)
      }
      const kept = readOwnTexts(db, middle.id, 'nl').confirmed ?? {}
      expect(kept.subject ?? 'x').not.toMatch(/^$|[\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
      for (const paragraph of [kept.lead ?? '', kept.extra ?? '']) {
        expect(paragraph).not.toMatch(/(?!\n)\p{Cc}|\n\n\n/u)
        expect(paragraph.isWellFormed()).toBe(true)
      }
      const names = Object.values(kept).flatMap(placeholdersIn)
      expect(names.filter(name => !['titel', 'dag', 'voornaam'].includes(name))).toEqual([])
    }),
    { numRuns: 150 },
  )
})
