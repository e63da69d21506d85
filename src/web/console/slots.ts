// Rows of a form that are counted: `field1_label`, `field2_label`, … There are always some empty ones to fill in, so that a form
// can grow without a script.
import Type, { type TSchema } from '#src/lib/schemas.ts'
import type { Form } from '../pages.ts'

/** What a row holds besides its own parts: where it comes, and whether it goes. */
const Common = {
  order: Type.String({ pattern: '^\\d{0,3}$', default: '' }),
  remove: Type.String({ maxLength: 2, default: '' }),
}

export interface Slots {
  name: string
  most: number
  parts: Record<string, TSchema>
  /** A row in which none of these stands is an empty one. */
  telling: string[]
}

type Values = Record<string, string>

/** One row as it was typed; `row` is what its fields' names begin with. */
export interface Slot {
  row: string
  values: Values
}

const numbers = ({ most }: Slots) => Array.from({ length: most }, (_, index) => index + 1)

/** For the schema of the form. */
export function slotFields(slots: Slots): Record<string, TSchema> {
  const parts = { ...slots.parts, ...Common }
  return Object.fromEntries(
    numbers(slots).flatMap(number =>
      Object.entries(parts).map(([part, schema]) => [`${slots.name}${number}_${part}`, schema] as const),
    ),
  )
}

/** Every row in which something was typed, in the order asked for; without those that are to go. */
export function readSlots(slots: Slots, typed: object): Slot[] {
  const rows = filledRows(slots, typed).filter(({ values }) => values.remove !== 'on')
  const place = ({ values }: Slot) => Number(values.order) || Number.POSITIVE_INFINITY
  return rows.sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
}

function filledRows(slots: Slots, typed: object): Slot[] {
  const all = new Map(Object.entries(typed))
  const parts = [...Object.keys(slots.parts), ...Object.keys(Common)]
  return numbers(slots)
    .map(number => {
      const row = `${slots.name}${number}`
      return {
        row,
        values: Object.fromEntries(parts.map(part => [part, String(all.get(`${row}_${part}`) ?? '').trim()])),
      }
    })
    .filter(({ values }) => slots.telling.some(part => values[part]))
}

/** Rows as they stand in a form. */
export function slotValues({ name }: Slots, rows: Values[]): Values {
  return Object.fromEntries(
    rows.flatMap((row, index) =>
      Object.entries({ ...row, order: String(index + 1) }).map(([part, value]) => [
        `${name}${index + 1}_${part}`,
        value,
      ]),
    ),
  )
}

/** What of a form belongs to these rows, in one text: two are the same when nothing in them differs. */
export function slotText(slots: Slots, values: Values): string {
  const rows = filledRows(slots, values)
  return rows.length ? JSON.stringify(rows.map(row => row.values)) : ''
}

const SPARE = 2

/** What the rows of a form that are shown are called: the filled ones, and some to fill. */
export function shownSlots(
  slots: Slots,
  { values, problems }: Form,
): { row: string; isFilled: boolean; isWrong: boolean }[] {
  const filled = new Set(filledRows(slots, values).map(({ row }) => row))
  const rows = numbers(slots).map(number => `${slots.name}${number}`)
  const spare = rows.filter(row => !filled.has(row)).slice(0, SPARE)
  return rows
    .filter(row => filled.has(row) || spare.includes(row))
    .map(row => ({
      row,
      isFilled: filled.has(row),
      isWrong: Object.keys(problems).some(name => name.startsWith(`${row}_`)),
    }))
}
