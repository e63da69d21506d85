// Makes a backup in a thread of its own, so that the process that serves people does not stand still for it.
import { workerData } from 'node:worker_threads'
import { backUp } from './backup.ts'

const { dataDir, file } = workerData as { dataDir: string; file: string }
backUp(dataDir, file)
