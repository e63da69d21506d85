import { defineConfig } from 'vitest/config'
import { checklist } from './tests/support/checklist.ts'
import { LongestFirst } from './tests/support/order.ts'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/support/setup.ts'],
    globalSetup: ['tests/support/chromium.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for must come; on a busy machine a second is soon over.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    // A worker keeps the modules it has loaded for its next file: loading them anew took a third of all time. So what a file
    // changes in the process (environment, console, a module's state) it also puts back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', checklist(process.env.REQUIRED_TOOLS === '1')],
  },
})
