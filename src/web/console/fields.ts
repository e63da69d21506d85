// Parts that the console's forms share, and how what was typed becomes what is stored.
import { ATTENDANCES, KINDS, type Venue } from '#db/schema.ts'
import type { Event } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import { Invalid } from '#src/lib/errors.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'

export const Line = (maxLength: number) => Type.String({ maxLength, default: '' })
export const Title = Type.String({ minLength: 1, maxLength: 150, pattern: '[\\p{L}\\p{N}]' })
export const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
export const Time = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })
export const Minutes = Type.Integer({ minimum: 5, maximum: 1440 })
export const Choices = Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 100, default: [] })
/** The version of the event that the form was made from. */
export const Revision = Type.Integer({ minimum: 1 })
/** Sent by a checkbox that is ticked. */
export const Tick = Type.Optional(Type.Literal('on'))
/** How many people the page before said would be mailed; empty on the first POST, which leads to that page. */
export const Shown = Type.Optional(Type.Integer({ minimum: 0 }))

export const Capacities = {
  /** Empty: no limit. */
  capacityOnline: Type.String({ pattern: '^([1-9]\\d{0,4})?$', default: '' }),
  capacityInPerson: Type.String({ pattern: '^([1-9]\\d{0,4})?$', default: '' }),
}
export const PlaceFields = {
  attendance: Type.Enum([...ATTENDANCES]),
  venueName: Line(150),
  venueAddress: Line(150),
  venuePostcode: Line(12),
  venueCity: Line(80),
  venueAccess: Line(500),
}
export const Setting = {
  kind: Type.Enum([...KINDS]),
  groupId: Type.Integer({ minimum: 1 }),
  durationMinutes: Minutes,
  roomUrl: Line(500),
  ...PlaceFields,
  ...Capacities,
}
const CapacityForm = Type.Object(Capacities)
const PlaceForm = Type.Object(PlaceFields)
const SettingForm = Type.Object(Setting)

export function readCapacities({ capacityOnline, capacityInPerson }: Static<typeof CapacityForm>) {
  return { capacityOnline: Number(capacityOnline) || null, capacityInPerson: Number(capacityInPerson) || null }
}

/** The place, or null if none was filled in. */
export function readVenue(form: Static<typeof PlaceForm>): Venue | null {
  const venue = {
    name: cleanLine(form.venueName),
    address: cleanLine(form.venueAddress),
    postcode: cleanLine(form.venuePostcode),
    city: cleanLine(form.venueCity),
    access: cleanText(form.venueAccess),
  }
  return venue.name || venue.address || venue.city ? venue : null
}

/** What a series and an event have in common. Invalid if the group is not among those allowed, or the place or room will not do. */
export function readSetting(form: Static<typeof SettingForm>, groups: Group[]) {
  const { kind, groupId, durationMinutes, attendance } = form
  const problems = { ...placeProblems(form), ...roomProblems(form.roomUrl) }
  if (!groups.some(group => group.id === groupId)) problems.groupId = 'choice'
  if (Object.keys(problems).length) throw new Invalid(problems)
  const roomUrl = form.roomUrl.trim() || null
  return { kind, groupId, durationMinutes, attendance, roomUrl, venue: readVenue(form), ...readCapacities(form) }
}

export function placeProblems(form: Static<typeof PlaceForm>): Record<string, string> {
  return form.attendance !== 'online' && !cleanLine(form.venueName) ? { venueName: 'required' } : {}
}

export function roomProblems(roomUrl: string): Record<string, string> {
  const typed = roomUrl.trim()
  return typed && URL.parse(typed)?.protocol !== 'https:' ? { roomUrl: 'url' } : {}
}

type Stored = Pick<
  Event,
  'capacityOnline' | 'capacityInPerson' | 'roomUrl' | 'venue' | 'durationMinutes' | 'attendance'
>

/** A stored place as it stands in a form. */
export function placeValues({ attendance, venue }: Pick<Stored, 'attendance' | 'venue'>): Record<string, string> {
  return {
    attendance,
    venueName: venue?.name ?? '',
    venueAddress: venue?.address ?? '',
    venuePostcode: venue?.postcode ?? '',
    venueCity: venue?.city ?? '',
    venueAccess: venue?.access ?? '',
  }
}

export function settingValues(stored: Stored & { kind: string; groupId: number }): Record<string, string> {
  return {
    ...placeValues(stored),
    kind: stored.kind,
    groupId: String(stored.groupId),
    durationMinutes: String(stored.durationMinutes),
    roomUrl: stored.roomUrl ?? '',
    capacityOnline: String(stored.capacityOnline ?? ''),
    capacityInPerson: String(stored.capacityInPerson ?? ''),
  }
}

export const options = (words: Record<string, string>, values: readonly string[] = Object.keys(words)) =>
  values.map((value): [string, string] => [value, words[value] ?? value])

export const groupOptions = (groups: Group[]) => groups.map(({ id, name }): [string, string] => [String(id), name])

/** The group that stands above the others: most of what is made belongs to it. */
export const topOf = (groups: Group[]) =>
  groups.find(({ parentId }) => !groups.some(group => group.id === parentId)) ?? groups[0]

/** A date that a form refused has its own field; the domain speaks of the start. */
export function atDate(error: unknown): never {
  if (error instanceof Invalid && error.problems.start) throw new Invalid({ date: error.problems.start })
  throw error
}
