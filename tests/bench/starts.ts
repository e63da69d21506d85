// From nothing to the first answer, against the least that a Fastify program can be; nothing is loaded before either of them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { layExample, layGround } from './grounds.ts'
import { median } from './races.ts'
import type { Run } from './runs.ts'
import { endWithUs, MAIN, production } from './servers.ts'
import type { Measured } from './verdict.ts'
import { Wire } from './wire.ts'

const BARE = join(import.meta.dirname, 'fastify.ts')

export async function measureStart({ isQuick }: Run): Promise<Measured[]> {
  const env = production(layGround(layExample).dataDir)
  const [ours, bare]: number[][] = [[], []]
  // The first of each finds nothing in the cache of the disk, nor what a start keeps for the next one.
  for (let turn = 0; turn <= (isQuick ? 3 : 7); turn++) {
    const times = [await startOnce(MAIN, env), await startOnce(BARE, env)] as const
    if (turn === 0) continue
    ours?.push(times[0])
    bare?.push(times[1])
  }
  const [our, least] = [median(ours ?? []), median(bare ?? [])]
  const detail = `${our.toFixed(0)} ms against ${least.toFixed(0)} ms`
  return [{ key: 'start', value: median((ours ?? []).map((each, turn) => each / (bare?.[turn] ?? 0))), detail }]
}

/** Milliseconds until the first page. Ended as production ends it, so that it can keep what makes the next start faster. */
async function startOnce(script: string, env: Record<string, string>): Promise<number> {
  const port = await freePort()
  const begun = performance.now()
  const child = spawn(process.execPath, [script], { env: { ...env, PORT: String(port) }, stdio: 'ignore' })
  endWithUs(child)
  while ((await statusOf(port)) !== 200) {
    if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`)
    await sleep(2)
  }
  const time = performance.now() - begun
  child.kill('SIGTERM')
  await once(child, 'exit')
  return time
}

function statusOf(port: number): Promise<number> {
  const wire = new Wire(port)
  return new Promise(found =>
    wire.ask('GET / HTTP/1.1\r\nhost: localhost:3000\r\n\r\n', ({ status }) => {
      wire.close()
      found(status)
    }),
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
