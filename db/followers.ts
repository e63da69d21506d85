// Invented subscribers for the example programme: functions as names, all at example.org; with the newsletter of last month, which
// they got, an announcement, and a newsletter of this month that waits to be checked.
import { announce, composeAnnouncement } from '#src/domain/announcements.ts'
import { editBulletin } from '#src/domain/bulletin-edits.ts'
import { withItems } from '#src/domain/bulletin-items.ts'
import type { Bulletin } from '#src/domain/bulletins.ts'
import type { Event } from '#src/domain/events.ts'
import { type Group, listGroups } from '#src/domain/groups.ts'
import { composeNow, setNewsletter } from '#src/domain/newsletters.ts'
import { countReaders } from '#src/domain/readers.ts'
import { isAnyToSpread, releaseBulletin, spread } from '#src/domain/spreading.ts'
import { proveSubscription } from '#src/domain/subscribing.ts'
import { stopNewsletter } from '#src/domain/subscriptions.ts'
import { listThemes } from '#src/domain/themes.ts'
import { dateIn, isBefore } from '#src/lib/time.ts'
import { eq } from './drizzle.ts'
import type { Tx } from './open.ts'
import { type LetterWish, messages, subscriptionRequests } from './schema.ts'

const FUNCTIONS = ['wijkcoach', 'jeugdwerker', 'lector', 'raadslid', 'sociaal.werker', 'huisarts', 'projectleider']
const PLACES = ['noord', 'zuid', 'centrum']
const INTRO =
  'Beste lezer,\n\nDeze maand gaat het over wonen, zorgen en samenleven in de wijk. Kom je ook? Neem gerust iemand mee.'

/** Nothing of it is left due: what is to be read was sent at moments in the past. */
export function layFollowers(tx: Tx, list: Event[], timeZone: string, now: Temporal.Instant): void {
  const top = listGroups(tx).find(({ parentId }) => parentId === null)
  if (!top) return
  const lastMonth = momentOf(dateIn(now, timeZone).subtract({ months: 1 }).with({ day: 3 }), timeZone)
  const at = (days: number) => lastMonth.add({ hours: 24 * days })
  setNewsletter(tx, top, { day: 1, isOn: true, timeZone, organiserId: null }, now)
  const [first] = follow(tx, top, at(-30))
  layNewsletter(tx, top, timeZone, lastMonth)
  if (first) stopNewsletter(tx, first.id, top.id, at(1))
  const event = list.find(({ kind, startsAt }) => kind === 'conference' && isBefore(now, startsAt))
  if (event?.publishedAt) layAnnouncement(tx, event, event.publishedAt.add({ hours: 1 }))
  composeNow(tx, top, { timeZone, organiserId: null }, now)
}

const momentOf = (date: Temporal.PlainDate, timeZone: string) =>
  date.toZonedDateTime({ timeZone, plainTime: '09:00' }).toInstant()

/** Each asked and said yes: the newsletter of all, and announcements of all, of one group or of a theme. */
function follow(tx: Tx, top: Group, at: Temporal.Instant) {
  const groups = listGroups(tx)
  const themes = listThemes(tx)
  const names = PLACES.flatMap(place => FUNCTIONS.map(name => `${name}.${place}@example.org`))
  return names.map((email, index) => {
    const news: LetterWish = { letter: 'newsletter', groupId: top.id, themeId: null }
    const theme = themes[index % themes.length]?.id ?? null
    const groupId = index % 3 ? (groups[index % groups.length]?.id ?? top.id) : null
    const tell: LetterWish = { letter: 'announcement', groupId, themeId: groupId === null ? theme : null }
    const wishes = index % 4 ? [news, tell] : [news]
    const asked = { email, locale: 'nl' as const, wishes, createdAt: at, expiresAt: at.add({ hours: 72 }) }
    return proveSubscription(tx, tx.insert(subscriptionRequests).values(asked).returning().get(), at)
  })
}

function layNewsletter(tx: Tx, top: Group, timeZone: string, at: Temporal.Instant): void {
  const made = composeNow(tx, top, { timeZone, organiserId: null }, at)
  const texts = { subject: 'Samen verder in de wijk', intro: INTRO }
  const { revision } = made
  const edited = editBulletin(tx, made, texts, { organiserId: null, revision }, at)
  const shown = countReaders(tx, withItems(tx, edited), at)
  if (!shown) return
  releaseBulletin(tx, edited, { organiserId: null, revision: edited.revision, shown }, at)
  leave(tx, edited, edited.subject, at)
}

function layAnnouncement(tx: Tx, event: Event, at: Temporal.Instant): void {
  const shown = countReaders(tx, composeAnnouncement(tx, event, [], at), at)
  if (!shown) return
  leave(tx, announce(tx, event, { also: [], intro: '' }, { organiserId: null, shown }, at), event.title, at)
}

/** All copies are made, and with the mail server a few minutes later. */
function leave(tx: Tx, { id }: Bulletin, subject: string, at: Temporal.Instant): void {
  while (isAnyToSpread(tx)) spread(tx, at)
  const sentAt = at.add({ minutes: 3 })
  tx.update(messages)
    .set({ state: 'sent', subject, datedAt: sentAt, sentAt, attempts: 1 })
    .where(eq(messages.bulletinId, id))
    .run()
}
