// The page of one event: what is asked, kept, shown first and put together, whatever order things come in.
import { describe, expect, test } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { answers, auditEntries, eventCohosts, events, themes } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import { getEvent, getListedEvent } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { versionOfYield } from '#src/web/console/materials-page.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup, makeRegistration, NOW } from '../../support/world.ts'

type Fields = Record<string, string | string[]>

async function open(values = {}) {
  const world = await openConsole()
  const { db, group, get, post } = world
  const event = makeEvent(db, group, values)
  const path = `/console/events/${event.id}`
  const now = () => getEvent(db, event.id)
  /** The form as a browser would send it, textareas and selects by hand. */
  const form = async (): Promise<Fields> => ({
    ...fieldsOf((await get(path)).body, path),
    ...{ kind: 'webinar', groupId: String(group.id) },
    ...{ summary: now().summary, description: now().description, speakers: '' },
  })
  const save = async (fields: Fields, headers = world.me) => post(path, { ...(await form()), ...fields }, headers)
  return { ...world, event, path, now, form, save }
}

const LUNCH = { field1_label: 'Lunch', field1_kind: 'choice', field1_options: 'Soep\r\nBrood', field1_required: 'yes' }

describe('questions', () => {
  test('are asked in the order wanted, and read back as they were written', async () => {
    const { save, db, event, get, path } = await open()
    const wanted = {
      ...LUNCH,
      ...{ field1_order: '2', field2_order: '1' },
      ...{ field2_label: 'Blijf je eten?', field2_kind: 'yes_no', field2_hint: 'Op eigen kosten.', field2_days: '7' },
    }
    expect((await save(wanted)).statusCode).toBe(303)
    expect(
      listFormFields(db, event.id).map(one => [one.label, one.kind, one.options, one.isRequired, one.deleteAfterDays]),
    ).toEqual([
      ['Blijf je eten?', 'yes_no', [], false, 7],
      ['Lunch', 'choice', ['Soep', 'Brood'], true, 30],
    ])
    const { body } = await get(path)
    expect(body).toMatch(/name="field1_label"[^>]* value="Blijf je eten\?"/)
    expect(body).toMatch(/name="field2_label"[^>]* value="Lunch"/)
  })

  test.each([
    [{ field1_label: '', field1_hint: 'Zonder vraag' }, 'f-field1_label'],
    [{ ...LUNCH, field1_options: 'Soep' }, 'f-field1_options'],
    [{ ...LUNCH, field1_options: Array.from({ length: 31 }, (_, index) => index).join('\n') }, 'f-field1_options'],
    [{ ...LUNCH, field1_days: '366' }, 'f-field1_days'],
    [{ ...LUNCH, field1_days: '0' }, 'f-field1_days'],
    [{ ...LUNCH, field1_label: 'Kom via https://meet.example.org/kamer' }, 'f-field1_label'],
    [{ hostUrl: 'http://meet.example.org/host' }, 'f-hostUrl'],
    [{ hostUrl: 'https://meet.example.org/host', summary: 'meet.example.org/host' }, 'f-summary'],
    [{ registrationUntilDate: '2026-12-04' }, 'f-registrationUntilDate'],
    [{ registrationUntilDate: '2026-11-31' }, 'f-registrationUntilDate'],
    [{ registrationFromTime: '09:00' }, 'f-registrationFromDate'],
    [{ title: ' ' }, 'f-title'],
  ])('%j is refused beside its field, and nothing typed is lost', async (fields, at) => {
    const { save, now } = await open()
    const { statusCode, body } = await save({ ...fields, newTheme: 'Nog niet' })
    expect(statusCode).toBe(422)
    expect(body).toContain(`<a href="#${at}">`)
    expect(body).toMatch(/name="newTheme"[^>]* value="Nog niet"/)
    expect(now().revision).toBe(2)
  })

  test('with answers go only after it was said how many', async () => {
    const { save, form, db, event, post, path } = await open()
    await save(LUNCH)
    const [field] = listFormFields(db, event.id)
    makeRegistration(db, event, { answers: new Map([[field?.id ?? 0, ['Soep']]]) })
    makeRegistration(db, event, { email: 'b@example.org', answers: new Map([[field?.id ?? 0, ['Brood']]]) })
    const typed = { ...(await form()), ...LUNCH, field1_remove: 'on', summary: 'Anders' }
    const asked = await post(path, typed)
    expect(asked.statusCode).toBe(422)
    expect(asked.body).toContain('Er gaan 2 antwoorden weg')
    expect([db.select().from(answers).all().length, getEvent(db, event.id).summary]).not.toContain('Anders')
    // One more came in between: it is said again.
    makeRegistration(db, event, { email: 'c@example.org', answers: new Map([[field?.id ?? 0, ['Brood']]]) })
    expect((await post(path, { ...typed, lost: '2' })).body).toContain('Er gaan 3 antwoorden weg')
    expect((await post(path, { ...typed, lost: '3' })).statusCode).toBe(303)
    expect([db.select().from(answers).all(), listFormFields(db, event.id)]).toEqual([[], []])
  })
})

