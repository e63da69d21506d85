// Fills a database with a network of any size, by SQL and in seconds: groups in a tree, series, events over the years, people
// who come back, their registrations, mails and what organisers did. Always the same for the same wishes: nothing is random.
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { placeholders } from '#db/prepared.ts'
import { events, groups, series } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { createGroup } from '#src/domain/groups.ts'
import { ensureOwner } from '#src/domain/organisers.ts'
import { createSeries } from '#src/domain/series.ts'
import { createTheme } from '#src/domain/themes.ts'
import { addUp } from '#src/domain/totals.ts'
import { instantsOf } from '#src/lib/time.ts'

export interface Size {
  events: number
  registrations: number
  groups: number
  /** How many of the groups are networks with others under them; a quarter, if nobody says. */
  networks?: number
  /** The last of them is the year ahead. */
  years: number
}

export const OWNER = 'eigenaar@example.org'
const ZONE = 'Europe/Amsterdam'
const DAY = 86_400_000

/** Who signs in, and what there is most of: the pages that have the most to show. */
export interface Filled {
  owner: string
  groupSlug: string
  seriesSlug: string
  /** The last event that is over and the next one to come: the two largest. */
  pastEventId: number
  comingEventId: number
  /** The one before and the one after these: of the same size in every database of a thousand registrations or more. */
  earlierEventId: number
  laterEventId: number
}

/** Registrations of the events that stand nearest to now, and of those beside them. */
const [LARGE, ORDINARY] = [3000, 100]
/** The last of what is over and the first of what is to come, with who is beside them. */
const PAST = 'starts_at < $now order by starts_at desc, rowid limit 1'
const COMING = 'starts_at > $now order by starts_at, rowid limit 1'

/** For a new database. A million registrations take about half a minute. */
export function fill(db: Db, size: Size, now: Temporal.Instant): Filled {
  const client = db.$client
  writeNow(db, tx => layGround(tx, size, now))
  writeNow(db, tx => layEvents(tx, size, now))
  client.exec('begin')
  layPeople(db, size, now)
  layRegistrations(db, size, now)
  layMails(db, now)
  layDeeds(db, now)
  client.exec('commit')
  while (writeNow(db, tx => addUp(tx, 500))) client.pragma('wal_checkpoint')
  return findNearest(db, now)
}

function layGround(tx: Tx, size: Size, now: Temporal.Instant): void {
  const top = createGroup(tx, { slug: 'landelijk', name: 'Landelijk netwerk' })
  ensureOwner(tx, OWNER, now)
  const regions: number[] = []
  for (let number = 1; number < size.groups; number++) {
    const isRegion = number <= (size.networks ?? Math.ceil(size.groups / 4))
    const parentId = isRegion ? top.id : (regions[number % regions.length] ?? top.id)
    const group = createGroup(tx, { slug: `groep-${number}`, name: `Werkplaats ${number}`, parentId })
    if (isRegion) regions.push(group.id)
  }
  for (const group of tx.select().from(groups).all()) createSeries(tx, seriesOf(group.id, now))
  for (let number = 1; number <= 12; number++) createTheme(tx, { slug: `thema-${number}`, name: `Thema ${number}` })
}

const GATHERING = {
  kind: 'webinar',
  timeZone: ZONE,
  durationMinutes: 60,
  attendance: 'online',
  roomUrl: 'https://meet.example.org/kamer',
} as const

const SUMMARY = 'Een vraag uit de praktijk, en wat we er samen van leerden.'
const OF_EACH = [
  ...(['uid', 'slug', 'title', 'groupId', 'seriesId', 'durationMinutes', 'localStart', 'startsAt', 'endsAt'] as const),
  ...(['plannedFor', 'revisedAt', 'createdAt', 'publishedAt', 'cancelledAt'] as const),
]

const seriesOf = (groupId: number, createdAt: Temporal.Instant) => ({
  ...GATHERING,
  slug: `reeks-${groupId}`,
  title: `Webinar van groep ${groupId}`,
  groupId,
  rule: 'FREQ=MONTHLY;BYDAY=1TH',
  localTime: '12:00',
  createdAt,
})

