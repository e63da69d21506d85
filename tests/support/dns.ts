// A real DNS server on loopback, over UDP, that knows one little zone and counts what it is asked.
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question } from 'dns-packet'

/** What a name holds. `servfail`: the server has trouble; `silent`: it never answers. A name that is not here does not exist. */
export type Zone = Record<
  string,
  { txt?: string[]; mx?: [priority: number, exchange: string][] } | 'servfail' | 'silent'
>

/** A resolver that asks this server and nobody else. */
export async function openDns(zone: Zone) {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => {
    const { id, questions = [] } = decode(message)
    const [question] = questions
    if (!question) return
    const name = question.name.toLowerCase()
    asked.push(`${question.type} ${name}`)
    const found = zone[name]
    if (found === 'silent') return
    const answers = typeof found === 'object' ? answersTo(question, found) : []
    // RFC 1035 §4.1.1: 2 is SERVFAIL, 3 is NXDOMAIN.
    const code = found === 'servfail' ? 2 : found === undefined ? 3 : 0
    const flags = AUTHORITATIVE_ANSWER | code
    socket.send(encode({ type: 'response', ...(id !== undefined && { id }), flags, questions, answers }), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const dns = new Resolver({ timeout: 200, tries: 1 })
  dns.setServers([`127.0.0.1:${socket.address().port}`])
  return {
    dns,
    asked,
    close: async () => {
      dns.cancel()
      socket.close()
      await once(socket, 'close')
    },
  }
}

function answersTo({ name, type }: Question, { txt = [], mx = [] }: Exclude<Zone[string], string>): Answer[] {
  if (type === 'TXT') return txt.map(text => ({ name, type, ttl: 60, data: pieces(text) }))
  if (type === 'MX')
    return mx.map(([preference, exchange]) => ({ name, type, ttl: 60, data: { preference, exchange } }))
  return []
}

/** A string in a TXT record has at most 255 octets (RFC 1035 §3.3). */
function pieces(text: string): string[] {
  return text.match(/.{1,255}/gs) ?? ['']
}
