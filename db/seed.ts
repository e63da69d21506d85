// Lays a programme (the shape of programme.json) around today, through the domain only: past topics backwards on the
// rule's dates, coming ones forwards. Registrations are made at past moments, and no mail is left due.
import { audit } from '#src/domain/audit.ts'
import { setTerms } from '#src/domain/certificates.ts'
import { addSession, createEvent, publishEvent } from '#src/domain/drafts.ts'
import { setThemes } from '#src/domain/editing.ts'
import type { Event } from '#src/domain/events.ts'
import { setFormFields, type WantedField } from '#src/domain/form-fields.ts'
import { createGroup, type Group, listGroups } from '#src/domain/groups.ts'
import { addMaterial } from '#src/domain/materials.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { datesOf, onOrAfter, parseRule } from '#src/domain/rules.ts'
import { createSeries, type Series } from '#src/domain/series.ts'
import { outsideProblems, timesBetween } from '#src/domain/session-times.ts'
import { createTheme } from '#src/domain/themes.ts'
import { Refusal } from '#src/lib/errors.ts'
import { slugify } from '#src/lib/text.ts'
import { dateIn } from '#src/lib/time.ts'
import type { Tx } from './open.ts'
import {
  type Conference,
  describe,
  type FieldPlan,
  type Gathering,
  type Programme,
  type SeriesPlan,
  type Topic,
} from './programme.ts'
import { layQuestions } from './questions.ts'

interface Ground {
  tx: Tx
  now: Temporal.Instant
  today: Temporal.PlainDate
  timeZone: string
  groups: Map<string, Group>
  themeIds: Map<string, number>
}

/** Lays a programme into a database that has no groups yet; Refusal('already_there') if it has one of them. */
export function layProgramme(tx: Tx, programme: Programme, timeZone: string, now: Temporal.Instant): Event[] {
  const today = dateIn(now, timeZone)
  const ground: Ground = {
    tx,
    now,
    today,
    timeZone,
    groups: layGroups(tx, programme),
    themeIds: layThemes(tx, programme),
  }
  const laid = [
    ...programme.series.flatMap(plan => laySeries(ground, plan)),
    ...layCircle(ground, programme.learning_circle),
    layConference(ground, programme.conference),
  ]
  const laying = { events: laid, themeId: (slug: string) => themeId(ground, slug) }
  layQuestions(tx, programme.questions ?? [], laying, now)
  audit(tx, { action: 'programme_imported', detail: `${laid.length}` }, now)
  return laid
}

function layGroups(tx: Tx, { association, groups }: Programme): Map<string, Group> {
  const known = new Set(listGroups(tx).map(({ slug }) => slug))
  const laid = new Map<string, Group>()
  for (const { parent, ...values } of [{ ...association, parent: '' }, ...groups]) {
    if (known.has(values.slug)) throw new Refusal('already_there')
    laid.set(values.slug, createGroup(tx, { ...values, parentId: laid.get(parent)?.id ?? null }))
  }
  return laid
}

function layThemes(tx: Tx, { themes }: Programme): Map<string, number> {
  return new Map(themes.map(theme => [theme.slug, createTheme(tx, theme).id]))
}

function laySeries(ground: Ground, plan: SeriesPlan): Event[] {
  const series = openSeries(ground, plan)
  const rule = parseRule(plan.rule)
  if (!rule) throw new Error(`${plan.slug}: no such rule: ${plan.rule}`)
  const isHeld = (date: Temporal.PlainDate) => !series.skipMonths.includes(date.month)
  const { today } = ground
  const [past = [], coming = []] = [plan.past, plan.coming]
  const before = datesOf(rule, today.subtract({ years: 4 }), today.subtract({ days: 1 }))
    .filter(isHeld)
    .reverse()
  const after = datesOf(rule, today.add({ days: 1 }), today.add({ years: 6 })).filter(isHeld)
  return [
    ...past.map((topic, index) => certified(ground, plan, layEvent(ground, series, plan, topic, before[index]))),
    ...coming.map((topic, index) => layEvent(ground, series, plan, topic, after[index])),
  ]
}

