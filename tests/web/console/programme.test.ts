// The programme of an event in the console: made part by part, changed with who is mailed shown first, and its places given.
import { describe, expect, test } from 'vitest'
import { getEvent, listSessions, type Session } from '#src/domain/events.ts'
import { listRounds } from '#src/domain/workshops.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { addParts, chooseAs, makeDay, part, workshop } from '../../support/programmes.ts'
import { listMessages } from '../../support/world.ts'

async function openProgramme(values: Parameters<typeof makeDay>[2] = {}) {
  const world = await openConsole()
  const { db, group, get } = world
  const { id } = makeDay(db, group, values)
  const page = `/console/events/${id}/programme`
  const event = () => getEvent(db, id)
  const programme = () => listSessions(db, id)
  const find = (title: string) => programme().find(session => session.title === title) as Session
  const said = () =>
    programme().map(({ kind, title, localStart, durationMinutes }) => [
      kind,
      title,
      localStart.slice(11),
      durationMinutes,
    ])
  const revision = () => String(event().revision)
  /** What the form for the next part holds. */
  const next = async (query: string) => fieldsOf((await get(`${page}?${query}`)).body, page)
  const forget = () => db.$client.exec("update messages set state = 'sent', bytes = null")
  const told = () =>
    listMessages(db).flatMap(({ kind, state, toAddress }) => (state === 'queued' ? [`${kind} ${toAddress}`] : []))
  return { ...world, id, page, event, programme, find, said, revision, next, forget, told }
}

const PART = { kind: 'plenary', round: '', title: 'Welkom', start: '09:30', end: '10:00' }

