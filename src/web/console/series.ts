// Series: what they are called, when they return, and what each event planned from them starts with.
import type { FastifyRequest } from 'fastify'
import { audit } from '#src/domain/audit.ts'
import { heldMailsOf } from '#src/domain/consequences.ts'
import type { Group } from '#src/domain/groups.ts'
import { getSeriesWith, listGroupsWith } from '#src/domain/organisers.ts'
import { listToCome } from '#src/domain/redating.ts'
import { formatRule, WEEKDAYS } from '#src/domain/rules.ts'
import { createSeries, freeSeriesSlug, type Series, updateSeries } from '#src/domain/series.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import {
  Choices,
  groupOptions,
  Line,
  options,
  readSetting,
  Setting,
  Shown,
  settingValues,
  Tick,
  Time,
  Title,
  topOf,
} from './fields.ts'
import type { ConsolePages } from './pages.ts'
import { orProblems } from './proposals.ts'
import { keepSeries } from './redating.ts'
import { EVERY_MONTH, monthChoices, RuleFields, readRule, ruleValues, ruleWords } from './rules.ts'

const Saved = Type.Object({ saved: Type.Optional(Type.Enum(['1', 'dates'])) })
const Hours = Type.Integer({ minimum: 0, maximum: 336 })
const SeriesForm = Type.Object({
  title: Title,
  summary: Line(500),
  ...Setting,
  ...RuleFields,
  localTime: Time,
  skipMonths: Choices,
  remindDayBefore: Tick,
  remindHourBefore: Tick,
  promoteHoursOnline: Hours,
  promoteHoursInPerson: Hours,
  /** Sent by the page that says which events follow a new rule. */
  redate: Type.Optional(Type.Literal('no')),
  dates: Type.Optional(Type.String({ maxLength: 10_000 })),
  recipients: Shown,
  /** Empty: only when somebody says so. */
  followUpDays: Type.Optional(Type.String({ pattern: '^([1-9]|[12]\\d|30)?$' })),
  /** Empty: never by itself. */
  declineHours: Type.Optional(Type.String({ pattern: '^(\\d|[1-9]\\d|[12]\\d\\d|3[0-2]\\d|33[0-6])?$' })),
})

export function seriesRoutes(app: App, deps: Deps): void {
  const { config, db, write, clock } = deps
  app.get(paths.console.newSeries(), async (request, reply) => {
    const groups = groupsOf(request)
    const first = topOf(groups)
    if (!first) throw new NotFound('no group to plan for')
    return reply.page('console/series', seriesPage(request, undefined, emptyForm(usualValues(first)), groups))
  })

  app.post(
    paths.console.newSeries(),
    { schema: { body: SeriesForm }, attachValidation: true },
    async (request, reply) => {
      const groups = groupsOf(request)
      const again = (problems: Record<string, string>) =>
        reply.code(422).page('console/series', seriesPage(request, undefined, formAgain(request, problems), groups))
      const problems = fieldProblems(request)
      if (problems) return again(problems)
      const now = clock.now()
      const made = await write(tx => {
        const values = readSeries(request.body, groups)
        const slug = freeSeriesSlug(tx, values.title)
        const found = createSeries(tx, { ...values, slug, timeZone: config.timeZone, createdAt: now })
        audit(tx, { action: 'series_created', ...deed(request, found) }, now)
        return found
      }).catch(error => domainProblems(error, request.t.fields))
      if (!isSeries(made)) return again(made)
      return seeOther(request, reply, paths.console.planning(made.slug))
    },
  )

  app.get('/console/series/:slug', { schema: { params: Slug, querystring: Saved } }, async (request, reply) => {
    const found = getSeriesWith(db, organiserOf(request), 'organiser', request.params.slug)
    const form = emptyForm(seriesValues(found))
    const { saved } = request.query
    const held = saved === 'dates' ? heldMailsOf(db, listToCome(db, found, clock.now()), clock.now()) : undefined
    return reply.page('console/series', { ...seriesPage(request, found, form, groupsOf(request)), saved, held })
  })

  app.post(
    '/console/series/:slug',
    { schema: { params: Slug, body: SeriesForm }, attachValidation: true },
    async (request, reply) => {
      const found = getSeriesWith(db, organiserOf(request), 'organiser', request.params.slug)
      const groups = groupsOf(request)
      const again = (problems: Record<string, string>) =>
        reply.code(422).page('console/series', seriesPage(request, found, formAgain(request, problems), groups))
      const problems = fieldProblems(request)
      if (problems) return again(problems)
      const { ask, problems: wrong } = await orProblems(request, () => save(request, found, request.body, groups))
      if (wrong) return again(wrong)
      if (ask) return reply.page('console/proposal', ask)
      const isRedated = request.body.dates !== undefined && request.body.redate !== 'no'
      return seeOther(request, reply, `${paths.console.series(found.slug)}?saved=${isRedated ? 'dates' : '1'}`)
    },
  )

  /** Events planned by the old rule may follow the new one, once that has been shown. */
  async function save(request: FastifyRequest, found: Series, body: Static<typeof SeriesForm>, groups: Group[]) {
    const values = readSeries(body, groups)
    return keepSeries(deps, request, { found, values, body }, tx => {
      const updated = updateSeries(tx, found, values)
      audit(tx, { action: 'series_edited', ...deed(request, updated) }, clock.now())
    })
  }

  const groupsOf = (request: FastifyRequest) => listGroupsWith(db, organiserOf(request), 'organiser')
  const seriesPage = (...about: Parameters<typeof pageOf>): ConsolePages['console/series'] => ({
    ...pageOf(...about),
    readsAnswers: config.imapUrl !== undefined,
  })
}

