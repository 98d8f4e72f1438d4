//! The ruleset of the rights assessment, in a form that a lawyer can read: one small rule for each clause, in the order
//! in which they are asked; the first that speaks decides.
//!
//! It is the field's checklist on equal treatment of EU citizens, an aid without binding force. What is not known never
//! makes a right likely or unlikely: it leaves it unclear. `likely_not` closes and denies nothing: only the IND
//! can say that somebody has no right of residence, so a decision is asked of it, and what needs no right is listed.
//!
//! "Art." without more is of Directive 2004/38/EC; "Wmo" is the Wet maatschappelijke ondersteuning 2015.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::codes::RightsBasis::{
    AnswersMissing, DomesticViolence, FamilyMember, FirstThreeMonths, FirstTimeJobSeeker, Inactive, IndAppealPending,
    IndDecision as IndDecided, NationalityUnknown, OutsideFreeMovement, PermanentResidence, PermanentResidenceUnproven,
    RegistrationUnknown, TemporarilyUnfit, UnemployedAfterAYear, UnemployedWithinAYear, VocationalTraining,
    WorkBelowNorm, Worker,
};
use crate::codes::RightsOutcome::{Likely, LikelyNot, OutOfScope, Unclear};
use crate::codes::{IndOutcome, Offering, RightsBasis, RightsOutcome, YesNoUnknown};
use crate::norms::{Figures, Norms};

/// The answers to the checklist. Each may be left out, and what is left out is not known. In a number of months, a month
/// that began counts: three months and a day are 4.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RightsAnswers {
    /// A national of another state of the EU or the EEA, or of Switzerland.
    pub union_citizen: Option<YesNoUnknown>,
    /// A family member (art. 2(2)) of such a national who lives in the Netherlands: the principal.
    pub family_member: Option<YesNoUnknown>,
    /// The outcome of the principal's own assessment.
    pub principal_outcome: Option<RightsOutcome>,
    /// Full years of continuous lawful residence in the Netherlands, as the person says.
    #[cfg_attr(feature = "schema", schema(maximum = 120))]
    pub years_of_lawful_residence: Option<u16>,
    /// Whether those years are proven.
    pub residence_proven: Option<YesNoUnknown>,
    /// Months in the Netherlands; a short absence does not interrupt them.
    #[cfg_attr(feature = "schema", schema(maximum = 1440))]
    pub months_of_stay: Option<u16>,
    /// Works now, for an employer or self-employed.
    pub works: Option<YesNoUnknown>,
    #[cfg_attr(feature = "schema", schema(maximum = 168))]
    pub hours_per_week: Option<u16>,
    /// Where hours differ from week to week: the average.
    #[cfg_attr(feature = "schema", schema(maximum = 744))]
    pub hours_per_month: Option<u16>,
    /// Income from work, in whole per cent of the social-assistance norm that applies to the person.
    #[cfg_attr(feature = "schema", schema(maximum = 1000))]
    pub income_percent_of_social_assistance_norm: Option<u16>,
    /// Worked here, and cannot for a time because of illness or an accident.
    pub temporarily_unfit_for_work: Option<YesNoUnknown>,
    /// Worked here, and lost that work without wanting to.
    pub involuntarily_unemployed: Option<YesNoUnknown>,
    /// Months of work in the Netherlands before that.
    #[cfg_attr(feature = "schema", schema(maximum = 1440))]
    pub months_worked: Option<u16>,
    /// Months since that work ended.
    #[cfg_attr(feature = "schema", schema(maximum = 1440))]
    pub months_since_work_ended: Option<u16>,
    pub registered_as_job_seeker: Option<YesNoUnknown>,
    pub in_vocational_training: Option<YesNoUnknown>,
    /// Whether the training is related to the work done before.
    pub training_linked_to_work: Option<YesNoUnknown>,
    /// Looks for work in the Netherlands and never had any here.
    pub first_time_job_seeker: Option<YesNoUnknown>,
    /// Asks for shelter (maatschappelijke opvang), and not only for other provisions under the Wmo.
    pub asks_for_shelter: Option<YesNoUnknown>,
    /// Asks for it because of domestic violence.
    pub domestic_violence: Option<YesNoUnknown>,
}

impl fmt::Debug for RightsAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RightsAnswers")
    }
}

/// A decision of the IND on the right of residence.
#[skip_serializing_none]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IndDecision {
    pub outcome: IndOutcome,
    pub decided_on: Option<NaiveDate>,
    /// Whether an objection or appeal against it is pending.
    pub appeal_pending: bool,
}

impl fmt::Debug for IndDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndDecision")
    }
}

