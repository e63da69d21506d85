// What is given of an address, and what is erased: of whoever registered, organises, or was only asked to come.
import { afterEach, describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { erasures, invitees, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { findBulletin } from '#src/domain/bulletins.ts'
import { listErasures, rememberErasure } from '#src/domain/erasures.ts'
import { sendInvitation } from '#src/domain/invitations.ts'
import { addInvitees, askInvitees } from '#src/domain/invitees.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { eraseAttendee, exportAddress, exportWhole } from '#src/domain/own-data.ts'
import { requestMyLink } from '#src/domain/people.ts'
import { bringBack } from '#src/domain/restoring.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { releaseBulletin } from '#src/domain/spreading.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { dumpOf } from '../support/dump.ts'
import { letterWish, makeNewsletter, subscribe } from '../support/letters.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { linksIn } from '../support/scanner.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const EMAIL = 'zoe@example.org'
const TOKEN = /[\w-]{40,}/g

let office: PostOffice | undefined
afterEach(() => office?.close())

/** One of every mail that Zoë can have; also those whose text goes as soon as they have left still have it. */
async function mailZoe(post: PostOffice) {
  const { db, mailbox } = post
  const group = makeGroup(db)
  const event = makeEvent(db, group)
  const zoe = makeRegistration(db, event, { email: EMAIL })
  writeNow(db, tx => {
    const olga = createOrganiser(tx, 'olga@example.org', 'Olga', NOW)
    grant(tx, olga, group, 'owner')
    grant(tx, createOrganiser(tx, EMAIL, 'Zoë', NOW), group, 'host')
    requestSignIn(tx, EMAIL, 'nl', NOW)
    requestMyLink(tx, EMAIL, 'nl', NOW)
    sendInvitation(tx, olga, group, { email: EMAIL, right: 'organiser', locale: 'nl' }, NOW)
    requestAddress(tx, makeRegistration(tx, event, { email: 'oud@example.org' }), 'nieuw@example.org', NOW)
    addInvitees(tx, event, [{ email: EMAIL, name: 'Zoë', organisation: '' }], 'nl', NOW)
  })
  await post.deliver()
  // As the new address of somebody.
  db.update(messages).set({ toAddress: EMAIL }).where(eq(messages.toAddress, 'nieuw@example.org')).run()
  for (const { mail, raw } of mailbox.received)
    db.update(messages)
      .set({ bytes: raw })
      .where(eq(messages.messageId, String(mail.messageId)))
      .run()
  const mine = listMessages(db).filter(({ toAddress }) => toAddress === EMAIL)
  // The reminders have yet to leave.
  expect(mine.filter(({ bytes }) => bytes === null).map(({ kind }) => kind)).toEqual(['reminder_day', 'reminder_hour'])
  return { mine, zoe, event }
}

test('the file opens nothing: it holds no link, token or code of any mail, and still what the others said', async () => {
  office = await openPostOffice()
  const { mine, event } = await mailZoe(office)
  const left = mine.flatMap(({ kind, bytes }) => (bytes ? [kind] : []))
  expect(left.sort()).toEqual(['address', 'confirmed', 'invitation', 'my', 'sign_in'])
  const file = JSON.stringify(await exportWhole(office.db, EMAIL))
  const raws = mine.flatMap(({ bytes }) => bytes ?? [])
  const links = (await Promise.all(raws.map(linksIn))).flat()
  const tokens = [...links.join('\n').matchAll(TOKEN)].map(String)
  expect(tokens.length).toBeGreaterThan(6)
  expect(tokens.filter(token => file.includes(token))).toEqual([])
  expect([...file.matchAll(TOKEN)].map(String)).toEqual([])
  const signIn = office.mailbox.received.find(({ mail }) => /Inloggen|Log in/i.test(mail.subject ?? ''))
  const [code = '', first = '', last = ''] = /\b(\d{3})\s?(\d{3})\b/.exec(signIn?.mail.text ?? '') ?? []
  expect(code).not.toBe('')
  expect([code, `${first}${last}`].filter(one => file.includes(one))).toEqual([])
  const { mailTexts } = JSON.parse(file) as { mailTexts: { kind: string; text: string; invite: string }[] }
  expect(mailTexts).toMatchObject([
    { kind: 'confirmed', text: expect.stringContaining(event.title), invite: expect.stringContaining('BEGIN:VEVENT') },
  ])
  // That the others were mailed is told; only what they say is not.
  expect(exportAddress(office.db, EMAIL)?.mails).toHaveLength(mine.length)
})

describe('somebody who was only asked to come', () => {
  function openAsked() {
    const world = openWorld()
    const event = makeEvent(world.db, makeGroup(world.db))
    writeNow(world.db, tx => {
      addInvitees(tx, event, [{ email: EMAIL, name: 'Zoë', organisation: 'Gemeente' }], 'nl', NOW)
      askInvitees(tx, event, 'new', NOW)
    })
    return { ...world, event }
  }

  test('is told so, and erased', () => {
    const { db, event } = openAsked()
    expect(exportAddress(db, 'niemand@example.org')).toBeUndefined()
    expect(exportAddress(db, EMAIL)).toMatchObject({
      email: EMAIL,
      invitations: [{ event: event.title, name: 'Zoë' }],
      mails: [{ kind: 'invited' }],
    })
    expect(writeNow(db, tx => eraseAttendee(tx, EMAIL, NOW))).toBe(true)
    expect(dumpOf(db)).not.toContain(EMAIL)
    expect(listErasures(db)).toHaveLength(1)
    expect(exportAddress(db, EMAIL)).toBeUndefined()
    expect(writeNow(db, tx => eraseAttendee(tx, EMAIL, NOW))).toBe(false)
  })

  test('and was erased since a backup, is erased again when that is put back', () => {
    const { db } = openAsked()
    // What was written down elsewhere, by the key that the backup has too.
    writeNow(db, tx => rememberErasure(tx, EMAIL, NOW))
    const elsewhere = listErasures(db)
    db.delete(erasures).run()
    const restored = writeNow(db, tx => bringBack(tx, elsewhere, NOW))
    expect(restored).toMatchObject({ erased: 1, withRight: [] })
    expect(db.select().from(invitees).all()).toEqual([])
    expect(dumpOf(db)).not.toContain(EMAIL)
  })
})

test('whoever gets letters, or only asked for them, and was erased since a backup, is erased again when that is put back', () => {
  const { db } = openWorld()
  const group = makeGroup(db)
  const [NEWS, ASKED, STAYS] = ['nieuws@example.org', 'vraagt@example.org', 'blijft@example.org'] as const
  const wishes = [letterWish('newsletter', 'g1')]
  for (const email of [NEWS, STAYS]) subscribe(db, email, wishes)
  makeEvent(db, group)
  const { id, revision } = makeNewsletter(db, group)
  const elsewhere = writeNow(db, tx => {
    const ask = (email: string) => requestSubscription(tx, { email, locale: 'nl', wishes }, NOW)
    for (const email of [NEWS, ASKED]) ask(email)
    releaseBulletin(tx, findBulletin(tx, id) as never, { organiserId: null, revision, shown: 2 }, NOW)
    for (const email of [NEWS, ASKED]) rememberErasure(tx, email, NOW)
    const remembered = listErasures(tx)
    tx.delete(erasures).run()
    return remembered
  })
  const restored = writeNow(db, tx => bringBack(tx, elsewhere, NOW))
  expect(restored).toMatchObject({ erased: 2, withRight: [] })
  for (const email of [NEWS, ASKED]) expect(dumpOf(db)).not.toContain(email)
  const copies = listMessages(db).filter(({ kind }) => kind === 'newsletter')
  expect(copies.map(({ toAddress }) => toAddress)).toEqual([STAYS])
})
