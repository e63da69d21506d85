// What stands on somebody's certificate, part by part, in the language they registered in.
import type { Accreditation } from '#src/domain/accreditations.ts'
import { type Certificate, pointsFor } from '#src/domain/certificates.ts'
import { type ListedEvent, placeOf, type Session } from '#src/domain/events.ts'
import type { Registration } from '#src/domain/registrations.ts'
import { type Formats, formatsIn } from '#src/i18n/dates.ts'
import { type Messages, messagesIn } from '#src/i18n/index.ts'
import { numbersIn } from '#src/i18n/numbers.ts'
import type { Block, Paper } from '#src/lib/paper.ts'
import { qrPath } from '#src/lib/qr.ts'

/** Whose it is, of what, and where it can be checked. */
export interface Certified {
  event: ListedEvent
  registration: Registration
  certificate: Certificate
  number: string
  /** Of the page that says whether it is true. */
  address: string
}

interface Words {
  t: Messages
  f: Formats
}

export function certificatePaper(certified: Certified, zone: string, now: Temporal.Instant): Paper {
  const { event, registration } = certified
  const { locale } = registration
  const words = { t: messagesIn(locale), f: formatsIn(locale, zone) }
  const { heading, tookPart } = words.t.certificate.paper
  return {
    title: `${heading}: ${event.title}`,
    author: hostsOf(event),
    language: locale,
    madeAt: now.epochMilliseconds,
    blocks: [
      { kind: 'text', style: 'eyebrow', text: hostsOf(event) },
      { kind: 'heading', level: 1, text: heading },
      { kind: 'text', style: 'name', text: registration.name },
      { kind: 'text', style: 'lead', text: tookPart },
      { kind: 'text', style: 'title', text: event.title },
      { kind: 'facts', rows: factsOf(certified, words) },
      ...partsOf(certified, words),
      ...accreditationOf(certified, words),
      footOf(certified, words, now.toZonedDateTimeISO(zone).toPlainDateTime()),
    ],
  }
}

/** The groups that organise an event, as one line. */
export function hostsOf({ group, cohosts }: ListedEvent): string {
  return [group, ...cohosts].map(({ name }) => name).join(', ')
}

function factsOf({ event, registration, certificate }: Certified, { t, f }: Words): [string, string][] {
  const { paper, duration } = t.certificate
  return [
    [paper.when, f.when(event)],
    [paper.where, placeOf(event, registration.attendance) || paper.online],
    [paper.minutes, duration(certificate.minutes)],
    [paper.organisedBy, hostsOf(event)],
    ...(certificate.signer ? [[paper.signer, certificate.signer] as [string, string]] : []),
  ]
}

/** What they were at; and what of the day is no learning, so that nobody has to wonder where the rest went. */
function partsOf({ event, registration, certificate }: Certified, words: Words): Block[] {
  const { paper, duration } = words.t.certificate
  const { followed, uncounted, minutes, offered } = certificate
  const rows = followed.map(part => rowOf(event, part, words))
  const said = [
    ...(uncounted.length ? [paper.uncounted(uncounted.map(({ title }) => title).join(', '))] : []),
    ...(!followed.length && offered < event.durationMinutes
      ? [paper.pauses(duration(event.durationMinutes - offered))]
      : []),
    ...(minutes < offered ? [paper.inRoom(duration(registration.attendedMinutes ?? minutes))] : []),
  ]
  const table: Block[] = [
    { kind: 'heading', level: 2, text: paper.followed },
    { kind: 'table', heads: paper.heads, rows },
  ]
  return [...(rows.length ? table : []), ...said.map((text): Block => ({ kind: 'text', style: 'small', text }))]
}

function rowOf({ timeZone }: ListedEvent, part: Session, { t, f }: Words): string[] {
  return [f.range({ ...part, timeZone }), part.title, t.certificate.duration(part.durationMinutes)]
}

function accreditationOf({ certificate }: Certified, { t }: Words): Block[] {
  if (!certificate.accreditations.length) return []
  const rows = certificate.accreditations.map((one): [string, string] => [one.register, worthOf(one, certificate, t)])
  return [
    { kind: 'heading', level: 2, text: t.certificate.paper.accreditation },
    { kind: 'facts', rows },
  ]
}

/** Its number there, and the points for so much learning: 'nummer 123456, 3 punten'. */
export function worthOf(one: Accreditation, certificate: Certificate, t: Messages): string {
  const { number, points } = t.certificate.paper
  const value = pointsFor(one, certificate)
  const numbers = numbersIn(t.locale as Registration['locale'])
  return [number(one.number), ...(value === null ? [] : [points(numbers.tenths(value), value === 1)])].join(', ')
}

function footOf({ number, address }: Certified, { t, f }: Words, today: Temporal.PlainDateTime): Block {
  const { isTrue, scan, made, codeAlt, about } = t.certificate.paper
  const lines = [scan, made(number, f.dayOfYear({ localStart: today.toString() }))]
  return { kind: 'code', code: qrPath(address), alt: codeAlt, title: isTrue, lines, address, about }
}
