// How a session begins in a browser, whatever proved who it is: always a fresh one, in place of the one it had.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tx } from '#db/open.ts'
import { endSession, rememberDevice } from '#src/domain/organiser-sessions.ts'
import type { Deps } from '../deps.ts'
import { deviceOf } from '../device.ts'
import { cookieName, setSessionCookie } from '../plugins/session.ts'

/** Signs in by what `begin` proves. False, and nothing changed in the browser, if it proves nothing. */
export async function enter(
  { config, write }: Pick<Deps, 'config' | 'write'>,
  request: FastifyRequest,
  reply: FastifyReply,
  begin: (tx: Tx) => string | undefined,
): Promise<boolean> {
  const isHttps = config.baseUrl.startsWith('https:')
  const former = request.cookies[cookieName(isHttps)]
  const session = await write(tx => {
    const token = begin(tx)
    if (token && former) endSession(tx, former)
    return token && rememberDevice(tx, token, deviceOf(request))
  })
  if (!session) return false
  setSessionCookie(reply, isHttps, session)
  return true
}
