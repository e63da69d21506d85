// What somebody can follow: a group, with all groups under it, or a theme. Which of them an event falls under, and which a
// group's newsletter is written for.
import { isNotNull } from '#db/drizzle.ts'
import type { Db } from '#db/open.ts'
import { type LETTERS, type LetterWish, newsletters } from '#db/schema.ts'
import type { ListedEvent } from './events.ts'
import { type Group, listGroups } from './groups.ts'
import { topGroup } from './own-texts.ts'
import { listThemes, type Theme } from './themes.ts'

export type Letter = (typeof LETTERS)[number]
/** A group or a theme, by id. */
export type Topic = Pick<LetterWish, 'groupId' | 'themeId'>

/** `g3` is a group, `t3` a theme: how a form and an address name it. */
export function topicKey({ groupId, themeId }: Topic): string {
  return groupId === null ? `t${themeId}` : `g${groupId}`
}

/** Nothing for what is no key. */
export function readTopicKey(key: string): Topic | undefined {
  const [, which, id] = /^([gt])([1-9]\d{0,9})$/.exec(key) ?? []
  if (!which) return undefined
  return which === 'g' ? { groupId: Number(id), themeId: null } : { groupId: null, themeId: Number(id) }
}

/** The groups from this one upwards, itself first. */
function upwards(groups: Map<number, Group>, id: number): number[] {
  const parentId = groups.get(id)?.parentId
  return parentId == null ? [id] : [id, ...upwards(groups, parentId)]
}

const byId = (list: Group[]) => new Map(list.map(group => [group.id, group]))

/** By event, the keys of all topics under which it falls: those of who hosts it, of the groups above them, and its themes. */
export function topicsOf(db: Db, list: ListedEvent[]): Map<number, Set<string>> {
  const groups = byId(listGroups(db))
  return new Map(
    list.map(({ id, group, cohosts, themes }) => [
      id,
      new Set([
        ...[group, ...cohosts].flatMap(host => upwards(groups, host.id)).map(groupId => `g${groupId}`),
        ...themes.map(theme => `t${theme.id}`),
      ]),
    ]),
  )
}

/** What there is to follow. */
export interface Followable {
  groups: Group[]
  themes: Theme[]
}

/**
 * What the newsletter of a group is written for: the group, those under it that have none of their own, and for the group at the
 * top every theme as well.
 */
export function coverageOf(db: Db, { id }: Pick<Group, 'id'>): Followable {
  return coverage(db, new Set([...running(db), id]), groupId => groupId === id)
}

/** Everything about which there is a newsletter. */
export function listNewsworthy(db: Db): Followable {
  const runners = running(db)
  return coverage(db, runners, groupId => runners.has(groupId))
}

/** Everything of which a new event can be announced. */
export function listAnnounceable(db: Db): Followable {
  return { groups: listGroups(db), themes: listThemes(db) }
}

function coverage(db: Db, runners: Set<number>, isWriter: (groupId: number) => boolean): Followable {
  const list = listGroups(db)
  const groups = byId(list)
  const writerOf = ({ id }: Group) => upwards(groups, id).find(groupId => runners.has(groupId)) ?? 0
  const top = topGroup(db)
  return {
    groups: list.filter(group => isWriter(writerOf(group))),
    themes: top && runners.has(top.id) && isWriter(top.id) ? listThemes(db) : [],
  }
}

function running(db: Db): Set<number> {
  const rows = db.select({ id: newsletters.groupId }).from(newsletters).where(isNotNull(newsletters.nextOn)).all()
  return new Set(rows.map(({ id }) => id))
}

export function keysOf({ groups, themes }: Followable): Set<string> {
  return new Set([...groups.map(({ id }) => `g${id}`), ...themes.map(({ id }) => `t${id}`)])
}
