//! The access log, for privacy officers: what stands out, and all records with filters. It holds nothing of what was shown.

use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::{OrgId, UserId};
use care_path::policy::{Category, Relation};
use care_path::time::DateTime;
use maud::{Markup, html};

use crate::page::Page;
use crate::words::Said;

/// Something that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandsOut {
    /// The name of the pattern, as REST has it.
    pub kind: String,
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
    pub first_at: DateTime,
    pub last_at: DateTime,
    pub count: usize,
    pub persons: Vec<PersonId>,
}

/// A record of access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    pub at: DateTime,
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
    /// What they did, and on which way.
    pub did: (Said, Said),
    /// What another system asked for, without ids and names.
    pub operation: Option<String>,
    pub hidden: bool,
    /// Of whom, in which relation, and what of.
    pub persons: Vec<(PersonId, Relation, Vec<Category>)>,
}

/// What the records are filtered by, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilters {
    pub user: String,
    pub organisation: String,
    pub person: String,
    /// The first day, and the last.
    pub from: String,
    pub until: String,
    /// What is wrong with them.
    pub wrong: bool,
}

/// What the page shows.
pub struct AccessLog<'a> {
    pub stands_out: &'a [StandsOut],
    pub rows: &'a [AccessRow],
    pub filters: &'a AccessFilters,
    /// The address of the next page.
    pub next: Option<&'a str>,
}

/// The page.
#[must_use]
pub fn access_log(page: &Page<'_>, log: &AccessLog<'_>) -> Markup {
    page.titled(
        page.say("Wie zag wat", "Who saw what"),
        &html! {
            section aria-labelledby="out" {
                h2 #out.utrecht-heading-2 { (page.say("Wat opvalt in deze zeven dagen", "What stands out in these seven days")) }
                p { (page.say(
                    "Het zegt waar u het eerst kijkt. Het beschuldigt niemand.",
                    "It says where to look first. It accuses nobody.",
                )) }
                @if log.stands_out.is_empty() { (page.nothing("Niets.", "Nothing.")) }
                ul.card-list { @for each in log.stands_out { (page.stands_out(each)) } }
            }
            section aria-labelledby="all" {
                h2 #all.utrecht-heading-2 { (page.say("Alle inzages", "All records")) }
                (page.access_filters(log.filters))
                @if log.rows.is_empty() { (page.nothing("Niets gevonden.", "Nothing found.")) }
                ul.card-list { @for row in log.rows { (page.access_row(row)) } }
                @if let Some(next) = log.next {
                    p { a.utrecht-link href=(next) { (page.say("Meer", "More")) } }
                }
            }
        },
    )
}

