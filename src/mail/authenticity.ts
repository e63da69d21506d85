// Whether a mail is from whom it says: who it says that is, and what our own receiver found out about it (RFC 8601). Headers
// are as somebody typed them until that receiver; only what it put on top counts.
import type { Header } from 'postal-mime'
import { domainOf, EMAIL_PATTERN, normaliseEmail } from '#src/lib/text.ts'

const email = new RegExp(EMAIL_PATTERN)
/** `name <box@host>` or a bare address; no comments, lists or groups, which two readers may read differently. */
const FROM = /^(?:(?:"(?:[^"\\]|\\.)*"[ \t]*|[^"<>,;:@]*)<([^<>\s]+)>|([^<>\s,;:"()]+))$/

/** The one address a mail is from, in lower case; nothing where it names none or several, or in a shape open to doubt. */
export function senderOf(headers: Header[]): string | undefined {
  const [from, ...others] = headers.filter(({ key }) => key === 'from')
  const [, bracketed, bare] = (others.length === 0 && FROM.exec(from?.value.trim() ?? '')) || []
  const address = normaliseEmail(bracketed ?? bare ?? '')
  return email.test(address) ? address : undefined
}

/**
 * Whether our own receiver (`authservId`) saw DMARC pass for this sender's domain. It prepends what it finds (RFC 8601 §4.1,
 * §5), so the top-most Authentication-Results must be its own: what stands below may have come along with the mail.
 */
export function isAuthentic(headers: Header[], sender: string, authservId: string | undefined): boolean {
  const top = headers.find(({ key }) => key === 'authentication-results')
  const [id, ...results] = (top && partsOf(top.value)) ?? []
  if (!authservId || !id || !isNamed(id, authservId)) return false
  const verdicts = results.filter(result => /^dmarc[\s/=]/i.test(result))
  return verdicts.length > 0 && verdicts.every(verdict => isPass(verdict, domainOf(sender)))
}

/** Who says to have checked a mail last, by the name it gives itself; nothing if nobody does. */
export function checkerOf(headers: Header[]): string | undefined {
  const top = headers.find(({ key }) => key === 'authentication-results')
  const [id = ''] = (top && partsOf(top.value)?.[0]?.split(/\s+/)) ?? []
  return id === '' ? undefined : id
}

/** authserv-id, and behind it perhaps a version (RFC 8601 §2.2). */
function isNamed(part: string, authservId: string): boolean {
  const [name = '', version = '1', ...rest] = part.split(/\s+/)
  return name.toLowerCase() === authservId.toLowerCase() && /^\d+$/.test(version) && rest.length === 0
}

/** `dmarc=pass`, perhaps with a version of the method; the domain it speaks of, if it names one, is the sender's. */
function isPass(verdict: string, domain: string): boolean {
  const [, about = domain] = /\sheader\.from\s*=\s*@?([^\s;]+)/i.exec(verdict) ?? []
  return /^dmarc(?:\s*\/\s*\d+)?\s*=\s*pass(?:\s|$)/i.test(verdict) && about.toLowerCase() === domain
}

/** What stands between the semicolons, without comments and with quoted text made harmless; nothing if a bracket is left open. */
function partsOf(value: string): string[] | undefined {
  let plain = ''
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at)
    const isEscape = char === '\\' && (isQuoted || depth > 0)
    if (isEscape) at++
    else if (char === '"' && depth === 0) isQuoted = !isQuoted
    else if (char === '(' && !isQuoted) depth++
    else if (char === ')' && depth > 0) depth--
    if (depth === 0 && char !== '"') plain += spoken(char, isQuoted)
  }
  return depth === 0 && !isQuoted ? plain.split(';').map(part => part.trim()) : undefined
}

/** In quotes a sign is only a sign: there it separates nothing. */
function spoken(char: string, isQuoted: boolean): string {
  if (isQuoted) return /[\w.@-]/.test(char) ? char : '_'
  return char === ')' ? ' ' : char
}
