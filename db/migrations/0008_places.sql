CREATE TABLE `place_revisions` (
	`event_id` integer PRIMARY KEY NOT NULL,
	`places` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `place_revisions_places` ON `place_revisions` (`places`);--> statement-breakpoint
-- The triggers of migration `revision` on registrations, which now also say at which event somebody came or left.
DROP TRIGGER `revision_registrations_inserted`;--> statement-breakpoint
DROP TRIGGER `revision_registrations_updated`;--> statement-breakpoint
DROP TRIGGER `revision_registrations_deleted`;--> statement-breakpoint
CREATE TRIGGER `revision_registrations_inserted` AFTER INSERT ON `registrations` BEGIN
	UPDATE revision SET places = places + 1;
	INSERT INTO place_revisions SELECT new.event_id, places FROM revision WHERE true ON CONFLICT DO UPDATE SET places = excluded.places;
END;--> statement-breakpoint
CREATE TRIGGER `revision_registrations_updated` AFTER UPDATE OF event_id, attendance, status, part, approval_asked_at, approved_at ON `registrations` BEGIN
	UPDATE revision SET places = places + 1;
	INSERT INTO place_revisions SELECT old.event_id, places FROM revision WHERE true ON CONFLICT DO UPDATE SET places = excluded.places;
	INSERT INTO place_revisions SELECT new.event_id, places FROM revision WHERE new.event_id <> old.event_id ON CONFLICT DO UPDATE SET places = excluded.places;
END;--> statement-breakpoint
CREATE TRIGGER `revision_registrations_deleted` AFTER DELETE ON `registrations` BEGIN
	UPDATE revision SET places = places + 1;
	INSERT INTO place_revisions SELECT old.event_id, places FROM revision WHERE true ON CONFLICT DO UPDATE SET places = excluded.places;
END;
