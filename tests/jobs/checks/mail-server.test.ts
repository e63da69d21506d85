// What `check` says of the mail server: what is wrong and what to do, in one line without a password.
import { createServer } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from '#src/config.ts'
import { checkMailServer, explain } from '#src/jobs/checks/mail-server.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listen(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({ disableReverseLookup: true, closeTimeout: 50, ...options })
  server.on('error', () => {})
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  return (server.server.address() as { port: number }).port
}
const check = async (url: string, ms = 5000) =>
  (await checkMailServer(readConfig({ SMTP_URL: url }), ms)).map(({ verdict, says }) => `${verdict}: ${says}`)

const open = { disabledCommands: ['STARTTLS' as const], allowInsecureAuth: true, hideSTARTTLS: true }

test('one that lets us in', async () => {
  const port = await listen({ ...open, onAuth: (_auth, _session, done) => done(null, { user: 'x' }) })
  expect(await check(`smtp://agenda:gehe%40im@127.0.0.1:${port}`)).toEqual([
    `ok: 127.0.0.1:${port} answers and lets us in`,
  ])
})

test('none', async () => {
  expect(await check('')).toEqual(['warning: no SMTP_URL: mails become files and reach nobody'])
})

describe('one that does not', () => {
  test('for a wrong password, which it repeats: it is not shown', async () => {
    const refusal = Object.assign(new Error('no such secret: gehe@im, Z2VoZUBpbQ=='), { responseCode: 535 })
    const port = await listen({ ...open, onAuth: (_auth, _session, done) => done(refusal) })
    const [says = ''] = await check(`smtp://agenda:gehe%40im@127.0.0.1:${port}`)
    expect(says).toBe(
      `wrong: 127.0.0.1:${port} does not accept the name and password in SMTP_URL (Invalid login: 535 no such secret: •••, •••)`,
    )
  })

  test('because nobody is there', async () => {
    expect(await check('smtp://127.0.0.1:1')).toEqual([
      'wrong: 127.0.0.1:1 is not there: check host and port in SMTP_URL, and whether it runs (connect ECONNREFUSED 127.0.0.1:1)',
    ])
  })

  test('because its certificate is home-made', async () => {
    const port = await listen({ secure: true })
    expect((await check(`smtps://127.0.0.1:${port}`))[0]).toMatch(
      new RegExp(`^wrong: 127\\.0\\.0\\.1:${port} shows a certificate that is not trusted: .* \\(.*certificate.*\\)$`),
    )
  })

  test('because it speaks without encryption where we expect some', async () => {
    const port = await listen(open)
    expect((await check(`smtps://127.0.0.1:${port}`))[0]).toContain(
      'we cannot agree on encryption: check smtp or smtps, imap or imaps in SMTP_URL',
    )
  })

  test('because it takes the call and says nothing: it is not waited for', async () => {
    const silent = createServer(socket => closing.push(() => socket.destroy()))
    await new Promise<void>(done => silent.listen(0, '127.0.0.1', done))
    closing.push(() => silent.close())
    const { port } = silent.address() as { port: number }
    const begun = performance.now()
    expect(await check(`smtp://127.0.0.1:${port}`, 300)).toEqual([
      `wrong: 127.0.0.1:${port} does not answer: check SMTP_URL`,
    ])
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})

test('no form of the password is shown, whoever repeats it', () => {
  const url = 'smtp://me%40example.org:p%2Fss%20w@mail.example.org:587'
  const forms = ['p/ss w', 'p%2Fss%20w', Buffer.from('p/ss w'), Buffer.from('\0me@example.org\0p/ss w')]
  const text = forms.map(form => (typeof form === 'string' ? form : form.toString('base64'))).join(' | ')
  expect(explain(new Error(text), url, 'SMTP_URL')).toBe(
    'mail.example.org:587 gives trouble: check SMTP_URL (••• | ••• | ••• | •••)',
  )
  expect(explain(new Error('getaddrinfo ENOTFOUND mail.example.org'), url, 'SMTP_URL')).toBe(
    'mail.example.org:587 is a name that cannot be found: check SMTP_URL (getaddrinfo ENOTFOUND mail.example.org)',
  )
})
