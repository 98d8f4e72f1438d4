//! What can be chosen in a field: codes by their labels, and organisations, those nearest first.

use std::collections::BTreeSet;

use care_path::codes::{Code, DataClass, LocationType, OrgKind};
use care_path::policy::rules::leaves_with_consent;
use care_path::time::local_date;
use chrono::Datelike as _;
use monitor::period::Period;

use super::{Field, Input};
use crate::page::{Choice, Draft, Page};
use crate::show::municipality;
use crate::words::{COUNTRIES, LANGUAGES};

impl Page<'_> {
    /// Whether there is anything to choose, in a field that is left out where there is not.
    pub(super) fn can_be_chosen(&self, field: &Field, draft: Option<&Draft>) -> bool {
        field.input != Input::CareAbroad || !self.choices(field.input, draft).is_empty()
    }

    /// What can be chosen in a field of a form that says so much already.
    pub(super) fn choices(&self, input: Input, draft: Option<&Draft>) -> Vec<(String, String)> {
        let own = |code: &str, name: &str| (code.to_owned(), name.to_owned());
        match input {
            Input::Code(list) | Input::Codes(list) => {
                self.names.codes(list).into_iter().map(|code| (code.clone(), self.label(list, &code))).collect()
            }
            Input::Among(few) => few.iter().map(|(code, name)| own(code, name.r#in(self.language))).collect(),
            Input::TrueFalse => vec![own("true", self.say("ja", "yes")), own("false", self.say("nee", "no"))],
            Input::Country | Input::Countries => {
                COUNTRIES.iter().map(|(code, name)| own(code, name.r#in(self.language))).collect()
            }
            Input::Language | Input::Languages | Input::Tags => {
                LANGUAGES.iter().map(|(tag, name)| own(tag, name.r#in(self.language))).collect()
            }
            Input::Consented => {
                let leaves = |code: &String| DataClass::from_code(code).is_some_and(leaves_with_consent);
                let classes = self.names.codes(DataClass::LIST).into_iter().filter(leaves);
                classes.map(|code| (code.clone(), self.label(DataClass::LIST, &code))).collect()
            }
            Input::OwnKind => self.own_kinds(),
            Input::Organisation => self.nearest_first(|_| true),
            Input::OrganisationOf(kinds) => self.nearest_first(|kind| kinds.contains(&kind)),
            Input::CareAbroad => self.care_abroad(draft),
            Input::Municipality | Input::MunicipalityOrNew => {
                let all = self.names.organisations().into_iter().filter_map(|each| each.municipality);
                let all: BTreeSet<_> = all.collect();
                let named = |code: String| Some((code.clone(), municipality(&code.parse().ok()?)));
                all.into_iter().filter_map(named).collect()
            }
            Input::Offering => self.who_offers(),
            Input::Recipients => self.recipients(),
            Input::Abroad | Input::ConsentRecipient => {
                let abroad = COUNTRIES.iter().filter(|(code, _)| *code != "NL");
                abroad.map(|(code, name)| own(code, name.r#in(self.language))).collect()
            }
            Input::Facility => {
                let own = &self.reader.principal.organisation;
                self.names.facilities(own).into_iter().map(|each| (each.id, each.name)).collect()
            }
            Input::Period => self.periods(),
            Input::Line
            | Input::Names
            | Input::Text
            | Input::Sealed
            | Input::Number
            | Input::Flag
            | Input::Moment
            | Input::Day
            | Input::Time
            | Input::Birth
            | Input::Id => Vec::new(),
        }
    }

    /// The municipality of the reader's organisation.
    fn here(&self, all: &[Choice]) -> Option<String> {
        let own = all.iter().find(|each| each.id == self.reader.principal.organisation.as_str());
        own.and_then(|own| own.municipality.clone())
    }

    /// The organisations of some kinds, those of the reader's municipality first.
    fn nearest_first(&self, is_meant: impl Fn(OrgKind) -> bool) -> Vec<(String, String)> {
        let mut all = self.names.organisations();
        let here = self.here(&all);
        all.retain(|each| OrgKind::from_code(&each.kind).is_some_and(&is_meant));
        all.sort_by_key(|each| each.municipality != here);
        all.into_iter().map(|each| (each.id, each.name)).collect()
    }

    /// The care providers in the country that a form names; in any where it names none.
    fn care_abroad(&self, draft: Option<&Draft>) -> Vec<(String, String)> {
        let mut values = draft.iter().flat_map(|draft| &draft.values);
        let named = values.find(|(at, value)| at == "/country" && !value.is_empty()).map(|(_, country)| country);
        let is_there = |each: &Choice| named.is_none_or(|named| each.country.as_ref() == Some(named));
        let care = self.names.organisations().into_iter();
        let care = care.filter(|each| each.kind == OrgKind::ForeignCareProvider.code() && is_there(each));
        let called = |each: Choice| {
            let country = each.country.map(|code| format!(" ({})", self.country(&code))).unwrap_or_default();
            (each.id, format!("{}{country}", each.name))
        };
        care.map(called).collect()
    }

    /// The periods of the last three years that have begun.
    fn periods(&self) -> Vec<(String, String)> {
        let today = local_date(self.now);
        let years = (today.year() - 2..=today.year()).rev().filter_map(Period::year);
        let periods = years.flat_map(|year| [year].into_iter().chain(year.quarters().into_iter().rev()));
        let begun = periods.filter(|period| period.first_day() <= today);
        let named = |period: Period| match period.quarter_number() {
            None => period.to_string(),
            Some(number) => {
                format!(
                    "{} {number} {} {}",
                    self.say("Kwartaal", "Quarter"),
                    self.say("van", "of"),
                    period.calendar_year()
                )
            }
        };
        begun.map(|period| (period.to_string(), named(period))).collect()
    }

    /// The kinds of the places of the reader's organisation; all where it has none.
    fn own_kinds(&self) -> Vec<(String, String)> {
        let own = self.names.facilities(&self.reader.principal.organisation).into_iter().map(|each| each.kind);
        let own: BTreeSet<_> = own.collect();
        let kinds = self.names.codes(LocationType::LIST).into_iter();
        let kinds = kinds.filter(|kind| own.is_empty() || own.contains(kind));
        kinds.map(|kind| (kind.clone(), self.label(LocationType::LIST, &kind))).collect()
    }

    /// Who offers something, with what: those of the reader's municipality first.
    fn who_offers(&self) -> Vec<(String, String)> {
        let mut all = self.names.organisations();
        let here = self.here(&all);
        all.retain(|each| !each.offerings.is_empty());
        all.sort_by_key(|each| each.municipality != here);
        let offered = |each: &Choice| {
            let labels = each.offerings.iter().map(|offering| self.label("offering", offering));
            labels.collect::<Vec<_>>().join(", ")
        };
        all.iter().map(|each| (each.id.clone(), format!("{} ({})", each.name, offered(each)))).collect()
    }

    /// Who may be asked to look out: all of a kind in the reader's municipality, then each organisation there.
    fn recipients(&self) -> Vec<(String, String)> {
        let looks_out = |kind: &str| OrgKind::from_code(kind).is_some_and(OrgKind::may_look_out);
        let all = self.names.organisations();
        let Some(here) = self.here(&all) else { return Vec::new() };
        let near: Vec<_> = all.iter().filter(|each| each.municipality.as_ref() == Some(&here)).collect();
        let kinds = OrgKind::ALL.iter().map(|kind| kind.code());
        let kinds = kinds.filter(|kind| looks_out(kind) && near.iter().any(|each| each.kind == *kind));
        let every = self.say("Alle:", "All:");
        let kinds =
            kinds.map(|kind| (format!("kind:{kind}:{here}"), format!("{every} {}", self.label("org_kind", kind))));
        let each = near.iter().filter(|each| looks_out(&each.kind));
        kinds.chain(each.map(|each| (format!("organisation:{}", each.id), each.name.clone()))).collect()
    }
}
