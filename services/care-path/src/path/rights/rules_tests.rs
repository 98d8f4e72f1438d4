use proptest::prelude::*;

use super::super::super::testing::norms;
use super::*;
use crate::codes::Code;
use YesNoUnknown::{No, Unknown, Yes};

/// A citizen of whom every ground was asked about and denied, for a year in the country, who asks for shelter.
fn citizen() -> RightsAnswers {
    RightsAnswers {
        union_citizen: Some(Yes),
        family_member: Some(No),
        years_of_lawful_residence: Some(0),
        residence_proven: Some(No),
        months_of_stay: Some(12),
        works: Some(No),
        temporarily_unfit_for_work: Some(No),
        involuntarily_unemployed: Some(No),
        registered_as_job_seeker: Some(No),
        in_vocational_training: Some(No),
        first_time_job_seeker: Some(No),
        asks_for_shelter: Some(Yes),
        domestic_violence: Some(No),
        ..RightsAnswers::default()
    }
}

fn working() -> RightsAnswers {
    RightsAnswers { works: Some(Yes), ..citizen() }
}

fn unemployed() -> RightsAnswers {
    RightsAnswers { involuntarily_unemployed: Some(Yes), registered_as_job_seeker: Some(Yes), ..citizen() }
}

fn newcomer() -> RightsAnswers {
    RightsAnswers { months_of_stay: Some(3), ..citizen() }
}

fn job_seeker() -> RightsAnswers {
    RightsAnswers { first_time_job_seeker: Some(Yes), months_of_stay: Some(4), ..citizen() }
}

/// Family from outside the EU, whose principal was assessed so.
fn family(principal_outcome: Option<RightsOutcome>) -> RightsAnswers {
    RightsAnswers { union_citizen: Some(No), family_member: Some(Yes), principal_outcome, ..citizen() }
}

fn decision(outcome: IndOutcome, appeal_pending: bool) -> IndDecision {
    IndDecision { outcome, decided_on: None, appeal_pending }
}

#[track_caller]
fn says(answers: &RightsAnswers, outcome: RightsOutcome, basis: RightsBasis) {
    says_after(answers, None, outcome, basis);
}

#[track_caller]
fn says_after(answers: &RightsAnswers, ind: Option<IndDecision>, outcome: RightsOutcome, basis: RightsBasis) {
    let assessment = assess(answers, ind.as_ref(), &norms());
    assert_eq!((assessment.outcome, assessment.basis), (outcome, basis));
}

#[test]
fn a_decision_of_the_ind_is_followed_before_anything_else() {
    let worker = RightsAnswers { hours_per_week: Some(40), ..working() };
    says_after(&worker, Some(decision(IndOutcome::NoLawfulResidence, false)), LikelyNot, IndDecided);
    says_after(&newcomer(), Some(decision(IndOutcome::LawfulResidence, false)), Likely, IndDecided);
    let outside = RightsAnswers { union_citizen: Some(No), family_member: Some(No), ..RightsAnswers::default() };
    says_after(&outside, Some(decision(IndOutcome::LawfulResidence, false)), Likely, IndDecided);
}

#[test]
fn while_an_appeal_is_pending_nothing_is_settled_either_way() {
    for &outcome in IndOutcome::ALL {
        says_after(&citizen(), Some(decision(outcome, true)), Unclear, IndAppealPending);
    }
}

#[test]
fn who_is_neither_a_citizen_nor_family_is_out_of_scope() {
    let outside = RightsAnswers { union_citizen: Some(No), ..citizen() };
    says(&outside, OutOfScope, OutsideFreeMovement);
    says(&family(Some(OutOfScope)), OutOfScope, OutsideFreeMovement);
}

#[test]
fn an_unknown_nationality_or_family_tie_leaves_the_right_unclear() {
    let worker = RightsAnswers { hours_per_week: Some(40), ..working() };
    says(&RightsAnswers { union_citizen: None, ..worker.clone() }, Unclear, NationalityUnknown);
    let tie_unknown = RightsAnswers { union_citizen: Some(No), family_member: Some(Unknown), ..worker };
    says(&tie_unknown, Unclear, NationalityUnknown);
}

#[test]
fn five_years_of_lawful_residence_count_once_they_are_proven() {
    let years = |years, proven| RightsAnswers {
        months_of_stay: Some(70),
        years_of_lawful_residence: Some(years),
        residence_proven: proven,
        ..citizen()
    };
    says(&years(5, Some(Yes)), Likely, PermanentResidence);
    says(&years(5, Some(No)), Unclear, PermanentResidenceUnproven);
    says(&years(5, None), Unclear, PermanentResidenceUnproven);
    says(&years(4, Some(Yes)), Unclear, Inactive);
}

