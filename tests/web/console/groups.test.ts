import { describe, expect, test } from 'vitest'
import { auditEntries } from '#db/schema.ts'
import { getGroup } from '#src/domain/groups.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { makeEvent, makeGroup } from '../../support/world.ts'

const PAGE = '/console/groups/noord'

async function openGroup() {
  const world = await openConsole()
  const owner = signIn(world.db, 'olga@example.org', world.group, 'owner')
  const stored = () => getGroup(world.db, 'noord')
  return { ...world, owner, stored }
}

describe('the page of a group', () => {
  test('is reached from the overview by its owner, and by nobody else', async () => {
    const { db, group, owner, me, get } = await openGroup()
    makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    const home = (await get('/console', owner)).body
    expect(home.match(/href="\/console\/groups\/[^"]+"/g)).toEqual([
      'href="/console/groups/wijs"',
      'href="/console/groups/noord"',
    ])
    expect((await get('/console', me)).body).not.toContain('/console/groups/')
    makeEvent(db, group)
    expect((await get('/console', owner)).body).toContain(`href="${PAGE}"`)
    expect((await get(PAGE, me)).statusCode).toBe(404)
  })

  test('renames it, keeps its address and says where answers go', async () => {
    const { db, group, owner, get, post, stored } = await openGroup()
    expect(fieldsOf((await get(PAGE, owner)).body, PAGE)).toMatchObject({
      title: 'Werkplaats Noord',
      email: '',
      accent: '',
    })
    const typed = {
      title: '  Netwerk   Drenthe ',
      summary: 'Samen leren.',
      email: ' Info@Example.ORG ',
      accent: 'B04010',
    }
    const { statusCode, headers } = await post(PAGE, typed, owner)
    expect([statusCode, headers.location]).toEqual([303, `${PAGE}?saved=1`])
    expect(stored()).toEqual({
      ...group,
      name: 'Netwerk Drenthe',
      summary: 'Samen leren.',
      email: 'info@example.org',
      accent: '#b04010',
    })
    expect(db.select().from(auditEntries).all().at(-1)).toMatchObject({ action: 'group_edited', detail: 'noord' })
    const { body } = await get(`${PAGE}?saved=1`, owner)
    expect(body).toContain('Bewaard.')
    expect(body).toContain('href="/groups/noord.css?v=')
    expect((await get('/groups/noord')).body).toContain('<h1>Netwerk Drenthe</h1>')
  })

  test('takes the address and the colour away when they are left empty', async () => {
    const { owner, post, stored } = await openGroup()
    await post(PAGE, { title: 'Noord', email: 'info@example.org', accent: '#123456' }, owner)
    await post(PAGE, { title: 'Noord', email: ' ', accent: '' }, owner)
    expect(stored()).toMatchObject({ name: 'Noord', email: null, accent: null })
  })

  test.each([
    ['title', '   ', 'Dit kunnen we niet lezen.'],
    ['title', '', 'Vul dit in.'],
    ['email', 'een@twee, drie@vier', 'Dit adres is niet compleet.'],
    ['accent', '#12345', 'Dit is geen kleur.'],
    ['accent', 'red}', 'Dit is geen kleur.'],
  ])('refuses %s “%s” beside its field, and changes nothing', async (field, value, problem) => {
    const { group, owner, post, stored } = await openGroup()
    const { statusCode, body } = await post(PAGE, { title: 'Anders', [field]: value }, owner)
    expect(statusCode).toBe(422)
    expect(body).toMatch(new RegExp(`id="f-${field}-problem">${problem}`))
    expect(stored()).toEqual(group)
  })
})
