// An app with somebody signed in: an owner or organiser of one group, or whoever else a test needs.
import type { Db } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import type { Group } from '#src/domain/groups.ts'
import { createOrganiser, findOrganiser, grant, type Right } from '#src/domain/organisers.ts'
import { createSignIn, signInByToken } from '#src/domain/sign-ins.ts'
import { openApp } from './app.ts'
import { makeGroup, NOW } from './world.ts'

/** The header of a browser in which this organiser is signed in; made an organiser of the group first. */
export function signIn(db: Db, email: string, group?: Group, right: Right = 'organiser'): { cookie: string } {
  const session = writeNow(db, tx => {
    const organiser = findOrganiser(tx, email) ?? createOrganiser(tx, email, 'Otto', NOW)
    if (group) grant(tx, organiser, group, right)
    return signInByToken(tx, createSignIn(tx, organiser, NOW), NOW)
  })
  return { cookie: `session=${session}` }
}

type Fields = Record<string, string | string[]>

/** The app with one group and its organiser; `get` and `post` are theirs unless another browser is given. */
export async function openConsole() {
  const world = await openApp()
  const group = makeGroup(world.db)
  const me = signIn(world.db, 'otto@example.org', group)
  const get = (url: string, headers = me) => world.app.inject({ url, headers })
  const post = (url: string, fields: Fields = {}, headers: Record<string, string> = me) => {
    const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map(one => [name, one]))
    return world.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
      payload: new URLSearchParams(pairs).toString(),
    })
  }
  return { ...world, group, me, get, post }
}

/** The hidden and visible values of the form of a page, as a browser would send them: by name. */
export function fieldsOf(html: string, action: string): Fields {
  const form = html.split('<form').find(part => part.includes(`method="post" action="${action}"`)) ?? ''
  const fields: Fields = {}
  for (const [tag] of form.split('</form>')[0]?.matchAll(/<input[^>]*>/g) ?? []) {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]
    const name = attribute('name')
    if (!name || (/type="(checkbox|radio)"/.test(tag) && !/ checked/.test(tag))) continue
    const value = (attribute('value') ?? '').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
    fields[name] = name in fields ? [fields[name] ?? '', value].flat() : value
  }
  return fields
}
