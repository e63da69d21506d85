CREATE TABLE `templates` (
	`group_id` integer NOT NULL,
	`locale` text NOT NULL,
	`kind` text NOT NULL,
	`texts` text NOT NULL,
	`revised_at` integer NOT NULL,
	PRIMARY KEY(`group_id`, `locale`, `kind`),
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "templates_locale" CHECK("templates"."locale" in ('nl', 'en'))
) STRICT;
--> statement-breakpoint
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
	CONSTRAINT "messages_kind" CHECK("__new_messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'reminder_day', 'reminder_hour', 'declined', 'newsletter', 'test')),
	CONSTRAINT "messages_state" CHECK("__new_messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped')),
	CONSTRAINT "messages_bounce" CHECK("__new_messages"."bounce" in ('hard', 'soft', 'policy'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_messages`("id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at") SELECT "id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at" FROM `messages`;--> statement-breakpoint
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
ALTER TABLE `people` ADD `newsletter_stopped_at` integer;--> statement-breakpoint
ALTER TABLE `people` ADD `undeliverable_at` integer;--> statement-breakpoint
ALTER TABLE `people` ADD `undeliverable_reason` text DEFAULT '' NOT NULL;--> statement-breakpoint
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
	FOREIGN KEY (`added_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "registrations_role" CHECK("__new_registrations"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other')),
	CONSTRAINT "registrations_attendance" CHECK("__new_registrations"."attendance" in ('online', 'in_person')),
	CONSTRAINT "registrations_status" CHECK("__new_registrations"."status" in ('confirmed', 'waitlisted', 'cancelled')),
	CONSTRAINT "registrations_locale" CHECK("__new_registrations"."locale" in ('nl', 'en')),
	CONSTRAINT "registrations_reply" CHECK("__new_registrations"."reply" in ('accepted', 'tentative', 'declined'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_registrations`("id", "event_id", "person_id", "name", "organisation", "role", "attendance", "access_needs", "locale", "status", "queue_number", "sequence", "revised_at", "link_version", "door_version", "created_at", "confirmed_at", "cancelled_at", "cancelled_by", "attended_at", "added_by", "reminders_stopped_at", "new_email", "told", "thread_id") SELECT "id", "event_id", "person_id", "name", "organisation", "role", "attendance", "access_needs", "locale", "status", "queue_number", "sequence", "revised_at", "link_version", "door_version", "created_at", "confirmed_at", "cancelled_at", "cancelled_by", "attended_at", "added_by", "reminders_stopped_at", "new_email", "told", "thread_id" FROM `registrations`;--> statement-breakpoint
-- An id is never given out twice, also not one whose row is gone: signed links and return addresses name them.
DELETE FROM sqlite_sequence WHERE name = '__new_registrations';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_registrations', seq FROM sqlite_sequence WHERE name = 'registrations';--> statement-breakpoint
DROP TABLE `registrations`;--> statement-breakpoint
ALTER TABLE `__new_registrations` RENAME TO `registrations`;--> statement-breakpoint
CREATE INDEX `registrations_queue` ON `registrations` (`event_id`,`status`,`attendance`,`queue_number`);--> statement-breakpoint
CREATE INDEX `registrations_order` ON `registrations` (`event_id`,`queue_number`);--> statement-breakpoint
CREATE INDEX `registrations_person` ON `registrations` (`person_id`);--> statement-breakpoint
CREATE INDEX `registrations_frees` ON `registrations` (`frees_at`) WHERE frees_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `registrations_once` ON `registrations` (`event_id`,`person_id`);--> statement-breakpoint
ALTER TABLE `series` ADD `decline_hours` integer DEFAULT 24;--> statement-breakpoint
CREATE INDEX `messages_bounced` ON `messages` (`bounced_at`) WHERE bounced_at is not null;--> statement-breakpoint
CREATE INDEX `messages_message_id` ON `messages` (`message_id`);
