// The professional registers that count an event, as rows of the form on its certificates.
import { type Accreditation, MOST_ACCREDITATIONS, type NewAccreditation } from '#src/domain/accreditations.ts'
import type { Messages } from '#src/i18n/index.ts'
import { cleanLine } from '#src/lib/text.ts'
import { Line } from './fields.ts'
import { readSlots, type Slot, type Slots, slotValues } from './slots.ts'

export const ACCREDITATION_SLOTS: Slots = {
  name: 'register',
  most: MOST_ACCREDITATIONS,
  parts: { register: Line(80), number: Line(40), points: Line(6) },
  telling: ['register', 'number'],
}

export function accreditationValues(list: Accreditation[], decimal: string): Record<string, string> {
  return slotValues(
    ACCREDITATION_SLOTS,
    list.map(({ register, number, points }) => ({
      ...{ register, number },
      points: points === null ? '' : String(points).replace('.', decimal),
    })),
  )
}

/** The registers wanted, and what is wrong with them, by field, in words. */
export function readAccreditations(typed: object, { fields, certificate: { setup } }: Messages) {
  const problems: Record<string, string> = {}
  const seen = new Set<string>()
  const accreditations = readSlots(ACCREDITATION_SLOTS, typed).map(slot => {
    const read = readOne(slot)
    const key = read.register.toLowerCase()
    if (!read.register) problems[`${slot.row}_register`] = fields.required
    else if (seen.has(key)) problems[`${slot.row}_register`] = setup.registerTwice
    if (!read.number) problems[`${slot.row}_number`] = fields.required
    if (!POINTS.test(slot.values.points ?? '')) problems[`${slot.row}_points`] = setup.pointsWrong
    seen.add(key)
    return read
  })
  return { accreditations, problems }
}

/** More than nothing, with one decimal at most; or empty. */
const POINTS = /^(?!0+([.,]0)?$)(\d{1,3}([.,]\d)?)?$/

function readOne({ values: { register = '', number = '', points = '' } }: Slot): NewAccreditation {
  return {
    register: cleanLine(register),
    number: cleanLine(number),
    points: points ? Number(points.replace(',', '.')) : null,
  }
}
