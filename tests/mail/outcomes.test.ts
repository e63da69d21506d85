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