describe('the page of a programme', () => {
  test('begins empty, with a form that starts where the event does, and stands in the row of its pages', async () => {
    const { get, page, id, next } = await openProgramme()
    const { body } = await get(page)
    expect(body).toContain('Er staat nog niets in het programma.')
    expect(body).not.toContain('id="choosing"')
    expect(await next('')).toMatchObject({ start: '09:30', end: '', title: '', revision: '2', isLearning: 'on' })
    expect((await get(`/console/events/${id}`)).body).toContain(`href="${page}"`)
  })

  test('takes one part after another: the next begins where the last ended, and a workshop stands beside the other', async () => {
    const { post, get, page, said, programme, revision, next } = await openProgramme()
    const add = async (fields: object) => {
      const { statusCode, headers } = await post(page, { revision: revision(), ...PART, ...fields })
      const made = programme().reduce((last, one) => (one.id > last.id ? one : last))
      expect([statusCode, headers.location]).toEqual([303, `${page}?done=added&after=${made.id}`])
      return `after=${made.id}`
    }
    const first = await add({})
    expect(await next(first)).toMatchObject({ start: '10:00', end: '', isLearning: 'on' })
    const lunch = await add({ kind: 'break', title: 'Lunch', start: '12:00', end: '13:00', isLearning: 'on' })
    expect(await next(lunch)).toMatchObject({ start: '13:00' })
    const links = await add({ ...workshopFields, title: 'Links', speakers: 'Bewoner\r\n\r\n Student ', capacity: '15' })
    expect(await next(links)).toMatchObject({ start: '13:00', end: '14:00', title: '', capacity: '15' })
    const body = (await get(`${page}?${links}`)).body
    expect(body).toContain('<option value="workshop" selected>')
    expect(body).toContain('<option value="1" selected>Ronde 1</option>')
    expect(body).toMatch(/<input type="text" id="f-title" name="title"[^>]* autofocus="" value="">/)
    await add({ ...workshopFields, title: 'Rechts' })
    expect(said()).toEqual([
      ['plenary', 'Welkom', '09:30', 30],
      ['break', 'Lunch', '12:00', 60],
      ['workshop', 'Links', '13:00', 60],
      ['workshop', 'Rechts', '13:00', 60],
    ])
    expect(programme().map(({ isLearning }) => isLearning)).toEqual([false, false, false, false])
    expect(programme()[2]?.speakers).toEqual(['Bewoner', 'Student'])
  })

  test('offers a workshop for the next round there is, at its time', async () => {
    const { db, event, page, find, next, get } = await openProgramme()
    addParts(db, event(), workshop(1, 'A', { speakers: ['Bewoner'] }), workshop(3, 'C'))
    const copied = await next(`copy=${find('A').id}`)
    expect(copied).toMatchObject({ title: 'A', start: '13:30', end: '14:30', capacity: '20' })
    const { body } = await get(`${page}?copy=${find('A').id}`)
    expect(body).toContain('<option value="3" selected>Ronde 3</option>')
    expect(body).toContain('>Bewoner</textarea>')
    expect(body).toContain(`href="${page}?copy=${find('C').id}">Zet ook in ronde 4`)
  })

  test('keeps what was typed beside what is wrong with it', async () => {
    const { post, page, said, revision } = await openProgramme()
    const wrong = async (fields: object, ...texts: string[]) => {
      const { statusCode, body } = await post(page, { revision: revision(), ...PART, speakers: 'Wethouder', ...fields })
      const problems = [...body.matchAll(/class="problem" id="f-([^"]*)-problem">([^<]*)/g)].map(
        ([, name, text]) => `${name}: ${text}`,
      )
      expect([statusCode, problems]).toEqual([422, texts])
      expect(body).toContain('>Wethouder</textarea>')
    }
    await wrong({ title: '' }, 'title: Vul dit in.')
    await wrong({ start: '9 uur' }, 'start: Dit kunnen we niet lezen. Kijk het nog eens na.')
    await wrong({ start: '09:00' }, 'start: Dit valt buiten de tijd van de bijeenkomst.')
    await wrong({ end: '16:45' }, 'end: Dit valt buiten de tijd van de bijeenkomst.')
    await wrong({ end: '09:30' }, 'end: Het einde ligt voor het begin.')
    await wrong({ kind: 'workshop' }, 'round: Kies in welke ronde deze workshop is.')
    await wrong({ groupId: '99' }, 'groupId: Kies een van de mogelijkheden.')
    await wrong({ room: 'x'.repeat(81) }, 'room: Dit is te lang. Gebruik hoogstens 80 tekens.')
    expect(said()).toEqual([])
  })

  test('of an event that goes past midnight asks on which day', async () => {
    const { post, get, page, revision, programme } = await openProgramme({ localStart: '2027-03-10T20:00' })
    expect((await get(page)).body).toContain('<option value="2027-03-11">donderdag 11 maart</option>')
    await post(page, { revision: revision(), ...PART, day: '2027-03-10', start: '23:30', end: '00:30' })
    await post(page, { revision: revision(), ...PART, day: '2027-03-11', start: '00:30', end: '01:00' })
    expect(programme().map(({ localStart, durationMinutes }) => [localStart, durationMinutes])).toEqual([
      ['2027-03-10T23:30', 60],
      ['2027-03-11T00:30', 30],
    ])
    const { body } = await get(page)
    expect(body.match(/<li class="day">/g)).toHaveLength(2)
  })

  test('refuses a form that was made before another change', async () => {
    const { post, page, said } = await openProgramme()
    await post(page, { revision: '2', ...PART })
    const { statusCode, body } = await post(page, { revision: '2', ...PART, title: 'Te laat' })
    expect([statusCode, body.includes('Er is intussen iets veranderd')]).toEqual([409, true])
    expect(said()).toHaveLength(1)
  })

  test('is read by who hosts and who looks, without its forms; a draft is theirs not at all', async () => {
    const { db, group, event, page, get, app } = await openProgramme()
    addParts(db, event(), workshop(1, 'A'))
    chooseAs(db, event(), 'Zoë', ['A'])
    const lists = `/console/events/${event().id}/workshop-lists`
    for (const right of ['viewer', 'host'] as const) {
      const { cookie } = signIn(db, `${right}@example.org`, group, right)
      const { body, statusCode } = await app.inject({ url: page, headers: { cookie } })
      expect(statusCode).toBe(200)
      expect(body).toContain('1 van 20')
      expect(body).not.toMatch(/<form class="flow|\/console\/sessions\/|Zoë/)
      expect(body.includes(lists)).toBe(right === 'host')
    }
    db.$client.exec('update events set published_at = null')
    const { cookie } = signIn(db, 'viewer@example.org')
    expect((await app.inject({ url: page, headers: { cookie } })).statusCode).toBe(404)
    expect((await get(page)).statusCode).toBe(200)
  })
})

