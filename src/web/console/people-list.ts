// The list of an event's people as a page: fifty at a time, what is chosen, what to look at, and the forms that stand on it.
import type { FastifyRequest } from 'fastify'
import { countAttendees, type Attendee as Listed, listAttendees, listToLookAt, MARKS } from '#src/domain/attendees.ts'
import { listDoubles } from '#src/domain/doubles.ts'
import { canStillCome, type Event, getListedEvent } from '#src/domain/events.ts'
import { changeableIds } from '#src/domain/overview.ts'
import { placesOf, presencesOf } from '#src/domain/places.ts'
import { answerOf } from '#src/domain/replies.ts'
import { SELECTION_ACTS } from '#src/domain/selections.ts'
import { urgencyOf } from '#src/domain/urgent.ts'
import { paths } from '#src/lib/paths.ts'
import type { Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { organiserOf } from './access.ts'
import { options } from './fields.ts'
import type { ConsolePages } from './pages.ts'
import { filterFields, filterFrom, isFiltered, type PeopleFilter, withFilter } from './people-filter.ts'
import type { ListedAttendee, ListResult } from './people-pages.ts'

const PAGE = 50
/** On a longer list doubles are looked for on their own page only. */
const MOST_LOOKED_THROUGH = 1000

type PeoplePage = ConsolePages['console/registrations']

export interface Shown {
  event: Event
  filter: PeopleFilter
  /** The list goes on after this registration. */
  after?: number | undefined
  form?: Form
  result?: ListResult | undefined
  selection?: Omit<PeoplePage['selection'], 'acts'>
}

export function peoplePage(deps: Deps, request: FastifyRequest, shown: Shown): PeoplePage {
  const { db, clock } = deps
  const { event, filter, after, result } = shown
  const mayChange = mayChangePeople(deps, request, event)
  const chosen = filterFrom(filter, mayChange)
  const found = listAttendees(db, event, chosen, { order: filter.order, after, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = found.length > PAGE ? rows.at(-1)?.registration.id : undefined
  const list = paths.console.registrations(event.id)
  const total = countAttendees(db, event, chosen)
  const isWhole = !isFiltered(filter) && after === undefined
  return {
    event: getListedEvent(db, event.id),
    places: placesOf(db, event),
    rows: rows.map(row => listed(event, row, mayChange)),
    lookAt: isWhole ? listToLookAt(db, event, mayChange).filter(row => isToLookAt(event, row)) : [],
    filter,
    filterFields: filterFields(filter),
    isFiltered: isFiltered(filter),
    found: total,
    next: last === undefined ? undefined : withFilter(list, filter, { after: String(last) }),
    isFirst: after === undefined,
    back: withFilter('', filter, after === undefined ? {} : { after: String(after) }).slice(1),
    files: {
      csv: withFilter(paths.console.registrationsFile(event.id), filter),
      xlsx: withFilter(paths.console.registrationsSheet(event.id), filter),
    },
    doubles: isWhole && mayChange && total <= MOST_LOOKED_THROUGH ? listDoubles(db, event).length : 0,
    result,
    selection: { acts: actsFor(request, mayChange), ...(shown.selection ?? NOTHING_CHOSEN) },
    mayChange,
    urgent: mayChange ? urgencyOf(event, clock.now()) : undefined,
    isOpen: presencesOf(event).some(presence => canStillCome(event, presence, clock.now())),
    form: shown.form ?? emptyForm(usualValues(event)),
    choices: choicesFor(request, event, mayChange),
  }
}

const NOTHING_CHOSEN = { chosen: [], act: '', isAll: false, problem: '' }

/** Who only receives people needs their names, not their addresses or what they asked for in confidence. */
export function mayChangePeople({ db }: Deps, request: FastifyRequest, event: Event): boolean {
  return changeableIds(db, organiserOf(request), [event]).has(event.id)
}

function listed(event: Event, row: Listed, mayChange: boolean): ListedAttendee {
  const answer = answerOf(event, row.registration)
  if (mayChange) return { ...row, answer }
  const registration = { ...row.registration, accessNeeds: '', note: '' }
  return { registration, email: null, undeliverable: null, answer }
}

/** Among forty names who said no, or does not get our mail, is easily missed. */
function isToLookAt(event: Event, { registration, undeliverable }: Listed): boolean {
  const answer = answerOf(event, registration)
  return undeliverable !== null || (answer !== undefined && answer !== 'maybe')
}

function actsFor({ t }: FastifyRequest, mayChange: boolean) {
  const acts = SELECTION_ACTS.filter(act => mayChange || act === 'present' || act === 'absent')
  return options(t.console.selection.acts, acts)
}

function choicesFor({ t }: FastifyRequest, event: Event, mayChange: boolean): PeoplePage['choices'] {
  const words = t.console.registrations
  return {
    statuses: options(t.words.statuses),
    roles: options(t.words.roles),
    attendances: options(t.words.attendances, presencesOf(event)),
    attended: options(words.attendedChoices),
    marks: options(words.marks, mayChange ? MARKS : ['part']),
    orders: options(words.orders),
  }
}

export const usualValues = (event: Event) => ({ attendance: presencesOf(event)[0] ?? 'online', role: 'practice' })
