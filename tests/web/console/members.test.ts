// The people of a group, for its owner: the list, inviting in two steps, and handing over.
import { describe, expect, test } from 'vitest'
import { invitations, memberships } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { recordBounce } from '#src/domain/bounces.ts'
import { fieldsOf, openConsole, signIn } from '../../support/console.ts'
import { listMessages, makeGroup, makeSeries, NOW } from '../../support/world.ts'

const PAGE = '/console/groups/noord/members'
const INVITE = '/console/groups/noord/invitations'
const FORM = { email: ' Nieuw@Example.ORG ', right: 'host', locale: 'nl' }

async function openMembers() {
  const world = await openConsole()
  const { db, group } = world
  const olga = signIn(db, 'olga@example.org', group, 'owner')
  const get = (url: string) => world.get(url, olga)
  const post = (url: string, form: Record<string, string> = {}) => world.post(url, form, olga)
  const asked = () => db.select().from(invitations).all()
  const rights = () =>
    db
      .select()
      .from(memberships)
      .all()
      .map(({ organiserId, right }) => [organiserId, right])
  return { ...world, get, post, olga, asked, rights }
}

describe('the page of members', () => {
  test('shows who has which right and from where; the last owner has no form', async () => {
    const { db, group, get } = await openMembers()
    const wijs = makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    signIn(db, 'kim@example.org', wijs, 'viewer')
    const top = (await get(PAGE)).body
    expect(top).toContain('De laatste eigenaar.')
    expect(top.match(/action="\/console\/groups\/noord\/members\/\d+"/g)).toHaveLength(1)
    const below = (await get('/console/groups/wijs/members')).body
    expect(below).toMatch(/kim@example\.org[\s\S]*Vanuit een groep erboven[\s\S]*via Werkplaats Noord/)
  })

  test('changes and takes away; whoever lowers themselves is led away from it', async () => {
    const { db, group, post, rights } = await openMembers()
    signIn(db, 'petra@example.org', group, 'owner')
    const change = await post(`${PAGE}/1`, { was: 'organiser', right: 'viewer' })
    expect(change.headers.location).toBe(`${PAGE}?done=changed`)
    const removal = await post(`${PAGE}/1/removal`, { was: 'viewer' })
    expect(removal.headers.location).toBe(`${PAGE}?done=removed`)
    const own = await post(`${PAGE}/2`, { was: 'owner', right: 'organiser' })
    expect(own.headers.location).toBe('/console/groups')
    expect(rights()).toEqual([
      [2, 'organiser'],
      [3, 'owner'],
    ])
  })

  test.each([
    ['the last owner', '2', { was: 'owner', right: 'host' }, 409],
    ['a right that is another by now', '1', { was: 'host', right: 'owner' }, 409],
    ['a right that there is not', '1', { was: 'organiser', right: 'emperor' }, 400],
    ['somebody who has none here', '99', { was: 'organiser', right: 'host' }, 404],
  ])('changes nothing of %s', async (_what, id, form, code) => {
    const { post, rights } = await openMembers()
    const before = rights()
    expect((await post(`${PAGE}/${id}`, form)).statusCode).toBe(code)
    expect(rights()).toEqual(before)
  })
})

