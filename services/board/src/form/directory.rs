//! What the commands of the directory ask for: an organisation, a facility, and how many places it has.

use super::Field;
use super::Input::{Code, Codes, Country, Day, Id, Line, MunicipalityOrNew, Names, Number, Tags, Time};
use super::catalogue::{may, must};

/// What is said of an organisation, after its id.
macro_rules! organisation {
    ($($first:expr),* $(,)?) => {
        &[
            $($first,)*
            must("/name", "Naam", "Name", Line),
            must("/kind", "Soort organisatie", "Kind of organisation", Code("org_kind")),
            may("/municipality", "Gemeente", "Municipality", MunicipalityOrNew),
            may("/country", "Land", "Country", Country),
            may("/offerings", "Aanbod", "What it offers", Codes("offering")),
            may("/languages", "Talen", "Languages", Tags),
            may("/target_groups", "Voor wie in het bijzonder", "For whom in particular", Codes("target_group")),
            may("/phone", "Telefoon", "Telephone", Line),
            may("/email", "E-mail", "Email", Line),
            may("/website", "Website", "Website", Line),
            may("/coordinators", "Procesregisseurs (gebruikers)", "Coordinators (users)", Names)
                .hint("Met komma's ertussen.", "With commas between them."),
        ]
    };
}

/// What is said of a facility, after its id.
macro_rules! facility {
    ([$($first:expr),* $(,)?], [$($last:expr),* $(,)?]) => {
        &[
            $($first,)*
            must("/name", "Naam", "Name", Line),
            must("/location_type", "Soort plek", "Kind of place", Code("location_type")),
            may("/cut_off", "Binnen voor", "In by", Time),
            may("/address", "Adres", "Address", Line),
            may("/district", "Wijk", "District", Line),
            $($last,)*
        ]
    };
}

const fn short_name(at: &'static str) -> Field {
    must(at, "Korte naam", "Short name", Line)
        .hint("Kleine letters en streepjes; verandert nooit.", "Lower-case letters and hyphens; it never changes.")
}

const OF_ORGANISATION: Field = must("/organisation_id", "Organisatie", "Organisation", Id);
const OF_FACILITY: Field = must("/facility_id", "Locatie", "Facility", Id);
const PLACES: Field = may("/places", "Aantal plekken", "Number of places", Number);

pub(super) const NEW_ORGANISATION: &[Field] = organisation![short_name("/organisation_id")];
pub(super) const CHANGED_ORGANISATION: &[Field] = organisation![OF_ORGANISATION];
pub(super) const THE_ORGANISATION: &[Field] = &[OF_ORGANISATION];
pub(super) const NEW_FACILITY: &[Field] = facility!([OF_ORGANISATION, short_name("/facility_id")], [PLACES]);
pub(super) const CHANGED_FACILITY: &[Field] = facility!([OF_FACILITY], []);
pub(super) const THE_FACILITY: &[Field] = &[OF_FACILITY];
pub(super) const CAPACITY: &[Field] = &[
    OF_FACILITY,
    must("/places", "Aantal plekken", "Number of places", Number),
    may("/from", "Vanaf welke avond", "From which evening", Day),
    may("/why", "Waarom", "Why", Line),
];
