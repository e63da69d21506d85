// One's own letters, behind links that travel by mail only: proving the address, and seeing and changing what comes.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '#db/open.ts'
import { personalPaths } from '#src/domain/links.ts'
import { findPersonById } from '#src/domain/people.ts'
import { findRequest, proveSubscription } from '#src/domain/subscribing.ts'
import { findSubscriptionByLink, listWishes, nameWishes, setWishes } from '#src/domain/subscriptions.ts'
import type { Letter } from '#src/domain/topics.ts'
import { NotFound } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm, type Form } from '../pages.ts'
import { Token } from '../params.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { hrefFor } from '../plugins/locale.ts'
import { type Choices, choicesIn, TopicFields, valuesOf, wishesIn } from './letter-topics.ts'

const DONE = ['proven', 'saved', 'stopped'] as const
const DoneQuery = Type.Object({ done: Type.Optional(Type.Enum([...DONE])) })
const ChangeForm = Type.Object(TopicFields)

export interface SubscriptionPages {
  /** Without a request the link was used, or is too old. */
  'public/subscription-proof': {
    token: string
    request: { email: string; named: { letter: Letter; name: string }[] } | undefined
  }
  'public/subscription': {
    token: string
    email: string
    form: Form
    choices: Choices
    done: (typeof DONE)[number] | undefined
    /** Where one press stops all. */
    end: string
    isStopped: boolean
  }
}

export function subscriptionRoutes(app: App, { db, write, clock, tokens }: Deps): void {
  const own = personalPaths(tokens)
  const ofLink = { schema: { params: Token } }
  const requestOf = (token: string, at: Db = db) =>
    findRequest(at, tokens.read('subscription-proof', token), clock.now())
  const find = (token: string, at: Db = db) => {
    const subscription = findSubscriptionByLink(at, tokens.read('subscription', token))
    const email = subscription && findPersonById(at, subscription.personId)?.email
    if (!email) throw new NotFound('subscription')
    return { subscription, email }
  }

  app.get('/subscription-proofs/:token', ofLink, (request, reply) => proofPage(reply, request.params.token))

  app.post('/subscription-proofs/:token', ofLink, async (request, reply) => {
    const { token } = request.params
    const subscription = await write(tx => {
      const asked = requestOf(token, tx)
      return asked && proveSubscription(tx, asked, clock.now())
    })
    if (!subscription) return proofPage(reply, token)
    return seeOwn(request, reply, own.subscription(subscription), 'proven')
  })

  app.get('/subscriptions/:token', { schema: { params: Token, querystring: DoneQuery } }, (request, reply) => {
    const { token } = request.params
    const { subscription, email } = find(token)
    const form = emptyForm(valuesOf(listWishes(db, subscription.id)))
    return reply.headers(TOKEN_PAGE).page('public/subscription', {
      ...{ token, email, form, choices: choicesIn(db), done: request.query.done },
      end: own.unsubscribeLetters(subscription),
      isStopped: subscription.stoppedAt !== null,
    })
  })

  app.post('/subscriptions/:token', { schema: { params: Token, body: ChangeForm } }, async (request, reply) => {
    const { token } = request.params
    const wishes = wishesIn(request.body, choicesIn(db))
    await write(tx => setWishes(tx, find(token, tx).subscription, wishes, clock.now()))
    return seeOwn(request, reply, paths.subscription(token), wishes.length ? 'saved' : 'stopped')
  })

  function proofPage(reply: FastifyReply, token: string) {
    const found = requestOf(token)
    const request = found && { email: found.email, named: nameWishes(db, found.wishes) }
    return reply.headers(TOKEN_PAGE).page('public/subscription-proof', { token, request })
  }

  function seeOwn(request: FastifyRequest, reply: FastifyReply, path: string, done: (typeof DONE)[number]) {
    return reply.redirect(hrefFor(request, `${path}?done=${done}`), 303)
  }
}
