// The extra questions of a registration form, as rows of the editor.
import { FORM_FIELD_KINDS } from '#db/schema.ts'
import { type FormField, type FormFieldKind, MOST_FORM_FIELDS, type WantedField } from '#src/domain/form-fields.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { Line } from './fields.ts'
import { readSlots, type Slot, type Slots, slotValues } from './slots.ts'

const USUAL_DAYS = 30
const MOST_DAYS = 365
const MOST_OPTIONS = 30
const LONGEST_OPTION = 100

export const FIELD_SLOTS: Slots = {
  name: 'field',
  most: MOST_FORM_FIELDS,
  parts: {
    id: Type.String({ pattern: '^\\d{0,15}$', default: '' }),
    kind: Type.Enum([...FORM_FIELD_KINDS], { default: 'text' }),
    label: Line(150),
    hint: Line(300),
    options: Line(2000),
    required: Type.Enum(['no', 'yes'], { default: 'no' }),
    days: Type.String({ pattern: '^\\d{0,3}$', default: '' }),
  },
  telling: ['id', 'label', 'hint', 'options'],
}

export function fieldValues(fields: FormField[]): Record<string, string> {
  const rows = fields.map(({ id, kind, label, hint, options, isRequired, deleteAfterDays }) => ({
    ...{ id: String(id), kind, label, hint },
    options: options.join('\n'),
    required: isRequired ? 'yes' : 'no',
    days: String(deleteAfterDays),
  }))
  return slotValues(FIELD_SLOTS, rows)
}

/** The questions wanted, each with the name of its row; and what is wrong with them, by field. */
export function readFields(typed: object) {
  const read = readSlots(FIELD_SLOTS, typed).map(slot => ({ row: slot.row, ...wantedFrom(slot) }))
  return { fields: read, problems: Object.assign({}, ...read.map(problemsOf)) as Record<string, string> }
}

function wantedFrom({ values }: Slot): WantedField {
  const { id = '', label = '', hint = '', required, days = '' } = values
  const kind = values.kind as FormFieldKind
  const hasOptions = kind === 'choice' || kind === 'several'
  const options = (values.options ?? '').split(/\r?\n/).map(cleanLine).filter(Boolean)
  return {
    ...{ id: id ? Number(id) : null, kind, label: cleanLine(label), hint: cleanText(hint) },
    options: hasOptions ? [...new Set(options)] : [],
    isRequired: required === 'yes',
    deleteAfterDays: days === '' ? USUAL_DAYS : Number(days),
  }
}

function problemsOf({
  row,
  kind,
  label,
  options,
  deleteAfterDays,
}: WantedField & { row: string }): Record<string, string> {
  const hasOptions = kind === 'choice' || kind === 'several'
  const isLong = options.length > MOST_OPTIONS || options.some(option => option.length > LONGEST_OPTION)
  return {
    ...(!label && { [`${row}_label`]: 'required' }),
    ...(hasOptions && options.length < 2 && { [`${row}_options`]: 'options_few' }),
    ...(hasOptions && isLong && { [`${row}_options`]: 'options_many' }),
    ...((deleteAfterDays < 1 || deleteAfterDays > MOST_DAYS) && { [`${row}_days`]: 'answer_days' }),
  }
}
