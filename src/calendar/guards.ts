// What stands between somebody's text and an iCalendar line: ical-generator escapes TEXT only, so everything that is
// unsafe in a name, an address or a URI is made safe here first (RFC 5545 §3.1, §3.2, §3.3.11; RFC 6068).
import { escape as escapeText } from 'ical-generator'
import { cleanLine, cleanText } from '#src/lib/text.ts'

/** A line or a text without control characters, lone surrogates or line breaks iCalendar does not know. */
export { cleanLine as line, cleanText as text }

/** Text for the properties that ical-generator prints as they are given: NAME, X-WR-CALNAME. */
export function rawText(value: string): string {
  return escapeText(cleanLine(value), false)
}

/**
 * A parameter value. DQUOTE is not allowed there; the `^` notation of RFC 6868 is shown as it is by many programs; and a
 * backslash, which means nothing there, makes ical.js (Thunderbird) lose the end of the value.
 */
export function commonName(value: string): string {
  return cleanLine(value.replaceAll('"', '’').replaceAll('\\', '/').replaceAll('^', ''))
}

/** A URI is not TEXT: what would be escaped with a backslash, or is no URI character, is percent-encoded. */
export function uri(value: string): string {
  return cleanLine(value).replaceAll(/[\s,;\\"<>^`{|}]|\P{ASCII}/gu, encodeURIComponent)
}

/** The address of a `mailto:` URI. Throws on what is not one bare mailbox: input is checked long before this. */
export function address(email: string): string {
  if (!/^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/.test(email)) throw new Error('not an address a calendar can hold')
  return email.replaceAll(/[%/?#&=^`{|}]/g, encodeURIComponent)
}

/** An identifier as RFC 7986 §5.3 wants it. Throws on anything else, since it is printed as it is. */
export function uid(value: string): string {
  if (!/^[A-Za-z0-9-]{1,254}$/.test(value)) throw new Error('not a UID')
  return value
}
