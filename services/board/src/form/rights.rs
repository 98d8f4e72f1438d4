//! The questions of the rights assessment, in the order of the checklist (Wmo 1.2.2, Directive 2004/38).

use super::Field;
use super::Input::{Code, Number};
use super::catalogue::may;

pub(super) const RIGHTS: &[Field] = &[
    may(
        "/union_citizen",
        "Is de persoon burger van een ander land van de EU of de EER, of van Zwitserland?",
        "Is the person a citizen of another country of the EU or the EEA, or of Switzerland?",
        Code("yes_no_unknown"),
    ),
    may(
        "/family_member",
        "Is de persoon familie van zo'n burger die in Nederland woont?",
        "Is the person family of such a citizen who lives in the Netherlands?",
        Code("yes_no_unknown"),
    ),
    may(
        "/principal_outcome",
        "Wat kwam er uit de toets van dat familielid?",
        "What was the outcome for that relative?",
        Code("rights_outcome"),
    ),
    may(
        "/years_of_lawful_residence",
        "Hoeveel hele jaren woont de persoon al rechtmatig in Nederland, zonder onderbreking?",
        "For how many full years has the person lived lawfully in the Netherlands, without a break?",
        Number,
    ),
    may("/residence_proven", "Is dat aangetoond?", "Is that proven?", Code("yes_no_unknown")),
    may(
        "/works",
        "Werkt de persoon nu, in loondienst of zelfstandig?",
        "Does the person work now, employed or self-employed?",
        Code("yes_no_unknown"),
    ),
    may("/hours_per_week", "Hoeveel uur per week?", "How many hours a week?", Number),
    may("/hours_per_month", "Of: hoeveel uur per maand, gemiddeld?", "Or: how many hours a month, on average?", Number),
    may(
        "/income_percent_of_social_assistance_norm",
        "Hoeveel procent van de bijstandsnorm verdient de persoon?",
        "What percentage of the social assistance norm does the person earn?",
        Number,
    ),
    may(
        "/temporarily_unfit_for_work",
        "Werkte de persoon hier, en kan dat nu even niet door ziekte of een ongeluk?",
        "Did the person work here, and cannot for now because of illness or an accident?",
        Code("yes_no_unknown"),
    ),
    may(
        "/involuntarily_unemployed",
        "Werkte de persoon hier, en is dat werk buiten eigen wil gestopt?",
        "Did the person work here, and lose that work without wanting to?",
        Code("yes_no_unknown"),
    ),
    may(
        "/registered_as_job_seeker",
        "Staat de persoon ingeschreven als werkzoekende?",
        "Is the person registered as a job seeker?",
        Code("yes_no_unknown"),
    ),
    may(
        "/months_worked",
        "Hoeveel maanden werkte de persoon hier?",
        "How many months did the person work here?",
        Number,
    ),
    may(
        "/months_since_work_ended",
        "Hoeveel maanden geleden stopte het werk?",
        "How many months ago did the work end?",
        Number,
    ),
    may(
        "/in_vocational_training",
        "Volgt de persoon een beroepsopleiding?",
        "Is the person in vocational training?",
        Code("yes_no_unknown"),
    ),
    may(
        "/training_linked_to_work",
        "Past de opleiding bij het eerdere werk?",
        "Is the training related to the earlier work?",
        Code("yes_no_unknown"),
    ),
    may(
        "/months_of_stay",
        "Hoeveel maanden is de persoon in Nederland?",
        "For how many months has the person been in the Netherlands?",
        Number,
    ),
    may(
        "/asks_for_shelter",
        "Vraagt de persoon om opvang?",
        "Does the person ask for shelter?",
        Code("yes_no_unknown"),
    ),
    may(
        "/domestic_violence",
        "Is dat vanwege huiselijk geweld?",
        "Is that because of domestic violence?",
        Code("yes_no_unknown"),
    ),
    may(
        "/first_time_job_seeker",
        "Zoekt de persoon voor het eerst werk in Nederland?",
        "Does the person look for work in the Netherlands for the first time?",
        Code("yes_no_unknown"),
    ),
];
