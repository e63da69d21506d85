// Who has a certificate, and who checks one.
import { writeNow } from '#db/write.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { forgetName, makeCertified } from '../certified.ts'
import type { Site } from '../site.ts'
import { type Address, findNext } from './address.ts'

/** Who was at a day of parts and workshops has a certificate, and others may check it; who was not seen has none. */
export function certified({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const { event, zoe, daan, left } = makeCertified(db, findNext(db, now).groupId, now)
  writeNow(db, tx => forgetName(tx, left))
  const own = ({ id, linkVersion: version }: Registration) =>
    `/registrations/${tokens.sign('registration', { id, version })}`
  const check = ({ id }: Registration) => `/certificates/${tokens.number('certificate', id)}`
  const my = tokens.sign('my', { id: zoe.personId, version: 1 })
  return [
    ['/registrations/:token', own(zoe), 'certificate'],
    ['/registrations/:token', own(daan), 'no certificate'],
    ['/my/:token', `/my/${my}`, 'certificate'],
    ['/certificates/:number', check(zoe)],
    ['/certificates/:number', check(daan), 'not now'],
    ['/certificates/:number', check(left), '410'],
    ['/certificates/:number', '/certificates/2F-7KQ4-M2XA-9TPC-HB6R', '404'],
    ['/console/events/:id/certificates', `/console/events/${event.id}/certificates?saved=1`],
    ['/console/events/:id/certificates', `/console/events/${findNext(db, now).id}/certificates`, 'coming'],
  ]
}
