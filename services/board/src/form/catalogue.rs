//! What each command asks for on the board. Every command has a decision here: a form, or none because Baken alone sends it,
//! or because it is sent from elsewhere.

use care_path::codes::OrgKind;
use care_path::command::CommandKind as K;

use super::Input::{
    Abroad, Among, Birth, CareAbroad, Code, Codes, ConsentRecipient, Consented, Countries, Country, Day, Facility,
    Flag, Id, Language, Languages, Line, Moment, Municipality, Number, Offering, Organisation, OrganisationOf, OwnKind,
    Period, Recipients, Sealed, Text, TrueFalse,
};
use super::beside::warning;
use super::directory::{
    CAPACITY, CHANGED_FACILITY, CHANGED_ORGANISATION, NEW_FACILITY, NEW_ORGANISATION, THE_FACILITY, THE_ORGANISATION,
};
use super::rights::RIGHTS;
use super::{Field, Form, Input};
use crate::words::Said;

pub(super) const fn may(at: &'static str, dutch: &'static str, english: &'static str, input: Input) -> Field {
    Field { at, label: Said(dutch, english), input, required: false, either: false, hint: None }
}

pub(super) const fn must(at: &'static str, dutch: &'static str, english: &'static str, input: Input) -> Field {
    Field { required: true, ..may(at, dutch, english, input) }
}

impl Field {
    pub(super) const fn either(self) -> Self {
        Self { either: true, ..self }
    }

    pub(super) const fn hint(self, dutch: &'static str, english: &'static str) -> Self {
        Self { hint: Some(Said(dutch, english)), ..self }
    }
}

const EXPLANATION: Field = may("/explanation", "Toelichting", "Explanation", Text);

const LOCATION_TYPE: Field = may("/location_type", "Soort plek", "Kind of place", Code("location_type"));
const LOCATION: Field = may("/location", "Waar?", "Where?", Line);
const URGENCY: Field = may("/urgency", "Hoe dringend?", "How urgent?", Code("urgency"));
const OBSERVATIONS: Field = may("/observations", "Gezondheid: wat valt op?", "Health: what stands out?", Text);
const PROBLEMS: Field = may("/problems", "Problemen", "Problems", Codes("problem"));

const fn reason(list: &'static str) -> Field {
    must("/reason", "Reden", "Reason", Code(list))
}

/// A consent to another purpose would change nothing, and is not recorded.
const PURPOSES: &[(&str, Said)] = &[("repatriation", Said("Vrijwillige terugkeer", "Voluntary return"))];

const DECISIONS: &[(&str, Said)] = &[("granted", Said("Toekennen", "Grant")), ("denied", Said("Afwijzen", "Deny"))];

/// What is asked of who somebody is, between what comes before and after it.
macro_rules! who {
    ($at:literal, [$($first:expr),* $(,)?], [$($last:expr),* $(,)?]) => {
        &[
            $($first,)*
            may(concat!($at, "/name"), "Naam", "Name", Line),
            may(concat!($at, "/alias"), "Roepnaam of bijnaam", "What people call them", Line),
            may(concat!($at, "/birth_date"), "Geboortedatum", "Date of birth", Birth)
                .hint("Zover bekend: 1976, 02-1976 of 14-02-1976.", "As far as known: 1976, 02-1976 or 14-02-1976."),
            may(concat!($at, "/approximate_age"), "Leeftijd ongeveer", "Age, roughly", Number),
            may(concat!($at, "/sex"), "Geslacht", "Sex", Code("sex")),
            may(concat!($at, "/countries"), "Nationaliteit", "Nationality", Countries),
            may(concat!($at, "/languages"), "Talen", "Languages", Languages),
            may(concat!($at, "/appearance"), "Hoe ziet de persoon eruit?", "What does the person look like?", Text),
            $($last,)*
        ]
    };
}

const SIGNAL: &[Field] = who!(
    "/identity",
    [
        must("/channel", "Hoe kwam het signaal?", "How did the signal come?", Code("signal_channel")),
        LOCATION_TYPE,
        LOCATION,
        URGENCY,
    ],
    [
        may("/circumstances", "Wat is er aan de hand?", "What is going on?", Text),
        OBSERVATIONS,
        may("/conduct", "Gedrag en overlast", "Conduct and nuisance", Text),
        PROBLEMS,
        may("/person_id", "Persoon", "Person", Id),
    ]
);

