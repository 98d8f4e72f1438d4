//! The walls: what must not be whatever else changes. "People associate getting help with the risk of being sent back."

use super::{levels, standings};
use crate::codes::{Code, Role};
use crate::command::{CommandKind, WithoutPerson};
use crate::policy::{Category, Cells, Level, Relation, disclosed, may, own_recordings};

/// The standings in which a role sees a category of what others recorded, at exactly a level.
fn who_sees(category: Category, level: Level) -> Vec<String> {
    let seen = |(role, relation, consent): &(Role, Relation, bool)| {
        disclosed(*role, *relation, *consent).level(category) == level
    };
    let mut found: Vec<_> =
        standings().filter(seen).map(|(role, relation, _)| format!("{role}, {}", relation.name())).collect();
    found.dedup();
    found
}

/// The commands that a role may send in any relation.
fn commands_of(role: Role) -> Vec<CommandKind> {
    let in_any = |command: &CommandKind| Relation::ALL.iter().any(|relation| may(role, *command, *relation));
    CommandKind::ALL.iter().copied().filter(in_any).collect()
}

#[test]
fn police_never_see_where_somebody_sleeps_nor_anything_medical_nor_of_a_return() {
    for category in [Category::Presence, Category::Medical, Category::Return] {
        assert_eq!(own_recordings(Role::Police, true).level(category), Level::None, "{}", category.name());
        for relation in Relation::ALL {
            for consent in [true, false] {
                let level = disclosed(Role::Police, relation, consent).level(category);
                assert_eq!(level, Level::None, "{}, {}", relation.name(), category.name());
            }
        }
    }
}

#[test]
fn police_see_of_others_nothing_but_alerts_that_are_addressed_to_them_and_those_never_in_full() {
    for relation in Relation::ALL {
        for category in Category::ALL {
            let level = disclosed(Role::Police, relation, false).level(category);
            let alert = relation == Relation::Addressed && category == Category::Lookout;
            assert_eq!(level, if alert { Level::Minimal } else { Level::None }, "{}", category.name());
        }
    }
}

#[test]
fn an_embassy_sees_nothing_without_consent_not_even_what_it_wrote_itself() {
    assert!(own_recordings(Role::EmbassyLiaison, false).is_nothing());
    for relation in Relation::ALL {
        assert!(disclosed(Role::EmbassyLiaison, relation, false).is_nothing(), "{}", relation.name());
    }
}

#[test]
fn an_embassy_that_nothing_is_addressed_to_sees_nothing_whatever_was_consented() {
    for relation in [Relation::Region, Relation::Involved, Relation::None] {
        assert!(disclosed(Role::EmbassyLiaison, relation, true).is_nothing(), "{}", relation.name());
    }
}

#[test]
fn with_consent_an_embassy_sees_who_it_is_and_the_handover_and_nothing_else() {
    let cells = disclosed(Role::EmbassyLiaison, Relation::Addressed, true);
    for category in Category::ALL {
        let expected = match category {
            Category::Identity => Level::Minimal,
            Category::Return => Level::Full,
            _ => Level::None,
        };
        assert_eq!(cells.level(category), expected, "{}", category.name());
    }
}

#[test]
fn those_who_work_without_persons_see_nobody() {
    for role in [Role::Ambassador, Role::MonitorAnalyst, Role::PrivacyOfficer, Role::Administrator, Role::System] {
        assert!(own_recordings(role, true).is_nothing(), "{role}");
        for relation in Relation::ALL {
            for consent in [true, false] {
                assert_eq!(disclosed(role, relation, consent), Cells::NOTHING, "{role}, {}", relation.name());
            }
        }
    }
}

#[test]
fn a_return_is_seen_in_full_by_coordinator_supporter_and_with_consent_by_those_abroad_and_by_nobody_else() {
    let expected = [
        "process_coordinator, region",
        "client_supporter, involved",
        "embassy_liaison, addressed",
        "receiving_provider, addressed",
    ];
    assert_eq!(who_sees(Category::Return, Level::Full), expected);
    assert_eq!(who_sees(Category::Return, Level::Minimal), ["care_provider, involved"]);
}

#[test]
fn what_was_found_of_somebodys_health_is_for_those_who_give_care() {
    assert_eq!(who_sees(Category::Medical, Level::Full), ["care_provider, involved", "care_provider, break_glass"]);
}

#[test]
fn what_others_noted_of_justice_only_the_coordinator_sees_and_never_in_full() {
    assert_eq!(
        who_sees(Category::Justice, Level::Minimal),
        ["process_coordinator, region", "process_coordinator, break_glass"]
    );
    assert!(who_sees(Category::Justice, Level::Full).is_empty());
}