/// What the ruleset says. It binds nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub outcome: RightsOutcome,
    pub basis: RightsBasis,
    /// Nothing but a decision of the IND can be the ground of a refusal.
    pub ind_decision_needed: bool,
    /// What is open to the person without a right: listed wherever the right is not likely.
    pub alternatives: Vec<Offering>,
}

/// What is offered to everybody, with or without a right.
pub const WITHOUT_ENTITLEMENT: [Offering; 6] = [
    Offering::MealWarmSeat,
    Offering::MedicalDropIn,
    Offering::LegalClinic,
    Offering::ClientSupport,
    Offering::MultilingualHealthInfo,
    Offering::SocialWork,
];

/// Assesses the right to provisions under the Wmo. Total and deterministic: the same answers, decision and norms give
/// the same assessment, whatever they are.
#[must_use]
pub fn assess(answers: &RightsAnswers, ind: Option<&IndDecision>, norms: &Norms) -> Assessment {
    let asked = Asked { answers, ind, figures: &norms.figures };
    let first = RULES.iter().find_map(|(basis, rule)| rule(&asked).map(|outcome| (outcome, *basis)));
    let (outcome, basis) = first.unwrap_or((Unclear, AnswersMissing));
    Assessment {
        outcome,
        basis,
        ind_decision_needed: outcome == LikelyNot,
        alternatives: if outcome == Likely { Vec::new() } else { WITHOUT_ENTITLEMENT.to_vec() },
    }
}

