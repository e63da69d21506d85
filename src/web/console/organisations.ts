// The names of organisations: what looks the same is proposed, an owner says yes or no, and what was merged can be undone.
import type { FastifyRequest } from 'fastify'
import { listProposals, type Proposals } from '#src/domain/organisation-proposals.ts'
import {
  getKeeper,
  keepApart,
  type ListedOrganisation,
  listOrganisations,
  mergeSpellings,
  rename,
  separate,
} from '#src/domain/organisations.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { fieldProblems, formAgain } from '../forms.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Id } from '../params.ts'
import { organiserOf, seeOther } from './access.ts'

const PROPOSED = 20
const PAGE = 50
const Query = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 150 })),
  after: Type.Optional(Type.String({ maxLength: 150 })),
  done: Type.Optional(Type.String({ maxLength: 10 })),
})
const Name = Type.String({ minLength: 1, maxLength: 150, pattern: '[\\p{L}\\p{N}]' })
const Spellings = Type.Array(Type.String({ minLength: 1, maxLength: 150, pattern: '[\\p{L}\\p{N}]' }), {
  maxItems: 200,
  default: [],
})
/** Of one proposal, or what was typed: its spellings count together under this name. */
const MergeForm = Type.Object({ name: Name, spelling: Spellings })
const ApartForm = Type.Object({ spelling: Spellings })
const NameForm = Type.Object({ name: Name })
const SpellingForm = Type.Object({ spelling: Type.String({ minLength: 1, maxLength: 150 }) })

export interface OrganisationPages {
  'console/organisations': Proposals & {
    organisations: ListedOrganisation[]
    q: string
    next: string | undefined
    form: Form
    isDone: boolean
  }
}

export function organisationRoutes(app: App, { db, write, clock }: Deps): void {
  const page = ({ q = '', after }: { q?: string; after?: string }, form: Form, isDone: boolean) => {
    const found = listOrganisations(db, { q, after }, PAGE + 1)
    const organisations = found.slice(0, PAGE)
    const next = found.length > PAGE ? organisations.at(-1)?.name : undefined
    return { ...listProposals(db, PROPOSED), organisations, q, next, form, isDone }
  }
  const keeperOf = (request: FastifyRequest) => getKeeper(db, organiserOf(request))
  const done = `${paths.console.organisations()}?done=1`

  app.get(paths.console.organisations(), { schema: { querystring: Query } }, async (request, reply) => {
    keeperOf(request)
    return reply.page('console/organisations', page(request.query, emptyForm(), request.query.done !== undefined))
  })

  app.post(
    paths.console.organisations(),
    { schema: { body: MergeForm }, attachValidation: true },
    async (request, reply) => {
      const keeper = keeperOf(request)
      const problems = fieldProblems(request)
      if (problems) {
        return reply.code(422).page('console/organisations', page({}, formAgain(request, problems), false))
      }
      const { name, spelling } = request.body
      await write(tx => mergeSpellings(tx, name, spelling, keeper, clock.now()))
      return seeOther(request, reply, done)
    },
  )

  app.post(paths.console.keepingApart(), { schema: { body: ApartForm } }, async (request, reply) => {
    const keeper = keeperOf(request)
    await write(tx => keepApart(tx, request.body.spelling, keeper, clock.now()))
    return seeOther(request, reply, done)
  })

  app.post('/console/organisations/:id', { schema: { params: Id, body: NameForm } }, async (request, reply) => {
    const keeper = keeperOf(request)
    await write(tx => rename(tx, request.params.id, request.body.name, keeper, clock.now()))
    return seeOther(request, reply, done)
  })

  app.post(
    '/console/organisations/:id/separation',
    { schema: { params: Id, body: SpellingForm } },
    async (request, reply) => {
      const keeper = keeperOf(request)
      await write(tx => separate(tx, request.params.id, request.body.spelling, keeper, clock.now()))
      return seeOther(request, reply, done)
    },
  )
}
