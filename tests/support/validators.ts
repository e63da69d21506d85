// Validators that all apps of one test file share: making them anew took over half of the time an app needs to open.
import type { AppOptions } from '#src/app.ts'

type Ajv = Parameters<NonNullable<AppOptions['onAjv']>>[0]

const made = new Map<string, ReturnType<Ajv['compile']>>()

/** Every app sets its validators up alike, so what a schema says is all there is to tell them apart by. */
export function shareValidators(ajv: Ajv): void {
  const compile = ajv.compile.bind(ajv)
  const compileOnce = (schema: Parameters<typeof compile>[0]) => {
    const key = JSON.stringify(schema)
    const validator = made.get(key) ?? compile(schema)
    made.set(key, validator)
    return validator
  }
  Object.assign(ajv, { compile: compileOnce })
}