/** Spread evenly over the years; every fourth belongs to no series, every fiftieth to come is a draft. */
function layEvents(tx: Tx, size: Size, now: Temporal.Instant): void {
  const first = now.epochMilliseconds - (size.years - 1) * 365 * DAY
  const step = (size.years * 365 * DAY) / size.events
  const all = tx.select({ id: series.id, groupId: series.groupId }).from(series).all()
  // Built once: building it anew for each of a hundred thousand takes minutes.
  const insertion = tx
    .insert(events)
    .values({ ...GATHERING, summary: SUMMARY, ...placeholders(OF_EACH) })
    .prepare()
  for (let number = 0; number < size.events; number++) {
    const one = all[number % all.length]
    if (!one) throw new Error('no group to hold an event')
    const start = Temporal.Instant.fromEpochMilliseconds(Math.round(first + number * step)).toZonedDateTimeISO(ZONE)
    const localStart = `${start.toPlainDate()}T${number % 3 ? '12:00' : '15:30'}`
    const created = start.toInstant().subtract({ hours: 24 * 90 })
    const isDraft = start.epochMilliseconds > now.epochMilliseconds && number % 50 === 7
    const values = { ...GATHERING, durationMinutes: number % 3 ? 60 : 150, localStart }
    insertion.run({
      ...values,
      ...instantsOf(values),
      uid: `fill-${number}`,
      slug: `bijeenkomst-${number}`,
      title: `Bijeenkomst ${number}: wat werkt er in de wijk?`,
      groupId: one.groupId,
      seriesId: number % 4 ? one.id : null,
      plannedFor: number % 4 ? localStart : null,
      revisedAt: created,
      createdAt: created,
      publishedAt: isDraft ? null : created,
      cancelledAt: number % 40 === 11 ? created : null,
    })
  }
  tx.$client.exec(`insert into event_themes (event_id, theme_id)
    select events.id, themes.id from events join themes on themes.id in (1 + events.id % 12, 1 + (events.id * 7) % 12)`)
}

