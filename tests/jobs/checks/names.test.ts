// What `check` says of our names in DNS, asked of a real server: sound, not quite, wrong, or not to be known.
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Config, readConfig } from '#src/config.ts'
import { checkSetup } from '#src/jobs/checks.ts'
import { openDns, type Zone } from '../../support/dns.ts'
import { openWorld } from '../../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-checks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

function makeKey(bits: number) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const keyFile = join(folder, `${bits}-${closing.length}-${Math.abs(bits)}.pem`)
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const p = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')
  return { keyFile, p }
}
const { keyFile, p } = makeKey(2048)
const weak = makeKey(1024)
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
const otherP = other.export({ type: 'spki', format: 'der' }).toString('base64')

/** A domain with everything in order; `changes` takes things away or puts others there. */
function zone(changes: Record<string, Zone[string] | undefined> = {}): Zone {
  const sound: Zone = {
    'example.org': { txt: ['v=spf1 mx -all', 'something=else'], mx: [[10, 'mx.example.org']] },
    'mail._domainkey.example.org': { txt: [`v=DKIM1; k=rsa; p=${p}`] },
    '_dmarc.example.org': { txt: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.org'] },
  }
  const all = Object.entries({ ...sound, ...changes })
  return Object.fromEntries(all.flatMap(([name, holds]) => (holds === undefined ? [] : [[name, holds]])))
}

const ENV = {
  DATA_DIR: folder,
  BASE_URL: 'https://agenda.example.org',
  MAIL_FROM: 'Agenda <agenda@example.org>',
  DKIM_DOMAIN: 'example.org',
  DKIM_SELECTOR: 'mail',
  DKIM_KEY_FILE: keyFile,
}

/** What is said under one name, as `verdict: line`. */
async function check(name: string, held: Zone, env: Record<string, string> = {}): Promise<string[]> {
  const server = await openDns(held)
  closing.push(server.close)
  const config: Config = readConfig({ ...ENV, ...env })
  const checks = await checkSetup(openWorld().db, config, { dns: server.dns, patienceMs: 2000 })
  return checks.filter(one => one.name === name).map(({ verdict, says }) => `${verdict}: ${says}`)
}

test('a set-up that is sound: every name is asked for, and each says so', async () => {
  const server = await openDns(zone())
  closing.push(server.close)
  const checks = await checkSetup(openWorld().db, readConfig(ENV), { dns: server.dns })
  const names = ['website', 'MX', 'SPF', 'DKIM', 'DMARC', 'bounces']
  expect(checks.filter(({ name }) => names.includes(name))).toEqual([
    { name: 'website', verdict: 'ok', says: 'links in mails lead to https://agenda.example.org' },
    { name: 'MX', verdict: 'ok', says: 'mail to example.org goes to mx.example.org' },
    { name: 'SPF', verdict: 'ok', says: 'example.org has one record, up to -all, with 1 of 10 lookups' },
    { name: 'DKIM', verdict: 'ok', says: 'signs for example.org, and the key in DNS is the one we sign with' },
    {
      name: 'DMARC',
      verdict: 'ok',
      says: 'example.org: mail in its name that is not proven, others refuse it (p=reject)',
    },
    {
      name: 'bounces',
      verdict: 'ok',
      says: 'the mailbox agenda@example.org must also take agenda+anything@example.org; mail one to see',
    },
  ])
  expect([...new Set(server.asked)].toSorted()).toEqual([
    'MX example.org',
    'TXT _dmarc.example.org',
    'TXT example.org',
    'TXT mail._domainkey.example.org',
  ])
})

describe('DNS that cannot be asked says nothing about the set-up', () => {
  test.each([
    ['servfail', 'ESERVFAIL'],
    ['silent', 'ETIMEOUT'],
  ] as const)('%s', async (trouble, code) => {
    const held = zone({
      'example.org': trouble,
      'mail._domainkey.example.org': trouble,
      '_dmarc.example.org': trouble,
    })
    for (const name of ['MX', 'SPF', 'DKIM', 'DMARC', 'bounces'])
      expect(await check(name, held)).toEqual([`warning: could not be asked of DNS (${code}); try again later`])
  })

  test('one that never ends is not waited for', async () => {
    const server = await openDns(zone({ 'example.org': 'silent' }))
    closing.push(server.close)
    const { dns } = server
    const begun = performance.now()
    const slow = { ...bound(dns), resolveMx: () => new Promise<never>(() => {}) }
    const checks = await checkSetup(openWorld().db, readConfig(ENV), { dns: slow, patienceMs: 300 })
    expect(checks.find(({ name }) => name === 'MX')).toEqual({
      name: 'MX',
      verdict: 'warning',
      says: 'could not be asked of DNS (no answer); try again later',
    })
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  const bound = (dns: Awaited<ReturnType<typeof openDns>>['dns']) => ({
    resolveTxt: dns.resolveTxt.bind(dns),
    resolveMx: dns.resolveMx.bind(dns),
    cancel: dns.cancel.bind(dns),
  })
})

describe('SPF', () => {
  const spf = (...txt: string[]) => check('SPF', zone({ 'example.org': { txt, mx: [[1, 'mx.example.org']] } }))

  test.each([
    ['v=spf1 ip4:192.0.2.1 ~all', 'ok: example.org has one record, up to ~all, with 0 of 10 lookups'],
    ['V=SPF1 a MX -ALL', 'ok: example.org has one record, up to -ALL, with 2 of 10 lookups'],
    [
      'v=spf1 include:%{ir}.example.net exists:%{i}.example.net -all',
      'ok: example.org has one record, up to -all, with 2 of 10 lookups',
    ],
    ['v=spf1 mx +all', 'wrong: example.org ends in +all: anybody may send in its name. Make it ~all'],
    ['v=spf1 mx all', 'wrong: example.org ends in all: anybody may send in its name. Make it ~all'],
    ['v=spf1 mx ?all', 'warning: example.org does not end in -all or ~all, so it says nothing about who may not send'],
    ['v=spf1 mx', 'warning: example.org does not end in -all or ~all, so it says nothing about who may not send'],
    ['v=spf1 -all mx', 'warning: example.org: “mx” stands behind -all and does not count. Put it before'],
    [
      'v=spf1 ipv4:192.0.2.1 -all',
      'wrong: example.org: “ipv4:192.0.2.1” means nothing in SPF, and then the whole record does not count',
    ],
    [
      'v=spf1 include:nowhere.example -all',
      'wrong: example.org includes nowhere.example, which has no SPF record: then the whole record does not count',
    ],
  ])('%s', async (record, says) => {
    expect(await spf(record)).toEqual([says])
  })

  test('none, and more than one', async () => {
    expect(await spf('v=spf10 -all')).toEqual([
      'warning: example.org has none: others may refuse our mail. Add one TXT record that names the server that delivers our mail, such as "v=spf1 mx ~all"',
    ])
    expect(await spf('v=spf1 -all', 'v=spf1 mx -all')).toEqual([
      'wrong: example.org has 2 records, and then none of them counts: make it one',
    ])
  })

  test('what it includes is counted as a receiver would, and a redirect is followed', async () => {
    const held = zone({
      'example.org': { txt: ['v=spf1 mx include:a.example redirect=b.example'] },
      'a.example': { txt: ['v=spf1 a:x.example a:y.example ip4:192.0.2.0/24 include:c.example ?all'] },
      'b.example': { txt: ['v=spf1 exists:z.example -all'] },
      'c.example': { txt: ['v=spf1 ptr -all redirect=never.example'] },
    })
    expect(await check('SPF', held)).toEqual([
      'ok: example.org has one record, up to redirect=b.example, with 8 of 10 lookups',
    ])
  })

  test('too many lookups are a warning, and one that includes itself ends', async () => {
    const tooMany = ['warning: example.org needs more than 10 lookups: then it does not count. Include fewer others']
    const hosts = Array.from({ length: 11 }, (_, number) => `a:h${number}.example`).join(' ')
    expect(await spf(`v=spf1 ${hosts} -all`)).toEqual(tooMany)
    expect(await spf('v=spf1 include:example.org -all')).toEqual(tooMany)
  })

  test('the domain that mails come back to counts too', async () => {
    const held = zone({ 'bounce.example.org': { txt: ['v=spf1 +all'], mx: [[1, 'mx.example.org']] } })
    expect(await check('SPF', held, { BOUNCE_ADDRESS: 'terug@bounce.example.org' })).toEqual([
      'wrong: bounce.example.org ends in +all: anybody may send in its name. Make it ~all',
      'ok: example.org has one record, up to -all, with 1 of 10 lookups',
    ])
  })
})

describe('DKIM', () => {
  const NAME = 'mail._domainkey.example.org'
  const publish = `at ${NAME}. Publish there: v=DKIM1; k=rsa; p=${p}`
  const dkim = (...txt: string[]) => check('DKIM', zone({ [NAME]: txt.length ? { txt } : undefined }))

  test('a key that is not there, not ours, withdrawn or there twice is told with what to publish', async () => {
    expect(await dkim()).toEqual([`wrong: there is no key ${publish}`])
    expect(await dkim(`v=DKIM1; p=${otherP}`)).toEqual([
      `wrong: there is another key than the one in DKIM_KEY_FILE ${publish}`,
    ])
    expect(await dkim('v=DKIM1; p=')).toEqual([`wrong: the key has been withdrawn ${publish}`])
    expect(await dkim(`p=${p}`, `p=${otherP}`)).toEqual([`wrong: there are 2 keys, and one must be there, ${publish}`])
    expect(await dkim(`v=DKIM1; h=sha1; p=${p}`)).toEqual([`wrong: the key is not for sha256 ${publish}`])
  })

  test('a key with white space, or of another order, is the same key', async () => {
    expect(await dkim(`k=rsa; p = ${p.slice(0, 50)} ${p.slice(50)} ; v=DKIM1; h=sha256:sha1; s=email`)).toEqual([
      'ok: signs for example.org, and the key in DNS is the one we sign with',
    ])
  })

  test('a key for testing, or a short one, is a warning', async () => {
    expect(await dkim(`v=DKIM1; t=y:s; p=${p}`)).toEqual([
      'warning: the key in DNS says t=y, “only testing”: take that out',
    ])
    const held = zone({ [NAME]: { txt: [`p=${weak.p}`] } })
    expect(await check('DKIM', held, { DKIM_KEY_FILE: weak.keyFile })).toEqual([
      'warning: signs for example.org with 1024 bits; make a key of 2048',
    ])
  })

  test('it must sign for the domain of the sender, or one of the same organisation', async () => {
    const at = (domain: string) => ({ [`mail._domainkey.${domain}`]: { txt: [`p=${p}`] } })
    const env = (domain: string, from = 'agenda@example.org') => ({
      DKIM_DOMAIN: domain,
      MAIL_FROM: `Agenda <${from}>`,
    })
    expect(await check('DKIM', zone(at('example.net')), env('example.net'))).toEqual([
      'wrong: signs for example.net, but MAIL_FROM is of example.org: set DKIM_DOMAIN=example.org',
    ])
    const ours = (domain: string) => [`ok: signs for ${domain}, and the key in DNS is the one we sign with`]
    expect(await check('DKIM', zone(at('m.example.org')), env('m.example.org'))).toEqual(ours('m.example.org'))
    // Two that stand beside one another belong together if DMARC is published for what is above them.
    const beside = env('m.example.org', 'agenda@a.example.org')
    expect(await check('DKIM', zone(at('m.example.org')), beside)).toEqual(ours('m.example.org'))
    const without = zone({ ...at('m.example.org'), '_dmarc.example.org': undefined })
    expect(await check('DKIM', without, beside)).toEqual([
      'wrong: signs for m.example.org, but MAIL_FROM is of a.example.org: set DKIM_DOMAIN=a.example.org',
    ])
  })

  test('a key file that cannot sign is wrong before anybody is asked, and never shown', async () => {
    const broken = join(folder, 'broken.pem')
    const ed25519 = join(folder, 'ed25519.pem')
    writeFileSync(broken, '-----BEGIN PRIVATE KEY-----\nGEHEIM\n-----END PRIVATE KEY-----\n')
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(ed25519, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const cannot = (file: string) => [`wrong: ${file} cannot sign: it must hold a private RSA key in PEM, of 2048 bits`]
    const none = join(folder, 'none.pem')
    for (const from of ['agenda@example.org', 'agenda@localhost']) {
      const read = (file: string) => check('DKIM', zone(), { MAIL_FROM: from, DKIM_KEY_FILE: file })
      expect(await read(broken)).toEqual(cannot(broken))
      expect(await read(ed25519)).toEqual(cannot(ed25519))
      expect(await read(none)).toEqual([`wrong: ${none} is not there or may not be read: check DKIM_KEY_FILE`])
    }
  })

  test('without a key we do not sign', async () => {
    expect(await check('DKIM', zone(), { DKIM_DOMAIN: '', DKIM_SELECTOR: '', DKIM_KEY_FILE: '' })).toEqual([
      'warning: we do not sign: set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE, unless the mail server signs',
    ])
  })
})

describe('DMARC', () => {
  const dmarc = (...txt: string[]) => check('DMARC', zone({ '_dmarc.example.org': { txt } }))

  test('the policy in plain words', async () => {
    expect(await dmarc('v=DMARC1; p=quarantine')).toEqual([
      'ok: example.org: mail in its name that is not proven, others put it with the spam (p=quarantine)',
    ])
    expect(await dmarc('v=DMARC1;p=none')).toEqual([
      'ok: example.org: mail in its name that is not proven, others only report it (p=none). Fine to begin with; once all your mail passes, make it p=quarantine',
    ])
    expect(await dmarc('v=DMARC1; p=refuse')).toEqual([
      'warning: example.org: p=refuse means nothing. It must be none, quarantine or reject',
    ])
  })

  test('none, and two', async () => {
    expect(await dmarc('v=DMARC2; p=reject')).toEqual([
      'warning: example.org has none: big mail providers want one. Add a TXT record at _dmarc.example.org: v=DMARC1; p=none; rua=mailto:agenda@example.org',
    ])
    expect(await dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject')).toEqual([
      'wrong: _dmarc.example.org has 2 records, and then none counts: make it one',
    ])
  })

  test('of a parent, whose policy for what is below it may differ', async () => {
    const from = { MAIL_FROM: 'Agenda <agenda@a.b.example.org>' }
    const held = (record: string) => zone({ '_dmarc.example.org': { txt: [record] } })
    expect(await check('DMARC', held('v=DMARC1; p=reject; sp=quarantine'), from)).toEqual([
      'ok: a.b.example.org, by its parent example.org: mail in its name that is not proven, others put it with the spam (p=quarantine)',
    ])
    expect(await check('DMARC', held('v=DMARC1; p=reject'), from)).toEqual([
      'ok: a.b.example.org, by its parent example.org: mail in its name that is not proven, others refuse it (p=reject)',
    ])
  })

  test('one that asks for the very same domain', async () => {
    const held = zone({ '_dmarc.example.org': { txt: ['v=DMARC1; p=reject; adkim=s'] } })
    expect(await check('DMARC', held, { DKIM_DOMAIN: 'm.example.org' })).toEqual([
      'wrong: example.org asks for the very same domain (adkim=s): set DKIM_DOMAIN=example.org instead of m.example.org',
    ])
  })
})

describe('the addresses', () => {
  test('a sender that is not public is not asked about', async () => {
    const server = await openDns(zone())
    closing.push(server.close)
    const config = readConfig({ ...ENV, MAIL_FROM: 'noreply@localhost' })
    const checks = await checkSetup(openWorld().db, config, { dns: server.dns })
    expect(checks.find(({ name }) => name === 'sender')).toEqual({
      name: 'sender',
      verdict: 'warning',
      says: 'noreply@localhost is no public address: set MAIL_FROM',
    })
    expect(server.asked).toEqual([])
  })

  test('a domain that takes no mail loses answers and bounces', async () => {
    for (const held of [zone({ 'example.org': { txt: [] } }), zone({ 'example.org': { mx: [[0, '.']] } })]) {
      expect(await check('MX', held)).toEqual([
        'warning: example.org takes no mail: answers to agenda@example.org get lost. Add an MX record',
      ])
      expect(await check('bounces', held)).toEqual([
        'wrong: example.org takes no mail, so nothing can come back to agenda@example.org. Add an MX record',
      ])
    }
  })

  test('where mails come back to', async () => {
    const held = zone({ 'example.net': { mx: [[5, 'mx.example.net']] } })
    expect(await check('bounces', held, { BOUNCE_ADDRESS: 'off' })).toEqual([
      'warning: come back to agenda@example.org without a number: which mail it was cannot be told',
    ])
    expect(await check('bounces', held, { BOUNCE_ADDRESS: 'terug@example.net' })).toEqual([
      'warning: example.net is another domain than that of MAIL_FROM: SPF does not count for DMARC then',
    ])
  })

  test('where links lead', async () => {
    expect(await check('website', zone(), { BASE_URL: 'http://agenda.example.org' })).toEqual([
      'warning: http://agenda.example.org is not https: one-click unsubscribe needs that',
    ])
    expect(await check('website', zone(), { BASE_URL: 'http://localhost:3000' })).toEqual([
      'warning: links in mails lead to http://localhost:3000: set BASE_URL to the public address',
    ])
  })
})
