// The kinds of personal data that are kept: whose they are, why, on which ground of the law, and what ends them. The one
// source: retention does what stands here, and the register and the page about privacy tell it. Which column holds which
// kind stands in `personal-columns`; what each kind is called, in `i18n`.

/** Whose they are. `named`: whoever an organiser names in a text; `asker`: who asks a question from practice or recognises one. */
export type Whose = 'attendee' | 'invitee' | 'asker' | 'subscriber' | 'named' | 'organiser'
/**
 * GDPR, article 6(1): (a) consent, for what may be about health with 9(2)(a); (b) what somebody asked for or agreed to;
 * (f) an interest that outweighs theirs.
 */
export type Ground = 'consent' | 'agreement' | 'interest'
export type Why =
  | 'taking_part'
  | 'inviting'
  | 'asking'
  | 'recognising'
  | 'mailing'
  | 'informing'
  | 'preparing'
  | 'publishing'
  | 'reporting'
  | 'improving'
  | 'organising'
  | 'safety'

/** After what, and how long after it. `group`: as many months as the group of the event keeps them. */
export type End =
  | { after: 'event'; months: 'group' }
  | { after: 'event'; days: number }
  /** As many days as the question on the form says, and never longer than the registration itself. */
  | { after: 'event'; days: 'question' }
  | { after: 'sending'; days: number }
  /** Of a question from practice; one that is never answered, as long after it was asked, or its event was over, as is usual. */
  | { after: 'answer'; days: number }
  | { after: 'expiry'; days: number }
  | { after: 'deed' | 'last_deed'; months: number }
  /** Since they no longer want any. */
  | { after: 'stopping'; months: number }
  | { after: 'last_registration' }
  /** By hand: what stands on a public page stays with the page. */
  | { after: 'removal' }
  /** Not at all: it points at nobody once the name beside it is gone. */
  | { after: 'never' }

export interface Keeping {
  whose: Whose
  why: Why
  ground: Ground
  end: End
}

/**
 * Months after an event in which its names are kept, where no group says otherwise; and between which a group chooses. A
 * month is what it takes to thank people, count and correct; professional registers and grants ask back five years at most.
 */
export const MONTHS = { usual: 12, least: 1, most: 60 } as const

export const DATA = {
  registration: {
    whose: 'attendee',
    why: 'taking_part',
    ground: 'agreement',
    end: { after: 'event', months: 'group' },
  },
  address: { whose: 'attendee', why: 'taking_part', ground: 'agreement', end: { after: 'last_registration' } },
  needs: { whose: 'attendee', why: 'taking_part', ground: 'consent', end: { after: 'event', days: 7 } },
  answers: { whose: 'attendee', why: 'taking_part', ground: 'consent', end: { after: 'event', days: 'question' } },
  /** What somebody wrote after an event, and their name where they gave it. */
  feedback: { whose: 'attendee', why: 'improving', ground: 'interest', end: { after: 'event', months: 'group' } },
  /** As long as feedback can be given: once nobody can any more, it need not be known who did. */
  feedback_mark: { whose: 'attendee', why: 'improving', ground: 'interest', end: { after: 'event', days: 30 } },
  invitee: { whose: 'invitee', why: 'inviting', ground: 'interest', end: { after: 'event', days: 30 } },
  /** One that was never approved, or was taken away, goes as a whole. */
  question: { whose: 'asker', why: 'asking', ground: 'agreement', end: { after: 'answer', days: 30 } },
  /** As long as the cookie that it belongs to. */
  recognition: { whose: 'asker', why: 'recognising', ground: 'agreement', end: { after: 'deed', months: 12 } },
  /** When they asked for it is shown to who doubts it: for as long as we mail them, and half a year after the last mail could go. */
  subscription: { whose: 'subscriber', why: 'informing', ground: 'consent', end: { after: 'stopping', months: 6 } },
  subscription_request: { whose: 'subscriber', why: 'informing', ground: 'consent', end: { after: 'expiry', days: 1 } },
  /** About an event: as long as its registrations. About none: from when it was made, as long as is usual. */
  mail: { whose: 'attendee', why: 'mailing', ground: 'agreement', end: { after: 'event', months: 'group' } },
  mail_text: { whose: 'attendee', why: 'mailing', ground: 'agreement', end: { after: 'sending', days: 30 } },
  preparation: { whose: 'named', why: 'preparing', ground: 'interest', end: { after: 'event', months: 'group' } },
  published: { whose: 'named', why: 'publishing', ground: 'agreement', end: { after: 'removal' } },
  count: { whose: 'attendee', why: 'reporting', ground: 'interest', end: { after: 'never' } },
  organiser: { whose: 'organiser', why: 'organising', ground: 'agreement', end: { after: 'last_deed', months: 12 } },
  organiser_invitation: {
    whose: 'organiser',
    why: 'organising',
    ground: 'interest',
    end: { after: 'expiry', days: 30 },
  },
  sign_in: { whose: 'organiser', why: 'safety', ground: 'interest', end: { after: 'expiry', days: 1 } },
  deed: { whose: 'organiser', why: 'safety', ground: 'interest', end: { after: 'deed', months: 24 } },
  /** As long as a backup that still knows them may be put back. */
  erasure: { whose: 'attendee', why: 'safety', ground: 'interest', end: { after: 'deed', months: 12 } },
} as const satisfies Record<string, Keeping>

export type DataKind = keyof typeof DATA
export const DATA_KINDS = Object.keys(DATA) as DataKind[]
