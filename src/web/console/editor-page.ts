// The page of one event in the console: everything its view is given.
import type { FastifyRequest } from 'fastify'
import { FORM_FIELD_KINDS } from '#db/schema.ts'
import { countInterested } from '#src/domain/announcements.ts'
import { lastChange } from '#src/domain/changes.ts'
import { heldMails } from '#src/domain/consequences.ts'
import { sizeOf } from '#src/domain/covers.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { listFormFields } from '#src/domain/form-fields.ts'
import { findGroup, type Group } from '#src/domain/groups.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import { type Places, placesOf } from '#src/domain/places.ts'
import { listThemes } from '#src/domain/themes.ts'
import { type Urgency, urgencyOf } from '#src/domain/urgent.ts'
import { isBefore } from '#src/lib/time.ts'
import type { Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { organiserOf } from './access.ts'
import { eventValues } from './event-form.ts'
import { groupOptions, options } from './fields.ts'
import { FIELD_SLOTS } from './form-fields.ts'
import { type Difference, fingerprints, merge } from './merging.ts'
import type { Options } from './pages.ts'
import { shownSlots } from './slots.ts'
import { warningsFor } from './warnings.ts'

export const DONE = ['saved', 'published', 'moved', 'cancelled', 'reinstated', 'duplicated', 'cover'] as const

/** Somebody else saved while this was typed: who and when, and every part in which the two differ, in words. */
interface Stale {
  who: string | undefined
  at: Temporal.Instant | undefined
  differences: { part: string; now: string; typed: string; isBoth: boolean }[]
}

export interface EditorPages {
  'console/event': {
    event: ListedEvent
    form: Form
    places: Places[]
    held: { count: number; until: Temporal.Instant } | undefined
    warnings: string[]
    /** How many people asked to hear of it and were not told. */
    interested: number
    done: (typeof DONE)[number] | undefined
    undo: string | undefined
    /** What cannot wait, when the event is near. */
    urgent: Urgency | undefined
    stale: Stale | undefined
    /** How many answers would go with what is in the form. */
    lost: number
    hasStarted: boolean
    hasEnded: boolean
    coverSize: { width: number; height: number } | null
    /** Forms of their own on the same page. */
    cover: Form
    copy: Form
    rows: { fields: ReturnType<typeof shownSlots> }
    choices: Record<'groups' | 'cohosts' | 'kinds' | 'themes' | 'waitingRules' | 'fieldKinds', Options>
  }
}
type Page = EditorPages['console/event']
type Extra = Partial<Pick<Page, 'done' | 'undo' | 'stale' | 'lost' | 'cover' | 'copy'>>

/** The groups this organiser may let host; the present one stays possible, whoever it is. */
export function groupsFor({ db }: Pick<Deps, 'db'>, request: FastifyRequest, event: Event): Group[] {
  return withPresent(listGroupsWith(db, organiserOf(request), 'organiser'), findGroup(db, event.groupId))
}

/** And those that may organise it together with that one: their own, and those that do already. */
export function cohostsFor(deps: Pick<Deps, 'db'>, request: FastifyRequest, event: ListedEvent): Group[] {
  return withPresent(groupsFor(deps, request, event), ...event.cohosts)
}

function withPresent(mine: Group[], ...present: (Group | undefined)[]): Group[] {
  const others = present.filter(group => group !== undefined && !mine.some(({ id }) => id === group.id))
  return [...mine, ...(others as Group[])]
}

/** The event as it stands in its form, with the fingerprints of that. */
export function formOf({ db }: Pick<Deps, 'db'>, event: ListedEvent): Form {
  const values = eventValues(event, listFormFields(db, event.id))
  return emptyForm({ ...values, base: fingerprints(values) })
}

export function editorPage(deps: Deps, request: FastifyRequest, event: Event, form?: Form, extra: Extra = {}): Page {
  const { db, clock } = deps
  const now = clock.now()
  const listed = getListedEvent(db, event.id)
  const shown = form ?? formOf(deps, listed)
  return {
    event: listed,
    form: shown,
    places: placesOf(db, event),
    held: heldMails(db, event, now),
    interested: countInterested(db, event, now),
    warnings: event.publishedAt ? [] : warningsFor(deps, request, event, event),
    ...{ done: undefined, undo: undefined, stale: undefined, lost: 0 },
    urgent: urgencyOf(event, now),
    hasStarted: !isBefore(now, event.startsAt),
    hasEnded: !isBefore(now, event.endsAt),
    coverSize: event.cover === null ? null : sizeOf(event.cover),
    cover: emptyForm({ coverAlt: event.coverAlt }),
    copy: emptyForm(),
    rows: { fields: shownSlots(FIELD_SLOTS, shown) },
    choices: choicesFor(deps, request, listed),
    ...extra,
  }
}

function choicesFor({ db }: Deps, request: FastifyRequest, event: ListedEvent): Page['choices'] {
  const { words, console: texts } = request.t
  const cohosts = cohostsFor({ db }, request, event).filter(group => group.id !== event.groupId)
  return {
    groups: groupOptions(groupsFor({ db }, request, event)),
    cohosts: groupOptions(cohosts),
    kinds: options(words.kinds),
    themes: listThemes(db).map(({ id, name }): [string, string] => [String(id), name]),
    waitingRules: options(texts.editor.waitingRules),
    fieldKinds: options(texts.editor.fieldKinds, FORM_FIELD_KINDS),
  }
}

/**
 * What was typed, put together with what another saved since; nothing if that other changed no part of this form. What only the
 * other changed is taken over, what both changed is shown beside what stands there now.
 */
export function mergedPage(deps: Deps, request: FastifyRequest, event: Event, typed: Record<string, string>) {
  const now = formOf(deps, getListedEvent(deps.db, event.id)).values
  const { values, differences } = merge(typed.base ?? '', typed, now)
  if (differences.length === 0) return undefined
  const form = emptyForm({ ...values, revision: String(event.revision), base: now.base ?? '' })
  const page = editorPage(deps, request, event, form)
  const change = lastChange(deps.db, event)
  const stale = { who: change?.who, at: change?.at, differences: differences.map(one => inWords(one, page.choices)) }
  return { ...page, stale }
}

function inWords({ part, now, typed, isBoth }: Difference, choices: Page['choices']): Stale['differences'][number] {
  return { part, isBoth, now: wordsOf(part, now, choices), typed: wordsOf(part, typed, choices) }
}

function wordsOf(part: string, values: Record<string, string>, choices: Page['choices']): string {
  const chosen: Record<string, Options> = {
    ...{ groupId: choices.groups, kind: choices.kinds, waitingRule: choices.waitingRules },
    ...{ themes: choices.themes, cohosts: choices.cohosts },
  }
  if (part === 'fields') return rowWords(values, /^field\d+_label$/)
  const value = values[part] ?? ''
  const names = Object.hasOwn(chosen, part) ? new Map(chosen[part]) : undefined
  return names
    ? value
        .split(',')
        .flatMap(id => names.get(id) ?? [])
        .join(', ')
    : value
}

function rowWords(values: Record<string, string>, pattern: RegExp): string {
  return Object.entries(values)
    .filter(([name, value]) => pattern.test(name) && value)
    .map(([, value]) => value)
    .join(', ')
}
