// SPF (RFC 7208): which mail servers may send for a domain. Receivers look at the domain that mails come back to.
import { type Dns, txtOf } from './dns.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

const NAME = 'SPF'
/** More questions than these, includes and all, and a record counts for nothing (§4.6.4). */
const MOST_LOOKUPS = 10
const MECHANISM = /^[+?~-]?(all|include|a|mx|ptr|ip4|ip6|exists)(?=$|[:/])/i
const MODIFIER = /^[a-z][\w.-]*=/i
const ASKS = /^[+?~-]?(include|a|mx|ptr|exists)(?=$|[:/])|^redirect=/i

export async function checkSpf(dns: Dns, domain: string): Promise<Check> {
  const records = await recordsOf(dns, domain)
  const [record] = records
  if (record === undefined) return warning(NAME, `${domain} has none: others may refuse our mail. ${ADVICE}`)
  if (records.length > 1)
    return wrong(NAME, `${domain} has ${records.length} records, and then none of them counts: make it one`)
  const terms = termsOf(record)
  const unknown = terms.find(term => !MECHANISM.test(term) && !MODIFIER.test(term))
  if (unknown)
    return wrong(NAME, `${domain}: “${unknown}” means nothing in SPF, and then the whole record does not count`)
  return checkEnd(domain, terms) ?? checkLookups(dns, domain, terms)
}

const ADVICE = 'Add one TXT record that names the server that delivers our mail, such as "v=spf1 mx ~all"'

async function recordsOf(dns: Dns, domain: string): Promise<string[]> {
  return (await txtOf(dns, domain)).filter(record => /^v=spf1(?: |$)/i.test(record))
}

const termsOf = (record: string): string[] => record.split(/ +/).slice(1).filter(Boolean)
const isAll = (term: string): boolean => /^[+?~-]?all$/i.test(term)

/** What a record says of everybody it does not name. */
function checkEnd(domain: string, terms: string[]): Check | undefined {
  const at = terms.findIndex(isAll)
  const all = terms[at]?.toLowerCase()
  if (all === 'all' || all === '+all')
    return wrong(NAME, `${domain} ends in ${all}: anybody may send in its name. Make it ~all`)
  if (all === '?all' || (!all && !redirectOf(terms)))
    return warning(NAME, `${domain} does not end in -all or ~all, so it says nothing about who may not send`)
  const behind = all && terms.slice(at + 1).find(term => MECHANISM.test(term))
  if (behind) return warning(NAME, `${domain}: “${behind}” stands behind ${all} and does not count. Put it before`)
  return undefined
}

async function checkLookups(dns: Dns, domain: string, terms: string[]): Promise<Check> {
  const { count, broken } = await countLookups(dns, terms)
  if (broken)
    return wrong(NAME, `${domain} includes ${broken}, which has no SPF record: then the whole record does not count`)
  if (count > MOST_LOOKUPS)
    return warning(
      NAME,
      `${domain} needs more than ${MOST_LOOKUPS} lookups: then it does not count. Include fewer others`,
    )
  const end = terms.find(isAll) ?? redirectOf(terms)
  return ok(NAME, `${domain} has one record, up to ${end}, with ${count} of ${MOST_LOOKUPS} lookups`)
}

function redirectOf(terms: string[]): string | undefined {
  return terms.find(term => /^redirect=/i.test(term))
}

/** What a receiver has to ask in the worst case; stops when it is too much. `broken`: a record that should be there. */
async function countLookups(dns: Dns, terms: string[], before = 0): Promise<{ count: number; broken?: string }> {
  let count = before
  const hasAll = terms.some(isAll)
  for (const term of terms.filter(one => ASKS.test(one) && !(hasAll && /^redirect=/i.test(one)))) {
    count++
    const [, target] = /^[+?~-]?(?:include:|redirect=)(.+)$/i.exec(term) ?? []
    // A macro depends on who sends; where it leads cannot be told.
    if (!target || target.includes('%')) continue
    if (count > MOST_LOOKUPS) return { count }
    const [record, ...others] = await recordsOf(dns, target)
    if (record === undefined || others.length) return { count, broken: target }
    const inner = await countLookups(dns, termsOf(record), count)
    if (inner.broken) return inner
    count = inner.count
  }
  return { count }
}
