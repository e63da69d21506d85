// Who is at the other end of the line: one of our own proxies, or this machine itself. What they say about others is
// believed or not because of that.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'
import type { Config } from '#src/config.ts'

/** Says whether the one who called is a proxy whose word we take (`TRUST_PROXY`). */
export function createProxyTest(setting: Config['trustProxy']): (raw: IncomingMessage) => boolean {
  if (!Array.isArray(setting)) return () => Boolean(setting)
  const list = blockList(setting)
  return raw => isIn(list, raw.socket.remoteAddress)
}

const LOOPBACK = blockList(['127.0.0.0/8', '::1/128'])
/** What a proxy adds. Whoever is on this machine and calls us directly sends none of it. */
const PASSED_ON = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via']

/** Whether somebody on this machine called us themselves, rather than a proxy on it for somebody elsewhere. */
export function isLocalCall(raw: IncomingMessage): boolean {
  return isIn(LOOPBACK, raw.socket.remoteAddress) && !PASSED_ON.some(name => name in raw.headers)
}

function blockList(networks: string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return list
}

function isIn(list: BlockList, address: string | undefined): boolean {
  return address !== undefined && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
