// The page behind a mailed invitation to help organise: what is asked, and one button to say yes. Looking at it changes
// nothing. A link that no longer works says why.
import type { FastifyReply } from 'fastify'
import { accept, findInvitation, type InvitationState, stateOf } from '#src/domain/invitations.ts'
import { findOrganiser, type Right } from '#src/domain/organisers.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine, NAME_PATTERN } from '#src/lib/text.ts'
import { enter } from '../console/entering.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { hrefFor } from '../plugins/locale.ts'

export interface InvitationPage {
  'public/invitation': {
    token: string
    state: InvitationState
    group: string
    email: string
    right: Right
    /** Who asks, as they call themselves; may be empty. */
    inviter: string
    needsName: boolean
    form: Form
  }
}

/** Asked of who is new here. */
const Acceptance = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: NAME_PATTERN })),
})

export function invitationAnswerRoutes(app: App, deps: Deps): void {
  const { db, clock, tokens } = deps

  app.get('/invitations/:token', { schema: { params: Token } }, async (request, reply) =>
    show(reply, request.params.token, emptyForm()),
  )

  app.post(
    '/invitations/:token',
    { schema: { params: Token, body: Acceptance }, attachValidation: true, config: FEW },
    async (request, reply) => {
      const { token } = request.params
      const { invitation, state, needsName } = read(token)
      if (state !== 'open') return show(reply, token, emptyForm())
      const problems = fieldProblems(request) ?? {}
      const name = cleanLine(String(request.body?.name ?? ''))
      if (needsName && !name) problems.name ??= request.t.fields.required
      if (Object.keys(problems).length) return show(reply.code(422), token, formAgain(request, problems))
      const isNew = await enter(deps, request, reply, tx => accept(tx, invitation.id, name, clock.now()).session)
      if (isNew) return reply.redirect(hrefFor(request, paths.console.home()), 303)
      const isMe = request.organiser?.email === invitation.email
      return reply.redirect(hrefFor(request, isMe ? paths.console.groups() : `${paths.signIn()}?joined=1`), 303)
    },
  )

  function show(reply: FastifyReply, token: string, form: Form) {
    const { invitation, group, inviter, state, needsName } = read(token)
    const { email, right } = invitation
    if (state !== 'open') reply.code(410)
    const about = { group: group.name, email, right, inviter: inviter?.name ?? '', needsName }
    return reply.headers(TOKEN_PAGE).page('public/invitation', { token, state, ...about, form })
  }

  function read(token: string) {
    const link = tokens.read('invitation', token)
    const found = link?.version === 1 ? findInvitation(db, link.id) : undefined
    if (!found) throw new NotFound('invitation')
    return {
      ...found,
      state: stateOf(db, found, clock.now()),
      needsName: findOrganiser(db, found.invitation.email) === undefined,
    }
  }
}
