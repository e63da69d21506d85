// Our makers against TypeBox's own, whose types they are given.
import TypeBox from 'typebox'
import { expect, test } from 'vitest'
import Type from '#src/lib/schemas.ts'

/** One of each way in which routes use them. */
function schemasBy(maker: typeof Type) {
  const form = maker.Object({
    name: maker.String({ minLength: 1, default: '' }),
    kind: maker.Enum(['a', 'b'], { default: 'a' }),
    page: maker.Optional(maker.Integer({ minimum: 1 })),
  })
  const which = maker.Array(maker.Integer(), { maxItems: 2, default: [] })
  return [
    form,
    maker.Object({ ...form.properties, which }, { additionalProperties: true }),
    maker.Object({ only: maker.Optional(maker.Literal('on')) }),
    maker.Object({}),
    maker.Union([maker.Literal(''), maker.Literal(1), maker.String({ pattern: '^a$' })]),
    maker.Record(maker.String({ maxLength: 40 }), maker.Unknown()),
    maker.Boolean(),
  ]
}

test('makes the JSON Schema that TypeBox makes', () => {
  expect(JSON.stringify(schemasBy(Type))).toBe(JSON.stringify(schemasBy(TypeBox)))
})