#[test]
fn family_from_outside_the_union_becomes_a_permanent_resident_too() {
    let resident =
        RightsAnswers { years_of_lawful_residence: Some(5), residence_proven: Some(Yes), ..family(Some(LikelyNot)) };
    says(&resident, Likely, PermanentResidence);
}

#[test]
fn work_counts_from_the_norm_by_the_week_on() {
    says(&RightsAnswers { hours_per_week: Some(16), ..working() }, Likely, Worker);
    says(&RightsAnswers { hours_per_week: Some(15), ..working() }, Unclear, WorkBelowNorm);
}

#[test]
fn work_counts_from_the_norm_by_the_month_on() {
    says(&RightsAnswers { hours_per_month: Some(69), ..working() }, Likely, Worker);
    says(&RightsAnswers { hours_per_month: Some(68), ..working() }, Unclear, WorkBelowNorm);
}

#[test]
fn income_from_work_counts_above_half_of_the_social_assistance_norm() {
    let income = |percent| RightsAnswers { income_percent_of_social_assistance_norm: Some(percent), ..working() };
    says(&income(51), Likely, Worker);
    says(&income(50), Unclear, WorkBelowNorm);
}

#[test]
fn one_norm_that_is_met_is_enough_and_work_of_unknown_extent_is_unclear() {
    let few_hours =
        RightsAnswers { hours_per_month: Some(20), income_percent_of_social_assistance_norm: Some(60), ..working() };
    says(&few_hours, Likely, Worker);
    says(&working(), Unclear, WorkBelowNorm);
}

#[test]
fn the_norms_are_those_of_the_ruleset_and_not_of_the_code() {
    let mut sectors = norms();
    sectors.figures.full_working_time_hours_per_week = 36;
    sectors.figures.initial_stay_months = 2;
    let fifteen = RightsAnswers { hours_per_week: Some(15), ..working() };
    assert_eq!(assess(&fifteen, None, &sectors).basis, Worker);
    assert_eq!(assess(&newcomer(), None, &sectors).basis, Inactive);
}

#[test]
fn working_newcomers_have_the_right_of_a_worker_from_the_first_day() {
    says(&RightsAnswers { months_of_stay: Some(1), hours_per_week: Some(38), ..working() }, Likely, Worker);
}

#[test]
fn who_is_temporarily_unfit_stays_a_worker() {
    says(&RightsAnswers { temporarily_unfit_for_work: Some(Yes), ..newcomer() }, Likely, TemporarilyUnfit);
}

#[test]
fn after_more_than_a_year_of_work_a_registered_unemployed_person_stays_a_worker() {
    let after =
        |months| RightsAnswers { months_worked: Some(months), months_since_work_ended: Some(20), ..unemployed() };
    says(&after(13), Likely, UnemployedAfterAYear);
    says(&after(12), Unclear, Inactive);
}

#[test]
fn after_a_shorter_time_of_work_for_six_months() {
    let since =
        |months| RightsAnswers { months_worked: Some(1), months_since_work_ended: Some(months), ..unemployed() };
    says(&since(5), Likely, UnemployedWithinAYear);
    says(&since(6), Likely, UnemployedWithinAYear);
    says(&since(7), Unclear, Inactive);
    let of_unknown_length = RightsAnswers { months_worked: None, ..since(6) };
    says(&of_unknown_length, Likely, UnemployedWithinAYear);
}

#[test]
fn without_registration_unemployment_keeps_no_status() {
    let not_registered = RightsAnswers { registered_as_job_seeker: Some(No), months_worked: Some(30), ..unemployed() };
    says(&not_registered, Unclear, Inactive);
    says(&RightsAnswers { months_of_stay: Some(2), ..not_registered }, LikelyNot, FirstThreeMonths);
}

#[test]
fn training_counts_if_it_is_linked_to_the_work_or_the_work_was_lost_involuntarily() {
    let training = RightsAnswers { in_vocational_training: Some(Yes), ..citizen() };
    let linked = RightsAnswers { training_linked_to_work: Some(Yes), ..training.clone() };
    says(&linked, Likely, VocationalTraining);
    let lost_work =
        RightsAnswers { involuntarily_unemployed: Some(Yes), training_linked_to_work: Some(No), ..training.clone() };
    says(&lost_work, Likely, VocationalTraining);
    says(&RightsAnswers { training_linked_to_work: Some(No), ..training.clone() }, Unclear, Inactive);
    says(&RightsAnswers { training_linked_to_work: None, ..training }, Unclear, Inactive);
}

