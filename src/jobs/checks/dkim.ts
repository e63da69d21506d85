// DKIM (RFC 6376): our signature, and the key in DNS that others check it with.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import type { Config } from '#src/config.ts'
import { domainOf } from '#src/lib/text.ts'
import { type Dkim, readDkim } from '#src/mail/mime.ts'
import { isAligned } from './dmarc.ts'
import { type Dns, tagsOf, txtOf } from './dns.ts'
import { type Check, ok, warning, wrong } from './verdict.ts'

const NAME = 'DKIM'
const GOOD_BITS = 2048

/** The key and the file it is in, without a question to anybody. */
export function readKey({ dkim }: Pick<Config, 'dkim'>): { key: KeyObject; dkim: Dkim } | Check {
  if (!dkim)
    return warning(
      NAME,
      'we do not sign: set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE, unless the mail server signs',
    )
  try {
    accessSync(dkim.keyFile, constants.R_OK)
  } catch {
    return wrong(NAME, `${dkim.keyFile} is not there or may not be read: check DKIM_KEY_FILE`)
  }
  try {
    const read = readDkim({ dkim })
    if (read) return { key: createPrivateKey(read.privateKey), dkim: read }
  } catch {
    // What it says of the key may quote from it.
  }
  return wrong(NAME, `${dkim.keyFile} cannot sign: it must hold a private RSA key in PEM, of ${GOOD_BITS} bits`)
}

export async function checkDkim(dns: Dns, config: Pick<Config, 'dkim' | 'mailFrom'>): Promise<Check> {
  const read = readKey(config)
  if ('verdict' in read) return read
  const { key, dkim } = read
  const name = `${dkim.selector}._domainkey.${dkim.domain}`
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const records = (await txtOf(dns, name)).map(tagsOf).filter(tags => tags.has('p'))
  const problem = problemOf(records, publicKey)
  if (problem)
    return wrong(NAME, `${problem} at ${name}. Publish there: v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`)
  const from = domainOf(config.mailFrom.email)
  if (!(await isAligned(dns, dkim.domain.toLowerCase(), from)))
    return wrong(NAME, `signs for ${dkim.domain}, but MAIL_FROM is of ${from}: set DKIM_DOMAIN=${from}`)
  return checkQuality(records[0], dkim, key)
}

/** Why nobody can check our signature with what is published; nothing if they can. */
function problemOf([tags, ...others]: Map<string, string>[], ours: Buffer): string | undefined {
  if (!tags) return 'there is no key'
  if (others.length) return `there are ${others.length + 1} keys, and one must be there,`
  const p = tags.get('p') ?? ''
  if (p === '') return 'the key has been withdrawn'
  if (!Buffer.from(p, 'base64').equals(ours)) return 'there is another key than the one in DKIM_KEY_FILE'
  const hashes = tags.get('h')?.split(':')
  if (hashes && !hashes.includes('sha256')) return 'the key is not for sha256'
  return undefined
}

/** The key is right and counts for our sender; it may still be a weak or a tentative one. */
function checkQuality(tags: Map<string, string> | undefined, { domain }: Dkim, key: KeyObject): Check {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (tags?.get('t')?.split(':').includes('y'))
    return warning(NAME, 'the key in DNS says t=y, “only testing”: take that out')
  if (bits < GOOD_BITS) return warning(NAME, `signs for ${domain} with ${bits} bits; make a key of ${GOOD_BITS}`)
  return ok(NAME, `signs for ${domain}, and the key in DNS is the one we sign with`)
}
