// The console's pages and what their views are given.
import type { Matter } from '#src/domain/consequences.ts'
import type { Event, ListedEvent } from '#src/domain/events.ts'
import type { Group } from '#src/domain/groups.ts'
import type { Message, MessageKind } from '#src/domain/outbox.ts'
import type { Placeholder, TemplateKind } from '#src/domain/placeholders.ts'
import type { Places } from '#src/domain/places.ts'
import type { ListedQuestion } from '#src/domain/questions.ts'
import type { Series } from '#src/domain/series.ts'
import type { Template } from '#src/domain/templates.ts'
import type { Locale } from '#src/i18n/index.ts'
import type { MailText } from '#src/lib/mail-text.ts'
import type { InboxHealth } from '../deps.ts'
import type { Form } from '../pages.ts'
import type { AccountPages } from './account.ts'
import type { AnnouncementPages } from './announcements.ts'
import type { AttendanceListPages } from './attendance-lists.ts'
import type { AttendanceReportPages } from './attendance-reports.ts'
import type { BulletinPages } from './bulletins.ts'
import type { CertificatePages } from './certificates.ts'
import type { CheckInPages } from './check-ins.ts'
import type { ContributorPages } from './contributor-acts.ts'
import type { EditorPages } from './editor-page.ts'
import type { EnrolmentPages } from './enrolments.ts'
import type { EventImportPages } from './event-imports.ts'
import type { FeedbackResultPages } from './feedback.ts'
import type { FeedbackQuestionPages } from './feedback-questions.ts'
import type { GroupPages } from './groups.ts'
import type { HandoverPages } from './handovers.ts'
import type { HeldMailPage } from './held-mail.ts'
import type { HistoryPages } from './history.ts'
import type { HomePages } from './home.ts'
import type { InvitationPages } from './invitations.ts'
import type { InviteePages } from './invitees.ts'
import type { MailNotice } from './mail-notice.ts'
import type { MailingPages } from './mailings.ts'
import type { MaterialsPages } from './materials-page.ts'
import type { MemberPages } from './members.ts'
import type { OrganisationPages } from './organisations.ts'
import type { PeopleImportPages } from './people-imports.ts'
import type { PeoplePages } from './people-pages.ts'
import type { PlanningPages } from './planning.ts'
import type { ProgrammePages } from './programme.ts'
import type { QuestionMergePages } from './question-merges.ts'
import type { QuestionListPages } from './question-page.ts'
import type { ReachPages } from './reach.ts'
import type { RetentionPages } from './retention.ts'
import type { RunSheetPages } from './run-sheets.ts'
import type { SchoolHolidayPages } from './school-holidays.ts'
import type { SessionPages } from './sessions.ts'
import type { UrgentPages } from './urgent.ts'
import type { WorkshopListPages } from './workshop-lists.ts'

/** The options of a select: value, text. */
export type Options = [string, string][]

export interface ListedForMe {
  event: ListedEvent
  places: Places[]
  /** Somebody who only hosts sees who comes, and no more. */
  mayChange: boolean
  /** A viewer sees how many come, and not who. */
  seesPeople: boolean
  /** Tasks that should have been done. */
  overdue: number
  /** What is known against the day of a draft, on the console's first page. */
  warnings: string[]
}

export interface PreviewedMail {
  kind: MessageKind
  to: string
  subject: string
  text: string
}

/** A small table. */
export interface Figures {
  caption: string
  columns: string[]
  rows: (string | number)[][]
}

/** What the page before an act says and sends. */
export interface Question {
  /** Above the title: the event, unless it is about more than one. */
  about?: string
  title: string
  lead: string
  button: string
  facts?: { label: string; before: string; after: string }[]
  /** What it comes to, in numbers. */
  figures?: Figures[]
  warnings?: string[]
  action: string
  fields: [string, string][]
  back: string
  isDanger?: boolean
  /** The same form, sent with another answer: its button, and the field that says so. */
  alternative?: { button: string; name: string; value: string } | undefined
}

export interface ProposalPage extends Required<Omit<Question, 'alternative'>>, Pick<Question, 'alternative'> {
  event: Matter
  recipients: number
  people: { name: string; email: string; kind: MessageKind }[]
  mails: PreviewedMail[]
  /** The mails wait a little, in which time the act can be undone. */
  waits: boolean
}

