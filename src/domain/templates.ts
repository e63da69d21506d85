// A group's own words for its mails, by language and kind, as an owner reads and changes them. Only what differs from what
// would stand there anyway is kept, text by text.
import { distinctOf } from '#db/distinct.ts'
import { and, eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { events, series, templates } from '#db/schema.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { type Action, audit } from './audit.ts'
import type { Group } from './groups.ts'
import { topGroup, upwards } from './own-texts.ts'
import type { TemplateKind } from './placeholders.ts'
import { cleanWording, problemIn, type TextProblem } from './wording.ts'

export const TEMPLATE_KINDS = Object.keys(messagesIn('nl').mail.texts) as TemplateKind[]
/** Mails that belong to no group: they take the words of the group at the top of the tree. */
const OF_THE_TOP: readonly string[] = ['sign_in', 'my', 'test', 'tasks', 'subscription_proof']

/** The kinds of mail whose words a group decides about. */
export function kindsOf(db: Db, group: Group): TemplateKind[] {
  return topGroup(db)?.id === group.id ? TEMPLATE_KINDS : TEMPLATE_KINDS.filter(kind => !OF_THE_TOP.includes(kind))
}

/** One kind of mail in one language, as one group says it. */
export interface Template {
  group: Group
  locale: Locale
  kind: TemplateKind
}

/** One text as an owner sees it: what they wrote, and what stands there without it. */
export interface Wording {
  key: string
  ours: string
  /** What applies without own words, and from which group it comes; null: from us. */
  inherited: string
  from: number | null
  own: string | undefined
}

/** Which kinds have own words, and whose: of the group itself, or of the nearest one above it. */
export function listOwners(db: Db, group: Group, locale: Locale): Map<TemplateKind, number> {
  const rows = upwards(db).all({ groupId: group.id, locale }).toReversed()
  return new Map(rows.map(({ kind, groupId }) => [kind as TemplateKind, groupId]))
}

/** Every text of a kind, in the order in which we list them. */
export function readWordings(db: Db, { group, locale, kind }: Template): Wording[] {
  const rows = upwards(db)
    .all({ groupId: group.id, locale })
    .filter(row => row.kind === kind)
  const above = rows.filter(({ groupId }) => groupId !== group.id)
  const own = rows.find(({ groupId }) => groupId === group.id)?.texts ?? {}
  return Object.entries(ourTexts(locale, kind)).map(([key, ours]) => {
    const source = above.find(({ texts }) => Object.hasOwn(texts, key))
    return {
      key,
      ours,
      inherited: source?.texts[key] ?? ours,
      from: source?.groupId ?? null,
      own: Object.hasOwn(own, key) ? own[key] : undefined,
    }
  })
}

/** Our own texts of a kind; every kind has room for a paragraph more, which is empty. */
export function ourTexts(locale: Locale, kind: TemplateKind): Record<string, string> {
  const texts: Record<string, string> = messagesIn(locale).mail.texts[kind]
  if (kind === 'shared') return texts
  const entries = Object.entries(texts)
  const after = entries.findLastIndex(([key]) => LEAD.test(key)) + 1
  return Object.fromEntries([...entries.slice(0, after), ['extra', ''], ...entries.slice(after)])
}

/** What the first paragraph is made of. */
const LEAD = /^(lead|movedLead|lost|by[A-Z]\w*|confirmed|waitlisted|frees|stays|asks|nothing)$/

/**
 * When the own words of a group and of those above it were last changed; '' if there are none. Names the version that a form
 * was made from: what it shows as inherited must still be that when it is kept.
 */
export function versionOf(db: Db, { group, locale, kind }: Template): string {
  const rows = upwards(db).all({ groupId: group.id, locale })
  return rows.flatMap(row => (row.kind === kind ? row.revisedAt.epochMilliseconds : [])).join('-')
}

const isThis = ({ group, locale, kind }: Template) =>
  and(eq(templates.groupId, group.id), eq(templates.locale, locale), eq(templates.kind, kind))

/** Who changes words, and which version they looked at. */
export interface Reviser {
  organiserId: number
  version: string
}

/** What was typed for a kind of mail, cleaned, with what is wrong with it; a text that was not sent stays as it is. */
export function readTyped(db: Db, template: Template, typed: Record<string, string>) {
  const texts: Record<string, string> = {}
  const problems: Record<string, TextProblem> = {}
  const rooms = listRooms(db)
  for (const { key, own, inherited } of readWordings(db, template)) {
    const text = Object.hasOwn(typed, key) ? cleanWording(key, typed[key] ?? '') : (own ?? inherited)
    const problem = problemIn(template, key, text, rooms)
    texts[key] = text
    if (problem) problems[key] = problem
  }
  return { texts, problems }
}

function listRooms(db: Db): string[] {
  const usual = db.selectDistinct({ url: series.roomUrl }).from(series).all()
  const own = [events.roomUrl, events.hostUrl].flatMap(column => distinctOf<string>(db, column))
  return [...usual.flatMap(({ url }) => url ?? []), ...own]
}

/**
 * Keeps what differs from what would stand there anyway. Invalid, by text, if one may not stand in this kind of mail;
 * Refusal('changed_meanwhile') if somebody else changed them since.
 */
export function saveTemplate(
  tx: Tx,
  template: Template,
  typed: Record<string, string>,
  { organiserId, version }: Reviser,
  now: Temporal.Instant,
): void {
  if (versionOf(tx, template) !== version) throw new Refusal('changed_meanwhile')
  const { texts, problems } = readTyped(tx, template, typed)
  const wrong = Object.entries(problems).map(([key, { code }]) => [key, code])
  if (wrong.length) throw new Invalid(Object.fromEntries(wrong))
  keep(tx, template, texts, now)
  record(tx, 'template_saved', template, organiserId, now)
}

function keep(tx: Tx, template: Template, texts: Record<string, string>, now: Temporal.Instant): void {
  const { group, locale, kind } = template
  const differing = readWordings(tx, template).flatMap(({ key, inherited }) => {
    const text = texts[key] ?? inherited
    return text === inherited ? [] : [[key, text]]
  })
  tx.delete(templates).where(isThis(template)).run()
  if (!differing.length) return
  const values = { groupId: group.id, locale, kind, texts: Object.fromEntries(differing), revisedAt: now }
  tx.insert(templates).values(values).run()
}

/** Back to what stands there without own words. */
export function resetTemplate(tx: Tx, template: Template, organiserId: number, now: Temporal.Instant): void {
  tx.delete(templates).where(isThis(template)).run()
  record(tx, 'template_reset', template, organiserId, now)
}

function record(tx: Tx, action: Action, { group, locale, kind }: Template, organiserId: number, now: Temporal.Instant) {
  audit(tx, { action, organiserId, groupId: group.id, detail: `${locale}/${kind}` }, now)
}
