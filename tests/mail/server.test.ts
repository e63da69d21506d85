// SMTP_URL and IMAP_URL: who we are there, and that nobody reads our password from what a server says.
import { expect, test } from 'vitest'
import { createTokens } from '#src/lib/tokens.ts'
import { credentialsOf, isThisMachine, withoutPassword } from '#src/mail/server.ts'
import { createTransport } from '#src/mail/transport.ts'

test.each([
  ['smtp://agenda%40example.org:p%25%2F%3A%20w@mail.example.org', { user: 'agenda@example.org', password: 'p%/: w' }],
  ['imap://agenda:50%off@mail.example.org', { user: 'agenda', password: '50%off' }],
  ['smtp://mail.example.org', { user: '', password: '' }],
])('who we are at %s', (url, expected) => {
  expect(credentialsOf(url)).toEqual(expected)
})

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '[::1]'])('%s is this machine', host => {
  expect(isThisMachine(`smtp://a:b@${host}:25`)).toBe(true)
})

test.each(['127.0.0.1.example.org', 'localhost.example.org', '0.0.0.0', '10.0.0.1', '[::2]'])(
  '%s is another machine',
  host => {
    expect(isThisMachine(`smtp://a:b@${host}:25`)).toBe(false)
  },
)

test('the password is hidden in every form in which a server may repeat it; where there is none nothing is', () => {
  const url = 'smtp://me%40example.org:p%2Fss%20w@mail.example.org:587'
  const encoded = ['p/ss w', '\0me@example.org\0p/ss w'].map(text => Buffer.from(text).toString('base64'))
  expect(withoutPassword(['p/ss w', 'p%2Fss%20w', ...encoded].join(' | '), url)).toBe('••• | ••• | ••• | •••')
  expect(withoutPassword('550 no such user', 'smtp://mail.example.org')).toBe('550 no such user')
})

test('a password that is not percent-encoded as it should be is one, and a failure with it an outcome', async () => {
  const smtpUrl = 'smtp://agenda:50%off@127.0.0.1:1'
  const config = { smtpUrl, mailFrom: { name: '', email: 'agenda@example.org' }, dataDir: '', bounceAddress: null }
  const transport = createTransport(config, createTokens(Buffer.alloc(32)))
  const createdAt = Temporal.Instant.from('2026-11-22T10:00Z')
  const mail = { id: 1, kind: 'test', lane: 1, toAddress: 'zoe@example.org', messageId: null, createdAt } as const
  expect(await transport.send({ ...mail, bytes: Buffer.from('Subject: x\r\n\r\nx') })).toMatchObject({
    result: 'retry',
    reason: expect.stringContaining('ECONNREFUSED'),
  })
  transport.close()
})
