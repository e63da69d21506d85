// Who may do what in a group: for its owner, who gives other rights and takes them away. Inviting stands in `invitations`.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { LOCALES, RIGHTS } from '#db/schema.ts'
import { type Group, getGroup } from '#src/domain/groups.ts'
import { findInvitation, type Invitation, type InvitationState, listWaiting, stateOf } from '#src/domain/invitations.ts'
import { changeRight, isLastOwner, listMembers, type Member, removeMember } from '#src/domain/memberships.ts'
import { getGroupWith, grantableBy, rightIn } from '#src/domain/organisers.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Slug } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { options } from './fields.ts'
import type { Options } from './pages.ts'

/** An invitation that nobody has answered yet. */
export interface Waiting {
  invitation: Invitation
  state: InvitationState
  hasNotArrived: boolean
}

export interface MemberPages {
  'console/members': {
    group: Group
    here: (Member & { isMe: boolean; isLast: boolean })[]
    above: Member[]
    waiting: Waiting[]
    form: Form
    rights: Options
    locales: Options
    done: keyof FastifyRequest['t']['console']['members']['done'] | undefined
  }
}

const MemberId = Type.Object({ slug: Type.String({ maxLength: 100 }), id: Type.Integer({ minimum: 1 }) })
const Done = Type.Object({ done: Type.Optional(Type.Enum(['changed', 'removed', 'invited', 'revoked'])) })
export const RightField = Type.Enum([...RIGHTS])

export function memberRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.get('/console/groups/:slug/members', { schema: { params: Slug, querystring: Done } }, async (request, reply) => {
    const group = getGroupWith(db, organiserOf(request), 'owner', request.params.slug)
    const form = emptyForm({ right: 'organiser', locale: request.locale })
    return reply.page('console/members', { ...membersPage(deps, request, group, form), done: request.query.done })
  })

  app.post(
    '/console/groups/:slug/members/:id',
    { schema: { params: MemberId, body: Type.Object({ was: RightField, right: RightField }) } },
    async (request, reply) => {
      const { was, right } = request.body
      await write(tx => changeRight(tx, { ...whom(request), was }, right, clock.now()))
      return backTo(request, reply, 'changed')
    },
  )

  app.post(
    '/console/groups/:slug/members/:id/removal',
    { schema: { params: MemberId, body: Type.Object({ was: RightField }) } },
    async (request, reply) => {
      await write(tx => removeMember(tx, { ...whom(request), was: request.body.was }, clock.now()))
      return backTo(request, reply, 'removed')
    },
  )

  const whom = (request: FastifyRequest<{ Params: { slug: string; id: number } }>) => ({
    by: organiserOf(request),
    slug: request.params.slug,
    organiserId: request.params.id,
  })

  /** Whoever changed their own right may not see this page any more. */
  function backTo(request: FastifyRequest<{ Params: { slug: string } }>, reply: FastifyReply, done: string) {
    const { slug } = request.params
    const owns = rightIn(db, organiserOf(request), getGroup(db, slug)) === 'owner'
    return seeOther(request, reply, owns ? `${paths.console.members(slug)}?done=${done}` : paths.console.groups())
  }
}

/** The page with a form to invite somebody, filled or not. */
export function membersPage(
  { db, clock }: Deps,
  request: FastifyRequest,
  group: Group,
  form: Form,
): MemberPages['console/members'] {
  const { words } = request.t
  const me = organiserOf(request)
  const members = listMembers(db, group).map(member => ({
    ...member,
    isMe: member.organiser.id === me.id,
    isLast: member.right === 'owner' && isLastOwner(db, group, member.organiser),
  }))
  return {
    group,
    here: members.filter(member => member.group.id === group.id),
    above: members.filter(member => member.group.id !== group.id),
    waiting: waitingIn(db, group, clock.now()),
    // What was not chosen is not sent.
    form: { ...form, values: { right: '', ...form.values } },
    rights: options(words.rights, grantableBy('owner')),
    locales: options(request.t.console.members.locales, LOCALES),
    done: undefined,
  }
}

function waitingIn(db: Db, group: Group, now: Temporal.Instant): Waiting[] {
  return listWaiting(db, group).flatMap(({ invitation, mail }) => {
    const found = findInvitation(db, invitation.id)
    const hasNotArrived = mail !== null && (mail.bouncedAt !== null || STOPPED.includes(mail.state))
    return found ? [{ invitation, state: stateOf(db, found, now), hasNotArrived }] : []
  })
}

const STOPPED = ['failed', 'uncertain', 'dropped']
