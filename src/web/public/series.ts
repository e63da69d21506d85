// The page of a series, the form to take part in all of it, and the page after that. What somebody does with their part stands in
// `own-enrolment`.
import type { FastifyRequest } from 'fastify'
import { isAnswer, registerForSeries } from '#src/domain/applying.ts'
import type { Joiner } from '#src/domain/enrolling.ts'
import { groupPlacesOf, joiningOf } from '#src/domain/enrolment-places.ts'
import { findGroup } from '#src/domain/groups.ts'
import { presencesOf } from '#src/domain/places.ts'
import { monthsKeptBy } from '#src/domain/retention.ts'
import { getSeries, type Series } from '#src/domain/series.ts'
import { Refusal } from '#src/lib/errors.ts'
import { createLimit } from '#src/lib/limit.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText, likelyEmail, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { eventsIn } from './collections.ts'
import type { PublicPages } from './pages.ts'
import { Details, limitsOf } from './registration-form.ts'

const JOINS_AN_HOUR = 30
const AnswerQuery = Type.Object({ v: Type.Optional(Type.String({ maxLength: 2000 })) })
export const SeriesForm = Type.Object({
  ...Details,
  /** An invitation by mail for each date. */
  invites: Type.Optional(Type.Literal('on')),
  /** Nobody sees this field; who fills it in is a robot. */
  website: Type.String({ maxLength: 500, default: '' }),
})

export function seriesRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const isWithinLimit = createLimit(JOINS_AN_HOUR, { hours: 1 })

  app.get('/series/:slug', { schema: { params: Slug }, config: { content: 'places' } }, (request, reply) =>
    reply.page('public/series', seriesPage(deps, request, getSeries(db, request.params.slug))),
  )

  const form = { params: Slug, body: SeriesForm }
  app.post('/series/:slug/registrations', { schema: form, attachValidation: true }, async (request, reply) => {
    const series = getSeries(db, request.params.slug)
    const problems = fieldProblems(request)
    if (problems) {
      const page = seriesPage(deps, request, series, formAgain(request, problems))
      return reply.code(422).page('public/series', page)
    }
    const joiner = joinerOf(request, series, request.body)
    if (!isWithinLimit(joiner.email, clock.now())) throw new Refusal('too_many')
    const isRobot = request.body.website !== ''
    const answer = await write(tx => registerForSeries(tx, series, joiner, isRobot, clock.now()))
    return reply.redirect(hrefFor(request, `${paths.seriesRegistered(series.slug)}?v=${tokens.seal(answer)}`), 303)
  })

  /** The address of the form, opened or reloaded: back to the page it stands on. */
  app.get('/series/:slug/registrations', { schema: { params: Slug } }, (request, reply) =>
    reply.redirect(hrefFor(request, paths.series(request.params.slug)), 303),
  )

  app.get('/series/:slug/registered', { schema: { params: Slug, querystring: AnswerQuery } }, (request, reply) => {
    const series = getSeries(db, request.params.slug)
    const answer = tokens.unseal(request.query.v ?? '')
    if (!isAnswer(answer)) return reply.redirect(hrefFor(request, paths.series(series.slug)), 303)
    reply.headers(TOKEN_PAGE)
    return reply.page('public/series-registered', { series, answer, likely: likelyEmail(answer.email) ?? null })
  })
}

function joinerOf(
  request: FastifyRequest,
  series: Series,
  body: Static<typeof SeriesForm>,
): Joiner & { email: string } {
  const attendance = presencesOf(series).find(presence => presence === body.attendance) ?? usualPresence(series)
  return {
    name: cleanLine(body.name),
    email: normaliseEmail(body.email),
    organisation: cleanLine(body.organisation),
    role: body.role,
    attendance,
    accessNeeds: cleanText(body.access_needs),
    locale: request.locale,
    wantsInvites: body.invites === 'on',
  }
}

/** In the room where there is one. */
export const usualPresence = (series: Series) => (series.attendance === 'online' ? 'online' : 'in_person')

/** The page, with an empty form or with one that is not right yet. */
function seriesPage(deps: Deps, request: FastifyRequest, series: Series, form?: Form): PublicPages['public/series'] {
  const { db, clock } = deps
  const events = eventsIn(deps, request, { series: series.slug }, [series])
  const state = joiningOf(db, series, clock.now())
  return {
    ...events,
    series,
    group: findGroup(db, series.groupId) ?? null,
    joining:
      state === 'off'
        ? null
        : {
            state,
            places: groupPlacesOf(db, series),
            isLate: events.past.length > 0,
            form: form ?? emptyForm({ attendance: usualPresence(series) }),
            limits: limitsOf(SeriesForm),
            keptMonths: monthsKeptBy(db, series.groupId),
          },
  }
}
