// Values of the shape that a route's own schema asks for, so that junk gets past the validators; and what is no such value.
import fc from 'fast-check'

/** The part of JSON Schema that our TypeBox schemas come to. */
export interface Shape {
  type?: string
  properties?: Record<string, Shape>
  required?: string[]
  items?: Shape
  enum?: unknown[]
  const?: unknown
  anyOf?: Shape[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
}

/** What may stand in a text, and what stands in the field of that name more often than not. */
export interface Words {
  texts: string[]
  byName: Record<string, string[]>
}

/** Values that the schema takes, as often as not out of `words`. Of a pattern that no word fits, what fits it. */
export function shaped(shape: Shape, words: Words, name = ''): fc.Arbitrary<unknown> {
  const known = (words.byName[name] ?? []).filter(value => fits(shape, value))
  const any = anyOf(shape, words, name)
  return known.length
    ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: any })
    : any
}

function anyOf(shape: Shape, words: Words, name: string): fc.Arbitrary<unknown> {
  if (shape.enum) return fc.constantFrom(...shape.enum)
  if ('const' in shape) return fc.constant(shape.const)
  if (shape.anyOf) return fc.oneof(...shape.anyOf.map(one => shaped(one, words, name)))
  switch (shape.type) {
    case 'object':
      return objectOf(shape, words)
    case 'array':
      return fc.array(shaped(shape.items ?? {}, words, name), { maxLength: 3 })
    case 'integer':
    case 'number':
      return fc.integer({ min: shape.minimum ?? -9, max: Math.min(shape.maximum ?? 99, (shape.minimum ?? 0) + 99) })
    case 'boolean':
      return fc.boolean()
    default:
      return textOf(shape, words)
  }
}

/** Each field that must be there, and each of the others as often as not. */
function objectOf({ properties = {}, required = [] }: Shape, words: Words) {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, shaped(one, words, key)]))
  return fc.record(fields, { requiredKeys: required, noNullPrototype: true })
}

function textOf(shape: Shape, { texts }: Words): fc.Arbitrary<string> {
  const fitting = texts.map(text => text.slice(0, shape.maxLength)).filter(text => fits(shape, text))
  return fitting.length ? fc.constantFrom(...fitting) : fc.stringMatching(new RegExp(shape.pattern ?? '^x$'))
}

function fits({ pattern, minLength = 0, maxLength = Infinity, enum: list, type }: Shape, text: string): boolean {
  if (list) return list.includes(text)
  if (type === 'integer') return /^\d{1,9}$/.test(text)
  return text.length >= minLength && text.length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(text))
}
