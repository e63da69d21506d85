// Which mails stand in which list, against looking at each of them: of every state and lane, soon and later, about one's own
// events, those of others, and no event.
import { describe, expect, test } from 'vitest'
import { MESSAGE_STATES, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { listMyMessages, type MailView } from '#src/domain/my-messages.ts'
import { createOrganiser, grant, type Right } from '#src/domain/organisers.ts'
import { ALL_LANES, type Message } from '#src/domain/outbox.ts'
import { makeEvent, makeGroup, makeSeries, NOW, openWorld } from '../support/world.ts'

const HOUR = 3600

/** Each state in every lane, due at seven moments around the hour in which something leaves soon. */
function openMails() {
  const { db } = openWorld()
  const [north, south] = [makeGroup(db, { slug: 'noord' }), makeGroup(db, { slug: 'zuid', name: 'Zuid' })]
  const ofNorth = makeEvent(db, south, { slug: 'a', seriesId: makeSeries(db, north).id })
  const ofSouth = makeEvent(db, south, { slug: 'b' })
  const about = [ofNorth.id, ofSouth.id, null]
  const moments = [-HOUR, 0, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR, 900 * HOUR]
  const all = MESSAGE_STATES.flatMap(state => ALL_LANES.flatMap(lane => moments.map(due => ({ state, lane, due }))))
  for (const [index, { state, lane, due }] of all.entries()) {
    const dueAt = NOW.add({ seconds: due })
    const common = { kind: 'my' as const, toAddress: 'zoe@example.org', locale: 'nl' as const, createdAt: NOW }
    const values = { ...common, key: String(index), state, lane, dueAt, expiresAt: dueAt }
    db.insert(messages)
      .values({ ...values, eventId: about[(index * 5) % about.length] })
      .run()
  }
  const organiser = (right: Right, ...groups: (typeof north)[]) =>
    writeNow(db, tx => {
      const made = createOrganiser(tx, `${right}-${groups.length}@example.org`, '', NOW)
      for (const group of groups) grant(tx, made, group, right)
      return made
    })
  const rows = db.select().from(messages).all().reverse()
  return { db, rows, north, south, organiser, ofNorth, ofSouth }
}

const isLater = ({ state, dueAt }: Message) =>
  state === 'queued' && dueAt.epochMilliseconds > NOW.epochMilliseconds + HOUR * 1000
const VIEWS: [MailView, (message: Message) => boolean][] = [
  ['all', () => true],
  ['now', message => !isLater(message)],
  ['later', isLater],
  ...MESSAGE_STATES.map((state): [MailView, (message: Message) => boolean] => [state, one => one.state === state]),
]

describe.each(['everything', 'one group', 'nothing'])('who organises %s', whose => {
  test.each(VIEWS)('%s: page after page all there are, the newest first', (view, isShown) => {
    const { db, rows, north, south, organiser, ofNorth } = openMails()
    const [me, isMine] = {
      everything: [organiser('owner', north, south), () => true] as const,
      'one group': [organiser('organiser', north), (one: Message) => one.eventId === ofNorth.id] as const,
      nothing: [organiser('viewer', north), () => false] as const,
    }[whose] as [ReturnType<typeof organiser>, (one: Message) => boolean]
    const found: number[] = []
    for (;;) {
      const page = listMyMessages(db, me, { view, before: found.at(-1) }, NOW, 9)
      found.push(...page.map(({ id }) => id))
      if (page.length < 9) break
    }
    expect(found).toEqual(rows.filter(one => isShown(one) && isMine(one)).map(({ id }) => id))
  })
})
