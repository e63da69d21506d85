// What a log or a page may say of an address: personal links and sealed values are capabilities, so they are left out.

/** '/join/3f-1-Ab…' → '/join/***'; sign-in tokens and sealed query values likewise, percent-encoded or not. Ordinary slugs stay. */
export function maskUrl(url: string): string {
  return url
    .replaceAll(/(?<=\/(?:registrations|join|people|my|unsubscribe|addresses|sign-in)\/)[^/?#.]{40,}/g, '***')
    .replaceAll(/(?<==)[^&#]{40,}/g, '***')
}

/** A mail's text with its personal links closed: who reads along must not be able to use them. */
export function maskLinks(text: string): string {
  return text.replaceAll(/(\/(?:registrations|join|people|my|unsubscribe|addresses|sign-in)\/)[\w-]+/g, '$1•••')
}

/** A calendar text likewise; its long lines are unfolded first (RFC 5545 §3.1), or half a link would stay behind. */
export function maskCalendar(text: string): string {
  return maskLinks(text.replaceAll(/\r?\n[ \t]/g, ''))
}
