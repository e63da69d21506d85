// Rule 10 over the whole database: after somebody was erased, or a year went by, their name and address stand in no table at all.
import { expect, test } from 'vitest'
import { isNotNull } from '#db/drizzle.ts'
import { messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { correctAddress } from '#src/domain/addresses.ts'
import { setAnswers } from '#src/domain/answers.ts'
import { auditEvent } from '#src/domain/audit.ts'
import { markAttended } from '#src/domain/check-ins.ts'
import { writeNote } from '#src/domain/corrections.ts'
import { mergeRegistrations } from '#src/domain/doubles.ts'
import { getEvent } from '#src/domain/events.ts'
import { setFormFields } from '#src/domain/form-fields.ts'
import { addInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { findPerson } from '#src/domain/people.ts'
import { erasePerson } from '#src/domain/privacy.ts'
import { getRegistration } from '#src/domain/registrations.ts'
import { release, testMailing } from '#src/domain/releases.ts'
import { dumpOf } from '../support/dump.ts'
import { sweepAt } from '../support/swept.ts'
import { makeEvent, makeGroup, makeRegistration, NOW, openWorld } from '../support/world.ts'

const NAME = 'Wilhelmina Zonderspoor'
const TRACES = /Wilhelmina|Zonderspoor|wilhelmina/

/** Everything that can be known of one person, at an event that is over by `AFTER`: by two addresses, one of them mistyped. */
function openLife() {
  const { db } = openWorld()
  const { id } = makeEvent(db, makeGroup(db))
  const event = () => getEvent(db, id)
  const me = writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const typo = makeRegistration(db, event(), {
    name: NAME,
    email: 'wilhelmina@exmaple.org',
    organisation: 'Gemeente Voorbeeld',
  })
  const sent = () =>
    writeNow(
      db,
      tx =>
        void tx
          .update(messages)
          .set({ state: 'sent', sentAt: NOW, subject: `Dag ${NAME}`, bytes: Buffer.from(NAME) })
          .where(isNotNull(messages.registrationId))
          .run(),
    )
  sent()
  const own = writeNow(db, tx => correctAddress(tx, typo, 'wilhelmina@example.org', NOW))
  const double = makeRegistration(db, event(), {
    name: NAME,
    email: 'wilhelmina@werk.example.org',
    accessNeeds: `Een tolk voor ${NAME}`,
  })
  sent()
  writeNow(db, tx => {
    setFormFields(tx, id, [
      { id: null, kind: 'text', label: 'Wat eet je?', hint: '', options: [], isRequired: false, deleteAfterDays: 30 },
    ])
    setAnswers(tx, own, new Map([[1, [`Wat ${NAME} lust`]]]))
    writeNote(tx, getRegistration(tx, own.id), `${NAME} belde.`)
    mergeRegistrations(tx, own.id, double.id, NOW)
    addInvitees(tx, event(), [{ email: 'wilhelmina@example.org', name: NAME, organisation: NAME }], 'nl', NOW)
    auditEvent(tx, 'note_written', event(), { organiserId: me.id, registrationId: own.id }, NOW)
    const mailing = createMailing(tx, event(), { audience: 'all', subject: 'Dag', body: 'Tot dan.' }, me.id, NOW)
    testMailing(tx, mailing, event(), me, NOW)
    release(tx, mailing, event(), { organiserId: me.id, revision: 1, shown: 1 }, NOW)
  })
  sent()
  return { db, event, own }
}

test('erasing somebody leaves nothing of them anywhere, but the mistyped address of who never was them', () => {
  const { db } = openLife()
  expect(dumpOf(db)).toMatch(TRACES)
  const person = findPerson(db, 'wilhelmina@example.org')
  if (!person) throw new Error('nobody')
  writeNow(db, tx => erasePerson(tx, person, NOW))
  const rest = dumpOf(db, { without: ['people'] })
  expect(rest).not.toMatch(TRACES)
})

test('a year after the event nothing of them is left anywhere', () => {
  const { db, own, event } = openLife()
  const at = event().endsAt.add({ hours: 24 * 370 })
  writeNow(db, tx => markAttended(tx, own, { source: 'by_hand' }, event().startsAt))
  sweepAt(db, at)
  expect(dumpOf(db)).not.toMatch(TRACES)
})
