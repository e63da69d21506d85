// Files that people have sent, as they lie in DATA_DIR/files. Their names are ours alone, and say nothing of what was sent.
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

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

/**
 * Writes what comes to the disk as it comes, under a name that nothing leads to and that a backup passes over; it is kept by
 * `keepReceived`. Whatever goes wrong on the way (a full disk, somebody who hangs up), nothing of it stays.
 */
export async function receiveFile(dataDir: string, bytes: Readable): Promise<string> {
  const name = `${randomName()}.unfinished`
  await mkdir(join(dataDir, 'files'), { recursive: true })
  try {
    await pipeline(bytes, createWriteStream(pathOf(dataDir, name), { mode: 0o600, flags: 'wx', flush: true }))
    return name
  } catch (error) {
    await removeFile(dataDir, name)
    throw error
  }
}

export async function keepReceived(dataDir: string, received: string, name: string): Promise<void> {
  await rename(pathOf(dataDir, received), pathOf(dataDir, name))
}

/** To look at a part of it; whoever opens it closes it. */
export const openFile = (dataDir: string, name: string) => open(pathOf(dataDir, name))

/** Nothing if it is not there. Ends with the byte `last`. */
export async function readPart(
  dataDir: string,
  name: string,
  first: number,
  last: number,
): Promise<Readable | undefined> {
  const path = pathOf(dataDir, name)
  const isThere = await stat(path).then(
    found => found.isFile(),
    () => false,
  )
  return isThere ? createReadStream(path, { start: first, end: last }) : undefined
}

/** Every file, with when it was last written; none before there was any. */
export async function listFiles(dataDir: string): Promise<{ name: string; writtenAt: Temporal.Instant }[]> {
  const names = await readdir(join(dataDir, 'files')).catch((): string[] => [])
  const found = await Promise.all(
    names
      .filter(name => NAME.test(name))
      .map(async name => {
        const known = await stat(pathOf(dataDir, name)).catch(() => undefined)
        const writtenAt = Temporal.Instant.fromEpochMilliseconds(Math.round(known?.mtimeMs ?? 0))
        return known?.isFile() ? [{ name, writtenAt }] : []
      }),
  )
  return found.flat()
}
