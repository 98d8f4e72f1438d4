//! The terms of every municipality: the defaults, and what each municipality sets otherwise.

use std::collections::BTreeMap;

use care_path::CarePath;
use care_path::deadlines::Deadlines;
use care_path::ids::Municipality;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Map, Value};

/// The terms by municipality.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    defaults: Deadlines,
    own: BTreeMap<Municipality, Deadlines>,
}

impl From<Deadlines> for Terms {
    fn from(defaults: Deadlines) -> Self {
        Self { defaults, own: BTreeMap::new() }
    }
}

impl Terms {
    /// The terms of a municipality; the defaults where it has none of its own, or where there is none.
    #[must_use]
    pub fn of(&self, municipality: Option<&Municipality>) -> &Deadlines {
        municipality.and_then(|municipality| self.own.get(municipality)).unwrap_or(&self.defaults)
    }

    /// The terms by which a person's case goes.
    #[must_use]
    pub fn of_case(&self, path: &CarePath) -> &Deadlines {
        self.of(path.municipality())
    }
}

/// As they are written: the defaults beside each other, and under `municipalities` what one of them sets otherwise.
impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            #[serde(default)]
            municipalities: BTreeMap<Municipality, Map<String, Value>>,
            #[serde(flatten)]
            defaults: Map<String, Value>,
        }
        let Written { municipalities, defaults } = Written::deserialize(deserializer)?;
        let defaults = changed(&Deadlines::default(), defaults).map_err(D::Error::custom)?;
        let mut own = BTreeMap::new();
        for (municipality, changes) in municipalities {
            let terms = changed(&defaults, changes)
                .map_err(|error| D::Error::custom(format_args!("municipality {municipality}: {error}")))?;
            own.insert(municipality, terms);
        }
        Ok(Self { defaults, own })
    }
}

/// Terms with some of them set otherwise.
fn changed(terms: &Deadlines, changes: Map<String, Value>) -> Result<Deadlines, serde_json::Error> {
    let mut all = serde_json::to_value(terms)?;
    for (name, value) in changes {
        // What comes from the environment is text.
        let value = match value {
            Value::String(text) => text.parse::<i64>().map(Value::from).unwrap_or(Value::String(text)),
            Value::Number(number) if number.as_i64().is_none_or(|number| number < 0) => {
                return Err(serde_json::Error::custom(format_args!(
                    "{name}: {number} is not a whole number from 0 on"
                )));
            }
            other => other,
        };
        let mut one = Map::new();
        one.insert(name.clone(), value.clone());
        // Alone first, so that an error says which it is of.
        serde_json::from_value::<Deadlines>(Value::Object(one))
            .map_err(|error| serde_json::Error::custom(format_args!("{name}: {error}")))?;
        if let Value::Object(all) = &mut all {
            all.insert(name, value);
        }
    }
    serde_json::from_value(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Terms, String> {
        let file = config::File::from_str(text, config::FileFormat::Toml);
        let read = config::Config::builder().add_source(file).build().unwrap();
        read.try_deserialize().map_err(|error| error.to_string())
    }

    fn named(name: &str) -> Municipality {
        name.parse().unwrap()
    }

    #[test]
    fn a_municipality_sets_what_it_wants_and_has_the_defaults_for_the_rest() {
        let terms = read(
            r#"
            review_days = 10
            [municipalities.rotterdam]
            exception_decision_hours = 2
            cold = [{ from = "2026-12-01", until = "2027-02-28" }]
            "#,
        )
        .unwrap();
        let of = |name: Option<&str>| terms.of(name.map(named).as_ref()).clone();
        assert_eq!(of(None).review_days, 10);
        assert_eq!(of(Some("utrecht")), of(None));
        let rotterdam = of(Some("rotterdam"));
        assert_eq!((rotterdam.review_days, rotterdam.exception_decision_hours), (10, 2));
        assert!(rotterdam.is_cold("2027-01-15".parse().unwrap()) && !of(None).is_cold("2027-01-15".parse().unwrap()));
    }

    #[test]
    fn what_is_not_set_has_the_default_of_the_design() {
        assert_eq!(read("").unwrap(), Terms::from(Deadlines::default()));
    }

    #[test]
    fn a_name_that_is_no_term_and_a_value_that_is_none_are_told_with_where_they_stand() {
        let errors = |text: &str| read(text).unwrap_err();
        let unknown = errors("[municipalities.utrecht]\nreview_dais = 3");
        assert!(unknown.contains("utrecht") && unknown.contains("review_dais"), "{unknown}");
        assert!(errors("review_dais = 3").contains("review_dais"));
        assert!(errors("review_days = -1").contains("review_days"));
        assert!(errors("review_days = \"soon\"").contains("review_days"));
        assert!(errors("[municipalities.\"Den Haag\"]\nreview_days = 3").contains("1 to 64 characters"));
    }
}
