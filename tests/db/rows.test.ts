// Rows that are made here are those that drizzle makes.
import { expect, test } from 'vitest'
import { rowsOf } from '#db/rows.ts'
import { events, groups, registrations, series } from '#db/schema.ts'
import { makeEvent, makeGroup, makeRegistration, makeSeries, openWorld } from '../support/world.ts'

test.each(Object.entries({ events, groups, series, registrations }))('the same of %s', (_, table) => {
  const { db } = openWorld()
  const group = makeGroup(db, { summary: 'Van alles.' })
  const { id: seriesId } = makeSeries(db, group, { skipMonths: [7, 8] })
  const venue = { name: 'Zaal', address: '', postcode: '', city: 'Assen', access: '' }
  makeRegistration(db, makeEvent(db, group, { seriesId, venue, attendance: 'hybrid', speakers: ['Zoë'] }))
  makeEvent(db, group, { slug: 'twee' })
  const query = db.select().from(table)
  expect(query.all().length).toBeGreaterThan(0)
  expect(rowsOf(table, query.values())).toStrictEqual(query.all())
})
