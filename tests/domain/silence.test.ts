// Rule 7: nobody who types an address learns anything about it, from the answer or from how long it took.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase, type Tx } from '#db/open.ts'
import { writeNow } from '#db/write.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { follow, proveFollower } from '#src/domain/followers.ts'
import { createOrganiser } from '#src/domain/organisers.ts'
import { requestMyLink } from '#src/domain/people.ts'
import { register } from '#src/domain/registering.ts'
import { requestSignIn, signInByCode } from '#src/domain/sign-ins.ts'
import { applicant, makeEvent, makeGroup, makeRegistration, NOW } from '../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-silence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('§8.31 every answer about an address costs a commit that wrote something, known or not, the first time and the tenth', () => {
  const file = join(folder, 'silence.sqlite')
  const [db, other] = [openDatabase(file), openDatabase(file)]
  const event = makeEvent(db, makeGroup(db))
  makeRegistration(db, event, { email: 'bekend@example.org' })
  writeNow(db, tx => createOrganiser(tx, 'otto@example.org', 'Otto', NOW))
  const question = writeNow(db, tx => {
    const asked = { text: 'Wie helpt?', role: 'resident', place: '', name: '', groupId: null, locale: 'nl' } as const
    const made = askQuestion(tx, { ...asked, email: 'volgt@example.org' }, NOW)
    proveFollower(tx, { id: 1 }, NOW)
    return made
  })
  /** It rises when another connection has committed a change. */
  const version = () => other.$client.pragma('data_version', { simple: true })
  const hasWritten = (work: (tx: Tx) => unknown) => {
    const before = version()
    writeNow(db, work)
    return version() !== before
  }
  const asked: [string, (email: string) => (tx: Tx) => unknown, string][] = [
    ['register', email => tx => register(tx, event, applicant({ email }), NOW), 'bekend@example.org'],
    ['my', email => tx => requestMyLink(tx, email, 'nl', NOW), 'bekend@example.org'],
    ['sign-in', email => tx => requestSignIn(tx, email, 'nl', NOW), 'otto@example.org'],
    [
      'follow',
      email => tx => follow(tx, question, { kind: 'recognised', email, locale: 'nl' }, NOW),
      'volgt@example.org',
    ],
    ['code', email => tx => signInByCode(tx, email, '123456', NOW), 'otto@example.org'],
  ]
  for (const [name, ask, known] of asked) {
    for (const email of [known, 'onbekend@example.org']) {
      for (let time = 0; time < 10; time++) expect(hasWritten(ask(email)), `${name} ${email} ${time}`).toBe(true)
    }
  }
})
