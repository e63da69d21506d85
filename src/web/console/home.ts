// The console's first page: what is next, and what still asks for something.
import type { FastifyRequest } from 'fastify'
import { listGroupsWith, listSeriesWith } from '#src/domain/organisers.ts'
import { countDrafts, countTroubles, lastPlanned, listComing, listDrafts } from '#src/domain/overview.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { organiserOf } from './access.ts'
import { listedForMe } from './events.ts'
import { mailNotice } from './mail-notice.ts'
import { ruleWords } from './rules.ts'
import { warningsFor } from './warnings.ts'

const NEXT = 5
const DRAFTS = 6

export function homeRoutes(app: App, deps: Deps): void {
  const { db, clock, inboxHealth } = deps

  app.get(paths.console.home(), async (request, reply) => {
    const me = organiserOf(request)
    const now = clock.now()
    const drafts = listDrafts(db, me, DRAFTS)
    return reply.page('console/home', {
      next: listedForMe(deps, request, listComing(db, me, 'host', now, NEXT)),
      drafts: drafts.map(event => ({ event, warnings: warningsFor(deps, request, event, event) })),
      draftCount: countDrafts(db, me),
      troubles: countTroubles(db, me),
      mail: mailNotice(deps),
      inbox: inboxHealth.trouble,
      series: seriesOf(request),
      groups: listGroupsWith(db, me, 'owner'),
      mayPlan: listGroupsWith(db, me, 'organiser').length > 0,
    })
  })

  /** Each series with its rule in words and how far ahead it is planned. */
  function seriesOf(request: FastifyRequest) {
    const mine = listSeriesWith(db, organiserOf(request), 'organiser')
    const last = lastPlanned(db, mine)
    return mine.map(found => ({
      found,
      words: ruleWords(found.rule, request.t, request.f),
      last: last.get(found.id),
    }))
  }
}
