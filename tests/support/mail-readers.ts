// What the reader of a mail can do behind its links, done as a person would: the page is opened and a button is pressed.
import { expect } from 'vitest'
import { doorOpensAt } from '#src/domain/door.ts'
import { findFollower } from '#src/domain/followers.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { findPerson } from '#src/domain/people.ts'
import { findSubscription, listWishes } from '#src/domain/subscriptions.ts'
import { type House, ME, NEW, ROOM } from './house.ts'
import { type Visitor, visit } from './visitor.ts'

/** What a reader does, and sees happen. */
export type Deed = (house: House, paths: Paths) => Promise<void>

/** The addresses of a mail as paths of our website: all of them, and the one that leads somewhere. */
export function pathsOf(house: House, links: string[]) {
  const all = links.map(link => link.replace(house.url, '') || '/')
  const to = (start: RegExp): string => {
    const path = all.find(one => start.test(one))
    if (!path) throw new Error(`no link to ${start} among ${all}`)
    return path
  }
  return { all, to }
}
export type Paths = ReturnType<typeof pathsOf>

/** Opens a page of the mail and presses the button of its form. */
async function press(house: House, path: string, form: RegExp, fields = {}): Promise<Visitor> {
  const reader = visit(house.url)
  await reader.open(path)
  await reader.submit(form, fields)
  expect(reader.status()).toBe(200)
  return reader
}