/** Whoever was at something that is over has a certificate of it, which counts where professionals register. */
function certified({ tx, now }: Ground, { group }: SeriesPlan, event: Event): Event {
  const number = `${group.toUpperCase()}-${event.localStart.slice(0, 7)}`
  const accreditations = [{ register: 'Registerplein', number, points: event.durationMinutes / 60 }]
  const terms = { areGiven: true, signer: 'Projectleider', pauseMinutes: 0, accreditations }
  setTerms(tx, event, terms, null, now)
  return event
}

function layCircle(ground: Ground, plan: Omit<SeriesPlan, 'past' | 'coming'>): Event[] {
  const rule = parseRule(plan.rule)
  if (!rule) throw new Error(`${plan.slug}: no such rule: ${plan.rule}`)
  const series = openSeries(ground, plan)
  const first = ground.today.add({ weeks: 5 })
  const dates = datesOf(rule, first, first.add({ years: 1 }))
  const topic = (number: number) => ({
    title: `${plan.title} (${number} van ${dates.length})`,
    summary: plan.summary ?? '',
  })
  return dates.map((date, index) => layEvent(ground, series, plan, topic(index + 1), date))
}

function openSeries({ tx, now, timeZone, groups }: Ground, plan: SeriesPlan): Series {
  return createSeries(tx, {
    ...gathering(plan, timeZone),
    slug: plan.slug,
    title: plan.title,
    groupId: groupId(groups, plan.group),
    durationMinutes: minutesOf(plan.duration),
    rule: plan.rule,
    localTime: plan.start,
    skipMonths: plan.skip_months ?? [],
    summary: plan.summary ?? '',
    ...enrolment(plan),
    createdAt: now,
  })
}

/** A fixed group has as many places as each of its meetings. */
function enrolment({ kind, capacity, enrolment: rule = kind === 'learning_circle' ? 'only' : 'off' }: SeriesPlan) {
  const places = typeof capacity === 'number' ? capacity : capacity.in_person + capacity.online
  return { enrolmentRule: rule, enrolmentCapacity: rule === 'only' ? places : null }
}

function gathering(plan: Gathering, timeZone: string) {
  const { kind, attendance, capacity } = plan
  const both = typeof capacity === 'number' ? { in_person: capacity, online: capacity } : capacity
  return {
    kind,
    attendance,
    timeZone,
    capacityOnline: attendance === 'in_person' ? null : both.online,
    capacityInPerson: attendance === 'online' ? null : both.in_person,
    roomUrl: plan.room ?? null,
    venue: plan.venue ?? null,
  }
}

/** Published four months before it is held, so that people can have registered by now. */
function layEvent(ground: Ground, series: Series, plan: SeriesPlan, topic: Topic, date?: Temporal.PlainDate): Event {
  if (!date) throw new Error(`${plan.slug}: the rule has too few dates`)
  const { tx, timeZone, groups } = ground
  const moment = earlier(ground, date)
  const draft = createEvent(
    tx,
    {
      ...gathering(plan, timeZone),
      seriesId: series.id,
      groupId: groupId(groups, topic.group ?? plan.group),
      durationMinutes: series.durationMinutes,
      title: topic.title,
      summary: topic.summary,
      description: describe(plan.kind, topic),
      speakers: topic.speakers ?? [],
      yield: topic.yield ?? '',
      localStart: `${date}T${plan.start}`,
    },
    moment,
  )
  setThemes(
    tx,
    draft.id,
    (topic.themes ?? []).map(slug => themeId(ground, slug)),
  )
  for (const material of topic.materials ?? []) addMaterial(tx, { ...material, eventId: draft.id })
  const published = publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, moment)
  return applyMove(ground, plan, published, moment)
}

