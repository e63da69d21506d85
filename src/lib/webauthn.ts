// Passkeys (WebAuthn Level 3): what a browser is asked, and whether its answer is true. The library is loaded when somebody
// uses a passkey, not at every start.
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'

/** The site that passkeys are tied to. */
export interface RelyingParty {
  /** The host of the site; passkeys work on no other one. */
  id: string
  origin: string
  name: string
}

export function relyingParty(baseUrl: string, name: string): RelyingParty {
  const { hostname, origin } = new URL(baseUrl)
  return { id: hostname, origin, name }
}

/** ES256, RS256 and Ed25519, by their number (RFC 9053 §2, RFC 8812 §2): what devices make. */
const ALGORITHMS = [-7, -257, -8]

/** Whom a passkey is made for. `handle` says nothing about them; the same handle on one device means the same passkey. */
export interface KeyOwner {
  handle: string
  account: string
  name: string
}

/** The public half of a passkey. */
export interface PublicKey {
  id: string
  publicKey: Buffer
  counter: number
  transports: string[]
}

/**
 * To make a passkey: one that finds itself without an address typed, and that asks for a finger, face or PIN. That makes it
 * two factors in one, so that a phone which lies about opens nothing. `known` are those that need not be made again.
 */
export async function creationOptions(
  site: RelyingParty,
  { handle, account, name }: KeyOwner,
  known: PublicKey[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await import('@simplewebauthn/server')
  return generateRegistrationOptions({
    rpID: site.id,
    rpName: site.name,
    userID: Uint8Array.from(Buffer.from(handle)),
    userName: account,
    userDisplayName: name,
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
    supportedAlgorithmIDs: ALGORITHMS,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

export async function requestOptions(site: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  return generateAuthenticationOptions({ rpID: site.id, userVerification: 'required' })
}

/** A browser's answer as it was sent: which challenge it answers, by which passkey, and for whom. */
export interface Answer {
  challenge: string
  id: string
  /** The handle of its owner, where the device says so. */
  handle: string | undefined
  json: unknown
}

/** Reads what a form brought; nothing if it is no answer at all. Nothing of it is proven yet. */
export function readAnswer(text: string): Answer | undefined {
  try {
    const json = JSON.parse(text)
    const { id, response } = json
    const { challenge } = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'))
    if (typeof id !== 'string' || typeof challenge !== 'string') return undefined
    const handle = response.userHandle ? Buffer.from(response.userHandle, 'base64url').toString('utf8') : undefined
    return { challenge, id, handle, json }
  } catch {
    return undefined
  }
}

/** The new passkey, if the answer is to this challenge, from this site, and made with a finger, face or PIN. */
export async function verifyCreation(site: RelyingParty, { json, challenge }: Answer): Promise<PublicKey | undefined> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...expected(site, challenge),
      response: json as RegistrationResponseJSON,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified || !registrationInfo) return undefined
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential
    return { id, publicKey: Buffer.from(publicKey), counter, transports: transports.map(String) }
  } catch {
    return undefined
  }
}

/** The counter after it, if the answer was signed by this passkey, under the same conditions, and not with an old counter. */
export async function verifyUse(
  site: RelyingParty,
  { json, challenge }: Answer,
  { id, publicKey, counter }: PublicKey,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expected(site, challenge),
      response: json as AuthenticationResponseJSON,
      credential: { id, publicKey: Uint8Array.from(publicKey), counter },
    })
    return verified ? authenticationInfo.newCounter : undefined
  } catch {
    return undefined
  }
}

const expected = (site: RelyingParty, challenge: string) => ({
  expectedChallenge: challenge,
  expectedOrigin: site.origin,
  expectedRPID: site.id,
  requireUserVerification: true,
})
