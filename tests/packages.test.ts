// `npm ci` needs npm and nothing else. npm compiles whatever holds a binding.gyp, and does not hear from a lock file that the
// package forbids it (`gypfile`); without make or Python that ends the installation.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

test('nothing is compiled on the way: what could be says so to old and new npm', () => {
  const locked: Record<string, { gypfile?: boolean }> = read('package-lock.json').packages
  const native = Object.keys(locked).filter(path => existsSync(join(ROOT, path, 'binding.gyp')))
  expect(native).toEqual(['node_modules/better-sqlite3'])
  expect(native.map(path => locked[path]?.gypfile)).toEqual([false])
  expect(read('package.json').allowScripts).toEqual({ node: true, 'better-sqlite3': false })
})

test('every package is one version, from the registry, with a hash of what it holds; few may run anything at installation', () => {
  const { dependencies, devDependencies, overrides } = read('package.json')
  const wanted = Object.entries({ ...dependencies, ...devDependencies, ...overrides })
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([])
  const locked: Record<string, { integrity?: string; resolved?: string; link?: boolean }> =
    read('package-lock.json').packages
  const bare = Object.entries(locked).filter(([path, one]) => path && !/^sha512-/.test(one.integrity ?? ''))
  expect(bare.map(([path]) => path)).toEqual([])
})
