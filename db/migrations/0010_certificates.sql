CREATE TABLE `accreditations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`register` text NOT NULL,
	`number` text NOT NULL,
	`points` real,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "accreditations_points" CHECK(coalesce("accreditations"."points", 1) > 0)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `accreditations_once` ON `accreditations` (`event_id`,`register`);--> statement-breakpoint
CREATE TABLE `certificates` (
	`event_id` integer PRIMARY KEY NOT NULL,
	`given_at` integer,
	`signer` text DEFAULT '' NOT NULL,
	`pause_minutes` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "certificates_pause" CHECK("certificates"."pause_minutes" >= 0)
) STRICT;