#[test]
fn the_notes_of_another_organisation_only_the_coordinator_reads() {
    assert_eq!(
        who_sees(Category::Notes, Level::Full),
        ["process_coordinator, region", "process_coordinator, break_glass"]
    );
    assert!(who_sees(Category::Notes, Level::Minimal).is_empty());
}

#[test]
fn whoever_has_nothing_to_do_with_a_person_sees_nothing_that_others_recorded() {
    for role in Role::ALL {
        for consent in [true, false] {
            assert!(disclosed(*role, Relation::None, consent).is_nothing(), "{role}");
        }
    }
}

#[test]
fn a_relation_that_a_role_cannot_stand_in_shows_nothing() {
    let possible = |role: Role, relation: Relation| match role {
        Role::ProcessCoordinator => matches!(relation, Relation::Region | Relation::BreakGlass),
        Role::MunicipalAssessor => relation == Relation::Region,
        Role::CareProvider if relation == Relation::BreakGlass => true,
        Role::ShelterWorker | Role::OutreachWorker | Role::CareProvider | Role::ClientSupporter => {
            matches!(relation, Relation::Involved | Relation::Called | Relation::Addressed)
        }
        Role::Police | Role::EmbassyLiaison | Role::ReceivingProvider | Role::Ambassador => {
            relation == Relation::Addressed
        }
        Role::MonitorAnalyst | Role::PrivacyOfficer | Role::Administrator | Role::System => false,
    };
    for (role, relation, consent) in standings().filter(|(role, relation, _)| !possible(*role, *relation)) {
        assert!(disclosed(role, relation, consent).is_nothing(), "{role}, {}", relation.name());
    }
}

#[test]
fn consent_never_takes_sight_away_and_the_own_recordings_are_never_seen_less_than_others() {
    for (role, relation, consent) in standings() {
        for category in Category::ALL {
            let level = disclosed(role, relation, consent).level(category);
            assert!(disclosed(role, relation, true).level(category) >= level, "{role}, {}", category.name());
            let own = own_recordings(role, true).level(category);
            let abroad = matches!(role, Role::EmbassyLiaison | Role::ReceivingProvider);
            assert!(own >= level || abroad, "{role}, {}", category.name());
        }
    }
}

#[test]
fn police_signal_and_answer_alerts_and_do_nothing_else() {
    assert_eq!(
        commands_of(Role::Police),
        [CommandKind::ReportSignal, CommandKind::AnswerCareAlert, CommandKind::RetractEntry, CommandKind::MoveEntry]
    );
}

#[test]
fn an_embassy_works_handovers_that_are_addressed_to_it_and_does_nothing_else() {
    use CommandKind as C;
    let works = [
        C::AcknowledgeHandover,
        C::AcceptHandover,
        C::DeclineHandover,
        C::ConfirmArrival,
        C::RecordFollowUp,
        C::AskHandoverQuestion,
        C::RetractEntry,
    ];
    assert_eq!(commands_of(Role::EmbassyLiaison), works);
    for command in works {
        only_addressed(Role::EmbassyLiaison, command);
    }
}

#[track_caller]
fn only_addressed(role: Role, command: CommandKind) {
    let when: Vec<_> = Relation::ALL.into_iter().filter(|relation| may(role, command, *relation)).collect();
    assert_eq!(when, [Relation::Addressed], "{}", command.name());
}

#[test]
fn a_receiving_provider_answers_handovers_that_name_it_asks_and_says_how_it_goes_and_does_nothing_else() {
    use CommandKind as C;
    let works = [
        C::AcceptHandover,
        C::DeclineHandover,
        C::ConfirmArrival,
        C::RecordFollowUp,
        C::AskHandoverQuestion,
        C::RetractEntry,
    ];
    assert_eq!(commands_of(Role::ReceivingProvider), works);
    for command in works {
        only_addressed(Role::ReceivingProvider, command);
    }
}

#[test]
fn a_receiving_provider_sees_nothing_without_consent_and_nothing_that_is_not_addressed_to_it() {
    assert!(own_recordings(Role::ReceivingProvider, false).is_nothing());
    for relation in Relation::ALL {
        assert!(disclosed(Role::ReceivingProvider, relation, false).is_nothing(), "{}", relation.name());
        let sees = !disclosed(Role::ReceivingProvider, relation, true).is_nothing();
        assert_eq!(sees, relation == Relation::Addressed, "{}", relation.name());
    }
    let cells = disclosed(Role::ReceivingProvider, Relation::Addressed, true);
    for category in [
        Category::Presence,
        Category::Medical,
        Category::Justice,
        Category::Rights,
        Category::Referrals,
        Category::Lookout,
        Category::Notes,
    ] {
        assert_eq!(cells.level(category), Level::None, "{}", category.name());
    }
}

