// A mail server that tells of each mail right after its 250, so that a test can let die whoever sent it before it has written
// that down; and what became of the mails.
import { createHash } from 'node:crypto'
import { SMTPServer } from 'smtp-server'

export interface Delivery {
  to: string
  kind: string
  messageId: string
  date: string
  /** Of all its bytes. */
  digest: string
}

export async function openAccepting(onAccept: (delivery: Delivery) => void) {
  const delivered: Delivery[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', chunk => chunks.push(chunk))
      stream.on('end', () => {
        const delivery = readDelivery(session.envelope.rcptTo[0]?.address ?? '', Buffer.concat(chunks))
        delivered.push(delivery)
        done()
        onAccept(delivery)
      })
    },
  })
  // A client that is killed resets its connections; that is what these tests are about.
  server.on('error', () => {})
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.server.address() as { port: number }
  return { delivered, url: `smtp://127.0.0.1:${port}`, close: () => new Promise<void>(closed => server.close(closed)) }
}

function readDelivery(to: string, bytes: Buffer): Delivery {
  const text = bytes.toString('latin1')
  const field = (name: string) => new RegExp(`^${name}: (.+?)\\r\\n`, 'im').exec(text)?.[1] ?? ''
  return {
    to,
    kind: field('X-Aanschuiven-Message'),
    messageId: field('Message-ID'),
    date: field('Date'),
    digest: createHash('sha256').update(bytes).digest('hex'),
  }
}
