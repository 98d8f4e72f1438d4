//! Who somebody is, who may be the same, and who belongs together with them.

use care_path::PersonId;
use care_path::command::CommandKind as K;
use care_path::views::{CaseFileView, IdentityView, MatchElsewhereView, MatchView};
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;
use crate::pages::{joins_persons, others_at};
use crate::show::fact;

impl Page<'_> {
    /// Who else may be the same person, who is, and who belongs together with them.
    pub(super) fn same(
        &self,
        person: PersonId,
        file: &CaseFileView,
        matches: &[MatchView],
        elsewhere: &[MatchElsewhereView],
        may: &[K],
    ) -> Markup {
        let is_empty =
            matches.is_empty() && elsewhere.is_empty() && file.linked_persons.is_none() && file.relations.is_none();
        let joins = joins_persons(may);
        html! {
            @if !is_empty || joins {
                section aria-labelledby="same" {
                    h2 #same.utrecht-heading-2 { (self.say("Dezelfde persoon? Wie hoort erbij?", "The same person? Who belongs together?")) }
                    ul.card-list {
                        @for other in matches {
                            li.card id={ "match-" (other.person_id) } {
                                p { (self.say("Misschien dezelfde: ", "Perhaps the same: ")) (self.person_link(other.identity.as_ref(), other.person_id)) }
                                p { (self.say("Komt overeen: ", "Agrees in: ")) (self.codes(&other.reasons)) }
                                div.utrecht-button-group {
                                    @if may.contains(&K::LinkPersons) {
                                        (self.act(&Ask::of(K::LinkPersons).about(person).given("/with", other.person_id.to_string())))
                                    }
                                    @if may.contains(&K::DismissMatch) {
                                        (self.act(&Ask::of(K::DismissMatch).about(person).subject(other.person_id.0)))
                                    }
                                }
                            }
                        }
                        @for other in elsewhere {
                            li.card id={ "elsewhere-" (other.person_id) } {
                                p { (self.say("Misschien bekend in ", "Perhaps known in ")) (other.municipality.as_ref().map(crate::show::municipality).unwrap_or_default()) }
                                @if let Some(known) = &other.identity { p { (self.who(Some(known), other.person_id)) } }
                                @if !other.agreed && may.contains(&K::AgreeMatch) {
                                    (self.act(&Ask::of(K::AgreeMatch).about(person).subject(other.person_id.0)))
                                }
                            }
                        }
                        @for other in file.linked_persons.iter().flatten() {
                            li.card id={ "linked-" (other) } {
                                p { (self.say("Gekoppeld met ", "Linked with ")) (self.person_link(None, *other)) }
                                @if may.contains(&K::UnlinkPersons) {
                                    (self.act(&Ask::of(K::UnlinkPersons).about(person).subject(other.0).at_once()))
                                }
                            }
                        }
                        @for relation in file.relations.iter().flatten() {
                            li.card {
                                p {
                                    (self.code(relation.kind)) ": "
                                    @match relation.person_id {
                                        Some(other) => (self.person_link(None, other)),
                                        None => (self.say("iemand die u niet mag zien", "somebody whom you may not see")),
                                    }
                                }
                                @if let Some(why) = &relation.explanation { p.told { (why.as_str()) } }
                                // It ends all relations with that person: once is enough.
                                @let last = file.relations.iter().flatten().rfind(|each| each.person_id == relation.person_id);
                                @let ends = may.contains(&K::UnrelatePersons) && last.is_some_and(|last| std::ptr::eq(last, relation));
                                @if let Some(other) = relation.person_id.filter(|_| ends) {
                                    (self.act(&Ask::of(K::UnrelatePersons).about(person).subject(other.0).at_once()))
                                }
                            }
                        }
                    }
                    @if joins {
                        p { a.utrecht-link href=(others_at(person)) { (self.say("Een ander zoeken", "Look for another person")) } }
                    }
                }
            }
        }
    }

    pub(in crate::pages) fn identity(&self, known: &IdentityView) -> Markup {
        let line = |text: &Option<care_path::text::Line>| text.as_ref().map(|line| line.as_str().to_owned());
        let languages = known.languages.as_ref().map(|languages| {
            languages.iter().map(|each| self.language_name(each.language.as_str())).collect::<Vec<_>>().join(", ")
        });
        let documents = known.documents.as_ref().map(|documents| {
            let told = documents.iter().map(|each| {
                let number = each.number.as_ref().map(care_path::text::Line::as_str).unwrap_or_default();
                format!("{} {number}", self.code(each.kind))
            });
            told.collect::<Vec<_>>().join(", ")
        });
        let countries = known
            .countries
            .as_ref()
            .map(|countries| countries.iter().map(|each| self.country(each.as_str())).collect::<Vec<_>>().join(", "));
        html! {
            dl.facts {
                (fact(self.say("Naam", "Name"), line(&known.name)))
                (fact(self.say("Roepnaam", "Called"), line(&known.alias)))
                (fact(self.say("Geboren", "Born"), known.birth_date.map(|date| self.born(date))))
                (fact(self.say("Geboorteplaats", "Place of birth"), line(&known.birth_place)))
                (fact(self.say("Leeftijd", "Age"), known.approximate_age.map(|age| format!("± {}", age.years()))))
                (fact(self.say("Geslacht", "Sex"), known.sex.map(|sex| self.code(sex))))
                (fact(self.say("Nationaliteit", "Nationality"), countries))
                (fact(self.say("Herkomst", "Origin"), line(&known.origin)))
                (fact(self.say("Talen", "Languages"), languages))
                (fact(self.say("Documenten", "Documents"), documents))
                (fact(self.say("Hoe te bereiken", "How to reach them"), line(&known.contact)))
                (fact(self.say("Uiterlijk", "Appearance"), known.appearance.as_ref().map(|text| text.as_str().to_owned())))
                (fact(self.say("Hoe zeker", "How sure"), known.assurance.map(|sure| self.code(sure))))
            }
        }
    }
}
