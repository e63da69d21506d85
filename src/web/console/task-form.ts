// The form of one line of a run sheet, as it is shown and as it is read.
import type { FastifyRequest } from 'fastify'
import { PROOFS } from '#db/schema.ts'
import { EARLIEST, type Task, type TaskValues, versionOfLine } from '#src/domain/run-sheets.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Line } from './fields.ts'
import type { Options } from './pages.ts'

export const TaskForm = Type.Object({
  title: Line(150),
  days: Type.Integer({ minimum: 0, maximum: -EARLIEST }),
  side: Type.Enum(['before', 'after']),
  proof: Type.Enum(['none', ...PROOFS]),
  version: Line(250),
})
/** The line that is added. */
export const NEW = 'new'

/** The forms of a sheet: of each line that can be changed by its id, and `new`. */
export interface LineForms {
  forms: Record<string, Form>
  /** Which of them was refused. */
  wrong: string | undefined
  choices: Record<'sides' | 'proofs', Options>
}

export interface Wrong {
  id: string
  form: Form
}

export function readLine({ title, days, side, proof }: Static<typeof TaskForm>): TaskValues {
  // Zero has no sign here: minus nothing is the day itself.
  const signed = side === 'before' && days > 0 ? -days : days
  return { title, days: signed, proof: PROOFS.find(one => one === proof) ?? null }
}

function valuesOf(task: Task): Record<string, string> {
  const { title, days, proof } = task
  const side = days > 0 ? 'after' : 'before'
  return { title, days: String(Math.abs(days)), side, proof: proof ?? 'none', version: versionOfLine(task) }
}

/** A line that is added comes a week before, unless something else is said. */
const USUAL = { title: '', days: '7', side: 'before', proof: 'none', version: '' }

export function formsOf({ t }: FastifyRequest, lines: Task[], wrong: Wrong | undefined): LineForms {
  const { runSheet, tasks } = t.console
  const forms = lines.map((task): [string, Form] => [String(task.id), emptyForm(valuesOf(task))])
  const all = Object.fromEntries([...forms, [NEW, emptyForm(USUAL)]])
  // What was not sent at all is shown as it stood.
  if (wrong) all[wrong.id] = { ...wrong.form, values: { ...all[wrong.id]?.values, ...wrong.form.values } }
  return {
    forms: all,
    wrong: wrong?.id,
    choices: {
      sides: Object.entries(runSheet.sides),
      proofs: [
        ['none', runSheet.byHandChoice],
        ...PROOFS.map(proof => [proof, runSheet.byProof(tasks.proofs[proof])]),
      ] as Options,
    },
  }
}
