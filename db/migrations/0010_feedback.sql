CREATE TABLE `feedback_answers` (
	`id` integer PRIMARY KEY NOT NULL,
	`question_id` integer NOT NULL,
	`step` integer NOT NULL,
	`value` text DEFAULT '[]' NOT NULL,
	`text` text DEFAULT '' NOT NULL,
	`registration_id` integer,
	FOREIGN KEY (`question_id`) REFERENCES `feedback_questions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `feedback_answers_question` ON `feedback_answers` (`question_id`,`step`);--> statement-breakpoint
CREATE INDEX `feedback_answers_registration` ON `feedback_answers` (`registration_id`) WHERE registration_id is not null;--> statement-breakpoint
CREATE TABLE `feedback_forms` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series_id` integer,
	`event_id` integer,
	FOREIGN KEY (`series_id`) REFERENCES `series`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`event_id`) REFERENCES `events`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "feedback_forms_of_one" CHECK(("feedback_forms"."series_id" is null) <> ("feedback_forms"."event_id" is null))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_forms_seriesId_unique` ON `feedback_forms` (`series_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_forms_eventId_unique` ON `feedback_forms` (`event_id`);--> statement-breakpoint
CREATE TABLE `feedback_marks` (
	`registration_id` integer PRIMARY KEY NOT NULL,
	FOREIGN KEY (`registration_id`) REFERENCES `registrations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
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
) STRICT;
--> statement-breakpoint
CREATE INDEX `feedback_questions_form` ON `feedback_questions` (`form_id`,`position`);--> statement-breakpoint
CREATE TABLE `feedback_sheets` (
	`id` integer PRIMARY KEY NOT NULL,
	`form_id` integer NOT NULL,
	`step` integer NOT NULL,
	FOREIGN KEY (`form_id`) REFERENCES `feedback_forms`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `feedback_sheets_form` ON `feedback_sheets` (`form_id`,`step`);