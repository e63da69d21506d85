// What is kept of an event for who looks back: a recording, slides, a handout, somewhere else on the web.
import { eq } from '#db/drizzle.ts'
import type { Tx } from '#db/open.ts'
import { materials } from '#db/schema.ts'
import type { Material } from './events.ts'

export type NewMaterial = Pick<Material, 'kind' | 'title' | 'url'>

/** A list that is longer than this is a website. */
export const MOST_MATERIALS = 20

/** Puts these, in this order, in the place of what an event had. */
export function setMaterials(tx: Tx, eventId: number, list: NewMaterial[]): void {
  tx.delete(materials).where(eq(materials.eventId, eventId)).run()
  for (const { kind, title, url } of list) tx.insert(materials).values({ eventId, kind, title, url }).run()
}
