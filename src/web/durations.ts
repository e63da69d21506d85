// How long answers took, by method, route and status class: the histogram of `/metrics`. Counted by hand, because what a
// library does for each request costs ten times as much; and so nothing of that library is loaded until somebody asks.

/** Upper bounds in seconds: from memory, rendered, felt, annoying, broken. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 2.5]
const NAME = 'http_request_duration_seconds'

interface Histogram {
  /** Answers within each bound and no smaller one; the last is for what took longer than all of them. */
  buckets: number[]
  sum: number
}

export type Durations = Map<string, Histogram>

/** `route` is the pattern, never what was asked for: that may be somebody's link. Nothing for an address that leads nowhere. */
export function countDuration(all: Durations, method: string, route: string | undefined, status: number, ms: number) {
  const key = `${method} ${Math.floor(status / 100)} ${route ?? ''}`
  let histogram = all.get(key)
  if (!histogram) {
    histogram = { buckets: new Array(BOUNDS.length + 1).fill(0), sum: 0 }
    all.set(key, histogram)
  }
  const seconds = ms / 1000
  const place = BOUNDS.findIndex(bound => seconds <= bound)
  const at = place < 0 ? BOUNDS.length : place
  histogram.buckets[at] = (histogram.buckets[at] ?? 0) + 1
  histogram.sum += seconds
}

/** As Prometheus reads a histogram (text format 0.0.4). */
export function textOfDurations(all: Durations): string {
  const lines = [`# HELP ${NAME} How long answers took, by route.`, `# TYPE ${NAME} histogram`]
  for (const [key, histogram] of all) lines.push(...linesOf(labelsOf(key), histogram))
  return `${lines.join('\n')}\n`
}

function labelsOf(key: string): string {
  const [method, status, ...route] = key.split(' ')
  return `method="${method}",route="${route.join(' ').replaceAll(/["\\]/g, '\\$&')}",status="${status}xx"`
}

function linesOf(labels: string, { buckets, sum }: Histogram): string[] {
  let count = 0
  const bounds = buckets.map((within, index) => {
    count += within
    return `${NAME}_bucket{${labels},le="${BOUNDS[index] ?? '+Inf'}"} ${count}`
  })
  return [...bounds, `${NAME}_sum{${labels}} ${sum}`, `${NAME}_count{${labels}} ${count}`]
}
