// Signed links (purpose + row id + version, MAC'd), sealed values, and the random secrets that are stored hashed.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  hash as oneHash,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { base32Of, base32OfNumber, numberOfBase32, tidyBase32 } from './base32.ts'

export type Purpose =
  | 'registration'
  | 'enrolment'
  | 'join'
  | 'check-in'
  | 'feed'
  | 'my'
  | 'unsubscribe'
  | 'reminders'
  | 'newsletter'
  | 'announcements'
  | 'letters'
  | 'subscription'
  | 'subscription-proof'
  | 'summaries'
  | 'invitation'
  | 'invitee'
  | 'certificate'
  | 'feedback'
  | 'follower'
  | 'following'
export interface Link {
  id: number
  version: number
}
export interface Tokens {
  /** `<id>-<version>-<MAC>`, URL-safe. The same row and version give the same token, so it can be rendered again. */
  sign(purpose: Purpose, link: Link): string
  /** The row and version a token names, if we signed it for this purpose. The caller's query checks the version. */
  read(purpose: Purpose, token: string): Link | undefined
  /** A row's number to print and to type over, `2F-7KQ4-M2XA-9TPC-HB6R`: 80 bits of it are MAC, so nobody makes one up. */
  number(purpose: Purpose, id: number): string
  /** The row of such a number, however it was typed, if it is ours. */
  readNumber(purpose: Purpose, typed: string): number | undefined
  /** Encrypts a short value for a round trip through an address, where it would otherwise be read over a shoulder or in a log. */
  seal(value: unknown): string
  unseal(sealed: string): unknown
  /** Knows a value again that is kept by this alone; without the key it says nothing about it. */
  fingerprint(value: string): string
  /** A short signature in lower case, for where 43 characters do not fit: 40 bits, as hex. */
  tag(value: string): string
}

export function createTokens(secret: Buffer): Tokens {
  const macKey = createSecretKey(derive(secret, 'links'))
  const sealKey = derive(secret, 'seals')
  const tagKey = derive(secret, 'tags')
  const fingerprintKey = derive(secret, 'fingerprints')
  const mac = (purpose: Purpose, body: string) => createHmac('sha256', macKey).update(`${purpose}:${body}`).digest()
  const codeOf = (purpose: Purpose, id: number) => base32Of(mac(purpose, String(id)).subarray(0, 10))
  return {
    sign(purpose, { id, version }) {
      const body = `${id.toString(36)}-${version.toString(36)}`
      return `${body}-${mac(purpose, body).toString('base64url')}`
    },
    read(purpose, token) {
      const parts = /^(([0-9a-z]{1,11})-([0-9a-z]{1,6}))-([\w-]{43})$/.exec(token)
      if (!parts) return undefined
      const [, body = '', id = '', version = '', given = ''] = parts
      if (!timingSafeEqual(mac(purpose, body), Buffer.from(given, 'base64url'))) return undefined
      return { id: Number.parseInt(id, 36), version: Number.parseInt(version, 36) }
    },
    number: (purpose, id) => [base32OfNumber(id), ...(codeOf(purpose, id).match(/.{4}/g) ?? [])].join('-'),
    readNumber(purpose, typed) {
      const [, row = '', given = ''] = /^([0-9A-Z]{1,11})([0-9A-Z]{16})$/.exec(tidyBase32(typed)) ?? []
      const id = numberOfBase32(row)
      if (!Number.isSafeInteger(id)) return undefined
      return timingSafeEqual(Buffer.from(codeOf(purpose, id)), Buffer.from(given)) ? id : undefined
    },
    seal(value) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', sealKey, iv)
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
    },
    unseal(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < 29) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12), { authTagLength: 16 })
        decipher.setAuthTag(bytes.subarray(12, 28))
        return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'))
      } catch {
        return undefined
      }
    },
    fingerprint: value => createHmac('sha256', fingerprintKey).update(value).digest('base64url'),
    tag: value => createHmac('sha256', tagKey).update(value).digest('hex').slice(0, 10),
  }
}

/** 256 random bits for a cookie or a link that is stored hashed. */
export const randomToken = () => randomBytes(32).toString('base64url')
/** Six digits to type over. */
export const randomCode = () => String(randomInt(1_000_000)).padStart(6, '0')
/** Says nothing about a value to who has not got the key. */
export const keyedHash = (key: string, value: string) => createHmac('sha256', key).update(value).digest('base64url')
export const hash = (value: string | Buffer) => oneHash('sha256', value, 'base64url')

/** The installation's key, made at the first start, whole or not at all, and readable by its owner only. */
export function readSecret(dataDir: string): Buffer {
  const file = join(dataDir, 'secret')
  mkdirSync(dataDir, { recursive: true })
  if (!existsSync(file)) makeSecret(file)
  const key = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`${file} holds no key: put back the one from your backup`)
  return Buffer.from(key, 'hex')
}

/** Of two processes that start together, one has its key taken: a link, unlike a rename, puts nothing over what is there. */
function makeSecret(file: string): void {
  const unfinished = `${file}.${randomBytes(8).toString('hex')}`
  try {
    writeFileSync(unfinished, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx', flush: true })
    linkSync(unfinished, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(unfinished, { force: true })
  }
}

function derive(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
}
