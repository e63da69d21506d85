// Makes a backup in a thread of its own, so that the process that serves people does not stand still for it. JavaScript, as
// `start.js` is: a thread finds the kept code only when told where, and a stripper of types would stay behind in the process.
import { enableCompileCache } from 'node:module'
import { dirname } from 'node:path'
import { workerData } from 'node:worker_threads'

const { dataDir, file, cache } = workerData
if (cache) enableCompileCache(dirname(cache))
const { backUp } = await import('./backup.ts')
backUp(dataDir, file)
