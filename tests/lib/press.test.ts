// Papers are drawn in a thread: in turn, alike every time, and one that cannot be drawn takes no other with it for long.
import { expect, test } from 'vitest'
import type { Paper } from '#src/lib/paper.ts'
import { createPress } from '#src/lib/press.ts'
import { readPdf } from '../support/pdf.ts'

const paperOf = (text: string, more: Partial<Paper> = {}): Paper => ({
  ...{ title: text, author: 'Noord', language: 'nl', madeAt: Date.UTC(2026, 10, 21) },
  blocks: [{ kind: 'heading', level: 1, text }],
  ...more,
})

test('each gets its own, and the same paper is the same file', async () => {
  const print = createPress()
  const names = ['Eén', 'Twee', 'Drie']
  const files = await Promise.all([...names, 'Eén'].map(name => print(paperOf(name))))
  expect(files[3]).toEqual(files[0])
  const readings = await Promise.all(files.slice(0, 3).map(readPdf))
  expect(readings.map(({ title, parts }) => [title, parts])).toEqual(names.map(name => [name, [`H1 ${name}`]]))
})

test('one that cannot be drawn fails, and the next is drawn', async () => {
  const print = createPress()
  await expect(print(paperOf('Stuk', { madeAt: Number.NaN }))).rejects.toThrow()
  expect((await readPdf(await print(paperOf('Heel')))).title).toBe('Heel')
})