const CONTACT: &[Field] = &[
    LOCATION_TYPE,
    LOCATION,
    may("/language", "In welke taal?", "In which language?", Language),
    may("/summary", "Wat is er besproken?", "What was talked about?", Text),
    OBSERVATIONS,
    PROBLEMS,
];

const IDENTITY: &[Field] = who!(
    "/claim",
    [must("/assurance", "Hoe zeker is dit?", "How sure is this?", Code("assurance")),],
    [
        may("/claim/birth_place", "Geboorteplaats", "Place of birth", Line),
        may("/claim/contact", "Hoe te bereiken", "How to reach them", Line),
        may("/claim/origin", "Herkomst", "Origin", Line)
            .hint("Als het land niet bekend is: Oost-Europa.", "Where the country is not known: Eastern Europe."),
        may(
            "/claim/documents/0/kind",
            "Welk document liet de persoon zien?",
            "Which document was shown?",
            Code("document_kind"),
        ),
        may("/claim/documents/0/number", "Nummer van het document", "Number of the document", Line),
        may("/claim/documents/0/country", "Land van het document", "Country of the document", Country),
    ]
);

const LINK: &[Field] = &[
    must("/with", "Met wie?", "With whom?", Id),
    must("/basis", "Waaruit blijkt het?", "What shows it?", Code("link_basis")),
    EXPLANATION,
];

const ONLY_EXPLAINED: &[Field] = &[EXPLANATION];

const NOTHING: &[Field] = &[];

const RELATE: &[Field] = &[
    must("/with", "Met wie?", "With whom?", Id),
    must("/kind", "Wat is de ander van deze persoon?", "What is the other to this person?", Code("relation_kind")),
    EXPLANATION,
];

const INTAKE: &[Field] = who!(
    "/identity",
    [LOCATION_TYPE, URGENCY,],
    [
        may("/circumstances", "Omstandigheden", "Circumstances", Text),
        may("/care_needs", "Wat moet de omgeving weten?", "What must those around them know?", Text),
        may("/findings", "Bevindingen (medisch)", "Findings (medical)", Text),
        may("/head_injury_suspected", "Vermoeden van hoofdletsel?", "Head injury suspected?", TrueFalse),
        may("/living_situation", "Woonsituatie", "Living situation", Code("ethos_light")),
        may("/situation/works", "Werkt?", "Works?", Code("yes_no_unknown")),
        may("/situation/has_income", "Inkomen?", "Income?", Code("yes_no_unknown")),
        may(
            "/situation/registered_resident",
            "Ingeschreven als inwoner?",
            "Registered resident?",
            Code("yes_no_unknown")
        ),
        may("/situation/has_postal_address", "Postadres?", "Postal address?", Code("yes_no_unknown")),
        may("/situation/months_in_the_netherlands", "Maanden in Nederland", "Months in the Netherlands", Number),
        PROBLEMS,
    ]
);

const LIVING: &[Field] = &[
    must("/living_situation", "Woonsituatie", "Living situation", Code("ethos_light")),
    may("/household", "Huishouden", "Household", Code("household")),
    may("/homeless_since", "Dakloos sinds", "Homeless since", Birth)
        .hint("Zoals 2019 of 11-2019.", "Such as 2019 or 11-2019."),
    may("/in_the_netherlands_since", "In Nederland sinds", "In the Netherlands since", Birth)
        .hint("Zoals 2019 of 11-2019.", "Such as 2019 or 11-2019."),
];

const PERIOD: &[Field] = &[must("/period", "Periode", "Period", Period)];
const REMARK: &[Field] = &[
    must("/period", "Periode", "Period", Line),
    must("/indicator", "Cijfer", "Figure", Line),
    may("/nl", "In het Nederlands", "In Dutch", Text).hint(
        "Iedereen die cijfers leest, leest dit mee. Schrijf niets over een persoon. Leeg neemt de duiding terug.",
        "Everybody who reads figures reads this. Write nothing about a person. Left empty, the remark is taken back.",
    ),
    may("/en", "In het Engels", "In English", Text),
];
const SOURCE: &[Field] = &[must("/source", "Bron", "Source", Line)];