describe('the rest of the page', () => {
  test('a theme that nobody had is made once, whoever writes it how', async () => {
    const { save, db, event } = await open()
    await save({ newTheme: 'Wonen & zorg' })
    await save({ newTheme: 'wonen  &  ZORG', themes: [] })
    expect(db.select().from(themes).all()).toMatchObject([{ slug: 'wonen-zorg', name: 'Wonen & zorg' }])
    expect(getListedEvent(db, event.id).themes.map(({ name }) => name)).toEqual(['Wonen & zorg'])
    const made = db.select().from(auditEntries).where(eq(auditEntries.action, 'theme_added')).all()
    expect(made.map(({ detail }) => detail)).toEqual(['Wonen & zorg'])
  })

  test('a group is a co-host if it is one’s own, or is there already', async () => {
    const { save, db, group, event, me, form, post, path } = await open()
    const own = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    const other = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
    const cohosts = () => getListedEvent(db, event.id).cohosts.map(({ slug }) => slug)
    await save({ cohosts: [String(own.id), String(other.id), String(group.id)] })
    expect(cohosts()).toEqual(['wijs'])
    signIn(db, 'otto@example.org', other)
    await save({ cohosts: [String(own.id), String(other.id)] })
    expect(cohosts()).toEqual(['wijs', 'zuid'])
    // Somebody without a right there leaves it, or takes it away.
    const third = signIn(db, 'els@example.org', group)
    await post(path, { ...(await form()), cohosts: [String(other.id)] }, third)
    expect(cohosts()).toEqual(['zuid'])
    await post(path, { ...(await form()), cohosts: [] }, me)
    expect(db.select().from(eventCohosts).all()).toEqual([])
  })

  test('a co-host’s page and feed have it, and those above; the event names it', async () => {
    const { save, db, group, event, get } = await open()
    const above = makeGroup(db, { slug: 'boven', name: 'Boven' })
    const zuid = makeGroup(db, { slug: 'zuid', name: 'Werkplaats Zuid', parentId: above.id })
    signIn(db, 'otto@example.org', zuid)
    await save({ cohosts: [String(zuid.id)] })
    for (const slug of ['zuid', 'boven', 'noord']) {
      expect((await get(`/groups/${slug}`)).body).toContain(event.title)
      expect((await get(`/groups/${slug}.ics`)).body).toContain(`UID:${event.uid}`)
    }
    const { body } = await get(`/events/${event.slug}`)
    expect(body).toMatch(/Werkplaats Noord<\/a>, samen met <a href="\/groups\/zuid">Werkplaats Zuid<\/a>/)
    const structured = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/.exec(body)?.[1] ?? '')
    expect(structured.organizer.map(({ name }: { name: string }) => name)).toEqual([group.name, 'Werkplaats Zuid'])
  })

  test('the window of registration is a day or a moment', async () => {
    const { save, now } = await open()
    await save({
      registrationFromDate: '2026-11-25',
      registrationUntilDate: '2026-12-02',
      registrationUntilTime: '17:00',
    })
    expect([now().registrationFrom, now().registrationUntil]).toEqual(['2026-11-25T00:00', '2026-12-02T17:00'])
    await save({ registrationUntilDate: '2026-12-02', registrationUntilTime: '' })
    expect(now().registrationUntil).toBe('2026-12-02T23:59')
    await save({ registrationFromDate: '', registrationUntilDate: '' })
    expect([now().registrationFrom, now().registrationUntil]).toEqual([null, null])
  })

  test('an incomplete draft is saved, without a title too', async () => {
    const { db, group, post, get } = await openConsole()
    const { id } = writeNow(db, tx =>
      createEvent(
        tx,
        {
          ...{ groupId: group.id, kind: 'meeting', timeZone: 'Europe/Amsterdam', durationMinutes: 60, title: 'Idee' },
          ...{ attendance: 'in_person', localStart: '2027-02-04T12:00' },
        },
        NOW,
      ),
    )
    const path = `/console/events/${id}`
    const fields = { ...fieldsOf((await get(path)).body, path), kind: 'meeting', groupId: String(group.id), title: '' }
    expect((await post(path, fields)).headers.location).toBe(`${path}?done=saved`)
    expect(getEvent(db, id)).toMatchObject({ title: 'Zonder titel', slug: 'zonder-titel', summary: '' })
  })
})

