// Inviting somebody to a group: first a page that shows who is mailed, what, and what comes of it; then the mail. Also taking
// an invitation back, and mailing it anew.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { LOCALES } from '#db/schema.ts'
import { preview } from '#db/write.ts'
import { type Group, listGroupsUnder } from '#src/domain/groups.ts'
import { findInvitation, type Invitation, invite, resend, revoke } from '#src/domain/invitations.ts'
import { getGroupWith } from '#src/domain/organisers.ts'
import { readOwnTexts } from '#src/domain/own-texts.ts'
import { Refusal } from '#src/lib/errors.ts'
import { maskLinks } from '#src/lib/masking.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { normaliseEmail } from '#src/lib/text.ts'
import { contentOf } from '#src/mail/messages.ts'
import { render } from '#src/mail/render.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Slug } from '../params.ts'
import { FEW } from '../plugins/limits.ts'
import { Email } from '../public/registration-form.ts'
import { organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import { membersPage, RightField } from './members.ts'
import type { PreviewedMail } from './pages.ts'
import { entriesOf } from './proposals.ts'

export interface InvitationPages {
  'console/invitation': {
    group: Group
    email: string
    /** What comes of it, one sentence each. */
    happens: string[]
    mail: PreviewedMail
    action: string
    fields: [string, string][]
    back: string
  }
}

/** An act that mails one invitation. */
export type Inviting = (tx: Tx) => Invitation

const InviteForm = Type.Object({ email: Email, right: RightField, locale: Type.Enum([...LOCALES]), recipients: Shown })
const Again = Type.Object({ recipients: Shown })
const OneInvitation = Type.Object({ slug: Type.String({ maxLength: 100 }), id: Type.Integer({ minimum: 1 }) })

export function invitationRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(
    '/console/groups/:slug/invitations',
    { schema: { params: Slug, body: InviteForm }, attachValidation: true, config: FEW },
    async (request, reply) => {
      const me = organiserOf(request)
      const group = getGroupWith(db, me, 'owner', request.params.slug)
      const again = (problems: Record<string, string>) =>
        reply.code(422).page('console/members', membersPage(deps, request, group, formAgain(request, problems)))
      const wrong = fieldProblems(request)
      if (wrong) return again(wrong)
      const { recipients, ...form } = request.body
      const ask = { ...form, email: normaliseEmail(form.email) }
      const act = (tx: Tx) => invite(tx, me, group.slug, ask, clock.now())
      const where = { action: paths.console.invitations(group.slug), back: paths.console.members(group.slug) }
      const outcome = await askOrInvite(deps, request, act, recipients, { ...where, fields: entriesOf(form) })
      if ('problems' in outcome) return again(outcome.problems)
      if ('ask' in outcome) return reply.page('console/invitation', outcome.ask)
      return seeOther(request, reply, `${paths.console.members(group.slug)}?done=invited`)
    },
  )

  app.post(
    '/console/groups/:slug/invitations/:id/again',
    { schema: { params: OneInvitation, body: Again }, config: FEW },
    async (request, reply) => {
      const { slug, id } = request.params
      const act = (tx: Tx) => resend(tx, organiserOf(request), slug, id, clock.now())
      const where = { action: paths.console.invitationAgain(slug, id), back: paths.console.members(slug), fields: [] }
      const outcome = await askOrInvite(deps, request, act, request.body.recipients, where)
      if ('ask' in outcome) return reply.page('console/invitation', outcome.ask)
      return seeOther(request, reply, `${paths.console.members(slug)}?done=invited`)
    },
  )

  app.post(
    '/console/groups/:slug/invitations/:id/revocation',
    { schema: { params: OneInvitation } },
    async (request, reply) => {
      const { slug, id } = request.params
      await write(tx => revoke(tx, organiserOf(request), slug, id, clock.now()))
      return seeOther(request, reply, `${paths.console.members(slug)}?done=revoked`)
    },
  )
}

type Outcome =
  | { ask: InvitationPages['console/invitation'] }
  | { problems: Record<string, string> }
  | { invitation: Invitation }

/** Rule 11 for the one mail of an invitation: the first POST shows it, the second one brings back that one person was shown. */
export async function askOrInvite(
  deps: Deps,
  request: FastifyRequest,
  act: Inviting,
  shown: number | undefined,
  where: Pick<InvitationPages['console/invitation'], 'action' | 'fields' | 'back'>,
): Promise<Outcome> {
  try {
    if (shown === undefined) return { ask: { ...where, ...propose(deps, request, act) } }
    if (shown !== 1) throw new Refusal('changed_meanwhile')
    return { invitation: await deps.write(act) }
  } catch (error) {
    return { problems: domainProblems(error, request.t.fields) }
  }
}

/** Found by doing it, in a transaction that is rolled back. */
function propose(deps: Deps, request: FastifyRequest, act: Inviting) {
  return preview(deps.db, tx => {
    const about = findInvitation(tx, act(tx).id)
    if (!about) throw new Error('an invitation that was just made is gone')
    const { invitation, group } = about
    const { email, locale } = invitation
    const own = readOwnTexts(tx, group.id, locale)
    const mail = render(
      contentOf({ kind: 'invitation', invitation: about, email, locale, own }, deps, deps.clock.now()),
    )
    const shown = { kind: 'invitation' as const, to: email, subject: mail.subject, text: maskLinks(mail.text) }
    return { group, email, happens: consequences(request, invitation, group, listGroupsUnder(tx, group)), mail: shown }
  })
}

function consequences({ t }: FastifyRequest, { email, right, replaces }: Invitation, group: Group, under: Group[]) {
  const words = t.console.inviting
  const names = under.map(({ name }) => name)
  return [
    words.gets(email, t.words.rights[right], group.name),
    t.words.rightMeans[right],
    ...(names.length ? [words.also(t.agenda.and(names))] : []),
    words.valid,
    words.replaces,
    ...(replaces ? [words.stops(group.name)] : []),
  ]
}