const TURN_AWAY: &[Field] = &[
    reason("turn_away_reason"),
    may("/facility", "Locatie", "Place", Facility),
    may("/offering", "Waarvoor?", "For what?", Code("offering")),
    may("/persons", "Hoeveel mensen?", "How many people?", Number),
    may("/person_id", "Persoon", "Person", Id),
];

/// A place that is full takes somebody with a reason, and not by mistake.
const OVERBOOK: Field =
    may("/overbook/reason", "Vol, en toch plaatsen? Waarom?", "Full, and yet place them? Why?", Text)
        .hint("Alleen als de plek vol is.", "Only where the place is full.");

const BED: &[Field] = &[
    must("/kind", "Soort bed", "Kind of bed", OwnKind),
    may("/facility", "Locatie", "Place", Facility),
    may("/from", "Vanaf", "From", Moment),
    may("/until", "Tot", "Until", Moment),
    may("/expected_by", "Verwacht om", "Expected by", Moment),
    OVERBOOK,
];

const ATTENDANCE: &[Field] =
    &[must("/status", "Aanwezig of vertrokken?", "Present or left?", Code("attendance_status")), LOCATION_TYPE];

const NO_SHOW: &[Field] = &[may("/bed_id", "Bed", "Bed", Id)];

const RELEASE: &[Field] = &[reason("bed_release_reason"), EXPLANATION];

const INCIDENT: &[Field] = &[
    must("/kind", "Wat gebeurde er?", "What happened?", Code("incident_kind")),
    must("/severity", "Hoe ernstig?", "How severe?", Code("severity")),
    may("/description", "Beschrijving", "Description", Text),
];

const IND: &[Field] = &[
    must("/outcome", "Besluit", "Decision", Code("ind_outcome")),
    may("/decided_on", "Datum van het besluit", "Date of the decision", Day),
    must("/appeal_pending", "Loopt er bezwaar of beroep?", "Is an appeal pending?", TrueFalse),
];

const INSURANCE: &[Field] = &[must("/status", "Verzekering", "Insurance", Code("insurance_status"))];

const UNINSURED: &[Field] =
    &[must("/consent_effort", "Hoe is om toestemming gevraagd?", "How was consent asked for?", Text)];

const REFER: &[Field] = &[
    must("/to", "Naar welke organisatie?", "To which organisation?", Offering),
    must("/offering", "Waarvoor?", "For what?", Code("offering")),
    URGENCY,
    may("/reason", "Wat moet de ander weten?", "What must the other know?", Text),
    OVERBOOK,
];

const DECLINE: &[Field] = &[reason("decline_reason"), EXPLANATION];

const WITHDRAW: &[Field] = &[reason("withdraw_reason"), EXPLANATION];

const DROPOUT: &[Field] = &[reason("dropout_reason"), EXPLANATION];

const CLOSE: &[Field] = &[reason("close_reason"), EXPLANATION];

const RETRACT: &[Field] = &[reason("retract_reason"), EXPLANATION];

const RETRACT_COUNT: &[Field] = &[reason("retract_reason")];

const DECLINE_HANDOVER: &[Field] = &[reason("handover_decline_reason"), EXPLANATION];

const WITHDRAW_HANDOVER: &[Field] = &[reason("handover_withdraw_reason"), EXPLANATION];

const CALL_OFF: &[Field] = &[reason("discharge_end_reason"), EXPLANATION];

const WAITLIST: &[Field] = &[may("/until", "Tot wanneer ongeveer?", "Until when, roughly?", Day)];

const LOOKOUT: &[Field] = &[
    must("/description", "Waaraan is de persoon te herkennen?", "By what to know the person?", Text)
        .hint("Alleen wat nodig is: dit lezen alle ontvangers.", "Only what is needed: all recipients read this."),
    must("/recipients", "Wie kijkt uit?", "Who looks out?", Recipients),
    may("/expires_at", "Loopt tot", "Runs until", Moment),
];

const SIGHTING: &[Field] =
    &[LOCATION_TYPE, LOCATION, may("/circumstances", "Hoe ging het?", "How were they?", Text), OBSERVATIONS];

