// What a log may say of an address: personal links and sealed values are capabilities, so they are left out.

/** '/join/3f-1-Ab…' → '/join/***'; long query values likewise. */
export function maskUrl(url: string): string {
  return url.replaceAll(/(?<=[/=])[\w-]{40,}/g, '***')
}
