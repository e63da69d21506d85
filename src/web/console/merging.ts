// Two organisers who change the same event: what somebody typed, beside what another has saved since. A form carries the
// fingerprint of each part as it was when the page was made, so that it is known who changed what.
import { hash } from '#src/lib/tokens.ts'
import { FIELD_SLOTS } from './form-fields.ts'
import { slotText } from './slots.ts'

type Values = Record<string, string>

/** A part of the form that differs from what stands there now. */
export interface Difference {
  part: string
  now: Values
  typed: Values
  /** Both changed it: what was typed stays in the form. Otherwise what stands there now was taken over. */
  isBoth: boolean
}

const LISTS = { themes: ',', cohosts: ',' }
const ROWS = { fields: FIELD_SLOTS }
const SINGLE = [
  ...['title', 'summary', 'description', 'speakers', 'kind', 'groupId', 'roomUrl', 'hostUrl', 'yield'],
  ...['capacityOnline', 'capacityInPerson', 'waitingRule', 'needsApproval', 'isInvitationOnly'],
  ...['registrationFromDate', 'registrationFromTime', 'registrationUntilDate', 'registrationUntilTime'],
]
const PARTS = [...SINGLE, ...Object.keys(LISTS), ...Object.keys(ROWS)]

const isRows = (part: string): part is keyof typeof ROWS => Object.hasOwn(ROWS, part)
const isList = (part: string): part is keyof typeof LISTS => Object.hasOwn(LISTS, part)

/** One text for a part, the same for the same content. */
function textOf(part: string, values: Values): string {
  if (isRows(part)) return slotText(ROWS[part], values)
  const value = (Object.hasOwn(values, part) ? (values[part] ?? '') : '').replaceAll(/\r\n?/g, '\n').trim()
  return isList(part) ? value.split(LISTS[part]).sort().join(LISTS[part]) : value
}

const fingerprint = (text: string) => (text ? hash(text).slice(0, 8) : '')

/** What a form carries, so that its typed values can be compared with what it was made from. */
export function fingerprints(values: Values): string {
  return PARTS.map(part => fingerprint(textOf(part, values))).join('.')
}

/** Takes over what only the other changed, and keeps what was typed in the rest. */
export function merge(base: string, typed: Values, now: Values): { values: Values; differences: Difference[] } {
  const known = base.split('.')
  const differences = PARTS.flatMap((part, index): Difference[] => {
    const [mine, theirs] = [textOf(part, typed), textOf(part, now)]
    // Without its fingerprints a form is taken to have changed whatever differs.
    const was = known.length === PARTS.length ? known[index] : undefined
    if (mine === theirs || fingerprint(theirs) === was) return []
    return [{ part, now, typed, isBoth: fingerprint(mine) !== was }]
  })
  const values = { ...typed }
  for (const { part, isBoth } of differences) if (!isBoth) takeOver(part, values, now)
  return { values, differences }
}

function takeOver(part: string, values: Values, now: Values): void {
  const belongs = (name: string) =>
    isRows(part) ? name.startsWith(ROWS[part].name) && /\d_/.test(name) : name === part
  for (const name of Object.keys(values)) if (belongs(name)) delete values[name]
  for (const [name, value] of Object.entries(now)) if (belongs(name)) values[name] = value
}
