// The mail after an event over real SMTP: who was there gets one, who was not another, with what is kept of it at that moment; and
// nobody gets two.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { events, feedbackMarks, registrations, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { countAudiences } from '#src/domain/audiences.ts'
import { setTerms } from '#src/domain/certificates.ts'
import { getEvent } from '#src/domain/events.ts'
import { feedbackTurn } from '#src/domain/feedback.ts'
import { editVersionOf, saveQuestions } from '#src/domain/feedback-questions.ts'
import { listFollowUps, prepareFollowUps } from '#src/domain/follow-ups.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { release, testMailing } from '#src/domain/releases.ts'
import { openPostOffice } from '../support/postoffice.ts'
import { headersOf, type Received } from '../support/smtp.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, NOW } from '../support/world.ts'

const AFTER = '2026-12-03T12:00:00Z'
const FILE = `1-${'a'.repeat(26)}.pdf`

/** Ann was there, Bob was not, and Cas cancels in time. */
async function open() {
  const office = await openPostOffice()
  const { db, clock } = office
  const group = makeGroup(db, { email: 'noord@example.org' })
  const monthly = makeSeries(db, group)
  const { id } = makeEvent(db, group, { seriesId: monthly.id })
  const event = () => getEvent(db, id)
  const organiser = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  for (const name of ['ann', 'bob']) makeRegistration(db, event(), { name, email: `${name}@example.org` })
  db.update(registrations)
    .set({ attendedAt: event().startsAt, attendanceSource: 'by_hand' })
    .where(eq(registrations.name, 'ann'))
    .run()
  db.update(events).set({ yield: 'Drie buurten <doen> mee.' }).run()
  await office.deliver()
  const before = office.mailbox.received.length
  const add = (title: string, values: object = { url: 'https://v.example.org/1' }) =>
    writeNow(db, tx => addMaterial(tx, { eventId: id, kind: 'slides', title, url: '', ...values }))
  const send = () => {
    for (const mailing of writeNow(db, tx => prepareFollowUps(tx, event(), 'nl', organiser.id, clock.now()))) {
      const shown = countAudiences(db, event(), clock.now(), 'follow_up')[mailing.audience].reached
      const releaser = { organiserId: organiser.id, revision: 1, shown }
      if (shown) writeNow(db, tx => release(tx, mailing, event(), releaser, clock.now()))
    }
  }
  const mailed = () => office.mailbox.received.slice(before)
  const to = (name: string) => {
    const found = mailed().filter(one => one.to.includes(`${name}@example.org`))
    expect(found).toHaveLength(1)
    return found[0] as Received
  }
  return { ...office, monthly, event, organiser, add, send, mailed, to }
}

const headerOf = ({ raw }: Received) => headersOf(raw.toString('latin1').split('\r\n\r\n')[0] ?? '')

test('each gets their own text, with what was placed until it left, and the way to the page', async () => {
  const { clock, send, add, deliver, to, mailed, close } = await open()
  clock.set(AFTER)
  add('Dia’s van Zoë', { file: FILE, fileName: 'dia-s.pdf', format: 'pdf', size: 2_400_000 })
  send()
  add('De opname', { kind: 'recording', url: 'https://v.example.org/1' })
  clock.advance({ minutes: 2 })
  await deliver()
  await deliver()
  expect(mailed()).toHaveLength(2)
  const [ann, bob] = [to('ann').mail, to('bob').mail]
  expect([ann.subject, bob.subject]).toEqual([
    'Terugkijken: Eén gezin, één plan: lukt dat?',
    'Gemist: Eén gezin, één plan: lukt dat?',
  ])
  expect(ann.text).toContain('Fijn dat je er was op donderdag 3 december.')
  expect(bob.text).toContain('We hebben je gemist op donderdag 3 december.')
  for (const { text = '', html } of [ann, bob]) {
    expect(text).toMatch(
      /Wat het opleverde: Drie buurten <doen> mee\.[\s\S]*Opname: De opname[\s\S]*Presentatie: Dia’s van Zoë/,
    )
    expect(text).toContain(`https://agenda.example.org/materials/${FILE}`)
    expect(text).toContain('pdf, 2,4 MB')
    expect(text).toContain('https://agenda.example.org/events/een-gezin-een-plan-lukt-dat')
    expect(String(html)).toContain('Drie buurten &lt;doen&gt; mee.')
  }
  await close()
})

test('the program wrote it, it answers to the group, stands in the thread, and one click stops what comes after', async () => {
  const { clock, send, deliver, to, close } = await open()
  clock.set(AFTER)
  send()
  clock.advance({ minutes: 2 })
  await deliver()
  const headers = headerOf(to('ann'))
  expect(headers).toMatchObject({
    'auto-submitted': 'auto-generated',
    'list-unsubscribe': expect.stringMatching(/^<https:\/\/agenda\.example\.org\/unsubscribe\/[^,>]+>$/),
    'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    'in-reply-to': expect.stringMatching(/@/),
    'x-aanschuiven-message': 'mailing',
  })
  expect(headers.precedence).toBeUndefined()
  await close()
})

test('with nothing kept it can be sent by hand all the same, and promises no list', async () => {
  const { db, clock, send, deliver, to, close } = await open()
  db.update(events).set({ yield: '' }).run()
  clock.set(AFTER)
  send()
  clock.advance({ minutes: 2 })
  await deliver()
  expect(to('ann').mail.text).not.toContain('Wat het opleverde')
  await close()
})

