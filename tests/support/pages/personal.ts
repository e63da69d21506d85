// What somebody opens with a link of their own: a registration, a door, a proof, an invitation.
import { writeNow } from '#db/write.ts'
import { proofOf, requestAddress } from '#src/domain/addresses.ts'
import type { Event } from '#src/domain/events.ts'
import { invite, revoke } from '#src/domain/invitations.ts'
import { addInvitees, listInvitees, refuseInvitation } from '#src/domain/invitees.ts'
import { findOrganiser } from '#src/domain/organisers.ts'
import { createSignIn } from '#src/domain/sign-ins.ts'
import { stopAllReminders } from '#src/domain/stopping.ts'
import { findExample, ORGANISER, type Site } from '../site.ts'
import type { Address } from './address.ts'

export function personal(site: Site): Address[] {
  const { db, clock, tokens } = site
  const now = clock.now()
  const confirmed = findExample(site, 'confirmed')
  const waiting = findExample(site, 'waitlisted')
  writeNow(db, tx => {
    requestAddress(tx, confirmed.registration, 'nieuw@example.org', now)
    stopAllReminders(tx, confirmed.person.id, now)
  })
  const token = (purpose: 'registration' | 'join' | 'unsubscribe' | 'check-in', { registration } = confirmed) =>
    tokens.sign(purpose, { id: registration.id, version: 1 })
  const mine = tokens.sign('my', { id: confirmed.person.id, version: 1 })
  const organiser = findOrganiser(db, ORGANISER)
  const signIn = organiser ? writeNow(db, tx => createSignIn(tx, organiser, now)) : ''
  const answer = tokens.seal({
    email: 'zoe@gmial.com',
    status: 'confirmed',
    colleague: { email: 'collega@example.org', status: 'waitlisted' },
  })
  return [
    ['/registrations/:token', `/registrations/${token('registration')}`],
    ['/registrations/:token', `/registrations/${token('registration', waiting)}`, 'waiting'],
    ['/join/:token', `/join/${token('join')}`],
    ['/invited/:token', `/invited/${askedToCome(site, confirmed.event)}`],
    ['/check-in/:token', `/check-in/${token('check-in')}`],
    ['/check-in/:token', `/check-in/${token('check-in', waiting)}`, 'waiting'],
    ['/unsubscribe/:token', `/unsubscribe/${token('unsubscribe')}`],
    ['/unsubscribe/:token', `/unsubscribe/${tokens.sign('reminders', { id: confirmed.person.id, version: 1 })}`, 'all'],
    ['/unsubscribe/:token', `/unsubscribe/${tokens.sign('summaries', { id: 1, version: 1 })}`, 'summaries'],
    ['/addresses/:token', `/addresses/${tokens.seal(proofOf(confirmed.registration, 'nieuw@example.org'))}`],
    ...['', '/data', '/erasure'].map((page): Address => [`/my/:token${page}`, `/my/${mine}${page}`]),
    ['/sign-in/:token', `/sign-in/${signIn}`],
    ['/sign-in/:token', `/sign-in/${'x'.repeat(43)}`, 'used'],
    ['/sign-in', '/sign-in?joined=1', 'joined'],
    ...invited(site),
    ['/events/:slug/registered', `/events/${confirmed.event.slug}/registered?v=${answer}`],
  ]
}

/** Invitations to help organise: open to somebody new, and one that was taken back. */
function invited({ db, clock, tokens }: Site): Address[] {
  const now = clock.now()
  const organiser = findOrganiser(db, ORGANISER)
  if (!organiser) return []
  const ask = (email: string) => ({ email, right: 'organiser', locale: 'nl' }) as const
  const [open, gone] = writeNow(db, tx => {
    const list = ['nieuw@example.org', 'toch-niet@example.org'].map(email =>
      invite(tx, organiser, 'noord', ask(email), now),
    )
    revoke(tx, organiser, 'noord', list[1]?.id ?? 0, now)
    return list
  })
  const path = (id = 0) => `/invitations/${tokens.sign('invitation', { id, version: 1 })}`
  return [
    ['/invitations/:token', path(open?.id)],
    ['/invitations/:token', path(gone?.id), 'used'],
  ]
}

/** Somebody is asked to an event for invited people only, and has said no. */
function askedToCome({ db, clock, tokens }: Site, event: Event): string {
  const gast = { email: 'gast@example.org', name: 'Gast', organisation: 'Buurthuis' }
  const invitee = writeNow(db, tx => {
    addInvitees(tx, event, [gast], 'nl', clock.now())
    const [listed] = listInvitees(tx, event)
    if (!listed) throw new Error('nobody is invited')
    refuseInvitation(tx, listed.invitee, clock.now())
    return listed.invitee
  })
  return tokens.sign('invitee', { id: invitee.id, version: invitee.linkVersion })
}
