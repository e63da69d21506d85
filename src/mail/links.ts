// The addresses in mails: absolute, signed where they open something, in the reader's language.
import type { Config } from '#src/config.ts'
import { proofOf } from '#src/domain/addresses.ts'
import type { Enrolment } from '#src/domain/enrolments.ts'
import type { Event, Material } from '#src/domain/events.ts'
import type { Follower } from '#src/domain/followers.ts'
import type { Group } from '#src/domain/groups.ts'
import type { Invitation } from '#src/domain/invitations.ts'
import type { Invitee } from '#src/domain/invitees.ts'
import { personalPaths } from '#src/domain/links.ts'
import { addressOf } from '#src/domain/materials.ts'
import type { Person } from '#src/domain/people.ts'
import type { Question } from '#src/domain/questions.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Series } from '#src/domain/series.ts'
import type { Subscription } from '#src/domain/subscriptions.ts'
import type { Locale } from '#src/i18n/index.ts'
import { paths } from '#src/lib/paths.ts'
import type { Tokens } from '#src/lib/tokens.ts'

export function createLinks(config: Pick<Config, 'baseUrl' | 'locale'>, tokens: Tokens, locale: Locale) {
  const at = (path: string) => `${config.baseUrl}${path}${locale === config.locale ? '' : `?lang=${locale}`}`
  const own = personalPaths(tokens)
  return {
    agenda: () => at(paths.agenda()),
    privacy: () => at(paths.privacy()),
    /** Of a draft there is no page yet. */
    event: (event: Event) => at(event.publishedAt ? paths.event(event.slug) : paths.agenda()),
    /** A file of ours is in no language. */
    material: (material: Material) => new URL(addressOf(material), config.baseUrl).href,
    enrolment: (enrolment: Enrolment) => at(own.enrolment(enrolment)),
    series: (series: Pick<Series, 'slug'>) => at(paths.series(series.slug)),
    personal: (registration: Registration) => at(own.registration(registration)),
    door: (registration: Registration) => at(own.door(registration)),
    /** For the people at the entrance, so in nobody's language; short, since it becomes a code to scan. */
    checkIn: (registration: Registration) => config.baseUrl + own.checkIn(registration),
    feedback: (registration: Registration) => at(own.feedback(registration)),
    /** A paper of theirs, in the language of their registration. */
    certificate: (registration: Registration) => config.baseUrl + own.certificateFile(registration),
    unsubscribe: (registration: Registration) => at(own.unsubscribe(registration)),
    unsubscribeNewsletter: (subscription: Pick<Subscription, 'id'>, group: Pick<Group, 'id'>) =>
      at(own.unsubscribeNewsletter(subscription, group)),
    unsubscribeAnnouncements: (subscription: Pick<Subscription, 'id'>) =>
      at(own.unsubscribeAnnouncements(subscription)),
    subscriptionProof: (request: { id: number }) => at(own.subscriptionProof(request)),
    unsubscribeSummaries: (organiserId: number) => at(own.unsubscribeSummaries(organiserId)),
    console: () => at(paths.console.home()),
    runSheet: ({ id }: Pick<Event, 'id'>) => at(paths.console.eventRunSheet(id)),
    addressProof: (registration: Registration, email: string) =>
      at(paths.addressProof(tokens.seal(proofOf(registration, email)))),
    my: (person: Person) => at(own.my(person)),
    feed: (person: Person) => at(own.feed(person)),
    invitation: (invitation: Pick<Invitation, 'id'>) => at(own.invitation(invitation)),
    invited: (invitee: Pick<Invitee, 'id' | 'linkVersion'>) => at(own.invitee(invitee)),
    question: ({ id }: Pick<Question, 'id'>) => at(paths.question(id)),
    follower: (follower: Pick<Follower, 'id'>) => at(own.follower(follower)),
    unsubscribeFollower: (follower: Pick<Follower, 'id'>) => at(own.unsubscribeFollower(follower)),
    signIn: (token: string) => at(paths.signInLink(token)),
  }
}
export type Links = ReturnType<typeof createLinks>
