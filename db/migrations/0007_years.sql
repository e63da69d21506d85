CREATE TABLE `year_organisations` (
	`year` integer NOT NULL,
	`spelling` text NOT NULL,
	`registered` integer NOT NULL,
	`attended` integer NOT NULL,
	`absent` integer NOT NULL,
	`minutes` integer NOT NULL,
	PRIMARY KEY(`year`, `spelling`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `year_totals` (
	`year` integer NOT NULL,
	`cut` text NOT NULL,
	`group_id` integer NOT NULL,
	`series_id` integer NOT NULL,
	`key` text NOT NULL,
	`events` integer NOT NULL,
	`registered` integer NOT NULL,
	`placed` integer NOT NULL,
	`attended` integer NOT NULL,
	`absent` integer NOT NULL,
	`waiting` integer NOT NULL,
	`waited` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`minutes` integer NOT NULL,
	PRIMARY KEY(`year`, `cut`, `group_id`, `series_id`, `key`),
	CONSTRAINT "year_totals_cut" CHECK("year_totals"."cut" in ('all', 'month', 'theme', 'role'))
) STRICT;
--> statement-breakpoint
DROP INDEX `organisation_totals_year`;--> statement-breakpoint
CREATE INDEX `organisation_totals_year` ON `organisation_totals` (`year`,`spelling`,`event_id`,`registered`,`attended`,`absent`,`minutes`,`first_person_id`,`last_person_id`);--> statement-breakpoint
CREATE INDEX `events_counted` ON `events` (`starts_at`,`ends_at`,`local_start`,`group_id`,`series_id`) WHERE published_at is not null and cancelled_at is null;--> statement-breakpoint
CREATE INDEX `role_totals_absent` ON `role_totals` (`event_id`) WHERE absent > 0;--> statement-breakpoint
-- By hand from here on: in which sums of its year an event counts, and with how much. Both say so of what an event is now.
CREATE VIEW `event_cells` AS
  SELECT id AS event_id, CAST(substr(local_start, 1, 4) AS INTEGER) AS year, 'all' AS cut, group_id, coalesce(series_id, 0) AS series_id, '' AS key
    FROM events WHERE published_at IS NOT NULL AND cancelled_at IS NULL
  UNION ALL
  SELECT id AS event_id, CAST(substr(local_start, 1, 4) AS INTEGER) AS year, 'month' AS cut, group_id, coalesce(series_id, 0) AS series_id, substr(local_start, 6, 2) AS key
    FROM events WHERE published_at IS NOT NULL AND cancelled_at IS NULL
  UNION ALL
  SELECT id AS event_id, CAST(substr(local_start, 1, 4) AS INTEGER) AS year, 'theme' AS cut, group_id, coalesce(series_id, 0) AS series_id, CAST(theme_id AS TEXT) AS key
    FROM events JOIN event_themes ON event_themes.event_id = events.id WHERE published_at IS NOT NULL AND cancelled_at IS NULL
  UNION ALL
  SELECT id AS event_id, CAST(substr(local_start, 1, 4) AS INTEGER) AS year, 'role' AS cut, group_id, coalesce(series_id, 0) AS series_id, role AS key
    FROM events JOIN role_totals ON role_totals.event_id = events.id WHERE published_at IS NOT NULL AND cancelled_at IS NULL;--> statement-breakpoint
CREATE VIEW `event_shares` AS
  SELECT event_id, year, cut, group_id, series_id, key, 1 AS events, 0 AS registered, 0 AS placed, 0 AS attended, 0 AS absent, 0 AS waiting, 0 AS waited, 0 AS cancelled, 0 AS minutes
    FROM event_cells WHERE cut <> 'role'
  UNION ALL
  SELECT event_cells.event_id, year, cut, group_id, series_id, key, 0, registered, placed, attended, absent, waiting, waited, cancelled, minutes
    FROM event_cells JOIN role_totals ON role_totals.event_id = event_cells.event_id AND (cut <> 'role' OR role = key);--> statement-breakpoint
CREATE VIEW `organisation_shares` AS
  SELECT event_id, CAST(substr(local_start, 1, 4) AS INTEGER) AS year, spelling, registered, attended, absent, minutes
    FROM organisation_totals JOIN events ON events.id = event_id WHERE published_at IS NOT NULL AND cancelled_at IS NULL;--> statement-breakpoint
-- What is put into these views is added to the sums; with a minus it is taken off.
CREATE VIEW `added_to_year` AS SELECT * FROM year_totals;--> statement-breakpoint
CREATE VIEW `added_to_organisations` AS SELECT * FROM year_organisations;--> statement-breakpoint
CREATE TRIGGER `year_totals_added` INSTEAD OF INSERT ON `added_to_year` BEGIN
  INSERT INTO year_totals VALUES (new.year, new.cut, new.group_id, new.series_id, new.key, new.events, new.registered, new.placed, new.attended, new.absent, new.waiting, new.waited, new.cancelled, new.minutes)
    ON CONFLICT DO UPDATE SET events = events + excluded.events, registered = registered + excluded.registered, placed = placed + excluded.placed, attended = attended + excluded.attended, absent = absent + excluded.absent, waiting = waiting + excluded.waiting, waited = waited + excluded.waited, cancelled = cancelled + excluded.cancelled, minutes = minutes + excluded.minutes;
END;--> statement-breakpoint
CREATE TRIGGER `year_organisations_added` INSTEAD OF INSERT ON `added_to_organisations` BEGIN
  INSERT INTO year_organisations VALUES (new.year, new.spelling, new.registered, new.attended, new.absent, new.minutes)
    ON CONFLICT DO UPDATE SET registered = registered + excluded.registered, attended = attended + excluded.attended, absent = absent + excluded.absent, minutes = minutes + excluded.minutes;
END;--> statement-breakpoint
-- An event, its themes and its sums are taken off as they were and put on as they are.
CREATE TRIGGER `years_event_inserted` AFTER INSERT ON `events` BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, events, registered, placed, attended, absent, waiting, waited, cancelled, minutes FROM event_shares WHERE event_id = new.id;
END;--> statement-breakpoint
CREATE TRIGGER `years_event_changing` BEFORE UPDATE OF group_id, series_id, local_start, published_at, cancelled_at ON `events`
  WHEN old.group_id IS NOT new.group_id OR old.series_id IS NOT new.series_id OR old.local_start IS NOT new.local_start OR old.published_at IS NOT new.published_at OR old.cancelled_at IS NOT new.cancelled_at BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, -events, -registered, -placed, -attended, -absent, -waiting, -waited, -cancelled, -minutes FROM event_shares WHERE event_id = old.id;
  INSERT INTO added_to_organisations SELECT year, spelling, -registered, -attended, -absent, -minutes FROM organisation_shares WHERE event_id = old.id;
END;--> statement-breakpoint
CREATE TRIGGER `years_event_changed` AFTER UPDATE OF group_id, series_id, local_start, published_at, cancelled_at ON `events`
  WHEN old.group_id IS NOT new.group_id OR old.series_id IS NOT new.series_id OR old.local_start IS NOT new.local_start OR old.published_at IS NOT new.published_at OR old.cancelled_at IS NOT new.cancelled_at BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, events, registered, placed, attended, absent, waiting, waited, cancelled, minutes FROM event_shares WHERE event_id = new.id;
  INSERT INTO added_to_organisations SELECT year, spelling, registered, attended, absent, minutes FROM organisation_shares WHERE event_id = new.id;
END;--> statement-breakpoint
CREATE TRIGGER `years_event_deleting` BEFORE DELETE ON `events` BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, -events, -registered, -placed, -attended, -absent, -waiting, -waited, -cancelled, -minutes FROM event_shares WHERE event_id = old.id;
  INSERT INTO added_to_organisations SELECT year, spelling, -registered, -attended, -absent, -minutes FROM organisation_shares WHERE event_id = old.id;
END;--> statement-breakpoint
CREATE TRIGGER `years_theme_inserted` AFTER INSERT ON `event_themes` BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, events, registered, placed, attended, absent, waiting, waited, cancelled, minutes FROM event_shares WHERE event_id = new.event_id AND cut = 'theme' AND key = CAST(new.theme_id AS TEXT);
END;--> statement-breakpoint
CREATE TRIGGER `years_theme_deleting` BEFORE DELETE ON `event_themes` BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, -events, -registered, -placed, -attended, -absent, -waiting, -waited, -cancelled, -minutes FROM event_shares WHERE event_id = old.event_id AND cut = 'theme' AND key = CAST(old.theme_id AS TEXT);
END;--> statement-breakpoint
CREATE TRIGGER `years_role_inserted` AFTER INSERT ON `role_totals` BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, 0, new.registered, new.placed, new.attended, new.absent, new.waiting, new.waited, new.cancelled, new.minutes FROM event_cells WHERE event_id = new.event_id AND (cut <> 'role' OR key = new.role);
END;--> statement-breakpoint
CREATE TRIGGER `years_role_deleting` BEFORE DELETE ON `role_totals` BEGIN
  INSERT INTO added_to_year SELECT year, cut, group_id, series_id, key, 0, -old.registered, -old.placed, -old.attended, -old.absent, -old.waiting, -old.waited, -old.cancelled, -old.minutes FROM event_cells WHERE event_id = old.event_id AND (cut <> 'role' OR key = old.role);
END;--> statement-breakpoint
CREATE TRIGGER `years_organisation_inserted` AFTER INSERT ON `organisation_totals` BEGIN
  INSERT INTO added_to_organisations SELECT year, spelling, registered, attended, absent, minutes FROM organisation_shares WHERE event_id = new.event_id AND spelling = new.spelling;
END;--> statement-breakpoint
CREATE TRIGGER `years_organisation_deleting` BEFORE DELETE ON `organisation_totals` BEGIN
  INSERT INTO added_to_organisations SELECT year, spelling, -registered, -attended, -absent, -minutes FROM organisation_shares WHERE event_id = old.event_id AND spelling = old.spelling;
END;--> statement-breakpoint
INSERT INTO `year_totals` SELECT year, cut, group_id, series_id, key, sum(events), sum(registered), sum(placed), sum(attended), sum(absent), sum(waiting), sum(waited), sum(cancelled), sum(minutes) FROM event_shares GROUP BY year, cut, group_id, series_id, key;--> statement-breakpoint
INSERT INTO `year_organisations` SELECT year, spelling, sum(registered), sum(attended), sum(absent), sum(minutes) FROM organisation_shares GROUP BY year, spelling;
