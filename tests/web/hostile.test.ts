// Whatever is sent to whatever address, nobody meets a 5xx: every route of the app, with junk for its parameters, query,
// form and headers, as a stranger and as an organiser.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openConsole } from '../support/console.ts'
import { makeEvent, makeRegistration, makeSeries } from '../support/world.ts'

type World = Awaited<ReturnType<typeof openConsole>>
let world: World
/** Values that lead past the first check of a parameter. */
let known: string[]

const FIELDS = [
  [
    'name',
    'email',
    'role',
    'attendance',
    'organisation',
    'access_needs',
    'colleague_name',
    'colleague_email',
    'website',
  ],
  ['revision', 'recipients', 'date', 'time', 'durationMinutes', 'reason', 'venueName', 'venueAddress', 'roomUrl'],
  ['title', 'summary', 'description', 'speakers', 'kind', 'groupId', 'themes', 'yield', 'capacityOnline', 'present'],
  ['from', 'until', 'accept', 'proposed', 'every', 'ordinal', 'weekday', 'months', 'interval', 'weeklyDay', 'count'],
  [
    'localTime',
    'skipMonths',
    'promoteHoursOnline',
    'promoteHoursInPerson',
    'declineHours',
    'capacityInPerson',
    'code',
    'token',
  ],
  ['q', 'status', 'state', 'before', 'when', 'lang', 'v', 'undo', 'done', 'planned', 'vervallen', 'sent', 'saved'],
  ['base', 'lost', 'cohosts', 'newTheme', 'hostUrl', 'waitingRule', 'registrationFromDate', 'registrationUntilTime'],
  ['field1_id', 'field1_kind', 'field1_label', 'field1_options', 'field1_days', 'material1_title', 'material1_url'],
  ['field_1', 'field_constructor', 'coverAlt'],
  [
    'act',
    'ids',
    'all',
    'seal',
    'rows',
    'which',
    'list',
    'other',
    'stays',
    'who',
    'minutes',
    'marks',
    'audience',
    'body',
  ],
  ['subject', 'days', 'side', 'proof', 'version', 'right', 'was', 'stops', 'locale', 'answer', 'one', 'revisionOfOne'],
  [
    'order',
    'after',
    'mark',
    'part',
    'briefing',
    'note',
    'message',
    'registration',
    'spelling',
    'year',
    'redate',
    'dates',
  ],
  ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''],
].flat()
const VALUES = [
  ['', ' ', '0', '-1', '1', '2', '1e400', 'NaN', '99999999999999999999', '2026-12-10', '2026-02-31', '0000-01-01'],
  ['9999-12-31', '12:00', '24:00', 'on', 'yes', 'nl', 'xx', 'zoe@example.org', 'a@b@c', 'practice', 'online', 'hybrid'],
  ['webinar', 'month', 'week', 'TH', '-1', '1,2,3', '\0', 'a\0b', '\r\nX: y', '%', '%ff', '\ud800', '😀', '<b>', "'"],
  ['https://meet.example.org/x', 'javascript:1', 'constructor', '__proto__', 'x'.repeat(600), '999999999999999-1'],
].flat()

beforeAll(async () => {
  world = await openConsole()
  const { db, group, tokens } = world
  const series = makeSeries(db, group)
  const event = makeEvent(db, group, { seriesId: series.id, capacityOnline: 1 })
  const { id } = makeRegistration(db, event)
  makeRegistration(db, event, { email: 'wacht@example.org' })
  const link = { id, version: 1 }
  const purposes = ['registration', 'join', 'check-in', 'unsubscribe', 'my', 'feed', 'invitation'] as const
  const sealed = [
    tokens.seal({ undo: event.id }),
    tokens.seal(null),
    tokens.seal({ email: 'x', status: 'x', colleague: 1 }),
  ]
  known = [event.slug, group.slug, series.slug, ...purposes.map(purpose => tokens.sign(purpose, link)), ...sealed]
})

/** A form that every route would take, but for the fields that are junk. */
const GOOD: Record<string, string> = {
  name: 'Zoë',
  email: 'zoe@example.org',
  role: 'practice',
  attendance: 'online',
  revision: '2',
  recipients: '1',
  date: '2026-12-10',
  time: '12:00',
  durationMinutes: '60',
  venueName: 'De Zaal',
  title: 'Een titel',
  kind: 'webinar',
  groupId: '1',
  every: 'month',
  ordinal: '1',
  weekday: 'TH',
  months: '1,2,3',
  interval: '2',
  weeklyDay: 'TH',
  localTime: '12:00',
  promoteHoursOnline: '1',
  promoteHoursInPerson: '48',
  present: 'yes',
  registration: '1',
  code: '123456',
}

