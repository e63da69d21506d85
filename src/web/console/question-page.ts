// The page of one question in the console, and of the list: what their views are given.
import type { FastifyRequest } from 'fastify'
import type { Event } from '#src/domain/events.ts'
import { countProven } from '#src/domain/followers.ts'
import { listMyQuestions, type QuestionView } from '#src/domain/moderating.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import { heldTellings } from '#src/domain/question-news.ts'
import { listPossibleEvents } from '#src/domain/question-plans.ts'
import type { ListedQuestion } from '#src/domain/questions.ts'
import { listThemes } from '#src/domain/themes.ts'
import type { Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { organiserOf } from './access.ts'
import { groupOptions } from './fields.ts'
import type { Options } from './pages.ts'

export const QUESTION_DONE = [
  'saved',
  'approved',
  'rejected',
  'merged',
  'planned',
  'unplanned',
  'answered',
  'recalled',
] as const
export interface QuestionListPages {
  'console/questions': {
    view: QuestionView
    counts: Record<QuestionView, number>
    list: ListedQuestion[]
    /** The last one of this page, if there are more. */
    next: number | undefined
  }
  'console/question': {
    question: ListedQuestion
    form: Form
    /** Forms of their own on the same page. */
    answer: Form
    plan: Form
    /** How many hear of it. */
    followers: number
    held: { count: number; until: Temporal.Instant } | undefined
    choices: Record<'groups' | 'themes' | 'events' | 'others', Options>
    done: (typeof QUESTION_DONE)[number] | undefined
  }
}
export type QuestionPage = QuestionListPages['console/question']

const MOST_CHOICES = 100

export function questionPage({ db, clock }: Deps, request: FastifyRequest, question: ListedQuestion): QuestionPage {
  const { text, place, groupId, themes, event, answer } = question
  const values = { question: text, place, groupId: String(groupId ?? ''), themes: themes.map(({ id }) => id).join(',') }
  return {
    question,
    form: emptyForm({ ...values, revision: String(question.revision) }),
    answer: emptyForm({ answer: answer || event?.yield || '' }),
    plan: emptyForm({ eventId: String(event?.id ?? '') }),
    followers: countProven(db, question),
    held: heldTellings(db, question, clock.now()),
    choices: choicesFor({ db, clock }, request, question),
    done: undefined,
  }
}

function choicesFor(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  request: FastifyRequest,
  question: ListedQuestion,
): QuestionPage['choices'] {
  const me = organiserOf(request)
  const { t, f } = request
  const mine = listGroupsWith(db, me, 'organiser')
  const isAway = question.group !== null && !mine.some(({ id }) => id === question.groupId)
  const events = listPossibleEvents(db, me, clock.now(), MOST_CHOICES)
  const others = (['new', 'open', 'planned'] as const)
    .flatMap(view => listMyQuestions(db, me, { view }, MOST_CHOICES))
    .filter(({ id }) => id !== question.id)
  const words = t.questions.console
  const named = (event: Event) =>
    `${f.dayShort(event)}: ${event.title}${event.publishedAt ? '' : ` (${t.console.badges.draft})`}`
  return {
    groups: [['', words.top], ...groupOptions(isAway && question.group ? [question.group, ...mine] : mine)],
    themes: listThemes(db).map(({ id, name }): [string, string] => [String(id), name]),
    events: events.map((event): [string, string] => [String(event.id), named(event)]),
    others: others.map(({ id, text }): [string, string] => [String(id), shortened(text, 90)]),
  }
}

/** As much of it as fits, in whole words. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), most / 2)).trimEnd()}…`
}
