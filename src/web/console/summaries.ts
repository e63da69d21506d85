// Whether this organiser wants the daily mail about what is overdue.
import { resumeSummaries, stopSummaries } from '#src/domain/summaries.ts'
import { paths } from '#src/lib/paths.ts'
import Type from '#src/lib/schemas.ts'
import type { App, Deps } from '../deps.ts'
import { organiserOf, seeOther } from './access.ts'

const SummaryForm = Type.Object({ wanted: Type.Enum(['yes', 'no']) })

export function summaryRoutes(app: App, { write, clock }: Deps): void {
  app.post(paths.console.summaries(), { schema: { body: SummaryForm } }, async (request, reply) => {
    const { id } = organiserOf(request)
    const act = request.body.wanted === 'yes' ? resumeSummaries : stopSummaries
    await write(tx => act(tx, id, clock.now()))
    return seeOther(request, reply, `${paths.console.home()}#summary`)
  })
}
