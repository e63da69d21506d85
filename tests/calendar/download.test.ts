import { describe, expect, it } from 'vitest'
import { addLinks, eventFile } from '#src/calendar/download.ts'
import { instantOf, parseCalendar, parseEvent } from '../support/calendars.ts'
import { makeEvent, makeGroup, openWorld } from '../support/world.ts'
import { ROOM } from './story.ts'

const { db } = openWorld()
const event = makeEvent(db, makeGroup(db), {
  title: 'Geld & gezin, 50% + meer',
  localStart: '2027-04-01T12:00',
  roomUrl: ROOM,
})
const context = { eventUrl: 'https://agenda.example/events/geld', locale: 'nl' } as const

it('the file beside a page has nobody in it and no method, so that no program starts mailing the organiser', () => {
  const content = eventFile(event, context)
  expect(content).not.toMatch(/^(METHOD|ORGANIZER|ATTENDEE|CONFERENCE)/m)
  expect(content).not.toContain(ROOM)
  expect(parseCalendar(content).method).toBeNull()
  expect(instantOf(parseEvent(content).startDate)).toBe('2027-04-01T10:00:00.000Z')
})

describe('links to web calendars', () => {
  const links = addLinks(event, context)
  const read = (url: string) => Object.fromEntries(new URL(url).searchParams)

  it('Google gets the wall time and its zone', () => {
    expect(links.google.startsWith('https://calendar.google.com/calendar/render?')).toBe(true)
    expect(read(links.google)).toEqual({
      action: 'TEMPLATE',
      text: event.title,
      dates: '20270401T120000/20270401T130000',
      ctz: 'Europe/Amsterdam',
      details: `${context.eventUrl}\n\n${event.summary}`,
      location: 'Online',
    })
  })

  it.each([
    [links.outlookWork, 'https://outlook.office.com'],
    [links.outlookHome, 'https://outlook.live.com'],
  ])('Outlook gets the moment itself', (url, origin) => {
    expect(new URL(url).origin).toBe(origin)
    expect(read(url)).toEqual({
      path: '/calendar/action/compose',
      rru: 'addevent',
      subject: event.title,
      startdt: '2027-04-01T10:00:00Z',
      enddt: '2027-04-01T11:00:00Z',
      body: `${context.eventUrl}\n\n${event.summary}`,
      location: 'Online',
    })
  })

  it('have no plus sign, which Outlook would show', () => {
    expect(Object.values(links).filter(url => url.includes('+'))).toEqual([])
  })
})

it('half a character, as a programme that is read in may have, breaks no link', () => {
  const links = addLinks({ ...event, title: 'Half \ud83d' }, context)
  expect(links.google).toContain('text=Half%20%EF%BF%BD')
})
