// The two errors a visitor may cause. Everything else that is thrown is a bug.

/** The record is not there, or not for this visitor: 404 either way. */
export class NotFound extends Error {}

export type RefusalCode =
  | 'already_there'
  | 'capacity_below_confirmed'
  | 'changed_meanwhile'
  | 'choosing_over'
  | 'closed'
  | 'closed_list'
  | 'door_closed'
  | 'full'
  | 'fully_booked'
  | 'incomplete'
  | 'invitation_only'
  | 'last_owner'
  | 'link_expired'
  | 'not_possible_now'
  | 'other_site'
  | 'past'
  | 'people_asked'
  | 'room_missing'
  | 'series_only'
  | 'too_many'

/** An act that cannot be done now, for a reason the visitor can understand. */
export class Refusal extends Error {
  readonly code: RefusalCode
  constructor(code: RefusalCode) {
    super(code)
    this.code = code
  }
}

/** Fields that are wrong together, found by the domain: field name → message key. */
export class Invalid extends Error {
  readonly problems: Record<string, string>
  constructor(problems: Record<string, string>) {
    super(`invalid: ${Object.keys(problems).join(', ')}`)
    this.problems = problems
  }
}
