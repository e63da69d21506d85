// Draws papers in a thread of its own, one after another, so that the process that serves people does not stand still for it.
// JavaScript, as `start.js` is: a thread finds the kept code only when told where.
import { enableCompileCache } from 'node:module'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

if (workerData.cache) enableCompileCache(dirname(workerData.cache))
const { draw } = await import('./drawing.ts')

parentPort.on('message', async ({ id, paper }) => {
  const file = await draw(paper)
  parentPort.postMessage({ id, file })
})
