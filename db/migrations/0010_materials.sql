-- By hand: columns are added one by one, since making these tables anew would lose their triggers.
ALTER TABLE `mailings` ADD `purpose` text DEFAULT 'letter' NOT NULL CONSTRAINT "mailings_purpose" CHECK("purpose" in ('letter', 'follow_up'));--> statement-breakpoint
CREATE UNIQUE INDEX `mailings_follow_up` ON `mailings` (`event_id`,`audience`) WHERE purpose = 'follow_up' and recalled_at is null;--> statement-breakpoint
ALTER TABLE `materials` ADD `file` text CONSTRAINT "materials_source" CHECK(("file" is null) = ("url" <> ''));--> statement-breakpoint
ALTER TABLE `materials` ADD `file_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `format` text CONSTRAINT "materials_format" CHECK("format" in ('pdf', 'pptx', 'docx', 'odp', 'odt', 'mp3', 'm4a', 'ogg'));--> statement-breakpoint
ALTER TABLE `materials` ADD `size` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `position` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `materials_file_unique` ON `materials` (`file`);--> statement-breakpoint
ALTER TABLE `series` ADD `follow_up_days` integer CONSTRAINT "series_follow_up" CHECK("follow_up_days" between 1 and 30);--> statement-breakpoint
-- What people search events by holds the titles of its materials too: see 0004.
DROP VIEW `event_words`;--> statement-breakpoint
CREATE VIEW `event_words` AS SELECT `events`.`id` AS `id`, concat_ws(' ', `title`, `summary`, `description`, `yield`,
  (SELECT group_concat(`value`, ' ') FROM json_each(`speakers`)),
  (SELECT `name` FROM `groups` WHERE `groups`.`id` = `events`.`group_id`),
  (SELECT group_concat(`name`, ' ') FROM `event_cohosts` JOIN `groups` ON `groups`.`id` = `event_cohosts`.`group_id` WHERE `event_id` = `events`.`id`),
  (SELECT group_concat(`name`, ' ') FROM `event_themes` JOIN `themes` ON `themes`.`id` = `theme_id` WHERE `event_id` = `events`.`id`),
  (SELECT group_concat(`materials`.`title`, ' ') FROM `materials` WHERE `event_id` = `events`.`id`)
) AS `words` FROM `events`;--> statement-breakpoint
INSERT OR REPLACE INTO `event_search` (`rowid`, `words`) SELECT `id`, `words` FROM `event_words` WHERE `id` IN (SELECT `event_id` FROM `materials`);--> statement-breakpoint
CREATE TRIGGER `search_materials_inserted` AFTER INSERT ON `materials` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = new.event_id;
END;--> statement-breakpoint
CREATE TRIGGER `search_materials_renamed` AFTER UPDATE OF title ON `materials` WHEN new.title <> old.title BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = new.event_id;
END;--> statement-breakpoint
CREATE TRIGGER `search_materials_deleted` AFTER DELETE ON `materials` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = old.event_id;
END;
