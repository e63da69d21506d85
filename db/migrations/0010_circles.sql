CREATE TABLE `enrolments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`name` text NOT NULL,
	`organisation` text DEFAULT '' NOT NULL,
	`role` text NOT NULL,
	`attendance` text NOT NULL,
	`access_needs` text DEFAULT '' NOT NULL,
	`locale` text NOT NULL,
	`status` text NOT NULL,
	`queue_number` integer NOT NULL,
	`revised_at` integer NOT NULL,
	`link_version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`joined_at` integer,
	`waited_at` integer,
	`left_at` integer,
	`left_by` text,
	`invites_since` integer,
	`added_by` integer,
	`told` text,
	`thread_id` text,
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`added_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "enrolments_role" CHECK("enrolments"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other')),
	CONSTRAINT "enrolments_attendance" CHECK("enrolments"."attendance" in ('online', 'in_person')),
	CONSTRAINT "enrolments_locale" CHECK("enrolments"."locale" in ('nl', 'en')),
	CONSTRAINT "enrolments_status" CHECK("enrolments"."status" in ('confirmed', 'waitlisted', 'cancelled')),
	CONSTRAINT "enrolments_left_by" CHECK("enrolments"."left_by" in ('attendee', 'organiser')),
	CONSTRAINT "enrolments_told" CHECK("enrolments"."told" in ('confirmed', 'waitlisted', 'cancelled'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `enrolments_queue` ON `enrolments` (`series_id`,`status`,`queue_number`);--> statement-breakpoint
CREATE INDEX `enrolments_person` ON `enrolments` (`person_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `enrolments_once` ON `enrolments` (`series_id`,`person_id`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
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
	`choice_id` integer,
	`enrolment_id` integer,
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
	`told_series` text,
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
	FOREIGN KEY (`choice_id`) REFERENCES `choices`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`enrolment_id`) REFERENCES `enrolments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mailing_id`) REFERENCES `mailings`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_kind" CHECK("__new_messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'series_confirmed', 'series_waitlisted', 'series_promoted', 'series_left', 'series_again', 'reminder_day', 'reminder_hour', 'declined', 'requested', 'asked', 'briefing', 'invited', 'mailing', 'tasks', 'invitation', 'newsletter', 'test')),
	CONSTRAINT "messages_state" CHECK("__new_messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped')),
	CONSTRAINT "messages_bounce" CHECK("__new_messages"."bounce" in ('hard', 'soft', 'policy'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_messages`("id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "choice_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason") SELECT "id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "choice_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason" FROM `messages`;--> statement-breakpoint
-- An id is never given out twice, also not one whose row is gone: signed links and return addresses name them.
DELETE FROM sqlite_sequence WHERE name = '__new_messages';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_messages', seq FROM sqlite_sequence WHERE name = 'messages';--> statement-breakpoint
DROP TABLE `messages`;--> statement-breakpoint
ALTER TABLE `__new_messages` RENAME TO `messages`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_key_unique` ON `messages` (`key`);--> statement-breakpoint
CREATE INDEX `messages_due` ON `messages` (`state`,`lane`,`due_at`);--> statement-breakpoint
CREATE INDEX `messages_state` ON `messages` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `messages_registration` ON `messages` (`registration_id`,`state`);--> statement-breakpoint
CREATE INDEX `messages_event` ON `messages` (`event_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_address` ON `messages` (`to_address`,`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bounced` ON `messages` (`bounced_at`) WHERE bounced_at is not null;--> statement-breakpoint
CREATE INDEX `messages_message_id` ON `messages` (`message_id`);--> statement-breakpoint
CREATE INDEX `messages_mailing` ON `messages` (`mailing_id`,`state`) WHERE mailing_id is not null;--> statement-breakpoint
CREATE INDEX `messages_created` ON `messages` (`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bytes` ON `messages` (`due_at`) WHERE bytes is not null;--> statement-breakpoint
CREATE INDEX `messages_person` ON `messages` (`person_id`) WHERE person_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitation` ON `messages` (`invitation_id`) WHERE invitation_id is not null;--> statement-breakpoint
CREATE INDEX `messages_enrolment` ON `messages` (`enrolment_id`,`state`) WHERE enrolment_id is not null;--> statement-breakpoint
CREATE INDEX `messages_choice` ON `messages` (`choice_id`,`state`) WHERE choice_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitee` ON `messages` (`invitee_id`) WHERE invitee_id is not null;--> statement-breakpoint
CREATE INDEX `messages_sign_in` ON `messages` (`sign_in_id`) WHERE sign_in_id is not null;--> statement-breakpoint
ALTER TABLE `registrations` ADD `enrolment_id` integer REFERENCES enrolments(id);--> statement-breakpoint
ALTER TABLE `registrations` ADD `feed_only_since` integer;--> statement-breakpoint
CREATE INDEX `registrations_enrolment` ON `registrations` (`enrolment_id`) WHERE enrolment_id is not null;--> statement-breakpoint
-- By hand. Columns are added one by one: making `series` anew would lose its triggers.
ALTER TABLE `series` ADD `enrolment_rule` text DEFAULT 'off' NOT NULL CONSTRAINT "series_enrolment_rule" CHECK("enrolment_rule" in ('off', 'beside', 'only'));--> statement-breakpoint
ALTER TABLE `series` ADD `enrolment_capacity` integer CONSTRAINT "series_enrolment_capacity" CHECK(coalesce("enrolment_capacity", 1) > 0);--> statement-breakpoint
ALTER TABLE `series` ADD `enrolment_until` text;--> statement-breakpoint
ALTER TABLE `series` ADD `is_closed_list` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- The page of a series says how many places are left in it.
CREATE TRIGGER `revision_enrolments_inserted` AFTER INSERT ON `enrolments` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_enrolments_updated` AFTER UPDATE OF series_id, status ON `enrolments` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_enrolments_deleted` AFTER DELETE ON `enrolments` BEGIN UPDATE revision SET programme = programme + 1; END;
