// The address a mail comes back to: one for each row of the outbox, so that a delivery report says by itself which mail it
// is about. It is signed, since anybody may write to it.
import { timingSafeEqual } from 'node:crypto'
import type { Config } from '#src/config.ts'
import type { Message } from '#src/domain/outbox.ts'
import type { Tokens } from '#src/lib/tokens.ts'

type Row = Pick<Message, 'id' | 'createdAt'>
type Setup = Pick<Config, 'bounceAddress' | 'mailFrom'>

/**
 * MAIL FROM of a row's mail, the same at every attempt: `box+<row>-<MAC>@domain`, in lower case, at most 64 octets before
 * the `@` (RFC 5321 §4.5.3.1.1). The bare sender where the mail server allows no other (`BOUNCE_ADDRESS=off`).
 */
export function returnAddress({ id, createdAt }: Row, { bounceAddress, mailFrom }: Setup, tokens: Tokens): string {
  if (!bounceAddress) return mailFrom.email
  const [box, domain] = bounceAddress.split('@')
  return `${box}+${id}-${tokens.tag(`${id}:${createdAt.epochMilliseconds}`)}@${domain}`
}

/** The row that an address of this form names; whether we gave it out is `isReturnAddress`' to say. */
export function rowIn(address: string): number | undefined {
  const [, id] = /^[^@+]+\+(\d{1,15})-[0-9a-f]{10}@/i.exec(address) ?? []
  return id === undefined ? undefined : Number(id)
}

/** Whether we gave this address out for this row. Takes the same time whatever the answer. */
export function isReturnAddress(address: string, row: Row, setup: Setup, tokens: Tokens): boolean {
  const [given, ours] = [address.toLowerCase(), returnAddress(row, setup, tokens)].map(text => Buffer.from(text))
  return (
    setup.bounceAddress !== null && given?.length === ours?.length && timingSafeEqual(given as Buffer, ours as Buffer)
  )
}
