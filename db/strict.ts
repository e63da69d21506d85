// Run by `npm run db:generate`: drizzle-kit cannot write STRICT tables yet, so the newest migration is given the word.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('./migrations/', import.meta.url)
for (const name of readdirSync(folder).filter(name => name.endsWith('.sql'))) {
  const file = new URL(name, folder)
  writeFileSync(
    file,
    readFileSync(file, 'utf8')
      .replaceAll(/^\);$/gm, ') STRICT;')
      .replaceAll(/^\)\n-->/gm, ') STRICT;\n-->'),
  )
}
