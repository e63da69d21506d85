// How long a group keeps names: chosen by its owner, shown with what it means, and asked once more when names go because of it.
// Below it, what went by itself in the nights before.
import type { FastifyRequest } from 'fastify'
import { DATA_KINDS, type DataKind, MONTHS } from '#db/personal-data.ts'
import { findGroup, type Group, listGroupsUnder } from '#src/domain/groups.ts'
import { getGroupWith, ownsEverything } from '#src/domain/organisers.ts'
import { chooseRetention, countGoing, type Going, monthsWith } from '#src/domain/retention.ts'
import { listSweeps, nextNight, type Sweep, type Totals } from '#src/domain/sweeps.ts'
import type { Messages } from '#src/i18n/index.ts'
import { numbersIn } from '#src/i18n/numbers.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'

const PAGE = 'console/retention'
const REPORTS = 14
const Saved = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) })
/** Months empty: as the group above. `people`: how many somebody was shown to go, when they said yes. */
const RetentionForm = Type.Object({
  months: Type.Union([Type.Literal(''), Type.Integer({ minimum: MONTHS.least, maximum: MONTHS.most })], {
    default: '',
  }),
  people: Type.Optional(Type.Integer({ minimum: 0 })),
})

/** A night's report in words: how much of what. */
export interface Report extends Pick<Sweep, 'startedAt'> {
  went: [what: string, total: string][]
}

export interface RetentionPages {
  'console/retention': {
    group: Group
    form: Form
    /** What counts now, and what would count without an own choice. */
    months: number
    monthsAbove: number
    above: string
    bounds: typeof MONTHS
    whole: (value: number) => string
    isSaved: boolean
    reports: Report[]
    /** Names that go tonight if it becomes so: then it is asked first. */
    asks: (Going & { months: number }) | null
  }
}

export function retentionRoutes(app: App, { db, write, clock, config }: Deps): void {
  const myGroup = (request: FastifyRequest<{ Params: { slug: string } }>) =>
    getGroupWith(db, organiserOf(request), 'owner', request.params.slug)
  const tonight = () => nextNight(clock.now(), config.timeZone)

  function pageOf(request: FastifyRequest, group: Group, form: Form) {
    const above = group.parentId === null ? undefined : findGroup(db, group.parentId)
    const monthsOf = (own: number | null) => monthsWith(db, group, own).get(group.id) ?? MONTHS.usual
    return {
      group,
      form,
      months: monthsOf(group.retentionMonths),
      monthsAbove: monthsOf(null),
      above: above?.name ?? '',
      bounds: MONTHS,
      whole: numbersIn(request.locale).whole,
      isSaved: false,
      reports: reportsOf(request, group),
      asks: null,
    }
  }

  function askingPage(request: FastifyRequest, group: Group, own: number | null, going: Going) {
    const page = pageOf(request, group, emptyForm({ months: String(own ?? '') }))
    return { ...page, asks: { ...going, months: own ?? page.monthsAbove } }
  }

  function reportsOf(request: FastifyRequest, group: Group): Report[] {
    const ids = [group, ...listGroupsUnder(db, group)].map(({ id }) => id)
    // What belongs to no group is told on the page of one at the top, to who owns all of those.
    const andLoose = group.parentId === null && ownsEverything(db, organiserOf(request))
    return listSweeps(db, ids, andLoose, REPORTS).map(({ startedAt, totals }) => ({
      startedAt,
      went: inWords(totals, request.t, numbersIn(request.locale).whole),
    }))
  }

  app.get(
    '/console/groups/:slug/retention',
    { schema: { params: Slug, querystring: Saved } },
    async (request, reply) => {
      const group = myGroup(request)
      const form = emptyForm({ months: String(group.retentionMonths ?? '') })
      return reply.page(PAGE, {
        ...pageOf(request, group, form),
        isSaved: request.query.saved !== undefined,
      })
    },
  )

  app.post(
    '/console/groups/:slug/retention',
    { schema: { params: Slug, body: RetentionForm }, attachValidation: true },
    async (request, reply) => {
      const group = myGroup(request)
      const problems = fieldProblems(request)
      if (problems) return reply.code(422).page(PAGE, pageOf(request, group, formAgain(request, problems)))
      const { months, people } = request.body
      const own = months === '' ? null : months
      const night = tonight()
      const going = countGoing(db, group, own, night)
      if (going.people > 0 && people === undefined) return reply.page(PAGE, askingPage(request, group, own, going))
      const choice = { own, people: people ?? 0, night, organiserId: organiserOf(request).id }
      await write(tx => chooseRetention(tx, group, choice, clock.now()))
      return seeOther(request, reply, `${paths.console.retention(group.slug)}?saved=1`)
    },
  )
}

function inWords(totals: Totals, t: Messages, whole: (value: number) => string): Report['went'] {
  const words: Record<DataKind, string> = t.console.retention.went
  return DATA_KINDS.flatMap((kind): Report['went'] => (totals[kind] ? [[words[kind], whole(totals[kind])]] : []))
}
