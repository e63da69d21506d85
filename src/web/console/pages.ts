// The console's pages and what their views are given.

export type ConsolePages = Record<never, never>
