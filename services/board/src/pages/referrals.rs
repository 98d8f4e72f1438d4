//! Referrals in and out: what waits for an answer, what runs.

use care_path::codes::ReferralState as S;
use care_path::command::CommandKind as K;
use care_path::directory::is_a_bed;
use care_path::views::{ReferralView, TaskView};
use maud::{Markup, html};

use super::Part;
use crate::form::Ask;
use crate::page::Page;

/// What lies there.
pub struct Referrals {
    /// To the reader's organisation, and not answered yet.
    pub waiting: Part<ReferralView>,
    /// To the reader's organisation, and accepted.
    pub running: Part<ReferralView>,
    /// To others, and open.
    pub sent: Part<ReferralView>,
    /// To the reader's organisation, and over: answered with no, taken back, or at its end.
    pub over: Part<ReferralView>,
    pub tasks: Part<TaskView>,
}

/// The page.
#[must_use]
pub fn referrals(page: &Page<'_>, referrals: &Referrals) -> Markup {
    let Referrals { waiting, running, sent, over, tasks } = referrals;
    let what_waits = page.say("Wat wacht op u", "What waits for you");
    page.titled(
        page.say("Verwijzingen", "Referrals"),
        &html! {
            div.board-columns {
                (page.referral_list("in", page.say("Wacht op uw antwoord", "Waits for your answer"), waiting))
                (page.referral_list("care", page.say("Bij u in zorg", "In your care"), running))
                (page.referral_list("out", page.say("Verstuurd", "Sent"), sent))
                section aria-labelledby="waits" {
                    h2 #waits.utrecht-heading-2 { (what_waits) }
                    @if tasks.items.is_empty() { (page.nothing("Er wacht niets op u.", "Nothing waits for you.")) }
                    (page.tasks(&tasks.items))
                    (page.further(tasks, what_waits))
                }
            }
            (page.referral_list("over", page.say("Afgelopen", "Over"), over))
        },
    )
}

impl Page<'_> {
    fn referral_list(&self, id: &str, title: &str, referrals: &Part<ReferralView>) -> Markup {
        html! {
            section aria-labelledby=(id) {
                h2.utrecht-heading-2 id=(id) { (title) }
                @if referrals.items.is_empty() { (self.nothing("Geen.", "None.")) }
                ul.card-list { @for referral in &referrals.items { (self.referral(referral, true)) } }
                (self.further(referrals, title))
            }
        }
    }

    /// A referral with what the reader may do about it.
    pub(super) fn referral(&self, referral: &ReferralView, with_link: bool) -> Markup {
        let person = referral.noted.person_id;
        let ask = |kind| Ask::of(kind).about(person).subject(referral.referral_id.0);
        let to_us = referral.to == self.reader.principal.organisation;
        let from_us = referral.from == self.reader.principal.organisation;
        html! {
            li.card id={ "referral-" (referral.referral_id) } {
                h3.utrecht-heading-3 { (self.code(referral.offering)) }
                @if with_link { p { (self.person_link(None, person)) } }
                p {
                    @if let Some(state) = referral.state { span.tag.tag--calm[state.is_open()] { (self.code(state)) } " " }
                    span.tag { (self.code(referral.urgency)) }
                }
                p { (self.organisation(&referral.from)) " → " (self.organisation(&referral.to)) " · " (self.noted(&referral.noted)) }
                @if let Some(reason) = &referral.reason { p.told { (reason.as_str()) } }
                @if let Some(why) = referral.decline_reason { p { (self.code(why)) } }
                @if let Some(why) = referral.dropout_reason { p { (self.code(why)) } }
                @if let Some(why) = &referral.explanation { p.told { (why.as_str()) } }
                @if let Some(until) = referral.waitlisted_until {
                    p { (self.say("wachtlijst tot ", "waiting list until ")) (crate::show::day(until, self.now, self.language)) }
                }
                @if let Some(state) = referral.state {
                    div.utrecht-button-group {
                        @if to_us {
                            @match state {
                                S::Made | S::Waitlisted => {
                                    (self.act(&ask(K::AcceptReferral).primary()))
                                    (self.act(&ask(K::DeclineReferral)))
                                    @if state == S::Made { (self.act(&ask(K::WaitlistReferral))) }
                                }
                                S::Accepted if is_a_bed(referral.offering) => {
                                    // It is the bed that they were referred for: then they are expected.
                                    (self.act(&Ask::of(K::AssignBed).about(person).primary()))
                                    (self.act(&ask(K::RecordDropout)))
                                }
                                S::Accepted => {
                                    (self.act(&ask(K::StartCare).at_once().primary()))
                                    (self.act(&ask(K::RecordDropout)))
                                }
                                S::Started => {
                                    (self.act(&ask(K::EndCare)))
                                    (self.act(&ask(K::RecordDropout)))
                                }
                                S::Declined | S::Withdrawn | S::DroppedOut | S::Ended => {}
                            }
                        }
                        @if from_us && state.can_be_withdrawn() {
                            (self.act(&ask(K::WithdrawReferral)))
                        }
                    }
                }
            }
        }
    }
}
