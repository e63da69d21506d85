// Tables on their way out: files for a spreadsheet, under the name they are kept by. They leave in parts, each made in a turn of
// the event loop of its own and no sooner than it can be sent. Whoever hangs up ends the making. An error halfway breaks the
// connection off, so that what came of it is no file.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { csv } from '#src/lib/csv.ts'
import { inTurns } from '#src/lib/parts.ts'
import { type Row, type Sheet, XLSX, xlsx } from '#src/lib/xlsx.ts'

export function sendCsv(reply: FastifyReply, name: string, rows: Iterable<Row>): FastifyReply {
  return send(reply, `${name}.csv`, 'text/csv; charset=utf-8', inTurns(csv(rows)))
}

export function sendXlsx(reply: FastifyReply, name: string, sheets: Sheet[]): FastifyReply {
  return send(reply, `${name}.xlsx`, XLSX, xlsx(sheets))
}

function send(reply: FastifyReply, file: string, type: string, parts: AsyncIterable<string | Buffer>): FastifyReply {
  const stream = Readable.from(parts).once('error', error => fail(reply, error))
  return reply.header(DISPOSITION, `attachment; filename="${file}"`).type(type).send(stream)
}

const DISPOSITION = 'content-disposition'

/** Before anything was sent it becomes a page like every error, which is no file; after that nothing else would log it. */
function fail(reply: FastifyReply, error: Error): void {
  if (reply.raw.headersSent) reply.log.error(error)
  else reply.removeHeader(DISPOSITION)
}
