// What the environment says, checked once at the start. Every problem is named at once; nothing here has a side effect
// but reading `.env`.
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { LOCALES, type Locale } from './i18n/index.ts'
import { EMAIL_PATTERN } from './lib/text.ts'
import { isTimeZone } from './lib/time.ts'

export interface Mailbox {
  name: string
  email: string
}
export interface Config {
  port: number
  host: string
  baseUrl: string
  dataDir: string
  smtpUrl: string | undefined
  mailFrom: Mailbox
  imapUrl: string | undefined
  /** Who writes Authentication-Results in that mailbox (RFC 8601 §2.2); without it nobody's answer is taken as proven. */
  authservId: string | undefined
  /** Where mails come back to, each with its own number behind a `+`; null: to MAIL_FROM itself. */
  bounceAddress: string | null
  dkim: { domain: string; selector: string; keyFile: string } | undefined
  organiserEmail: string | undefined
  locale: Locale
  timeZone: string
  mailRate: number | undefined
  /** How many daily backups stay in DATA_DIR/backups; 0: none is made. */
  backupsKept: number
  trustProxy: boolean | number | string[]
  logLevel: string
  /** Who shows this may read `/metrics` from elsewhere. */
  metricsToken: string | undefined
  /** Where the open data of Rijksoverheid has the school holidays. */
  schoolHolidaysUrl: string
  clock: Temporal.Instant | undefined
  isProduction: boolean
  /** The example programme: pages say so and search engines stay away. */
  isDemo: boolean
}

/** The start-up error: one line per variable that is wrong. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`This environment cannot work:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const email = new RegExp(EMAIL_PATTERN)

/** Each variable: what it means (for `.env.example`), its default, and how it is read; `read` throws what is wrong. */
export const VARIABLES = {
  PORT: { means: 'port it listens on; 0 picks a free one', fallback: '3000', read: integer(0, 65_535) },
  HOST: { means: 'address it listens on', fallback: '127.0.0.1', read: text },
  BASE_URL: { means: 'public address, used in mails and feeds', fallback: '', read: optional(origin) },
  DATA_DIR: { means: 'folder of the database, the secret, mails, files and backups', fallback: './data', read: text },
  SMTP_URL: {
    means:
      'mail server; a password goes over TLS only, unless `?requireTLS=false`; without one mails become files in DATA_DIR/mail',
    fallback: '',
    read: optional(url('smtp:', 'smtps:')),
  },
  MAIL_FROM: {
    means: 'sender of every mail and organiser of every invite',
    fallback: 'Aanschuiven <noreply@localhost>',
    read: mailbox,
  },
  IMAP_URL: { means: 'mailbox where replies and bounces arrive', fallback: '', read: optional(url('imap:', 'imaps:')) },
  AUTHSERV_ID: {
    means: 'name under which the mail server of IMAP_URL writes Authentication-Results; `check` shows it',
    fallback: '',
    read: optional(text),
  },
  BOUNCE_ADDRESS: {
    means: 'mailbox where mails come back to, as box+number@; empty is that of MAIL_FROM, `off` adds no number',
    fallback: '',
    read: optional(bounce),
  },
  DKIM_DOMAIN: { means: 'domain that signs mails', fallback: '', read: optional(text) },
  DKIM_SELECTOR: { means: 'selector of the signing key', fallback: '', read: optional(text) },
  DKIM_KEY_FILE: { means: 'file with the private signing key', fallback: '', read: optional(text) },
  ORGANISER_EMAIL: { means: 'first owner, on an empty database', fallback: '', read: optional(address) },
  LOCALE: { means: 'language where nobody asked for another', fallback: 'nl', read: oneOf(LOCALES) },
  TIME_ZONE: { means: 'zone of new series and events', fallback: 'Europe/Amsterdam', read: zone },
  MAIL_RATE: {
    means: 'mails per second the mail server takes; empty is unlimited',
    fallback: '',
    read: optional(rate),
  },
  BACKUPS_KEPT: {
    means: 'daily backups kept in DATA_DIR/backups, so many days; 0 makes none',
    fallback: '14',
    read: integer(0, 366),
  },
  TRUST_PROXY: { means: 'who may say X-Forwarded-For: true, a number of hops, or networks', fallback: '', read: proxy },
  METRICS_TOKEN: {
    means: 'who sends it (Authorization: Bearer …) may read /metrics from elsewhere; 16 characters or more',
    fallback: '',
    read: optional(secret),
  },
  LOG_LEVEL: { means: LOG_LEVELS.join(', '), fallback: 'info', read: oneOf(LOG_LEVELS) },
  SCHOOL_HOLIDAYS_URL: {
    means: 'where an organiser fetches the school holidays, when they press that button and at no other time',
    fallback: 'https://opendata.rijksoverheid.nl/v1/sources/rijksoverheid/infotypes/schoolholidays?output=json',
    read: url('https:', 'http:'),
  },
  CLOCK: { means: 'test only: an instant the clock starts from', fallback: '', read: optional(instant) },
} as const