describe('what its reader can still do', () => {
  const FEEDBACK = /https:\/\/agenda\.example\.org\/feedback\/[\w.~-]+/g
  const CERTIFICATE = /https:\/\/agenda\.example\.org\/registrations\/[\w.~-]+\/certificate\.pdf/g
  /** The registration of who was there. */
  const seenIn = (db: Db) => {
    const seen = db.select().from(registrations).where(eq(registrations.name, 'ann')).get()
    if (!seen) throw new Error('nobody was there')
    return seen
  }
  /** How often each way stands in the text, and in the HTML. */
  const ways = ({ mail: { text = '', html } }: Received) =>
    [FEEDBACK, CERTIFICATE].map(way => [text, String(html)].map(body => new Set(body.match(way)).size))

  test('who was there says what they thought of it and has a certificate; who was not has neither', async () => {
    const { db, clock, event, organiser, send, deliver, to, close } = await open()
    clock.set(AFTER)
    const terms = { areGiven: true, signer: 'Projectleider', pauseMinutes: 10, accreditations: [] }
    writeNow(db, tx => setTerms(tx, event(), terms, organiser.id, clock.now()))
    send()
    clock.advance({ minutes: 2 })
    await deliver()
    const [ann, bob] = [to('ann'), to('bob')]
    expect([ways(ann), ways(bob)]).toEqual([
      [
        [1, 1],
        [1, 1],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ])
    expect(ann.mail.text).toContain('Download je certificaat (PDF)')
    expect(ann.mail.text).toContain('Wat vond je ervan? Een paar vragen, zonder je naam. Het kost twee minuten.')
    expect(bob.mail.text).not.toMatch(/certificaat|Wat vond je ervan/)
    await close()
  })

  test('is said in their language, and no more of it than is open to them', async () => {
    const { db, clock, event, send, deliver, to, close } = await open()
    db.update(registrations).set({ locale: 'en' }).where(eq(registrations.name, 'ann')).run()
    clock.set(AFTER)
    send()
    clock.advance({ minutes: 2 })
    await deliver()
    const ann = to('ann')
    expect(ways(ann)).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect(ann.mail.text).toMatch(/Say what you thought of it[\s\S]*\/feedback\/[\w.~-]+\?lang=en/)
    expect(feedbackTurn(db, event(), seenIn(db), clock.now())).toBe('open')
    await close()
  })

  test('is not asked of who said it, nor where nobody is asked anything; nobody seen: of everybody with a place', async () => {
    const said = await open()
    said.clock.set(AFTER)
    said.db
      .insert(feedbackMarks)
      .values({ registrationId: seenIn(said.db).id })
      .run()
    said.send()
    said.clock.advance({ minutes: 2 })
    await said.deliver()
    expect(ways(said.to('ann'))[0]).toEqual([0, 0])
    await said.close()

    const unseen = await open()
    unseen.db.update(registrations).set({ attendedAt: null, attendanceSource: null }).run()
    unseen.clock.set(AFTER)
    unseen.send()
    unseen.clock.advance({ minutes: 2 })
    await unseen.deliver()
    expect([ways(unseen.to('ann'))[0], ways(unseen.to('bob'))[0]]).toEqual([
      [1, 1],
      [1, 1],
    ])
    await unseen.close()

    const unasked = await open()
    unasked.clock.set(AFTER)
    const of = { eventId: unasked.event().id }
    const nothing = { questions: [], version: editVersionOf(unasked.db, of) }
    writeNow(unasked.db, tx => saveQuestions(tx, of, nothing, unasked.clock.now()))
    unasked.send()
    unasked.clock.advance({ minutes: 2 })
    await unasked.deliver()
    expect(ways(unasked.to('ann'))[0]).toEqual([0, 0])
    await unasked.close()
  })
})

describe('of a series that sends it by itself', () => {
  test('the worker plans it when the event ends and sends it two mornings later, once, also when it starts anew', async () => {
    const { db, clock, monthly, event, add, deliver, restart, to, mailed, close } = await open()
    db.update(series).set({ followUpDays: 2 }).where(eq(series.id, monthly.id)).run()
    add('De opname')
    clock.set(AFTER)
    await deliver()
    expect(listFollowUps(db, event()).map(({ scheduledFor }) => String(scheduledFor))).toEqual(
      Array.from({ length: 3 }, () => '2026-12-05T09:00:00Z'),
    )
    const others = mailed().length
    clock.set('2026-12-05T08:59:00Z')
    await deliver()
    expect(mailed()).toHaveLength(others)
    clock.set('2026-12-05T09:00:00Z')
    await deliver()
    await restart()
    await deliver()
    expect(mailed()).toHaveLength(others + 2)
    expect(to('bob').mail.subject).toBe('Gemist: Eén gezin, één plan: lukt dat?')
    await close()
  })
})

test('a test to oneself reads as it will, and leads to the public page once', async () => {
  const { db, clock, event, organiser, add, deliver, to, close } = await open()
  clock.set(AFTER)
  add('De opname')
  const [mailing] = writeNow(db, tx => prepareFollowUps(tx, event(), 'nl', organiser.id, clock.now()))
  if (!mailing) throw new Error('no follow-up')
  writeNow(db, tx => testMailing(tx, mailing, event(), organiser, clock.now()))
  await deliver()
  const { text = '' } = to('otto').mail
  expect(text).toContain('Dit is een test.')
  expect(text).toContain('De opname')
  expect(text.match(/https:\/\/agenda\.example\.org\/events\//g)).toHaveLength(1)
  expect(text).not.toMatch(/\/feedback\/|certificate\.pdf/)
  await close()
})
