// The page of one mailing: before it leaves, with the eyes of somebody who would get it and how many there are; afterwards,
// what became of its copies. Its HTML has an address of its own, for the frame.
import type { FastifyRequest } from 'fastify'
import { MESSAGE_STATES } from '#db/schema.ts'
import { countAudiences, isFollowUp, listMissed, listReaders, type Missed, type Reach } from '#src/domain/audiences.ts'
import type { Event } from '#src/domain/events.ts'
import { withMaterials } from '#src/domain/follow-ups.ts'
import { type Copies, countCopies, listCopies, type Phase, phaseOf } from '#src/domain/mailing-copies.ts'
import { getMailingWith, type Mailing } from '#src/domain/mailings.ts'
import type { Message } from '#src/domain/outbox.ts'
import { getRegistration, type Registration } from '#src/domain/registrations.ts'
import { NotFound } from '#src/lib/errors.ts'
import { maskLinks } from '#src/lib/masking.ts'
import Type, { type Static } from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { organiserOf } from './access.ts'
import { Line } from './fields.ts'
import { sendHtml } from './mail-html.ts'
import { readLetter } from './mailing-letters.ts'
import { titleOf } from './mailing-title.ts'
import type { Options } from './pages.ts'

export interface MailingPage {
  event: Event
  mailing: Mailing
  /** Empty for one without a subject. */
  title: string
  phase: Phase
  copies: Copies
  reach: Reach
  missed: Missed[]
  isFollowUp: boolean
  /** With whose eyes it is shown; nobody if nobody would get it. */
  reader: Registration | undefined
  readers: Registration[]
  q: string
  mail: { subject: string; text: string } | undefined
  rows: Message[]
  state: string
  states: Options
  next: number | undefined
  form: Form
  done: 'saved' | 'tested' | 'scheduled' | 'withdrawn' | 'copied' | 'late' | undefined
  /** What kept it from being done, in a sentence. */
  changed: string
}

const PAGE = 50
const READERS = 25
const MISSED = 50

export const Look = Type.Object({
  person: Type.Optional(Type.Integer({ minimum: 1 })),
  q: Line(100),
  state: Type.Optional(Type.Enum(['', ...MESSAGE_STATES])),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  done: Type.Optional(Type.Enum(['saved', 'tested', 'scheduled', 'withdrawn', 'copied', 'late'])),
})
const Reader = Type.Object({ person: Type.Optional(Type.Integer({ minimum: 1 })) })

interface Found {
  mailing: Mailing
  event: Event
}

export function mailingPage(
  deps: Deps,
  request: FastifyRequest,
  { mailing, event }: Found,
  look: Partial<Static<typeof Look>> = {},
): MailingPage {
  const { db, clock } = deps
  const now = clock.now()
  const copies = countCopies(db, [mailing.id]).get(mailing.id)
  if (!copies) throw new NotFound('mailing')
  const isOut = mailing.releasedAt !== null
  const { q = '', state = '' } = look
  const readers = isOut ? [] : listReaders(db, event, mailing, q, now, READERS)
  const reader = readerOf(deps, event, look.person) ?? readers[0]
  const mail = isOut ? undefined : readLetter(deps, event, withMaterials(db, mailing), reader, organiserOf(request))
  const rows = isOut ? listCopies(db, mailing, { state: state || undefined, before: look.before }, PAGE) : []
  const words = request.t.console
  return {
    event,
    mailing,
    title: titleOf(mailing, event, request.locale),
    phase: phaseOf(mailing, copies, now),
    copies,
    reach: countAudiences(db, event, now, mailing.purpose)[mailing.audience],
    missed: isOut ? [] : listMissed(db, event, mailing, now, MISSED),
    isFollowUp: isFollowUp(event, now),
    reader,
    readers,
    q,
    mail: mail && { subject: mail.subject, text: maskLinks(mail.text) },
    rows,
    state,
    states: [
      ['', words.mailings.after.every],
      ...MESSAGE_STATES.map((one): [string, string] => [one, words.outbox.states[one]]),
    ],
    next: rows.length === PAGE ? rows.at(-1)?.id : undefined,
    form: emptyForm(momentOf(event, mailing)),
    done: look.done,
    changed: '',
  }
}

/** The moment it is to leave, by the clock of the event. */
function momentOf({ timeZone }: Event, { scheduledFor }: Mailing): Record<string, string> {
  if (!scheduledFor) return { date: '', time: '' }
  const local = scheduledFor.toZonedDateTimeISO(timeZone).toPlainDateTime()
  return { date: local.toPlainDate().toString(), time: local.toPlainTime().toString({ smallestUnit: 'minute' }) }
}

/** Somebody of this event, whoever is asked for. */
function readerOf({ db }: Deps, event: Event, id: number | undefined): Registration | undefined {
  if (id === undefined) return undefined
  const registration = getRegistration(db, id)
  if (registration.eventId !== event.id) throw new NotFound('registration')
  return registration
}

export function mailingPageRoutes(app: App, deps: Deps): void {
  const { db, clock } = deps

  app.get(
    '/console/mailings/:id/mail.html',
    { schema: { params: Id, querystring: Reader } },
    async (request, reply) => {
      const { mailing, event } = getMailingWith(db, organiserOf(request), 'organiser', request.params.id)
      const asked = readerOf(deps, event, request.query.person)
      const reader = asked ?? listReaders(db, event, mailing, '', clock.now(), 1)[0]
      return sendHtml(reply, readLetter(deps, event, withMaterials(db, mailing), reader, organiserOf(request)).html)
    },
  )
}