const workshopFields = { kind: 'workshop', round: '1', start: '13:00', end: '14:00' }

describe('a part of it', () => {
  test('that nobody chose is changed and removed without a word', async () => {
    const { db, event, post, get, page, find, told } = await openProgramme()
    addParts(db, event(), part(), workshop(1, 'A'))
    const path = `/console/sessions/${find('A').id}`
    const fields = fieldsOf((await get(path)).body, path)
    const changed = await post(path, { ...fields, kind: 'workshop', round: '1', room: 'Zaal 9' })
    expect([changed.statusCode, changed.headers.location]).toEqual([303, `${page}?done=changed`])
    expect(find('A')).toMatchObject({ room: 'Zaal 9', sequence: 1, speakers: [] })
    // The form as it was before.
    expect((await post(path, { ...fields, kind: 'workshop', round: '1' })).statusCode).toBe(409)
    expect((await post(`${path}/removal`, { revision: fields.revision as string })).statusCode).toBe(409)
    const removed = await post(`${path}/removal`, { revision: String(event().revision) })
    expect([removed.statusCode, removed.headers.location]).toEqual([303, `${page}?done=removed`])
    expect([find('A'), told()]).toEqual([undefined, []])
    expect((await get(path)).statusCode).toBe(404)
  })

  test('that people chose is moved after the page that shows who hears of it, and only if that is still so', async () => {
    const { db, event, post, page, find, forget, told, get } = await openProgramme()
    addParts(db, event(), workshop(1, 'A', { capacity: 2 }), workshop(1, 'B'))
    for (const name of ['Zoe', 'Bram', 'Fatima']) chooseAs(db, event(), name, ['A'])
    forget()
    db.$client.exec(`update choices set told = json_object('status', 'confirmed', 'sequence', 0,
      'localStart', '2027-03-10T11:15', 'timeZone', 'Europe/Amsterdam', 'durationMinutes', 60, 'presence', 'in_person',
      'place', 'Zaal A, De Brug, Kade 1, 9700 AA Groningen', 'door', 0) where status = 'confirmed'`)
    const path = `/console/sessions/${find('A').id}`
    const typed = {
      ...fieldsOf((await get(path)).body, path),
      kind: 'workshop',
      round: '1',
      start: '11:20',
      room: 'Zaal 9',
    }
    const asked = await post(path, typed)
    expect(asked.statusCode).toBe(200)
    expect(asked.body).toContain('“A” wijzigen?')
    expect(asked.body).toContain('2 mensen krijgen een mail')
    expect(asked.body).toContain('11.20–12.15 uur')
    expect(asked.body).toContain('Zaal 9')
    expect([find('A').room, told()]).toEqual(['Zaal A', []])
    const sure = fieldsOf(asked.body, path)
    expect(sure).toMatchObject({ recipients: '2', start: '11:20' })
    expect((await post(path, { ...sure, recipients: '3' })).statusCode).toBe(409)
    expect(find('A').room).toBe('Zaal A')
    const done = await post(path, sure)
    expect([done.statusCode, done.headers.location]).toEqual([303, `${page}?done=changed`])
    expect(find('A')).toMatchObject({ room: 'Zaal 9', localStart: '2027-03-10T11:20', sequence: 1 })
    expect(told().sort()).toEqual(['workshop_changed bram@example.org', 'workshop_changed zoe@example.org'])
    // They wait two minutes, and the page says so.
    expect((await get(page)).body).toContain('2 mails wachten nog tot 10.02')
  })

  test('that people chose is called off, and is not removed', async () => {
    const { db, event, post, get, page, find, forget, told } = await openProgramme()
    addParts(db, event(), workshop(1, 'A'), workshop(1, 'B'))
    chooseAs(db, event(), 'Zoe', ['A', 'B'])
    forget()
    db.$client.exec(`update choices set told = json_object('status', 'confirmed', 'sequence', 0,
      'localStart', '2027-03-10T11:15', 'timeZone', 'Europe/Amsterdam', 'durationMinutes', 60, 'presence', 'in_person',
      'place', 'Zaal A, De Brug, Kade 1, 9700 AA Groningen', 'door', 0) where status = 'confirmed'`)
    const path = `/console/sessions/${find('A').id}`
    expect((await get(path)).body).not.toContain('/removal')
    expect((await post(`${path}/removal`, { revision: String(event().revision) })).statusCode).toBe(409)
    const asked = await post(`${path}/cancellation`, { revision: String(event().revision) })
    expect([asked.statusCode, find('A').cancelledAt]).toEqual([200, null])
    expect(asked.body).toContain('Eén persoon krijgt een mail')
    const sure = fieldsOf(asked.body, `${path}/cancellation`)
    const done = await post(`${path}/cancellation`, sure)
    expect([done.statusCode, done.headers.location]).toEqual([303, `${page}?done=cancelled`])
    expect(told().sort()).toEqual(['workshop_cancelled zoe@example.org', 'workshop_confirmed zoe@example.org'])
    expect((await get(page)).body).toContain('<span class="badge plain">Gaat niet door</span>')
    const again = await post(`${path}/reinstatement`, { revision: String(event().revision) })
    expect([again.statusCode, again.headers.location]).toEqual([303, `${page}?done=reinstated`])
    expect(find('A').cancelledAt).toBeNull()
  })
})

