// What every list of events can be narrowed to, by address: `?q=&kind=&group=&theme=`. An empty choice is no choice.
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

/** The filter's form as it is shown. */
export interface FilterForm {
  action: string
  values: { q: string; kind: string; group: string; theme: string; series: string }
  groups: Group[]
  themes: Theme[]
  isActive: boolean
}

export function filterOf(query: Static<typeof FilterQuery>): EventFilter {
  const { q, kind, group, theme, series } = query
  return {
    q: q || undefined,
    kind: kind || undefined,
    group: group || undefined,
    theme: theme || undefined,
    series: series || undefined,
  }
}

export function filterForm(db: Db, action: string, filter: EventFilter): FilterForm {
  const { q = '', kind = '', group = '', theme = '', series = '' } = filter
  return {
    action,
    values: { q, kind, group, theme, series },
    groups: listGroups(db),
    themes: listThemes(db),
    isActive: [q, kind, group, theme, series].some(Boolean),
  }
}
