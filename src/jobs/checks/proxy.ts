// The web server in front: the program does no TLS itself, so on https there is one, and it is to be believed about who calls.
import type { Config } from '#src/config.ts'
import { type Check, ok, warning } from './verdict.ts'

const LOCAL = ['127.0.0.1', '::1', 'localhost']

/** Without its word all visitors are one address, and share one limit; if everybody is believed, nobody has a limit. */
export function checkProxy({ baseUrl, trustProxy, host }: Pick<Config, 'baseUrl' | 'trustProxy' | 'host'>): Check {
  const isTrusted = trustProxy !== false && trustProxy !== 0
  if (!isTrusted && baseUrl.startsWith('https:'))
    return warning('proxy', 'all visitors look like the web server in front of us: set TRUST_PROXY=1')
  if (!isTrusted) return ok('proxy', 'visitors call us themselves')
  if (!LOCAL.includes(host) && !Array.isArray(trustProxy))
    return warning('proxy', `whoever reaches ${host} directly can say to be anybody: name the proxy in TRUST_PROXY`)
  return ok('proxy', `believes ${[trustProxy].flat().join(', ')} about who calls`)
}
