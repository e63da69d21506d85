// What axe-core and a ruler find wrong with a page that is open in a browser.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What is wrong with the page: nothing, we hope. Needs a context with `bypassCSP`, since axe-core is a script of its own. */
export async function look(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const root = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document.documentElement
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    const wide =
      root.scrollWidth > root.clientWidth ? [`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`] : []
    return [...wide, ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)]
  })
}
