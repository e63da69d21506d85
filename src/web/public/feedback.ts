// Feedback after an event: the form behind the personal link, and the thanks after it. Looking changes nothing. The page of thanks
// has one address for everybody, so that nobody who sees it in a history learns who answered.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import {
  type FeedbackAnswers,
  type FeedbackProblem,
  type FeedbackTurn,
  feedbackEnds,
  feedbackTurn,
  giveFeedback,
  LONGEST_FEEDBACK,
  readFeedback,
} from '#src/domain/feedback.ts'
import { type FeedbackQuestion, listAsked, MOST_QUESTIONS, versionOf } from '#src/domain/feedback-questions.ts'
import { getRegistrationByLink, type Registration } from '#src/domain/registrations.ts'
import type { Messages } from '#src/i18n/index.ts'
import { Refusal } from '#src/lib/errors.ts'
import { createLimit } from '#src/lib/limit.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { accentPath } from './accents.ts'

export interface FeedbackPages {
  'public/feedback': {
    token: string
    event: ListedEvent
    turn: FeedbackTurn
    endsAt: Temporal.Instant
    asked: FeedbackQuestion[]
    /** The version of what is asked. */
    version: string
    /** Something else is asked than what was answered: nothing is kept yet. */
    isChanged: boolean
    form: Form
    accent: string | null
  }
  'public/feedback-thanks': Record<string, never>
}

/** By one person: whoever is refused for what they typed tries again. */
const TRIES_AN_HOUR = 30
const line = (maxLength: number) => Type.String({ maxLength, default: '' })
const nameOf = (index: number) => `answer_${index + 1}`
const FeedbackForm = Type.Object(
  {
    version: line(40),
    with_name: Type.Optional(Type.Literal('on')),
    /** Nobody sees this field; who fills it in is a robot. */
    website: line(500),
  },
  // What is asked is known only where the event is.
  { patternProperties: { [`^answer_[1-${MOST_QUESTIONS}]$`]: Type.Unknown() } },
)

export function feedbackRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const isWithinLimit = createLimit(TRIES_AN_HOUR, { hours: 1 })

  app.get('/feedback/:token', { schema: { params: Token } }, (request, reply) =>
    show(reply, request.params.token, emptyForm()),
  )

  const form = { params: Token, body: FeedbackForm }
  app.post('/feedback/:token', { schema: form, attachValidation: true }, async (request, reply) => {
    const { token } = request.params
    const { registration, turn, asked } = find(token)
    if (turn !== 'open') return onTo(request, reply, paths.feedback(token))
    if (!isWithinLimit(String(registration.id), clock.now())) throw new Refusal('too_many')
    const { answers, problems } = read(request, asked)
    if (problems) return show(reply.code(422), token, again(request, asked, problems))
    const { website, version, with_name } = request.body
    if (website) return onTo(request, reply, paths.feedbackThanks())
    const given = await give(token, { answers, version, withName: with_name === 'on' })
    if (given === 'changed') return show(reply.code(422), token, again(request, asked, {}), true)
    return onTo(request, reply, given ? paths.feedbackThanks() : paths.feedback(token))
  })

  app.get(paths.feedbackThanks(), (_request, reply) => reply.page('public/feedback-thanks', {}))

  function find(token: string, at: Db = db) {
    const registration = getRegistrationByLink(at, tokens.read('feedback', token))
    const event = getListedEvent(at, registration.eventId)
    return { registration, event, ...turnOf(at, event, registration) }
  }

  function turnOf(at: Db, event: ListedEvent, registration: Registration) {
    return { turn: feedbackTurn(at, event, registration, clock.now()), asked: listAsked(at, event) }
  }

  function give(token: string, given: Parameters<typeof giveFeedback>[3]): Promise<boolean | 'changed'> {
    return write(tx => {
      const { event, registration } = find(token, tx)
      return giveFeedback(tx, event, registration, given, clock.now())
    }).catch(error => {
      if (error instanceof Refusal && error.code === 'changed_meanwhile') return 'changed'
      throw error
    })
  }

  function show(reply: FastifyReply, token: string, form: Form, isChanged = false) {
    const { event, turn, asked } = find(token)
    return reply.headers(TOKEN_PAGE).page('public/feedback', {
      ...{ token, event, turn, asked, isChanged, form },
      endsAt: feedbackEnds(event),
      version: versionOf(asked),
      accent: accentPath(event.group),
    })
  }
}

const onTo = (request: FastifyRequest, reply: FastifyReply, path: string) => reply.redirect(hrefFor(request, path), 303)

function typedIn(request: FastifyRequest, asked: FeedbackQuestion[]): FeedbackAnswers {
  const body = new Map(Object.entries((request.body ?? {}) as Record<string, unknown>))
  const textsOf = (value: unknown) => [value].flat().filter(one => typeof one === 'string')
  return new Map(asked.map((_, index) => [index, textsOf(body.get(nameOf(index)))]))
}

/** What was answered, and what is wrong with it by the name of the field; a form in which nothing stands is no feedback. */
function read(request: FastifyRequest, asked: FeedbackQuestion[]) {
  const { answers, problems } = readFeedback(asked, typedIn(request, asked))
  const words = request.t.feedback
  const found: Record<string, string> = { ...fieldProblems(request) }
  for (const [index, problem] of problems) found[nameOf(index)] = problemText(request.t, problem)
  if (answers.size === 0 && problems.size === 0) found[nameOf(0)] = words.nothing
  return { answers, problems: request.validationError || Object.keys(found).length ? found : undefined }
}

function problemText({ fields }: Messages, problem: FeedbackProblem): string {
  return problem === 'feedback_long' ? fields.too_long(LONGEST_FEEDBACK) : fields.choice
}

/** The form as it was sent: several choices stand in one text, a line each. */
function again(request: FastifyRequest, asked: FeedbackQuestion[], problems: Record<string, string>): Form {
  const form = formAgain(request, problems)
  const answers = [...typedIn(request, asked)].map(([index, value]) => [nameOf(index), value.join('\n')])
  return { ...form, values: { ...form.values, ...Object.fromEntries(answers) } }
}
