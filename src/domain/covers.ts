// The picture above an event's page. Here is which one, and who may see it; how it is made stands in `lib/images`, where it is
// kept in `lib/files`.
import type { Db, Tx } from '#db/open.ts'
import { auditEvent } from './audit.ts'
import { change, type Editor } from './changes.ts'
import { type Event, findEvent } from './events.ts'

export interface Cover {
  /** As `nameCover` made it. */
  file: string
  /** What it shows, for who cannot see it. */
  alt: string
}

const NAME = /^(\d{1,15})-[a-z0-9]{16,40}-(\d{1,4})x(\d{1,4})\.webp$/

/** A name that nobody can guess and that says what a page must know of the picture: `<event>-<chance>-<width>x<height>.webp`. */
export function nameCover(
  { id }: Pick<Event, 'id'>,
  chance: string,
  { width, height }: { width: number; height: number },
) {
  return `${id}-${chance}-${width}x${height}.webp`
}

/** In pixels, read from its name; nothing is opened for it. */
export function sizeOf(cover: string): { width: number; height: number } {
  const [, , width, height] = NAME.exec(cover) ?? []
  return { width: Number(width ?? 0), height: Number(height ?? 0) }
}

/** The event that has this picture now; nothing for one that was replaced, and for a name that is none. */
export function findEventWithCover(db: Db, file: string): Event | undefined {
  const id = NAME.exec(file)?.[1]
  const event = id === undefined ? undefined : findEvent(db, Number(id))
  return event?.cover === file ? event : undefined
}

/** Sets, replaces or (null) removes it. The file of the one before is the caller's to remove, after the commit. */
export function setCover(tx: Tx, event: Event, cover: Cover | null, editor: Editor, now: Temporal.Instant): Event {
  const values = { cover: cover?.file ?? null, coverAlt: cover?.alt ?? '' }
  const changed = change(tx, event, values, editor)
  auditEvent(tx, cover ? 'cover_set' : 'cover_removed', event, editor, now)
  return changed
}
