//! The questions of the rights assessment, in the order of the checklist (Wmo 1.2.2, Directive 2004/38), and which of them the
//! answers to others leave out.

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

/// When the questions below another one are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Yes,
    /// Yes, or not known.
    NotNo,
    Filled,
}

impl When {
    /// How the style sheet says the same.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Yes => "if-yes",
            Self::NotNo => "if-not-no",
            Self::Filled => "if-filled",
        }
    }

    /// Whether an answer leaves them out.
    fn leaves_out(self, answer: Option<&str>) -> bool {
        match self {
            Self::Yes => answer.is_some_and(|answer| answer != "yes"),
            Self::NotNo => answer == Some("no"),
            Self::Filled => answer.is_none(),
        }
    }
}

/// When an answer decides, so that nothing after it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decides {
    Never,
    /// A no of somebody who is no citizen either.
    NoOfNoCitizen,
    /// A yes of a citizen.
    YesOfCitizen,
}

/// A question of the checklist: its name in the style sheet, its field, and what is asked below it.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) at: &'static str,
    pub(crate) when: When,
    pub(crate) below: &'static [&'static str],
    decides: Decides,
}

const fn question(name: &'static str, at: &'static str, when: When, below: &'static [&'static str]) -> Question {
    Question { name, at, when, below, decides: Decides::Never }
}

impl Question {
    const fn decides(self, decides: Decides) -> Self {
        Self { decides, ..self }
    }
}

/// The questions in the order of the checklist (`care_path::path::rights`): the first rule that applies decides.
pub(crate) const QUESTIONS: &[Question] = &[
    question("citizen", "/union_citizen", When::Yes, &[]),
    question("family", "/family_member", When::Yes, &["/principal_outcome"]).decides(Decides::NoOfNoCitizen),
    question("years", "/years_of_lawful_residence", When::Filled, &["/residence_proven"]),
    question(
        "works",
        "/works",
        When::Yes,
        &["/hours_per_week", "/hours_per_month", "/income_percent_of_social_assistance_norm"],
    )
    .decides(Decides::YesOfCitizen),
    question("unfit", "/temporarily_unfit_for_work", When::Yes, &[]).decides(Decides::YesOfCitizen),
    question(
        "unemployed",
        "/involuntarily_unemployed",
        When::NotNo,
        &["/registered_as_job_seeker", "/months_worked", "/months_since_work_ended"],
    ),
    question("training", "/in_vocational_training", When::Yes, &["/training_linked_to_work"]),
    question("stay", "/months_of_stay", When::Filled, &[]),
    question("shelter", "/asks_for_shelter", When::Yes, &["/domestic_violence"]),
    question("first", "/first_time_job_seeker", When::Yes, &[]),
];

/// Whether an answer counts. One that was given before another answer left its question out is sent along, and does not.
/// What the style sheet hides is the same.
pub(super) fn counts(at: &str, sent: &[(String, String)]) -> bool {
    let answer = |at: &str| {
        let mut answers = sent.iter().filter(|(name, _)| name == at).map(|(_, answer)| answer.trim());
        answers.find(|answer| !answer.is_empty())
    };
    let asks = |question: &&Question| question.at == at || question.below.contains(&at);
    let Some(place) = QUESTIONS.iter().position(|question| asks(&question)) else { return true };
    let (before, question) = (&QUESTIONS[..place], &QUESTIONS[place]);
    let citizen = answer("/union_citizen");
    let decides = |question: &Question| match question.decides {
        Decides::Never => false,
        Decides::NoOfNoCitizen => citizen == Some("no") && answer(question.at) == Some("no"),
        Decides::YesOfCitizen => citizen == Some("yes") && answer(question.at) == Some("yes"),
    };
    let is_left_out = question.at != at && question.when.leaves_out(answer(question.at));
    !is_left_out && !before.iter().any(decides)
}

#[cfg(test)]
mod tests {
    use care_path::codes::{Code as _, YesNoUnknown};

    use super::*;

    #[test]
    fn the_checklist_asks_everything_that_an_assessment_takes_once() {
        let asked = QUESTIONS.iter().flat_map(|each| std::iter::once(each.at).chain(each.below.iter().copied()));
        let mut asked: Vec<_> = asked.collect();
        let mut taken: Vec<_> = RIGHTS.iter().map(|field| field.at).collect();
        asked.sort_unstable();
        taken.sort_unstable();
        assert_eq!(asked, taken);
    }

    #[test]
    fn a_question_is_answered_by_yes_no_or_a_number() {
        for Question { at, .. } in QUESTIONS {
            let field = RIGHTS.iter().find(|field| field.at == *at).unwrap();
            assert!(matches!(field.input, Number | Code(YesNoUnknown::LIST)), "{at}");
        }
    }

    #[test]
    fn an_answer_counts_until_another_answer_leaves_its_question_out() {
        let left = |sent: &[(&str, &str)]| {
            let sent: Vec<_> = sent.iter().map(|(at, answer)| ((*at).to_owned(), (*answer).to_owned())).collect();
            let left = sent.iter().filter(|(at, _)| counts(at, &sent)).map(|(at, _)| at.clone());
            left.collect::<Vec<_>>()
        };
        let (citizen, family, works, unfit) =
            ("/union_citizen", "/family_member", "/works", "/temporarily_unfit_for_work");
        let changed = [(citizen, "yes"), (works, "yes"), ("/hours_per_week", "20"), (unfit, "yes")];
        assert_eq!(left(&changed), [citizen, works, "/hours_per_week"]);
        let no_citizen = [(citizen, "no"), (family, "no"), (works, "yes"), ("/hours_per_week", "20")];
        assert_eq!(left(&no_citizen), [citizen, family]);
        assert_eq!(left(&[(works, "no"), ("/hours_per_week", "20"), (unfit, "yes")]), [works, unfit]);
        assert_eq!(left(&[("/hours_per_week", "20")]), ["/hours_per_week"], "the domain says what is missing");
        let proven = [("/years_of_lawful_residence", ""), ("/residence_proven", "yes"), ("/occurred_at", "x")];
        assert_eq!(left(&proven), ["/years_of_lawful_residence", "/occurred_at"]);
        let unknown = [("/involuntarily_unemployed", "unknown"), ("/months_worked", "3")];
        assert_eq!(left(&unknown).len(), 2);
    }
}
