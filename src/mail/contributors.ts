// Mails to who speaks or hosts: the question whether they do, and everything they need beforehand. No name of an attendee is
// in them, and the room is reached by their own door.
import type { Moment } from '#src/domain/briefings.ts'
import { saidBy } from '#src/domain/contributors.ts'
import { messagesIn } from '#src/i18n/index.ts'
import { appointmentFacts, type Desk, inShort } from './appointment.ts'
import { type Block, blocks, button, type Content, type Fact, facts, note, paragraph, paragraphs } from './content.ts'

/** What is asked, when and where, with the entry for their calendar; to who said yes already, that and no question. */
export function asked(desk: Desk): Content {
  const { registration, shared, links } = desk
  const words = desk.wordsOf('asked')
  const hasSaidYes = registration.partConfirmedAt !== null
  const what = registration.part === 'host' ? words.host : words.speaker
  return {
    ...desk.frame,
    kind: 'asked',
    subject: hasSaidYes ? words.yesSubject : words.subject,
    preheader: inShort(desk),
    eyebrow: hasSaidYes ? words.yesEyebrow : words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(hasSaidYes ? words.yesLead : words.lead),
      paragraph(what),
      ...paragraphs(words.extra),
      !hasSaidYes && button(words.button, links.personal(registration)),
      !hasSaidYes && paragraph(words.answer),
      appointmentFacts(desk),
      hasSaidYes && paragraph(shared.partCannotCome),
      hasSaidYes && button(shared.partButton, links.personal(registration)),
      note(words.invite),
      desk.help,
    ),
    invite: desk.request(),
  }
}

/** Everything in one mail: rendered when it leaves, so that it tells how many come then. */
export function briefing(desk: Desk): Content {
  const { event, registration, shared, links } = desk
  const words = desk.wordsOf('briefing')
  const isHost = registration.part === 'host'
  const entersAsHost = isHost && desk.isOnline && event.hostUrl !== null
  return {
    ...desk.frame,
    kind: 'briefing',
    subject: words.subject,
    preheader: inShort(desk),
    eyebrow: words.eyebrow,
    blocks: blocks(
      paragraph(desk.hello),
      paragraph(words.lead),
      ...paragraphs(words.extra),
      saidBy(event, registration) !== 'yes' && paragraph(words.unanswered),
      ...wordsFromUs(desk),
      appointmentFacts(desk),
      entersAsHost && paragraph(fixedWords(desk).hostDoor),
      aboutTheDay(desk),
      isHost && paragraph(words.names),
      button(shared.partButton, links.personal(registration)),
      desk.help && note(words.materials),
      desk.help,
    ),
  }
}

/** As organisers wrote it, paragraph by paragraph. */
function wordsFromUs(desk: Desk): Block[] {
  const said = desk.briefing?.words ?? ''
  return said ? [paragraph(`${fixedWords(desk).words}:`), ...paragraphs(said)] : []
}

function aboutTheDay(desk: Desk): Block | false {
  const { briefing: known, event } = desk
  if (!known) return false
  const words = fixedWords(desk)
  const times = known.moments.map(moment => `${desk.formats.time({ ...event, ...moment })} ${nameOf(moment, desk)}`)
  const contact = event.group.email
  return facts(
    { label: words.times, value: times.join('\n') },
    ...whoComes(desk),
    known.others.length > 0 && {
      label: words.others,
      value: known.others.map(other => inWords(desk, other)).join('\n'),
    },
    contact !== null && { label: words.contact, value: `${event.group.name}\n${contact}` },
  )
}

function nameOf({ what, title }: Moment, desk: Desk): string {
  return what === 'session' ? title : fixedWords(desk)[what]
}

const fixedWords = ({ registration: { locale } }: Desk) => messagesIn(locale).mail.briefing

/** How many, by role, and where most of them come from. */
function whoComes(desk: Desk): Fact[] {
  const words = fixedWords(desk)
  const coming = desk.briefing?.coming
  if (!coming?.total) return [{ label: words.coming, value: words.nobody, isProse: true }]
  const t = messagesIn(desk.registration.locale)
  const roles = coming.roles.map(([role, total]) => `${total} ${t.words.roles[role]}`).join(', ')
  const from = coming.organisations.map(([name, total]) => (total > 1 ? `${name} (${total})` : name)).join(', ')
  const all = { label: words.coming, value: words.count(coming.total), notes: [roles] }
  return from ? [all, { label: words.mostly, value: from, isProse: true }] : [all]
}

function inWords(
  { registration: { locale } }: Desk,
  { name, part }: { name: string; part: 'speaker' | 'host' },
): string {
  return `${name} (${messagesIn(locale).words.parts[part]})`
}
