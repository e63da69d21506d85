// Starts the program with the code that an earlier start compiled: half of the time to the first answer. JavaScript, because
// whatever is loaded before this has its types stripped anew at each start, by a stripper that holds 18 MiB.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { loadEnvFile } from 'node:process'

// What is kept is nobody else's on this machine; the folder of the cache may be the first thing that is made.
process.umask(0o077)
try {
  loadEnvFile()
} catch {
  // There need not be one; `config` says what is wrong with one that is there.
}
// DATA_DIR is the one folder that must be writable. Node writes there when the process ends by itself, and compares the
// source of what it takes from it; NODE_COMPILE_CACHE names another folder.
const usual = process.argv.includes('--demo') ? './data/demo' : './data'
enableCompileCache(join(process.env.DATA_DIR?.trim() || usual, 'cache'))
const { main } = await import('./main.ts')
await main()
