// Security headers as constants, set by one hook (a library that builds them for each reply halves the throughput). They
// follow helmet's defaults and OWASP's advice, stricter where we can be: nothing inline, nothing from elsewhere. No
// `upgrade-insecure-requests`: nothing of ours is loaded over http, and HSTS keeps it so.
import type { App } from '../deps.ts'

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]
/** No script of ours makes markup or addresses of scripts out of text, so browsers need let none do so. */
const NO_MARKUP = "require-trusted-types-for 'script'; trusted-types 'none'"
const csp = (...more: string[]) => [...CSP, ...more, NO_MARKUP].join('; ')

const permissions = (camera: string) => `${camera}, microphone=(), geolocation=(), browsing-topics=()`

const HEADERS: Record<string, string> = {
  'content-security-policy': csp("form-action 'self'"),
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': permissions('camera=()'),
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
}

/** For the page at the entrance alone: it reads codes, and names the script that keeps it without a connection. */
export const AT_THE_ENTRANCE = {
  'content-security-policy': [...CSP, "form-action 'self'"].join('; '),
  'permissions-policy': permissions('camera=(self)'),
}

/** For the door's page alone: its form leads on to the room, wherever that is. */
export const DOOR_CSP = csp("form-action 'self' https: http://localhost:* http://127.0.0.1:*")

/** For a page of ours that shows a mail's HTML in a frame, and for that HTML: no script, no form, nothing loaded, no cookie. */
export const FRAMING_CSP = csp("form-action 'self'", "frame-src 'self'")
export const MAIL_HTML = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
  'x-frame-options': 'SAMEORIGIN',
  'cache-control': 'no-store',
}

/** For files that organisers placed: nothing of them runs, and nothing is loaded by them. */
export const MATERIAL = {
  'accept-ranges': 'bytes',
  'content-security-policy': "sandbox; default-src 'none'",
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
