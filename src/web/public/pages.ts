// The public pages and what their views are given.
import type { AddLinks } from '#src/calendar/download.ts'
import type { Answer } from '#src/domain/applying.ts'
import type { sizeOf } from '#src/domain/covers.ts'
import type { DoorState } from '#src/domain/door.ts'
import type { GroupPlaces, Joining } from '#src/domain/enrolment-places.ts'
import type { Enrolment } from '#src/domain/enrolments.ts'
import type { Event, ListedEvent, Material, Session } from '#src/domain/events.ts'
import type { FeedbackTurn } from '#src/domain/feedback.ts'
import type { FormField } from '#src/domain/form-fields.ts'
import type { Group } from '#src/domain/groups.ts'
import type { Places } from '#src/domain/places.ts'
import type { Question } from '#src/domain/questions.ts'
import type { Registration } from '#src/domain/registrations.ts'
import type { Series } from '#src/domain/series.ts'
import type { Scope } from '#src/domain/stopping.ts'
import type { Theme } from '#src/domain/themes.ts'
import type { QrPath } from '#src/lib/qr.ts'
import type { Form } from '../pages.ts'
import type { CertificatePages, OwnCertificate } from './certificates.ts'
import type { EntrancePages } from './check-ins.ts'
import type { Choosing, OwnChoices } from './choice-fields.ts'
import type { FeedbackPages } from './feedback.ts'
import type { InvitationPage } from './invitations.ts'
import type { FilterForm } from './lists.ts'
import type { NewsletterPages } from './newsletter.ts'
import type { Contribution } from './own-contribution.ts'
import type { OwnDataPages } from './own-data.ts'
import type { PrivacyPages } from './privacy.ts'
import type { ProgrammePage } from './programme.ts'
import type { QuestionPages } from './questions.ts'
import type { Limits } from './registration-form.ts'
import type { Month, Row } from './rows.ts'
import type { structuredEvent } from './structured.ts'
import type { SubscriptionPages } from './subscriptions.ts'
import type { windowTexts } from './windows.ts'
import type { Strip } from './year.ts'

interface Collection {
  upcoming: Row[]
  past: Row[]
  strip: Strip | null
  /** Where the rest of the past is. */
  older: string | null
}

/** One registration in "Mijn aanmeldingen", with the path of its own page. */
export interface Own {
  registration: Registration
  event: Event
  path: string
  certificate: OwnCertificate
}

/** Taking part in all of a series, where that can be done. */
interface SeriesJoining {
  state: Exclude<Joining, 'off'>
  places: GroupPlaces
  /** It has begun: who joins now begins with the next date. */
  isLate: boolean
  form: Form
  limits: Limits
  keptMonths: number
}

/** A part in a whole series in "Mijn aanmeldingen", with the path of its own page. */
export interface OwnSeries {
  enrolment: Enrolment
  series: Series
  path: string
}

/** A form that could not be kept, to be sent once more as it was. */
export interface Again {
  action: string
  fields: [string, string][]
}

