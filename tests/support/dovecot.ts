// A real IMAP server (Dovecot 2.3) with one mailbox in a folder of its own: filled, listed, stopped, started and numbered
// anew by tests. It runs as root as well as for an ordinary user.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import { needs } from './tools.ts'

/** With signs that must be percent-encoded in an address. */
const PASSWORD = 'ge/he@im?&='

/** For `describe.skipIf(!hasDovecot())`. */
export function hasDovecot(): boolean {
  const { stdout } = spawnSync('dovecot', ['--version'], { encoding: 'utf8', env: { PATH: withSbin() } })
  return needs('dovecot', /^2\.3\./.test(stdout ?? ''), 'apt-get install dovecot-imapd (Dovecot 2.3)')
}

export interface Listed {
  uid: number
  isSeen: boolean
  subject: string
}

/** `tls`: with a certificate that nobody signed, by STARTTLS and at a port of its own. */
export async function openDovecot({ tls = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'aanschuiven-imap-'))
  const port = await freePort()
  const tlsPort = tls ? await freePort() : 0
  const file = layOut(folder, port, tlsPort)
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    server = spawn('dovecot', ['-F', '-c', file], { stdio: 'ignore', detached: true, env: { PATH: withSbin() } })
    await answers(port)
  }

  /** With all its connections: some of its processes would serve on. */
  async function stop(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise(done => server?.once('exit', done))
    server.kill('SIGTERM')
    await ended
    end(server)
  }

  // A test that fails halfway must not leave a server behind.
  const endAll = () => void (server && end(server))
  process.once('exit', endAll)

  async function withClient<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      tls: { rejectUnauthorized: false },
      auth: { user: 'agenda', pass: PASSWORD },
      logger: false,
    })
    await client.connect()
    try {
      await client.mailboxOpen('INBOX')
      return await work(client)
    } finally {
      await client.logout()
    }
  }

  await start()
  return {
    url: `imap://agenda:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`,
    port,
    /** From the first byte under TLS. */
    tlsPort,
    start,
    stop,
    /** Puts mails into the mailbox in this order, unread; `at` is when they arrived. */
    deliver: (mails: (string | Buffer)[], at?: Temporal.Instant) =>
      withClient(async client => {
        for (const mail of mails) {
          const date = at && new Date(at.epochMilliseconds)
          await client.append('INBOX', mail, [], date)
        }
      }),
    list: (): Promise<Listed[]> =>
      withClient(async client => {
        const found =
          client.mailbox && client.mailbox.exists > 0
            ? await client.fetchAll('1:*', { flags: true, envelope: true })
            : []
        return found.map(({ uid, flags, envelope }) => ({
          uid,
          isSeen: flags?.has('\\Seen') ?? false,
          subject: envelope?.subject ?? '',
        }))
      }),
    /** Every message gets a new number, as after a mailbox was restored: another UIDVALIDITY. */
    renumber: async () => {
      await stop()
      const mailbox = join(folder, 'mail')
      for (const name of readdirSync(mailbox)) if (name.startsWith('dovecot')) rmSync(join(mailbox, name))
      // UIDVALIDITY is a time in seconds.
      await sleep(1100)
      await start()
    },
    close: async () => {
      endAll()
      process.off('exit', endAll)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Dovecot = Awaited<ReturnType<typeof openDovecot>>

/** The whole group of processes, if any is left. */
function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** One user, one maildir, everything else in the folder. Root may not own mail there, so that nobody does. */
function layOut(folder: string, port: number, tlsPort: number): string {
  const { uid, gid, username } = userInfo()
  const isRoot = uid === 0
  const [mailUid, mailGid] = isRoot ? idsOf('nobody') : [uid, gid]
  for (const name of ['', 'run', 'state', 'mail', 'home']) {
    mkdirSync(join(folder, name), { recursive: true })
    chmodSync(join(folder, name), 0o755)
  }
  for (const name of ['mail', 'home']) chownSync(join(folder, name), mailUid, mailGid)
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
  const users = isRoot
    ? []
    : [`default_internal_user = ${username}`, `default_internal_group = ${group}`, `default_login_user = ${username}`]
  const lines = [
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    `log_path = ${folder}/log`,
    ...users,
    'protocols = imap',
    'listen = 127.0.0.1',
    ...(tlsPort ? certified(folder) : ['ssl = no']),
    'disable_plaintext_auth = no',
    `mail_location = maildir:${folder}/mail`,
    'first_valid_uid = 1',
    `passdb {\n  driver = static\n  args = password=${PASSWORD}\n}`,
    `userdb {\n  driver = static\n  args = uid=${mailUid} gid=${mailGid} home=${folder}/home\n}`,
    `service imap-login {\n  chroot =\n  inet_listener imap {\n    port = ${port}\n  }\n  inet_listener imaps {\n    port = ${tlsPort}\n  ssl = yes\n  }\n}`,
    'service anvil {\n  chroot =\n}',
  ]
  const file = join(folder, 'dovecot.conf')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

function certified(folder: string): string[] {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  return ['ssl = yes', `ssl_cert = <${certificate}`, `ssl_key = <${key}`]
}

function idsOf(user: string): [number, number] {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return [id('-u'), id('-g')]
}

function withSbin(): string {
  return `${process.env.PATH}:/usr/sbin:/sbin`
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise(done => server.close(done))
  return port
}

/** Resolves with the greeting. */
async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isThere = await new Promise<boolean>(done => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', () => done(true))
      socket.once('error', () => done(false))
      socket.once('close', () => done(false))
      socket.once('data', () => socket.destroy())
    })
    if (isThere) return
    await sleep(50)
  }
  throw new Error('Dovecot does not answer')
}