/// A clause: its outcome where it applies.
type Rule = fn(&Asked<'_>) -> Option<RightsOutcome>;

/// The checklist. The first rule that applies decides; where none does, too little is known.
const RULES: &[(RightsBasis, Rule)] = &[
    (IndAppealPending, ind_appeal_pending),
    (IndDecided, ind_decision),
    (OutsideFreeMovement, outside_free_movement),
    (NationalityUnknown, nationality_unknown),
    (PermanentResidence, permanent_residence),
    (PermanentResidenceUnproven, permanent_residence_unproven),
    (Worker, worker),
    (WorkBelowNorm, work_below_norm),
    (TemporarilyUnfit, temporarily_unfit),
    (UnemployedAfterAYear, unemployed_after_a_year),
    (UnemployedWithinAYear, unemployed_within_a_year),
    (VocationalTraining, vocational_training),
    (RegistrationUnknown, registration_unknown),
    (FamilyMember, family_member),
    (DomesticViolence, domestic_violence),
    (FirstThreeMonths, first_three_months),
    (FirstTimeJobSeeker, first_time_job_seeker),
    (Inactive, inactive),
];

/// An objection or appeal against the IND's decision is pending: nothing is settled.
fn ind_appeal_pending(asked: &Asked<'_>) -> Option<RightsOutcome> {
    asked.ind?.appeal_pending.then_some(Unclear)
}

/// The IND decided: its decision is followed (Wmo art. 1.2.2(1), Vreemdelingenwet 2000 art. 8).
fn ind_decision(asked: &Asked<'_>) -> Option<RightsOutcome> {
    Some(match asked.ind?.outcome {
        IndOutcome::LawfulResidence => Likely,
        IndOutcome::NoLawfulResidence => LikelyNot,
    })
}

/// Neither a national of the EU, the EEA or Switzerland nor family of one: the directive does not apply (art. 3(1)).
fn outside_free_movement(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let answers = asked.answers;
    let no_family = no(answers.family_member) || answers.principal_outcome == Some(OutOfScope);
    (no(answers.union_citizen) && no_family).then_some(OutOfScope)
}

/// Neither is known to be so: whether the directive applies must be found out first (art. 3(1)).
fn nationality_unknown(asked: &Asked<'_>) -> Option<RightsOutcome> {
    (!asked.is_citizen() && !yes(asked.answers.family_member)).then_some(Unclear)
}

/// Five years of continuous lawful residence, proven: permanent residence (art. 16(1), for family art. 16(2)).
fn permanent_residence(asked: &Asked<'_>) -> Option<RightsOutcome> {
    (asked.five_years() && yes(asked.answers.residence_proven)).then_some(Likely)
}

/// The same five years, not proven.
fn permanent_residence_unproven(asked: &Asked<'_>) -> Option<RightsOutcome> {
    asked.five_years().then_some(Unclear)
}

/// Works, genuinely and effectively: a worker or self-employed person (art. 7(1)(a)).
fn worker(asked: &Asked<'_>) -> Option<RightsOutcome> {
    (asked.is_working_citizen() && asked.work_reaches_the_norm()).then_some(Likely)
}

/// Works, and it is below the norm or not known how much: not a no, since the concept of worker is the Court's.
fn work_below_norm(asked: &Asked<'_>) -> Option<RightsOutcome> {
    asked.is_working_citizen().then_some(Unclear)
}

/// Temporarily unable to work because of illness or an accident: still a worker (art. 7(3)(a)).
fn temporarily_unfit(asked: &Asked<'_>) -> Option<RightsOutcome> {
    (asked.is_citizen() && yes(asked.answers.temporarily_unfit_for_work)).then_some(Likely)
}

/// Involuntarily unemployed after more than a year of work, and registered: still a worker (art. 7(3)(b)).
fn unemployed_after_a_year(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let year = asked.figures.worker_status_retained_fully_after_months_of_work;
    let more_than_a_year = asked.answers.months_worked.is_some_and(|months| months > year);
    (asked.is_registered_unemployed_citizen() && more_than_a_year).then_some(Likely)
}

/// Involuntarily unemployed sooner, and registered: still a worker for no less than six months (art. 7(3)(c)). These six
/// months follow any length of work, so it need not be known.
fn unemployed_within_a_year(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let retained = asked.figures.retained_worker_status_months_after_less_than_a_year;
    let within = asked.answers.months_since_work_ended.is_some_and(|months| months <= retained);
    (asked.is_registered_unemployed_citizen() && within).then_some(Likely)
}

/// In vocational training related to the work, which an involuntarily unemployed person's need not be (art. 7(3)(d)).
fn vocational_training(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let answers = asked.answers;
    let linked = yes(answers.training_linked_to_work) || yes(answers.involuntarily_unemployed);
    (asked.is_citizen() && yes(answers.in_vocational_training) && linked).then_some(Likely)
}

/// May have lost work, and whether they are registered is not known: they may still be a worker (art. 7(3)(b), (c)).
fn registration_unknown(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let answers = asked.answers;
    let may_have_lost_work = !no(answers.involuntarily_unemployed);
    (asked.is_citizen() && may_have_lost_work && unknown(answers.registered_as_job_seeker)).then_some(Unclear)
}

/// A family member has the right that the principal has (art. 7(1)(d), 7(2), 24(1)).
fn family_member(asked: &Asked<'_>) -> Option<RightsOutcome> {
    if !yes(asked.answers.family_member) {
        return None;
    }
    match asked.answers.principal_outcome {
        Some(Likely) => Some(Likely),
        Some(LikelyNot) if asked.flees_violence() => None,
        Some(LikelyNot) if asked.nothing_stands_against_exclusion() => Some(LikelyNot),
        // The tie gives nothing: a citizen is assessed by the rules that follow.
        Some(OutOfScope) if asked.is_citizen() => None,
        Some(LikelyNot | OutOfScope | Unclear) | None => Some(Unclear),
    }
}

/// Shelter because of domestic violence is excepted from the exclusions that follow (Wmo art. 1.2.2(2), last sentence).
fn domestic_violence(asked: &Asked<'_>) -> Option<RightsOutcome> {
    asked.flees_violence().then_some(Unclear)
}

/// In the first three months, not working, asks for shelter: it need not be given (art. 6, 24(2); Wmo art. 1.2.2(2)).
fn first_three_months(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let initial = asked.figures.initial_stay_months;
    let in_them = asked.answers.months_of_stay.is_some_and(|months| months <= initial);
    (in_them && asked.nothing_stands_against_exclusion()).then_some(LikelyNot)
}

/// After three months a first-time job-seeker may stay, and shelter need not be given (art. 14(4)(b), 24(2); Wmo
/// art. 1.2.2(2)). Of other provisions under the Wmo it says nothing: unclear.
fn first_time_job_seeker(asked: &Asked<'_>) -> Option<RightsOutcome> {
    let initial = asked.figures.initial_stay_months;
    let after_them = asked.answers.months_of_stay.is_some_and(|months| months > initial);
    if !yes(asked.answers.first_time_job_seeker) || !after_them {
        return None;
    }
    Some(if asked.nothing_stands_against_exclusion() { LikelyNot } else { Unclear })
}

/// Does not work, and nothing above applies: lawful residence then depends on own means (art. 7(1)(b), 14(1), 14(2)).
fn inactive(asked: &Asked<'_>) -> Option<RightsOutcome> {
    no(asked.answers.works).then_some(Unclear)
}

fn yes(answer: Option<YesNoUnknown>) -> bool {
    answer == Some(YesNoUnknown::Yes)
}

fn no(answer: Option<YesNoUnknown>) -> bool {
    answer == Some(YesNoUnknown::No)
}

fn unknown(answer: Option<YesNoUnknown>) -> bool {
    !yes(answer) && !no(answer)
}

/// What the rules look at.
struct Asked<'a> {
    answers: &'a RightsAnswers,
    ind: Option<&'a IndDecision>,
    figures: &'a Figures,
}