export interface PublicPages
  extends InvitationPage,
    CertificatePages,
    EntrancePages,
    FeedbackPages,
    NewsletterPages,
    OwnDataPages,
    PrivacyPages,
    ProgrammePage,
    QuestionPages,
    SubscriptionPages {
  /** An error or refusal: a heading, a sentence, a way on. `code`: by which we find what went wrong, if that was ours. */
  'public/message': { status: number; title: string; text: string; code: string | null; again: Again | undefined }
  /** `count`: all that is coming, the next one included. `hasPast`: nothing is coming, but something has been. */
  'public/agenda': {
    next: Row | null
    daysToNext: number
    strip: Strip | null
    months: Month[]
    count: number
    hasPast: boolean
    filter: FilterForm
  }
  'public/archive': { months: Month[]; filter: FilterForm; isFirst: boolean; older: string | null }
  'public/group': Collection & { group: Group; parent: Group | null; children: Group[]; accent: string | null }
  'public/series': Collection & { series: Series; group: Group | null; joining: SeriesJoining | null }
  'public/series-registered': { series: Series; answer: Answer; likely: string | null }
  /** `coming` and `past`: the dates, each with the path of its own page. */
  'public/enrolment': {
    token: string
    enrolment: Enrolment
    series: Series
    email: string
    position: number
    coming: Own[]
    past: Own[]
    feed: string | null
    form: Form
    limits: Limits
    isSaved: boolean
  }
  'public/theme': Collection & { theme: Theme }
  /** `open`: the ways to take part that can still be registered for. */
  'public/event': Row & {
    open: Places[]
    daysLeft: number
    isLive: boolean
    sessions: Session[]
    /** The questions from practice that it began with. */
    questions: Pick<Question, 'id' | 'text'>[]
    /** What there is to watch and read, what was recorded first. */
    kept: Material[]
    /** Seen by an organiser only: a draft, or changes that are not saved. */
    preview: 'draft' | 'unsaved' | null
    formFields: FormField[]
    /** The workshops to choose between; null without any. */
    choosing: Choosing | null
    /** Months after it in which names are kept. */
    keptMonths: number
    coverSize: ReturnType<typeof sizeOf> | null
    /** When people can register, in a sentence. */
    window: ReturnType<typeof windowTexts>
    /** For who was asked to come: the form is theirs, and they can say no. */
    invitation: { token: string; hasRefused: boolean } | null
    form: Form
    limits: Limits
    addLinks: AddLinks
    structured: ReturnType<typeof structuredEvent>
    accent: string | null
  }
  'public/registered': { event: ListedEvent; answer: Answer; likely: string | null; choosing: Choosing | null }
  /**
   * `isOpen`: can still be changed and cancelled. `canReturn`: was cancelled and may register again. `isSure`: the no from
   * their calendar is certainly theirs. `feed` and `door`: paths.
   */
  'public/registration': {
    token: string
    registration: Registration
    event: ListedEvent
    email: string
    /** For who speaks or hosts. */
    contribution: Contribution | null
    /** An organiser has yet to say yes. */
    isRequest: boolean
    /** An organiser said no to a request. */
    isRefused: boolean
    position: number
    isPast: boolean
    isOpen: boolean
    canReturn: boolean
    isSure: boolean
    canTakePlace: boolean
    door: string | null
    /** What somebody at the entrance scans; for who comes in person. */
    code: QrPath | null
    doorOpensAt: Temporal.Instant
    feed: string | null
    certificate: OwnCertificate
    /** The reminders this person has stopped, where they would have come. */
    stopped: Extract<Scope, 'event' | 'reminders'> | null
    places: Places[]
    choices: OwnChoices | null
    formFields: FormField[]
    form: Form
    limits: Limits
    accent: string | null
    isSaved: boolean
    /** Whether they can say what they thought of it, and how far they are with that; the path of its page. */
    feedback: { turn: FeedbackTurn; path: string }
  }
  'public/address': { token: string; email: string; event: ListedEvent }
  'public/door': {
    token: string
    event: ListedEvent
    firstName: string
    state: DoorState
    opensAt: Temporal.Instant
    accent: string | null
  }
  'public/my': { form: Form; limits: Limits; isSent: boolean }
  /** `letters`: where they change which letters they get; null for who never asked for any. */
  'public/mine': {
    token: string
    email: string
    series: OwnSeries[]
    coming: Own[]
    others: Own[]
    feed: string
    isStopped: boolean
    letters: string | null
  }
  /** The same page for a link that no longer works: then without an event. `all`: the path that stops every reminder. */
  'public/unsubscribe': { token: string; scope: Scope; event: Event | null; all: string | null; isDone: boolean }
  'public/subscribe': { groups: Group[]; series: Series[]; themes: Theme[] }
  'public/accessibility': { contact: string }
}