function applyMove({ tx }: Ground, plan: SeriesPlan, event: Event, moment: Temporal.Instant): Event {
  const move = plan.moves?.find(({ from }) => event.localStart.startsWith(from))
  if (!move) return event
  const { durationMinutes, attendance, venue, revision } = event
  const to = { localStart: `${move.to}T${plan.start}`, durationMinutes, attendance, venue }
  return moveEvent(tx, event, to, move.reason, { organiserId: null, revision }, moment)
}

function layConference(ground: Ground, plan: Conference): Event {
  const { tx, today, timeZone, groups } = ground
  const date = onOrAfter(today.add({ weeks: 14 }), 'WE')
  const moment = earlier(ground, date)
  const draft = createEvent(
    tx,
    {
      ...gathering(plan, timeZone),
      slug: `${plan.slug}-${date.year}`,
      groupId: groupId(groups, plan.group),
      title: plan.title,
      summary: plan.summary ?? '',
      description: describe(plan.kind, { title: plan.title, summary: plan.summary ?? '' }),
      localStart: `${date}T${plan.start}`,
      durationMinutes: minutesBetween(plan.start, plan.end),
    },
    moment,
  )
  for (const session of plan.sessions) addSession(tx, partOf(ground, session, draft))
  setFormFields(tx, draft.id, (plan.form_fields ?? []).filter(asksSomethingNew).map(wanted))
  return publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, moment)
}

/** Times of a file are of the day of its event. Throws where a part does not fit that, since nothing of it is laid then. */
function partOf({ groups }: Ground, { start, end, group, ...session }: Conference['sessions'][number], event: Event) {
  const day = event.localStart.slice(0, 10)
  const times = timesBetween(`${day}T${start}`, `${day}T${end}`, event)
  if (Object.keys(outsideProblems(times, event)).length) throw new Error(`${session.title}: not within ${event.title}`)
  return {
    ...session,
    ...times,
    eventId: event.id,
    round: session.kind === 'workshop' ? (session.round ?? 1) : null,
    groupId: group ? groupId(groups, group) : null,
    isLearning: session.kind !== 'break' && !WELCOME.test(session.title),
    revisedAt: event.revisedAt,
  }
}

/** Nobody learns anything from being welcomed. */
const WELCOME = /^(inloop|welkom|ontvangst|welcome|arrival)/i

/** What somebody needs is asked on every form, and has a field of its own. */
const asksSomethingNew = ({ kind, label }: FieldPlan) => kind !== 'text' || !label.startsWith('Wat heb je nodig')

function wanted({
  kind,
  label,
  options = [],
  required,
  delete_after_days: deleteAfterDays = 30,
}: FieldPlan): WantedField {
  return { id: null, kind, label, hint: '', options, isRequired: required, deleteAfterDays }
}

function earlier({ now, timeZone }: Ground, date: Temporal.PlainDate): Temporal.Instant {
  const published = date
    .toZonedDateTime({ timeZone, plainTime: '09:00' })
    .toInstant()
    .subtract({ hours: 24 * 120 })
  const yesterday = now.subtract({ hours: 24 })
  return Temporal.Instant.compare(published, yesterday) < 0 ? published : yesterday
}

function groupId(groups: Map<string, Group>, slug: string): number {
  const group = groups.get(slug)
  if (!group) throw new Error(`no group ${slugify(slug)} in this programme`)
  return group.id
}

function themeId({ themeIds }: Ground, slug: string): number {
  const id = themeIds.get(slug)
  if (id === undefined) throw new Error(`no theme ${slugify(slug)} in this programme`)
  return id
}

function minutesOf(duration: string): number {
  return Temporal.Duration.from(duration).total('minutes')
}

function minutesBetween(start: string, end: string): number {
  return Temporal.PlainTime.from(start).until(Temporal.PlainTime.from(end)).total('minutes')
}
