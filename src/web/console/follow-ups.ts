// The mail after an event: prepared, planned and held back, all its texts at once. Each has the page of a mailing, where it is
// read, changed and sent, with how many get it.
import type { FastifyRequest } from 'fastify'
import type { Event } from '#src/domain/events.ts'
import { prepareFollowUps, scheduleFollowUps, withdrawFollowUps } from '#src/domain/follow-ups.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { domainProblems, fieldProblems, formAgain } from '../forms.ts'
import { Id } from '../params.ts'
import { getMyEvent, organiserOf, seeOther } from './access.ts'
import { Day, Time } from './fields.ts'
import { materialsPage } from './materials-page.ts'

const Schedule = Type.Object({ date: Day, time: Time })

export function followUpRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps
  const one = '/console/events/:id/follow-up'
  const pageOf = (event: Event, done: string) => `${paths.console.materials(event.id)}?done=${done}#mail`
  const mine = (request: FastifyRequest<{ Params: { id: number } }>) => getMyEvent(db, request)

  app.post(one, { schema: { params: Id } }, async (request, reply) => {
    const event = mine(request)
    const { id, locale } = organiserOf(request)
    await write(tx => void prepareFollowUps(tx, getMyEvent(tx, request), locale, id, clock.now()))
    return seeOther(request, reply, pageOf(event, 'prepared'))
  })

  app.post(
    `${one}/schedule`,
    { schema: { params: Id, body: Schedule }, attachValidation: true },
    async (request, reply) => {
      const event = mine(request)
      const { id } = organiserOf(request)
      const act = ({ date, time } = request.body) =>
        write((tx): undefined => {
          scheduleFollowUps(tx, getMyEvent(tx, request), `${date}T${time}`, id, clock.now())
        })
      const wrong = fieldProblems(request) ?? (await act().catch(error => domainProblems(error, request.t.fields)))
      if (!wrong) return seeOther(request, reply, pageOf(event, 'scheduled'))
      const page = materialsPage(deps, request, event, { wrong: { form: 'schedule', ...formAgain(request, wrong) } })
      return reply.code(422).page('console/materials', page)
    },
  )

  app.post(`${one}/withdrawal`, { schema: { params: Id } }, async (request, reply) => {
    const event = mine(request)
    await write(tx => withdrawFollowUps(tx, getMyEvent(tx, request), organiserOf(request).id, clock.now()))
    return seeOther(request, reply, pageOf(event, 'withdrawn'))
  })
}
