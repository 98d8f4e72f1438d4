//! Where a bed is free tonight: for those who look for one in their municipality.

use care_path::ids::FacilityId;
use care_path::views::{FacilityView, OrganisationView};
use maud::{Markup, html};

use crate::page::Page;
use crate::show::fact;

/// The page: organisations with places to sleep of which the reader is told how many are free, and the evenings that they may
/// look into.
#[must_use]
pub fn places(page: &Page<'_>, organisations: &[OrganisationView], evenings: &[FacilityId]) -> Markup {
    let with_beds = |each: &FacilityView| each.open && each.location_type.has_beds() && is_told(each);
    let mut listed: Vec<_> = organisations
        .iter()
        .map(|each| (each, each.facilities.iter().flatten().filter(|own| with_beds(own)).collect::<Vec<_>>()))
        .filter(|(_, own)| !own.is_empty())
        .collect();
    listed.sort_by_key(|(_, own)| std::cmp::Reverse(own.iter().filter_map(|each| each.free_tonight).max()));
    page.titled(
        page.say("Vrije plekken vanavond", "Free places tonight"),
        &html! {
            @if listed.is_empty() {
                (page.nothing(
                    "Van geen plek in uw gemeente is bekend hoeveel bedden er zijn.",
                    "Of no place in your municipality is it known how many beds there are.",
                ))
            }
            ul.card-list { @for (organisation, own) in &listed { (page.places_of(organisation, own, evenings)) } }
        },
    )
}

/// Whether anything is told of what is free there.
fn is_told(each: &FacilityView) -> bool {
    each.free_tonight.is_some()
}

impl Page<'_> {
    fn places_of(&self, organisation: &OrganisationView, own: &[&FacilityView], evenings: &[FacilityId]) -> Markup {
        let languages = organisation.languages.iter().map(|each| self.language_name(each.as_str()));
        let languages = languages.collect::<Vec<_>>().join(", ");
        html! {
            li.card id={ "organisation-" (organisation.organisation_id) } {
                h2.utrecht-heading-3 { (organisation.name.as_str()) }
                ul { @for each in own { li id={ "facility-" (each.facility_id) } { (self.free_in(each, evenings)) } } }
                dl.facts {
                    (fact(self.say("Voor", "For"), (!organisation.target_groups.is_empty()).then(|| self.codes(&organisation.target_groups))))
                    (fact(self.say("Talen", "Languages"), (!languages.is_empty()).then_some(languages)))
                    (fact(self.say("Telefoon", "Telephone"), organisation.phone.as_ref().map(|phone| phone.as_str().to_owned())))
                }
            }
        }
    }

    fn free_in(&self, each: &FacilityView, evenings: &[FacilityId]) -> Markup {
        let name = each.name.as_str();
        html! {
            @if evenings.contains(&each.facility_id) {
                a.utrecht-link href={ "/board/door/" (each.facility_id) } { (name) }
            } @else { (name) }
            " · " (self.code(each.location_type)) " · "
            @let free = each.free_tonight.unwrap_or_default();
            @if let Some(more) = each.overbooked_tonight {
                span.tag.tag--warn { (more) " " (self.say("overboekt", "overbooked")) }
            } @else if free == 0 {
                span.tag.tag--warn { (self.say("vol", "full")) }
            } @else {
                strong { (free) " " (self.say("vrij", "free")) }
            }
            @if let Some(places) = each.places { " " (self.say("van", "of")) " " (places) }
            @if let Some(by) = each.cut_off { " · " (self.say("binnen vóór ", "in by ")) (by) }
            @if let Some(address) = &each.address { " · " (address.as_str()) }
        }
    }
}
