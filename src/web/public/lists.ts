// What every list of events can be narrowed to, by address: `?q=&kind=&group=&theme=`; what has been also by `year` and by what
// was kept of it. An empty choice is no choice.
import type { Db } from '#db/open.ts'
import { KINDS } from '#db/schema.ts'
import type { EventFilter } from '#src/domain/agenda.ts'
import { type Group, listGroups } from '#src/domain/groups.ts'
import { listThemes, type Theme } from '#src/domain/themes.ts'
import Type, { type Static } from '#src/lib/schemas.ts'

const word = () => Type.Optional(Type.String({ maxLength: 100 }))
export const FilterQuery = Type.Object({
  q: word(),
  kind: Type.Optional(Type.Enum(['', ...KINDS])),
  group: word(),
  theme: word(),
  series: word(),
  lang: word(),
})
export const PastQuery = Type.Object({
  ...FilterQuery.properties,
  year: Type.Optional(Type.String({ pattern: '^([12]\\d{3})?$' })),
  kept: Type.Optional(Type.Enum(['', 'recording', 'materials'])),
})

/** The filter's form as it is shown. */
export interface FilterForm {
  action: string
  values: { q: string; kind: string; group: string; theme: string; series: string; year: string; kept: string }
  /** To choose from in a list of what has been, the last one first; none elsewhere. */
  years: number[]
  groups: Group[]
  themes: Theme[]
  isActive: boolean
}

export function filterOf(query: Static<typeof PastQuery>): EventFilter {
  const { q, kind, group, theme, series, year, kept } = query
  return {
    q: q || undefined,
    kind: kind || undefined,
    group: group || undefined,
    theme: theme || undefined,
    series: series || undefined,
    year: year ? Number(year) : undefined,
    kept: kept || undefined,
  }
}

export function filterForm(db: Db, action: string, filter: EventFilter, years: number[] = []): FilterForm {
  const { q = '', kind = '', group = '', theme = '', series = '', kept = '' } = filter
  const year = String(filter.year ?? '')
  return {
    action,
    values: { q, kind, group, theme, series, year, kept },
    years,
    groups: listGroups(db),
    themes: listThemes(db),
    isActive: [q, kind, group, theme, series, year, kept].some(Boolean),
  }
}
