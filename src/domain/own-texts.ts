// The own words that a mail takes: those of the nearest group upwards that has its own, text by text. Read in the
// transaction that decides that a mail is due; what nobody wrote is left to our texts.
import { eq, isNull, sql } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { groups, templates } from '#db/schema.ts'
import type { Locale } from '#src/i18n/index.ts'
import type { Group } from './groups.ts'
import type { TemplateKind } from './placeholders.ts'

/** Own words by kind of mail; what is not in it is ours. */
export type OwnTexts = Partial<Record<TemplateKind, Record<string, string>>>

/** The group at the top of the tree: the first one without a parent. */
export function topGroup(db: Db): Pick<Group, 'id'> | undefined {
  return top(db).get()
}

const top = prepared(db =>
  db.select({ id: groups.id }).from(groups).where(isNull(groups.parentId)).orderBy(groups.id).limit(1).prepare(),
)

/** Own words for every mail of this group in this language, as they apply: the nearest group's, for each text. */
export function readOwnTexts(db: Db, groupId: number, locale: Locale): OwnTexts {
  const own: OwnTexts = {}
  for (const { kind, texts } of upwards(db).all({ groupId, locale }).toReversed()) {
    own[kind as TemplateKind] = { ...own[kind as TemplateKind], ...texts }
  }
  return own
}

/** The same for mails that belong to no group. */
export function readTopTexts(db: Db, locale: Locale): OwnTexts {
  const group = topGroup(db)
  return group ? readOwnTexts(db, group.id, locale) : {}
}

/** Every own text that bears on a group, its own first, then those of the groups above it. */
export const upwards = prepared(db =>
  db
    .select({
      groupId: templates.groupId,
      kind: templates.kind,
      texts: templates.texts,
      revisedAt: templates.revisedAt,
    })
    .from(templates)
    .innerJoin(
      sql`(with recursive up(id, depth) as (
        select ${sql.placeholder('groupId')}, 0
        union all select groups.parent_id, depth + 1 from groups join up on groups.id = up.id
        where groups.parent_id is not null and depth < 20
      ) select id, depth from up) as up`,
      sql`up.id = ${templates.groupId}`,
    )
    .where(eq(templates.locale, sql.placeholder('locale')))
    .orderBy(sql`up.depth`)
    .prepare(),
)