const isSeries = (value: Series | Record<string, string>): value is Series => typeof value.id === 'number'

function deed(request: FastifyRequest, { groupId, slug }: Series) {
  return { organiserId: organiserOf(request).id, groupId, detail: slug }
}

function readSeries(form: Static<typeof SeriesForm>, groups: Group[]) {
  return {
    ...readSetting(form, groups),
    title: cleanLine(form.title),
    summary: cleanText(form.summary),
    rule: formatRule(readRule(form)),
    localTime: form.localTime,
    skipMonths: form.skipMonths.filter(month => month <= 12),
    remindDayBefore: form.remindDayBefore === 'on',
    remindHourBefore: form.remindHourBefore === 'on',
    promoteHoursOnline: form.promoteHoursOnline,
    promoteHoursInPerson: form.promoteHoursInPerson,
    ...(form.followUpDays !== undefined && { followUpDays: Number(form.followUpDays) || null }),
    ...(form.declineHours !== undefined && {
      declineHours: form.declineHours === '' ? null : Number(form.declineHours),
    }),
  }
}

/** What most networks do: an online hour at noon, every first Thursday but in August. */
function usualValues(group: Group): Record<string, string> {
  return {
    ...settingValues({
      kind: 'webinar',
      groupId: group.id,
      durationMinutes: 60,
      attendance: 'online',
      roomUrl: null,
      venue: null,
      capacityOnline: null,
      capacityInPerson: null,
    }),
    ...ruleValues('FREQ=MONTHLY;BYDAY=1TH'),
    localTime: '12:00',
    skipMonths: '8',
    remindDayBefore: 'on',
    remindHourBefore: 'on',
    promoteHoursOnline: '1',
    promoteHoursInPerson: '48',
    declineHours: '24',
    followUpDays: '',
  }
}

function seriesValues(found: Series): Record<string, string> {
  return {
    ...settingValues(found),
    ...ruleValues(found.rule),
    title: found.title,
    summary: found.summary,
    localTime: found.localTime,
    skipMonths: found.skipMonths.join(','),
    ...(found.remindDayBefore && { remindDayBefore: 'on' }),
    ...(found.remindHourBefore && { remindHourBefore: 'on' }),
    promoteHoursOnline: String(found.promoteHoursOnline),
    promoteHoursInPerson: String(found.promoteHoursInPerson),
    declineHours: String(found.declineHours ?? ''),
    followUpDays: String(found.followUpDays ?? ''),
  }
}

function pageOf(
  { t, f }: FastifyRequest,
  found: Series | undefined,
  form: Form,
  groups: Group[],
): Omit<ConsolePages['console/series'], 'readsAnswers'> {
  return {
    found,
    form,
    words: found ? ruleWords(found.rule, t, f) : '',
    saved: undefined,
    held: undefined,
    choices: {
      groups: groupOptions(groups),
      kinds: options(t.words.kinds),
      attendances: options(t.words.attendances),
      ordinals: options(t.words.ordinals, ['1', '2', '3', '4', '-1']),
      weekdays: WEEKDAYS.map((day, index): [string, string] => [day, f.weekdayName(index + 1)]),
      months: monthChoices(t, f, form.values.months ?? EVERY_MONTH),
    },
  }
}
