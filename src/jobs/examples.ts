// One mail of every kind, about an event that never was. Real functions lay it and all that befalls it, in a transaction
// that is rolled back: nothing of it stays, and what is mailed is what would be mailed.
import { randomUUID } from 'node:crypto'
import { asc } from '#db/drizzle.ts'
import type { Db, Tx } from '#db/open.ts'
import { groups } from '#db/schema.ts'
import { preview } from '#db/write.ts'
import type { Config } from '#src/config.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { addContributor, becomeAttendee } from '#src/domain/contributing.ts'
import { createEvent, publishEvent } from '#src/domain/drafts.ts'
import { type Event, getEvent, getListedEvent } from '#src/domain/events.ts'
import { createGroup } from '#src/domain/groups.ts'
import { exampleInvitation } from '#src/domain/invitations.ts'
import { exampleInvitee } from '#src/domain/invitees.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { readTopTexts } from '#src/domain/own-texts.ts'
import { choiceToldNow, exampleWorkshop } from '#src/domain/own-workshops.ts'
import { findOrCreatePerson } from '#src/domain/people.ts'
import { type Applicant, cancelRegistration, register } from '#src/domain/registering.ts'
import { getRegistration, type Registration, update } from '#src/domain/registrations.ts'
import { exampleArrears } from '#src/domain/summaries.ts'
import { toldNow } from '#src/domain/telling.ts'
import { type Locale, messagesIn } from '#src/i18n/index.ts'
import { dateIn } from '#src/lib/time.ts'
import { randomCode, randomToken } from '#src/lib/tokens.ts'
import { type About, exampleAsking, exampleFollowing, exampleIssue, readAbout } from '#src/mail/about.ts'
import type { AboutRegistration, Occasion } from '#src/mail/messages.ts'
import { aboutSeries } from './series-examples.ts'

/** Who gets the test mails. */
export interface To {
  email: string
  locale: Locale
}

/**
 * What a test mail of each kind is written for. In this order the calendar of whoever gets them ends as it began: the
 * entry comes, moves, goes, comes back and goes for good, under one UID and with a SEQUENCE that only rises. Writes
 * nothing that lasts.
 */
export function makeExamples(db: Db, to: To, { timeZone }: Pick<Config, 'timeZone'>, now: Temporal.Instant) {
  return preview(db, (tx): Occasion[] => {
    const { event, other, own } = layEvent(tx, to, timeZone, now.subtract({ hours: 1 }))
    return [
      ...toPerson(tx, to, event, now),
      ...aboutRegistration(tx, event, other, own, now),
      ...aboutSeries(tx, to, timeZone, now),
      ...toAddress(tx, to, own),
    ]
  })
}

/** A webinar in two weeks with one place, which somebody else has. */
function layEvent(tx: Tx, { email, locale }: To, timeZone: string, now: Temporal.Instant) {
  const { title, summary, group, attendee: name } = messagesIn(locale).example
  const host = tx.select().from(groups).orderBy(asc(groups.id)).limit(1).get()
  const { id: groupId } = host ?? createGroup(tx, { slug: 'voorbeeld', name: group })
  const localStart = `${dateIn(now, timeZone).add({ days: 14 })}T12:00`
  const webinar = { kind: 'webinar', attendance: 'online', durationMinutes: 60, capacityOnline: 1 } as const
  // An address of its own: once the transaction is undone, no page will ever stand there.
  const slug = `voorbeeld-${randomUUID()}`
  const draft = createEvent(tx, { ...webinar, groupId, title, summary, slug, localStart, timeZone }, now)
  const event = publishEvent(tx, draft, { organiserId: null, revision: draft.revision }, now)
  const somebody = { name, organisation: '', role: 'other', attendance: 'online', accessNeeds: '', locale } as const
  const join = (applicant: Applicant) => register(tx, event, applicant, now)
  return { event, other: join({ ...somebody, email: null }), own: join({ ...somebody, email }) }
}

