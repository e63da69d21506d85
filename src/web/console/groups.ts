// A group's own page for its owner: what it is called, where answers to its mails go, and its colour.
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { audit } from '#src/domain/audit.ts'
import { type Group, updateGroup } from '#src/domain/groups.ts'
import { getGroupWith } from '#src/domain/organisers.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine, cleanText, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm } from '../pages.ts'
import { Slug } from '../params.ts'
import { accentPath } from '../public/accents.ts'
import { OptionalEmail } from '../public/registration-form.ts'
import { organiserOf, seeOther } from './access.ts'
import { Line, Title } from './fields.ts'

const Saved = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) })
/** `title`, since a field called `name` is a person's. The address and the colour may stay empty. */
const GroupForm = Type.Object({
  title: Title,
  summary: Line(500),
  email: OptionalEmail,
  accent: Type.String({ maxLength: 7, default: '', pattern: '^(#?[0-9A-Fa-f]{6})?$' }),
})

export function groupRoutes(app: App, { db, write, clock }: Deps): void {
  app.get('/console/groups/:slug', { schema: { params: Slug, querystring: Saved } }, async (request, reply) => {
    const group = myGroup(request)
    const isSaved = request.query.saved !== undefined
    return reply.page('console/group', { ...pageOf(group), form: emptyForm(groupValues(group)), isSaved })
  })

  app.post(
    '/console/groups/:slug',
    { schema: { params: Slug, body: GroupForm }, attachValidation: true },
    async (request, reply) => {
      const group = myGroup(request)
      const problems = fieldProblems(request)
      if (problems) {
        const form = formAgain(request, problems)
        return reply.code(422).page('console/group', { ...pageOf(group), form, isSaved: false })
      }
      await write(tx => {
        const now = clock.now()
        updateGroup(tx, group, readGroup(request.body), now)
        const deed = { organiserId: organiserOf(request).id, groupId: group.id, detail: group.slug }
        audit(tx, { action: 'group_edited', ...deed }, now)
      })
      return seeOther(request, reply, `${paths.console.group(group.slug)}?saved=1`)
    },
  )

  const myGroup = (request: FastifyRequest<{ Params: { slug: string } }>) =>
    getGroupWith(db, organiserOf(request), 'owner', request.params.slug)
}

const pageOf = (group: Group) => ({ group, accent: accentPath(group) })

function readGroup(form: Static<typeof GroupForm>) {
  const colour = form.accent.replace('#', '').toLowerCase()
  return {
    name: cleanLine(form.title),
    summary: cleanText(form.summary),
    email: normaliseEmail(form.email) || null,
    accent: colour ? `#${colour}` : null,
  }
}

function groupValues({ name, summary, email, accent }: Group): Record<string, string> {
  return { title: name, summary, email: email ?? '', accent: accent ?? '' }
}
