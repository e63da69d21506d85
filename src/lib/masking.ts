// What a log or a page may say of an address: personal links and sealed values are capabilities, so they are left out.

/** '/join/3f-1-Ab…' → '/join/***'; sign-in tokens and sealed query values likewise, percent-encoded or not. Ordinary slugs stay. */
export function maskUrl(url: string): string {
  return url
    .replaceAll(AFTER_A_DOOR, '***')
    .replaceAll(CERTIFICATE, '***')
    .replaceAll(/(?<==)[^&#]{40,}/g, '***')
}

/** The path of an address, as a log may keep it: without what was asked for, what opens anything, or whom it names. */
export function maskPath(url: string): string {
  const [path = ''] = url.split('?')
  const parts = maskUrl(path).split('/')
  return parts.map(part => (/@|%40/.test(part) ? '***' : part)).join('/')
}

/** Behind these of our addresses (`paths`) stands a token. */
const DOORS =
  '(?:registrations|enrolments|join|check-in|people|my|unsubscribe|addresses|subscriptions|subscription-proofs|invitations|invited|feedback|followers|sign-in|certificates)'
/** In capitals or percent-encoded an address leads nowhere, and the token in it still works where it belongs. */
const AFTER_A_DOOR = new RegExp(`(?<=(?:/|%2F)${DOORS}(?:/|%2F))[^/?#.]{40,}`, 'gi')
/** The number of a certificate is no longer than many a slug, and nothing else stands there. */
const CERTIFICATE = /(?<=(?:\/|%2F)certificates(?:\/|%2F))[^/?#]+/gi
const PERSONAL_LINK = new RegExp(`(/${DOORS}/)[\\w-]+`, 'g')

/** A mail's text with its personal links closed: who reads along must not be able to use them. */
export function maskLinks(text: string): string {
  return text.replaceAll(PERSONAL_LINK, '$1•••')
}

/** A calendar text likewise; its long lines are unfolded first (RFC 5545 §3.1), or half a link would stay behind. */
export function maskCalendar(text: string): string {
  return maskLinks(text.replaceAll(/\r?\n[ \t]/g, ''))
}

const OPENS_A_PAGE = new RegExp(
  `/${DOORS}/[\\w-]{40}|/certificates/[\\w-]{17}|/registered\\?(?:[^\\s#]*&)?v=[\\w-]{40}`,
  'i',
)

/**
 * Whether a text holds an address of ours that opens one person's page. Also where a mail program has wrapped it in one of its
 * own, percent-encoded once or twice; and however else it is written that a browser takes for the same (WHATWG URL §4.4).
 */
export function opensAPage(text: string): boolean {
  const decoded = text.replaceAll(/%(?:25){0,3}([2-7][\da-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const straight = decoded.replaceAll('\\', '/').replaceAll(/\/\.(?=\/)|\/[^/?#\s]*\/\.\.(?=\/)/g, '')
  return [decoded, straight].some(form => OPENS_A_PAGE.test(form))
}

const MAIL_ADDRESS = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g
const IP_ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:])/gi
const HOST = /\b[\w-]+(?:\.[\w-]+)*\.[a-z][\w-]*\b/gi

/** What a mail server said, without who a mail was for: it often repeats that. */
export function maskMailAddresses(text: string): string {
  return text.replaceAll(MAIL_ADDRESS, '•••')
}

/** What a mail server said, without anybody's address and without where it stands; its codes (`550 5.1.1`) stay. */
export function maskAddresses(text: string): string {
  return maskMailAddresses(text).replaceAll(IP_ADDRESS, '•••').replaceAll(HOST, '•••')
}

/** A mail's HTML likewise. Its links lead nowhere at all: it is shown in a frame, in which no other page belongs. */
export function maskHtml(html: string): string {
  const unlinked = html.replaceAll(/(<a\b[^>]*?) href="[^"]*"/g, '$1')
  // A code to scan is a link as well; its words stay.
  return maskLinks(unlinked.replaceAll(/(<img\b[^>]*?) src="cid:[^"]*"/g, '$1'))
}
