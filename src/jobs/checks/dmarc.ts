// DMARC (RFC 7489): what others do with mail in our name that neither SPF nor DKIM can show to be ours.
import type { Config } from '#src/config.ts'
import { domainOf } from '#src/lib/text.ts'
import { type Dns, isPublic, tagsOf, txtOf } from './dns.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

const NAME = 'DMARC'
const POLICIES: Record<string, string> = {
  none: 'others only report it (p=none). Fine to begin with; once all your mail passes, make it p=quarantine',
  quarantine: 'others put it with the spam (p=quarantine)',
  reject: 'others refuse it (p=reject)',
}

export async function checkDmarc(dns: Dns, { mailFrom, dkim }: Pick<Config, 'mailFrom' | 'dkim'>): Promise<Check> {
  const from = domainOf(mailFrom.email)
  const { domain, records } = await recordsOf(dns, from)
  const [record] = records
  if (records.length > 1)
    return wrong(NAME, `_dmarc.${domain} has ${records.length} records, and then none counts: make it one`)
  if (record !== undefined) return judge(tagsOf(record), domain, from, dkim?.domain.toLowerCase())
  const example = `v=DMARC1; p=none; rua=mailto:${mailFrom.email}`
  return warning(NAME, `${from} has none: big mail providers want one. Add a TXT record at _dmarc.${from}: ${example}`)
}

/** The records of a domain, or of the first of its parents that has any; the last label alone is nobody's. */
async function recordsOf(dns: Dns, domain: string): Promise<{ domain: string; records: string[] }> {
  const records = (await txtOf(dns, `_dmarc.${domain}`)).filter(record => /^v=DMARC1\s*(?:;|$)/.test(record))
  const parent = domain.slice(domain.indexOf('.') + 1)
  return records.length || !isPublic(parent) ? { domain, records } : recordsOf(dns, parent)
}

/** Aligned in the relaxed sense (§3.1.1): of one organisation, whose domain is the one that DMARC is published for. */
export async function isAligned(dns: Dns, domain: string, from: string): Promise<boolean> {
  if (isWithin(domain, from) || isWithin(from, domain)) return true
  const { domain: organisation, records } = await recordsOf(dns, from)
  return records.length > 0 && isWithin(domain, organisation)
}

const isWithin = (domain: string, other: string): boolean => domain === other || domain.endsWith(`.${other}`)

function judge(tags: Map<string, string>, domain: string, from: string, signs: string | undefined): Check {
  const policy = ((domain === from ? undefined : tags.get('sp')) ?? tags.get('p') ?? '').toLowerCase()
  const where = domain === from ? domain : `${from}, by its parent ${domain}`
  const means = POLICIES[policy]
  if (!means) return warning(NAME, `${where}: p=${policy} means nothing. It must be none, quarantine or reject`)
  if (tags.get('adkim')?.toLowerCase() === 's' && signs && signs !== from)
    return wrong(NAME, `${where} asks for the very same domain (adkim=s): set DKIM_DOMAIN=${from} instead of ${signs}`)
  return ok(NAME, `${where}: mail in its name that is not proven, ${means}`)
}
