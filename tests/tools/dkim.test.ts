// Our signature, held against python-dkim: over the invite inside, and over what unsubscribes with one click.
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { getListedEvent } from '#src/domain/events.ts'
import { exampleIssue, readAbout } from '#src/mail/about.ts'
import { contentOf } from '#src/mail/messages.ts'
import { compose } from '#src/mail/mime.ts'
import { newsletter } from '#src/mail/newsletter.ts'
import { pythonWith } from '../support/readers.ts'
import { needs } from '../support/tools.ts'
import { house, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const SCRIPT = join(import.meta.dirname, 'verify_dkim.py')
const python = pythonWith(SCRIPT, '--there')
const isThere = needs('python3-dkim', python !== undefined, 'apt-get install python3-dkim')

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'der' },
})

const dkim = { domain: 'example.org', selector: 'mail', privateKey }
const postmark = { messageId: '<0123@example.org>', date: NOW, threadId: null }

/** A confirmation with its invite, and an issue of the newsletter, signed as they leave. */
async function signed(which: 'confirmation' | 'newsletter'): Promise<string> {
  const { db } = openWorld()
  const event = makeEvent(db, makeGroup(db), { title: 'Eén gezin 👩‍👩‍👧‍👦; lukt dat?' })
  const registration = makeRegistration(db, event)
  const about = readAbout(db, registration)
  if (!about) throw new Error('no address')
  const issue = exampleIssue(getListedEvent(db, event.id), { email: 'zoe@example.org', locale: 'nl' })
  const content =
    which === 'confirmation' ? contentOf({ kind: 'confirmed', about }, house, NOW) : newsletter(issue, house)
  return (await compose(content, postmark, dkim)).bytes.toString('latin1')
}

function verify(mails: string[], key = publicKey): boolean[] {
  const input = JSON.stringify({
    name: 'mail._domainkey.example.org',
    key: `v=DKIM1; k=rsa; p=${key.toString('base64')}`,
    mails: mails.map(mail => Buffer.from(mail, 'latin1').toString('base64')),
  })
  const { status, stdout, stderr } = spawnSync(python ?? '', [SCRIPT], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as boolean[]
}

test.skipIf(!isThere)(
  '§8.21 a signed mail with an invite holds for python-dkim, and no longer when anything of it changes',
  async () => {
    const mail = await signed('confirmation')
    expect(mail).toContain('Content-Type: text/calendar; charset=utf-8; method=REQUEST')
    expect(mail).toMatch(/^DKIM-Signature: [^:]*d=example\.org;/m)
    const changed = [
      mail.replace('PARTSTAT=3DACCEPTED', 'PARTSTAT=3DDECLINED'),
      mail.replace(/^From: .*$/m, 'From: Iemand anders <agenda@example.org>'),
      mail.replace('Auto-Submitted: auto-generated', 'Auto-Submitted: no'),
      mail.replace('Message-ID: <0123', 'Message-ID: <0124'),
    ]
    expect(changed.filter(other => other === mail)).toEqual([])
    expect(verify([mail, ...changed])).toEqual([true, false, false, false, false])
  },
)

test.skipIf(!isThere)('§8.27 the signature covers one-click unsubscribing', async () => {
  const mail = await signed('newsletter')
  const changed = [
    mail.replace('List-Unsubscribe-Post: List-Unsubscribe=One-Click', 'List-Unsubscribe-Post: x'),
    mail.replace(/^List-Unsubscribe: <https:\/\/[^/]*/m, 'List-Unsubscribe: <https://elsewhere.example'),
  ]
  expect(changed.filter(other => other === mail)).toEqual([])
  expect(verify([mail, ...changed])).toEqual([true, false, false])
})
