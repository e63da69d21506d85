// Hands finished mails over: to a mail server, or without one to files. Knows nothing of what a mail says.
import type { Config } from '#src/config.ts'
import type { Message } from '#src/domain/outbox.ts'
import type { Outcome } from '#src/domain/sending.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import { fileTransport } from './files.ts'
import type { Pause } from './outcomes.ts'
import { openPool, smtpTransport } from './smtp.ts'

export type Outgoing = Pick<Message, 'id' | 'kind' | 'lane' | 'toAddress' | 'createdAt' | 'messageId'> & {
  bytes: Buffer
}

export interface Transport {
  /** Never throws: whatever happens is an outcome. */
  send(mail: Outgoing): Promise<Outcome | Pause>
  /** Lets go of what is still under way. */
  close(): void
}

export type TransportConfig = Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir' | 'bounceAddress'>

export function createTransport(config: TransportConfig, tokens: Tokens): Transport {
  return config.smtpUrl ? smtpTransport(config, config.smtpUrl, tokens) : fileTransport(config.dataDir)
}

/** Signs in to the mail server and leaves again; throws what is wrong. */
export async function verifyTransport(config: TransportConfig): Promise<void> {
  if (!config.smtpUrl) return
  const pool = await openPool(config.smtpUrl)
  try {
    await pool.verify()
  } finally {
    pool.close()
  }
}
