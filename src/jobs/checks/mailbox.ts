// The mailbox where answers and bounces arrive: does it let us in, and who vouches there for who a mail is from?
import type { ImapFlow } from 'imapflow'
import PostalMime from 'postal-mime'
import type { Config } from '#src/config.ts'
import { checkerOf } from '#src/mail/authenticity.ts'
import { createImap, imapReason } from '#src/mail/imap.ts'
import { hostOf } from '#src/mail/server.ts'
import { explain } from './mail-server.ts'
import { type Check, ok, warning, within, wrong } from './verdict.ts'

const NAME = 'mailbox'
const PROOF = 'answers'
/** Among so many of the newest mails one should have come from outside. */
const NEWEST = 20

/** Looks and changes nothing: no mail is marked as read. */
export async function checkMailbox({ imapUrl, authservId }: Config, ms: number): Promise<Check[]> {
  if (!imapUrl) return [warning(NAME, 'no IMAP_URL: answers from calendars and bounces are not read')]
  return within(ms, wrong(NAME, `${hostOf(imapUrl)} does not answer: check IMAP_URL`), async signal => {
    const imap = await createImap(imapUrl)
    signal.addEventListener('abort', () => imap.close())
    try {
      await imap.connect()
      await imap.mailboxOpen('INBOX', { readOnly: true })
      const unread = (await imap.search({ seen: false })) || []
      const says = `${hostOf(imapUrl)} lets us in; INBOX holds ${unread.length} unread`
      const proof = checkProof(await newestChecker(imap), authservId)
      await imap.logout()
      return [ok(NAME, says), proof]
    } catch (error) {
      const said = Object.assign(new Error(imapReason(error, imapUrl)), { code: isRefused(error) ? 'EAUTH' : '' })
      return wrong(NAME, explain(said, imapUrl, 'IMAP_URL'))
    }
  })
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'authenticationFailed' in error
}

/** Who wrote the top-most Authentication-Results of the newest mail that has any. */
async function newestChecker(imap: ImapFlow): Promise<string | undefined> {
  const count = imap.mailbox ? imap.mailbox.exists : 0
  if (count === 0) return undefined
  const ids: (string | undefined)[] = []
  const range = `${Math.max(1, count - NEWEST + 1)}:*`
  for await (const { headers } of imap.fetch(range, { headers: ['authentication-results'] })) {
    ids.push(headers && checkerOf((await PostalMime.parse(headers)).headers))
  }
  return ids.findLast(id => id !== undefined)
}

/** Without a name to believe nobody's answer counts as theirs, and everybody is asked to confirm it. */
function checkProof(found: string | undefined, set: string | undefined): Check {
  if (!found)
    return warning(PROOF, 'no recent mail there says who checked its sender: mail it from outside, then run this again')
  if (found.toLowerCase() === set?.toLowerCase()) return ok(PROOF, `are believed when ${found} has checked the sender`)
  const now = set ? `AUTHSERV_ID is ${set}` : 'AUTHSERV_ID is not set'
  const advice = `If that is your own mail server, set AUTHSERV_ID=${found}`
  return warning(
    PROOF,
    `the newest mail there was checked by ${found}, but ${now}: no answer counts as proven. ${advice}`,
  )
}
