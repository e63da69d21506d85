// What has happened since the start, counted where it happens and read when somebody asks (`/metrics`). Adding one costs a
// look in a Map; no key may hold anything personal.

export type Tally = Map<string, number>

export interface Counts {
  /** Mails by what became of them: `kind result`. */
  mails: Tally
  /** Pages asked for: `hit` if the page cache had them, `miss` if it did not. */
  pageCache: Tally
}

export function createCounts(): Counts {
  return { mails: new Map(), pageCache: new Map() }
}

export function countOne(tally: Tally, key: string): void {
  tally.set(key, (tally.get(key) ?? 0) + 1)
}
