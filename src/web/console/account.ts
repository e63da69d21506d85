// An organiser's own account: name, language, passkeys (their routes stand in `passkeys`) and where they are signed in.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LOCALES } from '#db/schema.ts'
import { audit } from '#src/domain/audit.ts'
import {
  endOtherSessions,
  endSessionOf,
  isFresh,
  listOrganiserSessions,
  type OrganiserSession,
} from '#src/domain/organiser-sessions.ts'
import { type Organiser, updateOrganiser } from '#src/domain/organisers.ts'
import { listPasskeys, type Passkey } from '#src/domain/passkeys.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine, NAME_PATTERN } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { deviceOf } from '../device.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { organiserOf, seeOther } from './access.ts'
import { options } from './fields.ts'
import type { Options } from './pages.ts'

type Done = keyof FastifyRequest['t']['console']['account']['done']

export interface AccountPages {
  'console/account': {
    me: Organiser
    form: Form
    locales: Options
    passkeys: Passkey[]
    /** Whether they signed in recently enough to add one. */
    mayAdd: boolean
    /** The device they are on, as a name for a new passkey. */
    device: string
    sessions: (OrganiserSession & { isThis: boolean })[]
    done: Done | undefined
  }
}

const DONE: Done[] = ['saved', 'added', 'renamed', 'removed', 'ended', 'others']
const AccountForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100, pattern: NAME_PATTERN }),
  locale: Type.Enum([...LOCALES]),
})
/** The hash of a session's token, which opens nothing. */
const OneSession = Type.Object({ id: Type.String({ maxLength: 100 }) })

export function accountRoutes(app: App, deps: Deps): void {
  const { write, clock } = deps

  app.get(
    paths.console.account(),
    { schema: { querystring: Type.Object({ done: Type.Optional(Type.Enum(DONE)) }) } },
    async (request, reply) => {
      const { name, locale } = organiserOf(request)
      return showAccount(deps, request, reply, emptyForm({ name, locale }), request.query.done)
    },
  )

  app.post(
    paths.console.account(),
    { schema: { body: AccountForm }, attachValidation: true },
    async (request, reply) => {
      const problems = fieldProblems(request)
      if (problems) return showAccount(deps, request, reply.code(422), formAgain(request, problems))
      const { name, locale } = request.body
      await write(tx => updateOrganiser(tx, organiserOf(request), { name: cleanLine(name), locale }))
      return seeOther(request, reply, `${paths.console.account()}?done=saved`)
    },
  )

  app.post(paths.console.sessionEnd(), { schema: { body: OneSession } }, async (request, reply) => {
    const me = organiserOf(request)
    await write(tx => {
      endSessionOf(tx, me, request.body.id)
      audit(tx, { action: 'session_ended', organiserId: me.id }, clock.now())
    })
    return seeOther(request, reply, `${paths.console.account()}?done=ended`)
  })

  app.post(paths.console.otherSessionsEnd(), async (request, reply) => {
    const me = organiserOf(request)
    await write(tx => {
      const ended = endOtherSessions(tx, me, request.organiserSession?.tokenHash)
      if (ended) audit(tx, { action: 'session_ended', organiserId: me.id }, clock.now())
    })
    return seeOther(request, reply, `${paths.console.account()}?done=others`)
  })
}

export function showAccount(
  { db, clock }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
  done?: Done,
): FastifyReply {
  const me = organiserOf(request)
  const session = request.organiserSession
  const sessions = listOrganiserSessions(db, me, clock.now())
  return reply.page('console/account', {
    me,
    form,
    locales: options(request.t.console.members.locales, LOCALES),
    passkeys: listPasskeys(db, me),
    mayAdd: session !== null && isFresh(session, clock.now()),
    device: deviceOf(request),
    sessions: sessions.map(one => ({ ...one, isThis: one.tokenHash === session?.tokenHash })),
    done,
  })
}