#[test]
fn those_who_oversee_count_or_configure_change_nothing_on_a_path() {
    assert_eq!(commands_of(Role::Ambassador), []);
    let releases = commands_of(Role::MonitorAnalyst);
    assert!(releases.iter().all(|kind| kind.without_person() == Some(WithoutPerson::Figures)), "{releases:?}");
    let keeps = commands_of(Role::Administrator);
    let of_the_directory = |kind: &CommandKind| kind.without_person() == Some(WithoutPerson::Directory);
    assert!(!keeps.is_empty() && keeps.iter().all(of_the_directory), "{keeps:?}");
    assert_eq!(
        commands_of(Role::PrivacyOfficer),
        [
            CommandKind::PlaceHold,
            CommandKind::LiftHold,
            CommandKind::EndBreakGlass,
            CommandKind::ReviewBreakGlass,
            CommandKind::EraseSubject
        ]
    );
}

#[test]
fn baken_itself_does_only_what_a_deadline_does_brings_in_what_is_configured_and_never_closes_a_case() {
    use CommandKind as C;
    let by_deadline = [
        C::RecordNoShow,
        C::MarkOutOfSight,
        C::EndLookout,
        C::EndCareAlert,
        C::ExpireLookout,
        C::OvertakeException,
        C::CallOffDischarge,
        C::StopHandover,
        C::FinishMove,
        C::EraseSubject,
        C::RegisterOrganisation,
        C::PassDeadline,
    ];
    assert_eq!(commands_of(Role::System), by_deadline);
}

#[test]
fn what_somebody_must_decide_only_the_coordinator_of_the_region_does() {
    use CommandKind as C;
    for command in [C::DecideException, C::CloseCase, C::ReopenCase, C::LinkPersons, C::UnlinkPersons] {
        for role in Role::ALL {
            for relation in Relation::ALL {
                let coordinates = *role == Role::ProcessCoordinator && relation == Relation::Region;
                assert_eq!(may(*role, command, relation), coordinates, "{role}, {}", command.name());
            }
        }
    }
}

/// Art. 7(3) GDPR.
#[test]
fn consent_is_taken_back_wherever_it_can_be_given() {
    for role in Role::ALL {
        for relation in Relation::ALL {
            let given = may(*role, CommandKind::GiveConsent, relation);
            assert!(!given || may(*role, CommandKind::WithdrawConsent, relation), "{role}, {}", relation.name());
        }
    }
}

#[test]
fn a_return_is_prepared_and_proposed_only_by_coordinator_and_supporter() {
    use CommandKind as C;
    for command in [
        C::PresentReturnOptions,
        C::ProposeHandover,
        C::RecordDeparture,
        C::AnswerHandoverQuestion,
        C::WithdrawHandover,
    ] {
        let who: Vec<_> = Role::ALL.iter().filter(|role| commands_of(**role).contains(&command)).collect();
        assert_eq!(who, [&Role::ProcessCoordinator, &Role::ClientSupporter], "{}", command.name());
    }
}

/// They say no for the person, and never yes.
#[test]
fn shelter_and_street_workers_record_of_a_return_that_the_person_does_not_want_it_or_takes_a_consent_back() {
    use CommandKind as C;
    for role in [Role::ShelterWorker, Role::OutreachWorker] {
        let of_return = [
            C::PresentReturnOptions,
            C::RefuseReturn,
            C::EvidenceReturnCondition,
            C::GiveConsent,
            C::WithdrawConsent,
            C::ProposeHandover,
            C::RecordDeparture,
            C::WithdrawHandover,
        ];
        let may: Vec<_> = of_return.into_iter().filter(|command| commands_of(role).contains(command)).collect();
        assert_eq!(may, [C::RefuseReturn, C::WithdrawConsent], "{role}");
    }
}

#[test]
fn a_deeper_level_shows_all_that_a_lesser_one_does() {
    use super::super::Depth::{Full, Minimal};
    let within = levels().map(|level| (Minimal.within(level), Full.within(level)));
    assert_eq!(within, [(false, false), (true, false), (true, true)]);
    assert_eq!(Role::ALL.len(), 14);
}
