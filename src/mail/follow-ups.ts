// What the mail after an event brings besides its words: what came of it, what there is to watch and read, and where the reader
// goes on from here.
import type { Material } from '#src/domain/events.ts'
import { recordingsFirst } from '#src/domain/materials.ts'
import { messagesIn } from '#src/i18n/index.ts'
import type { Desk } from './appointment.ts'
import { type Block, button, type Fact, facts } from './content.ts'

/** Rendered when it is sent: what was placed until that moment is in it. */
export function harvest(desk: Desk, materials: Material[]): Block[] {
  const { event } = desk
  const { labelYield } = desk.wordsOf('mailing')
  const kept = [
    ...(event.yield === '' ? [] : [{ label: labelYield, value: event.yield, isProse: true }]),
    ...recordingsFirst(materials).map(material => factOf(desk, material)),
  ]
  return [...(kept.length ? [facts(...kept)] : []), ...followUpLinks(desk)]
}

function factOf({ links, registration: { locale } }: Desk, material: Material): Fact {
  const { kept, words } = messagesIn(locale)
  const kind = words.materials[material.kind]
  const { title: value, format, size } = material
  return {
    label: kind.charAt(0).toUpperCase() + kind.slice(1),
    value,
    url: links.material(material),
    ...(format && { notes: [kept.file(format, size)] }),
  }
}

/** The one place for what the reader can do next: look at the page; whatever else is asked of them stands here too. */
function followUpLinks({ event, links, wordsOf }: Desk): Block[] {
  return [button(wordsOf('mailing').pageButton, links.event(event))]
}
