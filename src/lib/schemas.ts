// The one door to TypeBox: its types, and the few of its makers that we use. Those are made here, since its own stand in 370
// modules, which cost a start more than all of Fastify and hold 23 MiB.
import type TypeBox from 'typebox'

export type { Static, TObject, TSchema } from 'typebox'

type Makers = Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
>
type Schema = Record<string, unknown>

/** Those that a form may leave out; a schema does not say it of itself. */
const optional = new WeakSet<object>()

/** JSON Schema, key for key as TypeBox makes it. */
const made = {
  Array: (items: Schema, options?: Schema) => ({ type: 'array', items, ...options }),
  Boolean: () => ({ type: 'boolean' }),
  Enum: (values: string[], options?: Schema) => ({ enum: values, ...options }),
  Integer: (options?: Schema) => ({ type: 'integer', ...options }),
  Literal: (value: string | number | boolean) => ({ type: typeof value, const: value }),
  Object: (properties: Record<string, Schema>, options?: Schema) => {
    const required = Object.keys(properties).filter(name => !optional.has(properties[name] as Schema))
    return { type: 'object', ...(required.length && { required }), properties, ...options }
  },
  Optional: (schema: Schema) => {
    const copy = { ...schema }
    optional.add(copy)
    return copy
  },
  Record: (_names: Schema, values: Schema) => ({ type: 'object', patternProperties: { '^.*$': values } }),
  String: (options?: Schema) => ({ type: 'string', ...options }),
  Union: (anyOf: Schema[]) => ({ anyOf }),
  Unknown: () => ({}),
}

const Type = made as unknown as Makers
export default Type
