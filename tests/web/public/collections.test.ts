import { describe, expect, test } from 'vitest'
import { accentStylesheet, contrast } from '#src/web/public/accents.ts'
import { openApp } from '../../support/app.ts'
import { makeEvent, makeGroup, makeSeries } from '../../support/world.ts'

describe('the page of', () => {
  test('a group shows what it and the groups under it host, and its feed', async () => {
    const { app, db } = await openApp()
    const parent = makeGroup(db, { accent: '#0b6b6b', summary: 'Het Noorden.' })
    const child = makeGroup(db, { slug: 'senioren', name: 'IWP Senioren', parentId: parent.id })
    makeEvent(db, child, { title: 'Van de kleinkinderen' })
    const { body } = await app.inject('/groups/noord')
    expect(body).toContain('Van de kleinkinderen')
    expect(body).toContain('href="/groups/senioren"')
    expect(body).toContain('href="webcal://localhost:3000/groups/noord.ics"')
    expect(body).toMatch(/<link rel="stylesheet" href="\/groups\/noord\.css\?v=[\w-]{8}">/)
    expect((await app.inject('/groups/senioren')).body).toContain('href="/groups/noord">Werkplaats Noord</a>')
  })

  test('a series shows its rhythm, and its past ends in the archive', async () => {
    const { app, db } = await openApp()
    const group = makeGroup(db)
    const seriesId = makeSeries(db, group).id
    for (let day = 10; day < 16; day++) makeEvent(db, group, { seriesId, localStart: `2026-10-${day}T12:00` })
    const { body } = await app.inject('/series/eerste-donderdag')
    expect(body).toContain('class="year"')
    expect(body).toContain('href="/archive?series=eerste-donderdag"')
    expect(body).toContain('Er is nu niets gepland.')
  })

  test.each(['/groups/nergens', '/series/nergens', '/themes/nergens', '/groups/nergens.css'])(
    '%s is not there',
    async url => {
      const { app } = await openApp()
      expect((await app.inject(url)).statusCode).toBe(404)
    },
  )
})

describe("a group's colour", () => {
  const rgb = (hex: string) =>
    [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number]

  test.each(['#0b6b6b', '#8a3b12', '#ffff00', '#ffffff', '#000000', '#7f7f7f', '#ff0000', '#00ff00', '#0000ff'])(
    '%s becomes readable on paper, at night, and on its own tints',
    accent => {
      const [light, mist, dark, dusk] = (accentStylesheet({ accent }).match(/#\w{6}/g) ?? []).map(rgb)
      if (!light || !mist || !dark || !dusk) throw new Error('four colours')
      for (const ground of [mist, [251, 249, 243], [242, 238, 226]] as (typeof mist)[]) {
        expect(contrast(light, ground)).toBeGreaterThanOrEqual(4.5)
      }
      for (const ground of [dusk, [14, 26, 32], [32, 49, 55]] as (typeof dusk)[]) {
        expect(contrast(dark, ground)).toBeGreaterThanOrEqual(4.5)
      }
    },
  )

  test('that is none is left out', () => {
    expect(accentStylesheet({ accent: 'red;} body{display:none' })).toBe('')
    expect(accentStylesheet({ accent: null })).toBe('')
  })

  test('stands in a stylesheet of its own', async () => {
    const { app, db } = await openApp()
    makeGroup(db, { accent: '#0b6b6b' })
    const { headers, body } = await app.inject('/groups/noord.css')
    expect(headers['content-type']).toBe('text/css; charset=utf-8')
    expect(body).toMatch(/^:root\{(--group-(light|mist|dark|dusk):#[0-9a-f]{6};?){4}\}$/)
  })
})
