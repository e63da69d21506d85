// How each kind of mail comes about, and what its reader can do behind its links: a table by kind, so that a new one cannot
// be forgotten.
import { expect } from 'vitest'
import { events, messages } from '#db/schema.ts'
import { writeNow } from '#db/write.ts'
import { requestAddress } from '#src/domain/addresses.ts'
import { announce } from '#src/domain/announcements.ts'
import { sendBriefing } from '#src/domain/briefings.ts'
import { cancelEvent, reinstateEvent } from '#src/domain/cancellations.ts'
import { addContributor } from '#src/domain/contributing.ts'
import { invite } from '#src/domain/invitations.ts'
import { addInvitees, askInvitees } from '#src/domain/invitees.ts'
import { createMailing } from '#src/domain/mailings.ts'
import { moveEvent } from '#src/domain/moves.ts'
import { composeNow } from '#src/domain/newsletters.ts'
import { createOrganiser, grant } from '#src/domain/organisers.ts'
import { enqueue, type MessageKind } from '#src/domain/outbox.ts'
import { requestMyLink } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { release } from '#src/domain/releases.ts'
import { applyReply } from '#src/domain/replies.ts'
import { requestSignIn } from '#src/domain/sign-ins.ts'
import { releaseBulletin } from '#src/domain/spreading.ts'
import { requestSubscription } from '#src/domain/subscribing.ts'
import { type House, ME, NEW } from './house.ts'
import { subscribe, wish } from './letters.ts'
import {
  acceptsInvitation,
  changesFeed,
  comesAfterAll,
  comesAsAsked,
  type Deed,
  goesIn,
  onlyReads,
  provesAddress,
  provesSubscription,
  registers,
  saysYes,
  signsIn,
  stopsAnnouncements,
  stopsNewsletters,
  stopsReminders,
  stopsSummaries,
  takesThePlace,
  unregisters,
} from './mail-readers.ts'
import { editing } from './postoffice.ts'
import { makeRegistration } from './world.ts'

export interface Scene {
  /** The mail is due after this. */
  happens: (house: House) => void | Promise<void>
  reader: [Deed, ...Deed[]]
}

const now = ({ clock }: House) => clock.now()
const register = (house: House, email = ME) => makeRegistration(house.db, house.event(), { email }, now(house))
const leave = (house: House, email: string) =>
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

/** Somebody follows the group that writes. */
function follow(house: House, letter: 'newsletter' | 'announcement'): void {
  subscribe(house.db, ME, [wish(letter, `g${house.group.id}`)], now(house))
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
      leave(house, 'bo@example.org')
    },
    reader: [goesIn, unregisters],
  },
  place_free: {
    happens: async house => {
      await waiting(house)
      house.clock.set(house.event().startsAt.subtract({ minutes: 30 }).toString())
      leave(house, 'bo@example.org')
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
      leave(house, ME)
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
  subscription_proof: {
    happens: house =>
      writeNow(house.db, tx => {
        const wishes = [wish('newsletter', `g${house.group.id}`)]
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
