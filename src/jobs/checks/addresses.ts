// The addresses we write from and that mails come back to: are they of a domain that others know and that takes mail?
import type { Config } from '#src/config.ts'
import { domainOf } from '#src/lib/text.ts'
import { isAligned } from './dmarc.ts'
import { type Dns, isPublic, mxOf } from './dns.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

/** Nothing if the sender is fit to be asked about. */
export function checkSender({ mailFrom }: Pick<Config, 'mailFrom'>): Check | undefined {
  const domain = domainOf(mailFrom.email)
  return isPublic(domain) ? undefined : warning('sender', `${mailFrom.email} is no public address: set MAIL_FROM`)
}

/** One-click unsubscribe is for https only (RFC 8058 §3.1), and a link to localhost opens nothing for others. */
export function checkWebsite({ baseUrl }: Pick<Config, 'baseUrl'>): Check {
  const { protocol, hostname } = new URL(baseUrl)
  if (!isPublic(hostname))
    return warning('website', `links in mails lead to ${baseUrl}: set BASE_URL to the public address`)
  if (protocol !== 'https:') return warning('website', `${baseUrl} is not https: one-click unsubscribe needs that`)
  return ok('website', `links in mails lead to ${baseUrl}`)
}

export async function checkMx(dns: Dns, { mailFrom }: Pick<Config, 'mailFrom'>): Promise<Check> {
  const domain = domainOf(mailFrom.email)
  const [first] = await mxOf(dns, domain)
  if (!first) return warning('MX', `${domain} takes no mail: answers to ${mailFrom.email} get lost. Add an MX record`)
  return ok('MX', `mail to ${domain} goes to ${first}`)
}

/** Whether the mailbox takes a `+` only a mail can show; who set it up is told what it must do. */
export async function checkReturnAddress(
  dns: Dns,
  { bounceAddress, mailFrom }: Pick<Config, 'bounceAddress' | 'mailFrom'>,
): Promise<Check> {
  const name = 'bounces'
  if (!bounceAddress)
    return warning(name, `come back to ${mailFrom.email} without a number: which mail it was cannot be told`)
  const [domain, from] = [domainOf(bounceAddress), domainOf(mailFrom.email)]
  if (!isPublic(domain)) return warning(name, `${bounceAddress} is no public address: set BOUNCE_ADDRESS`)
  const [first] = await mxOf(dns, domain)
  if (!first)
    return wrong(name, `${domain} takes no mail, so nothing can come back to ${bounceAddress}. Add an MX record`)
  if (!(await isAligned(dns, domain, from)))
    return warning(name, `${domain} is another domain than that of MAIL_FROM: SPF does not count for DMARC then`)
  return ok(
    name,
    `the mailbox ${bounceAddress} must also take ${bounceAddress.replace('@', '+anything@')}; mail one to see`,
  )
}
