// The Dutch fixture in six calendar programs: accents, emoji, long lines, hours on both sides of a clock change. All of them
// must show the same moment, title and text.
import { expect, test } from 'vitest'
import { inviteRequest } from '#src/calendar/invite.ts'
import { contextFor, tellStory } from '../calendar/story.ts'
import { type Program, type Read, readerOf, readWithIcalJs, readWithNodeIcal } from '../support/readers.ts'
import { makeEvent, makeGroup, makeRegistration, openWorld } from '../support/world.ts'

const SUMMARY =
  'Één coördinator voor ’t hele gezin: naïef, of juist de oplossing? Drie gemeenten – van Assen tot Zuidhorn – vertellen, ' +
  'met voorbeelden; en jij? 👩‍👩‍👧‍👦 ☕'
const TITLE = 'Financiële zorgen én opvoeden: geëmancipeerd 🤝 samen, coöperatief; “gewoon” doen, 50% + meer \\ minder?'
const MOMENTS: [string, string, string][] = [
  ['2026-10-22T12:00', '2026-10-22T10:00:00Z', '2026-10-22T11:30:00Z'],
  ['2026-10-29T12:00', '2026-10-29T11:00:00Z', '2026-10-29T12:30:00Z'],
  ['2027-03-25T12:00', '2027-03-25T11:00:00Z', '2027-03-25T12:30:00Z'],
  ['2027-04-01T12:00', '2027-04-01T10:00:00Z', '2027-04-01T11:30:00Z'],
]

const requests = makeRequests()
const expected = requests.map(({ read }) => [read])
const contents = requests.map(({ content }) => content)

function makeRequests(): { content: string; read: Read }[] {
  const { db } = openWorld()
  const group = makeGroup(db)
  const now = Temporal.Instant.from('2026-09-01T09:00:00Z')
  return MOMENTS.map(([localStart, start, end]) => {
    const values = { title: TITLE, summary: SUMMARY, speakers: ['Zoë Çelik', 'André'], durationMinutes: 90, localStart }
    const event = makeEvent(db, group, values, now)
    const registration = makeRegistration(db, event, { name: 'Renée "Bé" d’Hondt-Müller' }, now)
    const context = contextFor(event, registration)
    const change = `Kun je toch niet? Wijzig je aanmelding of meld je af:\n${context.personalUrl}`
    const read = {
      ...{ uid: event.uid, start, end, summary: TITLE, location: context.doorUrl },
      description: [context.doorUrl, SUMMARY, 'Met Zoë Çelik, André.', change].join('\n\n'),
      attendees: ['mailto:zoe@example.org'],
      names: ['Renée ’Bé’ d’Hondt-Müller'],
    }
    return { content: inviteRequest(event, registration, context).content, read }
  })
}

test('the fixture has accents, emoji, folded lines and both sides of a clock change', () => {
  expect(contents.join('')).toMatch(/\r\n [^\r]/)
  expect(new Set(MOMENTS.map(([, start]) => start.slice(11)))).toEqual(new Set(['10:00:00Z', '11:00:00Z']))
})

test.each([
  ['ical.js', readWithIcalJs],
  ['node-ical', readWithNodeIcal],
])('§8.16 %s shows the Dutch fixture as it is', (_, read) => {
  expect(contents.map(read)).toEqual(expected)
})

const PROGRAMS: Program[] = ['python3-icalendar', 'python3-vobject', 'libical', 'KCalendarCore']
const everything = Object.values(tellStory())

for (const program of PROGRAMS) {
  const read = readerOf(program)
  test.skipIf(!read)(`§8.16 ${program} shows it as it is, and every other calendar as ical.js does`, () => {
    expect(read?.(contents)).toEqual(expected)
    expect(read?.(everything)).toEqual(everything.map(readWithIcalJs))
  })
}
