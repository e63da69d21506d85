// The year of a series on one screen: the rule's dates to accept, to move or to skip, what stands there already, and drafts in
// one go. Reading the form stands in `plan-form`, trading two topics in `swaps`.
import type { FastifyRequest } from 'fastify'
import { heldMailsOf } from '#src/domain/consequences.ts'
import type { Event } from '#src/domain/events.ts'
import { holidaysOn } from '#src/domain/holidays.ts'
import { getEventWith, getSeriesWith, ownsSomething } from '#src/domain/organisers.ts'
import { type Clash, listOnDays } from '#src/domain/overview.ts'
import { listStray, nextSpan, type Proposal, planDates, proposeDates } from '#src/domain/planning.ts'
import {
  type SchoolHoliday,
  type SchoolHolidayOn,
  schoolHolidaysBetween,
  schoolHolidaysKnownUntil,
  schoolHolidaysOn,
  schoolRegionOf,
} from '#src/domain/school-holidays.ts'
import type { Series } from '#src/domain/series.ts'
import { skipDates, skipsOf, unskipDate } from '#src/domain/skips.ts'
import { canSwap } from '#src/domain/swaps.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { dateIn } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems } from '../forms.ts'
import { Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Day } from './fields.ts'
import { DayOrNone, isDoubtful, MOST, PlanForm, readDay, readPlan, typedFor } from './plan-form.ts'
import { ruleWords } from './rules.ts'

const Count = Type.Optional(Type.Integer({ minimum: 0 }))
const Span = Type.Object({
  from: DayOrNone,
  until: DayOrNone,
  planned: Count,
  skipped: Count,
  swapped: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 2 })),
  unskipped: Type.Optional(Type.Literal('1')),
})
/** Nobody plans further ahead; a series every week fits. */
const LONGEST = { years: 2 }
/** No holiday lasts so long that a free week is further away. */
const WEEKS_TO_LOOK = 12

export interface ProposedDate extends Proposal {
  isAccepted: boolean
  /** The reason, if this date is skipped. */
  skip: string | undefined
  /** The day in the field: the rule's own, or the one that was typed. */
  wish: string
  title: string
  reason: string
  problem: string
  schoolHolidays: SchoolHolidayOn[]
  /** A day near it with nothing against it, where the rule's own has a holiday. */
  instead: Temporal.PlainDate | undefined
  clashes: Clash[]
}

export interface PlanningPages {
  'console/planning': {
    found: Series
    words: string
    from: Temporal.PlainDate
    until: Temporal.PlainDate
    dates: ProposedDate[]
    /** Events of the series on days that the rule does not give. */
    others: Event[]
    /** What can change places. */
    swappable: Event[]
    /** The years to go to, as of now. */
    years: number[]
    /** How many drafts the POST before this page made, and how many dates it skips. */
    done: { planned: number; skipped: number } | undefined
    /** The two events that traded places, and the mails about it that can still be stopped by trading back. */
    swapped: { pair: [Event, Event]; held: ReturnType<typeof heldMailsOf> } | undefined
    isUnskipped: boolean
    problems: Record<string, string>
    /** The first date to choose of which nobody knows whether it is in a school holiday. */
    unknownFrom: Temporal.PlainDate | undefined
    /** School holidays are brought in by an owner. */
    isOwner: boolean
  }
}

type Page = PlanningPages['console/planning']