impl Page<'_> {
    fn stands_out(&self, each: &StandsOut) -> Markup {
        html! {
            li.card {
                p { strong { (pattern(&each.kind).map_or(each.kind.as_str(), |said| said.r#in(self.language))) } " · " (each.count) "×" }
                p { (each.user) " · " (self.code(each.role)) " · " (self.organisation(&each.organisation)) }
                p { (self.time_text(each.first_at)) " – " (self.time_text(each.last_at)) }
                @if !each.persons.is_empty() { p { @for person in &each.persons { (self.of_person(*person)) " " } } }
            }
        }
    }

    fn access_row(&self, row: &AccessRow) -> Markup {
        html! {
            li.card {
                p { (self.time_text(row.at)) " · " (row.user) " · " (self.code(row.role)) " · " (self.organisation(&row.organisation)) }
                @let (what, way) = row.did;
                p {
                    (what.r#in(self.language)) ", " (way.r#in(self.language)) " "
                    @if let Some(operation) = &row.operation { code { (operation) } " " }
                    @if row.hidden { span.tag { (self.say("niets getoond", "nothing shown")) } }
                }
                @for (person, stands, categories) in &row.persons {
                    p {
                        (self.of_person(*person)) " · " (relation(*stands).r#in(self.language))
                        @for category in categories { " · " (about(*category).r#in(self.language)) }
                    }
                }
            }
        }
    }

    fn of_person(&self, person: PersonId) -> Markup {
        html! {
            a.utrecht-link href={ "/board/access-log?person=" (person) } { (self.say("persoon", "person")) " " (person.number()) }
        }
    }

    fn access_filters(&self, filters: &AccessFilters) -> Markup {
        let fields = [
            ("user", "Gebruikersnaam", "User name", "text", &filters.user),
            ("person", "Het hele nummer van de persoon", "The whole number of the person", "text", &filters.person),
            ("from", "Vanaf", "From", "date", &filters.from),
            ("until", "Tot en met", "Until", "date", &filters.until),
        ];
        html! {
            form method="get" action="/board/access-log" {
                @if filters.wrong {
                    p.utrecht-form-field-error-message role="alert" { (self.say(
                        "Vul één van gebruiker, organisatie en persoon in, en een periode die niet eindigt voor zij begint.",
                        "Fill in one of user, organisation and person, and a period that does not end before it begins.",
                    )) }
                }
                p {
                    label.utrecht-form-label for="filter-organisation" { (self.say("Organisatie", "Organisation")) }
                    select #filter-organisation.utrecht-select.utrecht-select--html-select name="organisation" {
                        option value="" { (self.say("Alle", "All")) }
                        @for each in self.names.organisations() {
                            option value=(each.id) selected[each.id == filters.organisation] { (each.name) }
                        }
                    }
                }
                @for (name, dutch, english, kind, value) in fields {
                    p {
                        label.utrecht-form-label for={ "filter-" (name) } { (self.say(dutch, english)) }
                        input.utrecht-textbox id={ "filter-" (name) } name=(name) type=(kind) value=(value) autocomplete="off";
                    }
                }
                button.utrecht-button.utrecht-button--primary-action type="submit" { (self.say("Tonen", "Show")) }
            }
        }
    }
}

/// How a reader stood to a person.
fn relation(stands: Relation) -> Said {
    match stands {
        Relation::Region => Said("eigen gemeente", "own municipality"),
        Relation::Involved => Said("betrokken", "involved"),
        Relation::BreakGlass => Said("in nood geopend", "opened in an emergency"),
        Relation::Called => Said("erbij geroepen", "called in"),
        Relation::Addressed => Said("erom gevraagd", "asked about it"),
        Relation::None => Said("geen relatie", "no relation"),
    }
}

/// What a category is about, to somebody who reads of another.
fn about(category: Category) -> Said {
    match category {
        Category::Presence => Said("waar de persoon was", "where the person was"),
        Category::Identity => Said("wie de persoon is", "who the person is"),
        Category::Social => Said("hoe de persoon leeft", "how the person lives"),
        Category::Medical => Said("gezondheid", "health"),
        Category::Justice => Said("politie en justitie", "police and justice"),
        Category::Rights => Said("rechten", "rights"),
        Category::Referrals => Said("verwijzingen", "referrals"),
        Category::Return => Said("terugkeer", "return"),
        Category::Lookout => Said("uitkijken", "lookouts"),
        Category::Notes => Said("notities", "notes"),
    }
}

/// What a pattern is called.
#[must_use]
pub fn pattern(kind: &str) -> Option<Said> {
    Some(match kind {
        "without_relation" => Said("Gelezen zonder relatie, in nood", "Read without a relation, in an emergency"),
        "repeated_break_glass" => {
            Said("Vaker dossiers in nood geopend", "Opened cases in an emergency again and again")
        }
        "ids_tried" => Said("Nummers geprobeerd", "Tried numbers"),
        "many_persons" => Said("Veel dossiers op een dag", "Many records in a day"),
        "searched_again" => Said("Steeds dezelfde persoon gezocht", "Searched for the same person again and again"),
        "outside_hours" => Said("Buiten kantoortijd", "Outside of office hours"),
        _ => return None,
    })
}
