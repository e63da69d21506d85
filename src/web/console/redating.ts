// A series gets another rule or time while events stand planned by the old one: which follow and which stay is shown first.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { planText, type Redating, redate, redatingOf } from '#src/domain/redating.ts'
import type { Series } from '#src/domain/series.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import type { Deps } from '../deps.ts'
import { organiserOf } from './access.ts'
import type { Question } from './pages.ts'
import { askOrDo, entriesOf, type Outcome } from './proposals.ts'

/** What the page with the dates adds to the series' own form. */
export interface Answer {
  /** `no`: the series changes, its events stay where they are. */
  redate?: 'no'
  /** The dates that were shown. */
  dates?: string
  recipients?: number
}

/**
 * Keeps a changed series. Where events would follow its new rule, the page that says which ones comes first; its two buttons
 * keep the series with or without them. Refusal('changed_meanwhile') if what was shown is no longer so.
 */
export async function keepSeries(
  deps: Deps,
  request: FastifyRequest,
  { found, values, body }: { found: Series; values: Pick<Series, 'rule' | 'localTime'>; body: Answer },
  keep: (tx: Tx) => unknown,
): Promise<Outcome> {
  const now = deps.clock.now()
  const redating = redatingOf(deps.db, found, values, now)
  if (body.dates !== undefined && body.dates !== planText(redating)) throw new Refusal('changed_meanwhile')
  const [first, ...also] = redating.changes.map(({ event }) => event)
  if (!first || body.redate === 'no') {
    await deps.write(keep)
    return {}
  }
  const act = (tx: Tx) => {
    const shown = planText(redating)
    redate(tx, found, values, { shown, organiserId: organiserOf(request).id, reason: '' }, now)
    keep(tx)
  }
  const question = questionOf(request, found, redating, body)
  return askOrDo(deps, { event: first, also, reach: 'event', act }, { shown: body.recipients, question, always: true })
}

function questionOf({ t, f }: FastifyRequest, found: Series, redating: Redating, body: Answer): Question {
  const words = t.console.redating
  const { changes, stays } = redating
  return {
    about: found.title,
    title: words.title(changes.length, stays.length),
    lead: words.lead,
    button: words.button(changes.length),
    facts: changes.map(({ event, to }) => ({
      label: event.title,
      before: f.when(event),
      after: f.when({ ...event, localStart: to }),
    })),
    warnings: stays.map(({ event, why }) => words.stays[why](event.title, f.when(event))),
    action: paths.console.series(found.slug),
    fields: [...entriesOf(body), ['dates', planText(redating)]],
    back: paths.console.series(found.slug),
    alternative: { button: words.without, name: 'redate', value: 'no' },
  }
}
