// A letter and the mail that asks for a proof, as they could be: to show what they are like. No row stands behind them, so their links
// open and stop nothing.
import type { ListedEvent } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import type { To } from './accounts.ts'
import type { Issue } from './newsletter.ts'
import type { Asking } from './subscriptions.ts'

export function exampleIssue(event: ListedEvent, { email, locale, own = {} }: To): Issue {
  const items = [{ event, part: 'coming' as const }]
  return { subscription: { id: 0 }, group: event.group, email, locale, own, subject: '', intro: '', items }
}

export function exampleAsking({ name }: Group, now: Temporal.Instant): Asking {
  const named = (['newsletter', 'announcement'] as const).map(letter => ({ letter, name }))
  return { id: 0, expiresAt: now.add({ hours: 72 }), named }
}