#[test]
fn an_unknown_registration_leaves_the_right_unclear_where_work_may_have_been_lost() {
    for lost_work in [Some(Yes), Some(Unknown), None] {
        let answers = RightsAnswers {
            involuntarily_unemployed: lost_work,
            registered_as_job_seeker: Some(Unknown),
            ..newcomer()
        };
        says(&answers, Unclear, RegistrationUnknown);
    }
    says(&RightsAnswers { registered_as_job_seeker: None, ..newcomer() }, LikelyNot, FirstThreeMonths);
}

#[test]
fn a_family_member_has_the_right_of_the_principal() {
    says(&family(Some(Likely)), Likely, FamilyMember);
    says(&family(Some(Unclear)), Unclear, FamilyMember);
    says(&family(Some(LikelyNot)), LikelyNot, FamilyMember);
    says(&family(None), Unclear, FamilyMember);
}

#[test]
fn a_citizen_who_is_family_keeps_the_right_of_their_own_work() {
    let tie = RightsAnswers { family_member: Some(Yes), principal_outcome: Some(LikelyNot), ..working() };
    says(&RightsAnswers { hours_per_week: Some(16), ..tie.clone() }, Likely, Worker);
    let own_work_unknown = RightsAnswers { works: None, ..tie };
    says(&own_work_unknown, Unclear, FamilyMember);
    let tie_to_somebody_outside =
        RightsAnswers { family_member: Some(Yes), principal_outcome: Some(OutOfScope), ..newcomer() };
    says(&tie_to_somebody_outside, LikelyNot, FirstThreeMonths);
}

#[test]
fn work_of_family_from_outside_the_union_is_not_asked_about() {
    let works = RightsAnswers { works: Some(Yes), hours_per_week: Some(40), ..family(Some(LikelyNot)) };
    says(&works, LikelyNot, FamilyMember);
    let unfit = RightsAnswers { temporarily_unfit_for_work: Some(Yes), ..family(Some(LikelyNot)) };
    says(&unfit, LikelyNot, FamilyMember);
    let training = RightsAnswers {
        in_vocational_training: Some(Yes),
        training_linked_to_work: Some(Yes),
        ..family(Some(LikelyNot))
    };
    says(&training, LikelyNot, FamilyMember);
    let nothing_asked =
        RightsAnswers { family_member: Some(Yes), principal_outcome: Some(Likely), ..RightsAnswers::default() };
    says(&nothing_asked, Likely, FamilyMember);
}

#[test]
fn exactly_three_months_are_still_the_first_three_and_the_fourth_is_not() {
    says(&newcomer(), LikelyNot, FirstThreeMonths);
    says(&RightsAnswers { months_of_stay: Some(4), ..newcomer() }, Unclear, Inactive);
    let seeking = RightsAnswers { first_time_job_seeker: Some(Yes), ..newcomer() };
    says(&seeking, LikelyNot, FirstThreeMonths);
}

#[test]
fn a_first_time_job_seeker_has_likely_no_right_to_shelter_and_an_unclear_one_to_the_rest() {
    says(&job_seeker(), LikelyNot, FirstTimeJobSeeker);
    says(&RightsAnswers { asks_for_shelter: Some(No), ..job_seeker() }, Unclear, FirstTimeJobSeeker);
    says(&RightsAnswers { asks_for_shelter: None, ..job_seeker() }, Unclear, FirstTimeJobSeeker);
    let in_the_first_three = RightsAnswers { months_of_stay: Some(3), asks_for_shelter: Some(No), ..job_seeker() };
    says(&in_the_first_three, Unclear, Inactive);
}

#[test]
fn domestic_violence_is_excepted_from_every_exclusion_of_shelter() {
    let principal_refused = family(Some(LikelyNot));
    for excluded in [newcomer(), job_seeker(), principal_refused] {
        assert_eq!(assess(&excluded, None, &norms()).outcome, LikelyNot);
        let violence = RightsAnswers { domestic_violence: Some(Yes), ..excluded.clone() };
        says(&violence, Unclear, DomesticViolence);
        let not_asked_about = RightsAnswers { domestic_violence: None, ..excluded };
        assert_eq!(assess(&not_asked_about, None, &norms()).outcome, Unclear);
    }
}

