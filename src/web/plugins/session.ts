// Who is signed in. The cookie exists for organisers only; a visitor is never given one.
import cookie from '@fastify/cookie'
import type { FastifyReply } from 'fastify'
import type { Organiser } from '#src/domain/organisers.ts'
import { findSessionOrganiser } from '#src/domain/sign-ins.ts'
import type { App, Deps } from '../deps.ts'

declare module 'fastify' {
  interface FastifyRequest {
    organiser: Organiser | null
  }
}

const DAYS_14 = 14 * 24 * 60 * 60

/** `__Host-` ties the cookie to this host and to https; it cannot be used on plain http. */
export const cookieName = (isHttps: boolean) => (isHttps ? '__Host-session' : 'session')

export function sessions(app: App, { config, db, clock }: Deps): void {
  const name = cookieName(config.baseUrl.startsWith('https:'))
  app.register(cookie)
  app.decorateRequest('organiser', null)
  app.addHook('onRequest', async request => {
    const token = request.cookies[name]
    request.organiser = (token && findSessionOrganiser(db, token, clock.now())) || null
  })
}

export function setSessionCookie(reply: FastifyReply, isHttps: boolean, token: string): void {
  reply.setCookie(cookieName(isHttps), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps,
    maxAge: DAYS_14,
  })
}

export function clearSessionCookie(reply: FastifyReply, isHttps: boolean): void {
  reply.clearCookie(cookieName(isHttps), { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps })
}
