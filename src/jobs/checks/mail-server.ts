// The mail server that takes our mails: is it there, does it let us in? And how its errors read.
import type { Config } from '#src/config.ts'
import { cleanLine } from '#src/lib/text.ts'
import { hostOf, withoutPassword } from '#src/mail/server.ts'
import { verifyTransport } from '#src/mail/transport.ts'
import { type Check, ok, warning, within, wrong } from './verdict.ts'

const NAME = 'mail server'

export async function checkMailServer(config: Config, ms: number): Promise<Check[]> {
  const { smtpUrl } = config
  if (!smtpUrl) return [warning(NAME, 'no SMTP_URL: mails become files and reach nobody')]
  return within(ms, wrong(NAME, `${hostOf(smtpUrl)} does not answer: check SMTP_URL`), async () => {
    try {
      await verifyTransport(config)
      return ok(NAME, `${hostOf(smtpUrl)} answers and lets us in`)
    } catch (error) {
      return wrong(NAME, explain(error as Error, smtpUrl, 'SMTP_URL'))
    }
  })
}

/** What somebody can do about it, then what was said, never the password. */
export function explain(error: Error & { code?: string }, url: string, variable: string): string {
  const said = withoutPassword(cleanLine(error.message), url).slice(0, 200)
  return `${hostOf(url)} ${adviceFor(error, variable)} (${said})`
}

function adviceFor({ message, code = '' }: Error & { code?: string }, variable: string): string {
  const all = `${code} ${message}`
  if (/EAUTH|authenticat|AUTHORIZATIONFAILED|invalid credentials/i.test(all))
    return `does not accept the name and password in ${variable}`
  if (/certificate|self-signed|ERR_TLS/i.test(all))
    return 'shows a certificate that is not trusted: have it renewed, or use its real name'
  if (/ENOTFOUND|EAI_AGAIN|EDNS/.test(all)) return `is a name that cannot be found: check ${variable}`
  if (/ECONNREFUSED/.test(all)) return `is not there: check host and port in ${variable}, and whether it runs`
  if (/ETLS|wrong version number|STARTTLS/i.test(all))
    return `and we cannot agree on encryption: check smtp or smtps, imap or imaps in ${variable}`
  return `gives trouble: check ${variable}`
}
