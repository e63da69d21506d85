// The one cookie a visitor can have: given when they say that they recognise a question, and never before. It is a number without
// a meaning, that lets each browser count once; what is kept of it is a fingerprint.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomToken } from '#src/lib/tokens.ts'
import type { Deps } from '../deps.ts'

/** As long as its fingerprint is kept (`personal-data`, recognition), and not renewed: whoever comes back later is somebody new. */
const A_YEAR = 365 * 24 * 60 * 60

export const visitorCookie = (isHttps: boolean) => (isHttps ? '__Host-visitor' : 'visitor')

const isHttps = ({ config }: Pick<Deps, 'config'>) => config.baseUrl.startsWith('https:')

/** By what a visitor is known again; nothing for who has no cookie. */
export function visitorOf(deps: Pick<Deps, 'config' | 'tokens'>, request: FastifyRequest): string | undefined {
  const token = request.cookies[visitorCookie(isHttps(deps))]
  return token ? deps.tokens.fingerprint(token) : undefined
}

/** The same for who has none yet, with what gives them one: for once what they pressed has been kept. */
export function newVisitor(deps: Pick<Deps, 'config' | 'tokens'>) {
  const token = randomToken()
  const secure = isHttps(deps)
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: A_YEAR } as const
  return {
    visitor: deps.tokens.fingerprint(token),
    give: (reply: FastifyReply) => void reply.setCookie(visitorCookie(secure), token, cookie),
  }
}