const RESOLVE: &[Field] =
    &[must("/outcome", "Hoe is het afgelopen?", "How did it end?", Code("lookout_outcome")), EXPLANATION];

const END_LOOKOUT: &[Field] = &[reason("lookout_end_reason")];

const ALERT: &[Field] = &[
    must(
        "/to",
        "Politie of handhaving",
        "Police or enforcement",
        OrganisationOf(&[OrgKind::Police, OrgKind::MunicipalEnforcement]),
    ),
    must("/description", "Wat moet de politie weten?", "What must the police know?", Text)
        .hint("Nooit waar iemand slaapt, niets medisch.", "Never where somebody sleeps, nothing medical."),
    may("/expires_at", "Loopt tot", "Runs until", Moment),
];

const ANSWER_ALERT: &[Field] = &[must("/outcome", "Antwoord", "Answer", Code("care_alert_outcome")), EXPLANATION];

const EXCEPTION: &[Field] = &[
    must("/kind", "Welke uitzondering?", "Which exception?", Code("exception_kind")),
    may("/until", "Tot", "Until", Moment),
    must("/reason", "Waarom?", "Why?", Text),
];

const DECIDE: &[Field] = &[
    must("/decision", "Besluit", "Decision", Among(DECISIONS)),
    must("/reason", "Waarom?", "Why?", Text),
    may("/expires_at", "Geldt tot", "Holds until", Moment).hint("Alleen bij toekennen.", "Only where it is granted."),
];

/// From where people are discharged.
const INSTITUTIONS: &[OrgKind] = &[
    OrgKind::Hospital,
    OrgKind::MentalHealth,
    OrgKind::AddictionCare,
    OrgKind::MedicalShelter,
    OrgKind::MedicalPost,
    OrgKind::SupportedLiving,
    OrgKind::Probation,
];

const DISCHARGE: &[Field] = &[
    must("/destination", "Waarheen?", "Where to?", Code("location_type")),
    may(
        "/from",
        "Uit welk ziekenhuis of welke instelling?",
        "From which hospital or institution?",
        OrganisationOf(INSTITUTIONS),
    ),
    may("/to", "Naar welke organisatie?", "To which organisation?", Organisation),
    may("/warned", "De ontvangende plek is gewaarschuwd", "The receiving place was warned", Flag),
    may("/letter_received", "Er is een ontslagbrief", "There is a discharge letter", Flag),
    may("/findings", "Bevindingen (medisch)", "Findings (medical)", Text),
];

const ANNOUNCE: &[Field] = &[
    must("/expected_at", "Wanneer?", "When?", Moment),
    must("/destination", "Waarheen?", "Where to?", Code("location_type")),
    may("/to", "Naar welke organisatie?", "To which organisation?", Organisation),
    may(
        "/from",
        "Uit welk ziekenhuis of welke instelling?",
        "From which hospital or institution?",
        OrganisationOf(INSTITUTIONS),
    ),
    may("/care_needs", "Wat moet de ontvanger weten?", "What must the receiver know?", Text),
];

const OPTIONS: &[Field] = &[
    must("/language", "In welke taal is het besproken?", "In which language was it presented?", Language),
    must("/wish", "Wat wil de persoon?", "What does the person want?", Code("return_wish")),
    may("/options", "Wat is er besproken?", "What was presented?", Text),
    may("/barriers", "Wat houdt de persoon tegen?", "What holds the person back?", Codes("return_barrier")),
];

const CONDITION: &[Field] = &[
    must("/condition", "Welke voorwaarde?", "Which condition?", Code("return_condition")),
    may("/country", "Voor welk land?", "For which country?", Abroad),
    may("/status", "Status", "Status", Code("condition_status")),
    must("/evidence", "Waaruit blijkt het?", "What shows it?", Text),
];

const CONSENT: &[Field] = &[
    must("/purpose", "Waarvoor?", "For what?", Among(PURPOSES)),
    must(
        "/recipient",
        "De ambassade en de zorg van welk land?",
        "The embassy and the care of which country?",
        ConsentRecipient,
    ),
    must("/data_classes", "Welke gegevens?", "Which data?", Consented),
    must("/language", "In welke taal is het gevraagd?", "In which language was it asked?", Language),
    may("/interpreter", "Er was een tolk bij", "An interpreter helped", Flag),
];