test('a preview shows what is typed, and changes nothing', async () => {
  const { db, form, post, path, event } = await open()
  const before = JSON.stringify(db.select().from(events).all())
  const typed = { ...(await form()), title: 'Nog niet bewaard', ...LUNCH, newTheme: 'Proef' }
  const { statusCode, body } = await post(`${path}/preview`, typed)
  expect(statusCode).toBe(200)
  expect(body).toMatch(/<h1>Nog niet bewaard<\/h1>[\s\S]*Proef[\s\S]*Lunch/)
  expect(body).toContain('Er is nog niets veranderd')
  expect(JSON.stringify(db.select().from(events).all())).toBe(before)
  expect([listFormFields(db, event.id), db.select().from(themes).all()]).toEqual([[], []])
  const wrong = await post(`${path}/preview`, { ...typed, field1_options: '' })
  expect([wrong.statusCode, wrong.body.includes('value="Nog niet bewaard"')]).toEqual([422, true])
})

describe('two organisers', () => {
  async function both() {
    const world = await open({ summary: 'Zoals het was.', description: 'Lang verhaal.' })
    const els = signIn(world.db, 'els@example.org', world.group)
    const mine = await world.form()
    return { ...world, els, mine }
  }

  test('what only the other changed is taken over, what both changed is shown side by side, and one click saves', async () => {
    const { save, post, path, now, els, mine } = await both()
    expect((await save({ title: 'Titel van Els', summary: 'Zin van Els', ...LUNCH }, els)).statusCode).toBe(303)
    const typed = { ...mine, title: 'Mijn titel', description: 'Mijn verhaal.' }
    const { statusCode, body } = await post(path, typed)
    expect(statusCode).toBe(409)
    expect(body).toMatch(/Otto bewaarde dit op zaterdag 21 november 2026/)
    // Both: theirs stands beside mine, and mine in the form.
    expect(body).toMatch(/Titel<\/b>[\s\S]*?allebei[\s\S]*?Titel van Els[\s\S]*?Mijn titel/)
    expect(body).toMatch(/name="title"[^>]* value="Mijn titel"/)
    // Theirs alone: taken over, a question with its id included.
    expect(body).toMatch(/jij veranderde dit niet<\/span><\/dt>\s*<dd>[\s\S]*?Zin van Els/)
    expect(body).toMatch(/<textarea id="f-summary"[^>]*>Zin van Els<\/textarea>/)
    expect(body).toMatch(/name="field1_id" value="\d+"/)
    expect(now()).toMatchObject({ title: 'Titel van Els', description: 'Lang verhaal.' })
    const shown = { ...fieldsOf(body, path), kind: 'webinar', groupId: String(now().groupId), yield: '', speakers: '' }
    const texts = {
      summary: 'Zin van Els',
      description: 'Mijn verhaal.',
      field1_kind: 'choice',
      field1_options: 'Soep\nBrood',
    }
    expect((await post(path, { ...shown, ...texts, field1_required: 'yes' })).statusCode).toBe(303)
    expect(now()).toMatchObject({ title: 'Mijn titel', summary: 'Zin van Els', description: 'Mijn verhaal.' })
  })

  test('a change that this form does not hold stops nobody', async () => {
    const { post, path, now, els, mine } = await both()
    const { revision } = now()
    const move = {
      revision: String(revision),
      date: '2026-12-03',
      time: '13:00',
      durationMinutes: '60',
      attendance: 'online',
    }
    await post(`${path}/move`, { ...move, recipients: '0' }, els)
    expect(now().localStart).toBe('2026-12-03T13:00')
    expect((await post(path, { ...mine, title: 'Mijn titel' })).statusCode).toBe(303)
    expect(now()).toMatchObject({ title: 'Mijn titel', localStart: '2026-12-03T13:00' })
  })

  test('a form that does not say what it was made from overwrites nothing in silence', async () => {
    const { save, post, path, now, els, mine } = await both()
    await save({ summary: 'Zin van Els' }, els)
    const { statusCode, body } = await post(path, { ...mine, base: 'zomaar iets', title: 'Mijn titel' })
    expect(statusCode).toBe(409)
    expect(body).toMatch(/allebei[\s\S]*?Zin van Els/)
    expect(now().title).not.toBe('Mijn titel')
  })
})

