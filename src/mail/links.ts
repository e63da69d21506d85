// The addresses in mails: absolute, signed where they open something, in the reader's language.
import type { Config } from '#src/config.ts'
import { proofOf } from '#src/domain/addresses.ts'
import type { Event } from '#src/domain/events.ts'
import type { Person } from '#src/domain/people.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Locale } from '#src/i18n/index.ts'
import { paths } from '#src/lib/paths.ts'
import type { Tokens } from '#src/lib/tokens.ts'

export function createLinks(config: Pick<Config, 'baseUrl'>, { sign, seal }: Tokens, locale: Locale) {
  const at = (path: string) => `${config.baseUrl}${path}${locale === 'nl' ? '' : `?lang=${locale}`}`
  const manage = ({ id, linkVersion }: Registration) => ({ id, version: linkVersion })
  return {
    agenda: () => at(paths.agenda()),
    privacy: () => at(paths.privacy()),
    event: (event: Event) => at(paths.event(event.slug)),
    /** See, change, cancel, take a place. */
    personal: (registration: Registration) => at(paths.registration(sign('registration', manage(registration)))),
    /** The door: the only address of an online event that leaves the house. */
    door: ({ id, doorVersion }: Registration) => at(paths.join(sign('join', { id, version: doorVersion }))),
    unsubscribe: (registration: Registration) => at(paths.unsubscribe(sign('unsubscribe', manage(registration)))),
    addressProof: (registration: Registration, email: string) =>
      at(paths.addressProof(seal(proofOf(registration, email)))),
    my: ({ id, myVersion }: Person) => at(paths.mine(sign('my', { id, version: myVersion }))),
    feed: ({ id, feedVersion }: Person) => at(paths.personFeed(sign('feed', { id, version: feedVersion }))),
    signIn: (token: string) => at(paths.signInLink(token)),
  }
}
export type Links = ReturnType<typeof createLinks>
