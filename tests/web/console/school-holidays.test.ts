import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schoolHolidays } from '#db/schema.ts'
import { openConsole, signIn } from '../../support/console.ts'
import { makeSeries } from '../../support/world.ts'

const PAGE = '/console/school-holidays'
const FILE = readFileSync(join(import.meta.dirname, '../../fixtures/school-holidays/two-years.json'))

async function openHolidays() {
  const world = await openConsole()
  const owner = signIn(world.db, 'eva@example.org', world.group, 'owner')
  const upload = (bytes: Buffer | string, headers = owner) => {
    const body = new FormData()
    body.append('file', new Blob([new Uint8Array(Buffer.from(bytes))]), 'schoolvakanties.json')
    const request = new Request('http://localhost:3000', { method: 'POST', body })
    const type = request.headers.get('content-type') ?? ''
    return request.arrayBuffer().then(payload =>
      world.app.inject({
        ...{ method: 'POST', url: PAGE, payload: Buffer.from(payload) },
        headers: { ...headers, 'content-type': type, 'sec-fetch-site': 'same-origin' },
      }),
    )
  }
  const count = () => world.db.select().from(schoolHolidays).all().length
  return { ...world, owner, upload, count }
}

test('a file of the open data is read, shown by year, and warns at planning', async () => {
  const { db, group, owner, upload, count, get } = await openHolidays()
  const { statusCode, headers } = await upload(FILE)
  expect([statusCode, headers.location, count()]).toEqual([303, `${PAGE}?imported=15`, 15])
  const page = await get(String(headers.location), owner)
  expect(page.body).toContain('15 vakanties zijn gelezen.')
  expect(page.body).toContain('<h2>2026–2027</h2>')
  expect(page.body).toContain('Noord: za 10 okt t/m zo 18 okt')
  expect(page.body).toContain('heel Nederland: za 19 dec t/m zo 3 jan')
  makeSeries(db, group)
  const planning = await get('/console/series/eerste-donderdag/planning?from=2027-01-01&until=2027-12-31')
  const may = planning.body.split('<li').find(row => row.includes('donderdag 6 mei 2027')) ?? ''
  expect(may).toContain('Hemelvaartsdag.')
  expect(may).toContain('Meivakantie (heel Nederland).')
  const september = planning.body.split('<li').find(row => row.includes('2 september 2027')) ?? ''
  expect(september).toContain('Zomervakantie (Zuid).')
})

test('planning says from which date on they are not known, and how an owner adds them', async () => {
  const { db, group, owner, me, upload, get } = await openHolidays()
  makeSeries(db, group)
  const planning = '/console/series/eerste-donderdag/planning'
  const plan = async (span: string, headers = owner) => (await get(`${planning}?${span}`, headers)).body
  const whole = 'from=2027-01-01&until=2027-12-31'
  const link = `<a href="${PAGE}">Haal de schoolvakanties op</a>`
  const none = await plan(whole)
  expect(none).toContain(`Vanaf donderdag 7 januari 2027 weten we nog niet wanneer het schoolvakantie is. ${link}`)
  await upload(FILE)
  expect(await plan('from=2027-01-01&until=2027-09-30')).not.toContain('weten we nog niet')
  // The last summer holiday of the file ends on 5 September.
  const later = await plan(whole, me)
  expect(later).toContain(
    'Vanaf donderdag 7 oktober 2027 weten we nog niet wanneer het schoolvakantie is. Een eigenaar kan',
  )
  expect(later).not.toContain(PAGE)
})

test('what is no such file is refused with a reason, and nothing is lost', async () => {
  const { upload, count } = await openHolidays()
  await upload(FILE)
  const cases: [Buffer | string, string][] = [
    ['<xml/>', 'Kies het JSON-bestand.'],
    ['', 'Kies eerst een bestand.'],
    [Buffer.alloc(6 * 1024 * 1024, 'x'), 'Dit bestand is te groot.'],
  ]
  for (const [bytes, words] of cases) {
    const { statusCode, body } = await upload(bytes)
    expect(statusCode).toBe(422)
    expect(body).toContain(words)
  }
  expect(count()).toBe(15)
})

test('one button fetches them from the address of the setting, and says so when nobody answers', async () => {
  const { deps, owner, post, count, lines } = await openHolidays()
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    response.end(FILE)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  deps.config.schoolHolidaysUrl = `http://127.0.0.1:${port}/schoolholidays?output=json`
  const { statusCode, headers } = await post(`${PAGE}/fetch`, {}, owner)
  expect([statusCode, headers.location, count()]).toEqual([303, `${PAGE}?imported=15`, 15])
  expect(asked).toEqual(['/schoolholidays?output=json'])
  await new Promise(resolve => server.close(resolve))
  const silent = await post(`${PAGE}/fetch`, {}, owner)
  expect(silent.statusCode).toBe(422)
  expect(silent.body).toContain('De Rijksoverheid gaf geen antwoord.')
  expect(count()).toBe(15)
  expect(lines.join('\n')).toContain('school holidays could not be fetched')
})
