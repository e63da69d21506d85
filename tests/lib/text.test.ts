import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '#src/lib/markdown.ts'
import { maskUrl } from '#src/lib/masking.ts'
import { cleanLine, EMAIL_PATTERN, fold, likelyEmail, NAME_PATTERN, nameKey, slugify } from '#src/lib/text.ts'

test('a cleaned line has no control or direction-changing character, whatever comes in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), given => {
      expect(cleanLine(given)).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u2028\u2029]/u)
      expect(cleanLine(given).isWellFormed()).toBe(true)
    }),
  )
})

test('a name is judged at once, however long: the length is not looked at first', () => {
  const is = (value: string) => new RegExp(NAME_PATTERN, 'u').test(value)
  const begun = performance.now()
  const long = ['a'.repeat(60_000), 'a-'.repeat(30_000), '1'.repeat(60_000), 'é'.repeat(60_000)]
  expect(long.map(is)).toEqual([true, true, false, true])
  expect(performance.now() - begun).toBeLessThan(1000)
  expect(['Zoë de Vries', 'J.P. Jansen', 'A.B', 'evil.com', 'a-b.nl', 'x.nl'].map(is)).toEqual([
    ...[true, true, true, false, false, true],
  ])
})

test('one bare address, or none', () => {
  const is = (value: string) => new RegExp(EMAIL_PATTERN).test(value)
  expect(['zoe@example.org', 'a+b@x.example.org', "o'neil@example.org"].map(is)).toEqual([true, true, true])
  expect(
    ['zoe@', 'a@x,b@y.nl', 'a@x.nl,b@y.nl', '"a b"@x.nl', 'a@x.nl\nbcc: b@y.nl', 'a@x', '<a@x.nl>', 'a@x..nl'].some(is),
  ).toBe(false)
})

test('a name that carries a link is no name', () => {
  const is = (value: string) => new RegExp(NAME_PATTERN, 'u').test(value)
  expect(['Zoë de Vries', "Jan-Piet O'Neil", 'Łukasz 3e', 'J.P. de Vries', 'mr. dr. A. Bakker'].map(is)).toEqual(
    Array(5).fill(true),
  )
  expect(['', '   ', 'win http://x.example', 'www.x.example', 'evil.com', 'a@b.nl', '<b>'].some(is)).toBe(false)
  // What cleaning takes away must not have hidden a link, nor have been all there was.
  const cleaned = ['http:/\0/x.example', 'w\u202Eww.x.example', '\u2066a', '\0', '\0\0 \u200B', '...', 'a\r\nb: c']
  expect(cleaned.map(is)).toEqual(cleaned.map(() => false))
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'htp:/w.@<>\0\t\u202E\uFEFF\u2066 aé'), maxLength: 30 }), name => {
      if (is(name)) expect(cleanLine(name)).toMatch(/^(?!.*(:\/\/|www\.|[@<>])).*\p{L}/u)
    }),
    { numRuns: 2000 },
  )
})

test('a likely slip of the pen', () => {
  expect(likelyEmail('jan@gmial.com')).toBe('jan@gmail.com')
  expect(likelyEmail('jan@gmail.co')).toBe('jan@gmail.com')
  expect(likelyEmail('jan@hotmial.nl')).toBe('jan@hotmail.nl')
  expect(likelyEmail('jan@gmail.com')).toBeUndefined()
  expect(likelyEmail('jan@voorbeeld.nl')).toBeUndefined()
})

test('slugs are plain', () => {
  expect(slugify('Eén gezin, één plan: lukt dat?')).toBe('een-gezin-een-plan-lukt-dat')
  expect(slugify('???')).toBe('zonder-titel')
  fc.assert(
    fc.property(fc.string(), given => {
      expect(slugify(given)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    }),
  )
})

test('a log sees no personal link', () => {
  expect(maskUrl(`/join/3f-1-${'A'.repeat(43)}`)).toBe('/join/***')
  expect(maskUrl(`/join/%33f%2D1-${'A'.repeat(43)}?lang=en`)).toBe('/join/***?lang=en')
  expect(maskUrl(`/events/x/registered?v=%62${'b'.repeat(80)}&lang=en`)).toBe('/events/x/registered?v=***&lang=en')
  expect(maskUrl(`/people/3f-1-${'A'.repeat(43)}.ics?lang=en`)).toBe('/people/***.ics?lang=en')
  expect(maskUrl(`/events/x/registered?v=${'b'.repeat(80)}`)).toBe('/events/x/registered?v=***')
  expect(maskUrl('/events/zo-schrijf-je-een-samenwerkingsovereenkomst')).toBe(
    '/events/zo-schrijf-je-een-samenwerkingsovereenkomst',
  )
})

describe('Markdown', () => {
  test.each([
    ['<script>alert(1)</script>', /<script/],
    ['[x](javascript:alert(1))', /href/],
    ['[x](data:text/html,x)', /href/],
    ['![x](https://elsewhere.example/pixel.png)', /<img/],
    ['[x](//elsewhere.example)', /href/],
    ['<a href="x" onclick="y">', /<a/],
  ])('%s is harmless', (source, harm) => {
    expect(renderMarkdown(source)).not.toMatch(harm)
  })
  test('headings stand below the title of the page', () => {
    expect(renderMarkdown('# Kop\n\n**vet** [link](https://example.org)')).toBe(
      '<h2>Kop</h2>\n<p><strong>vet</strong> <a href="https://example.org">link</a></p>\n',
    )
  })
})

test.each([
  ['Yıldız-Özdemir', 'yildiz ozdemir'],
  ['Zoë  de Vries', 'zoe de vries'],
  ['DE VRIES, ZOË', 'de vries zoe'],
  ['Gem. Groningen', 'gem groningen'],
  ['Søren Æbelø', 'soren aebelo'],
  ['Łukasz', 'lukasz'],
  ['%_', ''],
  ['О́льга 2', 'ольга 2'],
])('%s folds to %s', (name, folded) => {
  expect(fold(name)).toBe(folded)
  expect(fold(folded)).toBe(folded)
})

test('a name is the same name with the surname in front, and no other', () => {
  expect(nameKey('de Vries, Zoë')).toBe(nameKey('zoe  DE VRIES'))
  expect(nameKey('Zoë Vries')).not.toBe(nameKey('Zoë de Vries'))
})
