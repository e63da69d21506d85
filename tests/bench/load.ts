// The load, in a process of its own: streams of requests side by side, as fast as they are answered or at a fixed rate. Our
// own, since a fixed rate whose latency counts from when a request was due, conditional requests and a new person in every
// form are what we need, and since `wire` costs less than the server.
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '#db/open.ts'
import { type Answer, Wire } from './wire.ts'

/** A request; `{n}` in its path and form becomes a number that no other request of the stream has. */
export interface Ask {
  path: string
  headers?: Record<string, string>
  /** Makes it a POST. */
  form?: Record<string, string>
}

export interface Stream {
  name: string
  port: number
  /** Taken in turn. */
  asks: Ask[]
  connections: number
  /** Requests a second; without it, each connection asks again as soon as it is answered. */
  rate?: number
  /** It ends after this time or this number, whichever comes first; at a rate, when all that came due has been answered. */
  seconds: number
  count?: number
  /** Where `{n}` begins. */
  from?: number
  /** Seconds until it begins. */
  after?: number
  /** How many times its seconds a stream at a fixed rate may take, where the server cannot keep up. */
  patience?: number
  /** Changed by another process, this one, before each request: `?` is the number of the request. Asks for one connection. */
  change?: Change
}

export interface Change {
  file: string
  sql: string
}

export interface Report {
  name: string
  asked: number
  /** Of these, at a fixed rate, so many were due. */
  due: number
  /** How often each status came; 0 is a connection that broke. */
  statuses: Record<number, number>
  seconds: number
  /** Milliseconds. */
  latency: Spread
  firstByte: Spread
  bytes: number
  /** Bodies that differ, of a stream that changes what it asks for. */
  bodies: number
  /** The forms that were taken (303): the path and the address. */
  taken: string[]
}

export interface Spread {
  p50: number
  p99: number
  max: number
}

const TICK_MS = 1
const PATIENCE = 3
/** How long the last answers may take; what has none by then counts as broken. */
const GRACE_MS = 15_000
/** Ready-made requests, each from a client of its own. */
const CLIENTS = 256

process.on('message', async (streams: Stream[]) => {
  const before = process.cpuUsage()
  const begun = performance.now()
  const reports = await Promise.all(
    streams.map(async stream => {
      await sleep((stream.after ?? 0) * 1000)
      return run(stream)
    }),
  )
  const { user, system } = process.cpuUsage(before)
  process.send?.({ reports, busy: (user + system) / 1000 / (performance.now() - begun) })
})

function run(stream: Stream): Promise<Report> {
  const { rate, seconds } = stream
  const count = stream.count ?? (rate === undefined ? Infinity : Math.floor(rate * seconds))
  const write = writerOf(stream)
  const change = changerOf(stream)
  const latencies: number[] = []
  const firstBytes: number[] = []
  const statuses: Record<number, number> = {}
  const sums = new Set<number>()
  const taken: string[] = []
  let [asked, answered, bytes, lastAt] = [0, 0, 0, 0]
  const wires = Array.from({ length: stream.connections }, () => new Wire(stream.port, stream.change !== undefined))
  const idle = [...wires]
  const begun = performance.now()
  const until = begun + seconds * 1000 * (rate === undefined ? 1 : (stream.patience ?? PATIENCE))
  const isOver = () => asked >= count || performance.now() >= until

  return new Promise(done => {
    const note = (answer: Answer, due: number) => {
      lastAt = performance.now()
      latencies.push(lastAt - due)
      firstBytes.push(answer.firstByteAt - due)
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
      bytes += answer.bytes
      answered++
      if (stream.change) sums.add(answer.sum)
    }
    const ask = (wire: Wire, due?: number) => {
      const number = asked++
      change?.(number)
      const since = due ?? performance.now()
      wire.ask(write(number), answer => {
        note(answer, since)
        if (answer.status === 303) taken.push(...namesOf(stream, number))
        if (rate !== undefined) idle.push(wire)
        else if (!isOver()) return ask(wire)
        if (isOver() && answered === asked) end()
      })
    }
    const end = () => {
      clearInterval(timer)
      clearTimeout(givingUp)
      for (const wire of wires) wire.close()
      done({
        ...{
          name: stream.name,
          asked,
          due: Number.isFinite(count) ? count : asked,
          statuses,
          seconds: (lastAt - begun) / 1000,
          bytes,
          bodies: sums.size,
          taken,
        },
        ...{ latency: spread(latencies), firstByte: spread(firstBytes) },
      })
    }
    /** What is due by now; what finds no connection free waits, and its latency counts. */
    const tick = () => {
      if (rate === undefined) return
      while (!isOver() && idle.length && begun + (asked / rate) * 1000 <= performance.now()) {
        ask(idle.pop() as Wire, begun + (asked / rate) * 1000)
      }
      if (isOver() && answered === asked) end()
    }
    const timer = setInterval(tick, TICK_MS)
    const givingUp = setTimeout(
      () => {
        for (const wire of wires) wire.close()
      },
      until - begun + GRACE_MS,
    )
    if (rate === undefined) for (const wire of wires) if (!isOver()) ask(wire)
  })
}

/** The bytes of request number so much. */
function writerOf({ asks, from = 0 }: Stream): (number: number) => string | Buffer {
  const isFixed = asks.every(ask => !ask.form && !ask.path.includes('{n}'))
  if (!isFixed) return number => requestText(asks[number % asks.length] as Ask, number + from)
  const ready = asks.map(ask => Array.from({ length: CLIENTS }, (_, client) => Buffer.from(requestText(ask, client))))
  return number => ready[number % asks.length]?.[number % CLIENTS] as Buffer
}

function namesOf({ asks, from = 0 }: Stream, number: number): string[] {
  const { path = '', form } = asks[number % asks.length] ?? {}
  return form ? [`${path} ${form.email?.replaceAll('{n}', String(number + from))}`] : []
}

/** From a client address of its own. */
function requestText({ path, headers = {}, form }: Ask, number: number): string {
  const fill = (text: string) => text.replaceAll('{n}', String(number))
  const body = form
    ? new URLSearchParams(Object.entries(form).map(([name, value]) => [name, fill(value)])).toString()
    : ''
  const all = {
    host: 'localhost:3000',
    'x-forwarded-for': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    ...headers,
    ...(form && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${form ? 'POST' : 'GET'} ${fill(path)} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** Not durable: what is measured is what the server does about it. */
function changerOf({ change, from = 0 }: Stream): ((number: number) => void) | undefined {
  if (!change) return undefined
  const { $client } = openDatabase(change.file)
  $client.pragma('synchronous = OFF')
  const statement = $client.prepare(change.sql)
  return number => statement.run(number + from)
}

function spread(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
