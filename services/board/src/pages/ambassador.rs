//! Counts for an ambassador, as a picture and in words. Below five nothing is told.

use maud::{Markup, html};

use crate::page::Page;

/// How many handovers are in one state, by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateShare {
    pub state: String,
    pub count: u32,
}

/// The counts of one country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryCount {
    pub country: String,
    pub states: Vec<StateShare>,
    pub waiting: Option<u32>,
    pub overdue: Option<u32>,
}

/// The page.
#[must_use]
pub fn ambassador(page: &Page<'_>, counts: &CountryCount) -> Markup {
    const BAR: u32 = 320;
    let most = counts.states.iter().map(|each| each.count).max().unwrap_or(1).max(1);
    let few = page.say("minder dan vijf", "fewer than five");
    let told = |count: Option<u32>| count.map_or_else(|| few.to_owned(), |count| count.to_string());
    page.titled(page.say("Overdrachten", "Handovers"), &html! {
        p { (page.country(&counts.country)) }
        dl.counts {
            dt { (page.say("Wacht op de ambassade", "Waiting for the embassy")) } dd { (told(counts.waiting)) }
            dt { (page.say("Daarvan te laat", "Of these overdue")) } dd { (told(counts.overdue)) }
        }
        @if counts.states.is_empty() {
            (page.nothing("Van elke stand zijn er minder dan vijf.", "There are fewer than five in each state."))
        } @else {
            table.utrecht-table.bars {
                caption { (page.say("Aantal naar stand; minder dan vijf wordt niet getoond", "By state; fewer than five are not shown")) }
                thead { tr { th scope="col" { (page.say("Stand", "State")) } th scope="col" { (page.say("Aantal", "Number")) } } }
                tbody {
                    @for each in &counts.states {
                        tr {
                            th scope="row" { (page.label("handover_state", &each.state)) }
                            td {
                                svg width=(BAR) height="16" aria-hidden="true" {
                                    rect x="0" y="2" height="12" width=(BAR * each.count / most) {}
                                }
                                " " (each.count)
                            }
                        }
                    }
                }
            }
        }
    })
}
