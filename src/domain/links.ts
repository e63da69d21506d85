// The personal addresses of a registration and of a person, each signed with a version of its own: raising that version
// makes the addresses already given out worthless.
import { paths } from '#src/lib/paths.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import type { Enrolment } from './enrolments.ts'
import type { Follower } from './followers.ts'
import type { Group } from './groups.ts'
import type { Invitation } from './invitations.ts'
import type { Invitee } from './invitees.ts'
import type { Person } from './people.ts'
import type { Registration } from './registrations.ts'
import type { Subscription } from './subscriptions.ts'

export function personalPaths({ sign, number }: Pick<Tokens, 'sign' | 'number'>) {
  const own = ({ id, linkVersion }: Registration) => ({ id, version: linkVersion })
  const self = ({ id, myVersion }: Person) => ({ id, version: myVersion })
  return {
    /** See, change, cancel, take a place. */
    registration: (registration: Registration) => paths.registration(sign('registration', own(registration))),
    /** What somebody takes along of having been there, behind the link of their own page. */
    certificateFile: (registration: Registration) => paths.certificateFile(sign('registration', own(registration))),
    /** Where anybody who holds a certificate sees whether it is true. Printed, so it is never rotated. */
    certificate: ({ id }: Pick<Registration, 'id'>) => paths.certificate(number('certificate', id)),
    /** A whole series: see its dates, change, leave. */
    enrolment: ({ id, linkVersion: version }: Pick<Enrolment, 'id' | 'linkVersion'>) =>
      paths.enrolment(sign('enrolment', { id, version })),
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
    /** What they thought of it, once it is over. */
    feedback: (registration: Registration) => paths.feedback(sign('feedback', own(registration))),
    /** Proves the address at which somebody wants to hear of a question; and nothing more of it. */
    follower: ({ id }: Pick<Follower, 'id'>) => paths.follower(sign('follower', { id, version: 1 })),
    unsubscribeFollower: ({ id }: Pick<Follower, 'id'>) => paths.unsubscribe(sign('following', { id, version: 1 })),
    my: (person: Person) => paths.mine(sign('my', self(person))),
    feed: ({ id, feedVersion }: Person) => paths.personFeed(sign('feed', { id, version: feedVersion })),
  }
}
