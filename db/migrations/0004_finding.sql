CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);--> statement-breakpoint
CREATE INDEX `audit_entries_organiser` ON `audit_entries` (`organiser_id`,`at`);--> statement-breakpoint
CREATE INDEX `event_slugs_event` ON `event_slugs` (`event_id`);--> statement-breakpoint
CREATE INDEX `events_end` ON `events` (`ends_at`);--> statement-breakpoint
CREATE INDEX `events_room` ON `events` (`room_url`) WHERE room_url is not null;--> statement-breakpoint
CREATE INDEX `events_host_room` ON `events` (`host_url`) WHERE host_url is not null;--> statement-breakpoint
CREATE INDEX `invitees_email` ON `invitees` (`email`);--> statement-breakpoint
CREATE INDEX `messages_state` ON `messages` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `messages_created` ON `messages` (`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bytes` ON `messages` (`due_at`) WHERE bytes is not null;--> statement-breakpoint
CREATE INDEX `messages_person` ON `messages` (`person_id`) WHERE person_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitation` ON `messages` (`invitation_id`) WHERE invitation_id is not null;--> statement-breakpoint
CREATE INDEX `people_created` ON `people` (`created_at`) WHERE email is not null;--> statement-breakpoint
CREATE INDEX `tasks_days` ON `tasks` (`days`);--> statement-breakpoint
-- By hand from here on: what people search events by. The words stand in five tables, so the index keeps none of them itself
-- (contentless) and can drop a row without being told what stood in it (contentless_delete); it is made from the view.
CREATE VIEW `event_words` AS SELECT `events`.`id` AS `id`, concat_ws(' ', `title`, `summary`, `description`, `yield`,
  (SELECT group_concat(`value`, ' ') FROM json_each(`speakers`)),
  (SELECT `name` FROM `groups` WHERE `groups`.`id` = `events`.`group_id`),
  (SELECT group_concat(`name`, ' ') FROM `event_cohosts` JOIN `groups` ON `groups`.`id` = `event_cohosts`.`group_id` WHERE `event_id` = `events`.`id`),
  (SELECT group_concat(`name`, ' ') FROM `event_themes` JOIN `themes` ON `themes`.`id` = `theme_id` WHERE `event_id` = `events`.`id`)
) AS `words` FROM `events`;--> statement-breakpoint
CREATE VIRTUAL TABLE `event_search` USING fts5(`words`, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');--> statement-breakpoint
INSERT INTO `event_search` (`rowid`, `words`) SELECT `id`, `words` FROM `event_words`;--> statement-breakpoint
CREATE TRIGGER `search_events_inserted` AFTER INSERT ON `events` BEGIN
  INSERT INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = new.id;
END;--> statement-breakpoint
CREATE TRIGGER `search_events_changed` AFTER UPDATE OF title, summary, description, speakers, yield, group_id ON `events` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = new.id;
END;--> statement-breakpoint
CREATE TRIGGER `search_events_deleted` AFTER DELETE ON `events` BEGIN
  DELETE FROM event_search WHERE rowid = old.id;
END;--> statement-breakpoint
CREATE TRIGGER `search_cohosts_inserted` AFTER INSERT ON `event_cohosts` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = new.event_id;
END;--> statement-breakpoint
CREATE TRIGGER `search_cohosts_deleted` AFTER DELETE ON `event_cohosts` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = old.event_id;
END;--> statement-breakpoint
CREATE TRIGGER `search_themes_inserted` AFTER INSERT ON `event_themes` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = new.event_id;
END;--> statement-breakpoint
CREATE TRIGGER `search_themes_deleted` AFTER DELETE ON `event_themes` BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words WHERE id = old.event_id;
END;--> statement-breakpoint
CREATE TRIGGER `search_groups_renamed` AFTER UPDATE OF name ON `groups` WHEN new.name <> old.name BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words
    WHERE id IN (SELECT id FROM events WHERE group_id = new.id UNION SELECT event_id FROM event_cohosts WHERE group_id = new.id);
END;--> statement-breakpoint
CREATE TRIGGER `search_themes_renamed` AFTER UPDATE OF name ON `themes` WHEN new.name <> old.name BEGIN
  INSERT OR REPLACE INTO event_search (rowid, words) SELECT id, words FROM event_words
    WHERE id IN (SELECT event_id FROM event_themes WHERE theme_id = new.id);
END;
