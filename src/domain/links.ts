// The personal addresses of a registration and of a person, each signed with a version of its own: raising that version
// makes the addresses already given out worthless.
import { paths } from '#src/lib/paths.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import type { Group } from './groups.ts'
import type { Invitation } from './invitations.ts'
import type { Invitee } from './invitees.ts'
import type { Person } from './people.ts'
import type { Registration } from './registrations.ts'
import type { Subscription } from './subscriptions.ts'

export function personalPaths({ sign }: Pick<Tokens, 'sign'>) {
  const own = ({ id, linkVersion }: Registration) => ({ id, version: linkVersion })
  const self = ({ id, myVersion }: Person) => ({ id, version: myVersion })
  return {
    /** See, change, cancel, take a place. */
    registration: (registration: Registration) => paths.registration(sign('registration', own(registration))),
    /** No more reminders of this event; of any event. */
    unsubscribe: (registration: Registration) => paths.unsubscribe(sign('unsubscribe', own(registration))),
    unsubscribeReminders: (person: Person) => paths.unsubscribe(sign('reminders', self(person))),
    /** No more of the newsletter that a group writes; no announcements; no letters at all. */
    unsubscribeNewsletter: ({ id }: Pick<Subscription, 'id'>, { id: version }: Pick<Group, 'id'>) =>
      paths.unsubscribe(sign('newsletter', { id, version })),
    unsubscribeAnnouncements: ({ id }: Pick<Subscription, 'id'>) =>
      paths.unsubscribe(sign('announcements', { id, version: 1 })),
    unsubscribeLetters: ({ id }: Pick<Subscription, 'id'>) => paths.unsubscribe(sign('letters', { id, version: 1 })),
    /** Says yes to getting letters; the row knows whether it still can. */
    subscriptionProof: ({ id }: { id: number }) =>
      paths.subscriptionProof(sign('subscription-proof', { id, version: 1 })),
    /** See and change what letters come. */
    subscription: ({ id, linkVersion }: Pick<Subscription, 'id' | 'linkVersion'>) =>
      paths.subscription(sign('subscription', { id, version: linkVersion })),
    /** No more summaries of what is overdue, for an organiser. */
    unsubscribeSummaries: (organiserId: number) =>
      paths.unsubscribe(sign('summaries', { id: organiserId, version: 1 })),
    /** The door: the only address of an online event that leaves the house. */
    door: ({ id, doorVersion }: Registration) => paths.join(sign('join', { id, version: doorVersion })),
    /** What the code for the entrance holds. It opens nothing for who comes with it. */
    checkIn: ({ id, doorVersion }: Pick<Registration, 'id' | 'doorVersion'>) =>
      paths.checkIn(sign('check-in', { id, version: doorVersion })),
    /** Says yes to helping organise; the row knows whether it still can. */
    invitation: ({ id }: Pick<Invitation, 'id'>) => paths.invitation(sign('invitation', { id, version: 1 })),
    /** The event with its form, for who was asked to come. */
    invitee: ({ id, linkVersion }: Pick<Invitee, 'id' | 'linkVersion'>) =>
      paths.invited(sign('invitee', { id, version: linkVersion })),
    my: (person: Person) => paths.mine(sign('my', self(person))),
    feed: ({ id, feedVersion }: Person) => paths.personFeed(sign('feed', { id, version: feedVersion })),
  }
}
