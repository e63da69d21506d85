CREATE TABLE `sweep_totals` (
	`sweep_id` integer NOT NULL,
	`group_id` integer,
	`kind` text NOT NULL,
	`total` integer NOT NULL,
	FOREIGN KEY (`sweep_id`) REFERENCES `sweeps`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `sweep_totals_sweep` ON `sweep_totals` (`sweep_id`);--> statement-breakpoint
CREATE INDEX `sweep_totals_group` ON `sweep_totals` (`group_id`,`sweep_id`);--> statement-breakpoint
CREATE TABLE `sweeps` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`failure` text DEFAULT '' NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `groups` ADD `retention_months` integer;--> statement-breakpoint
CREATE INDEX `messages_sign_in` ON `messages` (`sign_in_id`) WHERE sign_in_id is not null;