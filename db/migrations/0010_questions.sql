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
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `question_followers_once` ON `question_followers` (`question_id`,`email`);--> statement-breakpoint
CREATE INDEX `question_followers_email` ON `question_followers` (`email`);--> statement-breakpoint
CREATE TABLE `question_themes` (
	`question_id` integer NOT NULL,
	`theme_id` integer NOT NULL,
	PRIMARY KEY(`question_id`, `theme_id`),
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`theme_id`) REFERENCES `themes`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
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
) STRICT;
--> statement-breakpoint
CREATE INDEX `questions_group` ON `questions` (`group_id`);--> statement-breakpoint
CREATE INDEX `questions_event` ON `questions` (`event_id`) WHERE event_id is not null;--> statement-breakpoint
CREATE INDEX `questions_merged` ON `questions` (`merged_into_id`) WHERE merged_into_id is not null;--> statement-breakpoint
CREATE TABLE `recognitions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`question_id` integer NOT NULL,
	`visitor_hash` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`question_id`) REFERENCES `questions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
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
	FOREIGN KEY (`mailing_id`) REFERENCES `mailings`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_kind" CHECK("__new_messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'reminder_day', 'reminder_hour', 'declined', 'requested', 'asked', 'briefing', 'invited', 'mailing', 'tasks', 'invitation', 'newsletter', 'question_proof', 'question_planned', 'question_answered', 'test')),
	CONSTRAINT "messages_state" CHECK("__new_messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped')),
	CONSTRAINT "messages_bounce" CHECK("__new_messages"."bounce" in ('hard', 'soft', 'policy'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_messages`("id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "choice_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason") SELECT "id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "choice_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason" FROM `messages`;--> statement-breakpoint
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
CREATE INDEX `messages_choice` ON `messages` (`choice_id`,`state`) WHERE choice_id is not null;--> statement-breakpoint
CREATE INDEX `messages_follower` ON `messages` (`follower_id`) WHERE follower_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitee` ON `messages` (`invitee_id`) WHERE invitee_id is not null;--> statement-breakpoint
CREATE INDEX `messages_sign_in` ON `messages` (`sign_in_id`) WHERE sign_in_id is not null;--> statement-breakpoint
ALTER TABLE `revision` ADD `questions` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- By hand from here on. What is about questions that anybody may see changes pages like the rest of the programme does; who
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
