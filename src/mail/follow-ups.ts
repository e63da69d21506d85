// What the mail after an event brings besides its words: what came of it, what there is to watch and read, and where the reader
// goes on from here.
import type { Material } from '#src/domain/events.ts'
import { recordingsFirst } from '#src/domain/materials.ts'
import { messagesIn } from '#src/i18n/index.ts'
import type { Desk } from './appointment.ts'
import { type Block, blocks, button, type Fact, facts, link, paragraph } from './content.ts'

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

/** The one place for what the reader can do next: look at the page, take their certificate along, and say what they thought of it. */
function followUpLinks({ event, registration, afterwards, links, wordsOf }: Desk): Block[] {
  const words = wordsOf('mailing')
  return blocks(
    button(words.pageButton, links.event(event)),
    afterwards?.certificate && link(words.certificateButton, links.certificate(registration)),
    afterwards?.feedback && paragraph(words.feedback),
    afterwards?.feedback && link(words.feedbackButton, links.feedback(registration)),
  )
}
