// The pages about the people of an event, and what their views are given.
import type { Attendee } from '#src/domain/attendees.ts'
import type { Double } from '#src/domain/doubles.ts'
import type { Event, ListedEvent } from '#src/domain/events.ts'
import type { Places } from '#src/domain/places.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Answer } from '#src/domain/replies.ts'
import { SELECTION_ACTS } from '#src/domain/selections.ts'
import type { Urgency } from '#src/domain/urgent.ts'
import type { Form } from '../pages.ts'
import type { OwnChoices } from '../public/choice-fields.ts'
import type { Options } from './pages.ts'
import type { PeopleFilter } from './people-filter.ts'

/** A row of the list: what is said of somebody who is there. */
export interface ListedAttendee extends Attendee {
  answer: Answer | undefined
}

/** What a list can have been changed by, when the page after it says so. */
export const LIST_ACTS = [...SELECTION_ACTS, 'refused', 'added', 'imported', 'trusted'] as const
export type ListAct = (typeof LIST_ACTS)[number]

/** What came of an act on one or many, as the page after it says. */
export interface ListResult {
  act: ListAct
  count: number
  left: number
}

/** One line of the history of a registration. */
export interface HistoryLine {
  at: Temporal.Instant
  text: string
  /** Of a mail: where it stands in the outbox, and its state. */
  mail: { id: number; state: string; isTrouble: boolean; isComing: boolean } | undefined
}

export interface PeoplePages {
  'console/registrations': {
    event: ListedEvent
    places: Places[]
    rows: ListedAttendee[]
    lookAt: Attendee[]
    filter: PeopleFilter
    /** The filter as fields, to be sent along. */
    filterFields: [string, string][]
    isFiltered: boolean
    found: number
    next: string | undefined
    isFirst: boolean
    /** The query of this very page, to come back to it. */
    back: string
    files: { csv: string; xlsx: string }
    doubles: number
    result: ListResult | undefined
    selection: { acts: Options; chosen: number[]; act: string; isAll: boolean; problem: string }
    mayChange: boolean
    urgent: Urgency | undefined
    isOpen: boolean
    form: Form
    choices: Record<'statuses' | 'roles' | 'attendances' | 'attended' | 'marks' | 'orders', Options>
  }
  'console/registration': {
    event: ListedEvent
    one: Registration
    email: string | null
    undeliverable: string | null
    answer: Answer | undefined
    places: Places[]
    answers: { label: string; value: string }[]
    history: HistoryLine[]
    /** The one it goes on as, and those that go on as this one. */
    goesOn: Registration | undefined
    merged: Attendee[]
    doubles: { id: number; name: string; because: Double['because'] }[]
    isOpen: boolean
    isToCome: boolean
    done: 'note' | 'details' | 'address' | 'choices' | 'merged' | undefined
    /** The form that was refused, if one was. */
    refused: 'note' | 'details' | 'address' | 'choices' | undefined
    forms: Record<'note' | 'details' | 'address', Form>
    /** Which workshops they chose; null for who does not come, and where there are none. */
    workshops: OwnChoices | null
    /** Whether an organiser can choose for them. */
    canChooseFor: boolean
    choices: Record<'roles' | 'attendances', Options>
  }
  'console/doubles': { event: ListedEvent; pairs: { both: [Attendee, Attendee]; because: Double['because'] }[] }
  'console/merge': { event: Event; both: [Attendee, Attendee]; stays: number }
}
