import { describe, expect, test } from 'vitest'
import { outcomeOf, reasonOf, type SmtpError } from '#src/mail/outcomes.ts'

const error = (fields: Partial<SmtpError>) => Object.assign(new Error('it went wrong'), fields)

describe('what an error means', () => {
  test.each([
    ['greylisted', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 451 }, 'retry'],
    ['closing down', { code: 'ECONNECTION', command: 'CONN', responseCode: 421 }, 'retry'],
    ['signing in fails for now', { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 454 }, 'retry'],
    ['full for now', { code: 'EMESSAGE', command: 'DATA', responseCode: 452 }, 'retry'],
    ['no such user', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'failed'],
    ['content refused', { code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, 'failed'],
    ['too large', { code: 'EMESSAGE', command: 'MAIL FROM' }, 'failed'],
    ['address refused by nodemailer', { code: 'EENVELOPE', command: 'API' }, 'failed'],
    ['wrong password', { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }, 'pause'],
    ['must sign in', { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 530 }, 'pause'],
    ['must sign in, said late', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 530 }, 'pause'],
    ['sender refused', { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 553 }, 'pause'],
    ['no TLS', { code: 'ETLS', command: 'STARTTLS' }, 'pause'],
    ['set up wrongly', { code: 'ECONFIG' }, 'pause'],
    ['STARTTLS refused', { code: 'ETLS', command: 'STARTTLS', responseCode: 502 }, 'pause'],
    ['a certificate nobody signed', { code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'pause'],
    ['a certificate of another', { code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'pause'],
    ['a certificate of last year', { code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }, 'pause'],
    ['no TLS where it should be', { code: 'ESOCKET', originalCode: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'pause'],
    ['refused at the door', { code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, 'retry'],
    ['reset during the handshake', { code: 'ESOCKET', originalCode: 'ECONNRESET' }, 'retry'],
    ['sender too large to take', { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 552 }, 'failed'],
    ['wrong order of commands', { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 503 }, 'retry'],
    ['greeting refused', { code: 'EPROTOCOL', command: 'CONN', responseCode: 554 }, 'retry'],
    ['not there', { code: 'ESOCKET', command: 'CONN' }, 'retry'],
    ['no such host', { code: 'EDNS', command: 'CONN' }, 'retry'],
    ['dropped', { code: 'ECONNECTION', command: 'CONN' }, 'retry'],
  ] as const)('%s, before the message', (_, fields, result) => {
    expect(outcomeOf(error(fields), false).result).toBe(result)
  })

  test.each([
    ['dropped', { code: 'ECONNECTION', command: 'CONN' }, 'uncertain'],
    ['silent', { code: 'ETIMEDOUT', command: 'CONN' }, 'uncertain'],
    ['garbled', { code: 'EPROTOCOL', command: 'CONN' }, 'uncertain'],
    ['broken off by us', {}, 'uncertain'],
    ['TLS broken under way', { code: 'ESOCKET', originalCode: 'ERR_SSL_BAD_RECORD_TYPE' }, 'uncertain'],
    ['refused after all', { code: 'EMESSAGE', command: 'DATA', responseCode: 550 }, 'failed'],
    ['not now after all', { code: 'EMESSAGE', command: 'DATA', responseCode: 450 }, 'retry'],
  ] as const)('%s, after the message began', (_, fields, result) => {
    expect(outcomeOf(error(fields), true).result).toBe(result)
  })
})

test('the reason is one clean line: the reply, or else the error', () => {
  expect(reasonOf(error({ code: 'EENVELOPE', response: '550 5.1.1 No\r\n such\u202E user' }))).toBe(
    '550 5.1.1 No such user',
  )
  expect(reasonOf(error({ code: 'EDNS' }))).toBe('EDNS: it went wrong')
  expect(reasonOf(new Error('x'.repeat(999)))).toHaveLength(300)
})

describe('a mail server that asks for less', () => {
  const says = (response: string, command = 'MAIL FROM') => {
    const fields = { code: 'EENVELOPE', command, responseCode: Number(response.slice(0, 3)), response }
    return outcomeOf(error(fields), false)
  }
  test.each([
    '421 4.7.0 Try again later, closing connection',
    '454 4.7.0 Temporary authentication failure',
    '450 4.7.1 Error: too much mail: rate limit exceeded',
    '451 4.7.650 The mail server has been temporarily rate limited',
    '432 4.3.2 Concurrent connections limit exceeded',
    '452 4.5.3 Too many recipients today',
    '451 Throttling: slow down',
  ])('%s', response => {
    expect(says(response)).toEqual({ result: 'retry', reason: response, isTooMuch: true })
  })

  test.each([
    '451 4.7.1 Greylisted, try again in 300 seconds',
    '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents more',
    '452 4.2.2 Mailbox over its limit',
    '450 4.1.8 Sender address rejected: domain not found',
    '451 4.3.0 Temporary, separate problem of generated content',
  ])('but not: %s', response => {
    expect(says(response, 'RCPT TO')).toEqual({ result: 'retry', reason: response })
  })
})
