// What is done with one registration: cancel it, give it a place, mail it again, mark that somebody was there.
import type { FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { type Action, auditEvent } from '#src/domain/audit.ts'
import { markAttended, unmarkAttended } from '#src/domain/check-ins.ts'
import type { Event } from '#src/domain/events.ts'
import { getRegistrationWith } from '#src/domain/organisers.ts'
import { findPersonById } from '#src/domain/people.ts'
import { cancelRegistration } from '#src/domain/registering.ts'
import { isRequest, type Registration } from '#src/domain/registrations.ts'
import { trustAddress } from '#src/domain/retrying.ts'
import { givePlace } from '#src/domain/waiting.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'
import { Shown } from './fields.ts'
import type { Question } from './pages.ts'
import type { ListAct } from './people-pages.ts'
import { askOrDo } from './proposals.ts'

/** Where somebody came from: the page of the registration (`page`), or the list, narrowed and paged by this query. */
const Back = Type.String({ maxLength: 400, default: '' })
const Confirmation = Type.Object({ recipients: Shown, back: Back })
const Presence = Type.Object({ present: Type.Enum(['yes', 'no']), back: Back })

/** Something that is done with one registration once the page that says what follows has been shown. */
interface Deed {
  path: (id: number) => string
  action: Action
  /** What the list says afterwards. */
  done: (registration: Registration) => ListAct
  act: (tx: Tx, registration: Registration, now: Temporal.Instant) => unknown
  ask: (request: FastifyRequest, registration: Registration) => Pick<Question, 'title' | 'lead' | 'button' | 'warnings'>
  isDanger?: boolean
}

export function attendeeRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  asked('/console/registrations/:id/cancellation', {
    path: paths.console.registrationCancellation,
    action: 'registration_cancelled',
    done: registration => (isRequest(registration) ? 'refused' : 'cancel'),
    act: (tx, registration, now) => cancelRegistration(tx, registration, 'organiser', now),
    ask: ({ t }, registration) => {
      const { question, refusal } = t.console.unregister
      return titled(isRequest(registration) ? refusal : question, registration.name)
    },
    isDanger: true,
  })

  asked('/console/registrations/:id/promotion', {
    path: paths.console.promotion,
    action: 'registration_promoted',
    done: () => 'promote',
    act: givePlace,
    ask: ({ t }, { name }) => titled(t.console.promote.question, name),
  })

  asked('/console/registrations/:id/delivery', {
    path: paths.console.delivery,
    action: 'address_trusted',
    done: () => 'trusted',
    act: (tx, { personId }, now) => trustAddress(tx, personId, now),
    ask: ({ t }, { name, personId }) => {
      const { title, lead, otherwise, button } = t.console.trust.question
      const email = findPersonById(db, personId)?.email ?? ''
      return { title: title(name), lead: lead(email), warnings: [otherwise], button }
    },
  })

  app.post(
    '/console/registrations/:id/attendance',
    { schema: { params: Id, body: Presence } },
    async (request, reply) => {
      const { registration, event } = getRegistrationWith(db, organiserOf(request), 'host', request.params.id)
      const isThere = request.body.present === 'yes'
      const witness = { source: 'by_hand', organiserId: organiserOf(request).id } as const
      const mark = (tx: Tx) => (isThere ? markAttended : unmarkAttended)(tx, registration, witness, clock.now())
      await write(audited(request, event, registration, isThere ? 'attendance_marked' : 'attendance_unmarked', mark))
      return seeOther(request, reply, backTo(event, registration, request.body.back, isThere ? 'present' : 'absent'))
    },
  )

  function asked(url: string, { path, action, done, act, ask, isDanger = false }: Deed): void {
    app.post(url, { schema: { params: Id, body: Confirmation } }, async (request, reply) => {
      const { registration, event } = getRegistrationWith(db, organiserOf(request), 'organiser', request.params.id)
      const { recipients: shown, back } = request.body
      const deed = audited(request, event, registration, action, tx => act(tx, registration, clock.now()))
      const way = { action: path(registration.id), back: backTo(event, registration, back) }
      const fields: [string, string][] = back ? [['back', back]] : []
      const question = { ...ask(request, registration), ...way, fields, isDanger }
      const undertaking = { event, reach: 'person', act: deed } as const
      const { ask: page } = await askOrDo(deps, undertaking, { shown, question, always: true })
      if (page) return reply.page('console/proposal', page)
      return seeOther(request, reply, backTo(event, registration, back, done(registration)))
    })
  }

  function audited(
    request: FastifyRequest,
    event: Event,
    { id: registrationId }: Registration,
    action: Action,
    act: (tx: Tx) => unknown,
  ) {
    const { id: organiserId } = organiserOf(request)
    return (tx: Tx) => {
      act(tx)
      auditEvent(tx, action, event, { organiserId, registrationId }, clock.now())
    }
  }
}

function titled({ title, ...rest }: { title: (name: string) => string; lead: string; button: string }, name: string) {
  return { ...rest, title: title(name) }
}

/** The page of the registration; or the list as it was, at the person it was about, saying what was done. */
function backTo(event: Event, { id }: Pick<Registration, 'id'>, back: string, done?: ListAct): string {
  if (back === 'page') return paths.console.registration(id)
  const told: [string, string][] = done
    ? [
        ['done', done],
        ['count', '1'],
      ]
    : []
  const query = new URLSearchParams([...new URLSearchParams(back), ...told]).toString()
  return `${paths.console.registrations(event.id)}${query ? `?${query}` : ''}#r${id}`
}
