// After a restore: what an owner sees of the mail that waits, and both ways to let it go.
import { describe, expect, test } from 'vitest'
import { auditEntries, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { noteBackup, noteFailedBackup } from '#src/domain/backups.ts'
import { claim, isAnyDue, nextDue } from '#src/domain/claiming.ts'
import { findHold, holdMail } from '#src/domain/holding.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { listMessages, makeEvent, makeRegistration, NOW } from '../../support/world.ts'

const LATER = NOW.add({ hours: 1 })

/** Two who registered before the restore, one after it; one of the two was tried in vain, and waits for another try. */
async function openHeld() {
  const world = await openConsole()
  const { db, group } = world
  const owner = signIn(db, 'olga@example.org', group, 'owner')
  const event = makeEvent(db, group)
  makeRegistration(db, event, { email: 'bea@example.org' })
  makeRegistration(db, event, { email: 'cor@example.org' })
  db.$client.exec(
    "update messages set attempts = 1, due_at = due_at + 7200000 where to_address = 'cor@example.org' and kind = 'confirmed'",
  )
  writeNow(db, tx => holdMail(tx, LATER))
  makeRegistration(db, event, { email: 'fee@example.org' }, LATER.add({ minutes: 1 }))
  world.clock.set(String(LATER.add({ minutes: 2 })))
  const states = () =>
    listMessages(db)
      .filter(({ kind }) => kind === 'confirmed')
      .map(({ state, reason }) => `${state} ${reason}`.trim())
  return { ...world, event, owner, states }
}

describe('while mail is held', () => {
  test('nothing leaves but what somebody waits for', async () => {
    const { db, clock } = await openHeld()
    const now = clock.now()
    expect([isAnyDue(db, 'ordinary', now), nextDue(db, 'ordinary')]).toEqual([false, undefined])
    expect(writeNow(db, tx => claim(tx, 'w', { queue: 'ordinary', limit: 9 }, now))).toEqual([])
    writeNow(db, tx => enqueue(tx, { key: 'my', kind: 'my', toAddress: 'bea@example.org', locale: 'nl' }, now))
    expect(isAnyDue(db, 'urgent', now)).toBe(true)
    expect(writeNow(db, tx => claim(tx, 'w', { queue: 'urgent', limit: 9 }, now))).toHaveLength(1)
  })

  test('the console says so to everybody; only who owns everything is led to it', async () => {
    const { get, owner } = await openHeld()
    for (const url of ['/console', '/console/outbox']) {
      const [mine, theirs] = [(await get(url)).body, (await get(url, owner)).body]
      expect([mine.includes('Alle mail wacht'), theirs.includes('Alle mail wacht')]).toEqual([true, true])
      expect([mine.includes('/console/held-mail'), theirs.includes('/console/held-mail')]).toEqual([false, true])
    }
    expect((await get('/console/held-mail')).statusCode).toBe(404)
  })

  test('an owner sees what waits by kind, and what may have left', async () => {
    const { get, owner } = await openHeld()
    const { body } = await get('/console/held-mail', owner)
    const rows = [...body.matchAll(/<th scope="row">(.+?)<\/th><td[^>]*>(\d+)<\/td><td[^>]*>(\d+)<\/td>/g)]
    expect(rows.map(([, ...cells]) => cells)).toEqual([
      ['Bevestiging van aanmelding', '2', '1'],
      ['Herinnering, een dag ervoor', '0', '3'],
      ['Herinnering, een uur ervoor', '0', '3'],
    ])
    expect(body).toContain('Verstuur alleen die 7')
    expect(body).toContain('Verstuur alle 9 mails')
  })

  test.each([
    ['all', '9', ['queued', 'queued', 'queued']],
    ['certain', '7', ['dropped restored', 'dropped restored', 'queued']],
  ])('%s leaves when the owner says so, and the number shown is still true', async (release, shown, left) => {
    const { db, event, get, post, owner, states } = await openHeld()
    expect((await post('/console/held-mail', { release, recipients: shown })).statusCode).toBe(404)
    makeRegistration(db, event, { email: 'gus@example.org' }, LATER.add({ minutes: 2 }))
    expect((await post('/console/held-mail', { release, recipients: shown }, owner)).statusCode).toBe(409)
    expect(states()).toEqual(['queued', 'queued', 'queued', 'queued'])
    const { body } = await get('/console/held-mail', owner)
    const parts = body.split('<form').map(part => fieldsOf(`<form${part}`, '/console/held-mail'))
    const fields = parts.find(found => found.release === release) ?? {}
    expect((await post('/console/held-mail', fields, owner)).statusCode).toBe(303)
    expect([states(), findHold(db)]).toEqual([[...left, 'queued'], undefined])
    expect(db.select().from(auditEntries).all().at(-1)).toMatchObject({
      action: 'mail_released',
      detail: String(Number(shown) + 3),
    })
    expect((await get('/console/held-mail', owner)).body).toContain('Er wordt geen mail vastgehouden')
    expect((await post('/console/held-mail', fields, owner)).statusCode).toBe(409)
    expect(db.select().from(messages).all()).toHaveLength(12)
  })
})

test('that there is no backup for two days is said to who owns everything', async () => {
  const { db, clock, group, get } = await openConsole()
  const owner = signIn(db, 'olga@example.org', group, 'owner')
  writeNow(db, tx => noteBackup(tx, '2026-11-21', NOW))
  writeNow(db, tx => noteFailedBackup(tx, 'ENOSPC: no space left', NOW.add({ hours: 24 })))
  expect((await get('/console', owner)).body).not.toContain('geen nieuwe reservekopie')
  clock.advance({ hours: 49 })
  const again = signIn(db, 'olga@example.org')
  expect((await get('/console', again)).body).toContain('Er is geen nieuwe reservekopie')
  expect((await get('/console', again)).body).toContain('ENOSPC: no space left')
  expect((await get('/console')).body).not.toContain('geen nieuwe reservekopie')
})
