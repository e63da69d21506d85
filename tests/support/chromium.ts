// Unpacks the browser once, before the tests that need it run side by side. It comes from npm for Linux on x64, together
// with the libraries that a bare machine lacks; elsewhere an installed Chrome is used.
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium'

export const isBundled = process.platform === 'linux' && process.arch === 'x64'

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