const HANDOVER: &[Field] = &[
    must("/country", "Naar welk land?", "To which country?", Abroad),
    may(
        "/receiving",
        "Welke zorgaanbieder daar ontvangt de persoon?",
        "Which care provider there receives the person?",
        CareAbroad,
    )
    .either()
    .hint("Staat die er niet bij, schrijf hieronder wie het is.", "If it is not listed, write below who it is."),
    may(
        "/receiving_organisation",
        "Wie ontvangt de persoon, als die niet meedoet in Baken?",
        "Who receives the person, if they take no part in Baken?",
        Line,
    )
    .either(),
    may("/guardian", "Wie heeft het gezag (bij een minderjarige)?", "Who has custody (of a minor)?", Line),
    may("/plan", "Plan", "Plan", Text),
];

const DOCUMENT: &[Field] = &[must("/document", "Verzegeld document (JWE)", "Sealed document (JWE)", Sealed).hint(
    "Alleen de ontvanger kan het openen. Baken leest het niet.",
    "Only its receiver can open it. Baken does not read it.",
)];

const DEPARTURE: &[Field] = &[
    may("/travels", "Hoe reist de persoon?", "How does the person travel?", Line),
    may("/expected_arrival", "Verwachte aankomst", "Expected arrival", Moment).hint(
        "Leeg laten betekent: na twee dagen, of zoals uw gemeente het instelt.",
        "Left empty it means: after two days, or as your municipality has set it.",
    ),
];

const FOLLOW_UP: &[Field] = &[
    must("/term", "Na hoeveel dagen?", "After how many days?", Code("follow_up_term")),
    must("/outcome", "Hoe gaat het?", "How is it going?", Code("follow_up_outcome")),
    EXPLANATION,
];

const QUESTION: &[Field] = &[must("/question", "Vraag", "Question", Text)];

const ANSWER: &[Field] = &[must("/answer", "Antwoord", "Answer", Text), may("/question_id", "Vraag", "Question", Id)];

const COORDINATOR: &[Field] = &[
    may("/municipality", "Gemeente", "Municipality", Municipality)
        .hint("Leeg laten betekent: uw eigen gemeente.", "Left empty it means: your own municipality."),
    may("/coordinator", "Gebruikersnaam van de procesregisseur", "User name of the coordinator", Line),
];

const NOTE: &[Field] = &[must("/text", "Notitie", "Note", Text)];

const DEATH: &[Field] = &[may("/died_on", "Datum van overlijden", "Date of death", Day), EXPLANATION];

const MOVE: &[Field] = &[must("/to", "Naar wie?", "To whom?", Id), EXPLANATION];

const HOLD: &[Field] = &[reason("hold_reason")];
const EMERGENCY: &[Field] = &[
    must("/person_id", "Nummer van de persoon", "Number of the person", Line).hint(
        "Het hele nummer, met streepjes: zoals iemand het u zegt, of zoals het op een polsbandje staat.",
        "The whole number, with its dashes: as somebody tells you, or as it is on a wristband.",
    ),
    reason("break_glass_reason"),
    EXPLANATION,
];
const FINDING: &[Field] =
    &[must("/outcome", "Was het terecht?", "Was it justified?", Code("break_glass_outcome")), EXPLANATION];
const ERASURE: &[Field] = &[must("/ground", "Grond", "Ground", Code("erasure_ground"))
    .hint("Dit kan niet ongedaan worden gemaakt.", "This cannot be undone.")];

