// What may stand nowhere that others read: the room's address, which is reached through the door only, also as its host opens it, and an address that
// opens one person's page, pasted from their mail.
import type { events, Venue } from '#db/schema.ts'
import { Invalid } from '#src/lib/errors.ts'
import { opensAPage } from '#src/lib/masking.ts'

/** What of an event or a series others read, on a page, in a mail or in a calendar. */
type Said = Partial<
  Pick<
    typeof events.$inferInsert,
    | 'title'
    | 'summary'
    | 'description'
    | 'speakers'
    | 'yield'
    | 'venue'
    | 'moveReason'
    | 'cancelReason'
    | 'coverAlt'
    | 'briefing'
  >
>

type Room = string | null | undefined

/** Invalid, at the fields where it stands, if what will be read holds a room's address or a personal link. */
export function refuseSecretsIn(said: Said, ...rooms: Room[]): void {
  refuseSecrets(textsOf(said), ...rooms)
}

/** The same for other texts: by the name of the field in which each was typed. */
export function refuseSecrets(texts: [field: string, text: string | null | undefined][], ...rooms: Room[]): void {
  const found = texts.flatMap(([field, text]) => {
    const problem = problemOf(text ?? '', rooms)
    return problem ? [[field, problem]] : []
  })
  if (found.length) throw new Invalid(Object.fromEntries(found))
}

function problemOf(text: string, rooms: Room[]): 'room_in_text' | 'link_in_text' | undefined {
  if (rooms.some(room => mentionsRoom(text, room ?? ''))) return 'room_in_text'
  return opensAPage(text) ? 'link_in_text' : undefined
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
    ['coverAlt', said.coverAlt],
    ['briefing', said.briefing],
  ]
}

/** Whether a text holds the address of a room, with or without its scheme. */
export function mentionsRoom(text: string, roomUrl: string): boolean {
  // Of the room alone: a text may be long, and this would look at each of its slashes again and again.
  const room = bare(roomUrl).replace(/\/+$/, '')
  return room !== '' && bare(text).includes(room)
}

/** However it is typed: with or without scheme and the last slash, in any case. */
function bare(text: string): string {
  return text.toLowerCase().replaceAll(/https?:\/\/(www\.)?/g, '')
}