describe('how people choose', () => {
  test('is set below the programme', async () => {
    const { db, event, post, get, page, id, revision } = await openProgramme()
    addParts(db, event(), workshop(1, 'A'))
    const path = `/console/events/${id}/choosing`
    const late = await post(path, { revision: revision(), allocation: 'first_come', choicesUntilDate: '2027-03-11' })
    expect(late.statusCode).toBe(422)
    expect(late.body).toContain('id="f-choicesUntilDate-problem">Kies een moment voordat het is afgelopen.')
    const done = await post(path, {
      ...{ revision: revision(), allocation: 'by_preference', choicesUntilDate: '2027-03-01', choicesUntilTime: '' },
    })
    expect([done.statusCode, done.headers.location]).toEqual([303, `${page}?done=choosing#choosing`])
    expect(event()).toMatchObject({ allocation: 'by_preference', choicesUntil: '2027-03-01T23:59' })
    const { body } = await get(page)
    expect(fieldsOf(body, path)).toMatchObject({ choicesUntilDate: '2027-03-01', choicesUntilTime: '' })
    expect(body).toContain('Er heeft nog niemand gekozen.')
    expect((await post(path, { revision: '1', allocation: 'first_come' })).statusCode).toBe(409)
    chooseAs(db, event(), 'Zoe', ['A'])
    expect((await get(page)).body).toContain('Mensen hebben al gekozen.')
    expect((await post(path, { revision: revision(), allocation: 'first_come' })).statusCode).toBe(409)
  })

  test('by preference: the places are given as they were shown, with the same lots, or not at all', async () => {
    const { db, event, post, get, page, id, revision, told, forget } = await openProgramme({
      allocation: 'by_preference',
    })
    addParts(db, event(), workshop(1, 'A', { capacity: 1 }), workshop(1, 'B'))
    for (const name of ['Zoe', 'Bram', 'Fatima']) chooseAs(db, event(), name, ['A', 'B'])
    forget()
    expect((await get(page)).body).toContain('3 wensen')
    const path = `/console/events/${id}/allocation`
    const asked = await post(path, { revision: revision() })
    expect(asked.statusCode).toBe(200)
    expect(asked.body).toContain('<th scope="row">Ronde 1</th><td>1</td><td>2</td><td>0</td>')
    expect(asked.body).toContain('<th scope="row">A</th><td>1 van 1</td>')
    expect(asked.body).toContain('<th scope="row">B</th><td>2 van 20</td>')
    expect(told()).toEqual([])
    const sure = fieldsOf(asked.body, path) as Record<string, string>
    expect(sure).toMatchObject({ recipients: '3', shown: expect.stringContaining('1:1.2.0') })
    const others = { seed: 'anders', shown: '1:3.0.0', recipients: '2', revision: '1' }
    for (const [field, other] of Object.entries(others))
      expect([field, (await post(path, { ...sure, [field]: other })).statusCode]).toEqual([field, 409])
    // Somebody chooses meanwhile: what was shown is not what it comes to any more.
    chooseAs(db, event(), 'Laat', ['B'])
    expect((await post(path, sure)).statusCode).toBe(409)
    expect(event().allocatedAt).toBeNull()
    forget()
    const anew = fieldsOf((await post(path, { revision: revision() })).body, path) as Record<string, string>
    expect(anew.seed).toBe(sure.seed)
    const done = await post(path, anew)
    expect([done.statusCode, done.headers.location]).toEqual([303, `${page}?done=allocated#choosing`])
    expect(event()).toMatchObject({ allocationSeed: sure.seed })
    const [round] = listRounds(db, event())
    expect(round?.workshops.map(({ title, confirmed, waiting }) => [title, confirmed, waiting])).toEqual([
      ['A', 1, 2],
      ['B', 3, 0],
    ])
    expect(told()).toHaveLength(4)
    expect((await post(path, { revision: revision() })).statusCode).toBe(409)
    expect((await get(page)).body).toContain(`De loting heeft het nummer ${sure.seed}.`)
    const back = `${path}/recall`
    const form = fieldsOf((await get(page)).body, back) as Record<string, string>
    expect((await post(back, { revision: '1' })).statusCode).toBe(409)
    const recalled = await post(back, form)
    expect([recalled.statusCode, recalled.headers.location]).toEqual([303, `${page}?done=taken_back#choosing`])
    expect(event().allocatedAt).toBeNull()
    expect(told()).toEqual([])
    expect((await get(page)).body).not.toContain(back)
  })
})

