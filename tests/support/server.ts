// The real program in a process of its own: started, asked over HTTP, killed or stopped.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Db, openDatabase } from '#db/open.ts'

const START = resolve(import.meta.dirname, '../../src/start.js')
/** Servers that tests start share what was compiled: each has a data folder of its own, and would compile it all anew. */
const COMPILED = join(tmpdir(), 'aanschuiven-compiled')

export interface Server {
  url: string
  pid: number
  output: () => string
  /** SIGKILL, at once. */
  kill: () => void
  /** SIGTERM; resolves with the exit code. */
  stop: () => Promise<number | null>
  exited: Promise<number | null>
}

/** An empty data folder of its own, with a database that a test may fill first. */
export function makeDataDir() {
  const dataDir = mkdtempSync(join(tmpdir(), 'aanschuiven-'))
  return {
    dataDir,
    open: (): Db => openDatabase(join(dataDir, 'aanschuiven.sqlite')),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

/** Starts the program on a free port and waits until it serves. `born` is told of the process before that; `uid` says as whom. */
export function startServer(
  env: Record<string, string>,
  args: string[] = [],
  born: (child: ChildProcess) => void = () => {},
  uid?: number,
): Promise<Server> {
  const own = { PORT: '0', LOG_LEVEL: 'warn', NODE_COMPILE_CACHE: COMPILED, ...env }
  return serve([START, ...args], own, { ...(uid !== undefined && { uid, gid: uid }) }, born)
}

/** Starts Node with these words and waits until it serves. */
export async function serve(
  words: string[],
  env: Record<string, string>,
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
  born: (child: ChildProcess) => void = () => {},
): Promise<Server> {
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  born(child)
  // A test that fails halfway must not leave a server behind.
  const leave = () => child.kill('SIGKILL')
  process.once('exit', leave)
  child.once('exit', () => process.off('exit', leave))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const exited = new Promise<number | null>(done => child.once('exit', done))
  const url = await listening(child, () => output)
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    kill: () => child.kill('SIGKILL'),
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
    exited,
  }
}

function listening(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((found, failed) => {
    child.once('exit', code => failed(new Error(`the server ended with ${code} before it served:\n${output()}`)))
    child.stdout?.on('data', () => {
      const port = /draait op .*\(poort (\d+)\)/.exec(output())?.[1]
      if (port) found(`http://127.0.0.1:${port}`)
    })
  })
}

/** Posts forms over kept-alive connections, each from a client address of its own. */
export function createPoster(maxSockets: number) {
  const agent = new Agent({ keepAlive: true, maxSockets })
  let number = 0
  const post = (url: string, form: Record<string, string>): Promise<{ status: number; location: string }> =>
    new Promise((answered, failed) => {
      const payload = new URLSearchParams(form).toString()
      const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number++ & 255}`
      const sent = request(url, {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(payload),
          'x-forwarded-for': address,
        },
      })
      sent.on('error', failed)
      sent.once('response', response => {
        response.resume()
        response.on('error', failed)
        response.once('end', () =>
          answered({ status: response.statusCode ?? 0, location: response.headers.location ?? '' }),
        )
      })
      sent.end(payload)
    })
  return { post, close: () => agent.destroy() }
}