describe('inviting', () => {
  test('shows the mail and what comes of it first, and changes nothing by that', async () => {
    const { db, group, get, post, asked } = await openMembers()
    makeGroup(db, { slug: 'wijs', name: 'WIJS', parentId: group.id })
    const { statusCode, body } = await post(INVITE, FORM)
    expect([statusCode, asked(), listMessages(db)]).toEqual([200, [], []])
    expect(body).toContain('nieuw@example.org wordt begeleider van Werkplaats Noord')
    expect(body).toContain('Dat recht geldt ook voor WIJS.')
    expect(body).toContain('Otto vraagt of je mee wilt doen')
    expect(body).toContain('/invitations/•••')
    expect(fieldsOf(body, INVITE)).toEqual({ ...FORM, recipients: '1' })
    const sent = await post(INVITE, { ...FORM, recipients: '1' })
    expect(sent.headers.location).toBe(`${PAGE}?done=invited`)
    expect(asked()).toMatchObject([{ email: 'nieuw@example.org', right: 'host', invitedBy: 2, replaces: null }])
    expect(listMessages(db)).toMatchObject([{ kind: 'invitation', toAddress: 'nieuw@example.org' }])
    expect((await get(PAGE)).body).toContain('nieuw@example.org')
  })

  test.each<[string, Partial<typeof FORM>, string]>([
    ['email', { email: 'nieuw' }, 'Dit adres is niet compleet.'],
    ['email', { email: 'otto@example.org' }, 'Dit adres heeft dit recht hier al.'],
    ['right', { right: '' }, 'Kies een van de mogelijkheden.'],
  ])('keeps what was typed and says what is wrong with %s', async (_field, values, problem) => {
    const { post, asked } = await openMembers()
    const { statusCode, body } = await post(INVITE, { ...FORM, ...values })
    expect([statusCode, asked()]).toEqual([422, []])
    expect(body).toContain(problem)
    expect(body).toContain(`value="${values.email ?? FORM.email}"`)
  })

  test('answers the same bytes for an address that is somebody’s elsewhere as for a stranger’s', async () => {
    const { db, post } = await openMembers()
    signIn(db, 'sam@example.org', makeGroup(db, { slug: 'zuid', name: 'Zuid' }), 'owner')
    const answer = async (email: string) => {
      const shown = await post(INVITE, { ...FORM, email })
      const sent = await post(INVITE, { ...FORM, email, recipients: '1' })
      const all = [shown.statusCode, shown.body, sent.statusCode, sent.headers.location].join()
      return all.replaceAll('<wbr>', '').replaceAll(email, 'x')
    }
    expect(await answer('sam@example.org')).toBe(await answer('tim@example.org'))
  })

  test('mails nobody for another number than was shown', async () => {
    const { post, asked } = await openMembers()
    expect((await post(INVITE, { ...FORM, recipients: '2' })).statusCode).toBe(409)
    expect(asked()).toEqual([])
  })

  test('says when a mail did not arrive; it is sent anew after a look, or taken back', async () => {
    const { db, get, post, asked } = await openMembers()
    await post(INVITE, { ...FORM, recipients: '1' })
    const [mail] = listMessages(db)
    const report = { action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 unknown' } as const
    writeNow(db, tx => mail && recordBounce(tx, mail, report, NOW))
    expect((await get(PAGE)).body).toContain('De mail kwam niet aan.')
    const shown = await post(`${INVITE}/1/again`)
    expect([shown.statusCode, asked().length]).toEqual([200, 1])
    await post(`${INVITE}/1/again`, fieldsOf(shown.body, `${INVITE}/1/again`) as Record<string, string>)
    expect(asked().map(({ revokedAt }) => revokedAt !== null)).toEqual([true, false])
    const gone = await post(`${INVITE}/2/revocation`)
    expect(gone.headers.location).toBe(`${PAGE}?done=revoked`)
    expect((await post(`${INVITE}/2/revocation`)).statusCode).toBe(409)
    expect((await get(PAGE)).body).not.toContain('nieuw@example.org')
  })
})

describe('handing over', () => {
  test('says what belongs to it; an organiser hands over their own right, an owner may choose', async () => {
    const { db, app, group, get, me } = await openMembers()
    makeSeries(db, group)
    const page = '/console/series/eerste-donderdag/handover'
    const owner = (await get(page)).body
    expect(owner).toContain('Dat zijn nu 1 reeks en 0 bijeenkomsten die nog komen.')
    expect(owner).toMatch(
      /type="radio" name="right" value="owner"[\s\S]*type="checkbox" name="stops" value="on" checked/,
    )
    const { body } = await app.inject({ url: page, headers: me })
    expect(fieldsOf(body, page)).toEqual({ email: '', right: 'organiser', stops: 'on' })
    expect(body).toContain('Jouw recht stopt zodra de ander ja zegt.')
  })

  test('to oneself, or of the last owner to an organiser, is refused beside its field', async () => {
    const { db, group, post, asked } = await openMembers()
    makeSeries(db, group)
    const page = '/console/groups/noord/handover'
    const own = await post(page, { ...FORM, email: 'olga@example.org', right: 'owner', stops: 'on' })
    expect([own.statusCode, own.body.includes('Dit is je eigen adres.')]).toEqual([422, true])
    const last = await post(page, { ...FORM, right: 'organiser', stops: 'on' })
    expect([last.statusCode, last.body.includes('Jij bent de laatste eigenaar.')]).toEqual([422, true])
    expect(asked()).toEqual([])
  })

  test('with a wrong address and nothing ticked shows the form again', async () => {
    const { post } = await openMembers()
    const { statusCode, body } = await post('/console/groups/noord/handover', { ...FORM, email: 'x' })
    expect([statusCode, body.includes('name="stops" value="on">')]).toEqual([422, true])
  })
})