export const unregisters: Deed = async (house, paths) => {
  await press(house, paths.to(/^\/registrations\//), /\/cancellation$/)
  expect(house.of(ME)).toMatchObject({ status: 'cancelled', cancelledBy: 'attendee' })
}
export const takesThePlace: Deed = async (house, paths) => {
  expect(house.of(ME).status).toBe('waitlisted')
  await press(house, paths.to(/^\/registrations\//), /\/place$/)
  expect(house.of(ME).status).toBe('confirmed')
}
/** Their own page of the series, from any mail about it. */
export const leavesSeries: Deed = async (house, paths) => {
  await press(house, paths.to(/^\/enrolments\//), /\/cancellation$/)
  expect(house.enrolled(ME)).toMatchObject({ status: 'cancelled', leftBy: 'attendee' })
}
export const asksForInvites: Deed = async (house, paths) => {
  expect(house.enrolled(ME).invitesSince).toBeNull()
  await press(house, paths.to(/^\/enrolments\//), /\/invites$/, { invites: 'yes' })
  expect(house.enrolled(ME).invitesSince).toEqual(house.clock.now())
}
export const joinsSeries: Deed = async (house, paths) => {
  const person = { name: 'Zoë de Vries', email: ME, role: 'practice' }
  await press(house, paths.to(/^\/series\//), /\/registrations$/, person)
  expect(house.enrolled(ME).status).toBe('confirmed')
}
/** One POST, from a page that says what for. */
export const saysYes: Deed = async (house, paths) => {
  expect(house.of(ME).partConfirmedAt).toBeNull()
  await press(house, paths.to(/^\/registrations\//), /\/confirmation$/)
  expect(house.of(ME)).toMatchObject({ status: 'confirmed', part: 'speaker', partConfirmedAt: house.clock.now() })
}
export const comesAfterAll: Deed = async (house, paths) => {
  expect(house.of(ME).declinedAt).not.toBeNull()
  await press(house, paths.to(/^\/registrations\//), /\/return$/)
  expect(house.of(ME)).toMatchObject({ status: 'confirmed', declinedAt: null, freesAt: null })
}
export const goesIn: Deed = async (house, paths) => {
  const path = paths.to(/^\/join\//)
  house.clock.set(doorOpensAt(house.event()).toString())
  const door = await (await fetch(house.url + path)).text()
  expect(door).toContain(`action="${path}"`)
  // The room is somebody else's: whoever knocks is led there, and we look no further.
  const headers = { 'sec-fetch-site': 'same-origin' }
  const answer = await fetch(house.url + path, { method: 'POST', headers, redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, ROOM])
  expect(house.of(ME).attendedAt).toEqual(house.clock.now())
}
/** A mail program's one click: a POST from elsewhere, without cookies (RFC 8058 §3.1). */
const oneClick = async (house: House, path: string) => {
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
  const answer = await fetch(house.url + path, { method: 'POST', body, redirect: 'manual' })
  expect(answer.status).toBe(200)
}
export const stopsReminders: Deed = async (house, paths) => {
  await oneClick(house, paths.to(/^\/unsubscribe\//))
  expect(house.of(ME).remindersStoppedAt).toEqual(house.clock.now())
}
export const stopsNewsletters: Deed = async (house, paths) => {
  await oneClick(house, paths.to(/^\/unsubscribe\//))
  expect(lettersOf(house)).toEqual([])
}
/** Which letters they get. */
const lettersOf = ({ db }: House) => {
  const subscription = findSubscription(db, findPerson(db, ME)?.id ?? 0)
  return subscription ? listWishes(db, subscription.id).map(({ letter }) => letter) : undefined
}
export const stopsAnnouncements: Deed = stopsNewsletters
/** One POST, from a page that says what for. */
export const provesSubscription: Deed = async (house, paths) => {
  expect(lettersOf(house)).toBeUndefined()
  await press(house, paths.to(/^\/subscription-proofs\//), /^\/subscription-proofs\//)
  expect(lettersOf(house)).toEqual(['newsletter'])
}
export const stopsSummaries: Deed = async (house, paths) => {
  await oneClick(house, paths.to(/^\/unsubscribe\//))
  expect(findOrganiser(house.db, ME)?.summaryStoppedAt).toEqual(house.clock.now())
}
export const registers: Deed = async (house, paths) => {
  const path = paths.to(/^\/events\//)
  await press(house, path, /\/registrations$/, { name: 'Zoë de Vries', email: ME, role: 'practice' })
  expect(house.of(ME).status).toBe('confirmed')
}
/** The form of who was asked to come, and of nobody else. */
export const comesAsAsked: Deed = async (house, paths) => {
  const path = paths.to(/^\/invited\//)
  await press(house, path, /\/registrations$/, { name: 'Zoë de Vries', email: ME, role: 'practice' })
  expect(house.of(ME).status).toBe('confirmed')
}
export const signsIn: Deed = async (house, paths) => {
  const reader = await press(house, paths.to(/^\/sign-in\//), /^\/sign-in\//)
  expect(reader.path()).toBe('/console')
}
export const acceptsInvitation: Deed = async (house, paths) => {
  const path = paths.to(/^\/invitations\//)
  const reader = await press(house, path, /^\/invitations\//, { name: 'Zoë de Vries' })
  expect(reader.path()).toBe('/console')
}
export const provesAddress: Deed = async (house, paths) => {
  await press(house, paths.to(/^\/addresses\//), /^\/addresses\//)
  expect([house.of(ME).status, house.of(NEW).status]).toEqual(['cancelled', 'confirmed'])
}
export const changesFeed: Deed = async (house, paths) => {
  const page = await visit(house.url).open(paths.to(/^\/my\/[^#]+#follow$/))
  const feed = /\/people\/[\w-]+\.ics/.exec(page)?.[0] ?? ''
  expect((await fetch(house.url + feed)).status).toBe(200)
  await press(house, paths.to(/^\/my\//), /\/feed$/)
  expect(findPerson(house.db, ME)?.feedVersion).toBe(2)
  expect((await fetch(house.url + feed)).status).toBe(404)
}
export const provesFollower: Deed = async (house, paths) => {
  expect(findFollower(house.db, 1)?.provenAt).toBeNull()
  await press(house, paths.to(/^\/followers\//), /^\/followers\//)
  expect(findFollower(house.db, 1)?.provenAt).toEqual(house.clock.now())
}
export const stopsFollowing: Deed = async (house, paths) => {
  await oneClick(house, paths.to(/^\/unsubscribe\//))
  expect(findFollower(house.db, 1)).toBeUndefined()
}
/** One that was answered can be recognised no more: its page has nothing to press. */
export const readsAnswer: Deed = async (house, paths) => {
  expect(await visit(house.url).open(paths.to(/^\/questions\//))).not.toMatch(/method="post"/i)
}
/** Behind these links there is nothing to decide. */
export const onlyReads: Deed = async (house, paths) => {
  for (const path of paths.all) expect(await visit(house.url).open(path)).not.toMatch(/method="post"/i)
}