#[test]
fn shelter_is_not_excluded_while_a_ground_was_not_asked_about() {
    let not_asked: [fn(&mut RightsAnswers); 7] = [
        |answers| answers.union_citizen = None,
        |answers| answers.works = None,
        |answers| answers.temporarily_unfit_for_work = None,
        |answers| (answers.involuntarily_unemployed, answers.registered_as_job_seeker) = (None, None),
        |answers| answers.in_vocational_training = None,
        |answers| answers.asks_for_shelter = None,
        |answers| answers.months_of_stay = None,
    ];
    for leave_out in not_asked {
        for mut answers in [newcomer(), job_seeker()] {
            assert_eq!(assess(&answers, None, &norms()).outcome, LikelyNot);
            leave_out(&mut answers);
            assert_eq!(assess(&answers, None, &norms()).outcome, Unclear);
        }
    }
}

#[test]
fn who_may_have_stayed_lawfully_for_five_years_is_not_excluded() {
    let long_here = RightsAnswers { months_of_stay: Some(80), years_of_lawful_residence: None, ..job_seeker() };
    says(&long_here, Unclear, FirstTimeJobSeeker);
    says(&RightsAnswers { years_of_lawful_residence: Some(4), ..long_here.clone() }, LikelyNot, FirstTimeJobSeeker);
    says(&RightsAnswers { months_of_stay: Some(60), ..long_here.clone() }, Unclear, FirstTimeJobSeeker);
    says(&RightsAnswers { months_of_stay: Some(59), ..long_here }, LikelyNot, FirstTimeJobSeeker);
}

#[test]
fn training_without_a_link_stands_against_an_exclusion_only_while_work_may_have_been_lost() {
    let unlinked = RightsAnswers { in_vocational_training: Some(Yes), training_linked_to_work: Some(No), ..newcomer() };
    says(&unlinked, LikelyNot, FirstThreeMonths);
    says(&RightsAnswers { training_linked_to_work: None, ..unlinked.clone() }, Unclear, Inactive);
    says(&RightsAnswers { involuntarily_unemployed: None, ..unlinked }, Unclear, Inactive);
}

#[test]
fn who_does_nothing_of_all_this_has_an_unclear_right() {
    says(&citizen(), Unclear, Inactive);
    says(&RightsAnswers { works: None, ..citizen() }, Unclear, AnswersMissing);
}

#[test]
fn where_nothing_is_known_the_right_is_unclear() {
    says(&RightsAnswers::default(), Unclear, NationalityUnknown);
    let nothing_but_citizenship = RightsAnswers { union_citizen: Some(Yes), ..RightsAnswers::default() };
    says(&nothing_but_citizenship, Unclear, RegistrationUnknown);
}

#[test]
fn a_right_that_is_not_likely_comes_with_what_needs_no_right() {
    let assessment = assess(&newcomer(), None, &norms());
    assert!(assessment.ind_decision_needed);
    assert_eq!(assessment.alternatives, WITHOUT_ENTITLEMENT);
    let assessment = assess(&citizen(), None, &norms());
    assert!(!assessment.ind_decision_needed);
    assert_eq!(assessment.alternatives, WITHOUT_ENTITLEMENT);
}

#[test]
fn every_ground_is_of_one_rule_in_its_order_and_names_its_law() {
    let of_rules: Vec<_> = RULES.iter().map(|(basis, _)| *basis).chain([AnswersMissing]).collect();
    assert_eq!(of_rules, RightsBasis::ALL);
    for &basis in RightsBasis::ALL {
        assert!(article(basis).contains(" art. "), "{basis}");
    }
}

fn any_code<C: Code + std::fmt::Debug>() -> impl Strategy<Value = Option<C>> {
    prop::option::of(prop::sample::select(C::ALL))
}

fn any_number() -> impl Strategy<Value = Option<u16>> {
    prop::option::of(prop_oneof![0..20_u16, 55..75_u16, any::<u16>()])
}

