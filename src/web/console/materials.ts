// Recordings, slides and other materials of an event, as rows of the editor.
import { MATERIAL_KINDS } from '#db/schema.ts'
import type { Material } from '#src/domain/events.ts'
import { MOST_MATERIALS, type NewMaterial } from '#src/domain/materials.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import { Line } from './fields.ts'
import { readSlots, type Slots, slotValues } from './slots.ts'

export const MATERIAL_SLOTS: Slots = {
  name: 'material',
  most: MOST_MATERIALS,
  parts: {
    kind: Type.Enum([...MATERIAL_KINDS], { default: 'recording' }),
    title: Line(150),
    url: Line(500),
  },
  telling: ['title', 'url'],
}

export function materialValues(materials: Material[]): Record<string, string> {
  return slotValues(
    MATERIAL_SLOTS,
    materials.map(({ kind, title, url }) => ({ kind, title, url })),
  )
}

/** The materials wanted, each with the name of its row; and what is wrong with them, by field. */
export function readMaterials(typed: object) {
  const materials = readSlots(MATERIAL_SLOTS, typed).map(({ row, values: { kind, title = '', url = '' } }) => ({
    ...{ row, kind: kind as NewMaterial['kind'], title: cleanLine(title), url },
  }))
  return { materials, problems: Object.assign({}, ...materials.map(problemsOf)) as Record<string, string> }
}

function problemsOf({ row, title, url }: NewMaterial & { row: string }): Record<string, string> {
  return {
    ...(!title && { [`${row}_title`]: 'required' }),
    ...(URL.parse(url)?.protocol !== 'https:' && { [`${row}_url`]: 'url' }),
  }
}