/// The form of a command; `None` where Baken alone sends it.
#[must_use]
pub const fn form_of(kind: K) -> Option<Form> {
    let (dutch, english, fields) = match kind {
        K::ReportSignal => ("Signaal melden", "Report a signal", SIGNAL),
        K::RecordContact => ("Contact vastleggen", "Record a contact", CONTACT),
        K::UpdateIdentity => ("Wie is het?", "Who is it?", IDENTITY),
        K::LinkPersons => ("Koppelen aan dezelfde persoon", "Link with the same person", LINK),
        K::UnlinkPersons => ("Koppeling ongedaan maken", "Undo the link", ONLY_EXPLAINED),
        K::DismissMatch => ("Is iemand anders", "Is somebody else", ONLY_EXPLAINED),
        K::ReleaseMatch => ("Vrijgeven voor andere gemeenten", "Release to other municipalities", ONLY_EXPLAINED),
        K::AgreeMatch => ("Is dezelfde persoon", "Is the same person", ONLY_EXPLAINED),
        K::RelatePersons => ("Relatie vastleggen", "Record a relation", RELATE),
        K::UnrelatePersons => ("Relatie beëindigen", "End the relation", ONLY_EXPLAINED),
        K::RecordIntake => ("Intake doen", "Do an intake", INTAKE),
        K::RecordLivingSituation => ("Woonsituatie vastleggen", "Record the living situation", LIVING),
        K::ReleaseFigures => ("Cijfers vrijgeven", "Release figures", PERIOD),
        K::RemarkOnFigures => ("Duiden", "Remark", REMARK),
        K::WithdrawSource => ("Niet meer tonen", "Show no more", SOURCE),
        K::TurnAway => ("Afwijzen aan de deur", "Turn away", TURN_AWAY),
        K::RetractTurnAway => ("Telling terugnemen", "Take back the count", RETRACT_COUNT),
        K::AssignBed => ("Bed toewijzen", "Assign a bed", BED),
        K::RecordAttendance => ("Aanwezigheid vastleggen", "Record attendance", ATTENDANCE),
        K::RecordNoShow => ("Niet gekomen", "Did not come", NO_SHOW),
        K::ReleaseBed => ("Bed vrijgeven", "Release the bed", RELEASE),
        K::ObserveIncident => ("Incident vastleggen", "Record an incident", INCIDENT),
        K::AssessRights => ("Rechten toetsen", "Assess rights", RIGHTS),
        K::RecordIndDecision => ("Besluit van de IND vastleggen", "Record the decision of the IND", IND),
        K::RecordInsurance => ("Verzekering vastleggen", "Record insurance", INSURANCE),
        K::FileUninsuredReport => ("Onverzekerde zorg melden", "Report uninsured care", UNINSURED),
        K::Refer => ("Verwijzen", "Refer", REFER),
        K::AcceptReferral | K::AcceptHandover => ("Accepteren", "Accept", ONLY_EXPLAINED),
        K::DeclineReferral => ("Afwijzen", "Decline", DECLINE),
        K::WaitlistReferral => ("Op de wachtlijst", "Put on the waiting list", WAITLIST),
        K::WithdrawReferral => ("Verwijzing intrekken", "Withdraw the referral", WITHDRAW),
        K::StartCare => ("Zorg starten", "Start care", NOTHING),
        K::EndCare => ("Zorg afronden", "End care", ONLY_EXPLAINED),
        K::RecordDropout => ("Uitval vastleggen", "Record a dropout", DROPOUT),
        K::MarkOutOfSight => ("Uit beeld melden", "Report out of sight", NOTHING),
        K::IssueLookout => ("Laten uitkijken", "Issue a lookout", LOOKOUT),
        K::AcknowledgeLookout => ("Gelezen", "Acknowledge", NOTHING),
        K::ReportSighting => ("Gezien", "Seen", SIGHTING),
        K::ResolveLookout => ("Uitkijken afronden", "Resolve the lookout", RESOLVE),
        K::EndLookout => ("Uitkijken stoppen", "End the lookout", END_LOOKOUT),
        K::EndCareAlert => ("Zorgmelding stoppen", "End the care alert", END_LOOKOUT),
        K::FileCareAlert => ("Zorgmelding bij de politie", "File a care alert", ALERT),
        K::AnswerCareAlert => ("Antwoorden", "Answer", ANSWER_ALERT),
        K::RequestException => ("Uitzondering vragen", "Request an exception", EXCEPTION),
        K::DecideException => ("Besluiten", "Decide", DECIDE),
        K::ReportDischarge => ("Ontslag uit ziekenhuis vastleggen", "Report a discharge", DISCHARGE),
        K::AnnounceDischarge => ("Ontslag uit ziekenhuis aankondigen", "Announce a discharge", ANNOUNCE),
        K::CallOffDischarge => ("Ontslag gaat niet door", "Call the discharge off", CALL_OFF),
        K::PresentReturnOptions => ("Mogelijkheden bespreken", "Present the options", OPTIONS),
        K::RefuseReturn => ("Wil niet terug", "Does not want to return", ONLY_EXPLAINED),
        K::EvidenceReturnCondition => ("Aan voorwaarde voldaan", "Condition met", CONDITION),
        K::GiveConsent => ("Toestemming vastleggen", "Record consent", CONSENT),
        K::WithdrawConsent => ("Toestemming intrekken", "Withdraw consent", NOTHING),
        K::ProposeHandover => ("Overdracht voorstellen", "Propose a handover", HANDOVER),
        K::AcknowledgeHandover => ("Ontvangst bevestigen", "Acknowledge", NOTHING),
        K::DeclineHandover => ("Afwijzen", "Decline", DECLINE_HANDOVER),
        K::AttachHandoverDocument => ("Verzegeld document toevoegen", "Attach a sealed document", DOCUMENT),
        K::RecordDeparture => ("Vertrek vastleggen", "Record the departure", DEPARTURE),
        K::ConfirmArrival => ("Aankomst bevestigen", "Confirm the arrival", NOTHING),
        K::RecordFollowUp => ("Nazorg vastleggen", "Record a follow-up", FOLLOW_UP),
        K::AskHandoverQuestion => ("Vraag stellen", "Ask a question", QUESTION),
        K::AnswerHandoverQuestion => ("Vraag beantwoorden", "Answer the question", ANSWER),
        K::WithdrawHandover => ("Overdracht intrekken", "Withdraw the handover", WITHDRAW_HANDOVER),
        K::AssignCoordinator => ("Procesregisseur toewijzen", "Assign a coordinator", COORDINATOR),
        K::AddNote => ("Notitie maken", "Add a note", NOTE),
        K::CloseCase => ("Dossier afsluiten", "Close the case", CLOSE),
        K::ReopenCase => ("Dossier heropenen", "Reopen the case", ONLY_EXPLAINED),
        K::RecordDeath => ("Overlijden vastleggen", "Record a death", DEATH),
        K::RetractEntry => ("Terugnemen", "Take back", RETRACT),
        K::MoveEntry => ("Naar de juiste persoon", "To the right person", MOVE),
        K::PlaceHold => ("Bewaarplicht vastleggen", "Place a legal hold", HOLD),
        K::LiftHold => ("Bewaarplicht opheffen", "Lift the legal hold", NOTHING),
        K::BreakGlass => ("Dossier in nood openen", "Open a case in an emergency", EMERGENCY),
        K::EndBreakGlass => ("Dossier weer sluiten", "Close the case again", NOTHING),
        K::ReviewBreakGlass => ("Beoordelen", "Review", FINDING),
        K::EraseSubject => ("Gegevens wissen", "Erase the data", ERASURE),
        K::RegisterOrganisation => ("Organisatie toevoegen", "Register an organisation", NEW_ORGANISATION),
        K::ChangeOrganisation => ("Organisatie wijzigen", "Change the organisation", CHANGED_ORGANISATION),
        K::CloseOrganisation => ("Doet niet meer mee", "Takes part no more", THE_ORGANISATION),
        K::ReopenOrganisation => ("Doet weer mee", "Takes part again", THE_ORGANISATION),
        K::RegisterFacility => ("Locatie toevoegen", "Register a facility", NEW_FACILITY),
        K::ChangeFacility => ("Locatie wijzigen", "Change the facility", CHANGED_FACILITY),
        K::CloseFacility => ("Locatie sluiten", "Close the facility", THE_FACILITY),
        K::ReopenFacility => ("Locatie heropenen", "Reopen the facility", THE_FACILITY),
        K::SetCapacity => ("Aantal plekken", "Number of places", CAPACITY),
        // The first is made of a file, by `baken monitor source`.
        K::ImportSource
        | K::ExpireLookout
        | K::OvertakeException
        | K::StopHandover
        | K::FinishMove
        | K::PassDeadline => return None,
    };
    Some(Form { title: Said(dutch, english), fields, warning: warning(kind) })
}