prop_compose! {
    fn any_answers()(
        codes in prop::array::uniform12(any_code::<YesNoUnknown>()),
        numbers in prop::array::uniform8(any_number()),
        principal_outcome in any_code::<RightsOutcome>(),
    ) -> RightsAnswers {
        let [union_citizen, family_member, residence_proven, works, temporarily_unfit_for_work,
            involuntarily_unemployed, registered_as_job_seeker, in_vocational_training, training_linked_to_work,
            first_time_job_seeker, asks_for_shelter, domestic_violence] = codes;
        let [years_of_lawful_residence, months_of_stay, hours_per_week, hours_per_month,
            income_percent_of_social_assistance_norm, months_worked, months_since_work_ended, _] = numbers;
        RightsAnswers {
            union_citizen, family_member, principal_outcome, years_of_lawful_residence, residence_proven,
            months_of_stay, works, hours_per_week, hours_per_month, income_percent_of_social_assistance_norm,
            temporarily_unfit_for_work, involuntarily_unemployed, months_worked, months_since_work_ended,
            registered_as_job_seeker, in_vocational_training, training_linked_to_work, first_time_job_seeker,
            asks_for_shelter, domestic_violence,
        }
    }
}

/// Answers as they are near an exclusion, so that the rare outcome is not rare in the test.
fn nearly_excluded() -> impl Strategy<Value = RightsAnswers> {
    let from = prop::sample::select(vec![newcomer(), job_seeker(), family(Some(LikelyNot))]);
    (from, any_answers(), 0..12_usize).prop_map(|(mut answers, other, changed)| {
        match changed {
            0 => answers.union_citizen = other.union_citizen,
            1 => answers.works = other.works,
            2 => answers.temporarily_unfit_for_work = other.temporarily_unfit_for_work,
            3 => answers.involuntarily_unemployed = other.involuntarily_unemployed,
            4 => answers.registered_as_job_seeker = other.registered_as_job_seeker,
            5 => answers.in_vocational_training = other.in_vocational_training,
            6 => answers.asks_for_shelter = other.asks_for_shelter,
            7 => answers.domestic_violence = other.domestic_violence,
            8 => answers.months_of_stay = other.months_of_stay,
            9 => answers.years_of_lawful_residence = other.years_of_lawful_residence,
            10 => answers.principal_outcome = other.principal_outcome,
            _ => {}
        }
        answers
    })
}

fn any_decision() -> impl Strategy<Value = Option<IndDecision>> {
    let decided = (prop::sample::select(IndOutcome::ALL), any::<bool>());
    prop::option::weighted(0.2, decided.prop_map(|(outcome, pending)| decision(outcome, pending)))
}

proptest! {
    #[test]
    fn every_set_of_answers_has_one_assessment_and_the_same_each_time(
        answers in any_answers(), ind in any_decision(),
    ) {
        let assessment = assess(&answers, ind.as_ref(), &norms());
        prop_assert_eq!(&assessment, &assess(&answers, ind.as_ref(), &norms()));
        let written = serde_json::to_string(&answers).unwrap();
        let read: RightsAnswers = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&assessment, &assess(&read, ind.as_ref(), &norms()));
    }

    #[test]
    fn likely_not_always_demands_a_decision_of_the_ind_and_lists_alternatives(
        answers in prop_oneof![any_answers(), nearly_excluded()], ind in any_decision(),
    ) {
        let assessment = assess(&answers, ind.as_ref(), &norms());
        prop_assert_eq!(assessment.outcome == LikelyNot, assessment.ind_decision_needed);
        prop_assert_eq!(assessment.outcome == Likely, assessment.alternatives.is_empty());
    }

    #[test]
    fn only_shelter_is_ever_excluded_by_a_rule_and_never_from_those_who_flee_violence(
        answers in prop_oneof![any_answers(), nearly_excluded()],
    ) {
        if assess(&answers, None, &norms()).outcome == LikelyNot {
            prop_assert_eq!(answers.asks_for_shelter, Some(Yes));
            prop_assert_eq!(answers.domestic_violence, Some(No));
            prop_assert!(answers.union_citizen == Some(No) || answers.works == Some(No));
        }
    }

    #[test]
    fn an_answer_of_unknown_is_the_same_as_none(answers in prop_oneof![any_answers(), nearly_excluded()]) {
        let mut json = serde_json::to_value(&answers).unwrap();
        json.as_object_mut().unwrap().retain(|_, answer| answer != "unknown");
        let without: RightsAnswers = serde_json::from_value(json).unwrap();
        prop_assert_eq!(assess(&answers, None, &norms()), assess(&without, None, &norms()));
    }

    #[test]
    fn numbers_alone_make_no_right_likely_or_unlikely(answers in any_answers()) {
        let mut json = serde_json::to_value(&answers).unwrap();
        json.as_object_mut().unwrap().retain(|_, answer| answer.is_number());
        let numbers: RightsAnswers = serde_json::from_value(json).unwrap();
        prop_assert_eq!(assess(&numbers, None, &norms()).outcome, Unclear);
    }
}
