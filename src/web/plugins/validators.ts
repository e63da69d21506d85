// What checks params, queries and forms is made when its route is first asked for: to make it all at the start took two
// fifths of the time to the first answer.
import type { FastifyServerOptions } from 'fastify'

type Ajv = Parameters<NonNullable<NonNullable<FastifyServerOptions['ajv']>['onCreate']>>[0]
type Validator = ReturnType<Ajv['compile']>

/** A schema that cannot work is found when it is first used: no longer by a start, but by any test that asks for its route. */
export function compileWhenUsed(ajv: Ajv): void {
  const compile = ajv.compile.bind(ajv)
  const later = (schema: Parameters<typeof compile>[0]) => {
    let made: Validator | undefined
    const validate = (...given: Parameters<Validator>) => {
      made ??= compile(schema)
      const isValid = made(...given)
      validate.errors = made.errors
      return isValid
    }
    validate.errors = undefined as Validator['errors']
    // Shows Fastify that this is one of Ajv's, which can change what it is given.
    validate.schemaEnv = true
    return validate
  }
  Object.assign(ajv, { compile: later })
}
