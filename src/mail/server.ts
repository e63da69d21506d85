// A mail server as SMTP_URL or IMAP_URL names it: who we are there, whether it is this machine, and what of it nobody reads.

/** The name and password of an address, as they were meant: percent-encoded where that makes sense, else as they stand. */
export function credentialsOf(url: string): { user: string; password: string } {
  const { username, password } = new URL(url)
  return { user: decoded(username), password: decoded(password) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Host and port, as people are told of it. */
export function hostOf(url: string): string {
  return new URL(url).host
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i

/** Nobody listens in between, and a certificate proves nothing. */
export function isThisMachine(url: string): boolean {
  return LOOPBACK.test(new URL(url).hostname)
}

/**
 * What a server said, without our password in any form that it may repeat: as it stands, encoded in the address, or as it
 * travels when we sign in (RFC 4616). What servers say is stored, shown and logged.
 */
export function withoutPassword(text: string, url: string): string {
  const { user, password } = credentialsOf(url)
  if (!password) return text
  const forms = [`\0${user}\0${password}`, password].flatMap(secret => [Buffer.from(secret).toString('base64'), secret])
  return [...forms, new URL(url).password].reduce((rest, form) => rest.replaceAll(form, '•••'), text)
}
