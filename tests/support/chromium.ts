// Unpacks the browser once, before the tests that need it run side by side. It comes from npm for Linux on x64, together
// with the libraries that a bare machine lacks; elsewhere an installed Chrome is used.
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium'
import { type Browser, chromium as driver } from 'playwright-core'

export const isBundled = process.platform === 'linux' && process.arch === 'x64'

// The package's own arguments run everything in one process, which dies with the first context that closes. One process for all
// pages is enough: a process for each took a third of the time of whatever opens many. No page lives long enough to earn back what
// the optimising compilers of its scripts cost: half of all the time a page took.
export const ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--no-zygote', '--headless=shell', '--font-render-hinting=none'],
  ...['--renderer-process-limit=1', '--in-process-gpu', '--js-flags=--no-maglev,--no-turbofan'],
]

/** To be unpacked before. */
export async function launchBrowser(): Promise<Browser> {
  if (!isBundled) return driver.launch({ channel: 'chrome' })
  return driver.launch({ executablePath: await chromium.executablePath(), args: ARGS })
}

export default async function unpackChromium(): Promise<void> {
  if (!isBundled) return
  const path = await chromium.executablePath()
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' })
  } catch {
    await inflate(join(import.meta.dirname, '../../node_modules/@sparticuz/chromium/bin/al2023.tar.br'))
    setupLambdaEnvironment(join(tmpdir(), 'al2023', 'lib'))
    execFileSync(path, ['--version'], { stdio: 'ignore' })
  }
}
