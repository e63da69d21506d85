// Who takes part in a whole series, as an organiser sees and changes it; and the form by which people join.
import { expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, enrolments, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { enrol } from '#src/domain/enrolling.ts'
import { listPlaces } from '#src/domain/enrolments.ts'
import { assumeTold } from '#src/domain/telling.ts'
import { openConsole } from '../../support/console.ts'
import { applicant, makeEvent, makeSeries, NOW } from '../../support/world.ts'

const PAGE = '/console/series/eerste-donderdag/enrolments'

async function openCircle() {
  const world = await openConsole()
  const { db, group } = world
  const found = makeSeries(db, group, { enrolmentRule: 'only', enrolmentCapacity: 1 })
  const event = makeEvent(db, group, { seriesId: found.id })
  const join = (email: string) =>
    writeNow(db, tx => enrol(tx, found, { ...applicant({ email }), wantsInvites: false }, NOW))
  const deeds = () =>
    db
      .select()
      .from(auditEntries)
      .all()
      .map(({ action }) => action)
  return { ...world, found, event, join, deeds }
}

test('somebody is added once the mail has been shown, and taken off once what follows has', async () => {
  const { db, post, get, deeds } = await openCircle()
  const form = { name: 'Bea', email: 'bea@example.org', role: 'resident', attendance: 'online' }
  const asked = await post(PAGE, form)
  expect([asked.statusCode, db.select().from(enrolments).all()]).toEqual([200, []])
  expect(asked.body).toContain('bea@example.org')
  expect(asked.body).toContain('Je doet mee')
  expect(asked.body).not.toMatch(/\/enrolments\/[\w-]{40}/)
  const added = await post(PAGE, { ...form, recipients: '1' })
  expect([added.statusCode, added.headers.location]).toEqual([303, `${PAGE}?done=added`])
  const [one] = db.select().from(enrolments).all()
  expect([one?.status, one && listPlaces(db, one).length]).toEqual(['confirmed', 1])
  expect((await get(PAGE)).body).toContain('Bea')
  const removal = `/console/enrolments/${one?.id}/cancellation`
  expect((await post(removal)).body).toContain('Bea van de lijst halen?')
  const removed = await post(removal, { recipients: '1' })
  expect([removed.statusCode, db.select().from(enrolments).get()?.leftBy]).toEqual([303, 'organiser'])
  expect(deeds().slice(-2)).toEqual(['enrolled', 'unenrolled'])
})

test('more places are given away once it has been shown to whom; fewer than people is wrong beside its field', async () => {
  const { db, post, join, found } = await openCircle()
  join('a@example.org')
  const waits = join('b@example.org')
  const rules = (enrolmentCapacity: string, more = {}) =>
    post(`${PAGE}/rules`, { enrolmentRule: 'only', enrolmentCapacity, ...more })
  expect((await rules('2')).body).toContain('b@example.org')
  expect((await rules('2', { recipients: '1' })).statusCode).toBe(303)
  expect(db.select().from(enrolments).where(eq(enrolments.id, waits.id)).get()?.status).toBe('confirmed')
  const few = await rules('1')
  expect([few.statusCode, few.body.includes('Er doen al meer mensen mee.')]).toEqual([422, true])
  const day = await rules('', { enrolmentUntil: '2027-02-30' })
  expect(day.statusCode).toBe(422)
  expect((await rules('', { enrolmentUntil: '2027-02-28', isClosedList: 'on' })).statusCode).toBe(303)
  expect(db.select().from(series).where(eq(series.id, found.id)).get()).toMatchObject({
    ...{ enrolmentRule: 'only', enrolmentCapacity: null, enrolmentUntil: '2027-02-28', isClosedList: true },
  })
})

test('a date gets its page once it has been shown whom that mails', async () => {
  const { db, post, join, found, event, group } = await openCircle()
  const one = join('a@example.org')
  // What has not left yet tells of the new date by itself.
  writeNow(db, tx => assumeTold(tx, NOW))
  const { kind, timeZone, durationMinutes, attendance } = event
  const draft = writeNow(db, tx =>
    createEvent(
      tx,
      {
        ...{ groupId: group.id, seriesId: found.id, kind, timeZone, durationMinutes, attendance },
        ...{ title: 'Tweede keer', localStart: '2027-01-07T12:00' },
      },
      NOW,
    ),
  )
  const path = `/console/events/${draft.id}/publication`
  expect((await post(path, { revision: '1' })).body).toContain('Zij doen mee aan de hele reeks')
  expect(listPlaces(db, one)).toHaveLength(1)
  await post(path, { revision: '1', recipients: '1' })
  expect(listPlaces(db, one)).toHaveLength(2)
})

test('the form keeps what was typed, and says what is wrong beside its field', async () => {
  const { post } = await openCircle()
  const answer = await post('/series/eerste-donderdag/registrations', { name: 'Zoë', email: 'zoe', role: '' })
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('value="zoe"')
  expect(answer.body).toMatch(/id="f-email-problem"/)
})
