// Who takes part in a whole series: the rules, the list with who was there when, adding somebody by hand and taking somebody off.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { ENROLMENT_RULES, PRESENCES, ROLES } from '#db/schema.ts'
import { audit } from '#src/domain/audit.ts'
import { enrol, leave, setEnrolmentRules } from '#src/domain/enrolling.ts'
import { type GroupPlaces, groupPlacesOf } from '#src/domain/enrolment-places.ts'
import { listDatesToCome } from '#src/domain/enrolments.ts'
import { getEnrolmentWith, getSeriesWith } from '#src/domain/organisers.ts'
import { presencesOf } from '#src/domain/places.ts'
import type { Series } from '#src/domain/series.ts'
import { attendanceOfSeries, type SeriesAttendance } from '#src/domain/series-attendance.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import { localTimeProblem } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id, Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { sendXlsx } from './downloads.ts'
import { attendanceRows } from './enrolment-files.ts'
import { Line, options, Shown, Tick } from './fields.ts'
import type { Options, Question } from './pages.ts'
import { askOrDo, entriesOf, type Outcome } from './proposals.ts'

export const ENROLMENT_ACTS = ['rules', 'added', 'removed'] as const

export interface EnrolmentPages {
  'console/enrolments': SeriesAttendance & {
    found: Series
    places: GroupPlaces
    /** The form of the rules, and the one to add somebody. */
    rules: Form
    form: Form
    done: (typeof ENROLMENT_ACTS)[number] | undefined
    choices: Record<'rules' | 'roles' | 'attendances', Options>
  }
}

const Done = Type.Object({ done: Type.Optional(Type.Enum([...ENROLMENT_ACTS])) })
const RulesForm = Type.Object({
  enrolmentRule: Type.Enum([...ENROLMENT_RULES]),
  enrolmentCapacity: Type.String({ pattern: '^([1-9]\\d{0,4})?$', default: '' }),
  enrolmentUntil: Type.String({ pattern: '^(\\d{4}-\\d{2}-\\d{2})?$', default: '' }),
  isClosedList: Tick,
  recipients: Shown,
})
const AddForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100, pattern: NAME_PATTERN }),
  email: Type.Union([Type.Literal(''), Type.String({ maxLength: 200, pattern: EMAIL_PATTERN })]),
  organisation: Line(120),
  role: Type.Enum([...ROLES]),
  attendance: Type.Enum([...PRESENCES]),
  recipients: Shown,
})
const Confirmation = Type.Object({ recipients: Shown })

