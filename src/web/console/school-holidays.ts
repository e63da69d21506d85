// School holidays: what is known, and bringing in new ones, from a file or straight from Rijksoverheid at the press of a button.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit } from '#src/domain/audit.ts'
import { ownsSomething } from '#src/domain/organisers.ts'
import {
  keepSchoolHolidays,
  listSchoolHolidays,
  readSchoolHolidays,
  type SchoolHoliday,
} from '#src/domain/school-holidays.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { readUpload } from '../plugins/uploads.ts'
import { organiserOf, seeOther } from './access.ts'

const Query = Type.Object({ imported: Type.Optional(Type.Integer({ minimum: 0 })) })
const WAIT = 10_000
const MOST_BYTES = 2_000_000

export interface SchoolHolidayPages {
  'console/school-holidays': {
    /** By school year, as "2026–2027"; in it by name, with the dates of each region. */
    years: [year: string, holidays: [name: string, of: SchoolHoliday[]][]][]
    imported: number | undefined
    problem: keyof FastifyRequest['t']['console']['schoolHolidays']['problems'] | undefined
  }
}
type Problem = SchoolHolidayPages['console/school-holidays']['problem']

export function schoolHolidayRoutes(app: App, { config, db, write, clock }: Deps): void {
  const path = paths.console.schoolHolidays()

  app.get(path, { schema: { querystring: Query } }, async (request, reply) => {
    mustOwn(request)
    return reply.page('console/school-holidays', page(undefined, request.query.imported))
  })

  app.post(path, async (request, reply) => {
    mustOwn(request)
    const { file, isTooLarge } = await readUpload(request)
    if (!file) return again(reply, isTooLarge ? 'too_large' : 'no_file')
    return keep(request, reply, file.bytes.toString('utf8'), 'not_understood')
  })

  app.post(`${path}/fetch`, async (request, reply) => {
    mustOwn(request)
    const text = await fetched(config.schoolHolidaysUrl).catch(error => {
      request.log.warn({ reason: String(error) }, 'school holidays could not be fetched')
      return undefined
    })
    if (text === undefined) return again(reply, 'not_reached')
    return keep(request, reply, text, 'not_understood')
  })

  async function keep(request: FastifyRequest, reply: FastifyReply, text: string, otherwise: Problem) {
    const list = readSchoolHolidays(text)
    if (!list) return again(reply, otherwise)
    await write(tx => {
      keepSchoolHolidays(tx, list)
      audit(tx, { action: 'school_holidays_imported', organiserId: organiserOf(request).id }, clock.now())
    })
    return seeOther(request, reply, `${path}?imported=${list.length}`)
  }

  const again = (reply: FastifyReply, problem: Problem) =>
    reply.code(422).page('console/school-holidays', page(problem, undefined))

  function mustOwn(request: FastifyRequest): void {
    if (!ownsSomething(db, organiserOf(request))) throw new NotFound('school holidays')
  }

  function page(problem: Problem, imported: number | undefined): SchoolHolidayPages['console/school-holidays'] {
    const byYear = Map.groupBy(listSchoolHolidays(db), schoolYearOf)
    const years = [...byYear].map(([year, list]): [string, [string, SchoolHoliday[]][]] => [
      year,
      [...Map.groupBy(list, holiday => holiday.name)],
    ])
    return { years, problem, imported }
  }
}

/** A school year begins in August. */
function schoolYearOf({ startsOn }: SchoolHoliday): string {
  const year = Number(startsOn.slice(0, 4)) - (startsOn.slice(5) < '08-15' ? 1 : 0)
  return `${year}–${year + 1}`
}

/** The text at an address of ours to choose; throws if it is not there, slow, or longer than such data ever is. */
async function fetched(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(WAIT), redirect: 'error' })
  if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body) {
    size += part.length
    if (size > MOST_BYTES) throw new Error('too long')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
