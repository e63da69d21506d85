// Planning a series: the rule's dates to accept, to move or to skip, and drafts in one go.
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { holidaysOn } from '#src/domain/holidays.ts'
import { getSeriesWith } from '#src/domain/organisers.ts'
import { listOnDays } from '#src/domain/overview.ts'
import { nextSpan, type PlannedDate, planDates, proposeDates } from '#src/domain/planning.ts'
import type { Series } from '#src/domain/series.ts'
import { Invalid } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine } from '#src/lib/text.ts'
import { dateIn } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems } from '../forms.ts'
import { Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import type { ConsolePages, ProposedDate } from './pages.ts'
import { ruleWords } from './rules.ts'

const DayOrNone = Type.Optional(Type.String({ maxLength: 10 }))
const Span = Type.Object({ from: DayOrNone, until: DayOrNone, planned: Type.Optional(Type.Integer({ minimum: 0 })) })
const MOST = 120
/** One row of the list is one entry of each: the date of the rule, the date wished for, the title. `accept` names dates of the rule. */
const PlanForm = Type.Object({
  from: DayOrNone,
  until: DayOrNone,
  accept: Type.Array(Type.String({ maxLength: 10 }), { maxItems: MOST, default: [] }),
  proposed: Type.Array(Type.String({ maxLength: 10 }), { maxItems: MOST, default: [] }),
  date: Type.Array(Type.String({ maxLength: 10 }), { maxItems: MOST, default: [] }),
  title: Type.Array(Type.String({ maxLength: 150 }), { maxItems: MOST, default: [] }),
})
type Plan = Static<typeof PlanForm>
/** Nobody plans further ahead; a series every week fits. */
const LONGEST = { years: 2 }

export function planningRoutes(app: App, { db, write, clock }: Deps): void {
  const getFound = (request: FastifyRequest, slug: string) => getSeriesWith(db, organiserOf(request), 'organiser', slug)

  app.get('/console/series/:slug/planning', { schema: { params: Slug, querystring: Span } }, async (request, reply) => {
    const found = getFound(request, request.params.slug)
    const planned = request.query.planned
    return reply.page('console/planning', { ...page(request, found, request.query, undefined), planned })
  })

  app.post('/console/series/:slug/planning', { schema: { params: Slug, body: PlanForm } }, async (request, reply) => {
    const found = getFound(request, request.params.slug)
    const now = clock.now()
    const result = await write(tx => {
      const dates = readPlan(found, request.body, dateIn(now, found.timeZone))
      return planDates(tx, found, dates, organiserOf(request).id, now).length
    }).catch(error => domainProblems(error, request.t.fields))
    if (typeof result !== 'number') {
      return reply
        .code(422)
        .page('console/planning', page(request, found, request.body, { plan: request.body, result }))
    }
    const { from, until } = spanOf(found, request.body, now)
    return seeOther(
      request,
      reply,
      `${paths.console.planning(found.slug)}?from=${from}&until=${until}&planned=${result}`,
    )
  })

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
    refused: { plan: Plan; result: Record<string, string> } | undefined,
  ): ConsolePages['console/planning'] {
    const { from, until } = spanOf(found, asked, clock.now())
    const clashes = listOnDays(db, organiserOf(request), from, until)
    const dates = proposeDates(db, found, from, until)
      .slice(0, MOST)
      .map((proposal): ProposedDate => {
        const { date, existing } = proposal
        const typed = refused && typedFor(refused.plan, date)
        return {
          ...proposal,
          isAccepted: typed ? typed.isAccepted : !isDoubtful(found, date),
          instead: proposal.holidays.length ? freeWeekAfter(date) : undefined,
          wish: typed?.wish ?? date.toString(),
          title: typed?.title ?? '',
          problem: refused?.result[`date_${typed?.wish}`] ?? '',
          clashes: (clashes.get(date.toString()) ?? []).filter(event => event.id !== existing?.id),
        }
      })
    const problems = refused?.result ?? {}
    return {
      found,
      words: ruleWords(found.rule, request.t, request.f),
      from,
      until,
      dates,
      planned: undefined,
      problems,
    }
  }
}

function readDay(text: string | undefined): Temporal.PlainDate | undefined {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    return undefined
  }
}

/** The accepted rows. Invalid, per date, if one is no date or lies behind us. */
function readPlan(found: Series, { accept, proposed, date, title }: Plan, today: Temporal.PlainDate): PlannedDate[] {
  const problems: Record<string, string> = {}
  const dates = proposed.flatMap((own, index): PlannedDate[] => {
    const wish = date[index] || own
    if (!accept.includes(own) && (wish === own || !isDoubtful(found, readDay(own)))) return []
    const day = readDay(wish)
    const problem = !day ? 'time_invalid' : Temporal.PlainDate.compare(day, today) < 0 ? 'start_past' : undefined
    if (problem) problems[`date_${wish}`] = problem
    const name = cleanLine(title[index] ?? '')
    return day ? [{ date: day, ...(name && { title: name }) }] : []
  })
  if (Object.keys(problems).length) throw new Invalid(problems)
  return dates
}

/** The list leaves these unticked. Whoever fills in another day for one has chosen, ticked or not. */
function isDoubtful(found: Series, day: Temporal.PlainDate | undefined): boolean {
  return day !== undefined && (found.skipMonths.includes(day.month) || holidaysOn(day).length > 0)
}

/** The nearest later week in which nothing is against the day. */
function freeWeekAfter(day: Temporal.PlainDate): Temporal.PlainDate {
  const next = day.add({ weeks: 1 })
  return holidaysOn(next).length ? freeWeekAfter(next) : next
}

function typedFor({ accept, proposed, date, title }: Plan, day: Temporal.PlainDate) {
  const index = proposed.indexOf(day.toString())
  if (index < 0) return undefined
  return { isAccepted: accept.includes(day.toString()), wish: date[index] || day.toString(), title: title[index] ?? '' }
}
