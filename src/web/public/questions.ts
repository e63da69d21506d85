// Questions from practice: the list, asking one, and the page of each. Who recognises one stands in `recognitions`, who wants
// to hear of one in `followers`.
import type { FastifyRequest } from 'fastify'
import { ROLES } from '#db/schema.ts'
import { type Asked, askQuestion } from '#src/domain/asking.ts'
import type { Follower } from '#src/domain/followers.ts'
import { findGroupBySlug, type Group, listGroups } from '#src/domain/groups.ts'
import { findKept, getPublicQuestion, type ListedQuestion, listQuestions, ORDERS } from '#src/domain/questions.ts'
import { recognisedBy } from '#src/domain/recognitions.ts'
import { writeSomething } from '#src/domain/silence.ts'
import { listThemes, type Theme } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, NAME_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'
import { visitorOf } from '../plugins/visitor.ts'
import { Email, type Limits, limitsOf, OptionalEmail } from './registration-form.ts'

const word = () => Type.Optional(Type.String({ maxLength: 100 }))
const ListQuery = Type.Object({
  q: word(),
  theme: word(),
  group: word(),
  order: Type.Optional(Type.Enum(['', ...ORDERS])),
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  lang: word(),
})
type Query = Static<typeof ListQuery>
const SentQuery = Type.Object({ sent: Type.Optional(Type.String({ maxLength: 1 })) })
export const QuestionId = Type.Object({ id: Type.String({ maxLength: 100 }) })
export const AskForm = Type.Object({
  question: Type.String({ minLength: 10, maxLength: 500, pattern: '\\p{L}' }),
  role: Type.Enum([...ROLES]),
  place: Type.String({ maxLength: 80, default: '' }),
  group: Type.String({ maxLength: 100, default: '' }),
  name: Type.String({ maxLength: 100, default: '', pattern: `^\\s*$|${NAME_PATTERN}` }),
  email: OptionalEmail,
  /** Nobody sees this field; who fills it in is a robot. */
  website: Type.String({ maxLength: 500, default: '' }),
})
export const FollowForm = Type.Object({ email: Email, website: Type.String({ maxLength: 500, default: '' }) })

export interface QuestionPages {
  'public/questions': {
    list: ListedQuestion[]
    recognised: Set<number>
    filter: {
      values: Record<'q' | 'theme' | 'group' | 'order', string>
      groups: Group[]
      themes: Theme[]
      isActive: boolean
    }
    page: number
    /** Where the list goes on. */
    next: string | null
    form: Form
    limits: Limits
  }
  'public/question': {
    question: ListedQuestion
    isRecognised: boolean
    /** A mail left to the address that was typed, as far as anybody may know. */
    isSent: boolean
    form: Form
    limits: Limits
  }
  'public/question-asked': Record<string, never>
  'public/follower': { token: string; follower: Follower; question: ListedQuestion | null }
}

const PAGE = 20

export function questionRoutes(app: App, deps: Deps): void {
  const { write, clock } = deps

  const list = { schema: { querystring: ListQuery }, config: { content: 'questions' } } as const
  app.get('/questions', list, (request, reply) =>
    reply.page('public/questions', listPage(deps, request, request.query, emptyForm())),
  )

  app.post('/questions', { schema: { body: AskForm }, attachValidation: true, config: FEW }, async (request, reply) => {
    const problems = fieldProblems(request)
    if (problems) {
      return reply.code(422).page('public/questions', listPage(deps, request, {}, formAgain(request, problems)))
    }
    const asked = askedIn(deps, request, request.body)
    await write(tx => {
      if (request.body.website) writeSomething(tx)
      else askQuestion(tx, asked, clock.now())
    })
    return reply.redirect(hrefFor(request, paths.questionAsked()), 303)
  })

  app.get('/questions/asked', (_request, reply) => reply.page('public/question-asked', {}))

  const one = { schema: { params: QuestionId, querystring: SentQuery }, config: { content: 'questions' } } as const
  app.get('/questions/:id', one, (request, reply) => {
    const id = idOf(request.params.id)
    const kept = findKept(deps.db, id)
    if (kept !== undefined) return reply.redirect(hrefFor(request, paths.question(kept)), 301)
    const isSent = request.query.sent !== undefined
    return reply.page('public/question', { ...questionPage(deps, request, id, emptyForm()), isSent })
  })
}

/** A number as our addresses write it; 0, which is nobody's, for anything else. */
export const idOf = (text: string) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0)

function askedIn({ db }: Deps, { locale }: FastifyRequest, body: Static<typeof AskForm>): Asked {
  const { question, role, place, group, name, email } = body
  return {
    text: cleanLine(question),
    role,
    place: cleanLine(place),
    name: cleanLine(name),
    email: normaliseEmail(email),
    groupId: findGroupBySlug(db, group)?.id ?? null,
    locale,
  }
}

export function questionPage(
  deps: Deps,
  request: FastifyRequest,
  id: number,
  form: Form,
): QuestionPages['public/question'] {
  const question = getPublicQuestion(deps.db, id)
  const isRecognised = recognisedBy(deps.db, visitorOf(deps, request), [id]).has(id)
  return { question, isRecognised, isSent: false, form, limits: limitsOf(FollowForm) }
}

function listPage(deps: Deps, request: FastifyRequest, query: Query, form: Form): QuestionPages['public/questions'] {
  const { db } = deps
  const { q = '', theme = '', group = '', order = '', page = 1 } = query
  const filter = {
    q: q || undefined,
    theme: theme || undefined,
    group: group || undefined,
    order: order || undefined,
  }
  const found = listQuestions(db, filter, PAGE + 1, (page - 1) * PAGE)
  const list = found.slice(0, PAGE)
  return {
    list,
    recognised: recognisedBy(
      db,
      visitorOf(deps, request),
      list.map(({ id }) => id),
    ),
    filter: {
      values: { q, theme, group, order },
      groups: listGroups(db),
      themes: listThemes(db),
      isActive: [q, theme, group].some(Boolean),
    },
    page,
    next: found.length > PAGE ? pagePath(query, page + 1) : null,
    form,
    limits: limitsOf(AskForm),
  }
}

function pagePath({ q = '', theme = '', group = '', order = '' }: Query, page: number): string {
  const chosen = Object.entries({ q, theme, group, order }).filter(([, value]) => value !== '')
  return `${paths.questions()}?${new URLSearchParams([...chosen, ['page', String(page)]])}`
}
