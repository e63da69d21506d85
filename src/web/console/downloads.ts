// Tables on their way out: files for a spreadsheet, under the name they are kept by.
import type { FastifyReply } from 'fastify'
import { csv } from '#src/lib/csv.ts'
import { writeXlsx, XLSX } from '#src/lib/tables.ts'

export function sendCsv(reply: FastifyReply, name: string, rows: Parameters<typeof csv>[0]): FastifyReply {
  return attach(reply, `${name}.csv`).type('text/csv; charset=utf-8').send(csv(rows))
}

export async function sendXlsx(
  reply: FastifyReply,
  name: string,
  sheets: Parameters<typeof writeXlsx>[0],
): Promise<FastifyReply> {
  return attach(reply, `${name}.xlsx`)
    .type(XLSX)
    .send(await writeXlsx(sheets))
}

const attach = (reply: FastifyReply, file: string) =>
  reply.header('content-disposition', `attachment; filename="${file}"`)
