// The personal addresses of a registration and of a person, each signed with a version of its own: raising that version
// makes the addresses already given out worthless.
import { paths } from '#src/lib/paths.ts'
import type { Tokens } from '#src/lib/tokens.ts'
import type { Person } from './people.ts'
import type { Registration } from './registrations.ts'

export function personalPaths({ sign }: Pick<Tokens, 'sign'>) {
  const own = ({ id, linkVersion }: Registration) => ({ id, version: linkVersion })
  return {
    /** See, change, cancel, take a place. */
    registration: (registration: Registration) => paths.registration(sign('registration', own(registration))),
    unsubscribe: (registration: Registration) => paths.unsubscribe(sign('unsubscribe', own(registration))),
    /** The door: the only address of an online event that leaves the house. */
    door: ({ id, doorVersion }: Registration) => paths.join(sign('join', { id, version: doorVersion })),
    my: ({ id, myVersion }: Person) => paths.mine(sign('my', { id, version: myVersion })),
    feed: ({ id, feedVersion }: Person) => paths.personFeed(sign('feed', { id, version: feedVersion })),
  }
}