describe('the lists at the doors', () => {
  test('name who has a place and who waits, on paper and as files', async () => {
    const { db, event, get, id } = await openProgramme()
    addParts(db, event(), workshop(1, 'A', { capacity: 1, speakers: ['Bewoner'] }), workshop(2, 'B'))
    chooseAs(db, event(), 'Zoë', ['A'])
    chooseAs(db, event(), 'Bram', ['A'], ['B'])
    const path = `/console/events/${id}/workshop-lists`
    const { body } = await get(path)
    const sections = body.split('<section class="part door"').slice(1)
    expect(sections.map(section => /<h2[^>]*>([^<]*)/.exec(section)?.[1])).toEqual(['A', 'B'])
    expect(sections[0]).toMatch(/<th scope="row">Zoë<\/th>[\s\S]*Op de wachtlijst[\s\S]*<li>Bram/)
    expect(sections[1]).toContain('<th scope="row">Bram</th>')
    const { body: csv, headers } = await get(`${path}.csv`)
    expect(headers['content-disposition']).toBe('attachment; filename="workshops-dag-van-de-werkplaatsen.csv"')
    const lines = csv.replace('\uFEFF', '').trim().split('\r\n')
    expect(lines[0]).toBe('Ronde;Workshop;Zaal;Begin;Naam;E-mail;Organisatie;Rol;Status;Nodig om mee te doen')
    expect(lines.slice(1)).toEqual([
      '1;A;Zaal A;11.15;Zoë;zoë@example.org;Gemeente Voorbeeld;praktijk;Heeft een plaats;',
      '1;A;Zaal A;11.15;Bram;bram@example.org;Gemeente Voorbeeld;praktijk;Wacht;',
      '2;B;Zaal B;13.30;Bram;bram@example.org;Gemeente Voorbeeld;praktijk;Heeft een plaats;',
    ])
    expect((await get(`${path}.xlsx`)).statusCode).toBe(200)
  })
})
