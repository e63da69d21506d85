// The calendar of one mailbox, as RFC 5546 has it and nobody else: mails go in as bytes, appointments come out. Like what
// reads the messages it imports nothing of ours. What it must refuse it notes, and it can be held against what should be.
import { Forbidden } from './icalendar.ts'
import { type Entry, type Invitation, readInvitation } from './itip.ts'

export interface Calendar {
  entries: ReadonlyMap<string, Entry>
  /** What was refused, and why. */
  violations: readonly string[]
  /** Takes a mail in. The order in which mails arrive must not matter: SEQUENCE and DTSTAMP are there for that. */
  receive(raw: Uint8Array): Promise<void>
  /** Its reader throws away what stands in it; that something older came is still known. */
  throwAway(): void
}

export function openCalendar(mailbox: string): Calendar {
  const seen = new Map<string, Invitation[]>()
  const entries = new Map<string, Entry>()
  const violations: string[] = []

  function take(invitation: Invitation): void {
    const { uid, entry } = invitation
    const earlier = seen.get(uid) ?? []
    refuseStranger(invitation, mailbox)
    for (const other of earlier) refuseContradiction(other, invitation)
    seen.set(uid, [...earlier, invitation])
    // A cancellation counts among what is newer, or an older request would bring the entry back.
    if (earlier.some(other => compare(other, invitation) >= 0)) return
    if (entry) entries.set(uid, entry)
    else entries.delete(uid)
  }

  return {
    entries,
    violations,
    throwAway: () => entries.clear(),
    async receive(raw) {
      try {
        const invitation = await readInvitation(raw)
        if (invitation) take(invitation)
      } catch (error) {
        if (!(error instanceof Forbidden)) throw error
        violations.push(error.message)
      }
    },
  }
}

/** The higher SEQUENCE is the newer one, then the later DTSTAMP (§2.1.5). */
function compare(a: Invitation, b: Invitation): number {
  return a.sequence - b.sequence || Temporal.Instant.compare(a.stamp, b.stamp)
}

/** Only who organises may write, and only to who attends. RFC 6047 §2.3 lets From differ from ORGANIZER; ours may not. */
function refuseStranger({ organizer, attendees, from, to }: Invitation, mailbox: string): void {
  if (organizer !== from) throw new Forbidden(`ORGANIZER ${organizer} is not From ${from}`)
  if (attendees.join() !== mailbox) throw new Forbidden(`ATTENDEE ${attendees} is not ${mailbox}`)
  if (to.join() !== mailbox) throw new Forbidden(`To ${to} is not ${mailbox}`)
}

/** What two messages about one UID must agree on, whichever came first. */
function refuseContradiction(a: Invitation, b: Invitation): void {
  if (a.organizer !== b.organizer) throw new Forbidden(`two ORGANIZERs of ${b.uid}: ${a.organizer}, ${b.organizer}`)
  const age = Temporal.Instant.compare(a.stamp, b.stamp)
  const numbers = `${a.method} ${a.sequence} of ${a.stamp}, ${b.method} ${b.sequence} of ${b.stamp}`
  if (compare(a, b) === 0 && a.content !== b.content) throw new Forbidden(`two contents under one number: ${numbers}`)
  // It never falls, and rises with each CANCEL and each change of time or STATUS (§2.1.4).
  if ((a.sequence - b.sequence) * age < 0) throw new Forbidden(`SEQUENCE fell: ${numbers}`)
  if (a.sequence === b.sequence && !isSameAppointment(a, b)) throw new Forbidden(`SEQUENCE did not rise: ${numbers}`)
}

function isSameAppointment(a: Invitation, b: Invitation): boolean {
  if (!a.entry || !b.entry) return a.method === b.method
  const of = ({ start, end, status }: Entry) => `${start} ${end} ${status}`
  return of(a.entry) === of(b.entry)
}

/** What should stand in somebody's calendar; number and title only where they are known to have been told. */
export type Appointment = { uid: string } & Pick<Entry, 'start' | 'end' | 'location'> &
  Partial<Pick<Entry, 'sequence' | 'summary'>>

type Shown = Pick<Calendar, 'entries' | 'violations'>

/** Every way in which a calendar is not what it should be, in words; none if it is right. */
export function differences({ entries, violations }: Shown, expected: Appointment[]): string[] {
  const wrong = expected.flatMap(({ uid, ...appointment }) => {
    const entry = entries.get(uid)
    if (!entry) return [`${uid} is missing`]
    return Object.entries(appointment)
      .map(([field, value]) => [field, String(value), String(entry[field as keyof Entry])])
      .filter(([, value, shown]) => value !== shown)
      .map(([field, value, shown]) => `${uid} has ${field} ${shown} instead of ${value}`)
  })
  const known = new Set(expected.map(({ uid }) => uid))
  const surplus = [...entries].filter(([uid]) => !known.has(uid))
  return [
    ...wrong,
    ...surplus.map(([uid, { start }]) => `${uid} stands at ${start} and should not`),
    ...violations.map(violation => `refused: ${violation}`),
  ]
}
