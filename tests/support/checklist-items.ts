// The 53 things that calendars and mail must get right, with the numbers tests carry in their names (`§8.43 …`). The
// reporter beside this file prints which of them were proven.

/** A MUST is a promise to every calendar and mail program; a SHOULD is one that we make all the same. */
export type Level = 'M' | 'S'

export interface Item {
  number: number
  level: Level
  title: string
}

const ROWS: [number, Level, string][] = [
  // iCalendar
  [1, 'M', 'every kind of calendar has the properties its method asks, and no other'],
  [2, 'M', 'lines of at most 75 octets, whole UTF-8, CRLF to the end'],
  [3, 'M', 'one VTIMEZONE per zone used, by the same name; no floating time'],
  [4, 'M', 'DTSTAMP, CREATED and LAST-MODIFIED in UTC'],
  [5, 'M', 'the same bytes on a machine in any time zone'],
  [6, 'M', 'the UID is well formed and stays, whatever changes'],
  [7, 'M', 'REQUEST: one event, one organiser, one attendee'],
  [8, 'M', 'CANCEL of an event: a higher SEQUENCE, STATUS:CANCELLED'],
  [9, 'M', 'CANCEL for one person: a higher SEQUENCE, no STATUS, to nobody else'],
  [10, 'M', 'SEQUENCE rises with what moves an appointment, and with nothing else'],
  [11, 'M', '1,000 hostile texts read back as they were'],
  [12, 'M', 'no backslash in an address'],
  [13, 'M', 'no quote and no circumflex in a name'],
  [14, 'M', 'nothing that recurs'],
  [15, 'M', 'no SCHEDULE-AGENT, SENT-BY, BOM or control character'],
  [16, 'S', 'six programs read the same moment, title and text'],
  [17, 'S', 'online: the door is the place and the conference'],
  [18, 'S', 'a download invites nobody'],
  // Mail
  [19, 'M', 'one recipient: envelope, To and ATTENDEE are the same'],
  [20, 'M', 'the invite is the last alternative, and the attachment its copy'],
  [21, 'M', 'ORGANIZER is From, on the domain that signs'],
  [22, 'M', 'the text has every link of the page, and no form or script'],
  [23, 'M', 'mails of a program say so'],
  [24, 'M', 'Message-ID and Date belong to the row'],
  [25, 'M', 'seven-bit headers, each once'],
  [26, 'M', 'nobody types a header or a second recipient into a mail'],
  [27, 'M', 'one click ends the newsletter; looking changes nothing'],
  [28, 'M', 'a sign-in mail has nothing to unsubscribe from'],
  [29, 'S', 'a reminder stops reminders of its own scope only'],
  [30, 'M', 'a scanner that opens every link changes nothing'],
  [31, 'M', 'a sign-in link works once, for a quarter of an hour'],
  // Outbox
  [32, 'M', 'the same thing twice is one mail'],
  [33, 'M', 'killed after the 250: the same bytes again, or not at all'],
  [34, 'M', 'the line drops after the last dot: neither sent nor failed'],
  [35, 'M', 'greylisted: tried again, delivered once'],
  [36, 'M', 'an unknown address: one attempt, and the organiser sees it'],
  [37, 'M', 'a wrong password pauses the queue and fails nothing'],
  [38, 'M', 'what came too late is not sent'],
  [39, 'M', 'no REQUEST after the CANCEL that overtook it'],
  [40, 'M', 'the rate holds, and a sign-in link goes first'],
  [41, 'M', 'a slow mail server blocks no writer'],
  [42, 'M', 'a true delivery report counts, a forged one does not'],
  // Feeds
  [43, 'M', 'ETag and 304 in every form; the same bytes until something changes'],
  [44, 'M', 'a token opens one person’s feed, and stands in no log'],
  [45, 'M', 'unique UIDs, nobody invited, cancelled until a fortnight after'],
  [46, 'S', 'vdirsyncer has nothing to do the second time; khal shows 12:00'],
  [47, 'M', 'robots may read a feed; no redirect, no cookie'],
  // Time
  [48, 'M', 'first Thursdays at 12.00 stay 12.00'],
  [49, 'M', 'a time that does not exist, or exists twice, is refused'],
  [50, 'M', 'a day before is 12.00 the day before, also when the clock changes'],
  [51, 'S', '6 May 2027 warns of Hemelvaartsdag'],
  [52, 'M', 'a stored wall time wins from an offset that is no longer right'],
  // Answers
  [53, 'M', 'only true answers from calendars change anything'],
]

export const ITEMS: Item[] = ROWS.map(([number, level, title]) => ({ number, level, title }))
