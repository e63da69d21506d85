// Files that organisers send with a form. Nobody else can: the reader is registered for the console alone.
import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Invalid } from '#src/lib/errors.ts'
import type { App } from '../deps.ts'

/** A file of a form, and the fields beside it; without a file if none was chosen. */
export interface Upload {
  file: { name: string; bytes: Buffer } | undefined
  /** The file is larger than `MOST_BYTES`; what came of it is not kept. */
  isTooLarge: boolean
  fields: Record<string, string>
}

const MOST_BYTES = 5 * 1024 * 1024
/** Where no file of ours comes near. */
const LIMITS = { files: 1, fileSize: MOST_BYTES, fields: 50, fieldSize: 64 * 1024, parts: 60 }

export function uploads(scope: App): void {
  scope.register(multipart, { limits: LIMITS, throwFileSizeLimit: false })
}

/** Reads a `multipart/form-data` body to its end. An ordinary form is read as one without a file. */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const upload: Upload = { file: undefined, isTooLarge: false, fields: {} }
  if (!request.isMultipart()) return { ...upload, fields: { ...(request.body as Record<string, string>) } }
  await readParts(request, upload).catch(refuseBroken)
  return upload
}

async function readParts(request: FastifyRequest, upload: Upload): Promise<void> {
  for await (const part of request.parts()) {
    if (part.type === 'field') upload.fields[part.fieldname] = String(part.value)
    else {
      const bytes = await part.toBuffer()
      if (part.file.truncated) upload.isTooLarge = true
      else if (bytes.length) upload.file = { name: part.filename ?? '', bytes }
    }
  }
}

/** A body that ends halfway is the sender's mistake; what went over a limit says so itself. */
function refuseBroken(error: { statusCode?: number }): never {
  throw error.statusCode ? error : new Invalid({ file: 'invalid' })
}
