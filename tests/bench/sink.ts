// A mail server in a process of its own, that takes everything at once and remembers of each mail what tells it from another.
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** Address, Message-ID and kind of a mail, how often it came, and whether an invite is in it. */
export interface Taken {
  to: string
  messageId: string
  kind: string
  times: number
  hasInvite: boolean
}

export interface SinkReport {
  taken: Taken[]
  /** Milliseconds from the first mail to the last. */
  span: number
}

const taken = new Map<string, Taken>()
let [firstAt, lastAt] = [0, 0]

const server = new SMTPServer({
  ...{ logger: false, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true, closeTimeout: 100 },
  onData(stream, { envelope }, done) {
    buffer(stream).then(raw => {
      lastAt = performance.now()
      firstAt ||= lastAt
      note(envelope.rcptTo[0]?.address ?? '', raw)
      done()
    }, done)
  },
})
server.on('error', () => {})

function note(to: string, raw: Buffer): void {
  const head = raw.toString('latin1', 0, raw.indexOf('\r\n\r\n'))
  const header = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? ''
  const messageId = header('Message-ID')
  const known = taken.get(messageId)
  if (known) known.times++
  else {
    const facts = { to, messageId, kind: header('X-Aanschuiven-Message'), times: 1 }
    taken.set(messageId, { ...facts, hasInvite: raw.includes('text/calendar') })
  }
}

process.on('message', (question: 'how many' | 'report') => {
  if (question === 'how many') return process.send?.(taken.size)
  const report: SinkReport = { taken: [...taken.values()], span: lastAt - firstAt }
  process.send?.(report)
})
server.listen(0, '127.0.0.1', () => process.send?.((server.server.address() as AddressInfo).port))