impl Asked<'_> {
    /// Work gives a right of its own to citizens alone; family has the principal's.
    fn is_citizen(&self) -> bool {
        yes(self.answers.union_citizen)
    }

    fn is_working_citizen(&self) -> bool {
        self.is_citizen() && yes(self.answers.works)
    }

    fn is_registered_unemployed_citizen(&self) -> bool {
        let answers = self.answers;
        self.is_citizen() && yes(answers.involuntarily_unemployed) && yes(answers.registered_as_job_seeker)
    }

    fn five_years(&self) -> bool {
        self.answers.years_of_lawful_residence.is_some_and(|years| years >= self.figures.permanent_residence_years)
    }

    /// Any of the three norms is enough. The income must be above its share, the hours may be just at theirs.
    fn work_reaches_the_norm(&self) -> bool {
        let (answers, norms) = (self.answers, self.figures);
        let share = u32::from(norms.genuine_work_share_of_full_working_time.percent());
        let by_the_week = share * u32::from(norms.full_working_time_hours_per_week);
        let income = norms.genuine_work_income_share_of_social_assistance_norm.percent();
        answers.hours_per_week.is_some_and(|hours| u32::from(hours) * 100 >= by_the_week)
            || answers.hours_per_month.is_some_and(|hours| hours >= norms.genuine_work_hours_per_month)
            || answers.income_percent_of_social_assistance_norm.is_some_and(|percent| percent > income)
    }

    fn flees_violence(&self) -> bool {
        yes(self.answers.asks_for_shelter) && yes(self.answers.domestic_violence)
    }

    /// Only shelter can be excluded, never where domestic violence is the reason or was not asked about, and only where
    /// everything that would give a right was asked about and denied.
    fn nothing_stands_against_exclusion(&self) -> bool {
        let answers = self.answers;
        let shelter = yes(answers.asks_for_shelter) && no(answers.domestic_violence);
        shelter && self.is_no_permanent_resident() && (no(answers.union_citizen) || self.is_no_worker())
    }

    fn is_no_permanent_resident(&self) -> bool {
        let years = self.figures.permanent_residence_years;
        let too_short = self.answers.months_of_stay.is_some_and(|months| months < years.saturating_mul(12));
        too_short || self.answers.years_of_lawful_residence.is_some_and(|lawful| lawful < years)
    }

    fn is_no_worker(&self) -> bool {
        let answers = self.answers;
        let has_no_work = no(answers.works) && no(answers.temporarily_unfit_for_work);
        let lost_none = no(answers.involuntarily_unemployed) || no(answers.registered_as_job_seeker);
        let unlinked = no(answers.training_linked_to_work) && no(answers.involuntarily_unemployed);
        has_no_work && lost_none && (no(answers.in_vocational_training) || unlinked)
    }
}

/// The law that a ground rests on.
#[must_use]
pub fn article(basis: RightsBasis) -> &'static str {
    match basis {
        IndDecided | IndAppealPending => "Wmo 2015 art. 1.2.2(1); Vreemdelingenwet 2000 art. 8",
        OutsideFreeMovement | NationalityUnknown => "Directive 2004/38 art. 3(1)",
        PermanentResidence | PermanentResidenceUnproven => "Directive 2004/38 art. 16",
        Worker | WorkBelowNorm => "Directive 2004/38 art. 7(1)(a)",
        TemporarilyUnfit => "Directive 2004/38 art. 7(3)(a)",
        UnemployedAfterAYear => "Directive 2004/38 art. 7(3)(b)",
        UnemployedWithinAYear => "Directive 2004/38 art. 7(3)(c)",
        VocationalTraining => "Directive 2004/38 art. 7(3)(d)",
        RegistrationUnknown => "Directive 2004/38 art. 7(3)(b) and (c)",
        FamilyMember => "Directive 2004/38 art. 7(1)(d), 7(2) and 24(1)",
        DomesticViolence => "Wmo 2015 art. 1.2.2(2)",
        FirstThreeMonths => "Directive 2004/38 art. 6 and 24(2); Wmo 2015 art. 1.2.2(2)",
        FirstTimeJobSeeker => "Directive 2004/38 art. 14(4)(b) and 24(2); Wmo 2015 art. 1.2.2(2)",
        Inactive => "Directive 2004/38 art. 7(1)(b) and 14",
        AnswersMissing => "Directive 2004/38 art. 7; Wmo 2015 art. 1.2.2",
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
