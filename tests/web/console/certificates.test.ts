// Setting up certificates, and the file for professional registers.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { auditEntries, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listAccreditations } from '#src/domain/accreditations.ts'
import { setAnswers } from '#src/domain/answers.ts'
import { termsOf } from '#src/domain/certificates.ts'
import { duplicateEvent } from '#src/domain/duplicating.ts'
import { listFormFields, setFormFields } from '#src/domain/form-fields.ts'
import { readTable } from '#src/lib/tables.ts'
import { makeCertified, REGISTERPLEIN } from '../../support/certified.ts'
import { openConsole } from '../../support/console.ts'
import { makeEvent, NOW } from '../../support/world.ts'

async function openDay() {
  const world = await openConsole()
  const day = makeCertified(world.db, world.group.id, NOW)
  return { ...world, ...day, url: `/console/events/${day.event.id}/certificates` }
}

describe('the form', () => {
  test('keeps what is wanted, tells who did it, and an event made after this one has it too, without the numbers', async () => {
    const { db, event, post, get, url } = await openDay()
    const fields = {
      ...{ areGiven: 'on', signer: ' Programmaleider ', pauseMinutes: '0' },
      ...{ register1_register: 'SKJ', register1_number: 'S-9', register1_points: '1,5', register1_order: '2' },
      ...{ register2_register: 'Registerplein', register2_number: 'RP-2', register2_order: '1' },
    }
    const { statusCode, headers } = await post(url, fields)
    expect([statusCode, headers.location]).toEqual([303, `${url}?saved=1`])
    expect(termsOf(db, event)).toEqual({ givenAt: NOW, signer: 'Programmaleider', pauseMinutes: 0 })
    expect(listAccreditations(db, event.id).map(({ register, number, points }) => [register, number, points])).toEqual([
      ['Registerplein', 'RP-2', null],
      ['SKJ', 'S-9', 1.5],
    ])
    const [deed] = db.select().from(auditEntries).where(eq(auditEntries.action, 'certificates_set')).all().slice(-1)
    expect(deed?.eventId).toBe(event.id)
    const { body } = await get(`${url}?saved=1&lang=nl`)
    expect(body).toContain('value="1,5"')
    expect(body).toContain('1 deelnemer met leertijd, samen 2,3 uur.')
    const copy = writeNow(db, tx => duplicateEvent(tx, event, '2027-02-04T09:30', { organiserId: null }, NOW))
    expect(termsOf(db, copy)).toEqual({ givenAt: NOW, signer: 'Programmaleider', pauseMinutes: 0 })
    expect(listAccreditations(db, copy.id)).toEqual([])
  })

  test.each([
    [{ register1_register: 'SKJ', register1_number: '' }, 'register1_number'],
    [{ register1_register: '', register1_number: '12' }, 'register1_register'],
    [{ register1_register: 'SKJ', register1_number: '1', register1_points: 'veel' }, 'register1_points'],
    [{ register1_register: 'SKJ', register1_number: '1', register1_points: '0' }, 'register1_points'],
    [
      {
        ...{ register1_register: 'SKJ', register1_number: '1' },
        ...{ register2_register: 'skj', register2_number: '2' },
      },
      'register2_register',
    ],
    [{ signer: 'x'.repeat(121) }, 'signer'],
  ])('%j is said beside its field, and changes nothing', async (fields, field) => {
    const { db, event, post, url } = await openDay()
    const { statusCode, body } = await post(url, { signer: 'Anders', pauseMinutes: '0', ...fields })
    expect(statusCode).toBe(422)
    expect(body).toContain(`id="f-${field}-problem"`)
    expect(body).toContain(`href="#f-${field}"`)
    expect(termsOf(db, event).signer).toBe('Projectleider')
    expect(listAccreditations(db, event.id)).toMatchObject([REGISTERPLEIN])
  })

  test('without a programme asks what the pauses take, which is no more than the event lasts, and holds no secret', async () => {
    const { db, group, post, get } = await openConsole()
    const event = makeEvent(db, group)
    const url = `/console/events/${event.id}/certificates`
    expect((await get(url)).body).toContain('name="pauseMinutes"')
    for (const [fields, field] of [
      [{ pauseMinutes: '61' }, 'pauseMinutes'],
      [{ pauseMinutes: 'tien' }, 'pauseMinutes'],
      [{ signer: 'Zie meet.example.org/kamer' }, 'signer'],
    ] as const) {
      const { statusCode, body } = await post(url, { areGiven: 'on', ...fields })
      expect([statusCode, body.includes(`id="f-${field}-problem"`)]).toEqual([422, true])
    }
    expect((await post(url, { areGiven: 'on', pauseMinutes: '60' })).statusCode).toBe(303)
    expect(termsOf(db, event)).toEqual({ givenAt: NOW, signer: '', pauseMinutes: 60 })
  })
})

test('the file for registers has everybody who was there, by name, with what counts and their number there', async () => {
  const { db, event, daan, zoe, get, url, tokens } = await openDay()
  const field = { kind: 'text', label: 'Registratienummer', hint: '', isRequired: false } as const
  writeNow(db, tx => {
    setFormFields(tx, event.id, [{ ...field, options: [], id: null, deleteAfterDays: 30 }])
    setAnswers(tx, zoe, new Map(listFormFields(tx, event.id).map(({ id }) => [id, ['=1+1']])))
  })
  db.update(registrations)
    .set({ attendedAt: NOW, attendanceSource: 'report', attendedMinutes: 30, name: 'Aad' })
    .where(eq(registrations.id, daan.id))
    .run()
  const { rawPayload, headers } = await get(`${url}.xlsx?lang=nl`)
  expect(headers['content-disposition']).toBe(`attachment; filename="leertijd-${event.slug}.xlsx"`)
  const table = await readTable(rawPayload)
  if (typeof table === 'string') throw new Error(table)
  expect(table.map(({ cells }) => cells)).toEqual([
    [
      ...['Naam', 'E-mail', 'Organisatie', 'Rol', 'Minuten aanwezig', 'Netto minuten', 'Netto uren', 'Gevolgd'],
      ...['Certificaat', 'Punten Registerplein (RP-2026-117)', 'Registratienummer'],
    ],
    [
      ...['Aad', 'daan.certified@example.org', 'Gemeente Voorbeeld', 'praktijk', '30', '30', '0.5'],
      ...['Opening: leren van elkaar; Wat nemen we mee?', tokens.number('certificate', daan.id), '', ''],
    ],
    [
      ...['Zoë de Vries', 'zoe.certified@example.org', 'Gemeente Voorbeeld', 'praktijk', '360', '135', '2.25'],
      'Opening: leren van elkaar; Werken met ervaringskennis; Wat nemen we mee?',
      ...[tokens.number('certificate', zoe.id), '2.5', '=1+1'],
    ],
  ])
})
