// One mail from the command line, by way of the outbox like every other, while the program may be running.
import { randomUUID } from 'node:crypto'
import type { Db } from '#db/open.ts'
import { createWrite } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import { claimOwn } from '#src/domain/claiming.ts'
import { enqueue } from '#src/domain/outbox.ts'
import type { Outcome } from '#src/domain/sending.ts'
import { systemClock } from '#src/lib/clock.ts'
import { createTokens, readSecret } from '#src/lib/tokens.ts'
import type { Pause } from '#src/mail/outcomes.ts'
import { createTransport } from '#src/mail/transport.ts'
import { createDelivery } from './deliver.ts'

const QUIET = { info: () => {}, warn: () => {}, error: (fields: object, text: string) => console.error(text, fields) }

/** Sends a mail that says that mail arrives. Resolves with what the mail server made of it. */
export async function sendTest(db: Db, config: Config, email: string): Promise<Outcome | Pause> {
  const worker = randomUUID()
  const write = createWrite(db)
  const tokens = createTokens(readSecret(config.dataDir))
  const transport = createTransport(config, tokens)
  const delivery = createDelivery({ config, write, clock: systemClock, tokens, log: QUIET, transport, worker })
  const at = systemClock.now()
  const key = `test:${worker}`
  const [message] = await write(tx => {
    enqueue(tx, { key, kind: 'test', toAddress: email, locale: config.locale }, at)
    return claimOwn(tx, worker, key, at)
  })
  if (!message) throw new Error('the outbox took no row')
  const occasion = { kind: 'test', email, locale: config.locale } as const
  try {
    return await delivery.deliver({ message, draft: { occasion, told: null, threadId: null }, at })
  } finally {
    delivery.stop()
  }
}
