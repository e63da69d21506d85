// What the personal page says to who speaks or hosts: what is asked, how it goes and who comes; and the one POST that says yes.
// Saying no is cancelling, as for everybody (`own-registration`).
import { type Briefing, listNames, readBriefing } from '#src/domain/briefings.ts'
import { confirmPart } from '#src/domain/contributing.ts'
import { isContributor, type Said, saidBy } from '#src/domain/contributors.ts'
import type { Event } from '#src/domain/events.ts'
import { getRegistrationByLink, type Part, type Registration } from '#src/domain/registrations.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { Token } from '../params.ts'
import { hrefFor } from '../plugins/locale.ts'

/** Everything about somebody's part, for their own eyes. */
export interface Contribution extends Briefing {
  part: Part
  said: Said
  /** An organiser took them off the list: there is nothing to say yes to any more. */
  isRemoved: boolean
  /** Who comes, by name: for hosts only, who receive them. */
  names: ReturnType<typeof listNames>
}

export function ownContributionRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const find = (token: string, at = db) => getRegistrationByLink(at, tokens.read('registration', token))

  app.post('/registrations/:token/confirmation', { schema: { params: Token } }, async (request, reply) => {
    const { token } = request.params
    await write(tx => confirmPart(tx, find(token, tx), clock.now()))
    return reply.redirect(hrefFor(request, paths.registration(token)), 303)
  })

  /** The address of the form, opened or reloaded. */
  app.get('/registrations/:token/confirmation', { schema: { params: Token } }, (request, reply) => {
    find(request.params.token)
    return reply.redirect(hrefFor(request, paths.registration(request.params.token)), 303)
  })
}

/** Null for who only attends. Who said no sees nothing of who comes. */
export function contributionOf(
  { db }: Pick<Deps, 'db'>,
  event: Event,
  registration: Registration,
): Contribution | null {
  if (!isContributor(registration)) return null
  const { part, status, cancelledBy } = registration
  const isHere = status === 'confirmed'
  const briefing = readBriefing(db, event, registration)
  return {
    ...(isHere ? briefing : { ...NOTHING, moments: briefing.moments }),
    part,
    said: saidBy(event, registration),
    isRemoved: !isHere && cancelledBy === 'organiser',
    names: isHere && part === 'host' ? listNames(db, event) : [],
  }
}

const NOTHING: Omit<Briefing, 'moments'> = {
  coming: { total: 0, roles: [], organisations: [] },
  others: [],
  words: '',
}
