// What may never happen, looked for in what is left after a run: an answered registration that is not there, more people than
// places, a mail that was recorded as sent and never came, or came twice, or came and was not recorded.
import type { Db } from '#db/open.ts'
import type { Taken } from './sink.ts'

/** Each kind with how often, and the first few by name; empty if nothing is lost. */
export interface Loss {
  what: string
  count: number
  examples: string[]
}

/** `answered`: the path and the address of every form that was taken; `before`: the last registration from before the run. */
export function lossesIn(db: Db, answered: string[], mails: Taken[], before: number): Loss[] {
  const rows = <Row>(query: string, ...values: number[]) => db.$client.prepare(query).all(...values) as Row[]
  const there = new Set(
    rows<{ slug: string; email: string }>(
      `select slug, email from registrations join people on people.id = person_id join events on events.id = event_id
       where status <> 'cancelled'`,
    ).map(({ slug, email }) => `/events/${slug}/registrations ${email}`),
  )
  const over = rows<{ slug: string }>(
    `select slug from events where capacity_online < (select count(*) from registrations
     where event_id = events.id and status = 'confirmed' and attendance = 'online' and part is null)`,
  )
  const silent = rows<{ email: string }>(
    `select email from registrations join people on people.id = person_id
     where registrations.id > ? and not exists (select 1 from messages where registration_id = registrations.id)`,
    before,
  )
  // What the fill wrote down as sent never was a mail.
  const sent = rows<{ messageId: string }>(
    "select message_id as messageId from messages where state = 'sent' and message_id is not null",
  )
  const failed = rows<{ key: string }>("select key from messages where state in ('failed', 'uncertain')")
  const came = new Map(mails.map(mail => [mail.messageId, mail]))
  const recorded = new Set(sent.map(({ messageId }) => messageId))
  return [
    loss(
      'answered and not in the database',
      answered.filter(one => !there.has(one)),
    ),
    loss(
      'events with more people than places',
      over.map(({ slug }) => slug),
    ),
    loss(
      'registered without a mail in the outbox',
      silent.map(({ email }) => email),
    ),
    loss(
      'mails recorded as sent that never came',
      [...recorded].filter(id => !came.has(id)),
    ),
    loss(
      'mails that came and are not recorded as sent',
      [...came.keys()].filter(id => !recorded.has(id)),
    ),
    loss(
      'mails that came twice',
      mails.filter(({ times }) => times > 1).map(({ to }) => to),
    ),
    loss(
      'mails given up on',
      failed.map(({ key }) => key),
    ),
  ].filter(({ count }) => count > 0)
}

function loss(what: string, which: string[]): Loss {
  return { what, count: which.length, examples: which.slice(0, 3) }
}
