import { describe, expect, test } from 'vitest'
import { auditEntries, registrations } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { getGroup } from '#src/domain/groups.ts'
import { countGoing, keepFor, monthsWith } from '#src/domain/retention.ts'
import { beginSweep, countGone, endSweep } from '#src/domain/sweeps.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { sweepAt } from '../../support/swept.ts'
import { makeEvent, makeGroup, makeRegistration } from '../../support/world.ts'

const PAGE = '/console/groups/noord/retention'

/** Held on 3 December 2026, three people; today is 21 May 2027: five months later. */
async function openGroup() {
  const world = await openConsole()
  const { db, group, clock } = world
  const owner = signIn(db, 'olga@example.org', group, 'owner')
  const event = makeEvent(db, group)
  for (const name of ['a', 'b', 'c']) makeRegistration(db, event, { email: `${name}@example.org` })
  const stored = () => getGroup(db, 'noord').retentionMonths
  clock.set('2027-05-21T09:00:00Z')
  const at = (moment: string) => Temporal.Instant.from(moment)
  // Sessions end by themselves in half a year.
  db.$client.exec('update organiser_sessions set expires_at = expires_at + 86400000 * 400')
  return { ...world, owner, event, stored, at }
}

describe('the months of a group', () => {
  test('are its own, else those of the nearest group above it that has any, else twelve', async () => {
    const { db, group } = await openGroup()
    const under = makeGroup(db, { slug: 'onder', parentId: group.id })
    const lowest = makeGroup(db, { slug: 'laagst', parentId: under.id })
    const months = () => [...monthsWith(db, lowest, null).values()]
    expect(months()).toEqual([12, 12, 12])
    writeNow(db, tx => keepFor(tx, group, 6))
    expect(months()).toEqual([6, 6, 6])
    writeNow(db, tx => keepFor(tx, under, 24))
    expect([...months()].sort()).toEqual([24, 24, 6])
    expect(monthsWith(db, lowest, 1).get(lowest.id)).toBe(1)
  })

  test('decide when the names of its events go, and those of groups under it that choose nothing', async () => {
    const { db, group, at } = await openGroup()
    const chooses = makeGroup(db, { slug: 'kiest', parentId: group.id, retentionMonths: 24 })
    const follows = makeGroup(db, { slug: 'volgt', parentId: group.id })
    for (const [index, under] of [chooses, follows].entries()) {
      makeRegistration(db, makeEvent(db, under), { email: `o${index}@example.org`, name: under.slug })
    }
    writeNow(db, tx => keepFor(tx, group, 3))
    const names = () =>
      db
        .select({ name: registrations.name })
        .from(registrations)
        .all()
        .map(row => row.name)
    sweepAt(db, at('2027-03-03T11:59:59Z'))
    expect(names().filter(Boolean)).toHaveLength(5)
    sweepAt(db, at('2027-03-03T12:00:01Z'))
    expect(names().filter(Boolean)).toEqual(['kiest'])
    sweepAt(db, at('2028-12-03T12:00:01Z'))
    expect(names().filter(Boolean)).toEqual([])
  })
})

describe('the page', () => {
  test('says what counts and what goes, and keeps a longer time at once', async () => {
    const { db, get, post, owner, stored } = await openGroup()
    const { body } = await get(PAGE, owner)
    expect(body).toContain('Nu: tot 12 maanden na elke bijeenkomst. Dat is de standaard.')
    expect(fieldsOf(body, PAGE)).toEqual({ months: '' })
    const answer = await post(PAGE, { months: '24' }, owner)
    expect([answer.statusCode, answer.headers.location, stored()]).toEqual([303, `${PAGE}?saved=1`, 24])
    expect((await get(`${PAGE}?saved=1`, owner)).body).toContain('Dat kozen jullie zelf.')
    expect(db.select().from(auditEntries).all().at(-1)).toMatchObject({ action: 'retention_chosen', detail: '24' })
    expect((await get('/console/groups/noord/history', owner)).body).toContain('24 maanden bewaart')
    await post(PAGE, { months: '' }, owner)
    expect(stored()).toBeNull()
  })

  test('asks first when names go tonight, says how many, and does it only if that is still so', async () => {
    const { db, group, get, post, owner, stored, event, clock } = await openGroup()
    const asked = await post(PAGE, { months: '3' }, owner)
    expect([asked.statusCode, stored()]).toEqual([200, null])
    expect(asked.body).toContain('Met 3 maanden wissen we vannacht de namen van 3 mensen bij 1 bijeenkomst.')
    const form = fieldsOf(asked.body, PAGE)
    expect(form).toEqual({ months: '3', people: '3' })
    expect((await post(PAGE, { ...form, people: '2' }, owner)).statusCode).toBe(409)
    expect(stored()).toBeNull()
    expect((await post(PAGE, form, owner)).statusCode).toBe(303)
    expect(stored()).toBe(3)
    // It is as was said: exactly those go that night.
    const night = clock.now().add({ hours: 24 })
    expect(sweepAt(db, night)).toContainEqual({ kind: 'registration', groupId: group.id, total: 3 })
    expect(countGoing(db, group, 1, night)).toEqual({ people: 0, events: 0 })
    expect((await get(`/console/events/${event.id}/registrations`, owner)).body).not.toContain('Zoë')
  })

  test('asks nothing where a shorter time takes nobody', async () => {
    const { post, owner, stored } = await openGroup()
    expect((await post(PAGE, { months: '6' }, owner)).statusCode).toBe(303)
    expect(stored()).toBe(6)
  })

  test.each(['0', '61', '-1', '1.5', 'x', '12x'])('refuses %s beside its field', async months => {
    const { post, owner, stored } = await openGroup()
    const { statusCode, body } = await post(PAGE, { months }, owner)
    expect(statusCode).toBe(422)
    expect(body).toContain('id="f-months-problem"')
    expect(stored()).toBeNull()
  })

  test('tells an owner what went, of the group and those under it, in totals', async () => {
    const { db, group, get, owner, clock } = await openGroup()
    const under = makeGroup(db, { slug: 'onder', parentId: group.id })
    const other = makeGroup(db, { slug: 'zuid' })
    writeNow(db, tx => {
      const sweep = beginSweep(tx, clock.now())
      countGone(tx, sweep, [
        { kind: 'registration', groupId: group.id, total: 1200 },
        { kind: 'registration', groupId: under.id, total: 34 },
        { kind: 'registration', groupId: other.id, total: 7 },
        { kind: 'needs', groupId: other.id, total: 3 },
        { kind: 'address', groupId: null, total: 9 },
      ])
      endSweep(tx, sweep, '', clock.now())
    })
    const { body } = await get(PAGE, owner)
    expect([...body.matchAll(/<li><b>([\d.]+)<\/b> ([^<]+)</g)].map(([, total, what]) => `${total} ${what}`)).toEqual([
      '1.234 namen op lijsten',
    ])
  })
})
