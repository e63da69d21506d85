// One place where an error becomes an answer: what a visitor can understand in their words, a bug as a plain 500.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { StoreTrouble, troubleIn } from '#db/write.ts'
import { Invalid, NotFound, Refusal, type RefusalCode } from '#src/lib/errors.ts'
import type { App } from '../deps.ts'
import { TOKEN_PAGE } from './headers.ts'
import { isOfDisk } from './uploads.ts'

const STATUS: Record<RefusalCode, number> = {
  already_there: 409,
  capacity_below_confirmed: 409,
  changed_meanwhile: 409,
  choosing_over: 409,
  closed: 409,
  closed_list: 403,
  door_closed: 403,
  full: 409,
  fully_booked: 409,
  incomplete: 409,
  invitation_only: 403,
  last_owner: 409,
  link_expired: 410,
  not_possible_now: 409,
  other_site: 403,
  past: 409,
  people_asked: 409,
  room_missing: 503,
  series_only: 409,
  too_many: 429,
}

export function errorPages(app: App): void {
  app.setNotFoundHandler((request, reply) => notFound(request, reply))
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof NotFound) return notFound(request, reply)
    if (error instanceof Refusal) return refuse(request, reply, error.code)
    if (error instanceof Invalid) return message(request, reply, 422, 'invalid')
    if (error.statusCode === 429) return refuse(request, reply, 'too_many')
    if (error.validation || (error.statusCode && error.statusCode < 500)) {
      return message(request, reply, error.validation ? 400 : (error.statusCode ?? 400), 'invalid')
    }
    // The write has told the log of its trouble, and once; nobody else has.
    if (!(error instanceof StoreTrouble)) request.log.error(error)
    if (troubleIn(error) instanceof StoreTrouble || isOfDisk(error)) return troubled(request, reply)
    // The page that asked may be a script's: its console shows headers.
    return message(request, reply.header('x-request-id', request.id), 500, 'broken', request.id)
  })
  app.decorateRequest('typed')
  // Before a schema has taken anything away or made it something else.
  app.addHook('preValidation', async request => {
    if (isForm(request)) request.typed = { ...(request.body as Record<string, unknown>) }
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    /** A form's fields as they were sent. */
    typed: Record<string, unknown> | undefined
  }
}

function isForm({ body, headers }: FastifyRequest): boolean {
  return typeof body === 'object' && /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')
}

const RETRY_AFTER_S = 60

/** The store cannot be read or written: nothing was changed, and what was typed is not lost. */
function troubled(request: FastifyRequest, reply: FastifyReply) {
  const { typed, t } = request
  const isRead = ['GET', 'HEAD'].includes(request.method)
  const [title, text] = t.errors[isRead ? 'broken' : typed ? 'unsavedForm' : 'unsaved'] as [string, string]
  const again = typed && { action: request.url, fields: fieldsOf(typed) }
  return reply
    .code(503)
    .headers({ ...TOKEN_PAGE, 'retry-after': RETRY_AFTER_S })
    .page('public/message', { status: 503, title, text, code: null, again })
}

/** A field may have been sent more than once. */
function fieldsOf(typed: Record<string, unknown>): [string, string][] {
  return Object.entries(typed).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  )
}

function notFound(request: FastifyRequest, reply: FastifyReply) {
  return message(request, reply, 404, 'not_found')
}

function refuse(request: FastifyRequest, reply: FastifyReply, code: RefusalCode) {
  const [title = code, text = ''] = request.t.refusals[code] ?? []
  return reply
    .code(STATUS[code])
    .header('cache-control', 'no-store')
    .page('public/message', { status: STATUS[code], title, text, code: null, again: undefined })
}

function message(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  key: 'not_found' | 'invalid' | 'broken',
  code: string | null = null,
) {
  const [title, text] = request.t.errors[key] as [string, string]
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .page('public/message', { status, title, text, code, again: undefined })
}
