//! Who saw somebody, for the person: by organisation and role, in their own language beside Dutch, on a sheet that prints. Of
//! employees it names nobody.

use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::OrgId;
use care_path::policy::Category;
use care_path::time::DateTime;
use care_path::views::IdentityView;
use maud::{Markup, html};

use super::returning::own_language;
use crate::page::Page;
use crate::words::eight::{self, Eight, OwnLanguage};

/// An organisation whose people saw the person, in one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBy {
    pub organisation: OrgId,
    pub role: Role,
    pub first_at: DateTime,
    pub last_at: DateTime,
    /// How often something was shown.
    pub times: u64,
    /// What of, in all.
    pub categories: Vec<Category>,
}

/// Who saw whom, and in which language it is told.
pub struct WhoSaw<'a> {
    pub person: PersonId,
    /// Absent for readers who are not told who it is.
    pub identity: Option<&'a IdentityView>,
    pub seen_by: &'a [SeenBy],
    /// Whether a proof of it can be had.
    pub has_proof: bool,
    /// The language that was asked for.
    pub language: Option<OwnLanguage>,
}

/// The page.
#[must_use]
pub fn who_saw(page: &Page<'_>, WhoSaw { person, identity, seen_by, has_proof, language }: &WhoSaw<'_>) -> Markup {
    let own = language.unwrap_or_else(|| own_language(*identity));
    // The paper is in Dutch, beside the person's own language.
    let paper = &page.in_dutch();
    page.titled(
        page.say("Wie heeft mijn gegevens gezien?", "Who saw my data?"),
        &html! {
            @if identity.is_some() {
                p.no-print { a.utrecht-link href={ "/board/persons/" (person) } { (page.say("Naar het dossier", "To the case")) } }
            }
            (page.own_languages(&format!("/board/persons/{person}/who-saw"), own, *identity))
            p.no-print { button.utrecht-button.utrecht-button--primary-action type="button" data-print hidden { (page.say("Printen", "Print")) } }
            article.sheet lang="nl" aria-labelledby="sheet" {
                h2 #sheet.utrecht-heading-2 { (paper.both_in_line(&eight::SEEN_TITLE, own)) }
                p { (paper.who(*identity, *person)) " · " (paper.time_text(paper.now)) }
                // By it the privacy officer finds what this sheet tells of.
                p { (paper.say("Nummer: ", "Number: ")) (person) }
                (paper.both(&eight::SEEN_WHAT, own))
                @if seen_by.is_empty() { (paper.both(&eight::SEEN_NOBODY, own)) }
                ul.card-list { @for each in *seen_by { (paper.seen_by(each, own)) } }
                (paper.both(&eight::COMPLAINT, own))
            }
            @if *has_proof {
                section.no-print {
                    (page.both(&eight::SEEN_PROOF, own))
                    p { a.utrecht-link href={ "/board/persons/" (person) "/who-saw/proof" } download {
                        (page.say("Bewijs downloaden", "Download the proof"))
                    } }
                }
            }
        },
    )
}

impl Page<'_> {
    fn seen_by(&self, each: &SeenBy, own: OwnLanguage) -> Markup {
        html! {
            li.card {
                h3.utrecht-heading-3 { (self.organisation(&each.organisation)) }
                p { (self.code_in_both(each.role, own)) }
                p { (self.time_text(each.first_at)) " – " (self.time_text(each.last_at)) " · " (each.times) "×" }
                ul { @for category in &each.categories { li { (self.both_in_line(&word(*category), own)) } } }
            }
        }
    }
}

/// What a category is about, in the person's words.
fn word(category: Category) -> Eight {
    match category {
        Category::Presence => eight::SEEN_PRESENCE,
        Category::Identity => eight::SEEN_IDENTITY,
        Category::Social => eight::SEEN_LIFE,
        Category::Medical => eight::SEEN_HEALTH,
        Category::Justice => eight::SEEN_JUSTICE,
        Category::Rights => eight::SEEN_RIGHTS,
        Category::Referrals => eight::SEEN_REFERRALS,
        Category::Return => eight::SEEN_RETURN,
        Category::Lookout => eight::SEEN_LOOKOUT,
        Category::Notes => eight::SEEN_NOTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{now, on_a_page};

    #[test]
    fn the_person_reads_which_organisation_saw_what_in_their_own_language() {
        let seen_by = [SeenBy {
            organisation: "night-shelter-rotterdam".parse().unwrap(),
            role: Role::ShelterWorker,
            first_at: now(),
            last_at: now(),
            times: 3,
            categories: vec![Category::Presence, Category::Medical],
        }];
        let person = PersonId(uuid::Uuid::nil());
        let language = OwnLanguage::of("pl");
        let shown = on_a_page(|page| {
            who_saw(page, &WhoSaw { person, identity: None, seen_by: &seen_by, has_proof: true, language })
        });
        for told in ["night-shelter-rotterdam", "shelter_worker@pl", "3×", "lang=\"pl\""] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        let polish = OwnLanguage::of("pl").unwrap();
        assert!(shown.contains(eight::SEEN_PRESENCE.r#in(polish)) && shown.contains(eight::SEEN_PROOF.r#in(polish)));
        assert!(shown.contains(&format!("href=\"/board/persons/{person}/who-saw/proof\"")));
    }

    #[test]
    fn that_nobody_saw_them_is_said() {
        let person = PersonId(uuid::Uuid::nil());
        let shown = on_a_page(|page| {
            who_saw(page, &WhoSaw { person, identity: None, seen_by: &[], has_proof: false, language: None })
        });
        assert!(shown.contains(eight::SEEN_NOBODY.r#in(OwnLanguage::DUTCH)));
        assert!(!shown.contains("who-saw/proof"));
    }
}
