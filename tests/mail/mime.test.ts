// The header of a mail, and what cannot get into it.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError } from '#src/config.ts'
import { readAbout } from '#src/mail/about.ts'
import type { Content } from '#src/mail/content.ts'
import { type AboutRegistration, contentOf } from '#src/mail/messages.ts'
import { compose, readDkim } from '#src/mail/mime.ts'
import { headersOf } from '../support/smtp.ts'
import { house, makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const postmark = { messageId: '<0123@example.org>', date: NOW, threadId: null as string | null }

function write(kind: AboutRegistration): Content {
  const { db } = openWorld()
  const registration = makeRegistration(db, makeEvent(db, makeGroup(db, { email: 'noord@example.org' })))
  const about = readAbout(db, registration)
  if (!about) throw new Error('no address')
  return contentOf({ kind, about }, house, NOW)
}

async function headerOf(content: Content, values: Partial<typeof postmark> = {}) {
  const { bytes } = await compose(content, { ...postmark, ...values })
  const [block = ''] = bytes.toString('latin1').split('\r\n\r\n')
  return {
    bytes,
    block,
    names: block
      .replaceAll(/\r\n[ \t]/g, ' ')
      .split('\r\n')
      .map(line => line.split(':')[0]),
    ...headersOf(block),
  }
}

test('§8.25 a confirmation has every field once, in seven bits', async () => {
  const { bytes, names, block, ...header } = await headerOf(write('confirmed'))
  expect(header).toMatchObject({
    from: 'Werkplaats Noord via Aanschuiven <agenda@example.org>',
    to: '=?UTF-8?Q?Zo=C3=AB_de_Vries?= <zoe@example.org>',
    'reply-to': 'Werkplaats Noord <noord@example.org>',
    'message-id': '<0123@example.org>',
    date: 'Sat, 21 Nov 2026 09:00:00 +0000',
    'auto-submitted': 'auto-generated',
    'x-auto-response-suppress': 'OOF, AutoReply',
    'x-aanschuiven-message': 'confirmed',
  })
  expect(names.toSorted()).toEqual([
    'Auto-Submitted',
    'Content-Type',
    'Date',
    'From',
    'MIME-Version',
    'Message-ID',
    'Reply-To',
    'Subject',
    'To',
    'X-Aanschuiven-Message',
    'X-Auto-Response-Suppress',
  ])
  expect(block).toMatch(/^[\x20-\x7e\r\n]+$/)
  expect(bytes.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/)
})

test('a reminder stands in its thread and can be stopped with one POST', async () => {
  const content = write('reminder_day')
  const header = await headerOf(content, { threadId: '<root@example.org>' })
  expect(header).toMatchObject({
    'in-reply-to': '<root@example.org>',
    references: '<root@example.org>',
    'list-unsubscribe': `<${content.unsubscribe?.url}>`,
    'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
  })
  expect(content.unsubscribe?.url).toMatch(/^https:\/\/agenda\.example\.org\/unsubscribe\/1-1-[\w-]{43}$/)
})

test('§8.24 the same mail gives the same bytes, another one others', async () => {
  const content = write('confirmed')
  const [one, two, other] = await Promise.all(
    ['<a@x>', '<a@x>', '<b@x>'].map(messageId => compose(content, { ...postmark, messageId })),
  )
  expect(one?.bytes.equals(two?.bytes ?? Buffer.alloc(0))).toBe(true)
  expect(one?.bytes.equals(other?.bytes ?? Buffer.alloc(0))).toBe(false)
})

test('§8.26 no name, title or subject adds a header or a recipient', async () => {
  const evil = 'Zoë\r\nBcc: dief@example.net\r\n\r\n"<x@example.net>, y@example.net;\u0000'
  const content = write('confirmed')
  const { bytes, names } = await headerOf({
    ...content,
    subject: evil,
    title: evil,
    to: { ...content.to, name: evil },
    from: { ...content.from, name: evil },
  })
  const mail = await PostalMime.parse(bytes)
  expect(names).not.toContain('Bcc')
  expect(mail.to?.map(({ address }) => address)).toEqual(['zoe@example.org'])
  expect([mail.from?.address, mail.bcc, mail.cc]).toEqual(['agenda@example.org', undefined, undefined])
})

describe('the signing key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (pem: string) => {
    const keyFile = join(folder, 'key.pem')
    writeFileSync(keyFile, pem)
    return readDkim({ dkim: { domain: 'example.org', selector: 'mail', keyFile } })
  }
  const rsa = (modulusLength: number, type: 'pkcs1' | 'pkcs8') =>
    generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type, format: 'pem' }).toString()

  test.each(['pkcs1', 'pkcs8'] as const)('is an RSA key (%s)', type => {
    const privateKey = rsa(2048, type)
    expect(read(privateKey)).toEqual({ domain: 'example.org', selector: 'mail', privateKey })
    expect(readDkim({ dkim: undefined })).toBeUndefined()
  })

  /** With any of these nodemailer sends unsigned, or signs what no receiver accepts. */
  test.each([
    ['of a kind that few receivers know', ed25519(), 'holds an ed25519 key; it must be an RSA key'],
    ['too short', rsa(768, 'pkcs8'), 'holds a key of 768 bits; it must have 1024 at least'],
    ['no key', 'geen sleutel', ''],
  ])('%s stops the start, in plain words', (_, pem, why) => {
    expect(() => read(pem)).toThrow(ConfigError)
    expect(() => read(pem)).toThrow(/ {2}- DKIM_KEY_FILE=.*key\.pem: ./)
    expect(() => read(pem)).toThrow(why)
  })

  test('and so does a file that is not there', () => {
    const keyFile = join(folder, 'weg.pem')
    expect(() => readDkim({ dkim: { domain: 'example.org', selector: 'mail', keyFile } })).toThrow(
      /DKIM_KEY_FILE=.*ENOENT/,
    )
  })

  function ed25519(): string {
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  }
})
