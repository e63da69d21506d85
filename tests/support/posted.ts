// The example site with a worker behind it and a mail server before it: what happens in the browser is mailed, when the test says so.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { createWorker } from '#src/jobs/worker.ts'
import { watchedLog } from './logs.ts'
import { openSite } from './site.ts'
import { headersOf, openMailbox, type Received } from './smtp.ts'

export async function openPostedSite() {
  const mailbox = await openMailbox()
  const site = await openSite()
  const dataDir = mkdtempSync(join(tmpdir(), 'posted-'))
  Object.assign(site.config, { smtpUrl: mailbox.url, dataDir })
  const worker = createWorker({ ...site.deps, log: pino({ level: 'error' }, watchedLog()) })
  const seen = new Set<Received>()

  /** Sends everything that is due by now; of what came since the last time, what is for this address, by kind. */
  async function mailFor(address: string): Promise<{ kind: string; received: Received }[]> {
    worker.start()
    await worker.idle()
    const fresh = mailbox.received.filter(one => !seen.has(one) && one.to.includes(address))
    for (const one of fresh) seen.add(one)
    return fresh.map(received => ({ kind: kindOf(received), received }))
  }

  return {
    ...site,
    mailFor,
    close: async () => {
      await Promise.all([worker.stop(), mailbox.close()])
      const closed = await site.close()
      rmSync(dataDir, { recursive: true, force: true })
      return closed
    },
  }
}

function kindOf({ raw }: Received): string {
  return headersOf(raw.toString('latin1').split('\r\n\r\n')[0] ?? '')['x-aanschuiven-message'] ?? ''
}