export function enrolmentRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const mine = (request: FastifyRequest<{ Params: { slug: string } }>) =>
    getSeriesWith(db, organiserOf(request), 'organiser', request.params.slug)
  const url = '/console/series/:slug/enrolments'

  app.get(url, { schema: { params: Slug, querystring: Done } }, async (request, reply) =>
    reply.page('console/enrolments', { ...page(deps, request, mine(request)), done: request.query.done }),
  )

  app.get(`${url}.xlsx`, { schema: { params: Slug } }, async (request, reply) => {
    const found = mine(request)
    const rows = attendanceRows(request, attendanceOfSeries(db, found, clock.now()))
    return sendXlsx(reply, found.slug, [{ name: request.t.enrolment.members.sheet, rows }])
  })

  app.post(
    `${url}/rules`,
    { schema: { params: Slug, body: RulesForm }, attachValidation: true },
    async (request, reply) => {
      const found = mine(request)
      const problems = rulesProblems(deps, request, found)
      if (problems) {
        const rules = formAgain(request, problems)
        return reply.code(422).page('console/enrolments', page(deps, request, found, { rules }))
      }
      const { ask } = await keepRules(request, found, request.body)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, `${paths.console.enrolments(found.slug)}?done=rules`)
    },
  )

  app.post(url, { schema: { params: Slug, body: AddForm }, attachValidation: true }, async (request, reply) => {
    const found = mine(request)
    const problems = fieldProblems(request)
    if (problems) {
      const form = formAgain(request, problems)
      return reply.code(422).page('console/enrolments', page(deps, request, found, { form }))
    }
    const { ask } = await add(request, found, request.body)
    if (ask) return reply.page('console/proposal', ask)
    return seeOther(request, reply, `${paths.console.enrolments(found.slug)}?done=added`)
  })

  app.post(
    '/console/enrolments/:id/cancellation',
    { schema: { params: Id, body: Confirmation } },
    async (request, reply) => {
      const { enrolment, series } = getEnrolmentWith(db, organiserOf(request), 'organiser', request.params.id)
      const { title, lead, button } = request.t.enrolment.members.removing
      const act = deed(request, series, 'unenrolled', tx => leave(tx, enrolment, 'organiser', clock.now()))
      const action = paths.console.enrolmentCancellation(enrolment.id)
      const question = { title: title(enrolment.name), lead, button, action, fields: [], isDanger: true }
      const { ask } = await askAbout(series, act, request.body.recipients, question, true)
      if (ask) return reply.page('console/proposal', ask)
      return seeOther(request, reply, `${paths.console.enrolments(series.slug)}?done=removed`)
    },
  )

  function keepRules(request: FastifyRequest, found: Series, body: Static<typeof RulesForm>): Promise<Outcome> {
    const settings = {
      enrolmentRule: body.enrolmentRule,
      enrolmentCapacity: Number(body.enrolmentCapacity) || null,
      enrolmentUntil: body.enrolmentUntil || null,
      isClosedList: body.isClosedList === 'on',
    }
    const act = deed(request, found, 'enrolment_rules_set', tx => setEnrolmentRules(tx, found, settings, clock.now()))
    const { title, lead, button } = request.t.enrolment.members.ruling
    const question = { title, lead, button, action: paths.console.enrolmentRules(found.slug), fields: entriesOf(body) }
    return askAbout(found, act, body.recipients, question)
  }

  function add(request: FastifyRequest, found: Series, body: Static<typeof AddForm>): Promise<Outcome> {
    const joiner = {
      name: cleanLine(body.name),
      email: body.email ? normaliseEmail(body.email) : null,
      organisation: cleanLine(body.organisation),
      role: body.role,
      attendance: body.attendance,
      accessNeeds: '',
      locale: request.locale,
      addedBy: organiserOf(request).id,
      wantsInvites: false,
    }
    const act = deed(request, found, 'enrolled', tx => enrol(tx, found, joiner, clock.now()))
    const { question: words } = request.t.console.add
    const question = { ...words, action: paths.console.enrolments(found.slug), fields: entriesOf(body) }
    return askAbout(found, act, body.recipients, question)
  }

  /** Whom it mails is shown first; without a date to come there is nothing to mail. */
  async function askAbout(
    found: Series,
    act: (tx: Tx) => unknown,
    shown: number | undefined,
    asked: Omit<Question, 'back' | 'about'>,
    always = false,
  ): Promise<Outcome> {
    const [event, ...also] = listDatesToCome(db, found, clock.now())
    const question = { ...asked, about: found.title, back: paths.console.enrolments(found.slug) }
    if (event) return askOrDo(deps, { event, also, reach: 'person', act }, { shown, question, always })
    await deps.write(act)
    return {}
  }

  function deed(
    request: FastifyRequest,
    { groupId, slug: detail }: Series,
    action: 'enrolled' | 'unenrolled' | 'enrolment_rules_set',
    act: (tx: Tx) => unknown,
  ) {
    const { id: organiserId } = organiserOf(request)
    return (tx: Tx) => {
      act(tx)
      audit(tx, { action, organiserId, groupId, detail }, clock.now())
    }
  }
}

/** Fewer places than people is wrong beside its field, and so is a day that there is not. */
function rulesProblems({ db }: Deps, request: FastifyRequest, found: Series): Record<string, string> | undefined {
  const problems = fieldProblems(request)
  if (problems) return problems
  const { enrolmentCapacity, enrolmentUntil } = request.body as Static<typeof RulesForm>
  const isBelow = enrolmentCapacity !== '' && Number(enrolmentCapacity) < groupPlacesOf(db, found).joined
  if (isBelow) return { enrolmentCapacity: request.t.enrolment.members.tooFew }
  const isDay = !enrolmentUntil || !localTimeProblem(`${enrolmentUntil}T12:00`, found.timeZone)
  return isDay ? undefined : { enrolmentUntil: request.t.fields.time_invalid }
}

function page(
  { db, clock }: Deps,
  { t }: FastifyRequest,
  found: Series,
  { rules, form }: { rules?: Form; form?: Form } = {},
): EnrolmentPages['console/enrolments'] {
  const presences = presencesOf(found)
  return {
    ...attendanceOfSeries(db, found, clock.now()),
    found,
    places: groupPlacesOf(db, found),
    rules: rules ?? emptyForm(rulesValues(found)),
    form: form ?? emptyForm({ role: 'other', attendance: presences[0] ?? 'online' }),
    done: undefined,
    choices: {
      rules: options(t.enrolment.members.rules),
      roles: options(t.words.roles),
      attendances: options(t.form.presences, presences),
    },
  }
}

function rulesValues({
  enrolmentRule,
  enrolmentCapacity,
  enrolmentUntil,
  isClosedList,
}: Series): Record<string, string> {
  return {
    enrolmentRule,
    enrolmentCapacity: String(enrolmentCapacity ?? ''),
    enrolmentUntil: enrolmentUntil ?? '',
    ...(isClosedList && { isClosedList: 'on' }),
  }
}
