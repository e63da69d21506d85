// Who is signed in, and in which language they work. The cookie exists for organisers only; a visitor is never given one.
import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { findSession, isMarkDue, markSession, type OrganiserSession } from '#src/domain/organiser-sessions.ts'
import type { Organiser } from '#src/domain/organisers.ts'
import type { App, Deps } from '../deps.ts'
import { speak } from './locale.ts'

declare module 'fastify' {
  interface FastifyRequest {
    organiser: Organiser | null
    organiserSession: OrganiserSession | null
  }
}

const DAYS_14 = 14 * 24 * 60 * 60

/** `__Host-` ties the cookie to this host and to https; it cannot be used on plain http. */
export const cookieName = (isHttps: boolean) => (isHttps ? '__Host-session' : 'session')

export function sessions(app: App, { config, db, write, clock }: Deps): void {
  const name = cookieName(config.baseUrl.startsWith('https:'))
  app.register(cookie)
  app.decorateRequest('organiser', null)
  app.decorateRequest('organiserSession', null)
  app.addHook('onRequest', async request => {
    const token = request.cookies[name]
    const found = token ? findSession(db, token, clock.now()) : undefined
    request.organiser = found?.organiser ?? null
    request.organiserSession = found?.session ?? null
    if (found && isConsole(request) && !request.choseLocale) speak(request, found.organiser.locale, config.timeZone)
  })
  app.addHook('preHandler', async request => {
    const { organiserSession: session, method } = request
    // A GET writes nothing. A session that was ended meanwhile stays so: marking it finds no row.
    if (!session || method !== 'POST' || !isMarkDue(session, clock.now())) return
    await write(tx => markSession(tx, session, clock.now()))
  })
}

/** The public pages follow the browser, for organisers too. */
function isConsole({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/console') ?? false
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
