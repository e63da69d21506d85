// What came of the questions after an event: figures and texts, on a page and as a file. Both show the same: what is held back
// stands in `domain/feedback-results`.
import type { FastifyRequest } from 'fastify'
import { getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { type FeedbackResults, feedbackResults, type QuestionResult } from '#src/domain/feedback-results.ts'
import { numbersIn } from '#src/i18n/numbers.ts'
import { paths } from '#src/lib/paths.ts'
import type { Row } from '#src/lib/xlsx.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { getMyEvent } from './access.ts'
import { sendXlsx } from './downloads.ts'

/** One question with what came of it, in words and as widths of bars, of 100. */
export interface ShownQuestion {
  label: string
  isClosed: boolean
  /** Nothing is shown: too few answered. */
  isHidden: boolean
  answers: string
  summary: string
  bars: { option: string; total: string; share: string; width: number }[]
  /** Figures need less room than words. */
  isScale: boolean
  texts: QuestionResult['texts']
  hidesNames: boolean
  /** There were texts, whose time is over. */
  isErased: boolean
}

export interface FeedbackResultPages {
  'console/feedback': Omit<FeedbackResults, 'questions'> & {
    event: ListedEvent
    mayChange: true
    given: number
    summary: string
    questions: ShownQuestion[]
    isAsking: boolean
    file: string
  }
}

export function feedbackResultRoutes(app: App, { db, clock }: Deps): void {
  app.get('/console/events/:id/feedback', { schema: { params: Id } }, (request, reply) => {
    const event = getMyEvent(db, request)
    const results = feedbackResults(db, event, clock.now())
    const words = request.t.console.feedback
    return reply.page('console/feedback', {
      ...results,
      event: getListedEvent(db, event.id),
      mayChange: true,
      summary: results.given ? words.given(results.given, results.asked) : words.none,
      questions: results.questions.map(question => shown(request, question)),
      isAsking: results.questions.some(({ question }) => !question.isClosed),
      file: paths.console.feedbackSheet(event.id),
    })
  })

  app.get('/console/events/:id/feedback.xlsx', { schema: { params: Id } }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const results = feedbackResults(db, event, clock.now())
    const { sheets } = request.t.console.feedback
    return sendXlsx(reply, `feedback-${event.slug}`, [
      { name: sheets.totals, rows: totalRows(request, results) },
      { name: sheets.texts, rows: textRows(request, results) },
    ])
  })
}

function labelOf({ t }: FastifyRequest, { question: { usual, label } }: QuestionResult): string {
  return usual ? t.feedback.usual[usual] : label
}

function shown(request: FastifyRequest, result: QuestionResult): ShownQuestion {
  const { question, answered, tallies, texts, hidesNames } = result
  const n = numbersIn(request.locale)
  return {
    ...{ label: labelOf(request, result), isClosed: question.isClosed, isHidden: answered === 0, texts, hidesNames },
    answers: request.t.console.feedback.answers(answered),
    summary: answered === 0 ? '' : summaryOf(request, result),
    bars: tallies.map(({ option, total }) => ({
      ...{ option, total: n.whole(total), share: n.share(total, answered) },
      width: answered ? Math.round((100 * total) / answered) : 0,
    })),
    isScale: question.kind === 'scale',
    isErased: question.kind === 'text' && answered > 0 && texts.length === 0,
  }
}

/** What can be read off the bars, in a sentence; of texts nothing. */
function summaryOf({ t, locale }: FastifyRequest, { average, tallies }: QuestionResult): string {
  const words = t.console.feedback
  if (average !== null) return words.average(numbersIn(locale).tenths(average))
  const most = Math.max(...tallies.map(({ total }) => total), 0)
  const first = tallies.filter(({ total }) => total === most)
  return most > 0 && first.length === 1 && first[0] ? words.mostChosen(first[0].option) : ''
}

function* totalRows(
  request: FastifyRequest,
  { asked, given, shown: inFile, questions }: FeedbackResults,
): Generator<Row> {
  const { columns, averageLine, asked: askedLine, givenLine, shownLine } = request.t.console.feedback
  yield [columns.question, columns.option, columns.total]
  yield [askedLine, '', asked]
  yield [givenLine, '', given]
  yield [shownLine, '', inFile]
  for (const result of questions) {
    const label = labelOf(request, result)
    if (result.answered === 0) continue
    for (const { option, total } of result.tallies) yield [label, option, total]
    if (result.average !== null) yield [label, averageLine, Math.round(result.average * 100) / 100]
  }
}

function* textRows(request: FastifyRequest, { questions }: FeedbackResults): Generator<Row> {
  const { columns } = request.t.console.feedback
  yield [columns.question, columns.text, columns.name]
  for (const result of questions) {
    for (const { text, name } of result.texts) yield [labelOf(request, result), text, name ?? '']
  }
}
