// Who did what, when. No personal data of attendees in it. How it is read stands in `history`.
import type { Tx } from '#db/open.ts'
import { auditEntries } from '#db/schema.ts'
import type { Event } from './events.ts'

/** What organisers' acts are about, to choose from. */
export const SUBJECTS = ['event', 'planning', 'question', 'people', 'mail', 'group'] as const
export type Subject = (typeof SUBJECTS)[number]

/**
 * Every act that is kept, and what it is about. A new one is a line here and a sentence in `console.audit.actions` of each
 * language; without it the type check fails.
 */
export const ACTIONS = {
  event_created: 'event',
  event_edited: 'event',
  event_published: 'event',
  event_moved: 'event',
  event_cancelled: 'event',
  event_reinstated: 'event',
  event_duplicated: 'event',
  workshops_allocated: 'event',
  workshops_taken_back: 'event',
  session_added: 'event',
  session_changed: 'event',
  session_moved: 'event',
  session_removed: 'event',
  session_cancelled: 'event',
  session_reinstated: 'event',
  choosing_changed: 'event',
  cover_set: 'event',
  cover_removed: 'event',
  yield_written: 'event',
  material_added: 'event',
  material_changed: 'event',
  material_removed: 'event',
  theme_added: 'event',
  certificates_set: 'event',
  draft_deleted: 'event',
  feedback_questions_saved: 'event',
  task_added: 'planning',
  task_changed: 'planning',
  task_removed: 'planning',
  task_ticked: 'planning',
  task_unticked: 'planning',
  series_created: 'planning',
  series_edited: 'planning',
  series_planned: 'planning',
  series_feedback_saved: 'planning',
  enrolment_rules_set: 'planning',
  date_skipped: 'planning',
  date_unskipped: 'planning',
  school_holidays_imported: 'planning',
  programme_imported: 'planning',
  events_imported: 'planning',
  question_approved: 'question',
  question_edited: 'question',
  question_rejected: 'question',
  question_merged: 'question',
  question_planned: 'question',
  question_unplanned: 'question',
  question_answered: 'question',
  question_recalled: 'question',
  contributor_added: 'people',
  contributor_changed: 'people',
  contributor_removed: 'people',
  contributor_asked: 'people',
  contributor_confirmed: 'people',
  contributor_became_attendee: 'people',
  briefing_written: 'mail',
  briefing_sent: 'mail',
  briefing_recalled: 'mail',
  registration_added: 'people',
  enrolled: 'people',
  unenrolled: 'people',
  people_imported: 'people',
  invitees_added: 'people',
  invitees_asked: 'people',
  invitees_recalled: 'people',
  invitee_removed: 'people',
  attendance_imported: 'people',
  registration_cancelled: 'people',
  registration_promoted: 'people',
  registration_corrected: 'people',
  workshops_chosen: 'people',
  address_corrected: 'people',
  note_written: 'people',
  registrations_merged: 'people',
  attendance_marked: 'people',
  attendance_unmarked: 'people',
  person_erased: 'people',
  address_trusted: 'mail',
  message_retried: 'mail',
  mail_released: 'mail',
  template_saved: 'mail',
  template_reset: 'mail',
  mailing_written: 'mail',
  mailing_edited: 'mail',
  mailing_deleted: 'mail',
  mailing_tested: 'mail',
  mailing_scheduled: 'mail',
  mailing_withdrawn: 'mail',
  mailing_held: 'mail',
  mailing_released: 'mail',
  mailing_hurried: 'mail',
  mailing_recalled: 'mail',
  follow_up_prepared: 'mail',
  newsletter_set: 'mail',
  newsletter_composed: 'mail',
  bulletin_edited: 'mail',
  bulletin_deleted: 'mail',
  bulletin_tested: 'mail',
  bulletin_released: 'mail',
  bulletin_recalled: 'mail',
  summary_stopped: 'mail',
  summary_resumed: 'mail',
  group_edited: 'group',
  retention_chosen: 'group',
  right_changed: 'group',
  member_removed: 'group',
  member_invited: 'group',
  member_joined: 'group',
  invitation_revoked: 'group',
  right_handed_over: 'group',
  group_added: 'group',
  series_handed_over: 'group',
  series_regrouped: 'group',
  passkey_added: 'group',
  passkey_removed: 'group',
  session_ended: 'group',
  organisation_merged: 'group',
  organisation_separated: 'group',
  organisation_renamed: 'group',
  organisation_kept_apart: 'group',
} as const satisfies Record<string, Subject>
export type Action = keyof typeof ACTIONS

export interface Deed {
  action: Action
  organiserId?: number | null
  groupId?: number | null
  eventId?: number | null
  /** Whom it was done to. Their name is read from there, and so ends with it: it never stands in `detail`. */
  registrationId?: number | null
  detail?: string | undefined
}

export function audit(tx: Tx, deed: Deed, now: Temporal.Instant): void {
  tx.insert(auditEntries)
    .values({ at: now, ...deed })
    .run()
}

/** What was done to an event, in the group that hosts it; `registrationId` when it is about one attendee. */
export function auditEvent(
  tx: Tx,
  action: Action,
  { id, groupId }: Event,
  { organiserId, registrationId, detail }: Pick<Deed, 'organiserId' | 'registrationId' | 'detail'>,
  now: Temporal.Instant,
): void {
  audit(tx, { action, organiserId, registrationId, detail, groupId, eventId: id }, now)
}
