// For machines that find their way by themselves: robots.txt and the sitemap.
import { listAddresses } from '#src/domain/agenda.ts'
import { listGroups } from '#src/domain/groups.ts'
import { listSeries } from '#src/domain/series.ts'
import { listThemes } from '#src/domain/themes.ts'
import { paths } from '#src/lib/paths.ts'
import type { App, Deps } from '../deps.ts'
import { FEED } from '../plugins/headers.ts'

/** What one sitemap may hold is ten times as much (sitemaps.org). */
const MOST_EVENTS = 5000

export function discoveryRoutes(app: App, { db, config }: Deps): void {
  const { baseUrl } = config
  const options = { config: { content: 'programme' } } as const

  // Feeds stay open to all: Google Calendar asks robots.txt before it reads one.
  app.get('/robots.txt', options, (_request, reply) => {
    const lines = ['User-agent: *', 'Disallow: /console', 'Disallow: /sign-in', `Sitemap: ${baseUrl}/sitemap.xml`, '']
    return reply.headers(FEED).type('text/plain; charset=utf-8').send(lines.join('\n'))
  })

  app.get('/sitemap.xml', options, (_request, reply) => {
    const texts = [
      paths.agenda(),
      paths.archive(),
      paths.subscribe(),
      paths.questions(),
      paths.privacy(),
      paths.accessibility(),
    ]
    const collections = [
      ...listGroups(db).map(({ slug }) => paths.group(slug)),
      ...listSeries(db).map(({ slug }) => paths.series(slug)),
      ...listThemes(db).map(({ slug }) => paths.theme(slug)),
    ]
    const events = listAddresses(db, MOST_EVENTS).map(({ slug, revisedOn }) =>
      entry(baseUrl + paths.event(slug), revisedOn),
    )
    const plain = [...texts, ...collections].map(path => entry(baseUrl + path))
    const content = `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${[...plain, ...events].join('\n')}
</urlset>
`
    return reply.headers(FEED).type('application/xml; charset=utf-8').send(content)
  })
}

/** Paths are percent-encoded, so only an ampersand could still hurt. */
function entry(url: string, lastmod?: string): string {
  return `<url><loc>${url.replaceAll('&', '&amp;')}</loc>${lastmod ? `<lastmod>${lastmod}</lastmod>` : ''}</url>`
}
