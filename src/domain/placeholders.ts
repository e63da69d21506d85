// Which placeholders each text of each kind of mail has. One that carries a personal link exists only in mails to one person
// at a time: nothing that many receive may hold what opens one person's page.
import type { MESSAGE_KINDS } from '#db/schema.ts'
import type { Messages } from '#src/i18n/index.ts'

export type Placeholder = keyof Messages['mail']['placeholders']
/** A kind of mail, or `shared`: what stands in more than one kind, and so may go to many. */
export type TemplateKind = keyof Messages['mail']['texts']

const EVENT = ['title', 'kind', 'day', 'date', 'time', 'when', 'where', 'group', 'website'] as const
const REGISTRATION = ['firstName', 'part', ...EVENT] as const
/** Their days, times and places are those of the workshop. */
const WORKSHOP = [...REGISTRATION, 'workshop'] as const
const SERIES = ['firstName', 'title', 'group', 'website', 'ownPage', 'ownFeed'] as const
const PERSONAL: readonly Placeholder[] = ['ownPage', 'ownDoor', 'ownList', 'ownFeed']

/** Kinds that go to many people about one thing. A personal link in their words would be one person's, sent to all. */
const TO_MANY: readonly TemplateKind[] = [
  'shared',
  'place_free',
  'changed',
  'cancelled',
  'reinstated',
  'reminder_day',
  'reminder_hour',
  'briefing',
  'workshop_changed',
  'workshop_cancelled',
  'invited',
  'mailing',
  'announcement',
  'newsletter',
  'question_planned',
  'question_answered',
]

export function goesToMany(kind: TemplateKind): boolean {
  return TO_MANY.includes(kind)
}

export const PLACEHOLDERS: Record<(typeof MESSAGE_KINDS)[number] | 'shared', readonly Placeholder[]> = {
  shared: [...REGISTRATION, 'doorTime', 'moment'],
  confirmed: [...REGISTRATION, 'doorTime', 'ownPage', 'ownDoor'],
  requested: [...REGISTRATION, 'ownPage'],
  waitlisted: [...REGISTRATION, 'position', 'moment', 'ownPage'],
  promoted: [...REGISTRATION, 'doorTime', 'ownPage', 'ownDoor'],
  place_free: REGISTRATION,
  changed: [...REGISTRATION, 'reason', 'doorTime'],
  cancelled: [...REGISTRATION, 'reason'],
  reinstated: [...REGISTRATION, 'doorTime'],
  unregistered: [...REGISTRATION, 'ownPage'],
  again: [...REGISTRATION, 'position', 'moment', 'doorTime', 'ownPage'],
  series_confirmed: SERIES,
  series_promoted: SERIES,
  series_waitlisted: [...SERIES, 'position'],
  series_left: SERIES,
  series_again: [...SERIES, 'position'],
  reminder_day: [...REGISTRATION, 'doorTime'],
  reminder_hour: [...REGISTRATION, 'doorTime'],
  declined: [...REGISTRATION, 'frees', 'ownPage'],
  asked: [...REGISTRATION, 'doorTime', 'ownPage', 'ownDoor'],
  briefing: [...REGISTRATION, 'doorTime'],
  workshop_confirmed: [...WORKSHOP, 'ownPage'],
  workshop_changed: WORKSHOP,
  workshop_cancelled: WORKSHOP,
  invited: ['firstName', ...EVENT],
  mailing: ['firstName', ...EVENT, 'doorTime'],
  tasks: ['website'],
  question_proof: ['website'],
  question_planned: ['question', ...EVENT],
  question_answered: ['question', 'group', 'website'],
  announcement: ['title', 'day', 'date', 'group', 'website'],
  newsletter: ['group', 'website'],
  subscription_proof: ['website', 'expires'],
  sign_in: ['website', 'expires'],
  invitation: ['website', 'group', 'inviter', 'right', 'expires'],
  my: ['website', 'ownList', 'ownFeed'],
  address: EVENT,
  test: ['website'],
}

/** Words that stand beside something, or stand in for a value themselves: nothing is filled into them. */
const BARE = /^(label[A-Z]\w*|online|footerAgenda|footerPrivacy)$/
/** Also in mails that are about no event and know nobody's name. */
const ANYWHERE: readonly Placeholder[] = ['website']

/** What one text may hold. Lists of mails show subjects, so a line holds no personal link in any kind. */
export function placeholdersOf(kind: TemplateKind, key: string): readonly Placeholder[] {
  if (BARE.test(key)) return []
  if (key === 'footerAsked') return ANYWHERE
  return PLACEHOLDERS[kind].filter(name => !isLine(key) || !isPersonal(name))
}

export function isPersonal(name: Placeholder): boolean {
  return PERSONAL.includes(name)
}

const LINE =
  /^(\w*subject|\w*eyebrow\w*|title|\w*button|feed|hello\w*|label\w+|online|door|manage|unsubscribe|footer\w*)$/i

/** Whether a text is one line: a subject, a heading, a button, a label. All others are paragraphs. */
export function isLine(key: string): boolean {
  return LINE.test(key)
}
