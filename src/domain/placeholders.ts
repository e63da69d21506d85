// Which placeholders each kind of mail has. One that carries a personal link exists only in mails to one person at a time:
// nothing that many receive may hold what opens one person's page.
import type { MESSAGE_KINDS } from '#db/schema.ts'
import type { Messages } from '#src/i18n/index.ts'

export type Placeholder = keyof Messages['mail']['placeholders']

const EVENT = ['title', 'kind', 'day', 'date', 'time', 'when', 'where', 'group', 'website'] as const
const REGISTRATION = ['firstName', ...EVENT] as const

/** `shared` holds what stands in more than one kind of mail, and so may go to many. */
export const PLACEHOLDERS: Record<(typeof MESSAGE_KINDS)[number] | 'shared', readonly Placeholder[]> = {
  shared: [...REGISTRATION, 'doorTime', 'moment'],
  confirmed: [...REGISTRATION, 'doorTime', 'ownPage', 'ownDoor'],
  waitlisted: [...REGISTRATION, 'position', 'moment', 'ownPage'],
  promoted: [...REGISTRATION, 'doorTime', 'ownPage', 'ownDoor'],
  place_free: REGISTRATION,
  changed: [...REGISTRATION, 'reason', 'doorTime'],
  cancelled: [...REGISTRATION, 'reason'],
  reinstated: [...REGISTRATION, 'doorTime'],
  unregistered: [...REGISTRATION, 'ownPage'],
  again: [...REGISTRATION, 'position', 'moment', 'doorTime', 'ownPage'],
  reminder_day: [...REGISTRATION, 'doorTime'],
  reminder_hour: [...REGISTRATION, 'doorTime'],
  declined: [...REGISTRATION, 'frees', 'ownPage'],
  newsletter: ['website'],
  sign_in: ['website', 'expires'],
  my: ['website', 'ownList', 'ownFeed'],
  address: EVENT,
  test: ['website'],
}
