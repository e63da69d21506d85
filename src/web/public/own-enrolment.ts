// Somebody's own page of a whole series, behind their signed link: its dates, their details, their calendar, and leaving. Each date
// has a page of its own (`own-registration`).
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { changeEnrolment, chooseInvites, leave } from '#src/domain/enrolling.ts'
import { type Enrolment, getEnrolmentByLink, listPlaces, turnOf } from '#src/domain/enrolments.ts'
import { personalPaths } from '#src/domain/links.ts'
import { findPersonById } from '#src/domain/people.ts'
import { getSeriesOf } from '#src/domain/series.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine, cleanText } from '#src/lib/text.ts'
import { isBefore } from '#src/lib/time.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { ownCertificate } from './certificates.ts'
import type { PublicPages } from './pages.ts'
import { Details, limitsOf } from './registration-form.ts'

const { name, organisation, role, access_needs } = Details
const ChangesForm = Type.Object({ name, organisation, role, access_needs })
const InvitesForm = Type.Object({ invites: Type.Enum(['yes', 'no']) })
const Query = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 1 })) })

export function ownEnrolmentRoutes(app: App, deps: Deps): void {
  const { db, write, clock, tokens } = deps
  const find = (token: string, at: Db = db) => getEnrolmentByLink(at, tokens.read('enrolment', token))
  const home = (request: FastifyRequest, reply: FastifyReply, token: string, query = '') =>
    reply.redirect(hrefFor(request, paths.enrolment(token) + query), 303)

  app.get('/enrolments/:token', { schema: { params: Token, querystring: Query } }, (request, reply) => {
    const { token } = request.params
    const page = enrolmentPage(deps, token, find(token))
    return reply.headers(TOKEN_PAGE).page('public/enrolment', { ...page, isSaved: request.query.saved !== undefined })
  })

  const changes = { params: Token, body: ChangesForm }
  app.post('/enrolments/:token/changes', { schema: changes, attachValidation: true }, async (request, reply) => {
    const { token } = request.params
    const enrolment = find(token)
    const problems = fieldProblems(request)
    if (problems) {
      const page = enrolmentPage(deps, token, enrolment, formAgain(request, problems))
      return reply.code(422).headers(TOKEN_PAGE).page('public/enrolment', page)
    }
    const { role, ...typed } = request.body
    const details = { name: cleanLine(typed.name), organisation: cleanLine(typed.organisation), role }
    const accessNeeds = cleanText(typed.access_needs)
    await write(tx => changeEnrolment(tx, find(token, tx), { ...details, accessNeeds }, clock.now()))
    return home(request, reply, token, '?saved=1')
  })

  app.post('/enrolments/:token/invites', { schema: { params: Token, body: InvitesForm } }, async (request, reply) => {
    const { token } = request.params
    const wantsThem = request.body.invites === 'yes'
    await write(tx => chooseInvites(tx, find(token, tx), wantsThem, clock.now()))
    return home(request, reply, token, '#follow')
  })

  app.post('/enrolments/:token/cancellation', { schema: { params: Token } }, async (request, reply) => {
    await write(tx => leave(tx, find(request.params.token, tx), 'attendee', clock.now()))
    return home(request, reply, request.params.token)
  })

  /** The addresses of the forms, opened or reloaded: back to the page they stand on. */
  for (const form of ['changes', 'invites', 'cancellation'] as const) {
    app.get<{ Params: { token: string } }>(`/enrolments/:token/${form}`, (request, reply) => {
      find(request.params.token)
      return home(request, reply, request.params.token)
    })
  }
}

function enrolmentPage(deps: Deps, token: string, enrolment: Enrolment, form?: Form): PublicPages['public/enrolment'] {
  const { db, clock, tokens } = deps
  const own = personalPaths(tokens)
  const person = findPersonById(db, enrolment.personId)
  const dates = listPlaces(db, enrolment).map(({ event, registration }) => ({
    ...{ event, registration },
    path: own.registration(registration),
    certificate: ownCertificate(deps, event, registration),
  }))
  const isComing = ({ event }: (typeof dates)[number]) => isBefore(clock.now(), event.endsAt)
  const { name, organisation, role, accessNeeds } = enrolment
  return {
    token,
    enrolment,
    series: getSeriesOf(db, enrolment),
    email: person?.email ?? '',
    position: turnOf(db, enrolment),
    coming: dates.filter(isComing),
    past: dates.filter(date => !isComing(date)).reverse(),
    feed: person ? own.feed(person) : null,
    form: form ?? emptyForm({ name, organisation, role, access_needs: accessNeeds }),
    limits: limitsOf(ChangesForm),
    isSaved: false,
  }
}
