import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isReturnAddress, returnAddress, rowIn } from '#src/mail/verp.ts'
import { house, NOW, testTokens } from '../support/world.ts'

const setup = { ...house.config, bounceAddress: 'bounce@example.org' }
const addressOf = (id: number, createdAt = NOW) => returnAddress({ id, createdAt }, setup, testTokens)

test('each row has an address of its own, in lower case and short enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), id => {
      const address = addressOf(id)
      expect(address).toMatch(/^bounce\+\d+-[0-9a-f]{10}@example\.org$/)
      expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64)
      expect(address).toBe(addressOf(id))
      expect(rowIn(address)).toBe(id)
      expect(isReturnAddress(address.toUpperCase(), { id, createdAt: NOW }, setup, testTokens)).toBe(true)
    }),
  )
})

test('an address that we did not give out for that row is not believed', () => {
  const row = { id: 12, createdAt: NOW }
  const isOurs = (address: string) => isReturnAddress(address, row, setup, testTokens)
  expect(isOurs(addressOf(12))).toBe(true)
  expect(isOurs(addressOf(13))).toBe(false)
  expect(isOurs(addressOf(12, NOW.add({ milliseconds: 1 })))).toBe(false)
  expect(isOurs('bounce+12-0000000000@example.org')).toBe(false)
  expect(isOurs('bounce+12@example.org')).toBe(false)
  expect(['', 'bounce@example.org', 'a+x-0123456789@b', 'a+1-012345678@b'].map(rowIn)).toEqual(Array(4).fill(undefined))
})

test('where the mail server allows no other sender, there is none', () => {
  const off = { ...setup, bounceAddress: null }
  expect(returnAddress({ id: 12, createdAt: NOW }, off, testTokens)).toBe('agenda@example.org')
  expect(isReturnAddress('agenda@example.org', { id: 12, createdAt: NOW }, off, testTokens)).toBe(false)
})
