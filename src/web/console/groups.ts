// Groups: the tree of those an organiser may see, and for an owner a group's own page (what it is called, where answers to
// its mails go, its colour) and a new group under it.
import type { FastifyRequest } from 'fastify'
import { SCHOOL_REGIONS } from '#db/schema.ts'
import { audit } from '#src/domain/audit.ts'
import { createGroup, freeGroupSlug, type Group, updateGroup } from '#src/domain/groups.ts'
import { type Branch, listBranches } from '#src/domain/memberships.ts'
import { getGroupWith } from '#src/domain/organisers.ts'
import { paths } from '#src/lib/paths.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import { cleanLine, cleanText, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { accentPath } from '../public/accents.ts'
import { OptionalEmail } from '../public/registration-form.ts'
import { organiserOf, seeOther } from './access.ts'
import { Line, options, Title } from './fields.ts'
import type { Options } from './pages.ts'

export interface GroupPages {
  'console/groups': { branches: Branch[] }
  'console/group': { group: Group; form: Form; regions: Options; isSaved: boolean; accent: string | null }
  'console/new-group': { group: Group; form: Form }
}

const Saved = Type.Object({ saved: Type.Optional(Type.String({ maxLength: 10 })) })
/** `title`, since a field called `name` is a person's. The address and the colour may stay empty. */
const GroupForm = Type.Object({
  title: Title,
  summary: Line(500),
  email: OptionalEmail,
  accent: Type.String({ maxLength: 7, default: '', pattern: '^(#?[0-9A-Fa-f]{6})?$' }),
  /** Empty: as the group above. */
  schoolRegion: Type.Enum(['', ...SCHOOL_REGIONS], { default: '' }),
})
const NewGroupForm = Type.Object({ title: Title, summary: Line(500) })

export function groupRoutes(app: App, { db, write, clock }: Deps): void {
  app.get(paths.console.groups(), async (request, reply) =>
    reply.page('console/groups', { branches: listBranches(db, organiserOf(request)) }),
  )

  app.get('/console/groups/:slug', { schema: { params: Slug, querystring: Saved } }, async (request, reply) => {
    const group = myGroup(request)
    const isSaved = request.query.saved !== undefined
    return reply.page('console/group', { ...pageOf(request, group), form: emptyForm(groupValues(group)), isSaved })
  })

  app.post(
    '/console/groups/:slug',
    { schema: { params: Slug, body: GroupForm }, attachValidation: true },
    async (request, reply) => {
      const group = myGroup(request)
      const problems = fieldProblems(request)
      if (problems) {
        const form = formAgain(request, problems)
        return reply.code(422).page('console/group', { ...pageOf(request, group), form, isSaved: false })
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

  app.get('/console/groups/:slug/new', { schema: { params: Slug } }, async (request, reply) =>
    reply.page('console/new-group', { group: myGroup(request), form: emptyForm() }),
  )

  app.post(
    '/console/groups/:slug/new',
    { schema: { params: Slug, body: NewGroupForm }, attachValidation: true },
    async (request, reply) => {
      const above = myGroup(request)
      const problems = fieldProblems(request)
      if (problems) {
        return reply.code(422).page('console/new-group', { group: above, form: formAgain(request, problems) })
      }
      const me = organiserOf(request)
      const name = cleanLine(request.body.title)
      const made = await write(tx => {
        const parentId = getGroupWith(tx, me, 'owner', above.slug).id
        const summary = cleanText(request.body.summary)
        const group = createGroup(tx, { slug: freeGroupSlug(tx, name), name, summary, parentId })
        audit(tx, { action: 'group_added', organiserId: me.id, groupId: group.id, detail: group.slug }, clock.now())
        return group
      })
      return seeOther(request, reply, paths.console.group(made.slug))
    },
  )

  const myGroup = (request: FastifyRequest<{ Params: { slug: string } }>) =>
    getGroupWith(db, organiserOf(request), 'owner', request.params.slug)
}

function pageOf({ t }: FastifyRequest, group: Group) {
  const { asAbove, unknown } = t.console.groups
  const none: [string, string] = ['', group.parentId === null ? unknown : asAbove]
  return { group, accent: accentPath(group), regions: [none, ...options(t.words.schoolRegions, SCHOOL_REGIONS)] }
}

function readGroup(form: Static<typeof GroupForm>) {
  const colour = form.accent.replace('#', '').toLowerCase()
  return {
    name: cleanLine(form.title),
    summary: cleanText(form.summary),
    email: normaliseEmail(form.email) || null,
    accent: colour ? `#${colour}` : null,
    schoolRegion: SCHOOL_REGIONS.find(region => region === form.schoolRegion) ?? null,
  }
}

function groupValues({ name, summary, email, accent, schoolRegion }: Group): Record<string, string> {
  return { title: name, summary, email: email ?? '', accent: accent ?? '', schoolRegion: schoolRegion ?? '' }
}
