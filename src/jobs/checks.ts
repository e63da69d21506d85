// Is this set-up sound? What `npm run cli -- check` asks, each answer in one plain line. The table of contents; what is
// looked at, and what it should be, stands in `checks/`.
import type { Db } from '#db/open.ts'
import type { Config } from '#src/config.ts'
import { systemClock } from '#src/lib/clock.ts'
import { domainOf } from '#src/lib/text.ts'
import { checkMx, checkReturnAddress, checkSender, checkWebsite } from './checks/addresses.ts'
import { checkDkim, readKey } from './checks/dkim.ts'
import { checkDmarc } from './checks/dmarc.ts'
import { askDns, createDns, type Dns, isPublic } from './checks/dns.ts'
import {
  checkBackups,
  checkClock,
  checkDatabase,
  checkDisk,
  checkMigrations,
  checkNode,
  checkOthers,
} from './checks/machine.ts'
import { checkMailServer } from './checks/mail-server.ts'
import { checkMailbox } from './checks/mailbox.ts'
import { checkProxy } from './checks/proxy.ts'
import { checkSpf } from './checks/spf.ts'
import { checkSweep } from './checks/sweep.ts'
import type { Check } from './checks/verdict.ts'

export type { Check } from './checks/verdict.ts'

export interface Surroundings {
  dns?: Dns
  /** How long each check may take. */
  patienceMs?: number
}

/** Changes nothing, prints no secret, and ends: each check within ten seconds, all of them at once. */
export async function checkSetup(
  db: Db,
  config: Config,
  { dns = createDns(), patienceMs = 10_000 }: Surroundings = {},
): Promise<Check[]> {
  try {
    const checks = await Promise.all([
      checkNode(process.versions.node),
      checkDatabase(db),
      checkMigrations(db),
      checkBackups(db, config, systemClock.now()),
      checkDisk(config),
      checkOthers(config),
      checkClock(systemClock.now()),
      checkSweep(db, systemClock.now()),
      checkWebsite(config),
      checkProxy(config),
      checkMailServer(config, patienceMs),
      checkNames(dns, config, patienceMs),
      checkMailbox(config, patienceMs),
    ])
    return checks.flat()
  } finally {
    dns.cancel()
  }
}

/** What others find about our addresses in DNS. Of an address that is not public they find nothing. */
async function checkNames(dns: Dns, config: Config, ms: number): Promise<Check[]> {
  const unfit = checkSender(config)
  if (unfit) return [unfit, ...brokenKey(config)]
  const from = domainOf(config.mailFrom.email)
  const domains = new Set([domainOf(config.bounceAddress ?? config.mailFrom.email), from])
  const checks = await Promise.all([
    askDns('MX', ms, () => checkMx(dns, config)),
    ...[...domains].filter(isPublic).map(domain => askDns('SPF', ms, () => checkSpf(dns, domain))),
    askDns('DKIM', ms, () => checkDkim(dns, config)),
    askDns('DMARC', ms, () => checkDmarc(dns, config)),
    askDns('bounces', ms, () => checkReturnAddress(dns, config)),
  ])
  return checks.flat()
}

/** A key that cannot sign stops all mail, whatever the sender is called. */
function brokenKey(config: Config): Check[] {
  const key = config.dkim && readKey(config)
  return key && 'verdict' in key ? [key] : []
}