/** A mail to read: with its headers as it left, or `isDraft`, as it would leave now. */
export interface ShownMail extends MailText {
  isDraft: boolean
}

/** One text of a mail, as a field. */
export interface MailField {
  key: string
  label: string
  isLine: boolean
  most: number
  mayBeEmpty: boolean
  /** Where the text comes from, or what stands there without own words. */
  hint: string
  /** Which placeholders of ours the text leaves out; as a sentence. */
  missing: string
}

/** With whose data a kind of mail is shown, and what placeholders stand for there. */
export interface MailExample {
  values: Partial<Record<Placeholder, string>>
  note: string
}

/** A kind of mail as it would leave, in each of its situations. */
export interface ShownMails {
  /** The texts are those that are kept; otherwise those in the form, repeated in `fields`. */
  isSaved: boolean
  fields: [string, string][]
  /** `empty`: the placeholders that its texts use and that stand for nothing there. */
  mails: { caption: string; subject: string; text: string; empty: string[] }[]
}

export interface MailPage extends Template {
  form: Form
  fields: MailField[]
  gaps: { name: string; means: string; isPersonal: boolean; value: string }[]
  reach: 'sharedLead' | 'toMany' | 'toOne'
  example: MailExample
  /** The group has own words for this mail. */
  isOwn: boolean
  /** Nothing in it is anybody's own words. */
  isOurs: boolean
  done: 'saved' | 'reset' | undefined
  shown: ShownMails | undefined
}

export interface ConsolePages
  extends AccountPages,
    AnnouncementPages,
    AttendanceListPages,
    BulletinPages,
    CertificatePages,
    CheckInPages,
    ContributorPages,
    EditorPages,
    FeedbackResultPages,
    FeedbackQuestionPages,
    EnrolmentPages,
    GroupPages,
    HeldMailPage,
    HandoverPages,
    HistoryPages,
    HomePages,
    InvitationPages,
    MailingPages,
    MaterialsPages,
    MemberPages,
    OrganisationPages,
    PlanningPages,
    ProgrammePages,
    SessionPages,
    WorkshopListPages,
    QuestionListPages,
    QuestionMergePages,
    ReachPages,
    PeopleImportPages,
    AttendanceReportPages,
    EventImportPages,
    InviteePages,
    RetentionPages,
    RunSheetPages,
    SchoolHolidayPages,
    UrgentPages,
    PeoplePages {
  'console/sign-in': { form: Form; hasJoined: boolean }
  'console/sign-in-sent': { form: Form }
  'console/sign-in-link': { token: string; isLive: boolean }
  'console/mails': {
    group: Group
    kinds: TemplateKind[]
    /** By language: whose words a kind has. */
    owners: { locale: Locale; owners: Map<TemplateKind, number> }[]
    names: Map<number, string>
  }
  'console/mail': MailPage
  'console/series': {
    found: Series | undefined
    form: Form
    words: string
    /** What the POST before this page kept: the series alone, or the dates of its events too. */
    saved: '1' | 'dates' | undefined
    /** Mails about dates that just followed another rule, while they wait. */
    held: { count: number; until: Temporal.Instant } | undefined
    /** A no in a calendar arrives somewhere. */
    readsAnswers: boolean
    choices: Record<'groups' | 'kinds' | 'attendances' | 'ordinals' | 'weekdays' | 'months', Options>
  }
  'console/events': {
    when: 'coming' | 'drafts' | 'past'
    rows: ListedForMe[]
    /** The last one of this page, if there are more. */
    next: string | undefined
    mayMake: boolean
  }
  /** `question`: what it begins with, if it does. */
  'console/new-event': {
    form: Form
    question: ListedQuestion | undefined
    choices: Record<'groups' | 'kinds' | 'attendances', Options>
  }
  'console/move': { event: Event; form: Form; choices: Record<'attendances', Options> }
  'console/cancel': { event: Event; form: Form }
  'console/proposal': ProposalPage
  'console/outbox': {
    messages: Message[]
    titles: Map<number, string>
    state: string
    next: number | undefined
    mail: MailNotice | undefined
    inbox: InboxHealth['trouble']
    states: Options
    /** Whose mails' texts this organiser may change; the one at the top, if there are more. */
    group: Group | undefined
  }
  'console/message': {
    message: Message
    event: Event | undefined
    mail: ShownMail | undefined
    canRetry: boolean
    isUndeliverable: boolean
  }
}