function layPeople({ $client }: Db, { registrations }: Size, now: Temporal.Instant): void {
  $client
    .prepare(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
      insert into people (id, email, created_at) select i, 'mens-' || i || '@example.org', ? from n`)
    .run(peopleFor(registrations), now.epochMilliseconds)
}

const peopleFor = (registrations: number) => Math.max(5000, Math.ceil(registrations / 20))

/**
 * Events are of five sizes; one past and one coming event have three thousand people, and one of each a hundred. Organisations
 * are written in three ways. Half of who attended online has minutes.
 */
function layRegistrations({ $client }: Db, size: Size, now: Temporal.Instant): void {
  const people = peopleFor(size.registrations)
  const [large, ordinary] = [LARGE, ORDINARY].map(most => Math.min(most, Math.floor(size.registrations / 10))) as [
    number,
    number,
  ]
  $client.exec(
    'create temp table sizes (event_id integer primary key, number integer, starts_at integer, ends integer, wish real)',
  )
  $client.exec(`insert into sizes select id, row_number() over (order by id), starts_at, ends_at, 0.4 + (id % 5) * 0.3
    from events where published_at is not null`)
  const spread =
    (size.registrations - 2 * large - 2 * ordinary) / total($client, 'select sum(wish) as total from sizes')
  $client.prepare('update sizes set wish = max(1, round(wish * ?))').run(spread)
  for (const which of [PAST, COMING]) {
    for (const [beside, wish] of [large, ordinary].entries()) {
      $client
        .prepare(
          `update sizes set wish = $wish where event_id = (select event_id from sizes where ${which} offset ${beside})`,
        )
        .run({ now: now.epochMilliseconds, wish })
    }
  }
  $client
    .prepare(`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${large - 1}),
      rows as (select event_id, starts_at as starts, ends, i, 1 + (number * 7919 + i * 13) % ${people} as person,
        (event_id * 31 + i * 17) % 100 as dice from sizes join n on n.i < wish)
      insert into registrations (event_id, person_id, name, organisation, role, attendance, locale, status, queue_number,
        revised_at, created_at, confirmed_at, waited_at, cancelled_at, cancelled_by, attended_at, attendance_source, attended_minutes)
      select event_id, person, 'Deelnemer ' || person,
        case person % 9 when 0 then '' when 1 then 'Gem. Plaats ' || (person % 400) when 2 then 'gemeente plaats ' || (person % 400)
          else 'Gemeente Plaats ' || (person % 400) end,
        case person % 7 when 0 then 'research' when 1 then 'education' when 2 then 'policy' when 3 then 'resident'
          when 4 then 'student' else 'practice' end,
        'online', 'nl', case when dice < 12 then 'cancelled' when dice < 18 then 'waitlisted' else 'confirmed' end, i + 1,
        starts - ${40 * DAY} + i * 60000, starts - ${40 * DAY} + i * 60000,
        case when dice < 12 or dice >= 18 then starts - ${40 * DAY} + i * 60000 end,
        case when dice >= 12 and dice < 18 then starts - ${40 * DAY} + i * 60000 end,
        case when dice < 12 then starts - ${2 * DAY} end, case when dice < 12 then 'attendee' end,
        case when dice >= 40 and ends < $now then starts end,
        case when dice >= 40 and ends < $now then 'door' end,
        case when dice >= 70 and ends < $now then 20 + dice % 40 end
      from rows`)
    .run({ now: now.epochMilliseconds })
  $client.exec('drop table sizes')
}

function total(client: Db['$client'], query: string): number {
  return (client.prepare(query).get() as { total: number }).total
}

/** One mail for each registration of the last year that is over, and a reminder for each coming one. */
function layMails({ $client }: Db, now: Temporal.Instant): void {
  const insert = (kind: string, state: string, due: string, sent: string, where: string) =>
    $client
      .prepare(`insert into messages (key, kind, lane, state, to_address, locale, event_id, registration_id, created_at,
          due_at, expires_at, sent_at, subject)
        select '${kind}:' || registrations.id, '${kind}', 2, '${state}', 'mens-' || person_id || '@example.org', 'nl', events.id,
          registrations.id, registrations.created_at, ${due}, starts_at, ${sent}, events.title
        from registrations join events on events.id = event_id where ${where} order by starts_at`)
      .run({ now: now.epochMilliseconds })
  const lastYear = `starts_at <= $now and starts_at > $now - ${365 * DAY}`
  insert('confirmed', 'sent', 'registrations.created_at', 'registrations.created_at', lastYear)
  insert('reminder_day', 'queued', `starts_at - ${DAY}`, 'null', "starts_at > $now and status = 'confirmed'")
}

/** Six deeds for each event, and one for every fiftieth registration. */
function layDeeds({ $client }: Db, now: Temporal.Instant): void {
  const owner = total($client, 'select min(id) as total from organisers')
  const insert = (columns: string, rest: string) =>
    $client
      .prepare(
        `insert into audit_entries (at, organiser_id, group_id, event_id, action, registration_id) select ${columns} ${rest}`,
      )
      .run({ now: now.epochMilliseconds })
  const deeds = ['event_created', 'event_edited', 'event_published', 'event_edited', 'event_edited', 'event_edited']
  insert(
    `min($now, created_at + i * ${DAY}), ${owner}, group_id, id, case i ${deeds.map((deed, index) => `when ${index} then '${deed}'`).join(' ')} end, null`,
    `from events join (${deeds.map((_, index) => `select ${index} as i`).join(' union all ')}) order by created_at, i`,
  )
  insert(
    `registrations.created_at, ${owner}, group_id, event_id, 'registration_added', registrations.id`,
    'from registrations join events on events.id = event_id where registrations.id % 50 = 0 order by registrations.id',
  )
}

function findNearest(db: Db, now: Temporal.Instant): Filled {
  const nearest = (which: string, beside = 0) =>
    (
      db.$client
        .prepare(`select id from events where published_at is not null and ${which} offset ${beside}`)
        .get({ now: now.epochMilliseconds }) as { id: number }
    ).id
  const pastEventId = nearest(PAST)
  const held = db.select({ seriesId: events.seriesId }).from(events).where(eq(events.id, pastEventId)).get()
  const found = db
    .select()
    .from(series)
    .where(eq(series.id, held?.seriesId ?? 1))
    .get()
  return {
    ...{ owner: OWNER, groupSlug: 'landelijk', seriesSlug: found?.slug ?? '' },
    ...{
      pastEventId,
      earlierEventId: nearest(PAST, 1),
      comingEventId: nearest(COMING),
      laterEventId: nearest(COMING, 1),
    },
  }
}
