// Pages that only tell: how to subscribe, how accessible the site is.
import { listGroups } from '#src/domain/groups.ts'
import { listSeries } from '#src/domain/series.ts'
import { listThemes } from '#src/domain/themes.ts'
import type { App, Deps } from '../deps.ts'

export function textRoutes(app: App, { db, config }: Deps): void {
  const contact = config.mailFrom.email
  const options = { config: { content: 'programme' } } as const

  app.get('/subscribe', options, (_request, reply) =>
    reply.page('public/subscribe', { groups: listGroups(db), series: listSeries(db), themes: listThemes(db) }),
  )
  app.get('/accessibility', options, (_request, reply) => reply.page('public/accessibility', { contact }))
}
