//! The indicators. The facts that they count are Baken's events, by when they occurred.

use super::{Cut, Definition, Reference, Text, Unit};

const PERSON: &[Cut] = &[Cut::Municipality, Cut::Country, Cut::Sex, Cut::AgeBand];

const NOT_LINKED: Text = Text {
    nl: "Wie zonder naam is gemeld telt dubbel zolang niemand de twee dossiers koppelt.",
    en: "Who was reported without a name counts twice until somebody links the two cases.",
};
const NOT_SEEN: Text = Text {
    nl: "Wie niemand heeft gemeld telt niet mee; zie `population_size`.",
    en: "Who was reported by nobody does not count; see `population_size`.",
};
const NOT_RECORDED: Text = Text {
    nl: "Het telt alleen waar de organisatie het vastlegt.",
    en: "It counts only where the organisation records it.",
};

/// Every version of every definition.
pub const INDICATORS: &[Definition] = &[
    Definition {
        id: "unique_persons",
        version: 1,
        name: Text { nl: "Unieke personen", en: "Unique persons" },
        unit: Unit::Persons,
        reference: Reference::Period,
        counts: Text {
            nl: "Iedereen van wie in de periode een signaal, contact, intake, afwijzing, nacht waarin de \
                 persoon kwam, begin van zorg of waarneming is. Gekoppelde dossiers tellen één keer. Wie in twee steden \
                 bekend is telt in elke stad, en in de G4 samen één keer. Wie is gewist blijft meetellen: dat er iets gebeurde blijft bekend.",
            en: "Everybody with a signal, contact, intake, turn-away, night in which the person came, begin of care or \
                 sighting in the period. Linked cases count once. Who is known in two cities counts in each, and once in \
                 the G4 together. Erased persons keep counting: that something happened stays known.",
        },
        cuts: PERSON,
        gaps: &[NOT_SEEN, NOT_LINKED],
    },
    Definition {
        id: "new_persons",
        version: 1,
        name: Text { nl: "Nieuwe personen", en: "New persons" },
        unit: Unit::Persons,
        reference: Reference::Period,
        counts: Text {
            nl: "Wie telt voor `unique_persons` en van wie nooit eerder iets is gebeurd, in geen enkele gemeente.",
            en: "Who counts for `unique_persons` and of whom nothing occurred before, in any municipality.",
        },
        cuts: &[Cut::Municipality],
        gaps: &[
            NOT_LINKED,
            Text {
                nl: "In de eerste periode van een stad is iedereen nieuw.",
                en: "In the first period of a city everybody is new.",
            },
        ],
    },
    Definition {
        id: "gone_persons",
        version: 1,
        name: Text { nl: "Niet meer gezien", en: "No longer seen" },
        unit: Unit::Persons,
        reference: Reference::Period,
        counts: Text {
            nl: "Wie in de vorige periode in een gemeente telde voor `unique_persons` en in deze daar niet; voor de G4 samen: \
                 in geen van de vier. De vorige periode van een jaar is het jaar ervoor.",
            en: "Who counted for `unique_persons` of a municipality in the period before and does not in this one; for the G4 \
                 together: in none of the four. The period before a year is the year before it.",
        },
        cuts: &[Cut::Municipality],
        gaps: &[Text {
            nl: "Niet gezien is niet vertrokken: het cijfer zegt niet waarheen.",
            en: "Not seen is not departed: the figure does not tell where to.",
        }],
    },
    Definition {
        id: "ethos_light",
        version: 1,
        name: Text {
            nl: "Verblijf op de peildatum (ETHOS Light)",
            en: "Living situation on the count date (ETHOS Light)",
        },
        unit: Unit::Persons,
        reference: Reference::CountDate,
        counts: Text {
            nl: "Iedereen met een open dossier op de laatste dag van de periode, naar de klasse die het laatst voor of op de peildatum is vastgelegd. Zonder \
                 klasse: onbekend, als eigen klasse getoond.",
            en: "Everybody with an open case on the last day of the period, by the class last recorded for the count date or before. Without a class: \
                 unknown, shown as a class of its own.",
        },
        cuts: &[Cut::Municipality, Cut::EthosLight, Cut::Country, Cut::Sex, Cut::AgeBand],
        gaps: &[NOT_SEEN, Text { nl: "Een klasse kan verouderd zijn.", en: "A class may be out of date." }],
    },
    Definition {
        id: "signals",
        version: 1,
        name: Text { nl: "Signalen", en: "Signals" },
        unit: Unit::Signals,
        reference: Reference::Period,
        counts: Text {
            nl: "Elk ontvangen signaal, ook meer dan één over dezelfde persoon. Teruggenomen signalen tellen niet.",
            en: "Each signal received, more than one of the same person too. Retracted signals do not count.",
        },
        cuts: &[Cut::Municipality, Cut::Channel],
        gaps: &[NOT_RECORDED],
    },
    Definition {
        id: "days_to_first_care",
        version: 1,
        name: Text { nl: "Dagen van signaal tot eerste zorg", en: "Days from signal to first care" },
        unit: Unit::Days,
        reference: Reference::Cohort,
        counts: Text {
            nl: "Van het eerste signaal tot de eerste zorg die begon: mediaan en kwartielen van de overlevingsfunctie (Kaplan en \
                 Meier 1958). Wie nog geen zorg kreeg, overleed of wiens dossier sloot telt tot die dag. Wie al zorg kreeg \
                 voor het eerste signaal wachtte 0 dagen. De gemeente is die van het eerste signaal. Apart: wie na een jaar \
                 nog geen zorg kreeg.",
            en: "From the first signal to the first care that began: median and quartiles of the survival function (Kaplan and \
                 Meier 1958). Who has had no care yet, died or whose case was closed counts until that day. Who \
                 got care before the first signal waited 0 days. The municipality is that of the first signal. Apart: those \
                 who had none after a year.",
        },
        cuts: PERSON,
        gaps: &[NOT_LINKED, NOT_RECORDED],
    },
    Definition {
        id: "referrals",
        version: 1,
        name: Text { nl: "Verwijzingen", en: "Referrals" },
        unit: Unit::Referrals,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke verwijzing die in de periode is gedaan, naar haar stand toen de vrijgave werd vastgezet, met de reden van \
                 een weigering. Wordt de persoon gewist, dan telt de stand van daarvoor. De gemeente is die van de verwijzer.",
            en: "Each referral made in the period, by its state when the release was frozen, with the reason of a refusal. \
                 Where the person was erased, the state before counts. The municipality is that of the organisation that refers.",
        },
        cuts: &[Cut::Municipality, Cut::Offering, Cut::Outcome, Cut::Reason],
        gaps: &[NOT_RECORDED],
    },
    Definition {
        id: "dropouts",
        version: 1,
        name: Text { nl: "Uitval", en: "Dropouts" },
        unit: Unit::Dropouts,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke keer dat zorg in de periode tegen de bedoeling eindigde.",
            en: "Each time that care ended against its purpose in the period.",
        },
        cuts: &[Cut::Municipality, Cut::Offering, Cut::Reason],
        gaps: &[NOT_RECORDED],
    },
    Definition {
        id: "turn_aways",
        version: 1,
        name: Text { nl: "Afwijzingen aan de deur", en: "Turn-aways" },
        unit: Unit::TurnAways,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke afwijzing, ook van wie niet bekend is, met de uitkomst van de rechtenbeoordeling die toen gold.",
            en: "Each turn-away, also of who is not known, with the outcome of the rights assessment that stood then.",
        },
        cuts: &[Cut::Municipality, Cut::FacilityKind, Cut::Reason, Cut::Outcome],
        gaps: &[
            NOT_RECORDED,
            Text {
                nl: "Wie na tien keer niet meer komt is niet te zien: de elfde telt nergens.",
                en: "Who no longer comes after ten times is not seen: the eleventh counts nowhere.",
            },
        ],
    },
    Definition {
        id: "out_of_sight",
        version: 1,
        name: Text { nl: "Keren uit beeld", en: "Episodes out of sight" },
        unit: Unit::Episodes,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke keer dat iemand in de periode uit beeld raakte, met de duur tot de persoon weer werd gezien of gevonden (Kaplan en \
                 Meier). Een waarneming die alleen is gemeld is geen einde. Wie overleed telt tot die dag, wie nog uit beeld is \
                 tot de vrijgave werd vastgezet. De gemeente is die van het dossier.",
            en: "Each time that somebody went out of sight in the period, with its length until the person was met or found again \
                 (Kaplan and Meier). A sighting that was only reported is no end. Who died counts until that day, who is still \
                 out of sight until the release was frozen. The municipality is \
                 that of the case.",
        },
        cuts: &[Cut::Municipality],
        gaps: &[NOT_RECORDED],
    },
    Definition {
        id: "uninsured_reports_on_time",
        version: 1,
        name: Text { nl: "Meldingen onverzekerde zorg op tijd", en: "Uninsured care reported on time" },
        unit: Unit::Reports,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke melding van zorg aan een onverzekerde die in de periode is gedaan: binnen zeven dagen na \
                 die zorg, of later; onbekend waar de zorg niet bekend is.",
            en: "Each report of care to an uninsured person made in the period: within seven days of it, \
                 or later; unknown where that care is not known.",
        },
        cuts: &[Cut::Municipality, Cut::Timeliness],
        gaps: &[Text {
            nl: "Zorg die nooit is gemeld is niet te zien.",
            en: "Care that was never reported is not seen.",
        }],
    },
    Definition {
        id: "bed_nights",
        version: 1,
        name: Text { nl: "Bedden en bezetting", en: "Beds and occupancy" },
        unit: Unit::BedNights,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke nacht van elk bed: beschikbaar, toegewezen en bezet. Een nacht hoort bij de avond waarop hij begint. \
                 Beschikbaar zijn de opgegeven plaatsen van een voorziening die niet gesloten is. Toegewezen is een bed dat om \
                 middernacht van iemand is of daarna nog wordt gegeven, tot de afgesproken dag of het eerdere einde. Bezet is het als die \
                 persoon er om middernacht is of daarna nog komt: wie eerder weggaat telt niet.",
            en: "Each night of each bed: available, assigned and occupied. A night belongs to the evening on which it begins. \
                 Available are the places stated for a facility that is not closed. Assigned is a bed that is somebody's at \
                 midnight or is given later, until the planned day or an earlier end. It is occupied if that person is there at \
                 midnight or comes later: who leaves before does not count.",
        },
        cuts: &[Cut::Municipality, Cut::FacilityKind, Cut::Beds],
        gaps: &[NOT_RECORDED],
    },
    Definition {
        id: "returns",
        version: 1,
        name: Text { nl: "Terugkeer", en: "Returns" },
        unit: Unit::Returns,
        reference: Reference::Period,
        counts: Text {
            nl: "Elke aankomst in de periode volgens de ontvangende kant: met alle zes voorwaarden vervuld of niet, en de \
                 stand na 30 en na 90 dagen, voor zover die dagen voorbij zijn.",
            en: "Each arrival in the period by the word of the receiving side: with all six conditions met or not, and the state \
                 after 30 and after 90 days, as far as those days have passed.",
        },
        cuts: &[Cut::Municipality, Cut::Country, Cut::Conditions, Cut::After30Days, Cut::After90Days],
        gaps: &[Text {
            nl: "Wie zonder overdracht terugkeert telt niet.",
            en: "Who returns without a handover does not count.",
        }],
    },
    Definition {
        id: "deaths",
        version: 1,
        name: Text { nl: "Overlijdens", en: "Deaths" },
        unit: Unit::Persons,
        reference: Reference::Period,
        counts: Text {
            nl: "Wie in de periode overleed en een dossier had. De gemeente is die van het dossier.",
            en: "Who died in the period and had a case. The municipality is that of the case.",
        },
        cuts: &[Cut::Municipality],
        gaps: &[Text {
            nl: "Overlijdens buiten beeld of in een ander land zijn zelden bekend.",
            en: "Deaths out of sight or in another country are seldom known.",
        }],
    },
    Definition {
        id: "population_size",
        version: 1,
        name: Text { nl: "Omvang van de groep", en: "Size of the population" },
        unit: Unit::Persons,
        reference: Reference::Period,
        counts: Text {
            nl: "Een schatting van iedereen, gezien of niet in de periode, uit wie op twee of meer registers staat (opvang, veldwerk, medisch, \
                 hulporganisatie, politie). Altijd met methode, interval en wat ertegen spreekt.",
            en: "An estimate of everybody, seen in the period or not, from those on two or more registers (shelter, outreach, medical, NGO, \
                 police). Always with its method, interval and what speaks against it.",
        },
        cuts: &[Cut::Municipality],
        gaps: &[Text {
            nl: "Waar mensen sterk verschillen in hoe vindbaar zij zijn is elke schatting te laag.",
            en: "Where people differ much in how easily they are found, every estimate is too low.",
        }],
    },
];
