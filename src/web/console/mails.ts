// A group's own words for its mails: the list of kinds and languages, and the form for one of them.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { getGroupWith } from '#src/domain/organisers.ts'
import { kindsOf, listOwners, readTyped, resetTemplate, saveTemplate, type Template } from '#src/domain/templates.ts'
import { isLocale, LOCALES } from '#src/i18n/index.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, typedValues } from '../forms.ts'
import { Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { exampleOf } from './mail-examples.ts'
import { emptyFormOf, formOf, groupNames, mailPage } from './mail-form.ts'

/** Not `?lang=`: that is the language of the page. */
export const OneMail = Type.Object({
  slug: Type.String({ maxLength: 100 }),
  locale: Type.String({ maxLength: 10 }),
  kind: Type.String({ maxLength: 40 }),
})
/** The texts by key, with the version that the form was made from. How long each may be is the domain's to say. */
export const MailForm = Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 10_000 }))
const Done = Type.Object({ done: Type.Optional(Type.Enum(['saved', 'reset'])) })

export type MailRequest = FastifyRequest<{ Params: { slug: string; locale: string; kind: string } }>

export function mailRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.get('/console/groups/:slug/mails', { schema: { params: Slug } }, async (request, reply) => {
    const group = getGroupWith(db, organiserOf(request), 'owner', request.params.slug)
    const owners = LOCALES.map(locale => ({ locale, owners: listOwners(db, group, locale) }))
    return reply.page('console/mails', { group, kinds: kindsOf(db, group), owners, names: groupNames(db) })
  })

  app.get(
    '/console/groups/:slug/mails/:locale/:kind',
    { schema: { params: OneMail, querystring: Done } },
    async (request, reply) => {
      const template = myTemplate(deps, request)
      const form = emptyFormOf(db, template)
      const example = exampleOf(deps, request, template)
      return reply.page('console/mail', {
        ...mailPage(deps, request, template, form, example),
        done: request.query.done,
      })
    },
  )

  app.post(
    '/console/groups/:slug/mails/:locale/:kind',
    { schema: { params: OneMail, body: MailForm }, attachValidation: true },
    async (request, reply) => {
      const template = myTemplate(deps, request)
      if (hasProblems(deps, request, template)) return refuse(deps, request, reply, template)
      const reviser = { organiserId: organiserOf(request).id, version: request.body.version ?? '' }
      await write(tx => saveTemplate(tx, myTemplate({ db: tx }, request), request.body, reviser, clock.now()))
      return seeOther(request, reply, `${pathOf(template)}?done=saved`)
    },
  )

  app.post(
    '/console/groups/:slug/mails/:locale/:kind/reset',
    { schema: { params: OneMail } },
    async (request, reply) => {
      await write(tx => resetTemplate(tx, myTemplate({ db: tx }, request), organiserOf(request).id, clock.now()))
      return seeOther(request, reply, `${pathOf(myTemplate(deps, request))}?done=reset`)
    },
  )
}

/** The mail of this address, if this organiser owns the group and the group decides about it. */
export function myTemplate({ db }: Pick<Deps, 'db'>, request: MailRequest): Template {
  const { slug, locale, kind } = request.params
  const group = getGroupWith(db, organiserOf(request), 'owner', slug)
  const known = kindsOf(db, group).find(name => name === kind)
  if (!known || !isLocale(locale)) throw new NotFound('mail')
  return { group, locale, kind: known }
}

export function hasProblems({ db }: Deps, request: MailRequest, template: Template): boolean {
  if (request.validationError) return true
  return Object.keys(readTyped(db, template, typedValues(request.body)).problems).length > 0
}

/** The filled form with what is wrong in it. */
export function refuse(deps: Deps, request: MailRequest, reply: FastifyReply, template: Template) {
  const form = formOf(deps, request, template, fieldProblems(request))
  return reply
    .code(422)
    .page('console/mail', mailPage(deps, request, template, form, exampleOf(deps, request, template)))
}

const pathOf = ({ group, locale, kind }: Template) => paths.console.mail(group.slug, locale, kind)
