// Announcing an event to who follows its group or theme: how many they are, what they would read, and letting it go.
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  announce,
  canAnnounce,
  composeAnnouncement,
  findAnnouncement,
  listAlongside,
} from '#src/domain/announcements.ts'
import { LONGEST, refuseTexts } from '#src/domain/bulletin-edits.ts'
import { type Event, getListedEvent, type ListedEvent } from '#src/domain/events.ts'
import { countReaders } from '#src/domain/readers.ts'
import { Invalid, Refusal } from '#src/lib/errors.ts'
import { maskLinks } from '#src/lib/masking.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanText } from '#src/lib/text.ts'
import { hash } from '#src/lib/tokens.ts'
import { readIssue } from '#src/mail/about.ts'
import { contentOf } from '#src/mail/messages.ts'
import { render } from '#src/mail/render.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { Choices, Line } from './fields.ts'

export interface AnnouncementPages {
  'console/announcement': {
    event: ListedEvent
    mayChange: true
    /** Why it cannot be announced, or that it was. */
    isPossible: boolean
    announced: number | undefined
    alongside: Event[]
    readers: number
    mail: { subject: string; text: string } | undefined
    form: Form
    limits: typeof LONGEST
    /** Of what is shown: sent along with it, so that nothing else leaves than was looked at. */
    seal: string
    changed: string
  }
}

const Choice = Type.Object({ also: Choices, intro: Line(LONGEST.intro) })
const Announcement = Type.Object({
  also: Choices,
  intro: Line(LONGEST.intro),
  recipients: Type.Integer({ minimum: 0 }),
  seal: Line(100),
})
interface Said {
  also: number[]
  intro: string
}

type Request = FastifyRequest<{ Params: { id: number } }>

export function announcementRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const url = '/console/events/:id/announcement'

  app.get(url, { schema: { params: Id, querystring: Choice } }, async (request, reply) => {
    const { also, intro } = request.query
    const form = emptyForm({ also: also.join(','), intro })
    return reply.page('console/announcement', page(request, getMyEvent(db, request), { also, intro }, form))
  })

  app.post(url, { schema: { params: Id, body: Announcement }, attachValidation: true }, async (request, reply) => {
    const event = getMyEvent(db, request)
    const problems = fieldProblems(request)
    if (problems) return again(request, reply, event, problems)
    const { also, recipients: shown, seal } = request.body
    const said = { also, intro: cleanText(request.body.intro) }
    if (seal !== sealOf(said)) return changed(request, reply, event, said)
    const releaser = { organiserId: organiserOf(request).id, shown }
    try {
      const { id } = await write(tx => announce(tx, getMyEvent(tx, request), said, releaser, clock.now()))
      return seeOther(request, reply, paths.console.bulletin(id))
    } catch (error) {
      const isOther = error instanceof Refusal && error.code === 'changed_meanwhile'
      if (isOther) return changed(request, reply, event, said, shown)
      if (!(error instanceof Invalid)) throw error
      return again(request, reply, event, domainProblems(error, request.t.fields))
    }
  })

  function again(request: Request, reply: FastifyReply, event: Event, problems: Record<string, string>) {
    const shown = page(request, event, { also: [], intro: '' }, formAgain(request, problems))
    return reply.code(422).page('console/announcement', shown)
  }

  function changed(request: Request, reply: FastifyReply, event: Event, said: Said, before?: number) {
    const shown = page(request, event, said, formAgain(request, {}))
    const { count, text } = request.t.console.bulletins.changed
    const why = before === undefined ? text : count(before, shown.readers)
    return reply.code(409).page('console/announcement', { ...shown, changed: why })
  }

  function page(
    request: Request,
    event: Event,
    { also, intro }: Said,
    form: Form,
  ): AnnouncementPages['console/announcement'] {
    const now = clock.now()
    const announced = findAnnouncement(db, event)?.id
    const isPossible = canAnnounce(event, now) && announced === undefined
    const composed = isPossible ? composeAnnouncement(db, event, also, now) : undefined
    const said = { subject: '', intro: cleanText(intro) }
    return {
      ...{ announced, isPossible, form, changed: '', limits: LONGEST, mayChange: true },
      event: getListedEvent(db, event.id),
      seal: sealOf({ also, intro: said.intro }),
      alongside: isPossible ? listAlongside(db, event, now) : [],
      readers: composed ? countReaders(db, composed, now) : 0,
      mail: composed && mailOf(request, composed, said),
    }
  }

  /** Of what must not be mailed nothing is shown either. */
  function mailOf(
    request: FastifyRequest,
    { groupId, items }: ReturnType<typeof composeAnnouncement>,
    said: { subject: string; intro: string },
  ) {
    const isFine = mayBeSaid(items, said)
    const { email, locale } = organiserOf(request)
    const to = { subscription: { id: 0 }, email, locale, items }
    const issue = readIssue(db, { ...said, groupId, ...(!isFine && { intro: '' }) }, to)
    const { subject, text } = render(contentOf({ kind: 'announcement', issue }, deps, clock.now()))
    return { subject, text: maskLinks(text) }
  }
}

/** What was looked at, in short. */
const sealOf = ({ also, intro }: Said) => hash(JSON.stringify([also.toSorted((a, b) => a - b), intro]))

function mayBeSaid(...[items, said]: Parameters<typeof refuseTexts>): boolean {
  try {
    refuseTexts(items, said)
    return true
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    return false
  }
}
