CREATE TABLE `choices` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`registration_id` integer NOT NULL,
	`session_id` integer NOT NULL,
	`round` integer NOT NULL,
	`rank` integer NOT NULL,
	`status` text NOT NULL,
	`queue_number` integer NOT NULL,
	`sequence` integer DEFAULT 0 NOT NULL,
	`revised_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`told` text,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "choices_status" CHECK("choices"."status" in ('confirmed', 'waitlisted', 'spare', 'cancelled')),
	CONSTRAINT "choices_rank_of_two" CHECK("choices"."rank" in (1, 2))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `choices_one_a_round` ON `choices` (`registration_id`,`round`) WHERE status = 'confirmed';--> statement-breakpoint
CREATE UNIQUE INDEX `choices_rank` ON `choices` (`registration_id`,`round`,`rank`) WHERE status <> 'cancelled';--> statement-breakpoint
CREATE INDEX `choices_queue` ON `choices` (`session_id`,`status`,`queue_number`);--> statement-breakpoint
CREATE UNIQUE INDEX `choices_once` ON `choices` (`registration_id`,`session_id`);--> statement-breakpoint
-- Columns are added one by one: making `events` anew would lose its triggers and what is found in it.
ALTER TABLE `events` ADD `choices_until` text;--> statement-breakpoint
ALTER TABLE `events` ADD `allocation` text DEFAULT 'first_come' NOT NULL CONSTRAINT "events_allocation" CHECK("allocation" in ('first_come', 'by_preference'));--> statement-breakpoint
ALTER TABLE `events` ADD `allocated_at` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `allocation_seed` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `choice_id` integer REFERENCES choices(id);--> statement-breakpoint
CREATE INDEX `messages_choice` ON `messages` (`choice_id`,`state`) WHERE choice_id is not null;--> statement-breakpoint
CREATE TABLE `__new_sessions` (
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
	`summary` text DEFAULT '' NOT NULL,
	`speakers` text DEFAULT '[]' NOT NULL,
	`is_learning` integer DEFAULT true NOT NULL,
	`sequence` integer DEFAULT 0 NOT NULL,
	`revised_at` integer DEFAULT 0 NOT NULL,
	`cancelled_at` integer,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sessions_kind" CHECK("__new_sessions"."kind" in ('plenary', 'workshop', 'break')),
	CONSTRAINT "sessions_capacity" CHECK(coalesce("__new_sessions"."capacity", 1) > 0),
	CONSTRAINT "sessions_round" CHECK(("__new_sessions"."kind" = 'workshop') = ("__new_sessions"."round" is not null))
) STRICT;
--> statement-breakpoint
-- A workshop of no round stood in the first one.
INSERT INTO `__new_sessions`("id", "uid", "event_id", "kind", "round", "title", "local_start", "duration_minutes", "room", "capacity", "group_id", "revised_at") SELECT "id", "uid", "event_id", "kind", CASE WHEN "kind" = 'workshop' THEN coalesce("round", 1) END, "title", "local_start", "duration_minutes", "room", nullif("capacity", 0), "group_id", (SELECT "created_at" FROM `events` WHERE `events`."id" = "event_id") FROM `sessions`;--> statement-breakpoint
DROP TABLE `sessions`;--> statement-breakpoint
ALTER TABLE `__new_sessions` RENAME TO `sessions`;--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_uid_unique` ON `sessions` (`uid`);--> statement-breakpoint
CREATE INDEX `sessions_event` ON `sessions` (`event_id`,`local_start`);--> statement-breakpoint
CREATE TRIGGER `revision_sessions_inserted` AFTER INSERT ON `sessions` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_sessions_updated` AFTER UPDATE ON `sessions` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_sessions_deleted` AFTER DELETE ON `sessions` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
-- Who has a place in a workshop changes what the page of its event says is left.
CREATE TRIGGER `revision_choices_inserted` AFTER INSERT ON `choices` BEGIN
	UPDATE revision SET places = places + 1;
	INSERT INTO place_revisions SELECT registrations.event_id, places FROM revision, registrations WHERE registrations.id = new.registration_id ON CONFLICT DO UPDATE SET places = excluded.places;
END;--> statement-breakpoint
CREATE TRIGGER `revision_choices_updated` AFTER UPDATE OF session_id, status ON `choices` BEGIN
	UPDATE revision SET places = places + 1;
	INSERT INTO place_revisions SELECT registrations.event_id, places FROM revision, registrations WHERE registrations.id = new.registration_id ON CONFLICT DO UPDATE SET places = excluded.places;
END;--> statement-breakpoint
CREATE TRIGGER `revision_choices_deleted` AFTER DELETE ON `choices` BEGIN
	UPDATE revision SET places = places + 1;
	INSERT INTO place_revisions SELECT registrations.event_id, places FROM revision, registrations WHERE registrations.id = old.registration_id ON CONFLICT DO UPDATE SET places = excluded.places;
END;