const value = () =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...VALUES, ...known) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
const pairs = () => fc.array(fc.tuple(fc.constantFrom(...FIELDS), value()), { maxLength: 14 })
const merged = (junk: [string, string][]) => {
  const names = new Set(junk.map(([name]) => name))
  return [...Object.entries(GOOD).filter(([name]) => !names.has(name)), ...junk]
}
const encoded = (list: [string, string][]) =>
  new URLSearchParams(list.map(([a, b]) => [a, b.toWellFormed()])).toString()
const header = () =>
  fc.string({ unit: 'binary-ascii', maxLength: 40 }).map(text => text.replaceAll(/[^\x20-\x7e]/g, ''))

function request(method: string, route: string) {
  const names = route.match(/:\w+|\*/g) ?? []
  return fc.record({
    params: fc.array(fc.oneof(value(), fc.constantFrom('1', '2')), {
      minLength: names.length,
      maxLength: names.length,
    }),
    query: pairs(),
    form: fc.oneof(
      pairs(),
      fc.array(fc.tuple(fc.constantFrom(...FIELDS), value()), { maxLength: 3 }).map(junk => merged(junk)),
    ),
    json: fc.option(fc.json(), { freq: 5 }),
    isRaw: fc.boolean(),
    isOrganiser: fc.boolean(),
    language: header(),
    // Each from a client of its own, or the limits would answer for everything.
    client: fc.ipV4(),
    host: fc.constantFrom('localhost:3000', 'evil.example', '[::1', ''),
    method: fc.constant(method),
  })
}

describe('junk', async () => {
  const { routes } = await openConsole()
  const seen = routes.filter(({ method }) => method === 'GET' || method === 'POST')

  test.each(seen.map(({ method, url }): [string, string] => [method, url]))('%s %s', async (method, url) => {
    await fc.assert(
      fc.asyncProperty(request(method, url), async one => {
        let index = 0
        const path = url.replaceAll(/:\w+|\*/g, () => {
          const param = one.params[index++] ?? ''
          return one.isRaw
            ? encodeURI(param.toWellFormed()).replaceAll('#', '')
            : encodeURIComponent(param.toWellFormed())
        })
        const isJson = one.json !== null
        const reply = await world.app.inject({
          method: method as 'GET' | 'POST',
          url: `${path}?${encoded(one.query)}`,
          remoteAddress: one.client,
          headers: {
            host: one.host,
            'accept-language': one.language,
            'sec-fetch-site': 'same-origin',
            ...(one.isOrganiser && world.me),
            ...(method === 'POST' && {
              'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
            }),
          },
          ...(method === 'POST' && { payload: isJson ? (one.json ?? '') : encoded(one.form) }),
        })
        // Without a worker the program is rightly not ready.
        if (url !== '/readyz') expect(reply.statusCode).toBeLessThan(500)
      }),
      { numRuns: 30 },
    )
  })

  test.each(['//[', '//[x', '/%', '/%ff', '/events/%c0%af', '/\\evil', '/?lang[]=nl', `/${'a/'.repeat(2000)}`])(
    'the address %j is refused, not stumbled over',
    async url => {
      const { statusCode } = await world.app.inject({ url })
      expect(statusCode).toBeLessThan(500)
    },
  )

  test('the console asks where a POST comes from, however its address is spelt', async () => {
    const { app, db, group, me } = await openConsole()
    const { id } = makeEvent(db, group)
    for (const url of [`/console/events/${id}/publication`, `/%63onsole/events/${id}/publication`]) {
      const payload = 'revision=2'
      const headers = { ...me, 'content-type': 'application/x-www-form-urlencoded' }
      expect((await app.inject({ method: 'POST', url, headers, payload })).statusCode).toBe(403)
    }
  })

  test.each([
    'name=a&name=b&email=c@d.nl&role=practice',
    'name=a&email=c@d.nl&role=practice&colleague_name=x&colleague_name=y',
    'name=a&email=c@d.nl&email=e@f.nl&role=practice&colleague_email=x&colleague_email=y',
  ])('a field sent twice is a mistake in that field: %s', async payload => {
    const { app, db, group } = await openConsole()
    const reply = await app.inject({
      method: 'POST',
      url: `/events/${makeEvent(db, group).slug}/registrations`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    })
    expect(reply.statusCode).toBe(422)
  })
})
