// Files that organisers send with a form. Nobody else can: the reader is registered for the console alone. A small one is read
// into memory; a large one goes to the disk as it comes.
import multipart, { type MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Invalid } from '#src/lib/errors.ts'
import { receiveFile, removeFile } from '#src/lib/files.ts'
import type { App } from '../deps.ts'
import { typedValues } from '../forms.ts'

interface Sent<File> {
  file: File | undefined
  /** The file is larger than it may be; what came of it is not kept. */
  isTooLarge: boolean
  fields: Record<string, string>
}

/** A file of a form, and the fields beside it; without a file if none was chosen. */
export type Upload = Sent<{ name: string; bytes: Buffer }>
/** The same for a file on the disk: `received` is the name under which `lib/files` has it, until it is kept or removed. */
export type Received = Sent<{ name: string; received: string }>

const MOST_BYTES = 5 * 1024 * 1024
export const MOST_RECEIVED_BYTES = 25 * 1024 * 1024
/** Where no file of ours comes near. */
const LIMITS = { files: 1, fileSize: MOST_BYTES, fields: 50, fieldSize: 64 * 1024, parts: 60 }

export function uploads(scope: App): void {
  scope.register(multipart, { limits: LIMITS, throwFileSizeLimit: false })
}

/** Reads a `multipart/form-data` body to its end. An ordinary form is read as one without a file. */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const upload: Upload = bare(request)
  await readParts(request, upload, MOST_BYTES, async part => {
    const bytes = await part.toBuffer()
    if (part.file.truncated) upload.isTooLarge = true
    else if (bytes.length) upload.file = { name: part.filename ?? '', bytes }
  })
  return upload
}

/** The same for a large file. What this throws leaves no file behind; what it returns is the caller's to keep or remove. */
export async function receiveUpload(request: FastifyRequest, dataDir: string): Promise<Received> {
  const upload: Received = bare(request)
  const drop = () => upload.file && removeFile(dataDir, upload.file.received)
  try {
    await readParts(request, upload, MOST_RECEIVED_BYTES, async part => {
      upload.file = { name: part.filename ?? '', received: await receiveFile(dataDir, part.file) }
      if (part.file.truncated) upload.isTooLarge = true
      if (!part.file.truncated && part.file.bytesRead > 0) return
      await drop()
      upload.file = undefined
    })
    return upload
  } catch (error) {
    await drop()
    throw error
  }
}

function bare(request: FastifyRequest): Sent<never> {
  const fields = request.isMultipart() ? {} : typedValues(request.body)
  return { file: undefined, isTooLarge: false, fields }
}

async function readParts(
  request: FastifyRequest,
  { fields }: Sent<unknown>,
  fileSize: number,
  take: (part: MultipartFile) => Promise<void>,
): Promise<void> {
  if (!request.isMultipart()) return
  try {
    for await (const part of request.parts({ limits: { ...LIMITS, fileSize } })) {
      if (part.type === 'field') fields[part.fieldname] = String(part.value)
      else await take(part)
    }
  } catch (error) {
    // A browser reads no answer before it has sent all of it.
    request.raw.unpipe().resume()
    refuseBroken(error as Error & { statusCode?: number; code?: string })
  }
}

/** A body that ends halfway is the sender's mistake; what went over a limit says so itself, and so does our disk. */
function refuseBroken(error: Error & { statusCode?: number; code?: string }): never {
  throw error.statusCode || isOfDisk(error) ? error : new Invalid({ file: 'invalid' })
}

/** No room, or no writing there at all. */
export function isOfDisk({ code }: { code?: string | undefined }): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'].includes(code ?? '')
}
