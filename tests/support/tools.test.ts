import { afterEach, expect, test, vi } from 'vitest'
import { needs, runs } from './tools.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

test('what is not installed is skipped aloud, with how to get it', () => {
  vi.stubEnv('REQUIRED_TOOLS', '')
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  expect(needs('lathe', false, 'apt-get install lathe')).toBe(false)
  expect(warn.mock.calls).toEqual([
    ['skipped: these tests need lathe, which is not installed. To run them: apt-get install lathe'],
  ])
  expect(needs('lathe', true, 'apt-get install lathe')).toBe(true)
  expect(warn).toHaveBeenCalledTimes(1)
})

test('where every tool is required, its absence is a failure', () => {
  vi.stubEnv('REQUIRED_TOOLS', '1')
  expect(() => needs('lathe', false, 'apt-get install lathe')).toThrow('lathe is required here and is not installed')
  expect(needs('lathe', true, 'apt-get install lathe')).toBe(true)
})

test('a command is there when it can be started and ends well', () => {
  expect([
    runs(process.execPath, '--version'),
    runs(process.execPath, '--no-such-flag'),
    runs('no-such-command'),
  ]).toEqual([true, false, false])
})
