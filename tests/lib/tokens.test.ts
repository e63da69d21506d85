import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokens } from '#src/lib/tokens.ts'
import { testTokens } from '../support/world.ts'

const link = fc.record({ id: fc.integer({ min: 1, max: 2 ** 40 }), version: fc.integer({ min: 1, max: 1_000_000 }) })

test('a signed link reads back for its purpose only', () => {
  fc.assert(
    fc.property(link, given => {
      const token = testTokens.sign('registration', given)
      expect(token).toMatch(/^[\w-]+$/)
      expect(testTokens.read('registration', token)).toEqual(given)
      expect(testTokens.read('join', token)).toBeUndefined()
    }),
  )
})

test('one changed character makes a link worthless', () => {
  fc.assert(
    fc.property(link, fc.nat(), fc.constantFrom(...'abcXYZ019-_'), (given, place, letter) => {
      const token = testTokens.sign('feed', given)
      const index = place % token.length
      fc.pre(token[index] !== letter)
      const forged = token.slice(0, index) + letter + token.slice(index + 1)
      // The last of 43 base64url characters carries two unused bits: another spelling of the same MAC is no forgery.
      const sameMac = Buffer.from(forged.slice(-43), 'base64url').equals(Buffer.from(token.slice(-43), 'base64url'))
      if (!(sameMac && index === token.length - 1)) expect(testTokens.read('feed', forged)).toBeUndefined()
    }),
  )
})

test('another key signs other links', () => {
  const other = createTokens(Buffer.alloc(32, 8))
  expect(other.read('my', testTokens.sign('my', { id: 1, version: 1 }))).toBeUndefined()
})

test('a sealed value opens here only, whole only', () => {
  const sealed = testTokens.seal({ email: 'zoe@example.org' })
  expect(sealed).not.toContain('zoe')
  expect(testTokens.unseal(sealed)).toEqual({ email: 'zoe@example.org' })
  expect(testTokens.unseal(`${sealed.slice(0, -2)}AA`)).toBeUndefined()
  expect(testTokens.unseal('')).toBeUndefined()
  expect(createTokens(Buffer.alloc(32, 8)).unseal(sealed)).toBeUndefined()
})

const row = fc.integer({ min: 1, max: 2 ** 40 })

test('a number to type over reads back however it is typed, for its purpose only', () => {
  fc.assert(
    fc.property(row, id => {
      const number = testTokens.number('certificate', id)
      expect(number).toMatch(/^[0-9A-HJKMNP-TV-Z]+(-[0-9A-HJKMNP-TV-Z]{4}){4}$/)
      const typed = number.replaceAll('-', ' ').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')
      expect(
        [number, ` ${typed} `, number.replaceAll('-', '–')].map(one => testTokens.readNumber('certificate', one)),
      ).toEqual([id, id, id])
      expect(testTokens.readNumber('registration', number)).toBeUndefined()
    }),
  )
})

test('one changed letter makes a number worthless, and what is none is none', () => {
  fc.assert(
    fc.property(row, fc.nat(), fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'), (id, place, letter) => {
      const number = testTokens.number('certificate', id)
      const index = place % number.length
      fc.pre(number[index] !== letter && number[index] !== '-')
      const forged = number.slice(0, index) + letter + number.slice(index + 1)
      expect(testTokens.readNumber('certificate', forged)).toBeUndefined()
    }),
  )
  fc.assert(fc.property(fc.string(), text => testTokens.readNumber('certificate', text) === undefined))
  expect(
    createTokens(Buffer.alloc(32, 8)).readNumber('certificate', testTokens.number('certificate', 5)),
  ).toBeUndefined()
})