describe('a copy', () => {
  test('has the texts, people, places and questions, and none of what came of it', async () => {
    const { save, db, event, post, path, now } = await open({ capacityOnline: 12 })
    await save({
      ...{ ...LUNCH, waitingRule: 'by_hand', newTheme: 'Wonen', hostUrl: 'https://meet.example.org/host' },
      ...{ registrationUntilDate: '2026-12-02', speakers: 'Docent sociaal werk' },
    })
    await post(`${path}/materials`, { kind: 'recording', title: 'Film', url: 'https://v.example.org/1' })
    await post(`${path}/yield`, { yield: 'Veel.', version: versionOfYield(now()) })
    expect(getListedEvent(db, event.id)).toMatchObject({ yield: 'Veel.', materials: [{ title: 'Film' }] })
    makeRegistration(db, event)
    const { headers } = await post(`${path}/duplicate`, { date: '2027-02-04' })
    const copy = getListedEvent(db, event.id + 1)
    expect(headers.location).toBe(`/console/events/${copy.id}?done=duplicated`)
    expect(copy).toMatchObject({
      ...{ title: event.title, localStart: '2027-02-04T12:00', publishedAt: null, capacityOnline: 12 },
      ...{ waitingRule: 'by_hand', hostUrl: 'https://meet.example.org/host', registrationUntil: '2027-02-03T23:59' },
      ...{ speakers: ['Docent sociaal werk'], materials: [], yield: '', sequence: 0, cover: null },
    })
    expect(copy.themes.map(({ name }) => name)).toEqual(['Wonen'])
    expect(listFormFields(db, copy.id).map(({ label }) => label)).toEqual(['Lunch'])
    expect([copy.uid === event.uid, copy.slug]).toEqual([false, `${event.slug}-2`])
    expect(now().id).toBe(event.id)
  })

  test.each(['', '2027-02-30', '2027-2-4', 'morgen'])('on "%s" is refused beside the day', async date => {
    const { db, post, path } = await open()
    const { statusCode, body } = await post(`${path}/duplicate`, { date })
    expect([statusCode, db.select().from(events).all().length]).toEqual([422, 1])
    expect(body).toMatch(/<details open><summary>Maak een kopie/)
    expect(body).toMatch(/id="f-copy-date"[^>]*aria-invalid="true"/)
  })
})

test('a draft goes with its questions and co-hosts', async () => {
  const { db, group, post, me } = await open()
  const zuid = makeGroup(db, { slug: 'zuid', name: 'Zuid' })
  signIn(db, 'otto@example.org', zuid)
  const { headers } = await post('/console/events/1/duplicate', { date: '2027-02-04' }, me)
  const path = String(headers.location).split('?')[0] ?? ''
  const form = { revision: '1', title: 'Weg ermee', kind: 'webinar', groupId: String(group.id) }
  expect((await post(path, { ...form, ...LUNCH, cohosts: [String(zuid.id)] })).statusCode).toBe(303)
  expect((await post(`${path}/deletion`, { revision: '2' })).statusCode).toBe(303)
  expect(db.select().from(events).all()).toHaveLength(1)
})
