// Who gets which workshop when places are given by preference: each in turn, in an order drawn by lot. Why nobody could be made
// happier without making somebody sadder: whoever's turn it is takes what they want most of what is left, so what they would rather
// have went to somebody before them, who would have to give it up. Nothing is read or written here.
import { createHash } from 'node:crypto'

/** What somebody wants in one round: workshops, what they want most first.  */
export interface Wisher {
  id: number
  wanted: number[]
}

/** A workshop and how many places are left in it; null: no limit. */
interface Place {
  id: number
  left: number | null
}

/** The workshop each got in a round; nobody is in it who got none. */
export type Allocated = Map<number, number>

/**
 * One round: each in this order gets the first of their wishes where a place is left. Nobody can be made happier by swapping
 * places, or by one that is left, without somebody else getting less than they have.
 */
export function allocateRound(places: Place[], inOrder: Wisher[]): Allocated {
  const left = new Map(places.map(place => [place.id, place.left ?? Number.POSITIVE_INFINITY]))
  const got: Allocated = new Map()
  for (const { id, wanted } of inOrder) {
    const found = wanted.find(workshop => (left.get(workshop) ?? 0) > 0)
    if (found === undefined) continue
    left.set(found, (left.get(found) ?? 0) - 1)
    got.set(id, found)
  }
  return got
}

/**
 * Whose turn it is in a round: who got least in the rounds before it first (`missed`), and of those who got as much, as the lot
 * falls. The lot follows from the seed, the round and the person alone, so whoever draws again draws the same.
 */
export function drawOrder<Drawn extends { id: number }>(
  list: Drawn[],
  seed: string,
  round: number,
  missed: (id: number) => number,
): Drawn[] {
  const lots = new Map(list.map(({ id }) => [id, lotOf(seed, round, id)]))
  const lot = ({ id }: Drawn) => lots.get(id) ?? ''
  return list.toSorted((a, b) => missed(b.id) - missed(a.id) || (lot(a) < lot(b) ? -1 : 1))
}

function lotOf(seed: string, round: number, id: number): string {
  return createHash('sha256').update(`${seed}/${round}/${id}`).digest('hex')
}

/** Every round in turn. `missed` of a round: 0 for a first choice, 1 for a second, 2 for nothing. */
export function allocateRounds<One extends Wisher>(
  rounds: { round: number; places: Place[]; wishers: One[] }[],
  seed: string,
): { round: number; inOrder: One[]; got: Allocated }[] {
  const missed = new Map<number, number>()
  return rounds.map(({ round, places, wishers }) => {
    const inOrder = drawOrder(wishers, seed, round, id => missed.get(id) ?? 0)
    const got = allocateRound(places, inOrder)
    for (const { id, wanted } of inOrder) {
      const index = wanted.indexOf(got.get(id) ?? Number.NaN)
      missed.set(id, (missed.get(id) ?? 0) + (index < 0 ? MISSED_ALL : index))
    }
    return { round, inOrder, got }
  })
}

const MISSED_ALL = 2
