// Every calendar we make, byte for byte. After a change that is meant: UPDATE_GOLDEN=1 vitest run tests/calendar, and read
// the difference.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tellStory } from './story.ts'

const calendars = tellStory()
const golden = (name: string) => new URL(`./golden/${name}.ics`, import.meta.url)

test.each(Object.entries(calendars))('%s is what it was', (name, content) => {
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden(name), content)
  expect(content).toBe(readFileSync(golden(name), 'utf8'))
})

test('there is one of every kind', () => {
  expect(Object.keys(calendars).toSorted()).toEqual([
    'cancel',
    'download',
    'download-own',
    'feed-personal',
    'feed-programme',
    'feed-public',
    'request',
    'request-asks',
    'request-in-person',
    'request-programme',
    'un-invite',
    'update',
    'update-answered',
    'update-speaker',
    'workshop-cancel',
    'workshop-left',
    'workshop-request',
    'workshop-update',
  ])
})

test.each([
  ['UTC', '11:00'],
  ['Europe/Amsterdam', '12:00'],
  ['America/New_York', '06:00'],
  ['Asia/Kolkata', '16:30'],
])('§8.5 F4 every calendar has the same bytes on a machine in %s', (TZ, clock) => {
  const story = `${import.meta.dirname}/story.ts`
  const printed = execFileSync(process.execPath, [story], { env: { ...process.env, TZ }, encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual({ clock, calendars })
})

test('the same is said each time it is written', () => expect(tellStory()).toEqual(calendars))
