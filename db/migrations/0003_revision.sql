CREATE TABLE `revision` (
	`id` integer PRIMARY KEY NOT NULL,
	`programme` integer NOT NULL,
	`places` integer NOT NULL
) STRICT;
--> statement-breakpoint
-- Whatever public pages read raises the row in the same transaction; whoever adds a table to those pages adds its triggers here (tests/web/cache.test.ts).
INSERT INTO `revision` VALUES (1, 0, 0);--> statement-breakpoint
CREATE TRIGGER `revision_groups_inserted` AFTER INSERT ON `groups` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_groups_updated` AFTER UPDATE ON `groups` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_groups_deleted` AFTER DELETE ON `groups` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_themes_inserted` AFTER INSERT ON `themes` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_themes_updated` AFTER UPDATE ON `themes` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_themes_deleted` AFTER DELETE ON `themes` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_series_inserted` AFTER INSERT ON `series` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_series_updated` AFTER UPDATE ON `series` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_series_deleted` AFTER DELETE ON `series` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_events_inserted` AFTER INSERT ON `events` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_events_updated` AFTER UPDATE ON `events` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_events_deleted` AFTER DELETE ON `events` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_cohosts_inserted` AFTER INSERT ON `event_cohosts` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_cohosts_updated` AFTER UPDATE ON `event_cohosts` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_cohosts_deleted` AFTER DELETE ON `event_cohosts` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_themes_inserted` AFTER INSERT ON `event_themes` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_themes_updated` AFTER UPDATE ON `event_themes` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_themes_deleted` AFTER DELETE ON `event_themes` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_slugs_inserted` AFTER INSERT ON `event_slugs` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_slugs_updated` AFTER UPDATE ON `event_slugs` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_event_slugs_deleted` AFTER DELETE ON `event_slugs` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_sessions_inserted` AFTER INSERT ON `sessions` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_sessions_updated` AFTER UPDATE ON `sessions` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_sessions_deleted` AFTER DELETE ON `sessions` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_materials_inserted` AFTER INSERT ON `materials` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_materials_updated` AFTER UPDATE ON `materials` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_materials_deleted` AFTER DELETE ON `materials` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_form_fields_inserted` AFTER INSERT ON `form_fields` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_form_fields_updated` AFTER UPDATE ON `form_fields` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_form_fields_deleted` AFTER DELETE ON `form_fields` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_skipped_dates_inserted` AFTER INSERT ON `skipped_dates` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_skipped_dates_updated` AFTER UPDATE ON `skipped_dates` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_skipped_dates_deleted` AFTER DELETE ON `skipped_dates` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_registrations_inserted` AFTER INSERT ON `registrations` BEGIN UPDATE revision SET places = places + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_registrations_updated` AFTER UPDATE OF event_id, attendance, status, part, approval_asked_at, approved_at ON `registrations` BEGIN UPDATE revision SET places = places + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_registrations_deleted` AFTER DELETE ON `registrations` BEGIN UPDATE revision SET places = places + 1; END;
