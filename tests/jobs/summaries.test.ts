// The daily summary on its way: planned by the worker at eight, written from what is true when it leaves.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, organisers } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { listLines, tick } from '#src/domain/run-sheets.ts'
import { openPostOffice, type PostOffice } from '../support/postoffice.ts'
import { makeEvent, makeGroup, makeSeries, NOW } from '../support/world.ts'

const EIGHT = '2026-11-22T07:00:00Z'
const ME = 'otto@example.org'

/** Two events with something overdue, and the program running since the day before. */
async function openMorning() {
  const office = await openPostOffice()
  const { db, clock } = office
  const group = makeGroup(db)
  const { id: seriesId } = makeSeries(db, group)
  const first = makeEvent(db, group, { seriesId, title: 'Schuld & schaamte', speakers: ['Zoë'] })
  const second = makeEvent(db, group, { title: 'In de wijk', localStart: '2026-12-17T12:00', description: 'Tekst.' })
  const me = writeNow(db, tx => {
    const made = createOrganiser(tx, ME, 'Otto', NOW)
    grant(tx, made, group, 'organiser')
    return made
  })
  await office.deliver()
  const summaries = () => office.messages().filter(({ kind }) => kind === 'tasks')
  const done = () => {
    for (const event of [first, second])
      db.update(events)
        .set({ speakers: ['Zoë'], description: 'Tekst.' })
        .where(eq(events.id, event.id))
        .run()
  }
  const morning = async (moment = EIGHT) => {
    clock.set(moment)
    await office.deliver()
  }
  return { ...office, group, first, second, me, summaries, done, morning }
}

const textOf = ({ mailbox }: { mailbox: PostOffice['mailbox'] }, index = 0) => mailbox.received[index]?.mail.text ?? ''

test('one mail to each, with what is overdue by event, the day it was due and the way to the run sheet', async () => {
  const office = await openMorning()
  expect(office.mailbox.received).toEqual([])
  await office.morning()
  await office.morning('2026-11-22T16:00:00Z')
  const [received] = office.mailbox.received
  expect([office.mailbox.received.length, received?.to]).toEqual([1, [ME]])
  const text = textOf(office)
  expect(received?.mail.subject).toBe('Draaiboek: dit is te laat')
  expect(text).toContain(
    'do 3 dec: Schuld & schaamte\n  Tekst klaar: had klaar moeten zijn op do 12 nov, 10 dagen geleden\n' +
      `  https://agenda.example.org/console/events/${office.first.id}/run-sheet\n\n` +
      'do 17 dec: In de wijk\n  Spreker gevraagd: had klaar moeten zijn op do 19 nov, 3 dagen geleden\n' +
      `  https://agenda.example.org/console/events/${office.second.id}/run-sheet`,
  )
  expect(text).not.toMatch(/meet\.example\.org|Gastheer/)
  const headers = received?.mail.headers.map(({ key, value }) => [key, value]) ?? []
  const stop = office.tokens.sign('summaries', { id: office.me.id, version: 1 })
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-aanschuiven-message': 'tasks',
    'auto-submitted': 'auto-generated',
    'list-unsubscribe': `<https://agenda.example.org/unsubscribe/${stop}>`,
    'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
  })
  await office.close()
})

test('comes in the language of the organiser', async () => {
  const office = await openMorning()
  office.db.update(organisers).set({ locale: 'en' }).run()
  await office.morning()
  expect(textOf(office)).toContain('Text ready: was due on Thu 12 Nov, 10 days ago')
  expect(textOf(office)).toContain(`/console/events/${office.first.id}/run-sheet?lang=en`)
  await office.close()
})

describe('says what is true when it leaves', () => {
  /** The mail server is away at eight and back at ten. */
  async function delayed(meanwhile: (office: Awaited<ReturnType<typeof openMorning>>) => void) {
    const office = await openMorning()
    office.mailbox.next('greylist')
    await office.morning()
    expect(office.summaries().map(({ state, attempts }) => [state, attempts])).toEqual([['queued', 1]])
    meanwhile(office)
    await office.morning('2026-11-22T09:00:00Z')
    return office
  }

  test('without what was seen to since, also where it had been written already', async () => {
    const office = await delayed(({ db, second, me }) => {
      const [speaker] = listLines(db, { eventId: second.id })
      writeNow(db, tx => tick(tx, second, speaker?.id ?? 0, me.id, NOW))
    })
    const sent = office.mailbox.received.filter(({ mail }) => mail.text?.includes('Schuld & schaamte'))
    expect(sent.at(-1)?.mail.text).not.toContain('In de wijk')
    expect(office.summaries().map(({ state, attempts }) => [state, attempts])).toEqual([['sent', 2]])
    await office.close()
  })

  test('or not at all, once nothing is overdue', async () => {
    const office = await delayed(({ done }) => done())
    expect(office.summaries().map(({ state, reason }) => [state, reason])).toEqual([['dropped', 'all_done']])
    await office.close()
  })

  test('nor to who stopped it', async () => {
    const stopped = await delayed(({ db }) => db.update(organisers).set({ summaryStoppedAt: NOW }).run())
    expect(stopped.summaries().map(({ state, reason }) => [state, reason])).toEqual([['dropped', 'unsubscribed']])
    await stopped.close()
  })

  test('nor on a later day: the next one has its own', async () => {
    const office = await openMorning()
    office.mailbox.always('greylist')
    await office.morning()
    office.mailbox.always('accept')
    office.done()
    await office.morning('2026-11-23T07:00:00Z')
    expect(office.summaries().map(({ key, state, reason }) => [key, state, reason])).toEqual([
      [`tasks:${office.me.id}:2026-11-22`, 'dropped', 'expired'],
    ])
    await office.close()
  })
})
