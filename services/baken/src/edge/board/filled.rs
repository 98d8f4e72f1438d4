//! Forms that say something of the directory anew begin with what is said now.

use board::form::Ask;
use care_path::codes::Code;
use care_path::views::{FacilityView, OrganisationView};

/// An organisation as it is.
pub fn organisation(ask: Ask, now: &OrganisationView) -> Ask {
    let ask = ask.filled("/name", now.name.as_str()).filled("/kind", now.kind.code());
    let each = [
        ("/municipality", now.municipality.as_ref().map(ToString::to_string)),
        ("/country", now.country.map(|country| country.to_string())),
        ("/phone", now.phone.as_ref().map(|phone| phone.as_str().to_owned())),
        ("/email", now.email.as_ref().map(|email| email.as_str().to_owned())),
        ("/website", now.website.as_ref().map(|website| website.as_str().to_owned())),
        (
            "/coordinators",
            now.coordinators.as_ref().map(|users| users.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ),
    ];
    let ask = each.into_iter().fold(ask, |ask, (at, value)| maybe(ask, at, value));
    let ask = now.offerings.iter().fold(ask, |ask, offering| ask.filled("/offerings", offering.code()));
    let ask = now.target_groups.iter().fold(ask, |ask, group| ask.filled("/target_groups", group.code()));
    now.languages.iter().fold(ask, |ask, language| ask.filled("/languages", language.as_str()))
}

/// A facility as it is.
pub fn facility(ask: Ask, now: &FacilityView) -> Ask {
    let ask = ask.filled("/name", now.name.as_str()).filled("/location_type", now.location_type.code());
    let ask = maybe(ask, "/cut_off", now.cut_off.map(|time| time.to_string()));
    let ask = maybe(ask, "/address", now.address.as_ref().map(|line| line.as_str().to_owned()));
    maybe(ask, "/district", now.district.as_ref().map(|line| line.as_str().to_owned()))
}

fn maybe(ask: Ask, at: &'static str, value: Option<String>) -> Ask {
    match value {
        Some(value) => ask.filled(at, value),
        None => ask,
    }
}
