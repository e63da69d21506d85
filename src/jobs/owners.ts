// Who has a mail under way. A lease bears a name from which another start of the program, on the same machine, can tell at
// once that its owner is dead; elsewhere it waits until the lease has run out.
import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Process numbers mean something within one machine, and there within one namespace of them: a container has its own. */
const PLACE = `${hostname()}/${namespace()}`
const STARTED = Math.round(performance.timeOrigin)

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return 'all'
  }
}

/** The name of this start of the program, and of one worker in it. */
export function ownerName(): string {
  return `${PLACE}/${process.pid}/${STARTED}/${randomUUID()}`
}

/** Whether the process that bore this name has certainly ended. */
export function isGone(name: string): boolean {
  const [started, pid] = name.split('/').slice(-3, -1).reverse().map(Number)
  if (!name.startsWith(`${PLACE}/`) || !pid) return false
  return pid === process.pid ? started !== STARTED : !isRunning(pid)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
