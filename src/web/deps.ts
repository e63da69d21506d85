// What every route file is given, and the shape of the app it adds its routes to.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Db } from '#db/open.ts'
import type { Write } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import type { Clock } from '#src/lib/clock.ts'
import type { Counts } from '#src/lib/counts.ts'
import type { Tokens } from '#src/lib/tokens.ts'

/** How the outbox is doing, for the console and `/readyz`; the worker keeps it. */
export interface MailHealth {
  /** The worker's last sign of life. */
  readonly beat: Temporal.Instant | undefined
  /** Until when and why mail leaves slower than it might; that none gets through stands in the store (`standstill`). */
  readonly slowed: { until: Temporal.Instant; perSecond: number; reason: string } | undefined
}

/** Whether answers and bounces are being read, for the console; the reader of the mailbox keeps it. */
export interface InboxHealth {
  /** Since when they are not, and what the mail server said; nothing while all is well, or nothing is to be read. */
  readonly trouble: { since: Temporal.Instant; reason: string } | undefined
}

export interface Deps {
  config: Config
  db: Db
  /** Commits, and nudges the worker. */
  write: Write
  clock: Clock
  tokens: Tokens
  mailHealth: MailHealth
  inboxHealth: InboxHealth
  /** What the program does is added here; `/metrics` shows it. */
  counts: Counts
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
