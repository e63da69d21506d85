// An act as a sentence: who did what, in words. What is kept beside an act are ids, slugs and dates; here they become names.
import type { Db } from '#db/open.ts'
import type { Action } from '#src/domain/audit.ts'
import { isForgotten } from '#src/domain/former-organisers.ts'
import { listGroups } from '#src/domain/groups.ts'
import type { Entry } from '#src/domain/history.ts'
import { listOrganisers, type Organiser } from '#src/domain/organisers.ts'
import { listSeries } from '#src/domain/series.ts'
import type { Formats } from '#src/i18n/dates.ts'
import type { Messages } from '#src/i18n/index.ts'

/** What sentences are made with: words, formats, and the names that ids and slugs stand for. */
export interface Teller {
  t: Messages
  f: Formats
  organisers: Map<string, Pick<Organiser, 'name' | 'email'>>
  series: Map<string, string>
  groups: Map<string, string>
}

export function createTeller(db: Db, { t, f }: Pick<Teller, 't' | 'f'>): Teller {
  return {
    t,
    f,
    organisers: new Map(listOrganisers(db).map(one => [String(one.id), one])),
    series: new Map(listSeries(db).map(({ slug, title }) => [slug, title])),
    groups: new Map(listGroups(db).map(({ slug, name }) => [slug, name])),
  }
}

/** The act in a sentence. `isHere`: on the page of the event itself, which needs no title. */
export function tell(teller: Teller, entry: Entry, { isHere }: { isHere: boolean }): string {
  const { t } = teller
  const words = t.console.audit
  const { event, action } = entry
  const what = event && (isHere ? t.mail.thisKind[event.kind] : words.quoted(event.title))
  return words.actions[action]({
    who: entry.organiser ? nameOf(entry.organiser, t) : words.byItself,
    what: what ?? words.someEvent,
    person: entry.attendee || words.attendee,
    group: entry.group ?? '',
    parts: (PARTS[action] ?? plain)(entry.detail, teller),
  })
}

export function nameOf(organiser: Pick<Organiser, 'name' | 'email'>, t: Messages): string {
  return isForgotten(organiser) ? t.console.audit.former : organiser.name || organiser.email
}

type Reader = (detail: string, teller: Teller) => string[]

const plain: Reader = detail => detail.split('\n')
const inTwo: Reader = detail => detail.split('/')
const right: Reader = (name, { t }) => [rightOf(name, t)]
const seriesTitle: Reader = (slug, { series }) => [series.get(slug) ?? slug]
/** 'eerste-donderdag: 12' */
const seriesAnd = (read: (rest: string, teller: Teller) => string): Reader => {
  return (detail, teller) => {
    const [slug = '', rest = ''] = detail.split(': ')
    return [...seriesTitle(slug, teller), read(rest, teller)]
  }
}
const day = seriesAnd((date, { f }) => f.date(Temporal.PlainDate.from(date)))
const memberAndRight: Reader = (detail, { t, organisers }) => {
  const [id = '', name = ''] = detail.split('/')
  const member = organisers.get(id)
  return [member ? nameOf(member, t) : t.console.audit.former.toLowerCase(), rightOf(name, t)]
}
const mailKind: Reader = (detail, { t }) => {
  const [locale = '', kind = ''] = detail.split('/')
  const { mails, proposal } = t.console
  const names: Record<string, string> = { ...proposal.kinds, shared: mails.shared }
  const languages: Record<string, string> = mails.languages
  return [`${names[kind] ?? kind} (${languages[locale] ?? locale})`]
}

function rightOf(name: string, t: Messages): string {
  const rights: Record<string, string> = t.words.rights
  return rights[name] ?? name
}

/** '2026-12-03T12:00/2026-12-10T12:00': the days, or the times of one day; nothing if it stayed where it was. */
const move: Reader = (detail, { t, f }) => {
  const [from = '', to] = detail.split('/')
  const words = t.console.audit
  if (to === undefined) return from ? [words.to(f.day({ localStart: from }))] : []
  if (from === to) return []
  const [before, after] = from.slice(0, 10) === to.slice(0, 10) ? [f.time, f.time] : daysOf(f, from, to)
  return [words.fromTo(before({ localStart: from }), after({ localStart: to }))]
}

/** As short as they can be: 'van 3 naar 10 december', 'van 3 december naar 7 januari 2027'. */
function daysOf(f: Formats, from: string, to: string) {
  if (from.slice(0, 4) !== to.slice(0, 4)) return [f.dayOfYear, f.dayOfYear] as const
  return from.slice(0, 7) === to.slice(0, 7)
    ? ([f.dayNumber, f.dayOfMonth] as const)
    : ([f.dayOfMonth, f.dayOfMonth] as const)
}

const PARTS: Partial<Record<Action, Reader>> = {
  event_moved: move,
  series_created: seriesTitle,
  series_edited: seriesTitle,
  series_handed_over: seriesTitle,
  series_planned: seriesAnd(count => count),
  series_regrouped: (detail, teller) => {
    const [slug = '', group = ''] = detail.split('/')
    return [...seriesTitle(slug, teller), teller.groups.get(group) ?? group]
  },
  date_skipped: day,
  date_unskipped: day,
  template_saved: mailKind,
  template_reset: mailKind,
  right_changed: memberAndRight,
  member_removed: memberAndRight,
  member_invited: right,
  member_joined: right,
  mailing_recalled: inTwo,
}
