-- Columns are added one by one: making `events` anew would lose its triggers and what is found in it.
ALTER TABLE `events` ADD `choices_until` text;--> statement-breakpoint
ALTER TABLE `events` ADD `allocation` text DEFAULT 'first_come' NOT NULL CONSTRAINT "events_allocation" CHECK("allocation" in ('first_come', 'by_preference'));--> statement-breakpoint
ALTER TABLE `events` ADD `allocated_at` integer;--> statement-breakpoint
ALTER TABLE `events` ADD `allocation_seed` text DEFAULT '' NOT NULL;--> statement-breakpoint
-- By hand: columns are added one by one, since making these tables anew would lose their triggers.
ALTER TABLE `mailings` ADD `purpose` text DEFAULT 'letter' NOT NULL CONSTRAINT "mailings_purpose" CHECK("purpose" in ('letter', 'follow_up'));--> statement-breakpoint
ALTER TABLE `materials` ADD `file` text CONSTRAINT "materials_source" CHECK(("file" is null) = ("url" <> ''));--> statement-breakpoint
ALTER TABLE `materials` ADD `file_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `format` text CONSTRAINT "materials_format" CHECK("format" in ('pdf', 'pptx', 'docx', 'odp', 'odt', 'mp3', 'm4a', 'ogg'));--> statement-breakpoint
ALTER TABLE `materials` ADD `size` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `materials` ADD `position` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `series` ADD `follow_up_days` integer CONSTRAINT "series_follow_up" CHECK("follow_up_days" between 1 and 30);--> statement-breakpoint
ALTER TABLE `series` ADD `enrolment_rule` text DEFAULT 'off' NOT NULL CONSTRAINT "series_enrolment_rule" CHECK("enrolment_rule" in ('off', 'beside', 'only'));--> statement-breakpoint
ALTER TABLE `series` ADD `enrolment_capacity` integer CONSTRAINT "series_enrolment_capacity" CHECK(coalesce("enrolment_capacity", 1) > 0);--> statement-breakpoint
ALTER TABLE `series` ADD `enrolment_until` text;--> statement-breakpoint
ALTER TABLE `series` ADD `is_closed_list` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE TABLE `accreditations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_id` integer NOT NULL,
	`register` text NOT NULL,
	`number` text NOT NULL,
	`points` real,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "accreditations_points" CHECK(coalesce("accreditations"."points", 1) > 0)
) STRICT;--> statement-breakpoint
CREATE UNIQUE INDEX `accreditations_once` ON `accreditations` (`event_id`,`register`);--> statement-breakpoint
CREATE TABLE `certificates` (
	`event_id` integer PRIMARY KEY NOT NULL,
	`given_at` integer,
	`signer` text DEFAULT '' NOT NULL,
	`pause_minutes` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "certificates_pause" CHECK("certificates"."pause_minutes" >= 0)
) STRICT;--> statement-breakpoint
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
) STRICT;--> statement-breakpoint
CREATE UNIQUE INDEX `choices_one_a_round` ON `choices` (`registration_id`,`round`) WHERE status = 'confirmed';--> statement-breakpoint
CREATE UNIQUE INDEX `choices_rank` ON `choices` (`registration_id`,`round`,`rank`) WHERE status <> 'cancelled';--> statement-breakpoint
CREATE INDEX `choices_queue` ON `choices` (`session_id`,`status`,`queue_number`);--> statement-breakpoint
CREATE UNIQUE INDEX `choices_once` ON `choices` (`registration_id`,`session_id`);--> statement-breakpoint
CREATE TABLE `enrolments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`name` text NOT NULL,
	`organisation` text DEFAULT '' NOT NULL,
	`role` text NOT NULL,
	`attendance` text NOT NULL,
	`access_needs` text DEFAULT '' NOT NULL,
	`locale` text NOT NULL,
	`status` text NOT NULL,
	`queue_number` integer NOT NULL,
	`revised_at` integer NOT NULL,
	`link_version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`joined_at` integer,
	`waited_at` integer,
	`left_at` integer,
	`left_by` text,
	`invites_since` integer,
	`added_by` integer,
	`told` text,
	`thread_id` text,
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`added_by`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "enrolments_role" CHECK("enrolments"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other')),
	CONSTRAINT "enrolments_attendance" CHECK("enrolments"."attendance" in ('online', 'in_person')),
	CONSTRAINT "enrolments_locale" CHECK("enrolments"."locale" in ('nl', 'en')),
	CONSTRAINT "enrolments_status" CHECK("enrolments"."status" in ('confirmed', 'waitlisted', 'cancelled')),
	CONSTRAINT "enrolments_left_by" CHECK("enrolments"."left_by" in ('attendee', 'organiser')),
	CONSTRAINT "enrolments_told" CHECK("enrolments"."told" in ('confirmed', 'waitlisted', 'cancelled'))
) STRICT;--> statement-breakpoint
CREATE INDEX `enrolments_queue` ON `enrolments` (`series_id`,`status`,`queue_number`);--> statement-breakpoint
CREATE INDEX `enrolments_person` ON `enrolments` (`person_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `enrolments_once` ON `enrolments` (`series_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `feedback_answers` (
	`id` integer PRIMARY KEY NOT NULL,
	`question_id` integer NOT NULL,
	`step` integer NOT NULL,
	`value` text DEFAULT '[]' NOT NULL,
	`text` text DEFAULT '' NOT NULL,
	`registration_id` integer,
	FOREIGN KEY (`question_id`) REFERENCES `feedback_questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;--> statement-breakpoint
CREATE INDEX `feedback_answers_question` ON `feedback_answers` (`question_id`,`step`);--> statement-breakpoint
CREATE INDEX `feedback_answers_registration` ON `feedback_answers` (`registration_id`) WHERE registration_id is not null;--> statement-breakpoint
CREATE TABLE `feedback_forms` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer,
	`event_id` integer,
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "feedback_forms_of_one" CHECK(("feedback_forms"."series_id" is null) <> ("feedback_forms"."event_id" is null))
) STRICT;--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_forms_seriesId_unique` ON `feedback_forms` (`series_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_forms_eventId_unique` ON `feedback_forms` (`event_id`);--> statement-breakpoint
CREATE TABLE `feedback_marks` (
	`registration_id` integer PRIMARY KEY NOT NULL,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;--> statement-breakpoint
CREATE TABLE `feedback_questions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`form_id` integer NOT NULL,
	`kind` text NOT NULL,
	`usual` text,
	`label` text DEFAULT '' NOT NULL,
	`options` text DEFAULT '[]' NOT NULL,
	`position` integer NOT NULL,
	`closed_at` integer,
	FOREIGN KEY (`form_id`) REFERENCES `feedback_forms`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "feedback_questions_kind" CHECK("feedback_questions"."kind" in ('scale', 'choice', 'several', 'text')),
	CONSTRAINT "feedback_questions_usual" CHECK("feedback_questions"."usual" in ('useful', 'takeaway', 'better')),
	CONSTRAINT "feedback_questions_words" CHECK(("feedback_questions"."usual" is null) = ("feedback_questions"."label" <> ''))
) STRICT;--> statement-breakpoint
CREATE INDEX `feedback_questions_form` ON `feedback_questions` (`form_id`,`position`);--> statement-breakpoint
CREATE TABLE `feedback_sheets` (
	`id` integer PRIMARY KEY NOT NULL,
	`form_id` integer NOT NULL,
	`step` integer NOT NULL,
	FOREIGN KEY (`form_id`) REFERENCES `feedback_forms`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;--> statement-breakpoint
CREATE INDEX `feedback_sheets_form` ON `feedback_sheets` (`form_id`,`step`);--> statement-breakpoint
CREATE TABLE `question_followers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`question_id` integer NOT NULL,
	`kind` text NOT NULL,
	`email` text NOT NULL,
	`locale` text NOT NULL,
	`created_at` integer NOT NULL,
	`proven_at` integer,
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "question_followers_kind" CHECK("question_followers"."kind" in ('asked', 'recognised')),
	CONSTRAINT "question_followers_locale" CHECK("question_followers"."locale" in ('nl', 'en'))
) STRICT;--> statement-breakpoint
CREATE UNIQUE INDEX `question_followers_once` ON `question_followers` (`question_id`,`email`);--> statement-breakpoint
CREATE INDEX `question_followers_email` ON `question_followers` (`email`);--> statement-breakpoint
CREATE TABLE `question_themes` (
	`question_id` integer NOT NULL,
	`theme_id` integer NOT NULL,
	PRIMARY KEY(`question_id`, `theme_id`),
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`theme_id`) REFERENCES `themes`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;--> statement-breakpoint
CREATE INDEX `question_themes_theme` ON `question_themes` (`theme_id`);--> statement-breakpoint
CREATE TABLE `questions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`text` text NOT NULL,
	`typed` text DEFAULT '' NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`role` text NOT NULL,
	`place` text DEFAULT '' NOT NULL,
	`group_id` integer,
	`asked_at` integer NOT NULL,
	`approved_at` integer,
	`rejected_at` integer,
	`reject_reason` text DEFAULT '' NOT NULL,
	`merged_into_id` integer,
	`event_id` integer,
	`answer` text DEFAULT '' NOT NULL,
	`answered_at` integer,
	`revised_at` integer NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`merged_into_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "questions_role" CHECK("questions"."role" in ('research', 'education', 'practice', 'policy', 'resident', 'student', 'other'))
) STRICT;--> statement-breakpoint
CREATE INDEX `questions_group` ON `questions` (`group_id`);--> statement-breakpoint
CREATE INDEX `questions_event` ON `questions` (`event_id`) WHERE event_id is not null;--> statement-breakpoint
CREATE INDEX `questions_merged` ON `questions` (`merged_into_id`) WHERE merged_into_id is not null;--> statement-breakpoint
CREATE TABLE `recognitions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`question_id` integer NOT NULL,
	`visitor_hash` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;--> statement-breakpoint
CREATE UNIQUE INDEX `recognitions_once` ON `recognitions` (`question_id`,`visitor_hash`);--> statement-breakpoint
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
	`organiser_id` integer,
	`invitation_id` integer,
	`invitee_id` integer,
	`choice_id` integer,
	`follower_id` integer,
	`enrolment_id` integer,
	`mailing_id` integer,
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
	`told_series` text,
	`bytes` blob,
	`sent_at` integer,
	`bounced_at` integer,
	`bounce` text,
	`bounce_reason` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`sign_in_id`) REFERENCES `sign_ins`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`organiser_id`) REFERENCES `organisers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invitation_id`) REFERENCES `invitations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`invitee_id`) REFERENCES `invitees`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`choice_id`) REFERENCES `choices`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`follower_id`) REFERENCES `question_followers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`enrolment_id`) REFERENCES `enrolments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`mailing_id`) REFERENCES `mailings`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_kind" CHECK("__new_messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'series_confirmed', 'series_waitlisted', 'series_promoted', 'series_left', 'series_again', 'reminder_day', 'reminder_hour', 'declined', 'requested', 'asked', 'briefing', 'workshop_confirmed', 'workshop_changed', 'workshop_cancelled', 'invited', 'mailing', 'tasks', 'invitation', 'newsletter', 'question_proof', 'question_planned', 'question_answered', 'test')),
	CONSTRAINT "messages_state" CHECK("__new_messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped')),
	CONSTRAINT "messages_bounce" CHECK("__new_messages"."bounce" in ('hard', 'soft', 'policy'))
) STRICT;--> statement-breakpoint
INSERT INTO `__new_messages`("id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason") SELECT "id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason" FROM `messages`;--> statement-breakpoint
-- No number is ever given out twice.
DELETE FROM sqlite_sequence WHERE name = '__new_messages';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_messages', seq FROM sqlite_sequence WHERE name = 'messages';--> statement-breakpoint
DROP TABLE `messages`;--> statement-breakpoint
ALTER TABLE `__new_messages` RENAME TO `messages`;--> statement-breakpoint
CREATE UNIQUE INDEX `messages_key_unique` ON `messages` (`key`);--> statement-breakpoint
CREATE INDEX `messages_due` ON `messages` (`state`,`lane`,`due_at`);--> statement-breakpoint
CREATE INDEX `messages_state` ON `messages` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `messages_registration` ON `messages` (`registration_id`,`state`);--> statement-breakpoint
CREATE INDEX `messages_event` ON `messages` (`event_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_address` ON `messages` (`to_address`,`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bounced` ON `messages` (`bounced_at`) WHERE bounced_at is not null;--> statement-breakpoint
CREATE INDEX `messages_message_id` ON `messages` (`message_id`);--> statement-breakpoint
CREATE INDEX `messages_mailing` ON `messages` (`mailing_id`,`state`) WHERE mailing_id is not null;--> statement-breakpoint
CREATE INDEX `messages_created` ON `messages` (`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bytes` ON `messages` (`due_at`) WHERE bytes is not null;--> statement-breakpoint
CREATE INDEX `messages_person` ON `messages` (`person_id`) WHERE person_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitation` ON `messages` (`invitation_id`) WHERE invitation_id is not null;--> statement-breakpoint
CREATE INDEX `messages_enrolment` ON `messages` (`enrolment_id`,`state`) WHERE enrolment_id is not null;--> statement-breakpoint
CREATE INDEX `messages_choice` ON `messages` (`choice_id`,`state`) WHERE choice_id is not null;--> statement-breakpoint
CREATE INDEX `messages_follower` ON `messages` (`follower_id`) WHERE follower_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitee` ON `messages` (`invitee_id`) WHERE invitee_id is not null;--> statement-breakpoint
CREATE INDEX `messages_sign_in` ON `messages` (`sign_in_id`) WHERE sign_in_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `mailings_follow_up` ON `mailings` (`event_id`,`audience`) WHERE purpose = 'follow_up' and recalled_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `materials_file_unique` ON `materials` (`file`);--> statement-breakpoint
ALTER TABLE `registrations` ADD `enrolment_id` integer REFERENCES enrolments(id);--> statement-breakpoint
ALTER TABLE `registrations` ADD `feed_only_since` integer;--> statement-breakpoint
CREATE INDEX `registrations_enrolment` ON `registrations` (`enrolment_id`) WHERE enrolment_id is not null;--> statement-breakpoint
ALTER TABLE `revision` ADD `questions` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
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
) STRICT;--> statement-breakpoint
-- A workshop of no round stood in the first one.
INSERT INTO `__new_sessions`("id", "uid", "event_id", "kind", "round", "title", "local_start", "duration_minutes", "room", "capacity", "group_id", "revised_at") SELECT "id", "uid", "event_id", "kind", CASE WHEN "kind" = 'workshop' THEN coalesce("round", 1) END, "title", "local_start", "duration_minutes", "room", nullif("capacity", 0), "group_id", (SELECT "created_at" FROM `events` WHERE `events`."id" = "event_id") FROM `sessions`;--> statement-breakpoint
-- No number is ever given out twice.
DELETE FROM sqlite_sequence WHERE name = '__new_sessions';--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT '__new_sessions', seq FROM sqlite_sequence WHERE name = 'sessions';--> statement-breakpoint
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
END;--> statement-breakpoint
-- The page of a series says how many places are left in it.
CREATE TRIGGER `revision_enrolments_inserted` AFTER INSERT ON `enrolments` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_enrolments_updated` AFTER UPDATE OF series_id, status ON `enrolments` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_enrolments_deleted` AFTER DELETE ON `enrolments` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
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
END;--> statement-breakpoint
-- What is about questions that anybody may see changes pages like the rest of the programme does; who
-- recognises one changes only those that show how many do, or it would be worth the while of whoever wants our memory empty.
CREATE TRIGGER `revision_questions_inserted` AFTER INSERT ON `questions` WHEN new.approved_at IS NOT NULL BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_questions_updated` AFTER UPDATE ON `questions` WHEN new.approved_at IS NOT NULL OR old.approved_at IS NOT NULL BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_questions_deleted` AFTER DELETE ON `questions` WHEN old.approved_at IS NOT NULL BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_question_themes_inserted` AFTER INSERT ON `question_themes` BEGIN UPDATE revision SET questions = questions + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_question_themes_updated` AFTER UPDATE ON `question_themes` BEGIN UPDATE revision SET questions = questions + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_question_themes_deleted` AFTER DELETE ON `question_themes` BEGIN UPDATE revision SET questions = questions + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_recognitions_inserted` AFTER INSERT ON `recognitions` BEGIN UPDATE revision SET questions = questions + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_recognitions_updated` AFTER UPDATE ON `recognitions` BEGIN UPDATE revision SET questions = questions + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_recognitions_deleted` AFTER DELETE ON `recognitions` BEGIN UPDATE revision SET questions = questions + 1; END;
