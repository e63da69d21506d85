// What is done on a page as it was shown: if that is no longer so, nothing is done, and the page says what changed.
import type { Tx } from '#db/open.ts'
import { Refusal } from '#src/lib/errors.ts'
import type { Deps } from '../deps.ts'

/** Whether it was done; not if what the page showed is no longer so. */
export async function unlessChanged({ write }: Pick<Deps, 'write'>, work: (tx: Tx) => void): Promise<boolean> {
  try {
    await write(work)
    return true
  } catch (error) {
    if (error instanceof Refusal && error.code === 'changed_meanwhile') return false
    throw error
  }
}
