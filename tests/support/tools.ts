// Programs that `npm test` can do without: what needs them is skipped aloud where they are not installed, and fails where
// somebody said that they must be there (REQUIRED_TOOLS=1).
import { spawnSync } from 'node:child_process'

/**
 * Whether the tests that need `tool` can run here: `describe.skipIf(!needs(…))`. `how` says how to get it. Prints what is
 * skipped; throws instead where all tools are required.
 */
export function needs(tool: string, isThere: boolean, how: string): boolean {
  if (isThere) return true
  if (process.env.REQUIRED_TOOLS === '1') throw new Error(`${tool} is required here and is not installed: ${how}`)
  console.warn(`skipped: these tests need ${tool}, which is not installed. To run them: ${how}`)
  return false
}

/** The programs that `needs` missed, from what it printed: the only way in which a worker's skip reaches a reporter. */
export function toolsMissing(printed: string): string[] {
  return [...printed.matchAll(/these tests need (.+?), which is not installed/g)].map(([, tool = '']) => tool)
}

/** Whether a command can be started and ends well: `runs('khal', '--version')`. */
export function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
}
