// A part of a file, as players of sound ask for it (RFC 9110 §14). One part at a time: who asks for more gets the whole file,
// which is allowed.

export interface Part {
  first: number
  last: number
}

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/** The part asked for; nothing if the whole is to be sent; `unsatisfiable` if there is nothing there. */
export function partOf(range: string | undefined, size: number): Part | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = RANGE.exec(range ?? '') ?? []
  if (first === '' && last === '') return undefined
  // Without a beginning: so many bytes at the end.
  if (first === '')
    return Number(last) === 0 ? 'unsatisfiable' : { first: Math.max(0, size - Number(last)), last: size - 1 }
  if (last !== '' && Number(last) < Number(first)) return undefined
  if (Number(first) >= size) return 'unsatisfiable'
  return { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}
