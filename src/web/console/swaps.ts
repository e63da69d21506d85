// Two topics of a series change places in the year. It may mail the people of both, so the page that shows the mails comes first.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import type { Event } from '#src/domain/events.ts'
import { getEventWith, getSeriesWith } from '#src/domain/organisers.ts'
import type { Series } from '#src/domain/series.ts'
import { canSwap, swapEvents } from '#src/domain/swaps.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanText } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { Slug } from '../params.ts'
import { editorOf, organiserOf, seeOther } from './access.ts'
import { Line, Shown } from './fields.ts'
import type { Question } from './pages.ts'
import { askOrDo, entriesOf } from './proposals.ts'
import { warningsFor } from './warnings.ts'

const EventId = Type.Integer({ minimum: 1 })
const SeenRevision = Type.Optional(Type.Integer({ minimum: 1 }))
/** The revisions stand in it once the page with the mails has been shown. */
const SwapForm = Type.Object({
  one: EventId,
  other: EventId,
  revisionOfOne: SeenRevision,
  revisionOfOther: SeenRevision,
  reason: Line(500),
  recipients: Shown,
})
type Swap = Static<typeof SwapForm>

export function swapRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.post('/console/series/:slug/swaps', { schema: { params: Slug, body: SwapForm } }, async (request, reply) => {
    const me = organiserOf(request)
    const found = getSeriesWith(db, me, 'organiser', request.params.slug)
    const [one, other] = [request.body.one, request.body.other].map(id => getEventWith(db, me, 'organiser', id))
    const now = clock.now()
    const isTwo = one && other && one.id !== other.id && one.seriesId === found.id && other.seriesId === found.id
    if (!isTwo || !canSwap(one, now) || !canSwap(other, now)) throw new Refusal('not_possible_now')
    const { ask } = await swap(request, [one, other], request.body, found)
    if (ask) return reply.page('console/proposal', ask)
    const [from = ''] = [one.localStart, other.localStart].sort()
    const query = `from=${from.slice(0, 4)}-01-01&swapped=${one.id}&swapped=${other.id}`
    return seeOther(request, reply, `${paths.console.planning(found.slug)}?${query}`)
  })

  function swap(request: FastifyRequest, pair: [Event, Event], body: Swap, { slug, title }: Series) {
    const { one, other, reason } = body
    const [revisionOfOne, revisionOfOther] = [
      body.revisionOfOne ?? pair[0].revision,
      body.revisionOfOther ?? pair[1].revision,
    ]
    const editors = [editorOf(request, revisionOfOne), editorOf(request, revisionOfOther)] as const
    const act = (tx: Tx) => swapEvents(tx, pair, cleanText(reason), [...editors], clock.now())
    const fields = entriesOf({ one, other, revisionOfOne, revisionOfOther, reason })
    const question = {
      ...questionOf(request, pair),
      about: title,
      action: paths.console.swaps(slug),
      fields,
      back: paths.console.planning(slug),
    }
    const isOut = pair.some(event => event.publishedAt)
    return askOrDo(
      deps,
      { event: pair[0], also: [pair[1]], reach: 'event', act },
      { shown: body.recipients, question, always: isOut || question.warnings.length > 0 },
    )
  }

  function questionOf(request: FastifyRequest, [one, other]: [Event, Event]) {
    const { title, lead, button } = request.t.console.swap
    const facts = [
      [one, other],
      [other, one],
    ].map(([event = one, place = other]) => ({
      label: event.title,
      before: request.f.when(event),
      after: request.f.when({ ...event, localStart: place.localStart }),
    }))
    const against = [...warningsFor(deps, request, one, other), ...warningsFor(deps, request, other, one)]
    // Each stands on the other's day now, which is no clash.
    const warnings = [...new Set(against)].filter(text => !text.includes(one.title) && !text.includes(other.title))
    return { title, lead, button, facts, warnings } satisfies Partial<Question>
  }
}
