// The form of an event's page in the console: its fields, how an event stands in it, and what is read from it.
import { KINDS, WAITING_RULES } from '#db/schema.ts'
import type { EventEdit } from '#src/domain/editing.ts'
import type { Event, ListedEvent } from '#src/domain/events.ts'
import type { FormField } from '#src/domain/form-fields.ts'
import { END_OF_DAY } from '#src/domain/registration-windows.ts'
import { Invalid } from '#src/lib/errors.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { Capacities, Choices, Line, Revision, readCapacities, roomProblems, Shown, Tick } from './fields.ts'
import { FIELD_SLOTS, fieldValues, readFields } from './form-fields.ts'
import { slotFields } from './slots.ts'

const SomeDay = Type.String({ pattern: '^(\\d{4}-\\d{2}-\\d{2})?$', default: '' })
const SomeTime = Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d)?$', default: '' })

const Fields = {
  revision: Revision,
  recipients: Shown,
  /** Fingerprints of what the form was made from. */
  base: Line(1000),
  /** How many answers the page before said would go. */
  lost: Shown,
  title: Line(150),
  summary: Line(500),
  description: Line(20_000),
  speakers: Line(3000),
  kind: Type.Enum([...KINDS]),
  groupId: Type.Integer({ minimum: 1 }),
  cohosts: Choices,
  themes: Choices,
  newTheme: Line(60),
  roomUrl: Line(500),
  hostUrl: Line(500),
  waitingRule: Type.Enum([...WAITING_RULES], { default: 'automatic' }),
  needsApproval: Tick,
  isInvitationOnly: Tick,
  registrationFromDate: SomeDay,
  registrationFromTime: SomeTime,
  registrationUntilDate: SomeDay,
  registrationUntilTime: SomeTime,
  ...Capacities,
}
const Known = Type.Object(Fields)
export type EventBody = Static<typeof Known>
export const EventForm = Type.Object({ ...Fields, ...slotFields(FIELD_SLOTS) })

/** An event as it stands in the form. */
export function eventValues(event: ListedEvent, fields: FormField[]): Record<string, string> {
  const [fromDate = '', fromTime = ''] = (event.registrationFrom ?? '').split('T')
  const [untilDate = '', untilTime = ''] = (event.registrationUntil ?? '').split('T')
  return {
    revision: String(event.revision),
    title: event.title,
    summary: event.summary,
    description: event.description,
    speakers: event.speakers.join('\n'),
    kind: event.kind,
    groupId: String(event.groupId),
    cohosts: event.cohosts.map(group => group.id).join(','),
    themes: event.themes.map(theme => theme.id).join(','),
    newTheme: '',
    roomUrl: event.roomUrl ?? '',
    hostUrl: event.hostUrl ?? '',
    capacityOnline: String(event.capacityOnline ?? ''),
    capacityInPerson: String(event.capacityInPerson ?? ''),
    waitingRule: event.waitingRule,
    needsApproval: event.needsApproval ? 'on' : '',
    isInvitationOnly: event.isInvitationOnly ? 'on' : '',
    registrationFromDate: fromDate,
    registrationFromTime: fromTime === '00:00' ? '' : fromTime,
    registrationUntilDate: untilDate,
    registrationUntilTime: `T${untilTime}` === END_OF_DAY ? '' : untilTime,
    ...fieldValues(fields),
  }
}

/** Which groups and themes this organiser may choose, and what a draft without a title is called. */
interface Allowed {
  groupIds: Set<number>
  cohostIds: Set<number>
  themeIds: Set<number>
  untitled: string
}

/** What is to be saved. Invalid, by field, if it cannot be; a draft may lack whatever it lacks. */
export function readEvent(body: EventBody, event: Event, allowed: Allowed): EventEdit {
  const title = cleanLine(body.title) || (event.publishedAt ? '' : allowed.untitled)
  const { fields: formFields, problems: wrongFields } = readFields(body)
  const window = readWindow(body)
  const problems: Record<string, string> = {
    ...(!/[\p{L}\p{N}]/u.test(title) && { title: 'required' }),
    ...(!allowed.groupIds.has(body.groupId) && { groupId: 'choice' }),
    ...roomProblems(body.roomUrl),
    ...(roomProblems(body.hostUrl).roomUrl && { hostUrl: 'url' }),
    ...window.problems,
    ...wrongFields,
  }
  if (Object.keys(problems).length) throw new Invalid(problems)
  const text = { ...readText(body), title, ...readCapacities(body), ...window.read }
  return {
    ...{ text, formFields },
    themeIds: body.themes.filter(id => allowed.themeIds.has(id)),
    newTheme: cleanLine(body.newTheme),
    lostAnswers: body.lost ?? 0,
    cohostIds: body.cohosts.filter(id => allowed.cohostIds.has(id)),
  }
}

function readText(body: EventBody) {
  return {
    summary: cleanText(body.summary),
    description: cleanText(body.description),
    speakers: body.speakers.split('\n').map(cleanLine).filter(Boolean).slice(0, 30),
    kind: body.kind,
    groupId: body.groupId,
    roomUrl: body.roomUrl.trim() || null,
    hostUrl: body.hostUrl.trim() || null,
    waitingRule: body.waitingRule,
    needsApproval: body.needsApproval === 'on',
    isInvitationOnly: body.isInvitationOnly === 'on',
  }
}

/** A day alone is all of that day. */
function readWindow(body: EventBody) {
  const sides = [
    ['registrationFrom', body.registrationFromDate, body.registrationFromTime, 'T00:00'],
    ['registrationUntil', body.registrationUntilDate, body.registrationUntilTime, END_OF_DAY],
  ] as const
  const problems: Record<string, string> = {}
  const read = { registrationFrom: null, registrationUntil: null } as Record<(typeof sides)[number][0], string | null>
  for (const [name, date, time, whole] of sides) {
    if (time && !date) problems[`${name}Date`] = 'required'
    else if (date && !isDate(date)) problems[`${name}Date`] = 'time_invalid'
    else if (date) read[name] = date + (time ? `T${time}` : whole)
  }
  return { read, problems }
}

function isDate(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text
  } catch {
    return false
  }
}
