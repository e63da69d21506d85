import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isGone, ownerName } from '#src/jobs/owners.ts'

const withPid = (pid: number | undefined) => ownerName().replace(/\/\d+(?=\/\d+\/[^/]+$)/, `/${pid}`)

test('a process that ended is gone, one that runs is not', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  const name = withPid(child.pid)
  expect(isGone(name)).toBe(false)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(isGone(name)).toBe(true)
})

test('a worker beside us in this process lives; one of an earlier start under the same number does not', () => {
  expect(isGone(ownerName())).toBe(false)
  expect(isGone(ownerName().replace(/\/\d+(?=\/[^/]+$)/, '/1'))).toBe(true)
})

test('of another machine, or of a name of another form, nothing is known', () => {
  const elsewhere = withPid(2 ** 22 + 1).replace(/^[^/]+/, 'elsewhere')
  expect([elsewhere, 'cli', '', '3f0c6f2e-8d0e-4a53-8f5e-5d3a3f4f9f10'].map(isGone)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
