// What the list of people is narrowed to, as it stands in its address and in forms that send it along.
import { PRESENCES, ROLES, STATUSES } from '#db/schema.ts'
import { type AttendeeFilter, MARKS, ORDERS } from '#src/domain/attendees.ts'
import Type, { type Static } from '#src/lib/schemas.ts'

/** Empty: everyone. */
export const PeopleFields = {
  q: Type.String({ maxLength: 100, default: '' }),
  status: Type.Enum(['', ...STATUSES], { default: '' }),
  role: Type.Enum(['', ...ROLES], { default: '' }),
  attendance: Type.Enum(['', ...PRESENCES], { default: '' }),
  attended: Type.Enum(['', 'yes', 'no'], { default: '' }),
  mark: Type.Enum(['', ...MARKS], { default: '' }),
  order: Type.Enum([...ORDERS], { default: 'queue' }),
}
export const PeopleQuery = Type.Object(PeopleFields)
export type PeopleFilter = Static<typeof PeopleQuery>

export const NO_FILTER: PeopleFilter = {
  q: '',
  status: '',
  role: '',
  attendance: '',
  attended: '',
  mark: '',
  order: 'queue',
}
const NAMES = Object.keys(NO_FILTER) as (keyof PeopleFilter)[]

/** Whoever may not see addresses and notes cannot find out by narrowing the list either. */
export function filterFrom(filter: PeopleFilter, maySeeAll: boolean): AttendeeFilter {
  const { q, status, role, attendance, attended, mark } = filter
  const isSecret = mark === 'undeliverable' || mark === 'note'
  return {
    q: q || undefined,
    status: status || undefined,
    role: role || undefined,
    attendance: attendance || undefined,
    attended: attended || undefined,
    mark: mark === '' || (isSecret && !maySeeAll) ? undefined : mark,
    byAddress: maySeeAll,
  }
}

/** What is chosen, as fields. */
export function filterFields(filter: PeopleFilter): [string, string][] {
  return NAMES.filter(name => filter[name] !== NO_FILTER[name]).map(name => [name, filter[name]])
}

export function isFiltered(filter: PeopleFilter): boolean {
  return filterFields({ ...filter, order: 'queue' }).length > 0
}

/** An address with what is chosen, and more. */
export function withFilter(path: string, filter: PeopleFilter, more: Record<string, string> = {}): string {
  const query = new URLSearchParams([...filterFields(filter), ...Object.entries(more)]).toString()
  return query ? `${path}?${query}` : path
}
