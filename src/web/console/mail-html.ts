// The HTML of one mail, to be shown in a frame: under headers of its own that allow nothing but its styles.
import type { FastifyReply } from 'fastify'
import { preview } from '#db/write.ts'
import { getMyMessage } from '#src/domain/my-messages.ts'
import type { Message } from '#src/domain/outbox.ts'
import { NotFound } from '#src/lib/errors.ts'
import { maskHtml } from '#src/lib/masking.ts'
import type { App, Deps } from '../deps.ts'
import { Id } from '../params.ts'
import { MAIL_HTML } from '../plugins/headers.ts'
import { organiserOf } from './access.ts'
import { renderMail } from './proposals.ts'

export function mailHtmlRoutes(app: App, deps: Deps): void {
  app.get('/console/outbox/:id/mail.html', { schema: { params: Id } }, async (request, reply) => {
    const message = getMyMessage(deps.db, organiserOf(request), request.params.id)
    return sendHtml(reply, await htmlOf(deps, message))
  })
}

/** As it left, or as it would leave now; nothing for a mail that is never shown, or no longer kept. */
async function htmlOf(deps: Deps, message: Message): Promise<string | undefined> {
  if (message.kind === 'sign_in') return undefined
  const { default: PostalMime } = await import('postal-mime')
  if (message.bytes) return (await PostalMime.parse(message.bytes)).html
  if (message.state !== 'queued') return undefined
  return preview(deps.db, tx => renderMail(tx, deps, message))?.html
}

/** With its personal links closed. */
export function sendHtml(reply: FastifyReply, html: string | undefined): FastifyReply {
  if (!html) throw new NotFound('mail')
  return reply.headers(MAIL_HTML).type('text/html; charset=utf-8').send(maskHtml(html))
}
