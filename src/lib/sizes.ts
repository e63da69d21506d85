// How large a file is, as people say it: '850 kB', '2.4 MB', '18 MB'.

/** In thousands, as the systems of most readers count; the comma is the language's. */
export function sizeText(bytes: number, comma = '.'): string {
  if (bytes < 999_500) return `${Math.max(1, Math.round(bytes / 1000))} kB`
  const megabytes = bytes / 1_000_000
  const text = megabytes < 9.95 ? megabytes.toFixed(1).replace('.0', '') : String(Math.round(megabytes))
  return `${text.replace('.', comma)} MB`
}
