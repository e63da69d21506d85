// What is kept of people, why and until when, in words: read from the annotations of the schema, so that nothing is kept that
// is not told. For the page about privacy, and for the register.
import { PERSONAL_COLUMNS, TABLE_NAMES } from '#db/personal-columns.ts'
import { DATA, DATA_KINDS, type DataKind, type End, MONTHS, type Whose } from '#db/personal-data.ts'
import { listGroups } from '#src/domain/groups.ts'
import { monthsOfGroups } from '#src/domain/retention.ts'
import type { Messages } from '#src/i18n/index.ts'
import type { App, Deps } from '../deps.ts'

/** One kind of data, in words. */
export interface Kept {
  kind: DataKind
  title: string
  what: string
  why: string
  ground: string
  until: string
  seen: string
}

export interface PrivacyPages {
  'public/privacy': {
    contact: string
    /** In the order of who somebody is to us. */
    parts: { whose: Whose; kept: Kept[] }[]
    /** Groups that keep names for another time than is usual. */
    others: { name: string; until: string }[]
  }
}

const WHOSE: Whose[] = ['attendee', 'invitee', 'asker', 'subscriber', 'named', 'organiser']

export function privacyRoutes(app: App, { db, config }: Deps): void {
  app.get('/privacy', { config: { content: 'programme' } }, (request, reply) => {
    const { t } = request
    const list = DATA_KINDS.map(kind => describe(kind, t))
    const parts = WHOSE.map(whose => ({ whose, kept: list.filter(({ kind }) => DATA[kind].whose === whose) }))
    return reply.page('public/privacy', { contact: config.mailFrom.email, parts, others: othersIn(db, t) })
  })
}

function othersIn(db: Deps['db'], { privacy: words }: Messages) {
  const list = listGroups(db)
  const months = monthsOfGroups(list)
  return list
    .filter(({ id }) => months.get(id) !== MONTHS.usual)
    .map(({ id, name }) => ({ name, until: words.months(months.get(id) ?? MONTHS.usual) }))
}

export function describe(kind: DataKind, { privacy: words }: Messages): Kept {
  const { why, ground, end } = DATA[kind]
  const told: Record<DataKind, Pick<Kept, 'title' | 'what' | 'seen'>> = words.kinds
  return { kind, ...told[kind], why: words.why[why], ground: words.grounds[ground], until: untilOf(end, words) }
}

function untilOf(end: End, { ends, days, months }: Messages['privacy']): string {
  if (end.after === 'event') {
    if ('months' in end) return ends.eventByGroup(months(MONTHS.usual))
    return end.days === 'question' ? ends.eventAsAsked : ends.event(days(end.days))
  }
  if ('months' in end) return ends[end.after](months(end.months))
  if ('days' in end) return ends[end.after](days(end.days))
  return ends[end.after]
}

/** The register as a table of Markdown: the same words, and in which tables each kind stands. */
export function registerOf(t: Messages): string {
  const { columns, whose } = t.privacy.register
  const rows = DATA_KINDS.map(kind => {
    const { title, why, ground, until } = describe(kind, t)
    return [title, whose[DATA[kind].whose], `${why} (${ground})`, until, tablesOf(kind)]
  })
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function tablesOf(kind: DataKind): string {
  const holds = (columns: Record<string, string>) => Object.values(columns).includes(kind)
  return TABLE_NAMES.filter(name => holds(PERSONAL_COLUMNS[name]))
    .map(name => `\`${name}\``)
    .join(', ')
}
