// What axe-core and a ruler find wrong with a page that is open in a browser.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Pages fetch axe-core here: that takes a browser 15 ms, and the half megabyte through the driver took it 70, for each page. */
const server = createServer((_request, response) => {
  // Our pages take nothing from another origin that does not say it may be taken (COEP).
  const headers = { 'content-type': 'text/javascript', 'cross-origin-resource-policy': 'cross-origin' }
  response.writeHead(200, { ...headers, 'cache-control': 'max-age=3600' }).end(AXE)
})
await once(server.listen(0, '127.0.0.1').unref(), 'listening')
const AXE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/axe.js`

/** The rules that colours can break: all there is to see anew when only the colour scheme changes. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/** What is wrong with the page: nothing, we hope. Needs a context with `bypassCSP`, since axe-core is a script of its own. */
export async function look(page: Page): Promise<string[]> {
  await page.addScriptTag({ url: AXE_URL })
  return examine(page)
}

/** What is wrong with the colours of a page that was looked at just now, after another colour scheme was chosen. */
export const lookAtColours = (page: Page): Promise<string[]> => examine(page, COLOURS)

function examine(page: Page, rules?: string[]): Promise<string[]> {
  return page.evaluate(async runOnly => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const root = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document.documentElement
    // Beforehand it would read the stylesheets, for a rule that is off, and sound, of which we have none: a seventh of the time.
    const { violations } = await axe.run({ resultTypes: ['violations'], preload: false, ...(runOnly && { runOnly }) })
    const wide =
      root.scrollWidth > root.clientWidth ? [`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`] : []
    return [...wide, ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)]
  }, rules)
}
