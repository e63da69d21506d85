// A file system of a few MB, for what happens when it is full: in memory, and gone after the test. Making one needs root, and a
// machine that lets root do so; where it cannot be had the tests that need it are skipped aloud.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from './tools.ts'

const HOW = 'run the tests as root on Linux'

export function openSmallDisk(megabytes: number) {
  const path = mkdtempSync(join(tmpdir(), 'aanschuiven-disk-'))
  const run = (...args: string[]) => spawnSync(args[0] ?? '', args.slice(1), { stdio: 'pipe', encoding: 'utf8' })
  const { status } = run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path)
  const leave = () => {
    run('umount', '-l', path)
    rmSync(path, { recursive: true, force: true })
  }
  if (status === 0)
    return { path, close: leave, makeReadOnly: () => run('mount', '-o', 'remount,ro', path).status === 0 }
  rmSync(path, { recursive: true, force: true })
  return undefined
}

/** Root in a container may not mount: nothing can be installed against that, so it is not required anywhere. */
export function hasSmallDisks(): boolean {
  const disk = openSmallDisk(1)
  disk?.close()
  if (!disk && process.getuid?.() === 0) {
    console.warn('skipped: these tests need a small file system, and root may not mount one here')
    return false
  }
  return needs('a small file system', disk !== undefined, HOW)
}
