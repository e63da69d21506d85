// Is this set-up sound? What `npm run cli -- check` asks, each answer in one plain line.
import { resolveMx, resolveTxt } from 'node:dns/promises'
import { access, constants, statfs } from 'node:fs/promises'
import { appliedMigration, type Db, newestMigration } from '#db/open.ts'
import type { Config } from '#src/config.ts'
import { systemClock } from '#src/lib/clock.ts'
import { verifyTransport } from '#src/mail/transport.ts'

export interface Check {
  name: string
  verdict: 'ok' | 'warning' | 'wrong'
  says: string
}

const LEAST_FREE_BYTES = 200 * 1024 * 1024

export async function checkSetup(db: Db, config: Config): Promise<Check[]> {
  return Promise.all([
    checkDatabase(db),
    checkMigrations(db),
    checkDisk(config),
    checkMail(config),
    checkSender(config),
    checkClock(),
  ])
}

async function checkDatabase(db: Db): Promise<Check> {
  const answer = String(db.$client.pragma('integrity_check', { simple: true }))
  return { name: 'database', verdict: answer === 'ok' ? 'ok' : 'wrong', says: answer }
}

async function checkMigrations(db: Db): Promise<Check> {
  const isNewest = appliedMigration(db.$client) === newestMigration()
  return {
    name: 'migrations',
    verdict: isNewest ? 'ok' : 'wrong',
    says: isNewest ? 'up to date' : 'not those of this version',
  }
}

async function checkDisk({ dataDir }: Config): Promise<Check> {
  try {
    await access(dataDir, constants.W_OK)
    const { bavail, bsize } = await statfs(dataDir)
    const megabytes = Math.round((bavail * bsize) / 1024 / 1024)
    return { name: 'disk', verdict: bavail * bsize < LEAST_FREE_BYTES ? 'warning' : 'ok', says: `${megabytes} MB free` }
  } catch (error) {
    return { name: 'disk', verdict: 'wrong', says: (error as Error).message }
  }
}

async function checkMail(config: Config): Promise<Check> {
  if (!config.smtpUrl)
    return { name: 'mail server', verdict: 'warning', says: 'no SMTP_URL: mails become files and reach nobody' }
  try {
    await verifyTransport(config)
    return { name: 'mail server', verdict: 'ok', says: 'answers and lets us in' }
  } catch (error) {
    return { name: 'mail server', verdict: 'wrong', says: (error as Error).message }
  }
}

/** Where the network gives no DNS this is a warning: it says nothing about the set-up. */
async function checkSender({ mailFrom }: Config): Promise<Check> {
  const domain = mailFrom.email.split('@')[1] ?? ''
  if (!domain.includes('.'))
    return { name: 'sender', verdict: 'warning', says: `${mailFrom.email} is no public address: set MAIL_FROM` }
  try {
    const [mx, txt] = await Promise.all([resolveMx(domain), resolveTxt(domain)])
    const hasSpf = txt.some(record => record.join('').startsWith('v=spf1'))
    if (mx.length === 0)
      return { name: 'sender', verdict: 'warning', says: `${domain} takes no mail: answers to invites get lost` }
    return {
      name: 'sender',
      verdict: hasSpf ? 'ok' : 'warning',
      says: hasSpf ? `${domain} has MX and SPF` : `${domain} has no SPF record`,
    }
  } catch (error) {
    return { name: 'sender', verdict: 'warning', says: `DNS of ${domain} cannot be asked: ${(error as Error).message}` }
  }
}

async function checkClock(): Promise<Check> {
  const now = systemClock.now()
  const { year } = now.toZonedDateTimeISO('UTC')
  const isLikely = year >= 2026 && year < 2100
  return {
    name: 'clock',
    verdict: isLikely ? 'ok' : 'wrong',
    says: now.toString({ smallestUnit: 'second' }),
  }
}
