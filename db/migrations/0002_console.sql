CREATE TABLE `answers` (
	`registration_id` integer NOT NULL,
	`form_field_id` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`registration_id`, `form_field_id`),
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`form_field_id`) REFERENCES `form_fields`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `answers_form_field` ON `answers` (`form_field_id`);--> statement-breakpoint
CREATE TABLE `challenges` (
	`challenge` text PRIMARY KEY NOT NULL,
	`organiser_id` integer,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `check_ins` (
	`id` text PRIMARY KEY NOT NULL,
	`registration_id` integer NOT NULL,
	`is_present` integer NOT NULL,
	`source` text NOT NULL,
	`at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`organiser_id` integer,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "check_ins_source" CHECK("check_ins"."source" in ('door', 'check_in', 'by_hand', 'report'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `check_ins_registration` ON `check_ins` (`registration_id`,`at`);--> statement-breakpoint
CREATE TABLE `event_cohosts` (
	`event_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	PRIMARY KEY(`event_id`, `group_id`),
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `event_cohosts_group` ON `event_cohosts` (`group_id`);--> statement-breakpoint
CREATE TABLE `form_fields` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`kind` text NOT NULL,
	`label` text NOT NULL,
	`hint` text DEFAULT '' NOT NULL,
	`options` text DEFAULT '[]' NOT NULL,
	`is_required` integer DEFAULT false NOT NULL,
	`delete_after_days` integer DEFAULT 30 NOT NULL,
	`position` integer NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "form_fields_kind" CHECK("form_fields"."kind" in ('text', 'choice', 'several', 'yes_no'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `form_fields_event` ON `form_fields` (`event_id`,`position`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`group_id` integer NOT NULL,
	`right` text NOT NULL,
	`invited_by` integer,
	`replaces` integer,
	`locale` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`accepted_at` integer,
	`revoked_at` integer,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invited_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`replaces`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "invitations_right" CHECK("invitations"."right" in ('owner', 'organiser', 'host', 'viewer')),
	CONSTRAINT "invitations_locale" CHECK("invitations"."locale" in ('nl', 'en'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `invitations_group` ON `invitations` (`group_id`);--> statement-breakpoint
CREATE INDEX `invitations_email` ON `invitations` (`email`);--> statement-breakpoint
CREATE TABLE `invitees` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`email` text NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`organisation` text DEFAULT '' NOT NULL,
	`locale` text NOT NULL,
	`link_version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`asked_at` integer,
	`asks` integer DEFAULT 0 NOT NULL,
	`declined_at` integer,
	`registration_id` integer,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "invitees_locale" CHECK("invitees"."locale" in ('nl', 'en'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `invitees_registration` ON `invitees` (`registration_id`) WHERE registration_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `invitees_once` ON `invitees` (`event_id`,`email`);--> statement-breakpoint
CREATE TABLE `mailings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`organiser_id` integer,
	`audience` text NOT NULL,
	`subject` text NOT NULL,
	`body` text NOT NULL,
	`is_urgent` integer DEFAULT false NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`scheduled_for` integer,
	`released_at` integer,
	`recalled_at` integer,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "mailings_audience" CHECK("mailings"."audience" in ('all', 'confirmed', 'waiting', 'attended', 'absent'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `mailings_event` ON `mailings` (`event_id`,`id`);--> statement-breakpoint
CREATE INDEX `mailings_scheduled` ON `mailings` (`scheduled_for`) WHERE scheduled_for is not null and released_at is null;--> statement-breakpoint
CREATE TABLE `organisation_spellings` (
	`spelling` text PRIMARY KEY NOT NULL,
	`organisation_id` integer NOT NULL,
	FOREIGN KEY (`organisation_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `organisation_spellings_organisation` ON `organisation_spellings` (`organisation_id`);--> statement-breakpoint
CREATE TABLE `organisations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `organisations_name_unique` ON `organisations` (`name`);--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` text PRIMARY KEY NOT NULL,
	`organiser_id` integer NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text DEFAULT '[]' NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `passkeys_organiser` ON `passkeys` (`organiser_id`);--> statement-breakpoint
CREATE TABLE `school_holidays` (
	`name` text NOT NULL,
	`region` text NOT NULL,
	`starts_on` text NOT NULL,
	`ends_on` text NOT NULL,
	PRIMARY KEY(`region`, `starts_on`, `name`),
	CONSTRAINT "school_holidays_region" CHECK("school_holidays"."region" in ('north', 'central', 'south'))
) STRICT;
--> statement-breakpoint
CREATE TABLE `skipped_dates` (
	`series_id` integer NOT NULL,
	`date` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`series_id`, `date`),
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `task_ticks` (
	`task_id` integer NOT NULL,
	`event_id` integer NOT NULL,
	`done_at` integer NOT NULL,
	`done_by` integer,
	PRIMARY KEY(`task_id`, `event_id`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`done_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `task_ticks_event` ON `task_ticks` (`event_id`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer,
	`event_id` integer,
	`title` text DEFAULT '' NOT NULL,
	`days` integer NOT NULL,
	`proof` text,
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "tasks_proof" CHECK("tasks"."proof" in ('speaker', 'text', 'room', 'reminder', 'host', 'materials')),
	CONSTRAINT "tasks_of_one" CHECK(("tasks"."series_id" is null) <> ("tasks"."event_id" is null))
) STRICT;
--> statement-breakpoint
CREATE INDEX `tasks_series` ON `tasks` (`series_id`);--> statement-breakpoint
CREATE INDEX `tasks_event` ON `tasks` (`event_id`);--> statement-breakpoint
CREATE TABLE `__new_memberships` (
	`organiser_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`right` text NOT NULL,
	PRIMARY KEY(`organiser_id`, `group_id`),
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "memberships_right" CHECK("__new_memberships"."right" in ('owner', 'organiser', 'host', 'viewer'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_memberships`("organiser_id", "group_id", "right") SELECT "organiser_id", "group_id", "right" FROM `memberships`;--> statement-breakpoint
DROP TABLE `memberships`;--> statement-breakpoint
ALTER TABLE `__new_memberships` RENAME TO `memberships`;--> statement-breakpoint
CREATE TABLE `__new_messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`kind` text NOT NULL,
	`lane` integer NOT NULL,
	`state` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`to_address` text NOT NULL,
	`locale` text NOT NULL,
	`event_id` integer,
	`registration_id` integer,
	`person_id` integer,
	`sign_in_id` integer,
	`organiser_id` integer,
	`invitation_id` integer,
	`invitee_id` integer,
	`mailing_id` integer,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`leased_by` text,
	`leased_until` integer,
	`subject` text,
	`message_id` text,
	`dated_at` integer,
	`told` text,
	`bytes` blob,
	`sent_at` integer,
	`bounced_at` integer,
	`bounce` text,
	`bounce_reason` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`sign_in_id`) REFERENCES `sign_ins`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invitation_id`) REFERENCES `invitations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invitee_id`) REFERENCES `invitees`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mailing_id`) REFERENCES `mailings`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_kind" CHECK("__new_messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'reminder_day', 'reminder_hour', 'declined', 'requested', 'asked', 'briefing', 'invited', 'mailing', 'tasks', 'invitation', 'newsletter', 'test')),
	CONSTRAINT "messages_state" CHECK("__new_messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped')),
	CONSTRAINT "messages_bounce" CHECK("__new_messages"."bounce" in ('hard', 'soft', 'policy'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_messages`("id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason") SELECT "id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason" FROM `messages`;--> statement-breakpoint
-- An id is never given out twice, also not one whose row is gone: signed links and return addresses name them.
DELETE FROM sqlite_sequence WHERE name = '__new_messages';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_messages', seq FROM sqlite_sequence WHERE name = 'messages';--> statement-breakpoint
DROP TABLE `messages`;--> statement-breakpoint
ALTER TABLE `__new_messages` RENAME TO `messages`;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_key_unique` ON `messages` (`key`);--> statement-breakpoint
CREATE INDEX `messages_due` ON `messages` (`state`,`lane`,`due_at`);--> statement-breakpoint
CREATE INDEX `messages_registration` ON `messages` (`registration_id`,`state`);--> statement-breakpoint
CREATE INDEX `messages_event` ON `messages` (`event_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_address` ON `messages` (`to_address`,`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bounced` ON `messages` (`bounced_at`) WHERE bounced_at is not null;--> statement-breakpoint
CREATE INDEX `messages_message_id` ON `messages` (`message_id`);--> statement-breakpoint
CREATE INDEX `messages_mailing` ON `messages` (`mailing_id`,`state`) WHERE mailing_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitee` ON `messages` (`invitee_id`) WHERE invitee_id is not null;--> statement-breakpoint
CREATE TABLE `__new_registrations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`name` text NOT NULL,
	`organisation` text DEFAULT '' NOT NULL,
	`role` text NOT NULL,
	`attendance` text NOT NULL,
	`access_needs` text DEFAULT '' NOT NULL,
	`locale` text NOT NULL,
	`status` text NOT NULL,
	`queue_number` integer NOT NULL,
	`sequence` integer DEFAULT 0 NOT NULL,
	`revised_at` integer NOT NULL,
	`link_version` integer DEFAULT 1 NOT NULL,
	`door_version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`confirmed_at` integer,
	`cancelled_at` integer,
	`cancelled_by` text,
	`attended_at` integer,
	`attendance_source` text,
	`attended_minutes` integer,
	`part` text,
	`part_confirmed_at` integer,
	`waited_at` integer,
	`approval_asked_at` integer,
	`approved_at` integer,
	`note` text DEFAULT '' NOT NULL,
	`merged_into_id` integer,
	`added_by` integer,
	`reminders_stopped_at` integer,
	`new_email` text,
	`told` text,
	`thread_id` text,
	`reply` text,
	`reply_sequence` integer,
	`replied_at` integer,
	`declined_at` integer,
	`frees_at` integer,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`merged_into_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`added_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "registrations_role" CHECK("__new_registrations"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other')),
	CONSTRAINT "registrations_attendance" CHECK("__new_registrations"."attendance" in ('online', 'in_person')),
	CONSTRAINT "registrations_status" CHECK("__new_registrations"."status" in ('confirmed', 'waitlisted', 'cancelled')),
	CONSTRAINT "registrations_locale" CHECK("__new_registrations"."locale" in ('nl', 'en')),
	CONSTRAINT "registrations_reply" CHECK("__new_registrations"."reply" in ('accepted', 'tentative', 'declined')),
	CONSTRAINT "registrations_part" CHECK("__new_registrations"."part" in ('speaker', 'host')),
	CONSTRAINT "registrations_attendance_source" CHECK("__new_registrations"."attendance_source" in ('door', 'check_in', 'by_hand', 'report'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_registrations`("id", "event_id", "person_id", "name", "organisation", "role", "attendance", "access_needs", "locale", "status", "queue_number", "sequence", "revised_at", "link_version", "door_version", "created_at", "confirmed_at", "cancelled_at", "cancelled_by", "attended_at", "added_by", "reminders_stopped_at", "new_email", "told", "thread_id", "reply", "reply_sequence", "replied_at", "declined_at", "frees_at") SELECT "id", "event_id", "person_id", "name", "organisation", "role", "attendance", "access_needs", "locale", "status", "queue_number", "sequence", "revised_at", "link_version", "door_version", "created_at", "confirmed_at", "cancelled_at", "cancelled_by", "attended_at", "added_by", "reminders_stopped_at", "new_email", "told", "thread_id", "reply", "reply_sequence", "replied_at", "declined_at", "frees_at" FROM `registrations`;--> statement-breakpoint
-- An id is never given out twice, also not one whose row is gone: signed links and return addresses name them.
DELETE FROM sqlite_sequence WHERE name = '__new_registrations';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_registrations', seq FROM sqlite_sequence WHERE name = 'registrations';--> statement-breakpoint
DROP TABLE `registrations`;--> statement-breakpoint
ALTER TABLE `__new_registrations` RENAME TO `registrations`;--> statement-breakpoint
CREATE INDEX `registrations_queue` ON `registrations` (`event_id`,`status`,`attendance`,`queue_number`,`part`);--> statement-breakpoint
CREATE INDEX `registrations_contributors` ON `registrations` (`event_id`) WHERE part is not null;--> statement-breakpoint
CREATE INDEX `registrations_merged` ON `registrations` (`merged_into_id`) WHERE merged_into_id is not null;--> statement-breakpoint
CREATE INDEX `registrations_order` ON `registrations` (`event_id`,`queue_number`);--> statement-breakpoint
CREATE INDEX `registrations_person` ON `registrations` (`person_id`);--> statement-breakpoint
CREATE INDEX `registrations_frees` ON `registrations` (`frees_at`) WHERE frees_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `registrations_once` ON `registrations` (`event_id`,`person_id`);--> statement-breakpoint
ALTER TABLE `audit_entries` ADD `registration_id` integer REFERENCES registrations(id);--> statement-breakpoint
CREATE INDEX `audit_entries_group` ON `audit_entries` (`group_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entries_registration` ON `audit_entries` (`registration_id`) WHERE registration_id is not null;--> statement-breakpoint
CREATE TABLE `__new_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`slug` text NOT NULL,
	`series_id` integer,
	`group_id` integer NOT NULL,
	`kind` text NOT NULL,
	`time_zone` text NOT NULL,
	`duration_minutes` integer NOT NULL,
	`attendance` text NOT NULL,
	`capacity_online` integer,
	`capacity_in_person` integer,
	`room_url` text,
	`venue` text,
	`title` text NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`speakers` text DEFAULT '[]' NOT NULL,
	`yield` text DEFAULT '' NOT NULL,
	`local_start` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`sequence` integer DEFAULT 0 NOT NULL,
	`revised_at` integer NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`published_at` integer,
	`cancelled_at` integer,
	`cancel_reason` text DEFAULT '' NOT NULL,
	`moved_at` integer,
	`moved_from` text,
	`move_reason` text DEFAULT '' NOT NULL,
	`planned_for` text,
	`cover` text,
	`cover_alt` text DEFAULT '' NOT NULL,
	`registration_from` text,
	`registration_until` text,
	`waiting_rule` text DEFAULT 'automatic' NOT NULL,
	`needs_approval` integer DEFAULT false NOT NULL,
	`is_invitation_only` integer DEFAULT false NOT NULL,
	`host_url` text,
	`briefing` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "events_kind" CHECK("__new_events"."kind" in ('webinar', 'meeting', 'conference', 'learning_circle')),
	CONSTRAINT "events_attendance" CHECK("__new_events"."attendance" in ('online', 'in_person', 'hybrid')),
	CONSTRAINT "events_waiting_rule" CHECK("__new_events"."waiting_rule" in ('automatic', 'by_hand', 'none')),
	CONSTRAINT "events_capacity" CHECK(coalesce("__new_events"."capacity_online", 1) > 0 and coalesce("__new_events"."capacity_in_person", 1) > 0),
	CONSTRAINT "events_end" CHECK("__new_events"."ends_at" > "__new_events"."starts_at")
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_events`("id", "uid", "slug", "series_id", "group_id", "kind", "time_zone", "duration_minutes", "attendance", "capacity_online", "capacity_in_person", "room_url", "venue", "title", "summary", "description", "speakers", "yield", "local_start", "starts_at", "ends_at", "sequence", "revised_at", "revision", "created_at", "published_at", "cancelled_at", "cancel_reason", "moved_at", "moved_from", "move_reason") SELECT "id", "uid", "slug", "series_id", "group_id", "kind", "time_zone", "duration_minutes", "attendance", "capacity_online", "capacity_in_person", "room_url", "venue", "title", "summary", "description", "speakers", "yield", "local_start", "starts_at", "ends_at", "sequence", "revised_at", "revision", "created_at", "published_at", "cancelled_at", "cancel_reason", "moved_at", "moved_from", "move_reason" FROM `events`;--> statement-breakpoint
-- An id is never given out twice, also not one whose row is gone: signed links and return addresses name them.
DELETE FROM sqlite_sequence WHERE name = '__new_events';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_events', seq FROM sqlite_sequence WHERE name = 'events';--> statement-breakpoint
DROP TABLE `events`;--> statement-breakpoint
ALTER TABLE `__new_events` RENAME TO `events`;--> statement-breakpoint
CREATE UNIQUE INDEX `events_uid_unique` ON `events` (`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_slug_unique` ON `events` (`slug`);--> statement-breakpoint
CREATE INDEX `events_start` ON `events` (`starts_at`);--> statement-breakpoint
CREATE INDEX `events_group` ON `events` (`group_id`,`starts_at`);--> statement-breakpoint
CREATE INDEX `events_series` ON `events` (`series_id`,`local_start`);--> statement-breakpoint
CREATE INDEX `events_drafts` ON `events` (`starts_at`) WHERE published_at is null;--> statement-breakpoint
CREATE TABLE `__new_groups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`region` text DEFAULT '' NOT NULL,
	`accent` text,
	`email` text,
	`school_region` text,
	`parent_id` integer,
	FOREIGN KEY (`parent_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "groups_school_region" CHECK("__new_groups"."school_region" in ('north', 'central', 'south'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_groups`("id", "slug", "name", "summary", "region", "accent", "email", "parent_id") SELECT "id", "slug", "name", "summary", "region", "accent", "email", "parent_id" FROM `groups`;--> statement-breakpoint
-- An id is never given out twice, also not one whose row is gone: signed links and return addresses name them.
DELETE FROM sqlite_sequence WHERE name = '__new_groups';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_groups', seq FROM sqlite_sequence WHERE name = 'groups';--> statement-breakpoint
DROP TABLE `groups`;--> statement-breakpoint
ALTER TABLE `__new_groups` RENAME TO `groups`;--> statement-breakpoint
CREATE UNIQUE INDEX `groups_slug_unique` ON `groups` (`slug`);--> statement-breakpoint
CREATE INDEX `groups_parent` ON `groups` (`parent_id`);--> statement-breakpoint
CREATE TABLE `__new_organiser_sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`organiser_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`seen_at` integer,
	`method` text DEFAULT 'link' NOT NULL,
	`device` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "organiser_sessions_method" CHECK("__new_organiser_sessions"."method" in ('link', 'code', 'passkey'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_organiser_sessions`("token_hash", "organiser_id", "created_at", "expires_at") SELECT "token_hash", "organiser_id", "created_at", "expires_at" FROM `organiser_sessions`;--> statement-breakpoint
DROP TABLE `organiser_sessions`;--> statement-breakpoint
ALTER TABLE `__new_organiser_sessions` RENAME TO `organiser_sessions`;--> statement-breakpoint
CREATE INDEX `organiser_sessions_organiser` ON `organiser_sessions` (`organiser_id`);--> statement-breakpoint
ALTER TABLE `organisers` ADD `summary_stopped_at` integer;--> statement-breakpoint
-- What a series gave a date stands beside it from now on; one that was moved by hand keeps the day it was meant for.
UPDATE `events` SET `planned_for` = coalesce(`moved_from`, `local_start`) WHERE `series_id` IS NOT NULL;--> statement-breakpoint
-- Every series has a run sheet, and so has an event of no series; those from before it get the usual one.
INSERT INTO `tasks` (`series_id`, `days`, `proof`)
SELECT `series`.`id`, `usual`.`column1`, `usual`.`column2` FROM `series`
CROSS JOIN (VALUES (-28, 'speaker'), (-21, 'text'), (-14, 'room'), (-7, 'host'), (-3, 'reminder'), (3, 'materials')) AS `usual`;--> statement-breakpoint
INSERT INTO `tasks` (`event_id`, `days`, `proof`)
SELECT `events`.`id`, `usual`.`column1`, `usual`.`column2` FROM `events`
CROSS JOIN (VALUES (-28, 'speaker'), (-21, 'text'), (-14, 'room'), (-7, 'host'), (-3, 'reminder'), (3, 'materials')) AS `usual`
WHERE `events`.`series_id` IS NULL;--> statement-breakpoint
-- Whoever was there before it was kept how we knew: online by the door, elsewhere by hand.
UPDATE `registrations` SET `attendance_source` = iif(`attendance` = 'online', 'door', 'by_hand') WHERE `attended_at` IS NOT NULL;--> statement-breakpoint
INSERT INTO `check_ins` (`id`, `registration_id`, `is_present`, `source`, `at`, `received_at`)
SELECT lower(hex(randomblob(16))), `id`, 1, `attendance_source`, `attended_at`, `attended_at` FROM `registrations` WHERE `attended_at` IS NOT NULL;--> statement-breakpoint
CREATE TABLE `organisation_totals` (
	`event_id` integer NOT NULL,
	`spelling` text NOT NULL,
	`written` text NOT NULL,
	`year` integer NOT NULL,
	`registered` integer NOT NULL,
	`attended` integer NOT NULL,
	`absent` integer NOT NULL,
	`minutes` integer NOT NULL,
	`first_person_id` integer NOT NULL,
	`last_person_id` integer NOT NULL,
	PRIMARY KEY(`event_id`, `spelling`),
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `role_totals` (
	`event_id` integer NOT NULL,
	`role` text NOT NULL,
	`registered` integer NOT NULL,
	`placed` integer NOT NULL,
	`attended` integer NOT NULL,
	`absent` integer NOT NULL,
	`waiting` integer NOT NULL,
	`waited` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`minutes` integer NOT NULL,
	PRIMARY KEY(`event_id`, `role`),
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "role_totals_role" CHECK("role_totals"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other'))
) STRICT;
--> statement-breakpoint
CREATE TABLE `spellings_apart` (
	`one` text NOT NULL,
	`other` text NOT NULL,
	PRIMARY KEY(`one`, `other`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `stale_events` (
	`event_id` integer PRIMARY KEY NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `organisation_totals_year` ON `organisation_totals` (`year`,`spelling`,`event_id`,`registered`,`attended`,`absent`,`minutes`);--> statement-breakpoint
CREATE INDEX `audit_entries_action` ON `audit_entries` (`group_id`,`action`,`id`);--> statement-breakpoint
-- Whoever has had to wait has no place yet, or got it later than they came.
UPDATE `registrations` SET `waited_at` = `created_at` WHERE `confirmed_at` IS NULL OR `confirmed_at` > `created_at`;--> statement-breakpoint
-- What was added up is stale from the moment that a row under it changes, in the same transaction.
CREATE TRIGGER `registrations_inserted` AFTER INSERT ON `registrations` BEGIN
  INSERT INTO stale_events SELECT new.event_id WHERE NOT EXISTS (SELECT 1 FROM stale_events WHERE event_id = new.event_id);
END;--> statement-breakpoint
CREATE TRIGGER `registrations_changed` AFTER UPDATE OF event_id, person_id, organisation, role, status, part, merged_into_id, waited_at, approval_asked_at, approved_at, attended_at, attended_minutes ON `registrations` BEGIN
  INSERT INTO stale_events SELECT old.event_id WHERE NOT EXISTS (SELECT 1 FROM stale_events WHERE event_id = old.event_id);
  INSERT INTO stale_events SELECT new.event_id WHERE NOT EXISTS (SELECT 1 FROM stale_events WHERE event_id = new.event_id);
END;--> statement-breakpoint
CREATE TRIGGER `registrations_deleted` AFTER DELETE ON `registrations` BEGIN
  INSERT INTO stale_events SELECT old.event_id WHERE NOT EXISTS (SELECT 1 FROM stale_events WHERE event_id = old.event_id);
END;--> statement-breakpoint
CREATE TRIGGER `events_redated` AFTER UPDATE OF local_start, duration_minutes ON `events` BEGIN
  INSERT INTO stale_events SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM stale_events WHERE event_id = new.id);
END;--> statement-breakpoint
INSERT INTO `stale_events` SELECT DISTINCT `event_id` FROM `registrations`;