export function planningRoutes(app: App, { db, write, clock }: Deps): void {
  const getFound = (request: FastifyRequest, slug: string) => getSeriesWith(db, organiserOf(request), 'organiser', slug)

  app.get('/console/series/:slug/planning', { schema: { params: Slug, querystring: Span } }, async (request, reply) => {
    const found = getFound(request, request.params.slug)
    const { planned, skipped = 0 } = request.query
    const done = planned === undefined ? undefined : { planned, skipped }
    const swapped = readSwapped(request, found, request.query.swapped ?? [])
    const isUnskipped = request.query.unskipped !== undefined
    const shown = page(request, found, request.query, undefined)
    return reply.page('console/planning', { ...shown, done, swapped, isUnskipped })
  })

  app.post('/console/series/:slug/planning', { schema: { params: Slug, body: PlanForm } }, async (request, reply) => {
    const found = getFound(request, request.params.slug)
    const now = clock.now()
    const result = await write(tx => {
      const { dates, skips } = readPlan(found, request.body, dateIn(now, found.timeZone))
      const organiserId = organiserOf(request).id
      skipDates(tx, found, skips, organiserId, now)
      return [planDates(tx, found, dates, organiserId, now).length, skips.length]
    }).catch(error => domainProblems(error, request.t.fields))
    if (!Array.isArray(result)) {
      const again = page(request, found, request.body, { plan: request.body, result })
      return reply.code(422).page('console/planning', again)
    }
    const [planned, skipped] = result
    const { from, until } = spanOf(found, request.body, now)
    const path = `${paths.console.planning(found.slug)}?from=${from}&until=${until}`
    return seeOther(request, reply, `${path}&planned=${planned}&skipped=${skipped}`)
  })

  app.post(
    '/console/series/:slug/planning/unskip',
    { schema: { params: Slug, body: Type.Object({ date: Day, from: DayOrNone, until: DayOrNone }) } },
    async (request, reply) => {
      const found = getFound(request, request.params.slug)
      const { date, ...asked } = request.body
      await write(tx => unskipDate(tx, found, date, organiserOf(request).id, clock.now()))
      const { from, until } = spanOf(found, asked, clock.now())
      return seeOther(request, reply, `${paths.console.planning(found.slug)}?from=${from}&until=${until}&unskipped=1`)
    },
  )

  function readSwapped(request: FastifyRequest, found: Series, ids: number[]): Page['swapped'] {
    const [one, other] = ids.map(id => getEventWith(db, organiserOf(request), 'organiser', id))
    const now = clock.now()
    if (!one || !other || one.id === other.id || one.seriesId !== found.id || other.seriesId !== found.id)
      return undefined
    if (!canSwap(one, now) || !canSwap(other, now)) return undefined
    return { pair: [one, other], held: heldMailsOf(db, [one, other], now) }
  }

  function spanOf(found: Series, asked: { from?: string; until?: string }, now: Temporal.Instant) {
    const usual = nextSpan(db, found, dateIn(now, found.timeZone))
    const from = readDay(asked.from) ?? usual.from
    const wished = readDay(asked.until) ?? from.add({ years: 1 }).subtract({ days: 1 })
    const last = from.add(LONGEST)
    return { from, until: Temporal.PlainDate.compare(wished, last) > 0 ? last : wished }
  }

  function page(
    request: FastifyRequest,
    found: Series,
    asked: { from?: string; until?: string },
    refused: { plan: PlanForm; result: Record<string, string> } | undefined,
  ): Page {
    const now = clock.now()
    const { from, until } = spanOf(found, asked, now)
    const proposals = proposeDates(db, found, from, until).slice(0, MOST)
    const others = listStray(db, found, proposals, from, until)
    const planned = proposals.flatMap(({ existing }) => existing ?? [])
    const year = dateIn(now, found.timeZone).year
    return {
      found,
      words: ruleWords(found.rule, request.t, request.f),
      from,
      until,
      dates: proposals.map(withKnown(request, found, { from, until }, refused)),
      others,
      swappable: [...planned, ...others].filter(event => canSwap(event, now)).sort(byStart),
      years: [year, year + 1, year + 2],
      done: undefined,
      swapped: undefined,
      isUnskipped: false,
      problems: refused?.result ?? {},
      unknownFrom: unknownFrom(found, proposals),
      isOwner: ownsSomething(db, organiserOf(request)),
    }
  }

  function unknownFrom(found: Series, proposals: Proposal[]): Temporal.PlainDate | undefined {
    const known = schoolHolidaysKnownUntil(db, schoolRegionOf(db, found.groupId)) ?? ''
    return proposals.find(({ date, existing }) => !existing && date.toString() > known)?.date
  }

  /** Everything known against a date, and what was typed for it. */
  function withKnown(
    request: FastifyRequest,
    found: Series,
    { from, until }: { from: Temporal.PlainDate; until: Temporal.PlainDate },
    refused: { plan: PlanForm; result: Record<string, string> } | undefined,
  ) {
    const clashes = listOnDays(db, organiserOf(request), from, until)
    const skips = skipsOf(db, found, from, until)
    const beyond = until.add({ weeks: WEEKS_TO_LOOK })
    const holidays = schoolHolidaysBetween(db, schoolRegionOf(db, found.groupId), from, beyond)
    return (proposal: Proposal): ProposedDate => {
      const { date, existing } = proposal
      const typed = refused && typedFor(refused.plan, date)
      const day = date.toString()
      return {
        ...proposal,
        isAccepted: typed ? typed.isAccepted : !isDoubtful(found, date),
        skip: typed?.isSkipped ? typed.reason : skips.get(day),
        schoolHolidays: schoolHolidaysOn(holidays, date),
        instead: proposal.holidays.length ? freeWeekAfter(date, holidays) : undefined,
        wish: typed?.wish ?? day,
        title: typed?.title ?? '',
        reason: typed?.reason ?? '',
        problem: refused?.result[`date_${typed?.wish}`] ?? '',
        clashes: (clashes.get(day) ?? []).filter(event => event.id !== existing?.id),
      }
    }
  }
}

const byStart = (a: Event, b: Event) => (a.localStart < b.localStart ? -1 : 1)

/** The nearest later week in which nothing is against the day; the next one if there is none for a season. */
function freeWeekAfter(day: Temporal.PlainDate, holidays: SchoolHoliday[]): Temporal.PlainDate {
  const weeks = Array.from({ length: WEEKS_TO_LOOK }, (_, index) => day.add({ weeks: index + 1 }))
  const isFree = (one: Temporal.PlainDate) => !holidaysOn(one).length && !schoolHolidaysOn(holidays, one).length
  return weeks.find(isFree) ?? day.add({ weeks: 1 })
}
