// What an organiser opens of a group, a series and an event, and the reports of what went by itself.
import { eq } from '#db/drizzle.ts'
import { DATA_KINDS } from '#db/personal-data.ts'
import { events, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createEvent } from '#src/domain/drafts.ts'
import type { Event } from '#src/domain/events.ts'
import { listGroups } from '#src/domain/groups.ts'
import { enqueue } from '#src/domain/outbox.ts'
import { beginSweep, countGone, endSweep } from '#src/domain/sweeps.ts'
import { ORGANISER, type Site } from '../site.ts'
import { type Address, findNext } from './address.ts'
import { peoplePages } from './registrations.ts'

export function consolePages({ db, clock }: Site): Address[] {
  const now = clock.now()
  const coming = findNext(db, now)
  const cancelled = db
    .select()
    .from(events)
    .all()
    .find(event => event.cancelledAt) as Event
  const draft = writeNow(db, tx =>
    createEvent(
      tx,
      {
        groupId: coming.groupId,
        kind: 'webinar',
        timeZone: 'Europe/Amsterdam',
        durationMinutes: 60,
        attendance: 'online',
        title: 'Een concept',
        localStart: '2027-12-02T12:00',
      },
      now,
    ),
  )
  writeNow(db, tx =>
    enqueue(tx, { key: 'test:page', kind: 'test', toAddress: ORGANISER, locale: 'nl', eventId: coming.id }, now),
  )
  const message = db.select().from(messages).where(eq(messages.eventId, coming.id)).get()
  return [
    ['/console/groups/:slug', '/console/groups/noord'],
    ['/console/groups/:slug/new', '/console/groups/noord/new'],
    ['/console/groups/:slug/members', '/console/groups/noord/members'],
    ['/console/groups/:slug/retention', '/console/groups/noord/retention?saved=1'],
    ['/console/groups/:slug/retention', `/console/groups/${swept(db, now)}/retention`, 'reports'],
    ['/console/groups/:slug/handover', '/console/groups/noord/handover'],
    ['/console/series/:slug/handover', '/console/series/eerste-donderdag/handover'],
    ['/console/groups/:slug/mails', '/console/groups/noord/mails'],
    ['/console/groups/:slug/mails/:locale/:kind', '/console/groups/noord/mails/nl/confirmed'],
    ['/console/groups/:slug/mails/:locale/:kind', '/console/groups/noord/mails/en/shared?done=saved', 'saved'],
    ['/console/groups/:slug/mails/:locale/:kind/preview', '/console/groups/noord/mails/nl/changed/preview'],
    ['/console/series/:slug', '/console/series/eerste-donderdag'],
    ['/console/series/:slug/planning', '/console/series/eerste-donderdag/planning'],
    ['/console/events/:id', `/console/events/${coming.id}`],
    ['/console/events/:id', `/console/events/${draft.id}`, 'draft'],
    ['/console/events/:id/preview', `/console/events/${draft.id}/preview`],
    ['/console/events/:id/move', `/console/events/${coming.id}/move`],
    ['/console/events/:id/cancellation', `/console/events/${coming.id}/cancellation`],
    ['/console/events/:id/reinstatement', `/console/events/${cancelled.id}/reinstatement`],
    ['/console/series/:slug/run-sheet', '/console/series/eerste-donderdag/run-sheet'],
    ['/console/events/:id/run-sheet', `/console/events/${coming.id}/run-sheet`],
    ['/console/events/:id/run-sheet', `/console/events/${draft.id}/run-sheet`, 'draft'],
    ['/console/events/:id/run-sheet', `/console/events/${cancelled.id}/run-sheet`, 'cancelled'],
    ['/console/events/:id/registrations', `/console/events/${coming.id}/registrations`],
    ...peoplePages(db, coming, now),
    ['/console/events/:id/people-import', `/console/events/${coming.id}/people-import`],
    ['/console/events/:id/attendance-report', `/console/events/${coming.id}/attendance-report?recorded=3`],
    ['/console/import', '/console/import?past=3&coming=2', 'laid'],
    ['/console/events/:id/invitees', `/console/events/${coming.id}/invitees?added=2`],
    ['/console/events/:id/invitees', `/console/events/${draft.id}/invitees`, 'empty'],
    ['/console/events/:id/check-in', `/console/events/${coming.id}/check-in`],
    ['/console/events/:id/attendance-list', `/console/events/${coming.id}/attendance-list`],
    ['/console/events/:id/badges', `/console/events/${coming.id}/badges`],
    ['/console/outbox/:id', `/console/outbox/${message?.id}`],
    ['/console/events/:id/reach', `/console/events/${coming.id}/reach`],
    ['/console/reach', '/console/reach?year=2026&group=noord', 'of a group'],
    ['/console/reach', '/console/reach?year=2031', 'nothing'],
    ['/console/events/:id/history', `/console/events/${coming.id}/history`],
    ['/console/groups/:slug/history', '/console/groups/noord/history'],
  ]
}

/** A group at the top in which much has gone by itself, the last two nights. */
function swept(db: Site['db'], now: Temporal.Instant): string {
  const list = listGroups(db)
  const top = list.find(({ parentId }) => parentId === null) ?? list[0]
  if (!top) throw new Error('there is no group')
  writeNow(db, tx => {
    for (const nights of [2, 1]) {
      const sweep = beginSweep(tx, now.subtract({ hours: 24 * nights }))
      const gone = DATA_KINDS.map((kind, index) => ({ kind, groupId: top.id, total: 1 + 37 * index }))
      countGone(tx, sweep, nights === 1 ? gone : gone.slice(0, 2))
      endSweep(tx, sweep, '', now)
    }
  })
  return top.slug
}
