// Files that people have sent, as they lie in DATA_DIR/files. Their names are ours alone, and say nothing of what was sent.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const NAME = /^[a-z0-9][a-z0-9.-]{0,120}$/

/** Part of a name: 26 letters and digits that nobody guesses. */
export const randomName = () =>
  BigInt(`0x${randomBytes(17).toString('hex')}`)
    .toString(36)
    .padStart(26, '0')
    .slice(0, 26)

function pathOf(dataDir: string, name: string): string {
  if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a file of ours`)
  return join(dataDir, 'files', name)
}

/** All of it or, when the disk is full or the power fails, nothing under this name. */
export async function keepFile(dataDir: string, name: string, bytes: Buffer): Promise<void> {
  const path = pathOf(dataDir, name)
  await mkdir(join(dataDir, 'files'), { recursive: true })
  await writeFile(`${path}.unfinished`, bytes, { mode: 0o600 })
  await rename(`${path}.unfinished`, path)
}

/** Nothing if it is not there. */
export async function findFile(dataDir: string, name: string): Promise<Buffer | undefined> {
  return readFile(pathOf(dataDir, name)).catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
}

export async function removeFile(dataDir: string, name: string): Promise<void> {
  await rm(pathOf(dataDir, name), { force: true })
}
