//! The organisations as a file has them: what takes part from the first start on. The log has the last word: what it knows
//! already is left as it is.

use care_path::directory::{Directory, RegisterOrganisation};
use serde::de::Error as _;
use serde_json::Value;

/// Reads a file of organisations. There an organisation and a facility have an `id`, and a facility `beds` or none.
///
/// # Errors
/// Where it is not what it must be, or names an organisation twice.
pub fn read(text: &str) -> Result<Vec<RegisterOrganisation>, serde_json::Error> {
    let mut written: Vec<Value> = serde_json::from_str(text)?;
    let mut names = std::collections::BTreeSet::new();
    let mut organisations = Vec::with_capacity(written.len());
    for organisation in &mut written {
        let name = organisation["id"].as_str().unwrap_or_default().to_owned();
        rename(organisation, "id", "organisation_id");
        for facility in organisation.get_mut("facilities").and_then(Value::as_array_mut).into_iter().flatten() {
            rename(facility, "id", "facility_id");
            rename(facility, "beds", "places");
            if facility["places"] == 0 {
                facility["places"] = Value::Null;
            }
        }
        let read = serde_json::from_value(organisation.take());
        organisations
            .push(read.map_err(|error| serde_json::Error::custom(format_args!("organisation `{name}`: {error}")))?);
        if !names.insert(name.clone()) {
            return Err(serde_json::Error::custom(format_args!("organisation `{name}` is there twice")));
        }
    }
    Ok(organisations)
}

fn rename(value: &mut Value, from: &str, to: &str) {
    if let Value::Object(fields) = value
        && let Some(field) = fields.remove(from)
    {
        fields.insert(to.to_owned(), field);
    }
}

/// The directory that they make where nothing else is known.
#[must_use]
pub fn directory(organisations: &[RegisterOrganisation]) -> Directory {
    organisations.iter().cloned().map(RegisterOrganisation::organisation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_that_is_there_twice_or_is_malformed_is_named() {
        let shelter = r#"{"id": "a-shelter", "name": "A shelter", "kind": "night_shelter"}"#;
        let error = read(&format!("[{shelter}, {shelter}]")).unwrap_err().to_string();
        assert_eq!(error, "organisation `a-shelter` is there twice");
        let error = read(r#"[{"id": "a-shelter", "name": "A shelter", "kind": "castle"}]"#).unwrap_err().to_string();
        assert!(error.starts_with("organisation `a-shelter`: unknown variant `castle`"), "{error}");
    }

    #[test]
    fn a_facility_without_beds_has_no_places() {
        let beds = |beds: u16| {
            format!(
                r#"[{{"id": "a", "name": "A", "kind": "drop_in", "facilities":
            [{{"id": "room", "name": "Room", "location_type": "drop_in", "cut_off": null, "beds": {beds}}}]}}]"#
            )
        };
        assert_eq!(read(&beds(0)).unwrap()[0].facilities[0].places, None);
        assert_eq!(read(&beds(3)).unwrap()[0].facilities[0].places, Some(3));
    }
}
