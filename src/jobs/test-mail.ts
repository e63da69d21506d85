// Mails from the command line, to see that each kind arrives: by way of the outbox like every other, while the program may
// be running. Written about an example (`examples`), so that no link in them opens anything.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Db, Tx } from '#db/open.ts'
import { createWrite } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import { claimOwn } from '#src/domain/claiming.ts'
import { enqueue, type Message, type MessageKind } from '#src/domain/outbox.ts'
import type { Outcome } from '#src/domain/sending.ts'
import { systemClock } from '#src/lib/clock.ts'
import { createCounts } from '#src/lib/counts.ts'
import { createTokens, readSecret } from '#src/lib/tokens.ts'
import { isAboutRegistration, isAboutWorkshop } from '#src/mail/messages.ts'
import { messageIdOf } from '#src/mail/mime.ts'
import type { Pause } from '#src/mail/outcomes.ts'
import { createTransport } from '#src/mail/transport.ts'
import { createDelivery } from './deliver.ts'
import { makeExamples, type To } from './examples.ts'
import { ownerName } from './owners.ts'

const QUIET = { info: () => {}, warn: () => {}, error: (fields: object, text: string) => console.error(text, fields) }

export interface Tried {
  kind: MessageKind
  outcome: Outcome | Pause
}

/**
 * Sends one mail of every kind, or of one, and says of each what the mail server made of it. When the server takes
 * nothing now, the rest is not tried. Leaves rows of kind `test` in the outbox and nothing else.
 */
export async function* sendTests(db: Db, config: Config, email: string, only?: MessageKind): AsyncGenerator<Tried> {
  const worker = ownerName()
  const attempt = randomUUID()
  const write = createWrite(db)
  const transport = createTransport(config, createTokens(readSecret(config.dataDir)))
  // Links signed with a key that nobody keeps open nothing, whatever gets the example's numbers later.
  const tokens = createTokens(randomBytes(32))
  const surroundings = { config, write, clock: systemClock, tokens, counts: createCounts(), log: QUIET }
  const delivery = createDelivery({ ...surroundings, transport, worker })
  const to = { email, locale: config.locale }
  let threadId: string | null = null
  try {
    for (const occasion of makeExamples(db, to, config, systemClock.now())) {
      const { kind } = occasion
      if (only && kind !== only) continue
      const at = systemClock.now()
      const message = await write(tx => addOwn(tx, worker, { key: `test:${attempt}:${kind}`, ...to }, at))
      const isInThread = isAboutRegistration(kind) || isAboutWorkshop(kind) || kind === 'mailing'
      const outcome = await delivery.deliver({
        message,
        draft: { occasion, told: null, threadId: isInThread ? threadId : null },
        at,
      })
      yield { kind, outcome }
      if (outcome.result === 'retry' || outcome.result === 'pause') return
      if (isInThread && outcome.result === 'sent') threadId ??= messageIdOf(message, config)
    }
  } finally {
    delivery.stop()
  }
}

/** A row of the outbox, claimed as it is added: the worker of a program that runs never sees it waiting. */
function addOwn(tx: Tx, worker: string, { key, email, locale }: To & { key: string }, at: Temporal.Instant): Message {
  enqueue(tx, { key, kind: 'test', toAddress: email, locale }, at)
  const [message] = claimOwn(tx, worker, key, at)
  if (!message) throw new Error('the outbox took no row')
  return message
}
