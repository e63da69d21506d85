// Signing in: an address, then the link or the code from the mail. Whoever types an address learns nothing about it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { endSession, isLiveToken, requestSignIn, signInByCode, signInByToken } from '#src/domain/sign-ins.ts'
import { paths } from '#src/lib/paths.ts'
import { EMAIL_PATTERN, normaliseEmail } from '#src/lib/text.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { clearSessionCookie, cookieName, setSessionCookie } from '../plugins/session.ts'
import { seeOther } from './access.ts'

const Email = Type.String({ minLength: 1, maxLength: 200, pattern: EMAIL_PATTERN })
const AddressForm = Type.Object({ email: Email })
const CodeForm = Type.Object({ email: Email, code: Type.String({ pattern: '^\\s*\\d{3}\\s?\\d{3}\\s*$' }) })

export function signInRoutes(app: App, { config, db, write, clock }: Deps): void {
  const isHttps = config.baseUrl.startsWith('https:')
  const enter = (request: FastifyRequest, reply: FastifyReply, session: string) => {
    setSessionCookie(reply, isHttps, session)
    return seeOther(request, reply, paths.console.home())
  }

  app.get(paths.signIn(), async (request, reply) => {
    if (request.organiser) return seeOther(request, reply, paths.console.home())
    return reply.headers(TOKEN_PAGE).page('console/sign-in', { form: emptyForm() })
  })

  app.post(
    paths.signIn(),
    { schema: { body: AddressForm }, attachValidation: true, config: FEW },
    async (request, reply) => {
      reply.headers(TOKEN_PAGE)
      const problems = fieldProblems(request)
      if (problems) return reply.code(422).page('console/sign-in', { form: formAgain(request, problems) })
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
      const session = request.validationError
        ? undefined
        : await write(tx => signInByCode(tx, normaliseEmail(email), code.replaceAll(/\s/g, ''), clock.now()))
      if (session) return enter(request, reply, session)
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
    return enter(request, reply, await write(tx => signInByToken(tx, request.params.token, clock.now())))
  })

  app.post(paths.signOut(), async (request, reply) => {
    const session = request.cookies[cookieName(isHttps)]
    if (session) await write(tx => endSession(tx, session))
    clearSessionCookie(reply, isHttps)
    return seeOther(request, reply, paths.agenda())
  })
}
