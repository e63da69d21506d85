CREATE TABLE `bulletin_items` (
	`bulletin_id` integer NOT NULL,
	`event_id` integer NOT NULL,
	`part` text NOT NULL,
	`position` integer NOT NULL,
	`hidden_at` integer,
	PRIMARY KEY(`bulletin_id`, `event_id`),
	FOREIGN KEY (`bulletin_id`) REFERENCES `bulletins`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "bulletin_items_part" CHECK("bulletin_items"."part" in ('coming', 'past'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `bulletin_items_event` ON `bulletin_items` (`event_id`);--> statement-breakpoint
CREATE TABLE `bulletins` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`group_id` integer NOT NULL,
	`month` text DEFAULT '' NOT NULL,
	`subject` text DEFAULT '' NOT NULL,
	`intro` text DEFAULT '' NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`released_at` integer,
	`recalled_at` integer,
	`recipients` integer,
	`spread_to` integer DEFAULT 0 NOT NULL,
	`spread_at` integer,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "bulletins_kind" CHECK("bulletins"."kind" in ('newsletter', 'announcement'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bulletins_month` ON `bulletins` (`group_id`,`month`) WHERE month <> '' and recalled_at is null;--> statement-breakpoint
CREATE INDEX `bulletins_group` ON `bulletins` (`group_id`,`id`);--> statement-breakpoint
CREATE INDEX `bulletins_released` ON `bulletins` (`released_at`) WHERE released_at is not null;--> statement-breakpoint
CREATE INDEX `bulletins_spreading` ON `bulletins` (`id`) WHERE released_at is not null and spread_at is null;--> statement-breakpoint
CREATE TABLE `newsletters` (
	`group_id` integer PRIMARY KEY NOT NULL,
	`day` integer NOT NULL,
	`next_on` text,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "newsletters_day" CHECK("newsletters"."day" between 1 and 28)
) STRICT;
--> statement-breakpoint
CREATE INDEX `newsletters_next` ON `newsletters` (`next_on`) WHERE next_on is not null;--> statement-breakpoint
CREATE TABLE `subscription_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`locale` text NOT NULL,
	`wishes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	CONSTRAINT "subscription_requests_locale" CHECK("subscription_requests"."locale" in ('nl', 'en'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `subscription_requests_email_unique` ON `subscription_requests` (`email`);--> statement-breakpoint
CREATE TABLE `subscription_stops` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`letter` text NOT NULL,
	`group_id` integer,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "subscription_stops_letter" CHECK("subscription_stops"."letter" in ('newsletter', 'announcement'))
) STRICT;
--> statement-breakpoint
CREATE INDEX `subscription_stops_at` ON `subscription_stops` (`letter`,`at`);--> statement-breakpoint
CREATE INDEX `subscription_stops_group` ON `subscription_stops` (`group_id`);--> statement-breakpoint
CREATE TABLE `subscription_topics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`subscription_id` integer NOT NULL,
	`letter` text NOT NULL,
	`group_id` integer,
	`theme_id` integer,
	FOREIGN KEY (`subscription_id`) REFERENCES `subscriptions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`theme_id`) REFERENCES `themes`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "subscription_topics_letter" CHECK("subscription_topics"."letter" in ('newsletter', 'announcement')),
	CONSTRAINT "subscription_topics_one" CHECK(("subscription_topics"."group_id" is null) <> ("subscription_topics"."theme_id" is null))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `subscription_topics_group` ON `subscription_topics` (`subscription_id`,`letter`,`group_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `subscription_topics_theme` ON `subscription_topics` (`subscription_id`,`letter`,`theme_id`);--> statement-breakpoint
CREATE INDEX `subscription_topics_of_group` ON `subscription_topics` (`group_id`,`letter`,`subscription_id`);--> statement-breakpoint
CREATE INDEX `subscription_topics_of_theme` ON `subscription_topics` (`theme_id`,`letter`,`subscription_id`);--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`person_id` integer NOT NULL,
	`locale` text NOT NULL,
	`proven_at` integer NOT NULL,
	`stopped_at` integer,
	`link_version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `people`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "subscriptions_locale" CHECK("subscriptions"."locale" in ('nl', 'en'))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `subscriptions_personId_unique` ON `subscriptions` (`person_id`);--> statement-breakpoint
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
	`bulletin_id` integer,
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
	FOREIGN KEY (`bulletin_id`) REFERENCES `bulletins`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_kind" CHECK("__new_messages"."kind" in ('sign_in', 'my', 'address', 'confirmed', 'waitlisted', 'promoted', 'place_free', 'changed', 'cancelled', 'reinstated', 'unregistered', 'again', 'series_confirmed', 'series_waitlisted', 'series_promoted', 'series_left', 'series_again', 'reminder_day', 'reminder_hour', 'declined', 'requested', 'asked', 'briefing', 'workshop_confirmed', 'workshop_changed', 'workshop_cancelled', 'invited', 'mailing', 'tasks', 'invitation', 'subscription_proof', 'announcement', 'newsletter', 'question_proof', 'question_planned', 'question_answered', 'test')),
	CONSTRAINT "messages_state" CHECK("__new_messages"."state" in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'dropped')),
	CONSTRAINT "messages_bounce" CHECK("__new_messages"."bounce" in ('hard', 'soft', 'policy'))
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_messages`("id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "choice_id", "follower_id", "enrolment_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "told_series", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason") SELECT "id", "key", "kind", "lane", "state", "reason", "to_address", "locale", "event_id", "registration_id", "person_id", "sign_in_id", "organiser_id", "invitation_id", "invitee_id", "choice_id", "follower_id", "enrolment_id", "mailing_id", "created_at", "due_at", "expires_at", "attempts", "leased_by", "leased_until", "subject", "message_id", "dated_at", "told", "told_series", "bytes", "sent_at", "bounced_at", "bounce", "bounce_reason" FROM `messages`;--> statement-breakpoint
-- By hand: numbers given out are not given out again.
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
CREATE INDEX `messages_bulletin` ON `messages` (`bulletin_id`,`state`) WHERE bulletin_id is not null;--> statement-breakpoint
CREATE INDEX `messages_created` ON `messages` (`created_at`);--> statement-breakpoint
CREATE INDEX `messages_bytes` ON `messages` (`due_at`) WHERE bytes is not null;--> statement-breakpoint
CREATE INDEX `messages_person` ON `messages` (`person_id`) WHERE person_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitation` ON `messages` (`invitation_id`) WHERE invitation_id is not null;--> statement-breakpoint
CREATE INDEX `messages_enrolment` ON `messages` (`enrolment_id`,`state`) WHERE enrolment_id is not null;--> statement-breakpoint
CREATE INDEX `messages_choice` ON `messages` (`choice_id`,`state`) WHERE choice_id is not null;--> statement-breakpoint
CREATE INDEX `messages_follower` ON `messages` (`follower_id`) WHERE follower_id is not null;--> statement-breakpoint
CREATE INDEX `messages_invitee` ON `messages` (`invitee_id`) WHERE invitee_id is not null;--> statement-breakpoint
CREATE INDEX `messages_sign_in` ON `messages` (`sign_in_id`) WHERE sign_in_id is not null;--> statement-breakpoint
ALTER TABLE `people` DROP COLUMN `newsletter_stopped_at`;--> statement-breakpoint
-- By hand. What pages about newsletters tell: how far the copies of one have come is none of it.
CREATE TRIGGER `revision_newsletters_inserted` AFTER INSERT ON `newsletters` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_newsletters_updated` AFTER UPDATE ON `newsletters` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_newsletters_deleted` AFTER DELETE ON `newsletters` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_bulletins_inserted` AFTER INSERT ON `bulletins` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_bulletins_updated` AFTER UPDATE OF subject, intro, released_at, recalled_at ON `bulletins` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_bulletins_deleted` AFTER DELETE ON `bulletins` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_bulletin_items_inserted` AFTER INSERT ON `bulletin_items` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_bulletin_items_updated` AFTER UPDATE ON `bulletin_items` BEGIN UPDATE revision SET programme = programme + 1; END;--> statement-breakpoint
CREATE TRIGGER `revision_bulletin_items_deleted` AFTER DELETE ON `bulletin_items` BEGIN UPDATE revision SET programme = programme + 1; END;
