//! Webhooks, for administrators: who is told what, whether it arrives, and what was given up.

use care_path::codes::Role;
use care_path::event::EventKind;
use care_path::ids::OrgId;
use care_path::time::DateTime;
use maud::{Markup, html};
use uuid::Uuid;

use crate::page::Page;
use crate::show::fact;
use crate::words::{Said, happened};

/// Whether a webhook is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    Active,
    Disabled,
    Gone,
    Blocked,
}

/// A webhook, as an administrator is shown it: with nothing of any person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub organisation: OrgId,
    pub role: Role,
    /// Where it sends to, without what can hold a token.
    pub url: String,
    /// The types of events that it is told of; absent where it is all.
    pub types: Option<Vec<EventKind>>,
    pub description: Option<String>,
    pub sending: Sending,
    pub created_at: DateTime,
    pub last_success_at: Option<DateTime>,
    /// What of the log it has not looked at yet.
    pub lag: u64,
    pub pending: u64,
    pub given_up: u64,
}

/// The page; `None` where this node sends no webhooks.
#[must_use]
pub fn webhooks(page: &Page<'_>, webhooks: Option<&[Webhook]>) -> Markup {
    page.titled(
        "Webhooks",
        &html! {
            @match webhooks {
                None => (page.nothing("Deze server verstuurt geen webhooks.", "This server sends no webhooks.")),
                Some([]) => (page.nothing("Geen organisatie heeft er een.", "No organisation has one.")),
                Some(webhooks) => {
                    p { (page.say(
                        "Een organisatie stelt haar webhooks zelf in, verwijdert ze, en verstuurt opnieuw wat is opgegeven. Hier kunt u ze uit- en aanzetten.",
                        "An organisation sets up and removes its webhooks itself, and sends again what was given up. Here you can disable and enable them.",
                    )) }
                    ul.card-list { @for each in webhooks { (page.webhook(each)) } }
                },
            }
        },
    )
}

impl Page<'_> {
    fn webhook(&self, each: &Webhook) -> Markup {
        let (look, state) = match each.sending {
            Sending::Active => ("tag tag--calm", Said("aan", "enabled")),
            Sending::Disabled => ("tag tag--warn", Said("uitgezet door de eigenaar", "disabled by its owner")),
            Sending::Gone => ("tag tag--alarm", Said("de ontvanger is weg", "the receiver is gone")),
            Sending::Blocked => ("tag tag--alarm", Said("uitgezet door een beheerder", "disabled by an administrator")),
        };
        let types = |kinds: &Vec<EventKind>| {
            kinds.iter().map(|kind| happened(*kind).r#in(self.language)).collect::<Vec<_>>().join(", ")
        };
        let all = || self.say("alles wat de rol mag weten", "all that the role may know").to_owned();
        html! {
            li.card id={ "webhook-" (each.id) } {
                h2.utrecht-heading-3 { (self.organisation(&each.organisation)) " · " (self.code(each.role)) }
                p { span class=(look) { (state.r#in(self.language)) } " " (each.url) }
                dl.facts {
                    (fact(self.say("Omschrijving", "Description"), each.description.clone()))
                    (fact(self.say("Hoort van", "Is told of"), Some(each.types.as_ref().map_or_else(all, types))))
                    (fact(self.say("Ingesteld", "Set up"), Some(self.time_text(each.created_at))))
                    (fact(self.say("Laatst aangekomen", "Last delivery"), Some(each.last_success_at.map_or_else(
                        || self.say("nog nooit", "never yet").to_owned(), |at| self.time_text(at)))))
                    (fact(self.say("Nog niet bekeken", "Not looked at yet"), Some(each.lag.to_string())))
                    (fact(self.say("Wacht op een nieuwe poging", "Waits to be tried again"), Some(each.pending.to_string())))
                    (fact(self.say("Opgegeven", "Given up"), Some(each.given_up.to_string())))
                }
                div.utrecht-button-group {
                    @match each.sending {
                        Sending::Active => {
                            (self.webhook_act(each, "disable", self.say("Uitzetten", "Disable")))
                            @if each.pending > 0 { (self.webhook_act(each, "enable", self.say("Nu opnieuw proberen", "Try again now"))) }
                        }
                        Sending::Disabled | Sending::Gone | Sending::Blocked => {
                            (self.webhook_act(each, "enable", self.say("Aanzetten", "Enable")))
                        }
                    }
                }
            }
        }
    }

    fn webhook_act(&self, each: &Webhook, action: &str, title: &str) -> Markup {
        html! {
            form.at-once method="post" action={ "/board/webhooks/" (each.id) "/" (action) } {
                input type="hidden" name="csrf" value=(self.csrf);
                button.utrecht-button.utrecht-button--secondary-action type="submit" {
                    (title) span.visually-hidden { ": " (self.organisation(&each.organisation)) ", " (each.url) }
                }
            }
        }
    }
}
