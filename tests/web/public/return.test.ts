// A no in the calendar as the personal page tells it, and the way back: from that no, and from being cancelled.
import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { cancelEvent } from '#src/domain/cancellations.ts'
import type { Event } from '#src/domain/events.ts'
import { freeDeclined } from '#src/domain/freeing.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { applyReply, type Reply } from '#src/domain/replies.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { openApp } from '../../support/app.ts'
import { listMessages, makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../../support/world.ts'

async function openOwn(values: Partial<Event> = {}, declineHours: number | null = 24) {
  const world = await openApp()
  const { db, tokens } = world
  const group = makeGroup(db)
  const series = makeSeries(db, group, { declineHours })
  const event = makeEvent(db, group, { slug: 'een', seriesId: series.id, ...values })
  const registration = makeRegistration(db, event)
  writeNow(db, tx => assumeTold(tx, NOW))
  const own = `/registrations/${tokens.sign('registration', { id: registration.id, version: 1 })}`
  const page = async () => (await world.app.inject(own)).body
  const fresh = () => getRegistration(db, registration.id)
  const answer = (more: Partial<Reply> = {}) => {
    const reply = { uid: event.uid, attendee: 'zoe@example.org', partstat: 'declined', sequence: 0 } as const
    writeNow(db, tx => applyReply(tx, { ...reply, stamp: NOW, isProven: true, ...more }, NOW))
  }
  const mails = () =>
    listMessages(db)
      .filter(({ kind, state }) => !kind.startsWith('reminder') && state === 'queued')
      .map(({ kind }) => kind)
  const cancel = () => writeNow(db, tx => cancelRegistration(tx, registration, 'attendee', NOW))
  return { ...world, event, registration, own, page, fresh, answer, mails, cancel }
}

describe('after a no in the calendar', () => {
  test('the list of everything asks whether they come', async () => {
    const { app, tokens, registration, answer, page } = await openOwn()
    const mine = `/my/${tokens.sign('my', { id: registration.personId, version: 1 })}`
    expect((await app.inject(mine)).body).not.toContain('kom je?')
    answer()
    expect((await app.inject(mine)).body).toContain('<span class="badge warm">kom je?</span>')
    expect(await page()).toContain('Kom je wel of niet?')
  })

  test('the page says when the place comes free, and asks with both buttons', async () => {
    const { own, page, answer } = await openOwn()
    expect(await page()).not.toContain(`action="${own}/return"`)
    answer()
    const body = await page()
    expect(body).toContain('<h1>Je bent aangemeld</h1>')
    expect(body).toContain('<h2>In je agenda heb je nee gezegd</h2>')
    expect(body).toContain('Je plaats komt vrij op zondag 22 november, 10.00 uur.')
    expect(body).toMatch(new RegExp(`action="${own}/return"><button[^>]*>Ik kom wel</button>`))
    expect(body).toMatch(new RegExp(`action="${own}/cancellation"><button[^>]*>Ik kom niet, meld me af</button>`))
  })

  test('in English as well', async () => {
    const { app, own, answer } = await openOwn()
    answer()
    const { body } = await app.inject(`${own}?lang=en`)
    expect(body).toContain('Your place comes free on Sunday 22 November')
    expect(body).toContain('I am coming<')
  })

  test('that frees nothing by itself, or may not be theirs, it says so', async () => {
    const stays = await openOwn({}, null)
    stays.answer()
    expect(await stays.page()).toContain('Je plaats blijft van jou tot je je afmeldt.')
    const doubt = await openOwn()
    doubt.answer({ isProven: false })
    const body = await doubt.page()
    expect(body).toContain('<h2>We kregen een nee uit je agenda</h2>')
    expect(body).toContain('We weten niet zeker of die van jou kwam.')
    expect(body).not.toContain('komt vrij op')
  })

  test('looking changes nothing; the button takes the no back, and a new invite follows', async () => {
    const { app, own, post, answer, fresh, page, mails } = await openOwn()
    answer()
    const before = fresh()
    for (const method of ['GET', 'HEAD'] as const) {
      for (const url of [own, `${own}/return`]) await app.inject({ method, url })
    }
    expect(fresh()).toEqual(before)
    const { statusCode, headers } = await post(`${own}/return`)
    expect([statusCode, headers.location]).toEqual([303, own])
    expect(fresh()).toMatchObject({ status: 'confirmed', declinedAt: null, freesAt: null })
    expect(await page()).not.toContain('nee gezegd')
    expect(mails()).toEqual(['declined', 'confirmed'])
    await post(`${own}/return`)
    expect(mails()).toEqual(['declined', 'confirmed'])
  })

  test('the other button cancels', async () => {
    const { own, post, answer, fresh, mails } = await openOwn()
    answer()
    expect((await post(`${own}/cancellation`)).statusCode).toBe(303)
    expect(fresh()).toMatchObject({ status: 'cancelled', declinedAt: null, freesAt: null })
    expect(mails()).toEqual(['declined', 'unregistered'])
  })

  test('once it has begun the page no longer asks', async () => {
    const { clock, own, page, post, answer, fresh } = await openOwn()
    answer()
    clock.set('2026-12-03T11:00:00Z')
    expect(await page()).not.toContain('nee gezegd')
    expect((await post(`${own}/return`)).statusCode).toBe(409)
    expect(fresh().declinedAt).toEqual(NOW)
  })
})

describe('who is cancelled', () => {
  test('comes back with one button, to a place', async () => {
    const { own, post, page, cancel, fresh } = await openOwn()
    cancel()
    const body = await page()
    expect(body).toContain('Toch weer meedoen')
    expect(body).toContain('Anders kom je op de wachtlijst.')
    expect((await post(`${own}/return`)).headers.location).toBe(own)
    expect(fresh()).toMatchObject({ status: 'confirmed', sequence: 2 })
    expect(await page()).toContain('<h1>Je bent aangemeld</h1>')
  })

  test('or to the waiting list, when the place went to somebody else', async () => {
    const { db, event, own, post, page, answer } = await openOwn({ capacityOnline: 1 })
    makeRegistration(db, event, { email: 'bo@example.org' })
    answer()
    writeNow(db, tx => freeDeclined(tx, NOW.add({ hours: 24 })))
    expect(await page()).toContain('<h1>Je bent afgemeld</h1>')
    await post(`${own}/return`)
    expect(await page()).toContain('<h1>Je staat op de wachtlijst</h1>')
  })

  test('cannot once it has begun, or when it does not take place', async () => {
    const begun = await openOwn()
    begun.cancel()
    begun.clock.set('2026-12-03T11:00:00Z')
    expect(await begun.page()).not.toContain('Toch weer meedoen')
    expect((await begun.post(`${begun.own}/return`)).statusCode).toBe(409)
    expect(begun.fresh().status).toBe('cancelled')
    const off = await openOwn()
    off.cancel()
    const editor = { organiserId: null, revision: off.event.revision }
    writeNow(off.db, tx => cancelEvent(tx, off.event, '', editor, NOW))
    expect(await off.page()).not.toContain('Toch weer meedoen')
    expect((await off.post(`${off.own}/return`)).statusCode).toBe(409)
  })

  test('with a link that is not ours there is nothing', async () => {
    const { app, post } = await openOwn()
    const own = `/registrations/1-1-${'x'.repeat(43)}/return`
    expect((await app.inject(own)).statusCode).toBe(404)
    expect((await post(own)).statusCode).toBe(404)
  })

  test('from another site nothing happens', async () => {
    const { app, own, cancel, fresh } = await openOwn()
    cancel()
    const { statusCode } = await app.inject({
      method: 'POST',
      url: `${own}/return`,
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(statusCode).toBe(403)
    expect(fresh().status).toBe('cancelled')
  })
})
