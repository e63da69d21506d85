// For tests: data that throws when a view reads what it was not given, so that a misspelt key cannot become an empty page.

export function strict<T extends object>(data: T, name: string): T {
  return new Proxy(data, {
    get(target, key, receiver) {
      if (typeof key === 'string' && !(key in target) && !isHarmless(target, key))
        throw new Error(`${name} has no '${key}'`)
      const value = Reflect.get(target, key, receiver)
      return isPlain(value) ? strict(value, `${name}.${String(key)}`) : value
    },
  })
}

/** What the language itself asks of any object. */
function isHarmless(target: object, key: string): boolean {
  return key === 'toJSON' || key === 'then' || (Array.isArray(target) && /^\d+$/.test(key))
}

/** Dates, Maps and functions look at their own insides, which a proxy does not have. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const proto = Object.getPrototypeOf(value)
  return proto === Object.prototype || proto === null || Array.isArray(value)
}
