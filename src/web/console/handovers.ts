// Handing over a series, or a group: an address, a page that says what happens, a mail. And a series to another group.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { LOCALES } from '#db/schema.ts'
import type { Group } from '#src/domain/groups.ts'
import {
  countHeld,
  type Estate,
  getEstate,
  handOver,
  regroupSeries,
  type Terms,
  termsFor,
} from '#src/domain/handovers.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import type { Series } from '#src/domain/series.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { FEW } from '../plugins/limits.ts'
import { Email } from '../public/registration-form.ts'
import { organiserOf, seeOther } from './access.ts'
import { groupOptions, options, Shown, Tick } from './fields.ts'
import { askOrInvite } from './invitations.ts'
import { RightField } from './members.ts'
import type { Options } from './pages.ts'

export interface HandoverPages {
  'console/handover': {
    group: Group
    series: Series | undefined
    action: string
    form: Form
    terms: Terms
    held: { series: number; events: number }
    rights: Options
    locales: Options
    /** The groups that a series can go to. */
    groups: Options
    done: 'sent' | 'moved' | undefined
  }
}

const Done = Type.Object({ done: Type.Optional(Type.Enum(['sent', 'moved'])) })
const HandoverForm = Type.Object({
  email: Email,
  right: RightField,
  locale: Type.Enum([...LOCALES]),
  stops: Tick,
  recipients: Shown,
})
const GroupChoice = Type.Object({ groupId: Type.Integer({ minimum: 1 }) })
const KINDS = [
  ['series', '/console/series/:slug/handover', paths.console.handover],
  ['group', '/console/groups/:slug/handover', paths.console.groupHandover],
] as const

export function handoverRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  for (const [kind, route, pathOf] of KINDS) {
    app.get(route, { schema: { params: Slug, querystring: Done } }, async (request, reply) => {
      const estate = getEstate(db, organiserOf(request), kind, request.params.slug)
      const { stops } = termsFor(db, organiserOf(request), estate.group)
      const form = emptyForm({ right: 'organiser', locale: request.locale, stops: stops === 'cannot' ? '' : 'on' })
      return show(request, reply, estate, form, request.query.done)
    })

    app.post(
      route,
      { schema: { params: Slug, body: HandoverForm }, attachValidation: true, config: FEW },
      async (request, reply) => {
        const me = organiserOf(request)
        const { slug } = request.params
        const estate = getEstate(db, me, kind, slug)
        const again = (problems: Record<string, string>) => {
          const { values, ...form } = formAgain(request, problems)
          // What was not ticked or chosen is not sent.
          return show(request, reply.code(422), estate, { ...form, values: { stops: '', right: '', ...values } })
        }
        const wrong = fieldProblems(request)
        if (wrong) return again(wrong)
        const { recipients, ...form } = request.body
        const ask = { ...form, email: normaliseEmail(form.email), stops: form.stops === 'on' }
        const act = (tx: Tx) => handOver(tx, me, getEstate(tx, me, kind, slug), ask, clock.now())
        const where = { action: pathOf(slug), back: pathOf(slug), fields: Object.entries(form) as [string, string][] }
        const outcome = await askOrInvite(deps, request, act, recipients, where)
        if ('problems' in outcome) return again(outcome.problems)
        if ('ask' in outcome) return reply.page('console/invitation', outcome.ask)
        return seeOther(request, reply, `${pathOf(slug)}?done=sent`)
      },
    )
  }

  app.post('/console/series/:slug/group', { schema: { params: Slug, body: GroupChoice } }, async (request, reply) => {
    const { slug } = request.params
    await write(tx => regroupSeries(tx, organiserOf(request), slug, request.body.groupId, clock.now()))
    return seeOther(request, reply, `${paths.console.handover(slug)}?done=moved`)
  })

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { group, series }: Estate,
    form: Form,
    done?: 'sent' | 'moved',
  ) {
    const me = organiserOf(request)
    const terms = termsFor(db, me, group)
    return reply.page('console/handover', {
      group,
      series,
      action: series ? paths.console.handover(series.slug) : paths.console.groupHandover(group.slug),
      form,
      terms,
      held: countHeld(db, group, clock.now()),
      rights: options(request.t.words.rights, terms.rights),
      locales: options(request.t.console.members.locales, LOCALES),
      groups: series ? groupOptions(listGroupsWith(db, me, 'organiser')) : [],
      done,
    })
  }
}
