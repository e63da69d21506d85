// What a log or a page may say of an address: personal links and sealed values are capabilities, so they are left out.

/** '/join/3f-1-Ab…' → '/join/***'; sign-in tokens and sealed query values likewise. Ordinary slugs stay. */
export function maskUrl(url: string): string {
  return url
    .replaceAll(/(?<=\/(?:registrations|join|people|my|unsubscribe|addresses|sign-in)\/)[\w-]{40,}/g, '***')
    .replaceAll(/(?<==)[\w-]{40,}/g, '***')
}
