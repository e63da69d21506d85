// Which mails should come, and when: kept beside a story as it happens, by the rules of the product and not by our code.

interface Span {
  from: Temporal.Instant
  until: Temporal.Instant
}
interface Expected extends Span {
  registration: number
  kind: string
}
export interface Got {
  registration: number
  kind: string
  at: Temporal.Instant
}

const isBefore = (a: Temporal.Instant, b: Temporal.Instant) => Temporal.Instant.compare(a, b) < 0
const isWithin = (at: Temporal.Instant, { from, until }: Span) => !isBefore(at, from) && isBefore(at, until)

/** `night`: no mail server. After it a mail waits for its next attempt: an hour at most. */
export function openLedger(night: Span) {
  const expected: Expected[] = []
  /** What somebody is to be told about their registration and has not been told yet: one mail at most. */
  const untold = new Map<number, { kind: string; due: Temporal.Instant }>()

  /** A mail of its own: at its moment exactly, or after the night. */
  function expect(registration: number, kind: string, due: Temporal.Instant, worthUntil?: Temporal.Instant): void {
    const latest = night.until.add({ hours: 1 })
    const until = worthUntil && isBefore(worthUntil, latest) ? worthUntil : latest
    const span = isWithin(due, night) ? { from: night.until, until } : { from: due, until: due }
    expected.push({ registration, kind, ...span })
  }

  /** What is new about a registration. What has not left yet takes it up, or gives way to it. */
  function tell(registration: number, kind: string, due: Temporal.Instant): void {
    const waiting = untold.get(registration)
    if (waiting && kind === 'changed' && waiting.kind !== 'changed') return
    const isFirst = waiting?.kind === 'waitlisted' && kind === 'promoted'
    untold.set(registration, { kind: isFirst ? 'confirmed' : kind, due })
  }

  /** By now what was due has left, if it could. */
  function pass(now: Temporal.Instant): void {
    if (isWithin(now, night)) return
    for (const [registration, { kind, due }] of untold) {
      if (isBefore(now, due)) continue
      untold.delete(registration)
      expect(registration, kind, due)
    }
  }

  return { expected, expect, tell, pass }
}

/** Every mail that is lost, early, late or one too many, in words. */
export function wrongMails(expected: Expected[], got: Got[]): string[] {
  const name = ({ registration, kind }: Expected | Got) => `${kind} of registration ${registration}`
  const wanted = Map.groupBy(expected, name)
  const came = Map.groupBy(got, name)
  return [...new Set([...wanted.keys(), ...came.keys()])].flatMap(key => {
    const dues = (wanted.get(key) ?? []).toSorted((a, b) => Temporal.Instant.compare(a.from, b.from))
    const mails = (came.get(key) ?? []).toSorted((a, b) => Temporal.Instant.compare(a.at, b.at))
    const surplus = mails.slice(dues.length).map(({ at }) => `one too many: ${key} at ${at}`)
    return [...dues.flatMap((due, index) => verdict(key, due, mails[index]) ?? []), ...surplus]
  })
}

function verdict(key: string, { from, until }: Span, mail: Got | undefined): string | undefined {
  if (!mail) return `lost: ${key}, due at ${from}`
  if (isBefore(mail.at, from)) return `early: ${key} at ${mail.at}, due at ${from}`
  if (isBefore(until, mail.at)) return `late: ${key} at ${mail.at}, due at ${from}`
  return undefined
}
