// The room of an online event is reached through the door only: its address may stand nowhere that people can read it.
import type { events, Venue } from '#db/schema.ts'
import { Invalid } from '#src/lib/errors.ts'

/** What of an event or a series others read, on a page, in a mail or in a calendar. */
type Said = Partial<
  Pick<
    typeof events.$inferInsert,
    'title' | 'summary' | 'description' | 'speakers' | 'yield' | 'venue' | 'moveReason' | 'cancelReason'
  >
>

/** Invalid, at the field where it stands, if what will be read holds the room's address. */
export function refuseRoomIn(said: Said, roomUrl: string | null | undefined): void {
  const found = textsOf(said).find(([, text]) => mentionsRoom(text ?? '', roomUrl ?? ''))
  if (found) throw new Invalid({ [found[0]]: 'room_in_text' })
}

/** By the name of the field in which it was typed. */
function textsOf({ venue, speakers, moveReason, cancelReason, ...said }: Said): [string, string | null | undefined][] {
  const { name, address, postcode, city, access }: Partial<Venue> = venue ?? {}
  return [
    ['title', said.title],
    ['summary', said.summary],
    ['description', said.description],
    ['yield', said.yield],
    ['speakers', speakers?.join('\n')],
    ['venueName', name],
    ['venueAddress', address],
    ['venuePostcode', postcode],
    ['venueCity', city],
    ['venueAccess', access],
    ['reason', moveReason],
    ['reason', cancelReason],
  ]
}

/** Whether a text holds the address of a room, with or without its scheme. */
export function mentionsRoom(text: string, roomUrl: string): boolean {
  const room = bare(roomUrl)
  return room !== '' && bare(text).includes(room)
}

/** However it is typed: with or without scheme and the last slash, in any case. */
function bare(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/https?:\/\/(www\.)?/g, '')
    .replace(/\/+$/, '')
}