/** The life of one registration: it waits, gets a place, follows the event wherever it goes, and ends. */
function aboutRegistration(tx: Tx, { id }: Event, other: Registration, own: Registration, now: Temporal.Instant) {
  const { reason, mailing } = messagesIn(own.locale).example
  const event = () => getEvent(tx, id)
  const editor = () => ({ organiserId: null, revision: event().revision })
  const occasions: Occasion[] = []
  let at = now.subtract({ minutes: 30 })
  const next = () => {
    at = at.add({ minutes: 1 })
    return at
  }
  /** These mails tell how it is now, and then that is known. */
  const tell = (...kinds: AboutRegistration[]) => {
    const about = aboutNow(tx, own)
    occasions.push(...kinds.map((kind): Occasion => ({ kind, about })))
    update(tx, about.registration, { told: toldNow(event(), about.registration) })
  }

  update(tx, own, { approvalAskedAt: now })
  tell('requested')
  update(tx, own, { approvedAt: next() })
  tell('waitlisted', 'place_free')
  cancelRegistration(tx, other, 'attendee', next())
  tell('promoted', 'confirmed', 'again', 'reminder_day', 'reminder_hour')
  occasions.push(...aboutWorkshop(aboutNow(tx, own), next))
  occasions.push({ kind: 'mailing', about: aboutNow(tx, own), mailed: { ...mailing, isUrgent: false } })
  const day = Temporal.PlainDateTime.from(event().localStart).add({ days: 1 })
  moveEvent(tx, event(), { ...event(), localStart: day.toString().slice(0, 16) }, reason, editor(), next())
  tell('changed')
  cancelEvent(tx, event(), reason, editor(), next())
  tell('cancelled')
  reinstateEvent(tx, event(), editor(), next())
  tell('reinstated')
  const { name, organisation, attendance, locale } = own
  const candidate = {
    name,
    organisation,
    attendance,
    locale,
    part: 'speaker',
    hasSaidYes: false,
    addedBy: null,
  } as const
  addContributor(tx, event(), { ...candidate, email: aboutNow(tx, own).email }, next())
  tell('asked', 'briefing')
  becomeAttendee(tx, own, next())
  update(tx, own, { reply: 'declined', declinedAt: next(), freesAt: now.add({ hours: 24 }) })
  tell('declined')
  cancelRegistration(tx, own, 'attendee', next())
  tell('unregistered')
  return occasions
}

/** A workshop is chosen, moves, and is left again. */
function aboutWorkshop(about: About, next: () => Temporal.Instant): Occasion[] {
  const first = exampleWorkshop(about, messagesIn(about.registration.locale).example.workshop, next())
  const localStart = Temporal.PlainDateTime.from(first.session.localStart).add({ minutes: 30 }).toString()
  const session = { ...first.session, localStart: localStart.slice(0, 16), sequence: 1, revisedAt: next() }
  const moved = { ...first, session, choice: { ...first.choice, told: choiceToldNow(first) } }
  const choice = { ...moved.choice, status: 'cancelled' as const, sequence: 1, revisedAt: next() }
  return [
    { kind: 'workshop_confirmed', about, workshop: first },
    { kind: 'workshop_changed', about, workshop: moved },
    { kind: 'workshop_cancelled', about, workshop: { ...moved, choice } },
  ]
}

/** What goes to a person whatever they are registered for. */
function toPerson(tx: Tx, address: To, { id }: Event, now: Temporal.Instant): Occasion[] {
  const to = { ...address, own: readTopTexts(tx, address.locale) }
  const person = findOrCreatePerson(tx, to.email, now)
  const signIn = { token: randomToken(), code: randomCode(), expiresAt: now.add({ minutes: 15 }) }
  return [
    { kind: 'test', ...to },
    { kind: 'sign_in', signIn, ...to },
    { kind: 'my', person, ...to },
    { kind: 'invitation', invitation: exampleInvitation(getListedEvent(tx, id).group, undefined, now), ...to },
    { kind: 'tasks', summary: { organiserId: person.id, arrears: exampleArrears(getListedEvent(tx, id), now), ...to } },
    {
      kind: 'invited',
      invited: {
        invitee: exampleInvitee({ id }, { ...to, name: '' }, now),
        event: getListedEvent(tx, id),
        own: to.own,
      },
    },
    ...aboutQuestion.map(kind => ({ kind, about: exampleFollowing(to, getListedEvent(tx, id), to.own, now) })),
    { kind: 'subscription_proof', asking: exampleAsking(getListedEvent(tx, id).group, now), ...to },
    ...(['announcement', 'newsletter'] as const).map(kind => ({
      kind,
      issue: exampleIssue(getListedEvent(tx, id), to),
    })),
  ]
}

const aboutQuestion = ['question_proof', 'question_planned', 'question_answered'] as const

function toAddress(tx: Tx, to: To, own: Registration): Occasion[] {
  return [{ kind: 'address', about: aboutNow(tx, own), ...to }]
}

function aboutNow(tx: Tx, { id }: Registration) {
  const about = readAbout(tx, getRegistration(tx, id))
  if (!about) throw new Error('the example has no address')
  return about
}
