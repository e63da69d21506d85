// Without a mail server each mail becomes a file that any mail program opens: `DATA_DIR/mail/<id>-<kind>.eml`.
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from './outcomes.ts'
import type { Transport } from './transport.ts'

export function fileTransport(dataDir: string): Transport {
  const folder = join(dataDir, 'mail')
  return {
    async send({ id, kind, bytes }) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeDurably(folder, `${id}-${kind}.eml`, bytes)
        return { result: 'sent' }
      } catch (error) {
        return { result: 'retry', reason: reasonOf(error as Error) }
      }
    },
    close() {},
  }
}

/** Whole or not at all, and on the disk before we call it sent. Writing the same mail twice leaves one file. */
async function writeDurably(folder: string, name: string, bytes: Buffer): Promise<void> {
  const path = join(folder, name)
  await using file = await open(`${path}.part`, 'w', 0o600)
  await file.writeFile(bytes)
  await file.sync()
  await rename(`${path}.part`, path)
  await using directory = await open(folder)
  await directory.sync()
}
