// The subscribers of the example: they got the newsletter of last month, and nothing of the example is left to be mailed.
import { expect, test } from 'vitest'
import { layAttendees } from '#db/attendees.ts'
import { and, eq, lte } from '#db/drizzle.ts'
import { layFollowers } from '#db/followers.ts'
import { EXAMPLE, readProgramme } from '#db/programme.ts'
import { bulletins, messages, people, subscriptionRequests } from '#db/schema.ts'
import { layProgramme } from '#db/seed.ts'
import { writeNow } from '#db/write.ts'
import { figuresOf, phaseOfBulletin } from '#src/domain/bulletin-figures.ts'
import { listItems, withItems } from '#src/domain/bulletin-items.ts'
import { findNewsletter } from '#src/domain/newsletters.ts'
import { countReaders } from '#src/domain/readers.ts'
import { NOW, openWorld } from '../support/world.ts'

// The first day of a month, and the last one of a month that is longer than the one before.
test.each(['2026-11-01T06:00:00Z', '2027-03-31T22:30:00Z'])('on %s', text => {
  const { db } = openWorld()
  const now = Temporal.Instant.from(text)
  writeNow(db, tx => {
    const laid = layProgramme(tx, readProgramme(EXAMPLE), 'Europe/Amsterdam', now)
    layAttendees(tx, laid, now)
    layFollowers(tx, laid, 'Europe/Amsterdam', now)
  })
  const [news, told, draft, ...more] = db.select().from(bulletins).all()
  if (!news || !told || !draft) throw new Error('too few')
  expect(more).toEqual([])
  expect([news, told, draft].map(one => phaseOfBulletin(db, one, now))).toEqual(['sent', 'sent', 'draft'])
  expect([news.kind, told.kind, draft.kind]).toEqual(['newsletter', 'announcement', 'newsletter'])
  expect(figuresOf(db, news)).toMatchObject({ sent: 21, stopped: 1 })
  expect(figuresOf(db, told).sent).toBeGreaterThan(0)
  expect(listItems(db, news).length).toBeGreaterThan(0)
  expect(countReaders(db, withItems(db, draft), now)).toBe(20)
  expect(findNewsletter(db, { id: news.groupId })?.nextOn?.slice(8)).toBe('01')
  expect(
    db
      .select()
      .from(messages)
      .where(and(eq(messages.state, 'queued'), lte(messages.dueAt, now)))
      .all(),
  ).toEqual([])
  expect(db.select().from(subscriptionRequests).all()).toEqual([])
  const addresses = db.select().from(people).all()
  expect(addresses.filter(({ email }) => !email?.endsWith('@example.org'))).toEqual([])
})

test('there is nothing to follow without groups', () => {
  const { db } = openWorld()
  writeNow(db, tx => layFollowers(tx, [], 'Europe/Amsterdam', NOW))
  expect(db.select().from(bulletins).all()).toEqual([])
})
