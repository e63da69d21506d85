// Which test files start first: the long ones, so that at the end no worker waits a minute for another that began its longest
// file last. Vitest knows how long files took only where it ran before; a clean clone has nothing but this list.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Beginnings of paths under `tests/`, in the order in which they start; whatever is not here comes after. */
const LONGEST = [
  'browser/matrix',
  'journeys/scanner',
  'journeys/kill',
  'browser/checking-in',
  'journeys/year',
  'journeys/',
  'browser/',
  'web/console/access',
  'main',
  'jobs/',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const path = moduleId.split('/tests/').at(-1) ?? ''
  const rank = LONGEST.findIndex(beginning => path.startsWith(beginning))
  return rank < 0 ? LONGEST.length : rank
}
