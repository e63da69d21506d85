import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeNow } from '#db/write.ts'
import { matchReport, minutesOf, type Report, readReport, recordVisits } from '#src/domain/attendance-reports.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { readTable } from '#src/lib/tables.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/attendance-reports')
const AFTER = Temporal.Instant.from('2026-12-03T13:00:00Z')

async function read(file: string): Promise<Report> {
  const table = await readTable(readFileSync(join(FOLDER, file)))
  const report = typeof table === 'string' ? undefined : readReport(table)
  if (!report) throw new Error(`${file} is no report`)
  return report
}

/** Four people on the list who were in the room, and one who was not. */
function openList() {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { localStart: '2026-12-03T12:00' })
  const add = (name: string, email: string | null) => makeRegistration(db, event, { name, email }).id
  const ids = {
    researcher: add('Onderzoeker Eén', 'onderzoeker@example.org'),
    teacher: add('Docent Twee', 'docent@example.org'),
    zoe: add('Zoë de Vries', 'zoe@example.org'),
    resident: add('Inwoner Vier', 'inwoner@example.org'),
    absent: add('Student Vijf', null),
  }
  return { db, event, ids }
}

describe.each([
  ['teams.csv', 'teams'],
  ['teams-nl.csv', 'teams'],
  ['zoom.csv', 'zoom'],
  ['zoom-unique.csv', 'zoom'],
  ['bigbluebutton.csv', 'bigbluebutton'],
])('%s', (file, kind) => {
  test('is known by its columns, and says who was there how long, everybody once', async () => {
    const report = await read(file)
    expect(report.kind).toBe(kind)
    expect(report.participants.map(({ minutes }) => minutes)).toEqual([63, 45, 58, 1, 30])
  })

  test('is matched by address and by name, in either order of its words; a device is nobody', async () => {
    const { db, event, ids } = openList()
    const { sure, unsure, missing } = matchReport(db, event, (await read(file)).participants)
    expect(new Map(sure.map(({ expected, participant }) => [expected.id, participant.minutes]))).toEqual(
      new Map([
        [ids.researcher, 63],
        [ids.teacher, 45],
        [ids.zoe, 58],
        [ids.resident, 1],
      ]),
    )
    expect(unsure.map(({ name }) => name)).toEqual(['iPad van Kees'])
    expect(missing.map(({ id }) => id)).toEqual([ids.absent])
  })
})

test('two people of one name are left to a person, and so is a name that two devices bear', () => {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db))
  for (const email of ['een@example.org', 'twee@example.org']) makeRegistration(db, event, { name: 'Zoë', email })
  const zoe = { name: 'zoe', email: '', minutes: 5 }
  expect(matchReport(db, event, [zoe]).sure).toEqual([])
  expect(matchReport(db, event, [{ ...zoe, email: 'een@example.org' }, zoe]).sure.map(({ by }) => by)).toEqual([
    'address',
    'name',
  ])
})

test('what is recorded can be recorded again, and touches nobody of another event', () => {
  const { db, event, ids } = openList()
  const other = makeRegistration(db, makeEvent(db, makeGroup(db, { slug: 'zuid', name: 'Zuid' })))
  const visits = [
    { registrationId: ids.zoe, minutes: 58 },
    { registrationId: other.id, minutes: 10 },
  ]
  const record = (minutes = 58) =>
    writeNow(db, tx => {
      const { id } = createOrganiser(tx, `o${minutes}@example.org`, '', NOW)
      return recordVisits(
        tx,
        event,
        [{ ...visits[0], registrationId: ids.zoe, minutes }, visits[1]].flatMap(one => one ?? []),
        id,
        AFTER,
      )
    })
  expect(record()).toBe(1)
  const first = getRegistration(db, ids.zoe)
  expect([first.attendedMinutes, first.attendanceSource, first.attendedAt]).toEqual([58, 'report', AFTER])
  expect(record(61)).toBe(1)
  expect(getRegistration(db, ids.zoe)).toEqual({ ...first, attendedMinutes: 61 })
  expect(getRegistration(db, other.id).attendedAt).toBe(null)
})

test('a duration is read as each room writes it', () => {
  const read = ['1h 2m 3s', '1 u 2 min', '45m', '20s', '01:02:03', '62', '62,5', '0', '', '-', 'lang', '1e9']
  expect(read.map(minutesOf)).toEqual([62, 62, 45, 1, 62, 62, 63, 1, undefined, undefined, undefined, undefined])
})

test('what is no duration is found to be none at once, however long', () => {
  const begun = performance.now()
  expect([`1h${'1'.repeat(90_000)}`, `1h${'1m1'.repeat(30_000)}`].map(minutesOf)).toEqual([undefined, undefined])
  expect(performance.now() - begun).toBeLessThan(1000)
})

test('another table is no report', async () => {
  const table = await readTable(Buffer.from('Naam;E-mail;Duur\nZoë;zoe@example.org;10'))
  expect(typeof table === 'string' ? table : readReport(table)).toBeUndefined()
})
