// The form for the texts of one kind of mail: what each field shows, says and misses.
import type { FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { listGroups } from '#src/domain/groups.ts'
import { goesToMany, isLine, isPersonal, PLACEHOLDERS, type TemplateKind } from '#src/domain/placeholders.ts'
import { readTyped, readWordings, type Template, versionOf, type Wording } from '#src/domain/templates.ts'
import { leftOut, mayBeEmpty, mostOf, namesFor, type TextProblem } from '#src/domain/wording.ts'
import { type Messages, messagesIn } from '#src/i18n/index.ts'
import type { Deps } from '../deps.ts'
import { typedValues } from '../forms.ts'
import type { Form } from '../pages.ts'
import { emptyForm } from '../pages.ts'
import type { MailExample, MailField, MailPage } from './pages.ts'

/** The texts as they apply now. */
export function emptyFormOf(db: Db, template: Template): Form {
  const texts = readWordings(db, template).map(({ key, own, inherited }) => [key, own ?? inherited])
  return emptyForm({ ...Object.fromEntries(texts), version: versionOf(db, template) })
}

/** What was typed, with what is wrong with it; `found` is what the schema found. */
export function formOf(
  { db }: Deps,
  request: FastifyRequest,
  template: Template,
  found: Record<string, string> = {},
): Form {
  const values = { ...emptyFormOf(db, template).values, ...typedValues(request.body) }
  const { problems } = readTyped(db, template, values)
  const words = request.t.console.mails.problems
  const said = Object.entries(problems).map(([key, problem]) => [key, problemText(words, template, key, problem)])
  return { values, problems: { ...found, ...Object.fromEntries(said) } }
}

function problemText(
  words: Messages['console']['mails']['problems'],
  { kind, locale }: Template,
  key: string,
  problem: TextProblem,
): string {
  if (problem.code === 'too_long') return words.too_long(problem.most)
  if (!('name' in problem)) return words[problem.code]
  return words[problem.code](braced(problem.name), words.known(namesFor(kind, key, locale).map(braced)))
}

const braced = (name: string) => `{${name}}`

/** What the page of one kind of mail shows: the form, and beside it what can be filled in. */
export function mailPage(
  { db }: Deps,
  { t }: FastifyRequest,
  template: Template,
  form: Form,
  example: MailExample,
): MailPage {
  const { kind, locale } = template
  const words = t.console.mails
  const wordings = readWordings(db, template)
  const names = groupNames(db)
  return {
    ...template,
    form,
    isOwn: wordings.some(({ own }) => own !== undefined),
    isOurs: wordings.every(({ own, from }) => own === undefined && from === null),
    fields: wordings.map(wording => fieldOf(words, wording, form.values[wording.key] ?? '', names)),
    gaps: PLACEHOLDERS[kind].map(name => ({
      name: braced(messagesIn(locale).mail.placeholders[name]),
      means: words.gapNames[name],
      isPersonal: isPersonal(name),
      value: example.values[name] ?? '',
    })),
    reach: reachOf(kind),
    example,
    done: undefined,
    shown: undefined,
  }
}

function fieldOf(
  words: Messages['console']['mails'],
  { key, ours, inherited, from }: Wording,
  value: string,
  names: Map<number, string>,
): MailField {
  const group = from === null ? undefined : names.get(from)
  const isSame = value === inherited
  const differs = group ? words.from(group, inherited || words.empty) : words.ours(inherited)
  const source = isSame ? group && words.isFrom(group) : differs
  const missing = value === ours ? [] : leftOut(ours, value).map(braced)
  return {
    key,
    label: words.labels[key] ?? key,
    isLine: isLine(key),
    most: mostOf(key),
    mayBeEmpty: mayBeEmpty(key),
    hint: key === 'extra' && inherited === '' ? words.extraHint : (source ?? ''),
    missing: missing.length ? words.missing(missing) : '',
  }
}

function reachOf(kind: TemplateKind): MailPage['reach'] {
  if (kind === 'shared') return 'sharedLead'
  return goesToMany(kind) ? 'toMany' : 'toOne'
}

export function groupNames(db: Db): Map<number, string> {
  return new Map(listGroups(db).map(({ id, name }) => [id, name]))
}
