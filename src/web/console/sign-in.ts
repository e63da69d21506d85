// Signing in: an address, then the link or the code from the mail. Whoever types an address learns nothing about it.
import type { Tx } from '#db/open.ts'
import { endSession } from '#src/domain/organiser-sessions.ts'
import { isLiveToken, requestSignIn, signInByCode, signInByToken } from '#src/domain/sign-ins.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { EMAIL_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { clearSessionCookie, cookieName } from '../plugins/session.ts'
import { seeOther } from './access.ts'
import { enter } from './entering.ts'

const Email = Type.String({ minLength: 1, maxLength: 200, pattern: EMAIL_PATTERN })
const AddressForm = Type.Object({ email: Email })
/** `again`: to prove once more who one is. `joined`: just said yes to an invitation. */
const Why = Type.Object({
  again: Type.Optional(Type.String({ maxLength: 10 })),
  joined: Type.Optional(Type.String({ maxLength: 10 })),
})
const CodeForm = Type.Object({ email: Email, code: Type.String({ pattern: '^\\s*\\d{3}\\s?\\d{3}\\s*$' }) })

export function signInRoutes(app: App, deps: Deps): void {
  const { config, db, write, clock } = deps
  const isHttps = config.baseUrl.startsWith('https:')

  app.get(paths.signIn(), { schema: { querystring: Why } }, async (request, reply) => {
    const { again, joined } = request.query
    if (request.organiser && again === undefined && joined === undefined)
      return seeOther(request, reply, paths.console.home())
    return reply.headers(TOKEN_PAGE).page('console/sign-in', { form: emptyForm(), hasJoined: joined !== undefined })
  })

  app.post(
    paths.signIn(),
    { schema: { body: AddressForm }, attachValidation: true, config: FEW },
    async (request, reply) => {
      reply.headers(TOKEN_PAGE)
      const problems = fieldProblems(request)
      if (problems)
        return reply.code(422).page('console/sign-in', { form: formAgain(request, problems), hasJoined: false })
      const email = normaliseEmail(request.body.email)
      // Not awaited: writing a row takes longer than writing none, and that would tell who is an organiser.
      write(tx => requestSignIn(tx, email, request.locale, clock.now())).catch(error => request.log.error(error))
      return reply.page('console/sign-in-sent', { form: emptyForm({ email }) })
    },
  )

  app.post(
    paths.signInCode(),
    { schema: { body: CodeForm }, attachValidation: true, config: FEW },
    async (request, reply) => {
      reply.headers(TOKEN_PAGE)
      const { email = '', code = '' } = request.body ?? {}
      const begin = (tx: Tx) => signInByCode(tx, normaliseEmail(email), code.replaceAll(/\s/g, ''), clock.now())
      const isIn = !request.validationError && (await enter(deps, request, reply, begin))
      if (isIn) return seeOther(request, reply, paths.console.home())
      const problems = { code: request.t.fields.code }
      return reply.code(422).page('console/sign-in-sent', { form: { values: { email: String(email) }, problems } })
    },
  )

  app.get('/sign-in/:token', { schema: { params: Token } }, async (request, reply) => {
    const { token } = request.params
    const isLive = isLiveToken(db, token, clock.now())
    return reply
      .code(isLive ? 200 : 410)
      .headers(TOKEN_PAGE)
      .page('console/sign-in-link', { token, isLive })
  })

  app.post('/sign-in/:token', { schema: { params: Token }, config: FEW }, async (request, reply) => {
    reply.headers(TOKEN_PAGE)
    await enter(deps, request, reply, tx => signInByToken(tx, request.params.token, clock.now()))
    return seeOther(request, reply, paths.console.home())
  })

  app.post(paths.signOut(), async (request, reply) => {
    const session = request.cookies[cookieName(isHttps)]
    if (session) await write(tx => endSession(tx, session))
    clearSessionCookie(reply, isHttps)
    // A list of people kept for the entrance leaves this device, also where no script takes it away.
    reply.header('clear-site-data', '"storage"')
    return seeOther(request, reply, paths.agenda())
  })
}
