//! The code lists with their labels, in the language that a reader asks for. They are part of the program: a code and
//! its labels cannot come apart.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use care_path::Principal;
use care_path::directory::Directory;
use care_path::views::shows_organisation;
use serde::Deserialize;

/// A language that labels are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
#[graphql(rename_items = "snake_case")]
pub enum LabelLanguage {
    Nl,
    #[default]
    En,
    Pl,
    Ro,
    Bg,
    Hu,
    Es,
    Pt,
}

impl LabelLanguage {
    /// All of them.
    pub const ALL: [Self; 8] = [Self::Nl, Self::En, Self::Pl, Self::Ro, Self::Bg, Self::Hu, Self::Es, Self::Pt];

    /// The language tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
            Self::Pl => "pl",
            Self::Ro => "ro",
            Self::Bg => "bg",
            Self::Hu => "hu",
            Self::Es => "es",
            Self::Pt => "pt",
        }
    }

    /// The language of a tag, in whatever case.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.tag().eq_ignore_ascii_case(tag))
    }

    /// The language that an `Accept-Language` (RFC 9110 §12.5.4) wants most of those there are; English where it wants
    /// none of them.
    #[must_use]
    pub fn negotiate(accepted: &str) -> Self {
        let mut best = (0, Self::default());
        for range in accepted.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let Some(language) = Self::of(primary) else { continue };
            let weight = weight(parameters);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A weight in thousandths; none is 1000, and what is no weight is 0.
fn weight(parameters: &str) -> u16 {
    let Some(weight) = parameters.trim().strip_prefix("q=") else {
        return if parameters.is_empty() { 1000 } else { 0 };
    };
    match weight.split_once('.').unwrap_or((weight, "")) {
        ("1", rest) if rest.bytes().all(|digit| digit == b'0') => 1000,
        ("0", rest) if rest.len() <= 3 => format!("{rest:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// A code list in brief.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
#[graphql(name = "CodeListName")]
pub struct CodeListNameView {
    /// Its name: the last part of `/v1/codes/{list}`.
    pub list: String,
    pub title: String,
}

/// A code list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
#[graphql(name = "CodeList")]
pub struct CodeListView {
    pub list: String,
    pub title: String,
    pub codes: Vec<CodeView>,
}

/// A code and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, async_graphql::SimpleObject)]
#[graphql(name = "Code")]
pub struct CodeView {
    pub code: String,
    pub label: String,
}

type LabelsByLanguage = BTreeMap<LabelLanguage, String>;

/// A list as its file in `seeds/codes/` has it.
#[derive(Deserialize)]
struct File {
    list: String,
    title: LabelsByLanguage,
    codes: Vec<CodeEntry>,
}

#[derive(Deserialize)]
struct CodeEntry {
    code: String,
    labels: LabelsByLanguage,
}

macro_rules! files {
    ($($list:literal),+ $(,)?) => {
        [$(include_str!(concat!("../../../../seeds/codes/", $list, ".json"))),+]
    };
}

const FILES: [&str; 62] = files![
    "assurance",
    "attendance_status",
    "bed_release_reason",
    "break_glass_outcome",
    "break_glass_reason",
    "care_alert_outcome",
    "close_reason",
    "condition_status",
    "consent_purpose",
    "data_class",
    "decline_reason",
    "discharge_end_reason",
    "document_kind",
    "dropout_reason",
    "ethos_light",
    "erasure_ground",
    "exception_kind",
    "exception_state",
    "follow_up_outcome",
    "follow_up_term",
    "guest_state",
    "handover_decline_reason",
    "handover_state",
    "handover_withdraw_reason",
    "hold_reason",
    "household",
    "incident_kind",
    "ind_outcome",
    "insurance_status",
    "link_basis",
    "location_type",
    "lookout_end_reason",
    "lookout_outcome",
    "lookout_state",
    "match_likeness",
    "match_reason",
    "occurred_precision",
    "next_step",
    "offering",
    "org_kind",
    "phase",
    "problem",
    "referral_state",
    "relation_kind",
    "retract_reason",
    "return_barrier",
    "return_condition",
    "return_wish",
    "rights_basis",
    "rights_outcome",
    "role",
    "severity",
    "sex",
    "signal_channel",
    "target_group",
    "task_kind",
    "task_stake",
    "turn_away_reason",
    "urgency",
    "weekday",
    "withdraw_reason",
    "yes_no_unknown",
];

// A file that cannot be read would be missing here, which a test forbids.
static LISTS: LazyLock<BTreeMap<String, File>> = LazyLock::new(|| {
    let read = FILES.iter().filter_map(|text| serde_json::from_str::<File>(text).ok());
    read.map(|file| (file.list.clone(), file)).collect()
});

/// The list of organisations is not closed: it is the directory, and its labels are names.
const ORGANISATIONS: &str = "organisations";

fn organisations_title(language: LabelLanguage) -> &'static str {
    match language {
        LabelLanguage::Nl => "Organisaties die meedoen",
        LabelLanguage::En => "Organisations that take part",
        LabelLanguage::Pl => "Uczestniczące organizacje",
        LabelLanguage::Ro => "Organizații participante",
        LabelLanguage::Bg => "Участващи организации",
        LabelLanguage::Hu => "Részt vevő szervezetek",
        LabelLanguage::Es => "Organizaciones participantes",
        LabelLanguage::Pt => "Organizações participantes",
    }
}

fn label(labels: &LabelsByLanguage, language: LabelLanguage) -> String {
    labels.get(&language).cloned().unwrap_or_default()
}

/// Every list, by name.
#[must_use]
pub fn code_lists(language: LabelLanguage) -> Vec<CodeListNameView> {
    let organisations =
        CodeListNameView { list: ORGANISATIONS.to_owned(), title: organisations_title(language).to_owned() };
    let files = LISTS.values();
    let mut lists: Vec<_> = files
        .map(|file| CodeListNameView { list: file.list.clone(), title: label(&file.title, language) })
        .chain([organisations])
        .collect();
    lists.sort_by(|one, other| one.list.cmp(&other.list));
    lists
}

/// The codes of a list with their labels, in its order; none where there is no such list.
pub fn code_labels(list: &str, language: LabelLanguage) -> impl Iterator<Item = (&'static str, &'static str)> {
    let codes = LISTS.get(list).into_iter().flat_map(|file| &file.codes);
    codes.map(move |each| (each.code.as_str(), each.labels.get(&language).map_or("", String::as_str)))
}

/// One list. Of the organisations it has those that the reader is shown.
#[must_use]
pub fn code_list(
    reader: &Principal,
    list: &str,
    language: LabelLanguage,
    directory: &Directory,
) -> Option<CodeListView> {
    if list == ORGANISATIONS {
        let each = directory.all().filter(|each| shows_organisation(reader, each));
        let codes =
            each.map(|each| CodeView { code: each.id.to_string(), label: each.name.as_str().to_owned() }).collect();
        return Some(CodeListView { list: list.to_owned(), title: organisations_title(language).to_owned(), codes });
    }
    let file = LISTS.get(list)?;
    let codes = file.codes.iter();
    Some(CodeListView {
        list: file.list.clone(),
        title: label(&file.title, language),
        codes: codes.map(|each| CodeView { code: each.code.clone(), label: label(&each.labels, language) }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_label_in_every_language_and_no_label_is_without_a_code() {
        let directory = Directory::default();
        for list in care_path::codes::LISTS {
            for language in LabelLanguage::ALL {
                let view = code_list(&Principal::baken(), list.name, language, &directory)
                    .unwrap_or_else(|| panic!("{}", list.name));
                let codes: Vec<_> = view.codes.iter().map(|each| each.code.as_str()).collect();
                assert_eq!(codes, (list.codes)(), "{}", list.name);
                assert!(
                    !view.title.is_empty() && view.codes.iter().all(|each| !each.label.is_empty()),
                    "{}",
                    list.name
                );
            }
        }
        assert_eq!(LISTS.len(), care_path::codes::LISTS.len());
        assert_eq!(code_lists(LabelLanguage::En).len(), LISTS.len() + 1);
    }

    #[test]
    fn the_language_that_is_wanted_most_is_taken() {
        for (accepted, tag) in [
            ("nl", "nl"),
            ("pl-PL, en;q=0.5", "pl"),
            ("en;q=0.1, RO;q=0.9", "ro"),
            ("de, hu;q=0.25", "hu"),
            ("de", "en"),
            ("", "en"),
            ("*", "en"),
            ("bg;q=0", "en"),
            ("bg;q=2, es;q=0.001", "es"),
        ] {
            assert_eq!(LabelLanguage::negotiate(accepted).tag(), tag, "{accepted:?}");
        }
    }
}
