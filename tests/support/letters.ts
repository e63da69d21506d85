// Who gets letters, and the letters they get.
import type { Db } from '#db/open.ts'
import type { LetterWish } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import type { Bulletin } from '#src/domain/bulletins.ts'
import type { Group } from '#src/domain/groups.ts'
import { composeNow } from '#src/domain/newsletters.ts'
import { findRequest, proveSubscription, requestSubscription } from '#src/domain/subscribing.ts'
import type { Subscription } from '#src/domain/subscriptions.ts'
import { type Letter, readTopicKey } from '#src/domain/topics.ts'
import { NOW } from './world.ts'

/** `g1` is a group, `t1` a theme. */
export function letterWish(letter: Letter, key: string): LetterWish {
  return { letter, ...(readTopicKey(key) ?? { groupId: null, themeId: null }) }
}

/** Somebody who asked, and said yes to the mail. */
export function subscribe(db: Db, email: string, wishes: LetterWish[], now = NOW): Subscription {
  return writeNow(db, tx => {
    requestSubscription(tx, { email, locale: 'nl', wishes }, now)
    const rows = db.$client.prepare('select id from subscription_requests where email = ?').pluck()
    const request = findRequest(tx, { id: Number(rows.get(email)) }, now)
    if (!request) throw new Error(`${email} did not ask`)
    return proveSubscription(tx, request, now)
  })
}

/** A newsletter that waits to be looked at. */
export function makeNewsletter(db: Db, group: Group, now = NOW): Bulletin {
  return writeNow(db, tx => composeNow(tx, group, { timeZone: 'Europe/Amsterdam', organiserId: null }, now))
}
