// Organisers have an end date too: what is left of who has no right any more, of who was asked and never came, and what
// they are told about themselves.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import {
  auditEntries,
  invitations,
  memberships,
  messages,
  organiserSessions,
  organisers,
  passkeys,
} from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { audit } from '#src/domain/audit.ts'
import { accept, invite } from '#src/domain/invitations.ts'
import { eraseOrganiserAt, exportOrganiser } from '#src/domain/organiser-privacy.ts'
import { startSession } from '#src/domain/organiser-sessions.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { addPasskey } from '#src/domain/passkeys.ts'
import { sweepAt } from '../support/swept.ts'
import { makeGroup, NOW, openWorld } from '../support/world.ts'

const at = (text: string) => Temporal.Instant.from(text)

/** Olga owns the group; Fred was an organiser and is in nothing any more; Ilse was asked. */
function world() {
  const { db } = openWorld()
  const group = makeGroup(db)
  const [olga, fred] = writeNow(db, tx => {
    const [owner, former] = [
      ['olga', 'Olga'],
      ['fred', 'Fred'],
    ].map(([email, name = '']) => createOrganiser(tx, `${email}@example.org`, name, NOW))
    if (!owner || !former) throw new Error('nobody')
    grant(tx, owner, group, 'owner')
    audit(tx, { action: 'group_edited', organiserId: former.id, groupId: group.id }, NOW)
    startSession(tx, former.id, 'link', NOW)
    addPasskey(tx, former, { id: 'k', publicKey: Buffer.from('k'), counter: 0, transports: [] }, 'Telefoon', NOW)
    invite(tx, owner, 'noord', { email: 'ilse@example.org', right: 'host', locale: 'nl' }, NOW)
    return [owner, former]
  })
  const addresses = () =>
    db
      .select()
      .from(organisers)
      .all()
      .map(({ name, email }) => [name, email])
  return { db, group, olga, fred, addresses }
}

describe('an organiser without a right', () => {
  test('is forgotten a year after the last thing they did, and what they did is nobody’s then', () => {
    const { db, fred, addresses } = world()
    const sweep = (moment: string) => sweepAt(db, at(moment))
    sweep('2027-11-21T08:59:59Z')
    expect(addresses()).toEqual([
      ['Olga', 'olga@example.org'],
      ['Fred', 'fred@example.org'],
    ])
    sweep('2027-11-21T09:00:01Z')
    expect(addresses()).toEqual([
      ['Olga', 'olga@example.org'],
      ['', `${fred.id}@former.invalid`],
    ])
    expect(db.select().from(passkeys).all()).toEqual([])
    expect(db.select().from(organiserSessions).all()).toEqual([])
    expect(db.select().from(auditEntries).where(eq(auditEntries.organiserId, fred.id)).all()).toHaveLength(2)
    sweep('2028-11-21T09:00:00Z')
    expect(addresses()).toEqual([
      ['Olga', 'olga@example.org'],
      ['', `${fred.id}@former.invalid`],
    ])
  })

  test('with a right nobody is, however long ago they did anything', () => {
    const { db, group, fred, addresses } = world()
    writeNow(db, tx => grant(tx, fred, group, 'viewer'))
    sweepAt(db, at('2036-01-01T00:00:00Z'))
    expect(addresses()).toContainEqual(['Fred', 'fred@example.org'])
  })
})

test('an invitation goes a month after it ended; its mail names it no more', () => {
  const { db } = world()
  sweepAt(db, at('2027-01-04T09:00:00Z'))
  expect(db.select().from(invitations).all()).toHaveLength(1)
  sweepAt(db, at('2027-01-04T09:00:01Z'))
  expect(db.select().from(invitations).all()).toEqual([])
  expect(
    db
      .select()
      .from(messages)
      .all()
      .map(({ invitationId }) => invitationId),
  ).toEqual([null])
})

test('the file for somebody themselves tells what they may, with which devices, and what they were asked', () => {
  const { db, group, fred } = world()
  writeNow(db, tx => grant(tx, fred, group, 'organiser'))
  expect(exportOrganiser(db, 'fred@example.org')).toEqual({
    organiser: {
      name: 'Fred',
      language: 'nl',
      since: '2026-11-21T09:00:00Z',
      rights: [{ group: 'Werkplaats Noord', right: 'organiser' }],
      passkeys: [{ name: 'Telefoon', since: '2026-11-21T09:00:00Z' }],
      sessions: [{ since: '2026-11-21T09:00:00Z', method: 'link', device: '' }],
    },
    invitations: [],
  })
  expect(exportOrganiser(db, 'ilse@example.org')).toEqual({
    organiser: undefined,
    invitations: [{ group: 'Werkplaats Noord', right: 'host', askedAt: '2026-11-21T09:00:00Z' }],
  })
  expect(exportOrganiser(db, 'niemand@example.org')).toBeUndefined()
})

test('erasing leaves nothing of an organiser without a right, nor of who was asked; one with a right stays as they are', () => {
  const { db, fred, addresses } = world()
  const erase = (email: string) => writeNow(db, tx => eraseOrganiserAt(tx, email, NOW))
  expect(erase('olga@example.org')).toBe(false)
  expect([erase('ilse@example.org'), erase('fred@example.org')]).toEqual([true, true])
  expect(addresses()).toEqual([
    ['Olga', 'olga@example.org'],
    ['', `${fred.id}@former.invalid`],
  ])
  expect([db.select().from(invitations).all(), db.select().from(messages).all()]).toEqual([[], []])
  expect(db.select().from(memberships).all()).toHaveLength(1)
})

test('whoever was erased and is asked again, comes back as somebody new', () => {
  const { db, olga, fred } = world()
  writeNow(db, tx => eraseOrganiserAt(tx, 'fred@example.org', NOW))
  const { organiser, session } = writeNow(db, tx => {
    const { id } = invite(tx, olga, 'noord', { email: 'fred@example.org', right: 'host', locale: 'nl' }, NOW)
    return accept(tx, id, 'Fred', NOW)
  })
  expect(organiser.id).not.toBe(fred.id)
  expect(session).toBeDefined()
})
