// Somebody at a website without scripts: opens pages, fills in the forms that stand on them, keeps cookies.

export interface Visitor {
  open: (path: string) => Promise<string>
  /** Sends the form of the open page that leads to `action`, with its hidden fields and what is filled in. */
  submit: (action: RegExp, fields?: Record<string, string>) => Promise<string>
  /** Where the visitor is now. */
  path: () => string
  status: () => number
}

export function visit(baseUrl: string): Visitor {
  const jar = new Map<string, string>()
  let path = '/'
  let status = 0
  let page = ''

  async function ask(url: string, init: RequestInit = {}): Promise<string> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      ...(cookie && { cookie }),
      'sec-fetch-site': 'same-origin',
      ...(init.headers as Record<string, string>),
    }
    const response = await fetch(new URL(url, baseUrl), { ...init, headers, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    path = url
    status = response.status
    page = await response.text()
    return location ? ask(new URL(location, new URL(url, baseUrl)).href.replace(baseUrl, '')) : page
  }

  return {
    open: url => ask(url),
    submit: (action, fields = {}) => {
      const form = [...page.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].find(([, head = '']) =>
        action.test(attribute(head, 'action')),
      )
      if (!form) throw new Error(`no form to ${action} on ${path} (${status})`)
      const [, head = '', body = ''] = form
      return ask(attribute(head, 'action'), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...standing(body), ...fields }).toString(),
      })
    },
    path: () => path,
    status: () => status,
  }
}

/** What a form holds before anybody types. */
function standing(body: string): Record<string, string> {
  const inputs = [...body.matchAll(/<input([^>]*)>/g)]
    .map(([, input = '']) => input)
    .filter(input => !/type="(?:checkbox|radio)"/.test(input) || /\schecked/.test(input))
    .map((input): [string, string] => [attribute(input, 'name'), attribute(input, 'value')])
  const selects = [...body.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)].map(
    ([, head = '', options = '']): [string, string] => [
      attribute(head, 'name'),
      attribute(
        /<option([^>]*\sselected[^>]*)>/.exec(options)?.[1] ?? /<option([^>]*)>/.exec(options)?.[1] ?? '',
        'value',
      ),
    ],
  )
  return Object.fromEntries([...inputs, ...selects].filter(([name]) => name))
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(` ${tag}`)?.[1] ?? ''
  return value.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')
}
