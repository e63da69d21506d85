// Files for a spreadsheet, whole: as somebody has them who downloaded one, or made one.
import { buffer } from 'node:stream/consumers'
import { csv } from '#src/lib/csv.ts'
import { type Row, type Sheet, xlsx } from '#src/lib/xlsx.ts'

export const csvFile = (rows: Row[]): Buffer => Buffer.from([...csv(rows)].join(''))

export const xlsxFile = (...sheets: Sheet[]): Promise<Buffer> => buffer(xlsx(sheets))
