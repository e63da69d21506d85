// The questions that are asked after an event, as rows of a form.
import type { FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { FEEDBACK_KINDS, USUAL_FEEDBACK } from '#db/schema.ts'
import {
  editVersionOf,
  type FeedbackKind,
  type FeedbackOf,
  type FeedbackQuestion,
  isAnswered,
  listQuestions,
  MOST_QUESTIONS,
  type WantedQuestion,
} from '#src/domain/feedback-questions.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Line, options } from './fields.ts'
import type { Options } from './pages.ts'
import { readSlots, type Slot, type Slots, shownSlots, slotFields, slotValues } from './slots.ts'

const MOST_OPTIONS = 10
const LONGEST_OPTION = 100

const SLOTS: Slots = {
  name: 'question',
  most: MOST_QUESTIONS,
  parts: {
    id: Type.String({ pattern: '^\\d{0,15}$', default: '' }),
    usual: Type.Enum(['', ...USUAL_FEEDBACK], { default: '' }),
    kind: Type.Enum([...FEEDBACK_KINDS], { default: 'text' }),
    label: Line(150),
    options: Line(1200),
  },
  telling: ['id', 'label', 'options'],
}

export const QuestionForm = Type.Object({ version: Line(40), ...slotFields(SLOTS) })

/** The form of the questions, as its view is given it. */
export interface QuestionRows {
  form: Form
  rows: ReturnType<typeof shownSlots>
  kinds: Options
  /** What is asked already can only be asked no more. */
  isAnswered: boolean
  /** Questions that are asked no more. */
  closed: string[]
}

export function questionRows(db: Db, { t }: FastifyRequest, of: FeedbackOf, wrong?: Form): QuestionRows {
  const questions = listQuestions(db, of)
  const version = editVersionOf(db, of)
  const labelOf = ({ usual, label }: FeedbackQuestion) => (usual ? t.feedback.usual[usual] : label)
  const open = questions.filter(({ isClosed }) => !isClosed)
  const rows = open.map(question => ({
    ...{ id: String(question.id ?? ''), usual: question.usual ?? '', kind: question.kind },
    ...{ label: labelOf(question), options: question.options.join('\n') },
  }))
  const form = wrong ?? emptyForm({ version, ...slotValues(SLOTS, rows) })
  return {
    ...{ form, rows: shownSlots(SLOTS, form) },
    kinds: options(t.console.feedback.questions.kinds, FEEDBACK_KINDS),
    isAnswered: isAnswered(db, of),
    closed: questions.filter(({ isClosed }) => isClosed).map(labelOf),
  }
}

/** The questions wanted, what is wrong with them by field, and their texts by field. */
export function readQuestions({ t }: FastifyRequest, typed: object) {
  const read = readSlots(SLOTS, typed).map(slot => ({ row: slot.row, ...wantedFrom(t.feedback.usual, slot) }))
  const problems: Record<string, string> = Object.assign({}, ...read.map(problemsOf))
  const texts = read.flatMap(({ row, label, options }): [string, string][] => [
    [`${row}_label`, label],
    [`${row}_options`, options.join('\n')],
  ])
  return { questions: read as WantedQuestion[], problems, texts }
}

/** One of ours that still says what we say stays ours: everybody reads it in their own language. */
function wantedFrom(words: Record<string, string>, { values }: Slot): WantedQuestion {
  const { id = '', usual = '', label = '', options: typed = '' } = values
  const kind = values.kind as FeedbackKind
  const ours = USUAL_FEEDBACK.find(one => one === usual && words[one] === cleanLine(label)) ?? null
  const list = typed.split(/\r?\n/).map(cleanLine).filter(Boolean)
  return {
    ...{ id: id ? Number(id) : null, kind, usual: ours },
    label: ours ? '' : cleanLine(label),
    options: kind === 'choice' || kind === 'several' ? [...new Set(list)] : [],
  }
}

function problemsOf({ row, kind, usual, label, options: list }: WantedQuestion & { row: string }) {
  const hasOptions = kind === 'choice' || kind === 'several'
  const isMany = list.length > MOST_OPTIONS || list.some(option => option.length > LONGEST_OPTION)
  return {
    ...(!usual && !label && { [`${row}_label`]: 'required' }),
    ...(hasOptions && list.length < 2 && { [`${row}_options`]: 'options_few' }),
    ...(hasOptions && isMany && { [`${row}_options`]: 'feedback_options' }),
  }
}
