CREATE TABLE `audit_entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`organiser_id` integer,
	`group_id` integer,
	`event_id` integer,
	`action` text NOT NULL,
	`detail` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_entries_event` ON `audit_entries` (`event_id`,`id`);--> statement-breakpoint
CREATE TABLE `event_slugs` (
	`slug` text PRIMARY KEY NOT NULL,
	`event_id` integer NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `event_themes` (
	`event_id` integer NOT NULL,
	`theme_id` integer NOT NULL,
	PRIMARY KEY(`event_id`, `theme_id`),
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`theme_id`) REFERENCES `themes`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `event_themes_theme` ON `event_themes` (`theme_id`);--> statement-breakpoint
CREATE TABLE `events` (
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
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "events_kind" CHECK("events"."kind" in ('webinar', 'meeting', 'conference', 'learning_circle')),
	CONSTRAINT "events_attendance" CHECK("events"."attendance" in ('online', 'in_person', 'hybrid')),
	CONSTRAINT "events_capacity" CHECK(coalesce("events"."capacity_online", 1) > 0 and coalesce("events"."capacity_in_person", 1) > 0),
	CONSTRAINT "events_end" CHECK("events"."ends_at" > "events"."starts_at")
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `events_uid_unique` ON `events` (`uid`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_slug_unique` ON `events` (`slug`);--> statement-breakpoint
CREATE INDEX `events_start` ON `events` (`starts_at`);--> statement-breakpoint
CREATE INDEX `events_group` ON `events` (`group_id`,`starts_at`);--> statement-breakpoint
CREATE INDEX `events_series` ON `events` (`series_id`,`local_start`);--> statement-breakpoint
CREATE INDEX `events_drafts` ON `events` (`starts_at`) WHERE published_at is null;--> statement-breakpoint
CREATE TABLE `groups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`region` text DEFAULT '' NOT NULL,
	`accent` text,
	`email` text,
	`parent_id` integer,
	FOREIGN KEY (`parent_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_slug_unique` ON `groups` (`slug`);--> statement-breakpoint
CREATE INDEX `groups_parent` ON `groups` (`parent_id`);--> statement-breakpoint
CREATE TABLE `materials` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`url` text NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "materials_kind" CHECK("materials"."kind" in ('recording', 'slides', 'handout', 'audio', 'link'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `materials_event` ON `materials` (`event_id`);--> statement-breakpoint
CREATE TABLE `memberships` (
	`organiser_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`right` text NOT NULL,
	PRIMARY KEY(`organiser_id`, `group_id`),
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "memberships_right" CHECK("memberships"."right" in ('owner', 'organiser', 'host'))
) STRICT;
--> statement-breakpoint
CREATE TABLE `messages` (
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
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`sign_in_id`) REFERENCES `sign_ins`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_kind" CHECK("messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'reminder_day', 'reminder_hour', 'test')),
	CONSTRAINT "messages_state" CHECK("messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_key_unique` ON `messages` (`key`);--> statement-breakpoint
CREATE INDEX `messages_due` ON `messages` (`state`,`lane`,`due_at`);--> statement-breakpoint
CREATE INDEX `messages_registration` ON `messages` (`registration_id`,`state`);--> statement-breakpoint
CREATE INDEX `messages_event` ON `messages` (`event_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_address` ON `messages` (`to_address`,`created_at`);--> statement-breakpoint
CREATE TABLE `organiser_sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`organiser_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `organiser_sessions_organiser` ON `organiser_sessions` (`organiser_id`);--> statement-breakpoint
CREATE TABLE `organisers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`locale` text DEFAULT 'nl' NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `organisers_email_unique` ON `organisers` (`email`);--> statement-breakpoint
CREATE TABLE `people` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text,
	`created_at` integer NOT NULL,
	`my_version` integer DEFAULT 1 NOT NULL,
	`feed_version` integer DEFAULT 1 NOT NULL,
	`reminders_stopped_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `people_email_unique` ON `people` (`email`);--> statement-breakpoint
CREATE TABLE `registrations` (
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
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`added_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "registrations_role" CHECK("registrations"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other')),
	CONSTRAINT "registrations_attendance" CHECK("registrations"."attendance" in ('online', 'in_person')),
	CONSTRAINT "registrations_status" CHECK("registrations"."status" in ('confirmed', 'waitlisted', 'cancelled')),
	CONSTRAINT "registrations_locale" CHECK("registrations"."locale" in ('nl', 'en'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `registrations_queue` ON `registrations` (`event_id`,`status`,`attendance`,`queue_number`);--> statement-breakpoint
CREATE INDEX `registrations_order` ON `registrations` (`event_id`,`queue_number`);--> statement-breakpoint
CREATE INDEX `registrations_person` ON `registrations` (`person_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `registrations_once` ON `registrations` (`event_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `series` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`title` text NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`group_id` integer NOT NULL,
	`kind` text NOT NULL,
	`time_zone` text NOT NULL,
	`duration_minutes` integer NOT NULL,
	`attendance` text NOT NULL,
	`capacity_online` integer,
	`capacity_in_person` integer,
	`room_url` text,
	`venue` text,
	`rule` text NOT NULL,
	`local_time` text NOT NULL,
	`skip_months` text DEFAULT '[]' NOT NULL,
	`remind_day_before` integer DEFAULT true NOT NULL,
	`remind_hour_before` integer DEFAULT true NOT NULL,
	`promote_hours_online` integer DEFAULT 1 NOT NULL,
	`promote_hours_in_person` integer DEFAULT 48 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "series_kind" CHECK("series"."kind" in ('webinar', 'meeting', 'conference', 'learning_circle')),
	CONSTRAINT "series_attendance" CHECK("series"."attendance" in ('online', 'in_person', 'hybrid'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `series_slug_unique` ON `series` (`slug`);--> statement-breakpoint
CREATE INDEX `series_group` ON `series` (`group_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uid` text NOT NULL,
	`event_id` integer NOT NULL,
	`kind` text NOT NULL,
	`round` integer,
	`title` text NOT NULL,
	`local_start` text NOT NULL,
	`duration_minutes` integer NOT NULL,
	`room` text DEFAULT '' NOT NULL,
	`capacity` integer,
	`group_id` integer,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sessions_kind" CHECK("sessions"."kind" in ('plenary', 'workshop', 'break'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_uid_unique` ON `sessions` (`uid`);--> statement-breakpoint
CREATE INDEX `sessions_event` ON `sessions` (`event_id`,`local_start`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `sign_ins` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`organiser_id` integer NOT NULL,
	`token_hash` text,
	`code_hash` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sign_ins_tokenHash_unique` ON `sign_ins` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sign_ins_organiser` ON `sign_ins` (`organiser_id`);--> statement-breakpoint
CREATE TABLE `themes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `themes_slug_unique` ON `themes` (`slug`);