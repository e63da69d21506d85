// Organisations by their one name, whatever way people write them. A spelling that was put under a name counts there from then
// on, in every report and for every registration to come; the registrations themselves stay as they were typed.
import { and, asc, eq, gt, isNull, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups, organisationSpellings, organisations, spellingsApart } from '#db/schema.ts'
import { NotFound } from '#src/lib/errors.ts'
import { cleanLine, fold } from '#src/lib/text.ts'
import { type Action, audit } from './audit.ts'
import { type Organiser, ownsEverything } from './organisers.ts'

export type Organisation = typeof organisations.$inferSelect

/** The names of organisations are the whole installation's: who owns all of it keeps them. NotFound for everybody else. */
export function getKeeper(db: Db, organiser: Organiser): Keeper {
  const top = db.select({ id: groups.id }).from(groups).where(isNull(groups.parentId)).orderBy(asc(groups.id)).get()
  if (!top || !ownsEverything(db, organiser)) throw new NotFound('group')
  return { organiserId: organiser.id, groupId: top.id }
}

/** The organisation of each spelling that was put under one. */
export function listNames(db: Db): Map<string, Organisation> {
  const rows = db
    .select({ spelling: organisationSpellings.spelling, organisation: organisations })
    .from(organisationSpellings)
    .innerJoin(organisations, eq(organisations.id, organisationSpellings.organisationId))
    .all()
  return new Map(rows.map(row => [row.spelling, row.organisation]))
}

export interface ListedOrganisation extends Organisation {
  spellings: string[]
}

/** By name, after the last one seen; `q` is part of a name. */
export function listOrganisations(
  db: Db,
  { q, after }: { q: string; after: string | undefined },
  limit: number,
): ListedOrganisation[] {
  const isNext = after === undefined ? undefined : gt(organisations.name, after)
  const isLike = q ? sql`instr(fold(${organisations.name}), ${fold(q)}) > 0` : undefined
  const found = db
    .select()
    .from(organisations)
    .where(and(isNext, isLike))
    .orderBy(asc(organisations.name))
    .limit(limit)
    .all()
  return found.map(one => ({ ...one, spellings: spellingsOf(db, one) }))
}

/** All the ways it is written, folded, in the order of the alphabet. */
export function spellingsOf(db: Db, { id }: Pick<Organisation, 'id'>): string[] {
  return db
    .select({ spelling: organisationSpellings.spelling })
    .from(organisationSpellings)
    .where(eq(organisationSpellings.organisationId, id))
    .orderBy(asc(organisationSpellings.spelling))
    .all()
    .map(row => row.spelling)
}

function getOrganisation(db: Db, id: number): Organisation {
  const found = db.select().from(organisations).where(eq(organisations.id, id)).get()
  if (!found) throw new NotFound('organisation')
  return found
}

/** Who keeps the names, and for which group it is written down. */
export interface Keeper {
  organiserId: number
  groupId: number
}

/**
 * Puts spellings under one name, that name's own included. A name that exists takes them in; a spelling leaves the name it was
 * under, and with its last spelling a name goes.
 */
export function mergeSpellings(
  tx: Tx,
  name: string,
  spellings: string[],
  keeper: Keeper,
  now: Temporal.Instant,
): Organisation {
  const into = findOrCreate(tx, cleanLine(name))
  const folded = new Set(spellings.map(fold).filter(Boolean))
  const known = new Set(spellingsOf(tx, into))
  for (const spelling of new Set([...folded, fold(into.name)])) {
    if (known.has(spelling)) continue
    put(tx, spelling, into)
    if (spelling !== fold(into.name)) record(tx, 'organisation_merged', [spelling, into.name], keeper, now)
  }
  removeEmpty(tx)
  return into
}

function findOrCreate(tx: Tx, name: string): Organisation {
  return find(tx, name) ?? tx.insert(organisations).values({ name }).returning().get()
}

/** The one by this name, or the one that this way to write it belongs to. */
function find(db: Db, name: string): Organisation | undefined {
  const exact = db.select().from(organisations).where(eq(organisations.name, name)).get()
  return exact ?? listNames(db).get(fold(name))
}

function put(tx: Tx, spelling: string, { id }: Organisation): void {
  tx.insert(organisationSpellings)
    .values({ spelling, organisationId: id })
    .onConflictDoUpdate({ target: organisationSpellings.spelling, set: { organisationId: id } })
    .run()
}

function removeEmpty(tx: Tx): void {
  const used = tx.select({ id: organisationSpellings.organisationId }).from(organisationSpellings)
  tx.delete(organisations).where(sql`${organisations.id} not in ${used}`).run()
}

/** Takes a spelling out: it counts by itself again, and is not proposed for the same name any more. */
export function separate(tx: Tx, id: number, spelling: string, keeper: Keeper, now: Temporal.Instant): void {
  const organisation = getOrganisation(tx, id)
  const { changes } = tx
    .delete(organisationSpellings)
    .where(and(eq(organisationSpellings.organisationId, id), eq(organisationSpellings.spelling, spelling)))
    .run()
  if (!changes) throw new NotFound('spelling')
  for (const other of spellingsOf(tx, { id })) markApart(tx, spelling, other)
  removeEmpty(tx)
  record(tx, 'organisation_separated', [spelling, organisation.name], keeper, now)
}

/** Another name; if one of that name exists already, the two become one. */
export function rename(tx: Tx, id: number, name: string, keeper: Keeper, now: Temporal.Instant): Organisation {
  const organisation = getOrganisation(tx, id)
  const wish = cleanLine(name)
  if (wish === organisation.name) return organisation
  const taken = find(tx, wish)
  if (taken && taken.id !== id) return mergeSpellings(tx, taken.name, spellingsOf(tx, organisation), keeper, now)
  record(tx, 'organisation_renamed', [organisation.name, wish], keeper, now)
  const renamed = tx.update(organisations).set({ name: wish }).where(eq(organisations.id, id)).returning().get()
  put(tx, fold(wish), renamed)
  removeEmpty(tx)
  return renamed
}

/** These are different organisations, each from each: never proposed together again. */
export function keepApart(tx: Tx, spellings: string[], keeper: Keeper, now: Temporal.Instant): void {
  const different = [...new Set(spellings.map(fold).filter(Boolean))]
  for (const [index, one] of different.entries()) {
    for (const other of different.slice(index + 1)) {
      if (markApart(tx, one, other)) record(tx, 'organisation_kept_apart', [one, other], keeper, now)
    }
  }
}

function markApart(tx: Tx, a: string, b: string): boolean {
  const [one = '', other = ''] = [a, b].sort()
  return tx.insert(spellingsApart).values({ one, other }).onConflictDoNothing().run().changes > 0
}

function record(tx: Tx, action: Action, parts: string[], keeper: Keeper, now: Temporal.Instant): void {
  audit(tx, { action, ...keeper, detail: parts.join('\n') }, now)
}
