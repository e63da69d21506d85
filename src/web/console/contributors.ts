// Who speaks at an event or hosts it: the list with what each of them answered, and asking somebody. What is done with one of
// them stands in `contributor-acts`, the mail that tells them everything in `briefings`.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { PARTS, PRESENCES } from '#db/schema.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { lastBriefings, waitingBriefings } from '#src/domain/briefings.ts'
import { addContributor, putOnPage } from '#src/domain/contributing.ts'
import { isOnPage, type ListedContributor, listContributors, type Said, saidBy } from '#src/domain/contributors.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { presencesOf } from '#src/domain/places.ts'
import type { Messages } from '#src/i18n/index.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, EMAIL_PATTERN, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { Line, options, Shown, Tick } from './fields.ts'
import type { Options } from './pages.ts'
import { askOrDo, entriesOf, orProblems } from './proposals.ts'

/** What the POST before the page did with the briefing. */
/** What the POST before this page did: to the text for all of them, or with one. */
const DONE = [
  'saved',
  'sent',
  'recalled',
  'contributor_added',
  'contributor_changed',
  'contributor_removed',
  'contributor_asked',
  'contributor_became_attendee',
  'contributor_confirmed',
] as const
export type Done = (typeof DONE)[number]

export interface ContributorsPage {
  event: ListedEvent
  mayChange: true
  /** `briefedAt`: when they were last sent everything. */
  rows: (ListedContributor & { said: Said; briefedAt: Temporal.Instant | undefined })[]
  /** Nobody can be asked any more, and why. */
  closed: 'off' | 'over' | undefined
  waiting: { count: number; until: Temporal.Instant } | undefined
  form: Form
  words: Form
  done: Done | undefined
  choices: Record<'parts' | 'attendances', Options>
}

const Query = Type.Object({ done: Type.Optional(Type.Enum([...DONE])) })
export const ContributorFields = {
  name: Type.String({ minLength: 1, maxLength: 120, pattern: NAME_PATTERN }),
  organisation: Line(150),
  part: Type.Enum([...PARTS]),
  attendance: Type.Enum([...PRESENCES]),
  recipients: Shown,
}
const AddForm = Type.Object({
  ...ContributorFields,
  email: Type.Union([Type.Literal(''), Type.String({ maxLength: 200, pattern: EMAIL_PATTERN })]),
  hasSaidYes: Tick,
  isOnPage: Tick,
})

export function contributorRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps
  const url = '/console/events/:id/contributors'

  app.get(url, { schema: { params: Id, querystring: Query } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    return reply.page('console/contributors', { ...contributorsPage(deps, request, event), done: request.query.done })
  })

  app.post(url, { schema: { params: Id, body: AddForm }, attachValidation: true }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const again = (problems: Record<string, string>) =>
      reply.code(422).page('console/contributors', contributorsPage(deps, request, event, formAgain(request, problems)))
    const problems = fieldProblems(request)
    if (problems) return again(problems)
    const { ask: page, problems: wrong } = await orProblems(request, () => ask(request, event, request.body))
    if (wrong) return again(wrong)
    if (page) return reply.page('console/proposal', page)
    return seeOther(request, reply, `${paths.console.contributors(event.id)}?done=contributor_added`)
  })

  function ask(request: FastifyRequest, event: Event, body: Static<typeof AddForm>) {
    const now = clock.now()
    const { id: organiserId } = organiserOf(request)
    const name = cleanLine(body.name)
    const goesOnPage = body.isOnPage === 'on' && body.part === 'speaker' && !isOnPage(event, name)
    const candidate = {
      ...{ name, part: body.part, attendance: body.attendance, locale: request.locale, addedBy: organiserId },
      organisation: cleanLine(body.organisation),
      email: body.email ? normaliseEmail(body.email) : null,
      hasSaidYes: body.hasSaidYes === 'on',
    }
    const act = (tx: Tx) => {
      const { id: registrationId } = addContributor(tx, event, candidate, now)
      if (goesOnPage) putOnPage(tx, event, name, organiserId, now)
      auditEvent(tx, 'contributor_added', event, { organiserId, registrationId }, now)
    }
    const path = paths.console.contributors(event.id)
    const question = {
      ...askWords(request.t, candidate, goesOnPage),
      action: path,
      fields: entriesOf(body),
      back: path,
    }
    return askOrDo(deps, { event, reach: 'person', act }, { shown: body.recipients, question, always: true })
  }
}

type Asked = { name: string; email: string | null; part: (typeof PARTS)[number] }

function askWords(t: Messages, { name, email, part }: Asked, goesOnPage: boolean) {
  const { title, lead, leadUnmailed, onPage, button } = t.console.contributors.add.question
  const warnings = goesOnPage ? [onPage(name)] : []
  return { title: title(name, t.words.parts[part]), lead: email ? lead : leadUnmailed, warnings, button }
}

/** The page as it is, with what was typed in one of its two forms. */
export function contributorsPage(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { t }: FastifyRequest,
  event: Event,
  form: Form = emptyForm({ part: 'speaker', attendance: presencesOf(event)[0] ?? 'online', isOnPage: 'on' }),
  words: Form = emptyForm({ briefing: event.briefing }),
): ContributorsPage {
  const now = clock.now()
  const sent = lastBriefings(db, event)
  return {
    event: getListedEvent(db, event.id),
    mayChange: true,
    rows: listContributors(db, event).map(row => ({
      ...row,
      said: saidBy(event, row.registration),
      briefedAt: sent.get(row.registration.id),
    })),
    closed: event.cancelledAt ? 'off' : isBefore(now, event.startsAt) ? undefined : 'over',
    waiting: waitingBriefings(db, event),
    form,
    words,
    done: undefined,
    choices: { parts: options(t.words.parts), attendances: options(t.words.attendances, presencesOf(event)) },
  }
}
