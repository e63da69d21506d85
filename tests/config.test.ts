import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig, VARIABLES } from '#src/config.ts'

test('an empty environment is enough', () => {
  expect(readConfig({})).toMatchObject({
    port: 3000,
    baseUrl: 'http://localhost:3000',
    dataDir: './data',
    locale: 'nl',
    trustProxy: false,
  })
})

test('every problem is named at once', () => {
  const wrong = {
    PORT: '99999',
    BASE_URL: 'agenda.example.org',
    SMTP_URL: 'http://mail',
    MAIL_FROM: 'Wij',
    LOCALE: 'fries',
    TIME_ZONE: 'CET',
    TRUST_PROXY: 'maybe',
    LOG_LEVEL: 'loud',
    CLOCK: 'yesterday',
    MAIL_RATE: '-1',
    DKIM_DOMAIN: 'example.org',
    ORGANISER_EMAIL: 'x',
  }
  let message = ''
  try {
    readConfig(wrong)
  } catch (error) {
    message = (error as Error).message
  }
  const named = message
    .split('\n')
    .slice(1)
    .map(line => /- (\w+)/.exec(line)?.[1])
  expect(named.sort()).toEqual([
    'BASE_URL',
    'CLOCK',
    'DKIM_',
    'LOCALE',
    'LOG_LEVEL',
    'MAIL_FROM',
    'MAIL_RATE',
    'ORGANISER_EMAIL',
    'PORT',
    'SMTP_URL',
    'TIME_ZONE',
    'TRUST_PROXY',
  ])
})

test('the test clock is refused in production', () => {
  expect(() => readConfig({ CLOCK: '2026-12-01T00:00:00Z', NODE_ENV: 'production' })).toThrow('CLOCK')
})

test('.env.example documents every variable with its default', () => {
  const lines = readFileSync('.env.example', 'utf8').split('\n')
  const documented = lines.filter(line => /^#? ?[A-Z_]+=/.test(line)).map(line => line.replace(/^# ?/, ''))
  expect(documented).toEqual(Object.entries(VARIABLES).map(([name, { fallback }]) => `${name}=${fallback}`))
  for (const { means } of Object.values(VARIABLES)) expect(lines).toContain(`# ${means}`)
})

test('a problem is named without the password that stands in it', () => {
  for (const SMTP_URL of ['smpt://agenda:geheim@mail.example', 'agenda:geheim@mail.example:587']) {
    expect(() => readConfig({ SMTP_URL })).toThrow(/SMTP_URL=.*agenda:\*\*\*@mail\.example/)
    expect(() => readConfig({ SMTP_URL })).not.toThrow(/geheim/)
  }
})

test('mails come back to a mailbox of their own, to that of the sender, or nowhere apart', () => {
  const bounceAddress = (env: NodeJS.ProcessEnv) => readConfig(env).bounceAddress
  expect(bounceAddress({})).toBe('noreply@localhost')
  expect(bounceAddress({ MAIL_FROM: 'Agenda <Agenda@Example.org>' })).toBe('agenda@example.org')
  expect(bounceAddress({ MAIL_FROM: `Agenda <${'a'.repeat(37)}@example.org>` })).toBe(null)
  expect(bounceAddress({ BOUNCE_ADDRESS: 'b@bounce.example.org' })).toBe('b@bounce.example.org')
  expect(bounceAddress({ BOUNCE_ADDRESS: 'off' })).toBe(null)
  expect(() => readConfig({ BOUNCE_ADDRESS: 'b+c@example.org' })).toThrow('BOUNCE_ADDRESS')
})
