// What somebody asks for in each round, and what is wrong with it. Nothing is looked up or written here.
import type { Choice } from './choices.ts'
import type { Round, Workshop } from './workshops.ts'

/** By the id of a workshop. Null, null: they choose later. */
export interface Wish {
  round: number
  first: number | null
  second: number | null
}

export type WishProblem = 'choice' | 'workshop_same' | 'workshop_overlap'

/** The name of a field of the form. */
export const fieldOf = (round: number, which: 'first' | 'second') => `round_${round}_${which}`

/** In order of preference. Only a second choice is a first one. */
export function wantedIn({ first, second }: Wish): number[] {
  return [first, second].filter(id => id !== null)
}

/** What stands in a form before anybody has typed: one for each round. */
export function wishesOf(rounds: Round[], chosen: Choice[]): Wish[] {
  return rounds.map(({ round, workshops }) => {
    const offered = new Set(workshops.map(({ id }) => id))
    const [first = null, second = null] = chosen.map(({ sessionId }) => sessionId).filter(id => offered.has(id))
    return { round, first, second }
  })
}

/**
 * By the name of the field: a workshop that is not offered in its round, twice the same, or one that takes place while another
 * one of theirs does.
 */
export function wishProblems(rounds: Round[], wishes: Wish[]): Record<string, WishProblem> {
  const problems: Record<string, WishProblem> = {}
  const before: Workshop[] = []
  for (const wish of wishes) {
    const { workshops = [] } = rounds.find(({ round }) => round === wish.round) ?? {}
    const mine: Workshop[] = []
    for (const which of ['first', 'second'] as const) {
      if (wish[which] === null) continue
      const workshop = workshops.find(({ id }) => id === wish[which])
      const problem = problemOf(workshop, mine, before)
      if (problem) problems[fieldOf(wish.round, which)] = problem
      if (workshop) mine.push(workshop)
    }
    before.push(...mine)
  }
  return problems
}

function problemOf(workshop: Workshop | undefined, mine: Workshop[], before: Workshop[]): WishProblem | undefined {
  if (!workshop) return 'choice'
  if (mine.includes(workshop)) return 'workshop_same'
  return before.some(other => overlaps(workshop, other)) ? 'workshop_overlap' : undefined
}

/** Of one event, so by the same clock. One that begins when another ends does not overlap it. */
export function overlaps(a: TimeSpan, b: TimeSpan): boolean {
  return a.localStart < endOf(b) && b.localStart < endOf(a)
}

type TimeSpan = Pick<Workshop, 'localStart' | 'durationMinutes'>

function endOf({ localStart, durationMinutes }: TimeSpan): string {
  return Temporal.PlainDateTime.from(localStart).add({ minutes: durationMinutes }).toString({ smallestUnit: 'minute' })
}
