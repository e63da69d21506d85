// After a restore all mail waits: what waits, and the two ways to let it go. For who owns every group.
import type { FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { audit } from '#src/domain/audit.ts'
import {
  countReleased,
  findHold,
  type Hold,
  listHeld,
  RELEASES,
  releaseMail,
  type Waiting,
} from '#src/domain/holding.ts'
import { ownsEverything } from '#src/domain/organisers.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { organiserOf, seeOther } from './access.ts'

const ReleaseForm = Type.Object({ release: Type.Enum([...RELEASES]), recipients: Type.Integer({ minimum: 0 }) })

export interface HeldMailPage {
  'console/held-mail': {
    hold: Hold | undefined
    waiting: Waiting[]
    /** How many leave by each way. */
    counts: { all: number; certain: number }
  }
}

export function heldMailRoutes(app: App, { db, write, clock }: Deps): void {
  const ownerOf = (request: FastifyRequest, at: Db = db) => {
    const me = organiserOf(request)
    if (!ownsEverything(at, me)) throw new NotFound('held mail')
    return me
  }

  app.get(paths.console.heldMail(), (request, reply) => {
    ownerOf(request)
    const hold = findHold(db)
    const waiting = hold ? listHeld(db, hold) : []
    const counts = { all: countReleased(waiting, 'all'), certain: countReleased(waiting, 'certain') }
    return reply.page('console/held-mail', { hold, waiting, counts })
  })

  app.post(paths.console.heldMail(), { schema: { body: ReleaseForm } }, async (request, reply) => {
    const { release, recipients } = request.body
    await write(tx => {
      const me = ownerOf(request, tx)
      releaseMail(tx, release, recipients)
      audit(tx, { action: 'mail_released', organiserId: me.id, detail: String(recipients) }, clock.now())
    })
    return seeOther(request, reply, paths.console.outbox())
  })
}
