// Every word the program says, in Dutch. Plain words (B1), short sentences, "je".

export const nl = {
  locale: 'nl',
  languageName: 'Nederlands',
  otherLanguage: { locale: 'en', name: 'English' },
  /** Names of the wire values, as they read in a sentence. */
  words: {
    kinds: { webinar: 'webinar', meeting: 'bijeenkomst', conference: 'conferentie', learning_circle: 'leerkring' },
    attendances: { online: 'online', in_person: 'op locatie', hybrid: 'op locatie of online' },
    roles: {
      research: 'onderzoek',
      education: 'onderwijs',
      practice: 'praktijk',
      policy: 'beleid',
      resident: 'inwoner',
      student: 'student',
      other: 'anders',
    },
    statuses: { confirmed: 'aangemeld', waitlisted: 'wachtlijst', cancelled: 'afgemeld' },
    materials: { recording: 'opname', slides: 'presentatie', handout: 'hand-out', audio: 'podcast', link: 'link' },
    sessions: { plenary: 'plenair', workshop: 'workshop', break: 'pauze' },
    rights: { owner: 'eigenaar', organiser: 'organisator', host: 'gastheer of gastvrouw' },
    holidays: {
      new_year: 'Nieuwjaarsdag',
      good_friday: 'Goede Vrijdag',
      easter: 'Eerste Paasdag',
      easter_monday: 'Tweede Paasdag',
      kings_day: 'Koningsdag',
      remembrance: 'Dodenherdenking',
      liberation: 'Bevrijdingsdag',
      ascension: 'Hemelvaartsdag',
      pentecost: 'Eerste Pinksterdag',
      whit_monday: 'Tweede Pinksterdag',
      st_nicholas: 'Sinterklaasavond',
      christmas: 'Eerste Kerstdag',
      boxing_day: 'Tweede Kerstdag',
    },
    ordinals: { '1': 'eerste', '2': 'tweede', '3': 'derde', '4': 'vierde', '-1': 'laatste' },
    timeZone: (zone: string) =>
      zone === 'Europe/Amsterdam' ? 'Nederlandse tijd' : `tijd in ${zone.split('/').at(-1)?.replaceAll('_', ' ')}`,
  },
  /** What is wrong with a field, beside that field. */
  fields: {
    required: 'Vul dit in.',
    name: 'Vul je naam in, zonder link of e-mailadres erin.',
    email: 'Dit adres is niet compleet. Vul iets in als naam@voorbeeld.nl.',
    role: 'Kies vanuit welke rol je meedoet.',
    attendance: 'Kies hoe je meedoet: op locatie of online.',
    choice: 'Kies een van de mogelijkheden.',
    too_long: (most: number) => `Dit is te lang. Gebruik hoogstens ${most} tekens.`,
    invalid: 'Dit kunnen we niet lezen. Kijk het nog eens na.',
    colleague_incomplete: 'Vul van je collega de naam en het e-mailadres in.',
    colleague_same: 'Dit is je eigen adres. Vul het adres van je collega in.',
    time_invalid: 'Dit is geen geldige datum en tijd.',
    time_missing: 'Deze tijd bestaat niet: die nacht gaat de klok een uur vooruit.',
    time_twice: 'Deze tijd bestaat twee keer: die nacht gaat de klok een uur terug.',
    start_past: 'Deze dag is al voorbij. Kies een dag die nog komt.',
    number: 'Vul een heel getal in.',
    url: 'Vul een volledig adres in, dat begint met https://.',
    full: 'Daar is geen plaats meer vrij.',
    code: 'Deze code klopt niet. Kijk in de laatste mail die je kreeg.',
    summaryTitle: (count: number) =>
      count === 1 ? 'Er klopt nog één ding niet' : `Er kloppen nog ${count} dingen niet`,
  },
  /** Pages for what goes wrong. */
  errors: {
    not_found: [
      'Deze pagina is er niet',
      'Misschien klopt het adres niet helemaal, of is de pagina weggehaald. In de agenda vind je alles wat nog komt.',
    ],
    invalid: ['Dit kunnen we niet lezen', 'Het verzoek klopt niet. Ga terug en probeer het nog eens.'],
    broken: ['Er ging iets mis bij ons', 'Het ligt niet aan jou. Probeer het over een paar minuten nog eens.'],
  } satisfies Record<string, [string, string]> as Record<string, [string, string]>,
  /** Why something cannot be done now, as a page of its own. */
  refusals: {
    already_there: ['Dit is er al', 'Je hoeft niets meer te doen.'],
    capacity_below_confirmed: [
      'Er zijn meer aanmeldingen dan plaatsen',
      'Kies een aantal plaatsen dat niet lager is dan het aantal mensen dat al een plaats heeft.',
    ],
    changed_meanwhile: [
      'Er is intussen iets veranderd',
      'Iemand anders paste dit aan terwijl jij keek. Open de pagina opnieuw en probeer het nog eens.',
    ],
    closed: ['Aanmelden kan niet meer', 'De aanmelding is gesloten.'],
    door_closed: ['De deur is nog dicht', 'Vanaf een kwartier voor het begin kun je naar binnen.'],
    full: ['Er is geen plaats meer', 'Iemand was je net voor. Je blijft op de wachtlijst staan.'],
    incomplete: [
      'Er ontbreekt nog iets',
      'Vul eerst een titel in, en een plaats als mensen op locatie kunnen meedoen.',
    ],
    link_expired: ['Deze link werkt niet meer', 'De link is al gebruikt of is te oud. Vraag een nieuwe aan.'],
    not_possible_now: ['Dit kan nu niet', 'De toestand is intussen veranderd. Open de pagina opnieuw.'],
    other_site: ['Dit verzoek kwam van een andere website', 'Open de pagina op deze website en probeer het daar.'],
    past: ['Dit is al begonnen', 'Je kunt hier niets meer aan veranderen.'],
    room_missing: [
      'De online ruimte is nog niet bekend',
      'De organisator weet ervan. Probeer het over een paar minuten opnieuw.',
    ],
    too_many: [
      'Even rustig aan',
      'Er kwamen te veel verzoeken achter elkaar. Wacht een paar minuten en probeer het dan opnieuw.',
    ],
  } satisfies Record<string, [string, string]> as Record<string, [string, string]>,
  /** What stands in calendars. */
  calendar: {
    all: 'Aanschuiven: alle bijeenkomsten',
    mine: 'Aanschuiven: mijn aanmeldingen',
    upcoming: 'Aanschuiven: wat eraan komt',
    online: 'Online',
    alsoOnline: 'Je kunt ook online meedoen.',
    speakers: (names: string) => `Met ${names}.`,
    change: 'Kun je toch niet? Wijzig je aanmelding of meld je af:',
    cancelled: (title: string) => `Geannuleerd: ${title}`,
    waitlisted: (title: string) => `Wachtlijst: ${title}`,
    isCancelled: 'Dit gaat niet door.',
    isWaitlisted: 'Je staat op de wachtlijst. Je krijgt een mail als er een plaats vrij is.',
    isUnregistered: 'Je bent afgemeld.',
  },
}

export type Messages = typeof nl
