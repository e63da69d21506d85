// How each kind of mail comes about, and what its reader can do behind its links: a table by kind, so that a new one cannot
// be forgotten.
import { expect } from 'vitest'
import { eq } from '#db/drizzle.ts'
import { events, messages, sessions } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { announce } from '#src/domain/announcements.ts'
import { askQuestion } from '#src/domain/asking.ts'
import { sendBriefing } from '#src/domain/briefings.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { settleSession } from '#src/domain/choice-telling.ts'
import { choose } from '#src/domain/choosing.ts'
import { addContributor } from '#src/domain/contributing.ts'
import { addSession } from '#src/domain/drafts.ts'
import { enrol, leave } from '#src/domain/enrolling.ts'
import type { Enrolment } from '#src/domain/enrolments.ts'
import { listSessions } from '#src/domain/events.ts'
import { proveFollower } from '#src/domain/followers.ts'
import { invite } from '#src/domain/invitations.ts'
import { addInvitees, askInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { approveQuestion } from '#src/domain/moderating.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { composeNow } from '#src/domain/newsletters.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { enqueue, type MessageKind } from '#src/domain/outbox.ts'
import { requestMyLink } from '#src/domain/people.ts'
import { answerQuestion, planQuestion } from '#src/domain/question-plans.ts'
import type { Question } from '#src/domain/questions.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { release } from '#src/domain/releases.ts'
import { applyReply } from '#src/domain/replies.ts'
import { listSeries, type Series } from '#src/domain/series.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { releaseBulletin } from '#src/domain/spreading.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { type House, ME, NEW } from './house.ts'
import { letterWish, subscribe } from './letters.ts'
import {
  acceptsInvitation,
  asksForInvites,
  changesFeed,
  comesAfterAll,
  comesAsAsked,
  type Deed,
  goesIn,
  joinsSeries,
  leavesSeries,
  onlyReads,
  provesAddress,
  provesFollower,
  provesSubscription,
  readsAnswer,
  registers,
  saysYes,
  signsIn,
  stopsAnnouncements,
  stopsFollowing,
  stopsNewsletters,
  stopsReminders,
  stopsSummaries,
  takesThePlace,
  unregisters,
} from './mail-readers.ts'
import { editing } from './postoffice.ts'
import { applicant, makeEvent, makeRegistration, makeSeries } from './world.ts'

export interface Scene {
  /** The mail is due after this. */
  happens: (house: House) => void | Promise<void>
  reader: [Deed, ...Deed[]]
}

const now = ({ clock }: House) => clock.now()
const register = (house: House, email = ME) => makeRegistration(house.db, house.event(), { email }, now(house))
const giveUp = (house: House, email: string) =>
  writeNow(house.db, tx => cancelRegistration(tx, house.of(email), 'attendee', now(house)))

/** Somebody who has had the mail about their registration. */
async function registered(house: House): Promise<void> {
  register(house)
  await house.deliver()
  house.clock.advance({ minutes: 5 })
}

async function waiting(house: House): Promise<void> {
  for (const email of ['bo@example.org', 'ali@example.org']) register(house, email)
  await registered(house)
}

function move(house: House): void {
  const to = { ...house.event(), localStart: '2026-12-10T12:00' }
  writeNow(house.db, tx => moveEvent(tx, house.event(), to, 'De zaal lekt.', editing(house, to), now(house)))
}

function cancel(house: House): void {
  const event = house.event()
  writeNow(house.db, tx => cancelEvent(tx, event, 'De spreker is ziek.', editing(house, event), now(house)))
}

async function cancelledAndBack(house: House): Promise<void> {
  await registered(house)
  cancel(house)
  await house.deliver()
  const event = house.event()
  writeNow(house.db, tx => reinstateEvent(tx, event, editing(house, event), now(house)))
}

/** The event has two workshops to choose from; they choose the first. */
function chooses(house: House): void {
  const { id, localStart } = house.event()
  writeNow(house.db, tx => {
    for (const title of ['Samen aan tafel', 'Eén plan']) {
      addSession(tx, {
        eventId: id,
        kind: 'workshop',
        round: 1,
        title,
        localStart,
        durationMinutes: 45,
        room: 'Zaal 2',
      })
    }
    const [first] = listSessions(tx, id)
    choose(tx, house.of(ME), [{ round: 1, first: first?.id ?? null, second: null }], now(house))
  })
}

/** Somebody who has had the mail about their workshop. */
async function inWorkshop(house: House): Promise<void> {
  await registered(house)
  chooses(house)
  await house.deliver()
  house.clock.advance({ minutes: 5 })
}

function moveWorkshop(house: House): void {
  writeNow(house.db, tx => {
    const [first] = listSessions(tx, house.event().id)
    if (!first) throw new Error('no workshop')
    const values = { localStart: '2026-12-03T12:15', sequence: first.sequence + 1, revisedAt: now(house) }
    tx.update(sessions).set(values).where(eq(sessions.id, first.id)).run()
    settleSession(tx, first, now(house))
  })
}

function decline(house: House): void {
  const { uid, sequence } = house.event()
  const reply = { uid, sequence, attendee: ME, partstat: 'declined', stamp: now(house), isProven: true } as const
  expect(writeNow(house.db, tx => applyReply(tx, reply, now(house)))).toBe('applied')
}

function inviteSomebody(house: House): void {
  writeNow(house.db, tx => {
    const owner = createOrganiser(tx, 'olga@example.org', 'Olga', now(house))
    grant(tx, owner, house.group, 'owner')
    invite(tx, owner, house.group.slug, { email: ME, right: 'organiser', locale: 'nl' }, now(house))
  })
}

/** Somebody is asked to speak. */
function ask(house: House): void {
  const speaker = { name: 'Zoë de Vries', email: ME, organisation: '', attendance: 'online', locale: 'nl' } as const
  const candidate = { ...speaker, part: 'speaker', hasSaidYes: false, addedBy: null } as const
  writeNow(house.db, tx => addContributor(tx, house.event(), candidate, now(house)))
}

function startSignIn(house: House): void {
  writeNow(house.db, tx => {
    grant(tx, createOrganiser(tx, ME, 'Organisator', now(house)), house.group, 'organiser')
    requestSignIn(tx, ME, 'nl', now(house))
  })
}

/** An organiser with something overdue; the program runs from the day before until eight o'clock. */
async function comesToEight(house: House): Promise<void> {
  writeNow(house.db, tx => grant(tx, createOrganiser(tx, ME, 'Organisator', now(house)), house.group, 'organiser'))
  await house.deliver()
  house.clock.set('2026-11-22T07:00:00Z')
}

/** In an organiser's own words, to everybody with a place. */
function write(house: House): void {
  const letter = { subject: 'Neem een vraag mee', body: `Lees eerst ${house.url}/archive en schuif dan aan.` }
  writeNow(house.db, tx => {
    const { id } = createOrganiser(tx, 'otto@example.org', 'Otto', now(house))
    const written = { audience: 'confirmed', ...letter } as const
    const mailing = createMailing(tx, house.event(), written, id, now(house))
    const releaser = { organiserId: id, revision: mailing.revision, shown: 1 }
    release(tx, mailing, house.event(), releaser, now(house))
  })
}

const moderating = ({ revision }: Question) => ({ organiserId: null, revision })

/** Somebody asks a question, and wants to hear what becomes of it. */
function askSomething(house: House): Question {
  const asked = {
    text: 'Wie helpt mij hiermee?',
    role: 'resident',
    place: 'Assen',
    name: 'Zoë',
    groupId: null,
  } as const
  return writeNow(house.db, tx => askQuestion(tx, { ...asked, email: ME, locale: 'nl' }, now(house)))
}

/** It was approved, and the address proven: the mail that asked for that leaves no more. */
function followedQuestion(house: House): Question {
  const question = askSomething(house)
  return writeNow(house.db, tx => {
    proveFollower(tx, { id: 1 }, now(house))
    const wording = { text: question.text, place: question.place, groupId: house.group.id, themeIds: [] }
    return approveQuestion(tx, question, wording, moderating(question), now(house))
  })
}

/** Somebody follows the group that writes. */
function follow(house: House, letter: 'newsletter' | 'announcement'): void {
  subscribe(house.db, ME, [letterWish(letter, `g${house.group.id}`)], now(house))
  house.db.delete(messages).run()
}

/** Composed, released by an organiser, and two minutes later. */
function sendNewsletter(house: House): void {
  follow(house, 'newsletter')
  writeNow(house.db, tx => {
    const { id } = createOrganiser(tx, 'otto@example.org', 'Otto', now(house))
    const bulletin = composeNow(tx, house.group, { timeZone: 'Europe/Amsterdam', organiserId: id }, now(house))
    releaseBulletin(tx, bulletin, { organiserId: id, revision: bulletin.revision, shown: 1 }, now(house))
  })
}

function announceEvent(house: House): void {
  follow(house, 'announcement')
  writeNow(house.db, tx => {
    const { id } = createOrganiser(tx, 'otto@example.org', 'Otto', now(house))
    announce(tx, house.event(), { also: [], intro: '' }, { organiserId: id, shown: 1 }, now(house))
  })
}

/** A fixed group with one place and two dates, and somebody who joins it. */
function join(house: House, email = ME): Enrolment {
  const { db, group } = house
  const found = listSeries(db)[0] ?? layCircle(house)
  const joiner = { ...applicant({ email }), wantsInvites: false }
  expect(found.groupId).toBe(group.id)
  return writeNow(db, tx => enrol(tx, found, joiner, now(house)))
}

function layCircle({ db, group }: House): Series {
  const found = makeSeries(db, group, { enrolmentRule: 'only', enrolmentCapacity: 1 })
  for (const localStart of ['2026-12-08T15:30', '2026-12-29T15:30'])
    makeEvent(db, group, { seriesId: found.id, localStart })
  return found
}

const stop = (house: House, { id }: Enrolment) =>
  void writeNow(house.db, tx => leave(tx, { id }, 'attendee', now(house)))

/** Somebody who has had the mail about their part in the series. */
async function joined(house: House): Promise<Enrolment> {
  const enrolment = join(house)
  await house.deliver()
  house.clock.advance({ minutes: 5 })
  return enrolment
}

export const SCENES = {
  sign_in: { happens: startSignIn, reader: [signsIn] },
  my: {
    happens: async house => {
      await registered(house)
      writeNow(house.db, tx => requestMyLink(tx, ME, 'nl', now(house)))
    },
    reader: [changesFeed],
  },
  address: {
    happens: async house => {
      await registered(house)
      writeNow(house.db, tx => requestAddress(tx, house.of(ME), NEW, now(house)))
    },
    reader: [provesAddress],
  },
  confirmed: { happens: house => void register(house), reader: [goesIn, unregisters] },
  requested: {
    happens: house => {
      house.db.update(events).set({ needsApproval: true }).run()
      register(house)
    },
    reader: [unregisters],
  },
  waitlisted: { happens: waiting, reader: [unregisters] },
  promoted: {
    happens: async house => {
      await waiting(house)
      giveUp(house, 'bo@example.org')
    },
    reader: [goesIn, unregisters],
  },
  place_free: {
    happens: async house => {
      await waiting(house)
      house.clock.set(house.event().startsAt.subtract({ minutes: 30 }).toString())
      giveUp(house, 'bo@example.org')
    },
    reader: [takesThePlace, unregisters],
  },
  changed: {
    happens: async house => {
      await registered(house)
      move(house)
    },
    reader: [goesIn, unregisters],
  },
  cancelled: {
    happens: async house => {
      await registered(house)
      cancel(house)
    },
    reader: [onlyReads],
  },
  reinstated: { happens: cancelledAndBack, reader: [goesIn, unregisters] },
  unregistered: {
    happens: async house => {
      await registered(house)
      giveUp(house, ME)
    },
    reader: [registers],
  },
  again: {
    happens: async house => {
      await registered(house)
      register(house)
    },
    reader: [goesIn, unregisters],
  },
  series_confirmed: { happens: house => void join(house), reader: [asksForInvites, leavesSeries] },
  series_waitlisted: {
    happens: house => {
      join(house, 'bo@example.org')
      join(house)
    },
    reader: [leavesSeries],
  },
  series_promoted: {
    happens: async house => {
      const other = join(house, 'bo@example.org')
      await joined(house)
      stop(house, other)
    },
    reader: [asksForInvites, leavesSeries],
  },
  series_left: {
    happens: async house => stop(house, await joined(house)),
    reader: [joinsSeries],
  },
  series_again: {
    happens: async house => {
      await joined(house)
      join(house)
    },
    reader: [asksForInvites, leavesSeries],
  },
  reminder_day: {
    happens: async house => {
      await registered(house)
      house.clock.set('2026-12-02T11:00:00Z')
    },
    reader: [stopsReminders, goesIn, unregisters],
  },
  reminder_hour: {
    happens: async house => {
      await registered(house)
      house.clock.set('2026-12-03T10:00:00Z')
    },
    reader: [stopsReminders, goesIn, unregisters],
  },
  declined: {
    happens: async house => {
      await registered(house)
      decline(house)
    },
    reader: [comesAfterAll, unregisters],
  },
  workshop_confirmed: {
    happens: async house => {
      await registered(house)
      chooses(house)
    },
    reader: [goesIn, unregisters],
  },
  workshop_changed: {
    happens: async house => {
      await inWorkshop(house)
      moveWorkshop(house)
    },
    reader: [goesIn, unregisters],
  },
  workshop_cancelled: {
    happens: async house => {
      await inWorkshop(house)
      const none = { round: 1, first: null, second: null }
      writeNow(house.db, tx => choose(tx, house.of(ME), [none], now(house)))
    },
    reader: [unregisters],
  },
  tasks: { happens: comesToEight, reader: [stopsSummaries] },
  invitation: { happens: inviteSomebody, reader: [acceptsInvitation] },
  asked: { happens: ask, reader: [saysYes, goesIn, unregisters] },
  briefing: {
    happens: async house => {
      ask(house)
      await house.deliver()
      house.clock.advance({ minutes: 5 })
      writeNow(house.db, tx => sendBriefing(tx, house.event(), undefined, now(house)))
    },
    reader: [saysYes, goesIn, unregisters],
  },
  invited: {
    happens: house =>
      writeNow(house.db, tx => {
        tx.update(events).set({ isInvitationOnly: true }).run()
        addInvitees(tx, house.event(), [{ email: ME, name: 'Zoë de Vries', organisation: '' }], 'nl', now(house))
        askInvitees(tx, house.event(), 'new', now(house))
      }),
    reader: [comesAsAsked],
  },
  mailing: {
    happens: async house => {
      await registered(house)
      write(house)
      house.clock.advance({ minutes: 2 })
    },
    reader: [goesIn, unregisters],
  },
  question_proof: { happens: house => void askSomething(house), reader: [provesFollower] },
  question_planned: {
    happens: house => {
      const question = followedQuestion(house)
      writeNow(house.db, tx => planQuestion(tx, question, house.event(), moderating(question), now(house)))
    },
    reader: [stopsFollowing, registers],
  },
  question_answered: {
    happens: house => {
      const question = followedQuestion(house)
      writeNow(house.db, tx => answerQuestion(tx, question, 'Ga zelf langs.', moderating(question), now(house)))
    },
    reader: [stopsFollowing, readsAnswer],
  },
  subscription_proof: {
    happens: house =>
      writeNow(house.db, tx => {
        const wishes = [letterWish('newsletter', `g${house.group.id}`)]
        requestSubscription(tx, { email: ME, locale: 'nl', wishes }, now(house))
      }),
    reader: [provesSubscription],
  },
  announcement: {
    happens: async house => {
      announceEvent(house)
      await house.deliver()
      house.clock.advance({ minutes: 2 })
    },
    reader: [stopsAnnouncements, registers],
  },
  newsletter: {
    happens: async house => {
      sendNewsletter(house)
      await house.deliver()
      house.clock.advance({ minutes: 2 })
    },
    reader: [stopsNewsletters, registers],
  },
  test: {
    happens: house =>
      writeNow(house.db, tx => enqueue(tx, { key: 'test:1', kind: 'test', toAddress: ME, locale: 'nl' }, now(house))),
    reader: [onlyReads],
  },
} satisfies Record<MessageKind, Scene>
