// Mails as they come back, filled in: calendar answers, delivery reports, complaints, automatic replies and a letter. The
// shapes stand in `fixtures/answers`, each with the public source that it was constructed after.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../fixtures/answers')

export const REPLIES = ['google', 'outlook', 'apple', 'thunderbird'] as const
export const REPORTS = ['report-exchange', 'report-postfix', 'report-gmail'] as const
export type Shape = (typeof REPLIES)[number] | (typeof REPORTS)[number] | 'out-of-office' | 'complaint' | 'letter'

/** Who receives them writes Authentication-Results under this name. */
export const AUTHSERV_ID = 'mx.example.org'
export const TO = 'agenda@example.org'

const DEFAULTS = {
  TO,
  UID: '00000000-0000-4000-8000-000000000000',
  ATTENDEE: 'zoe@example.org',
  FROM: '',
  METHOD: 'REPLY',
  PARTSTAT: 'DECLINED',
  SEQUENCE: '0',
  STAMP: '20261121T090511Z',
  RETURN_ADDRESS: '',
  RECIPIENT: 'zoe@example.org',
  MESSAGE_ID: '<00000000000000000000000000000000@example.org>',
  ACTION: 'failed',
  STATUS: '5.1.1',
  DIAGNOSTIC: '550 5.1.1 User unknown',
  FEEDBACK: 'abuse',
}
export type Values = Partial<typeof DEFAULTS>

export function listShapes(): string[] {
  return readdirSync(FOLDER).map(file => file.replace('.eml', ''))
}

/** The mail, with CRLF; From is the attendee unless told otherwise. What stands in `{{base64 … }}` is encoded. */
export function answer(shape: Shape, values: Values = {}): string {
  const known: Record<string, string> = { ...DEFAULTS, ...values }
  known.FROM ||= known.ATTENDEE ?? ''
  known.DOMAIN = known.FROM.split('@')[1] ?? ''
  return readFileSync(join(FOLDER, `${shape}.eml`), 'utf8')
    .replaceAll(/\{\{([A-Z_]+)\}\}/g, (_, name: string) => known[name] ?? missing(name))
    .replaceAll('\n', '\r\n')
    .replaceAll(/\{\{base64\r\n(.*?)\}\}/gs, (_, text: string) => encoded(text))
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\r\n')
}

function missing(name: string): never {
  throw new Error(`nothing to fill in for ${name}`)
}
