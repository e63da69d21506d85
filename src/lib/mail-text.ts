// What a mail said, read back from its bytes: for whoever looks on, so its personal links are closed.
import { maskCalendar, maskLinks } from './masking.ts'

export interface MailText {
  subject: string
  text: string
  headers: [string, string][]
  /** The invitation for a calendar that went along. */
  invite: string
}

const HEADERS = ['from', 'to', 'reply-to', 'date', 'message-id', 'list-unsubscribe', 'x-aanschuiven-message']

export async function readMail(bytes: Buffer): Promise<MailText> {
  const { default: PostalMime } = await import('postal-mime')
  const mail = await PostalMime.parse(bytes)
  const calendar = mail.attachments.find(part => part.mimeType === 'text/calendar')
  const headers = mail.headers.filter(header => HEADERS.includes(header.key))
  return {
    subject: mail.subject ?? '',
    text: maskLinks(mail.text ?? ''),
    headers: headers.map(({ originalKey, value }): [string, string] => [originalKey, maskLinks(value)]),
    invite: calendar ? maskCalendar(textOf(calendar.content)) : '',
  }
}

function textOf(content: string | ArrayBuffer | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content)
}
