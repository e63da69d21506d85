// Lays the questions of a programme, through the domain only: asked and recognised some time ago, and as far as the file says:
// planned as one of its events, and answered.
import { askQuestion } from '#src/domain/asking.ts'
import type { Event } from '#src/domain/events.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { answerQuestion, planQuestion } from '#src/domain/question-plans.ts'
import { getQuestion } from '#src/domain/questions.ts'
import type { Tx } from './open.ts'
import type { QuestionPlan } from './programme.ts'
import { recognitions } from './schema.ts'

const AGO = { hours: 24 * 45 }

export function layQuestions(
  tx: Tx,
  list: QuestionPlan[],
  { events, themeId }: { events: Event[]; themeId: (slug: string) => number },
  now: Temporal.Instant,
): void {
  list.forEach((plan, index) => {
    const at = now.subtract(AGO).add({ hours: 24 * index })
    const { id } = ask(tx, plan, themeId, at)
    recognise(tx, id, plan.votes, at)
    const event = events.find(({ title }) => title === plan.event)
    if (plan.event && !event) throw new Error(`no event ${plan.event} in this programme`)
    const editor = () => ({ organiserId: null, revision: getQuestion(tx, id).revision })
    if (event) planQuestion(tx, getQuestion(tx, id), event, editor(), at)
    if (plan.answer) answerQuestion(tx, getQuestion(tx, id), plan.answer, editor(), now.subtract({ hours: 24 }))
  })
}

function ask(tx: Tx, plan: QuestionPlan, themeId: (slug: string) => number, at: Temporal.Instant) {
  const { text, from_role: role, place, themes } = plan
  const nobody = { name: '', email: '', groupId: null, locale: 'nl' } as const
  const question = askQuestion(tx, { text, role, place: place ?? '', ...nobody }, at)
  const wording = { text, place: place ?? '', groupId: null, themeIds: themes.map(themeId) }
  return approveQuestion(tx, question, wording, { organiserId: null, revision: question.revision }, at)
}

/** By people whose browsers are not known. */
function recognise(tx: Tx, questionId: number, votes: number, at: Temporal.Instant): void {
  for (let hours = 1; hours <= votes; hours++) {
    tx.insert(recognitions)
      .values({ questionId, createdAt: at.add({ hours }) })
      .run()
  }
}
