// The mail that asks somebody to help organise. It says who asks, for which group, and what they may do there; it holds
// nothing that shows whether the address is known to us.
import type { AboutInvitation } from '#src/domain/invitations.ts'
import { formatsIn } from '#src/i18n/dates.ts'
import { messagesIn } from '#src/i18n/index.ts'
import type { House } from './about.ts'
import type { To } from './accounts.ts'
import { footerOf } from './appointment.ts'
import { blocks, button, type Content, facts, note, paragraph, paragraphs } from './content.ts'
import { createLinks } from './links.ts'
import { type Values, wordsOf } from './words.ts'

export function invitationValues(
  { invitation, group, inviter }: AboutInvitation,
  { locale }: To,
  { config }: House,
): Values {
  return {
    website: () => config.mailFrom.name,
    group: () => group.name,
    inviter: () => inviter?.name || config.mailFrom.name,
    right: () => messagesIn(locale).words.rights[invitation.right],
    expires: () => formatsIn(locale, config.timeZone).moment(invitation.expiresAt),
  }
}

export function invitation(about: AboutInvitation, to: To, house: House): Content {
  const { config, tokens } = house
  const { email, locale, own = {} } = to
  const { group, invitation: asked } = about
  const links = createLinks(config, tokens, locale)
  const values = invitationValues(about, to, house)
  const words = wordsOf('invitation', locale, values, own)
  const { rights, rightMeans } = messagesIn(locale).words
  return {
    kind: 'invitation',
    locale,
    from: config.mailFrom,
    to: { name: '', email },
    replyTo: group.email ? { name: group.name, email: group.email } : undefined,
    subject: words.subject,
    preheader: words.lead,
    brand: config.mailFrom.name,
    host: group.name,
    eyebrow: words.eyebrow,
    title: words.title,
    blocks: blocks(
      paragraph(words.lead),
      ...paragraphs(words.extra),
      facts({ label: words.labelRight, value: rights[asked.right], notes: [rightMeans[asked.right]] }),
      button(words.button, links.invitation(asked)),
      paragraph(words.until),
      note(words.notYou),
    ),
    footer: footerOf(words.footer, wordsOf('shared', locale, values, own), links),
  }
}
