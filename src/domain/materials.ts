// What is kept of an event for who looks back: a recording, slides, a handout, sound; a file of ours or somewhere else on the
// web. Where files lie stands in `lib/files`, and what one may be in `lib/formats`.
import { and, asc, eq, isNotNull, max, sql } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { prepared } from '#db/prepared.ts'
import { events, materials } from '#db/schema.ts'
import { Invalid, NotFound } from '#src/lib/errors.ts'
import type { Format } from '#src/lib/formats.ts'
import { paths } from '#src/lib/paths.ts'
import { cleanLine, slugify } from '#src/lib/text.ts'
import { type Action, auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import type { Event, Material } from './events.ts'
import { isMine, type Organiser } from './organisers.ts'
import { refuseSecrets } from './secrets.ts'

/** A list that is longer than this is a website. */
export const MOST_MATERIALS = 20
export const LONGEST_TITLE = 150

/** What an organiser says of it. */
export type Described = Pick<Material, 'kind' | 'title'>
export type NewLink = Described & Pick<Material, 'url'>
/** A file that lies in DATA_DIR/files already. */
export type NewFile = Described & { file: string; fileName: string; format: Format; size: number }

/** Puts one at the end of what an event has. The one way in which a row comes. */
export function addMaterial(tx: Tx, values: typeof materials.$inferInsert): Material {
  const last = tx
    .select({ position: max(materials.position) })
    .from(materials)
    .where(eq(materials.eventId, values.eventId))
    .get()
  return tx
    .insert(materials)
    .values({ ...values, position: (last?.position ?? 0) + 1 })
    .returning()
    .get()
}

/** Invalid if there are too many, or if it holds the room or what opens one person's page. */
export function addLink(tx: Tx, event: Event, link: NewLink, organiserId: number, now: Temporal.Instant): Material {
  refuseMore(tx, event, 'url')
  refuseTexts(event, link)
  return added(tx, event, link, organiserId, now)
}

/** The same for a file, whose name in DATA_DIR/files is `nameMaterial`'s. */
export function addFile(tx: Tx, event: Event, file: NewFile, organiserId: number, now: Temporal.Instant): Material {
  refuseMore(tx, event, 'file')
  refuseTexts(event, file)
  return added(tx, event, { ...file, url: '' }, organiserId, now)
}

function added(tx: Tx, event: Event, values: NewLink, organiserId: number, now: Temporal.Instant): Material {
  const material = addMaterial(tx, { ...values, eventId: event.id })
  record(tx, 'material_added', event, material, organiserId, now)
  return material
}

/** What it is called and what it is; where it is as well, of a link. Invalid as when it was added. */
export function changeMaterial(
  tx: Tx,
  material: Material,
  event: Event,
  { kind, title, url }: NewLink,
  organiserId: number,
  now: Temporal.Instant,
): void {
  const values = { kind, title, ...(material.file === null && { url }) }
  refuseTexts(event, values)
  tx.update(materials).set(values).where(eq(materials.id, material.id)).run()
  record(tx, 'material_changed', event, { ...material, title }, organiserId, now)
}

/** One place up or down; at the end of the list it stays where it is. */
export function moveMaterial(tx: Tx, { id, eventId }: Material, direction: 'up' | 'down'): void {
  const list = listMaterials(tx, eventId)
  const from = list.findIndex(other => other.id === id)
  const to = from + (direction === 'up' ? -1 : 1)
  if (from < 0 || to < 0 || to >= list.length) return
  list.splice(to, 0, ...list.splice(from, 1))
  for (const [index, other] of list.entries()) {
    tx.update(materials)
      .set({ position: index + 1 })
      .where(eq(materials.id, other.id))
      .run()
  }
}

/** The file itself is the caller's to remove, after the commit. */
export function removeMaterial(
  tx: Tx,
  material: Material,
  event: Event,
  organiserId: number,
  now: Temporal.Instant,
): void {
  tx.delete(materials).where(eq(materials.id, material.id)).run()
  record(tx, 'material_removed', event, material, organiserId, now)
}

/** What came of it, in a few sentences for who looks back. As `change` says. */
export function writeYield(tx: Tx, event: Event, text: string, editor: Editor, now: Temporal.Instant): Event {
  const changed = change(tx, event, { yield: text }, editor)
  auditEvent(tx, 'yield_written', event, editor, now)
  return changed
}

export function listMaterials(db: Db, eventId: number): Material[] {
  return db
    .select()
    .from(materials)
    .where(eq(materials.eventId, eventId))
    .orderBy(asc(materials.position), asc(materials.id))
    .all()
}

/** Whether there is anything of it to look back at. */
export function isAnythingKept(db: Db, event: Event): boolean {
  return event.yield.trim() !== '' || listMaterials(db, event.id).length > 0
}

/** With its event, if this organiser may change that; NotFound otherwise. */
export function getMaterialWith(db: Db, organiser: Organiser, id: number): { material: Material; event: Event } {
  const row = db
    .select({ material: materials, event: events })
    .from(materials)
    .innerJoin(events, eq(events.id, materials.eventId))
    .where(and(eq(materials.id, id), isMine(organiser, 'organiser')))
    .get()
  if (!row) throw new NotFound('material')
  return row
}

/** The material that has this file now, with its event. */
export function findFileMaterial(db: Db, file: string): { material: Material; event: Event } | undefined {
  return byFile(db).get({ file })
}

const byFile = prepared(db =>
  db
    .select({ material: materials, event: events })
    .from(materials)
    .innerJoin(events, eq(events.id, materials.eventId))
    .where(and(isNotNull(materials.file), eq(materials.file, sql.placeholder('file'))))
    .prepare(),
)

/** A name that nobody can guess and that says nothing of what was sent: `<event>-<chance>.<format>`. */
export const nameMaterial = ({ id }: Pick<Event, 'id'>, chance: string, format: Format) => `${id}-${chance}.${format}`

/** What a file is saved as: what the sender called it, without a path or a sign that means something to a computer. */
export function savedAs(sent: string, format: Format): string {
  const bare = sent
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.[^.]*$/, '')
  return `${slugify(bare ?? '')}.${format}`
}

/** What it is called if nobody says: its name as it was sent. */
export function titleFrom(sent: string): string {
  const bare = sent
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.[^.]*$/, '')
  return cleanLine((bare ?? '').replaceAll('_', ' ')).slice(0, LONGEST_TITLE)
}

/** What most people come back for stands on top; the rest in the order in which it was put. */
export const recordingsFirst = (list: Material[]): Material[] =>
  list.toSorted((a, b) => Number(b.kind === 'recording') - Number(a.kind === 'recording'))

/** Where it is found: a path of ours, or somewhere else on the web. */
export const addressOf = ({ file, url }: Pick<Material, 'file' | 'url'>) => (file === null ? url : paths.material(file))

function refuseMore(tx: Tx, { id }: Event, field: string): void {
  if (listMaterials(tx, id).length >= MOST_MATERIALS) throw new Invalid({ [field]: 'too_many_materials' })
}

function refuseTexts({ roomUrl, hostUrl }: Event, { title, url }: { title: string; url?: string }): void {
  refuseSecrets(
    [
      ['title', title],
      ['url', url],
    ],
    roomUrl,
    hostUrl,
  )
}

function record(
  tx: Tx,
  action: Action,
  event: Event,
  { title }: Described,
  organiserId: number,
  now: Temporal.Instant,
) {
  auditEvent(tx, action, event, { organiserId, detail: title }, now)
}
