// Passkeys beside the mailed link: added and taken away on one's account, used at the sign-in page. A script asks the device
// (`static/js/enhance/passkey.js`) and sends its answer as a form; every way in which an answer is no good looks the same.
import type { FastifyRequest } from 'fastify'
import { isFresh } from '#src/domain/organiser-sessions.ts'
import type { Organiser } from '#src/domain/organisers.ts'
import {
  addPasskey,
  findPasskey,
  keepChallenge,
  listPasskeys,
  removePasskey,
  renamePasskey,
  signInByPasskey,
  takeChallenge,
} from '#src/domain/passkeys.ts'
import { Refusal } from '#src/lib/errors.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import { cleanLine } from '#src/lib/text.ts'
import {
  type Answer,
  creationOptions,
  readAnswer,
  relyingParty,
  requestOptions,
  verifyCreation,
  verifyUse,
} from '#src/lib/webauthn.ts'
import type { App, Deps } from '../deps.ts'
import { emptyForm } from '../pages.ts'
import { TOKEN_PAGE } from '../plugins/headers.ts'
import { FEW } from '../plugins/limits.ts'
import { organiserOf, seeOther } from './access.ts'
import { showAccount } from './account.ts'
import { enter } from './entering.ts'
import { Title } from './fields.ts'

const AnswerField = Type.String({ maxLength: 20_000 })
const Label = Type.String({ maxLength: 60, default: '' })
const KeyId = Type.String({ minLength: 1, maxLength: 2000 })

const siteOf = ({ config }: Pick<Deps, 'config'>) => relyingParty(config.baseUrl, config.mailFrom.name)
/** Opaque, and the same for every passkey of one organiser: a device then keeps one per site and person. */
const handleOf = ({ tokens }: Pick<Deps, 'tokens'>, id: number) => tokens.tag(`passkey:${id}`)

/** On one's account. */
export function passkeyRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(paths.console.passkeyOptions(), { config: FEW }, async (request, reply) => {
    const me = freshOrganiser(request, clock.now())
    const owner = { handle: handleOf(deps, me.id), account: me.email, name: me.name || me.email }
    const options = await creationOptions(siteOf(deps), owner, listPasskeys(db, me))
    await write(tx => keepChallenge(tx, options.challenge, me, clock.now()))
    return reply.send(options)
  })

  app.post(
    paths.console.passkeys(),
    { schema: { body: Type.Object({ answer: AnswerField, label: Label }) }, config: FEW },
    async (request, reply) => {
      const me = freshOrganiser(request, clock.now())
      const answer = await takeAnswer(deps, request.body.answer, me)
      const key = answer && (await verifyCreation(siteOf(deps), answer))
      if (!key) {
        const form = {
          values: { name: me.name, locale: me.locale },
          problems: { label: request.t.console.account.addFailed },
        }
        return showAccount(deps, request, reply.code(422), form)
      }
      const name = cleanLine(request.body.label) || request.t.console.account.unknownDevice
      await write(tx => addPasskey(tx, me, key, name, clock.now()))
      return seeOther(request, reply, `${paths.console.account()}?done=added`)
    },
  )

  app.post(
    paths.console.passkeyName(),
    { schema: { body: Type.Object({ id: KeyId, title: Title }) } },
    async (request, reply) => {
      const { id, title } = request.body
      await write(tx => renamePasskey(tx, organiserOf(request), id, cleanLine(title).slice(0, 60)))
      return seeOther(request, reply, `${paths.console.account()}?done=renamed`)
    },
  )

  app.post(paths.console.passkeyRemoval(), { schema: { body: Type.Object({ id: KeyId }) } }, async (request, reply) => {
    await write(tx => removePasskey(tx, organiserOf(request), request.body.id, clock.now()))
    return seeOther(request, reply, `${paths.console.account()}?done=removed`)
  })
}

/** At the sign-in page, where nobody says who they are. */
export function passkeySignInRoutes(app: App, deps: Deps): void {
  const { db, write, clock } = deps

  app.post(paths.signInPasskeyOptions(), { config: FEW }, async (_request, reply) => {
    const options = await requestOptions(siteOf(deps))
    await write(tx => keepChallenge(tx, options.challenge, undefined, clock.now()))
    return reply.headers(TOKEN_PAGE).send(options)
  })

  app.post(
    paths.signInPasskey(),
    { schema: { body: Type.Object({ answer: AnswerField }) }, attachValidation: true, config: FEW },
    async (request, reply) => {
      reply.headers(TOKEN_PAGE)
      const used = request.validationError ? undefined : await proven(request.body.answer)
      const isIn =
        used && (await enter(deps, request, reply, tx => signInByPasskey(tx, used.id, used.counter, clock.now())))
      if (isIn) return seeOther(request, reply, paths.console.home())
      const form = { ...emptyForm(), problems: { passkey: request.t.signIn.passkeyFailed } }
      return reply.code(422).page('console/sign-in', { form, hasJoined: false })
    },
  )

  /** The passkey that truly answered, and its counter since. */
  async function proven(text: string) {
    const answer = await takeAnswer(deps, text, undefined)
    const passkey = answer && findPasskey(db, answer.id)
    if (!passkey || (answer.handle !== undefined && answer.handle !== handleOf(deps, passkey.organiserId)))
      return undefined
    const counter = await verifyUse(siteOf(deps), answer, passkey)
    return counter === undefined ? undefined : { id: passkey.id, counter }
  }
}

/** What was answered to a question of ours, which is used up by that whatever the answer is worth. */
async function takeAnswer(
  { write, clock }: Deps,
  text: string,
  asked: Organiser | undefined,
): Promise<Answer | undefined> {
  const answer = readAnswer(text)
  const isOurs = answer && (await write(tx => takeChallenge(tx, answer.challenge, asked, clock.now())))
  return isOurs ? answer : undefined
}

/** Another way in is given only to who has just proven who they are: a session that was left open does not do. */
function freshOrganiser(request: FastifyRequest, now: Temporal.Instant): Organiser {
  const session = request.organiserSession
  if (!session || !isFresh(session, now)) throw new Refusal('not_possible_now')
  return organiserOf(request)
}