/** Reads the variables of a start. Throws ConfigError with all that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv, { demo = false } = {}): Config {
  const problems: string[] = []
  const get = <T>(name: keyof typeof VARIABLES, read: (value: string) => T): T => {
    const value = (env[name] ?? '').trim() || (demo && name === 'DATA_DIR' ? './data/demo' : VARIABLES[name].fallback)
    try {
      return read(value)
    } catch (error) {
      // Start-up errors end in logs: without the password of a mail server.
      const shown = name === 'METRICS_TOKEN' ? '***' : value.replace(/:[^:@]*@/, ':***@')
      problems.push(`${name}=${shown}: ${(error as Error).message}`)
      return undefined as T
    }
  }
  const port = get('PORT', VARIABLES.PORT.read)
  const config: Config = {
    port,
    host: get('HOST', VARIABLES.HOST.read),
    baseUrl: get('BASE_URL', VARIABLES.BASE_URL.read) ?? `http://localhost:${port}`,
    dataDir: get('DATA_DIR', VARIABLES.DATA_DIR.read),
    smtpUrl: get('SMTP_URL', VARIABLES.SMTP_URL.read),
    mailFrom: get('MAIL_FROM', VARIABLES.MAIL_FROM.read),
    imapUrl: get('IMAP_URL', VARIABLES.IMAP_URL.read),
    authservId: get('AUTHSERV_ID', VARIABLES.AUTHSERV_ID.read),
    bounceAddress: null,
    dkim: dkimOf(
      get('DKIM_DOMAIN', VARIABLES.DKIM_DOMAIN.read),
      get('DKIM_SELECTOR', VARIABLES.DKIM_SELECTOR.read),
      get('DKIM_KEY_FILE', VARIABLES.DKIM_KEY_FILE.read),
    ),
    organiserEmail:
      get('ORGANISER_EMAIL', VARIABLES.ORGANISER_EMAIL.read) ?? (demo ? 'organisator@example.org' : undefined),
    locale: get('LOCALE', VARIABLES.LOCALE.read) as Locale,
    timeZone: get('TIME_ZONE', VARIABLES.TIME_ZONE.read),
    mailRate: get('MAIL_RATE', VARIABLES.MAIL_RATE.read),
    backupsKept: get('BACKUPS_KEPT', VARIABLES.BACKUPS_KEPT.read),
    trustProxy: get('TRUST_PROXY', VARIABLES.TRUST_PROXY.read),
    metricsToken: get('METRICS_TOKEN', VARIABLES.METRICS_TOKEN.read),
    logLevel: get('LOG_LEVEL', VARIABLES.LOG_LEVEL.read),
    schoolHolidaysUrl: get('SCHOOL_HOLIDAYS_URL', VARIABLES.SCHOOL_HOLIDAYS_URL.read),
    clock: get('CLOCK', VARIABLES.CLOCK.read),
    isProduction: env.NODE_ENV === 'production',
    isDemo: demo,
  }
  config.bounceAddress = bounceAddress(get('BOUNCE_ADDRESS', VARIABLES.BOUNCE_ADDRESS.read), config.mailFrom)
  if (config.clock && config.isProduction) problems.push('CLOCK: is for tests and refused when NODE_ENV=production')
  const dkim = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE'].filter(name => env[name]?.trim())
  if (dkim.length % 3) problems.push(`DKIM_*: ${dkim.join(', ')} alone cannot sign; give all three or none`)
  if (problems.length) throw new ConfigError(problems)
  return config
}

/** The process's environment over what `.env` holds. */
export function environment(): NodeJS.ProcessEnv {
  let file = ''
  try {
    file = readFileSync('.env', 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { ...parseEnv(file), ...process.env }
}

function dkimOf(domain?: string, selector?: string, keyFile?: string) {
  return domain && selector && keyFile ? { domain, selector, keyFile } : undefined
}

function text(value: string): string {
  return value
}

function optional<T>(read: (value: string) => T) {
  return (value: string): T | undefined => (value === '' ? undefined : read(value))
}

function integer(least: number, most: number) {
  return (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new Error(`must be a whole number from ${least} to ${most}`)
    return number
  }
}

function rate(value: string): number {
  const number = Number(value)
  if (!(number > 0) || !Number.isFinite(number)) throw new Error('must be a number above 0')
  return number
}

function oneOf<T extends string>(values: readonly T[]) {
  return (value: string): T => {
    if (!values.includes(value as T)) throw new Error(`must be one of ${values.join(', ')}`)
    return value as T
  }
}

function url(...protocols: string[]) {
  return (value: string): string => {
    const parsed = URL.parse(value)
    if (!parsed || !protocols.includes(parsed.protocol) || !parsed.hostname) {
      throw new Error(`must be an address like ${protocols.map(protocol => `${protocol}//host`).join(' or ')}`)
    }
    return value
  }
}

/** Scheme, host and port only: every address of ours stands at the root. */
function origin(value: string): string {
  const parsed = URL.parse(url('http:', 'https:')(value))
  if (parsed?.pathname !== '/' || parsed.search || parsed.hash)
    throw new Error('must be an address without a path, like https://agenda.example.org')
  return parsed.origin
}

function address(value: string): string {
  if (!email.test(value)) throw new Error('must be one e-mail address')
  return value.toLowerCase()
}

/** With room for `+`, a row's number and its signature: 64 octets stand before the `@` at most (RFC 5321 §4.5.3.1.1). */
function bounce(value: string): string {
  if (value !== 'off' && !isExtensible(address(value)))
    throw new Error('must have at most 36 characters before the @, and no +')
  return value.toLowerCase()
}

function isExtensible(email: string): boolean {
  return /^[^@+]{1,36}@/.test(email)
}

/** What was asked for; else the sender's own mailbox, if its name leaves room. */
function bounceAddress(asked: string | undefined, mailFrom: Mailbox | undefined): string | null {
  if (asked) return asked === 'off' ? null : asked
  return mailFrom && isExtensible(mailFrom.email) ? mailFrom.email.toLowerCase() : null
}

/** `Name <box@host>` or a bare address; `noreply@localhost` is for a machine of one's own. */
function mailbox(value: string): Mailbox {
  const [, name = '', bracketed] = /^(?:"?([^"<>]*?)"?\s*)<([^<>]+)>$/.exec(value) ?? []
  const found = bracketed ?? value
  if (!email.test(found) && !/^[\w.+-]+@localhost$/.test(found)) throw new Error('must be like Name <box@example.org>')
  return { name: name.trim() || 'Aanschuiven', email: found }
}

function zone(value: string): string {
  if (!isTimeZone(value)) throw new Error('must be an IANA zone like Europe/Amsterdam')
  return value
}

function proxy(value: string): boolean | number | string[] {
  if (value === '' || value === 'off' || value === 'false') return false
  if (value === 'true') return true
  if (/^\d+$/.test(value)) return Number(value)
  const networks = value.split(',').map(network => network.trim())
  if (networks.some(network => !/^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(network)))
    throw new Error('must be true, a number of hops, or networks like 10.0.0.0/8')
  return networks
}

/** What somebody could guess is no secret; what a header cannot carry is no token. */
function secret(value: string): string {
  if (!/^[!-~]{16,200}$/.test(value)) throw new Error('must be 16 characters or more, without spaces')
  return value
}

function instant(value: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(value)
  } catch {
    throw new Error('must be an instant like 2026-12-01T09:00:00Z')
  }
}
