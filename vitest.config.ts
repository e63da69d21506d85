import { defineConfig } from 'vitest/config'
import { checklist } from './tests/support/checklist.ts'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/support/setup.ts'],
    globalSetup: ['tests/support/chromium.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', checklist(process.env.REQUIRED_TOOLS === '1')],
  },
})
