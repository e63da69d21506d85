// Every mail: its state, why, and the mail itself as it left. Personal links are closed: they belong to who got them.
import { MESSAGE_STATES } from '#db/schema.ts'
import { preview } from '#db/write.ts'
import { audit } from '#src/domain/audit.ts'
import { isUndeliverable } from '#src/domain/bounces.ts'
import { findEvent } from '#src/domain/events.ts'
import { getMyMessage, listMyMessages } from '#src/domain/my-messages.ts'
import { listGroupsWith } from '#src/domain/organisers.ts'
import type { Message } from '#src/domain/outbox.ts'
import { canRetry, retry } from '#src/domain/retrying.ts'
import { readMail } from '#src/lib/mail-text.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { FRAMING_CSP } from '../plugins/headers.ts'
import { organiserOf, seeOther } from './access.ts'
import { options, topOf } from './fields.ts'
import { mailNotice } from './mail-notice.ts'
import type { ShownMail } from './pages.ts'
import { writeMail } from './proposals.ts'

const PAGE = 50
const VIEWS = ['now', 'later', 'trouble', 'back', 'all'] as const
const Query = Type.Object({
  state: Type.Optional(Type.Enum([...VIEWS, ...MESSAGE_STATES])),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
})

export function outboxRoutes(app: App, deps: Deps): void {
  const { db, write, clock, inboxHealth } = deps

  app.get(paths.console.outbox(), { schema: { querystring: Query } }, async (request, reply) => {
    const { state = 'now', before } = request.query
    const messages = listMyMessages(db, organiserOf(request), { view: state, before }, clock.now(), PAGE)
    const titles = new Map(messages.flatMap(({ eventId }) => (eventId === null ? [] : [[eventId, titleOf(eventId)]])))
    return reply.page('console/outbox', {
      messages,
      titles,
      state,
      next: messages.length === PAGE ? messages.at(-1)?.id : undefined,
      mail: mailNotice(deps, organiserOf(request)),
      inbox: inboxHealth.trouble,
      states: [...options(request.t.console.outbox.views), ...options(request.t.console.outbox.states)],
      group: topOf(listGroupsWith(db, organiserOf(request), 'owner')),
    })
  })

  const titleOf = (id: number) => findEvent(db, id)?.title ?? ''

  app.get('/console/outbox/:id', { schema: { params: Id } }, async (request, reply) => {
    const message = getMyMessage(db, organiserOf(request), request.params.id)
    const event = message.eventId === null ? undefined : findEvent(db, message.eventId)
    reply.header('content-security-policy', FRAMING_CSP)
    return reply.page('console/message', {
      message,
      event,
      mail: await mailOf(message),
      canRetry: canRetry(message),
      isUndeliverable: isUndeliverable(db, message.toAddress),
    })
  })

  /** As it left; or as it would leave now. Mails that open an account or a person's page are never shown. */
  async function mailOf(message: Message): Promise<ShownMail | undefined> {
    if (message.kind === 'sign_in') return undefined
    if (message.bytes) return { ...(await readMail(message.bytes)), isDraft: false }
    if (message.state !== 'queued') return undefined
    const draft = preview(db, tx => writeMail(tx, deps, message))
    return draft && { subject: draft.subject, text: draft.text, headers: [], invite: '', isDraft: true }
  }

  app.post('/console/outbox/:id/retry', { schema: { params: Id } }, async (request, reply) => {
    const me = organiserOf(request)
    const { id } = request.params
    await write(tx => {
      const message = getMyMessage(tx, me, id)
      retry(tx, message, clock.now())
      const groupId = message.eventId === null ? null : findEvent(tx, message.eventId)?.groupId
      audit(
        tx,
        { action: 'message_retried', organiserId: me.id, groupId, eventId: message.eventId, detail: String(id) },
        clock.now(),
      )
    })
    return seeOther(request, reply, paths.console.message(id))
  })
}
