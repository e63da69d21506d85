// nginx as a cache in front of the running app, as a network could put one: started by hand on a free port, with settings and
// files in a folder of its own. It keeps what the app's headers allow and decides nothing by itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Cache {
  url: string
  /** Where it keeps what it has. */
  folder: string
  stop: () => Promise<void>
}

/** Ours answer with `X-Cache`: HIT from the cache, MISS from the app and kept if it may be. */
const settings = (folder: string, port: number, upstream: string) => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  proxy_cache_path ${folder}/kept keys_zone=agenda:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_cache agenda;
      proxy_cache_key $request_method$host$request_uri;
      add_header X-Cache $upstream_cache_status always;
    }
  }
}
`

export async function startNginx(folder: string, upstream: string): Promise<Cache> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), settings(folder, port, upstream))
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
  const child = spawn('nginx', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const leave = () => child.kill('SIGKILL')
  process.once('exit', leave)
  const exited = once(child, 'exit').then(() => process.off('exit', leave))
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: see above`)
    await sleep(20)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    folder: join(folder, 'kept'),
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(found => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      found(true)
    })
    socket.on('error', () => found(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
