// What a check says: a verdict and one plain line. And the patience it gets.

export interface Check {
  name: string
  verdict: 'ok' | 'warning' | 'wrong'
  says: string
}

export const ok = (name: string, says: string): Check => ({ name, verdict: 'ok', says })
export const warning = (name: string, says: string): Check => ({ name, verdict: 'warning', says })
export const wrong = (name: string, says: string): Check => ({ name, verdict: 'wrong', says })

/** Whatever it asks of others, a check ends within `ms`: with `late` if it has said nothing by then. */
export async function within(
  ms: number,
  late: Check,
  work: (signal: AbortSignal) => Promise<Check | Check[]>,
): Promise<Check[]> {
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<Check>(resolve => {
    timer = setTimeout(resolve, ms, late)
  })
  try {
    return [await Promise.race([work(over.signal), tooLate])].flat()
  } finally {
    clearTimeout(timer)
    over.abort()
  }
}
