//! The directory, for those who keep it: organisations, their facilities and places; and who signed in here last.

use care_path::command::CommandKind as K;
use care_path::time::DateTime;
use care_path::views::{FacilityView, OrganisationView};
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::Page;
use crate::show::fact;

/// When somebody signed in last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSignIn {
    pub user: String,
    pub organisation: String,
    pub at: DateTime,
}

/// The page, with those organisations that fit what is looked for. `sign_ins` are those of this node since it began.
#[must_use]
pub fn directory(page: &Page<'_>, organisations: &[OrganisationView], find: &str, sign_ins: &[LastSignIn]) -> Markup {
    let found: Vec<_> = organisations.iter().filter(|each| page.fits(each, find)).collect();
    page.titled(page.say("Organisaties", "Organisations"), &html! {
        (page.act(&Ask::of(K::RegisterOrganisation).primary()))
        form.search method="get" action="/board/directory" role="search" {
            label.utrecht-form-label for="find" { (page.say("Naam, gemeente, land of soort", "Name, municipality, country or kind")) }
            input #find.utrecht-textbox name="find" type="search" value=(find) maxlength="100" autocomplete="off";
            button.utrecht-button.utrecht-button--primary-action type="submit" { (page.say("Zoeken", "Search")) }
        }
        @if !find.is_empty() {
            p role="status" {
                (found.len()) " " (page.say("van", "of")) " " (organisations.len()) ". "
                a.utrecht-link href="/board/directory" { (page.say("Alle organisaties", "All organisations")) }
            }
        }
        ul.card-list { @for each in found { (page.entry(each)) } }
        section aria-labelledby="sign-ins" {
            h2 #sign-ins.utrecht-heading-2 { (page.say("Laatst aangemeld", "Last signed in")) }
            p { (page.say(
                "Alleen bij deze server, sinds die is gestart. Wie zich eerder of bij een andere server aanmeldde, staat hier niet.",
                "With this server alone, since it was started. Whoever signed in before that or with another server is not listed here.",
            )) }
            @if sign_ins.is_empty() { (page.nothing("Niemand.", "Nobody.")) }
            dl.facts { @for each in sign_ins { dt { (each.user) " · " (each.organisation) } dd { (page.time(each.at)) } } }
        }
    })
}

impl Page<'_> {
    /// Whether each word that is looked for is in what an organisation is called, where it is, or its kind.
    fn fits(&self, each: &OrganisationView, find: &str) -> bool {
        let municipality = each.municipality.as_ref().map(crate::show::municipality).unwrap_or_default();
        let country = each.country.map(|country| self.country(country.as_str())).unwrap_or_default();
        let told = [each.name.as_str(), &municipality, &country, &self.code(each.kind)].join("\n").to_lowercase();
        find.to_lowercase().split_whitespace().all(|word| told.contains(word))
    }

    fn entry(&self, each: &OrganisationView) -> Markup {
        let ask = |kind: K| Ask::of(kind).given("/organisation_id", each.organisation_id.to_string());
        html! {
            @let place = format!("organisation-{}", each.organisation_id);
            li.card id=(place) {
                (self.said_of(&place))
                h2.utrecht-heading-3 { (each.name.as_str()) }
                p {
                    span.tag { (self.code(each.kind)) } " "
                    @if !each.open { span.tag.tag--warn { (self.say("doet niet mee", "takes no part")) } }
                }
                dl.facts {
                    (fact(self.say("Gemeente", "Municipality"), each.municipality.as_ref().map(crate::show::municipality)))
                    (fact(self.say("Land", "Country"), each.country.map(|country| self.country(country.as_str()))))
                    (fact(self.say("Aanbod", "Offers"), (!each.offerings.is_empty()).then(|| self.codes(&each.offerings))))
                    (fact(self.say("Voor", "For"), (!each.target_groups.is_empty()).then(|| self.codes(&each.target_groups))))
                    (fact(self.say("Telefoon", "Telephone"), each.phone.as_ref().map(|phone| phone.as_str().to_owned())))
                    (fact(self.say("E-mail", "Email"), each.email.as_ref().map(|email| email.as_str().to_owned())))
                }
                div.acts {
                    (self.act(&ask(K::ChangeOrganisation)))
                    (self.act(&ask(K::RegisterFacility)))
                    @if each.open { (self.act(&ask(K::CloseOrganisation))) } @else { (self.act(&ask(K::ReopenOrganisation).at_once())) }
                }
                @if let Some(facilities) = &each.facilities {
                    ul.card-list { @for facility in facilities { (self.facility_entry(facility)) } }
                }
            }
        }
    }

    fn facility_entry(&self, each: &FacilityView) -> Markup {
        let ask = |kind: K| Ask::of(kind).given("/facility_id", each.facility_id.to_string());
        html! {
            @let place = format!("facility-{}", each.facility_id);
            li.card id=(place) {
                (self.said_of(&place))
                h3.utrecht-heading-4 { (each.name.as_str()) }
                p {
                    span.tag { (self.code(each.location_type)) } " "
                    @if let Some(places) = each.places { (places) " " (self.say("plekken", "places")) " " }
                    @if !each.open { span.tag.tag--warn { (self.say("gesloten", "closed")) } }
                }
                div.acts {
                    (self.act(&ask(K::ChangeFacility)))
                    @if each.location_type.has_beds() { (self.act(&ask(K::SetCapacity))) }
                    @if each.open { (self.act(&ask(K::CloseFacility))) } @else { (self.act(&ask(K::ReopenFacility).at_once())) }
                }
            }
        }
    }
}
