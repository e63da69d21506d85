// Security headers as constants, set by one hook (a library that builds them for each reply halves the throughput). They
// follow helmet's defaults and OWASP's advice, stricter where we can be: nothing inline, nothing from elsewhere.
import type { App } from '../deps.ts'

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]

const permissions = (camera: string) => `${camera}, microphone=(), geolocation=(), browsing-topics=()`

const HEADERS: Record<string, string> = {
  'content-security-policy': [...CSP, "form-action 'self'"].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': permissions('camera=()'),
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** For the page at the entrance alone: it reads codes. */
export const WITH_CAMERA = { 'permissions-policy': permissions('camera=(self)') }

/** For the door's page alone: its form leads on to the room, wherever that is. */
export const DOOR_CSP = [...CSP, "form-action 'self' https: http://localhost:* http://127.0.0.1:*"].join('; ')

/** For a page of ours that shows a mail's HTML in a frame, and for that HTML: no script, no form, nothing loaded, no cookie. */
export const FRAMING_CSP = [...CSP, "form-action 'self'", "frame-src 'self'"].join('; ')
export const MAIL_HTML = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
  'x-frame-options': 'SAMEORIGIN',
  'cache-control': 'no-store',
}

export function securityHeaders(app: App, isHttps: boolean): void {
  const headers = { ...HEADERS, ...(isHttps && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }) }
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
}

/** For what programs fetch again and again; `Vary` names no language, since their address says it. */
const FETCHED = { vary: 'accept-encoding', 'referrer-policy': 'no-referrer' }
export const FEED = { ...FETCHED, 'cache-control': 'public, max-age=900' }
export const PERSONAL_FEED = { ...FETCHED, 'cache-control': 'private, max-age=900', 'x-robots-tag': 'noindex' }

/** For pages behind a personal link. `no-referrer` would make browsers send `Origin: null` with our own forms. */
export const TOKEN_PAGE = {
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-robots-tag': 'noindex',
}
