// The pages about letters: asking for them, changing and stopping them, writing, checking and releasing them, and reading them back.
import { asc, eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { bulletinItems, bulletins, events, subscriptionRequests } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { announce, countInterested } from '#src/domain/announcements.ts'
import { editBulletin } from '#src/domain/bulletin-edits.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import { type Bulletin, findBulletin } from '#src/domain/bulletins.ts'
import type { Event } from '#src/domain/events.ts'
import { type Group, listGroups } from '#src/domain/groups.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { countReaders } from '#src/domain/readers.ts'
import { recallBulletin, releaseBulletin } from '#src/domain/spreading.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { setWishes } from '#src/domain/subscriptions.ts'
import { letterWish, subscribe } from '../letters.ts'
import type { Site } from '../site.ts'
import { type Address, findNext } from './address.ts'

/** Somebody who gets letters, somebody who asked for them; a newsletter that waits, one that went, and an event to announce. */
export function letters(site: Site): Address[] {
  const { db, clock, tokens } = site
  const now = clock.now()
  const [top] = listGroups(db).filter(({ parentId }) => parentId === null)
  if (!top) throw new Error('there is no group')
  const both = (['newsletter', 'announcement'] as const).map(letter => letterWish(letter, `g${top.id}`))
  const reader = subscribe(db, 'lezer@example.org', both, now)
  const event = findNext(db, now)
  const [draft, sent, told] = writeNow(db, tx => {
    requestSubscription(tx, { email: 'straks@example.org', locale: 'nl', wishes: both }, now)
    setNewsletter(tx, top, { day: 5, isOn: true, timeZone: 'Europe/Amsterdam', organiserId: 1 }, now)
    const by = { timeZone: 'Europe/Amsterdam', organiserId: 1 }
    const made = composeNow(tx, top, by, now)
    const shown = countReaders(tx, withItems(tx, made), now)
    const out = releaseBulletin(tx, made, { organiserId: 1, revision: made.revision, shown }, now)
    tx.update(bulletins).set({ month: '2026-01', intro: 'Een goed begin van het jaar.' }).run()
    const other = listUnannounced(tx, event, now)
    const announced = announce(
      tx,
      other,
      { also: [], intro: '' },
      { organiserId: 1, shown: countInterested(tx, other, now) },
      now,
    )
    return [composeNow(tx, top, by, now), out, { ...announced, event: other }] as const
  })
  const other = otherLetters(site, top)
  const token = (purpose: 'newsletter' | 'announcements' | 'letters', version = 1) =>
    `/unsubscribe/${tokens.sign(purpose, { id: reader.id, version })}`
  const request = db.select().from(subscriptionRequests).get()
  return [
    ['/newsletter', `/newsletter?group=${top.slug}`, 'ticked'],
    ['/newsletter', '/newsletter?sent=1', 'sent'],
    ['/newsletter/archive/:id', `/newsletter/archive/${sent.id}`],
    [
      '/subscription-proofs/:token',
      `/subscription-proofs/${tokens.sign('subscription-proof', { id: request?.id ?? 0, version: 1 })}`,
    ],
    ['/subscription-proofs/:token', `/subscription-proofs/${'x'.repeat(48)}`, 'used'],
    [
      '/subscriptions/:token',
      `/subscriptions/${tokens.sign('subscription', { id: reader.id, version: 1 })}?done=saved`,
    ],
    ['/unsubscribe/:token', token('newsletter', top.id), 'news'],
    ['/unsubscribe/:token', token('announcements'), 'announcements'],
    ['/unsubscribe/:token', token('letters'), 'letters'],
    ['/console/bulletins/:id', `/console/bulletins/${draft.id}?eyes=g${top.id}&done=composed`, 'draft'],
    ['/console/bulletins/:id', `/console/bulletins/${sent.id}`, 'leaving'],
    ['/console/bulletins/:id', `/console/bulletins/${told.id}`, 'announcement'],
    ...other,
    ['/console/events/:id/announcement', `/console/events/${event.id}/announcement`],
    ['/console/events/:id/announcement', `/console/events/${told.event.id}/announcement`, 'announced'],
  ]
}

/** Who gets nothing any more; a newsletter that was called back, one in which all is long, one with nothing in it. */
function otherLetters({ db, clock, tokens }: Site, top: Group): Address[] {
  const now = clock.now()
  const stopped = subscribe(db, 'gestopt@example.org', [letterWish('newsletter', `g${top.id}`)], now)
  const by = { timeZone: 'Europe/Amsterdam', organiserId: 1 }
  const [recalled, long, empty] = writeNow(db, tx => {
    setWishes(tx, stopped, [], now)
    const [first, second, third] = listGroups(tx).filter(({ id }) => id !== top.id)
    if (!first || !second || !third) throw new Error('there are too few groups')
    const made = composeNow(tx, first, by, now)
    tx.update(bulletins).set({ releasedAt: now, recipients: 3, spreadAt: now }).where(eq(bulletins.id, made.id)).run()
    const out = findBulletin(tx, made.id) as Bulletin
    recallBulletin(tx, out, { id: 1 }, now)
    const texts = {
      subject: 'Samenwerkingsovereenkomsten'.repeat(5),
      intro: `${'Lange woorden. '.repeat(90)}\n\nEn nog een.`,
    }
    const wordy = composeNow(tx, second, by, now)
    editBulletin(tx, wordy, texts, { organiserId: 1, revision: wordy.revision }, now)
    const bare = composeNow(tx, third, by, now)
    tx.delete(bulletinItems).where(eq(bulletinItems.bulletinId, bare.id)).run()
    return [made, wordy, bare]
  })
  return [
    [
      '/subscriptions/:token',
      `/subscriptions/${tokens.sign('subscription', { id: stopped.id, version: 1 })}`,
      'stopped',
    ],
    ['/console/bulletins/:id', `/console/bulletins/${recalled?.id}`, 'recalled'],
    ['/console/bulletins/:id', `/console/bulletins/${long?.id}?done=saved`, 'long'],
    ['/console/bulletins/:id', `/console/bulletins/${empty?.id}`, 'nothing in it'],
    ['/console/bulletins', '/console/bulletins?saved=1', 'saved'],
    ['/newsletter/archive', '/newsletter/archive?before=1', 'empty'],
  ]
}

/** Another event of which people asked to hear. */
function listUnannounced(tx: Tx, { id }: Event, now: Temporal.Instant): Event {
  const list = tx.select().from(events).orderBy(asc(events.startsAt)).all()
  const found = list.find(event => event.id !== id && countInterested(tx, event, now) > 0)
  if (!found) throw new Error('nothing can be announced')
  return found
}
