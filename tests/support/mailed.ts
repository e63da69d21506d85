// Mail to participants in every state that its pages know: a draft, one for later, one that waits, has left in part or was
// called back; and an event so near that something may be urgent.
import { writeNow } from '#db/write.ts'
import { countAudiences } from '#src/domain/audiences.ts'
import { claim } from '#src/domain/claiming.ts'
import { type Event, getEvent } from '#src/domain/events.ts'
import { createMailing, type Mailing, type Written } from '#src/domain/mailings.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { hurry, recall, release, schedule } from '#src/domain/releases.ts'
import { type Outcome, recordOutcome } from '#src/domain/sending.ts'
import { ORGANISER, type Site } from './site.ts'
import { makeEvent, makeRegistration } from './world.ts'

const LETTER = {
  audience: 'confirmed',
  subject: 'Neem een vraag mee naar {titel}',
  body: [
    'We zien je op {wanneer}.',
    'Neem mee:\n- een vraag uit je eigen praktijk\n- iets te schrijven',
    'Lees eerst https://example.org/een-heel-lang-adres-dat-op-een-telefoon-niet-op-een-regel-past-en-dus-moet-afbreken.',
  ].join('\n\n'),
} as const

const SENT: Outcome = { result: 'sent' }
const OUTCOMES: Outcome[] = [
  SENT,
  { result: 'failed', reason: '554 5.7.1 nee' },
  { result: 'retry', reason: '451 later' },
]

/** An event of this organiser that begins in an hour, with three people who come. */
export function makeNearEvent({ db, clock }: Site, groupId: number): Event {
  const host = { id: groupId } as Parameters<typeof makeEvent>[1]
  const event = makeEvent(
    db,
    host,
    { title: 'Wat vraagt de buurt vandaag?', localStart: '2026-11-21T11:00' },
    clock.now(),
  )
  for (const name of ['Anna de Boer', 'Bram Visser', 'Corrie van der Meer-Oosterhuis']) {
    makeRegistration(db, event, { name, email: `${name.split(' ')[0]?.toLowerCase()}@example.org` }, clock.now())
  }
  return getEvent(db, event.id)
}

/** A mailing of this event in each phase, by the name of the phase. */
export function layMailings({ db, clock }: Site, event: Event) {
  const now = clock.now()
  const organiser = findOrganiser(db, ORGANISER)
  if (!organiser) throw new Error('no organiser')
  const write = (values: Partial<Written> = {}) =>
    writeNow(db, tx => createMailing(tx, event, { ...LETTER, ...values }, organiser.id, now))
  const send = (mailing: Mailing) => {
    const shown = countAudiences(db, event, now)[mailing.audience].reached
    return writeNow(db, tx => release(tx, mailing, event, { organiserId: organiser.id, revision: 1, shown }, now))
  }
  const editor = { organiserId: organiser.id, revision: 1 }
  const scheduled = writeNow(db, tx => schedule(tx, write(), event, '2026-11-21T10:30', editor, now))
  const leaving = send(write())
  writeNow(db, tx => {
    hurry(tx, leaving, event, organiser, now)
    for (const wanted of ['confirmed', 'mailing']) {
      // One mail of each person at a time: first what was there before.
      const due = claim(tx, 'support', { queue: 'ordinary', limit: 500 }, now).filter(({ kind }) => kind === wanted)
      for (const [index, one] of due.entries()) {
        recordOutcome(tx, one, (wanted === 'mailing' && OUTCOMES[index]) || SENT, now)
      }
    }
  })
  const recalled = send(write())
  writeNow(db, tx => recall(tx, recalled, event, organiser, now))
  return {
    draft: write(),
    nobody: write({ audience: 'waiting' }),
    scheduled,
    leaving,
    recalled,
    waiting: send(write()),
  }
}
