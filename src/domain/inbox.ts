// The mailbox where answers arrive: how far it has been read, and which mail of ours something in it is about.
import { eq } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { messages, settings } from '#db/schema.ts'
import type { Message } from './outbox.ts'

/** The last message that was dealt with. A UID means something only together with UIDVALIDITY (RFC 9051 §2.3.1.1). */
export interface Cursor {
  uidValidity: string
  uid: number
}

const KEY = 'inbox'

export function findCursor(db: Db): Cursor | undefined {
  const value = db.select().from(settings).where(eq(settings.key, KEY)).get()?.value
  const [, uidValidity, uid] = /^(\d+):(\d+)$/.exec(value ?? '') ?? []
  return uidValidity === undefined ? undefined : { uidValidity, uid: Number(uid) }
}

/** To be written together with what the message brought about: then it is dealt with once, whatever happens in between. */
export function saveCursor(tx: Tx, { uidValidity, uid }: Cursor): void {
  const value = `${uidValidity}:${uid}`
  tx.insert(settings).values({ key: KEY, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run()
}

export function findMessage(db: Db, id: number): Message | undefined {
  return db.select().from(messages).where(eq(messages.id, id)).get()
}

/** By its Message-ID, as complaints name it. */
export function findMessageCalled(db: Db, messageId: string): Message | undefined {
  return db.select().from(messages).where(eq(messages.messageId, messageId)).get()
}
