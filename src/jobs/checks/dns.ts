// Asking DNS. That there is no record is an answer; that DNS cannot be asked says nothing about the set-up.
import { Resolver } from 'node:dns/promises'
import { type Check, warning, within } from './verdict.ts'

export type Dns = Pick<Resolver, 'resolveTxt' | 'resolveMx' | 'cancel'>

export const createDns = (): Dns => new Resolver({ timeout: 2000, tries: 2 })

const NONE = new Set(['ENOTFOUND', 'ENODATA'])

/** The TXT records of a name, each in one piece; none if there are none. */
export async function txtOf(dns: Dns, name: string): Promise<string[]> {
  return (await orNone(dns.resolveTxt(name))).map(parts => parts.join(''))
}

/** Who takes the mail of a domain, the first to be asked first. A lone dot means nobody (RFC 7505), and is left out. */
export async function mxOf(dns: Dns, domain: string): Promise<string[]> {
  const found = await orNone(dns.resolveMx(domain))
  return found
    .toSorted((a, b) => a.priority - b.priority)
    .map(({ exchange }) => exchange)
    .filter(exchange => exchange !== '' && exchange !== '.')
}

async function orNone<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer
  } catch (error) {
    if (isDnsError(error) && NONE.has(error.code)) return []
    throw error
  }
}

/** A check by DNS; where DNS cannot be asked, or not in time, a warning that says so. */
export async function askDns(name: string, ms: number, work: () => Promise<Check | Check[]>): Promise<Check[]> {
  const unknown = (why: string) => warning(name, `could not be asked of DNS (${why}); try again later`)
  return within(ms, unknown('no answer'), async () => {
    try {
      return await work()
    } catch (error) {
      if (isDnsError(error)) return unknown(error.code)
      throw error
    }
  })
}

function isDnsError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error && String(error.syscall).startsWith('query')
}

/** Whether other machines can know this name at all. */
export const isPublic = (domain: string): boolean => domain.includes('.') && !domain.endsWith('.localhost')

/** `v=DKIM1; k=rsa; p=…` by tag, without white space in what they hold: the form that DKIM and DMARC share. */
export function tagsOf(record: string): Map<string, string> {
  const pairs = record.split(';').map((tag): [string, string] => {
    const [name = '', ...value] = tag.split('=')
    return [name.trim().toLowerCase(), value.join('=').replaceAll(/\s/g, '')]
  })
  return new Map(pairs)
}
