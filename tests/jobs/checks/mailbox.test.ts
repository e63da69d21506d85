// What `check` says of the mailbox where answers arrive, at a real IMAP server: it looks, says what to set, changes nothing.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#src/config.ts'
import { checkMailbox } from '#src/jobs/checks/mailbox.ts'
import { type Dovecot, hasDovecot, openDovecot } from '../../support/dovecot.ts'

const check = async (url: string, env: Record<string, string> = {}, ms = 5000) =>
  (await checkMailbox(readConfig({ IMAP_URL: url, ...env }), ms)).map(({ name, verdict, says }) => [
    name,
    verdict,
    says,
  ])

const mail = (subject: string, ...above: string[]) =>
  [
    ...above,
    'Received: from x.example by mx.example',
    'From: Zo <zo@example.org>',
    `Subject: ${subject}`,
    '',
    'Dag.',
    '',
  ].join('\r\n')

describe.skipIf(!hasDovecot())('at a real IMAP server', () => {
  let dovecot: Dovecot
  beforeAll(async () => {
    dovecot = await openDovecot()
  })
  afterAll(() => dovecot.close())
  const host = () => `127.0.0.1:${dovecot.port}`

  test('it signs in, counts what is unread, and says who checks the mail there', async () => {
    expect(await check(dovecot.url)).toEqual([
      ['mailbox', 'ok', `${host()} lets us in; INBOX holds 0 unread`],
      [
        'answers',
        'warning',
        'no recent mail there says who checked its sender: mail it from outside, then run this again',
      ],
    ])
    await dovecot.deliver([
      mail('oud', 'Authentication-Results: old.example; dmarc=pass'),
      mail(
        'nieuw',
        'Authentication-Results: mx.example 1; spf=pass',
        'Authentication-Results: forged.example; dmarc=pass',
      ),
      mail('van binnen'),
    ])
    const says = (now: string) =>
      `the newest mail there was checked by mx.example, but ${now}: no answer counts as proven. If that is your own mail server, set AUTHSERV_ID=mx.example`
    const found = [['mailbox', 'ok', `${host()} lets us in; INBOX holds 3 unread`]]
    expect(await check(dovecot.url)).toEqual([...found, ['answers', 'warning', says('AUTHSERV_ID is not set')]])
    expect(await check(dovecot.url, { AUTHSERV_ID: 'old.example' })).toEqual([
      ...found,
      ['answers', 'warning', says('AUTHSERV_ID is old.example')],
    ])
    expect(await check(dovecot.url, { AUTHSERV_ID: 'MX.example' })).toEqual([
      ...found,
      ['answers', 'ok', 'are believed when mx.example has checked the sender'],
    ])
    expect((await dovecot.list()).map(({ isSeen }) => isSeen)).toEqual([false, false, false])
  })

  test('a wrong password is told, and not shown', async () => {
    const url = dovecot.url.replace(/agenda:[^@]*@/, 'agenda:gehe%2Fim@')
    const [[name, verdict, says = ''] = []] = await check(url)
    expect([name, verdict]).toEqual(['mailbox', 'wrong'])
    expect(says).toMatch(new RegExp(`^${host()} does not accept the name and password in IMAP_URL \\(.*\\)$`))
    expect(says).not.toMatch(/gehe/)
  })
})

describe('without a mail server that answers', () => {
  let silent: Server
  beforeEach(async () => {
    silent = createServer()
    await new Promise<void>(done => silent.listen(0, '127.0.0.1', done))
    return () => silent.close()
  })

  test('no IMAP_URL: nothing is read', async () => {
    expect(await check('')).toEqual([
      ['mailbox', 'warning', 'no IMAP_URL: answers from calendars and bounces are not read'],
    ])
  })

  test('nobody there', async () => {
    const [[name, verdict, says] = []] = await check('imap://a:b@127.0.0.1:1')
    expect([name, verdict]).toEqual(['mailbox', 'wrong'])
    expect(says).toMatch(
      /^127\.0\.0\.1:1 is not there: check host and port in IMAP_URL, and whether it runs \(connect ECONNREFUSED /,
    )
  })

  test('one that takes the call and says nothing is not waited for', async () => {
    const { port } = silent.address() as { port: number }
    const begun = performance.now()
    expect(await check(`imap://a:b@127.0.0.1:${port}`, {}, 300)).toEqual([
      ['mailbox', 'wrong', `127.0.0.1:${port} does not answer: check IMAP_URL`],
    ])
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})
