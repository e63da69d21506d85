// HTTP/1.1 on a bare socket, as far as a load needs it: one request at a time on a connection that stays open. A client that
// does more (node:http, undici, autocannon with its parser in JavaScript) costs more than the server it is to load.
import { connect, type Socket } from 'node:net'
import { crc32 } from 'node:zlib'

export interface Answer {
  /** 0: the connection broke. */
  status: number
  /** The status line and headers. */
  head: string
  bytes: number
  /** Of the body: another sum is another body. */
  sum: number
  /** When its first byte came (ms). */
  firstByteAt: number
}

const END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = '\r\n0\r\n\r\n'
const BODILESS = new Set([204, 304])

export class Wire {
  private socket: Socket | undefined
  private answered: ((answer: Answer) => void) | undefined
  private begun: Buffer | undefined
  private answer: Answer = { status: 0, head: '', bytes: 0, sum: 0, firstByteAt: 0 }
  /** Bytes still to come; Infinity: until the last chunk. */
  private missing = 0
  /** The last bytes so far, of a body in chunks. */
  private tail = ''
  private readonly port: number
  private readonly isSummed: boolean

  constructor(port: number, isSummed = false) {
    this.port = port
    this.isSummed = isSummed
  }

  /** Sends one request; connects first if need be. */
  ask(request: string | Buffer, answered: (answer: Answer) => void): void {
    this.answered = answered
    this.begun = undefined
    this.answer = { status: 0, head: '', bytes: 0, sum: 0, firstByteAt: 0 }
    this.socket ??= this.open()
    this.socket.write(request)
  }

  close(): void {
    this.socket?.destroy()
  }

  private open(): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true })
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined
      this.finish({ ...this.answer, status: 0 })
    })
    return socket
  }

  private read(chunk: Buffer): void {
    const { answer } = this
    if (!answer.firstByteAt) answer.firstByteAt = performance.now()
    answer.bytes += chunk.length
    if (answer.head) this.readBody(chunk, 0)
    else this.readHead(chunk)
  }

  private readHead(chunk: Buffer): void {
    const { answer } = this
    const all = this.begun ? Buffer.concat([this.begun, chunk]) : chunk
    const end = all.indexOf(END)
    if (end < 0) {
      this.begun = all
      return
    }
    answer.head = all.toString('latin1', 0, end)
    answer.status = Number(answer.head.slice(9, 12))
    this.missing = lengthOf(answer)
    this.tail = ''
    this.readBody(all, end + END.length)
  }

  private readBody(chunk: Buffer, from: number): void {
    if (this.isSummed) this.answer.sum = crc32(from ? chunk.subarray(from) : chunk, this.answer.sum)
    this.missing -= chunk.length - from
    if (this.missing <= 0 || (this.missing === Infinity && this.endsChunks(chunk))) this.finish(this.answer)
  }

  /** On a connection with one request at a time nothing follows the last chunk. */
  private endsChunks(chunk: Buffer): boolean {
    this.tail = (this.tail + chunk.toString('latin1', Math.max(0, chunk.length - LAST_CHUNK.length))).slice(
      -LAST_CHUNK.length,
    )
    return this.tail === LAST_CHUNK
  }

  private finish(answer: Answer): void {
    const { answered } = this
    this.answered = undefined
    answered?.(answer)
  }
}

function lengthOf({ status, head }: Answer): number {
  if (BODILESS.has(status)) return 0
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  return length === undefined ? Infinity : Number(length)
}
