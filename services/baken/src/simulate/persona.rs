//! Who a made-up person is.

use care_path::text::Country;
use serde_json::{Value, json};

use super::SimulateError;
use super::figures::{AGE_CENTRE, AGE_DEVIATION, AGES, MEN_PERCENT, ORIGINS, Weights};
use super::story::Story;

/// A made-up person.
pub(super) struct Persona {
    pub country: Country,
    pub language: &'static str,
    man: bool,
    age: u32,
}

const MEN: Weights<&str, 8> =
    [("Adam", 1), ("Andrei", 1), ("Denis", 1), ("Gabor", 1), ("Ivan", 1), ("Lukas", 1), ("Robert", 1), ("Tomas", 1)];
const WOMEN: Weights<&str, 5> = [("Anna", 1), ("Elena", 1), ("Ilona", 1), ("Maria", 1), ("Vera", 1)];

impl Persona {
    pub fn draw(story: &mut Story<'_>) -> Result<Self, SimulateError> {
        let code = story.pick(&ORIGINS);
        let country = code.parse().map_err(|_| SimulateError::Calendar)?;
        Ok(Self { country, language: language(code), man: story.chance(MEN_PERCENT), age: age(story) })
    }

    /// What is known of the person when somebody first asks.
    pub fn claim(&self, story: &mut Story<'_>) -> Value {
        let mut claim = json!({
            "approximate_age": self.age,
            "sex": if self.man { "male" } else { "female" },
            "countries": [self.country],
            "languages": [{
                "language": self.language, "preferred": true, "understood": true, "interpreter_needed": story.chance(60),
            }],
        });
        if story.chance(65) {
            let name = if self.man { story.pick(&MEN) } else { story.pick(&WOMEN) };
            claim["alias"] = Value::from(name);
        }
        claim
    }
}

/// An age in whole years; one outside of the range is drawn again.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 18 and 75")]
fn age(story: &mut Story<'_>) -> u32 {
    loop {
        let age = AGE_CENTRE + AGE_DEVIATION * story.normal();
        if AGES.contains(&age) {
            return age.round() as u32;
        }
    }
}

fn language(country: &str) -> &'static str {
    match country {
        "PL" => "pl",
        "RO" => "ro",
        "HU" => "hu",
        "BG" => "bg",
        "ES" => "es",
        "PT" => "pt",
        "LT" => "lt",
        "LV" => "lv",
        "CZ" => "cs",
        "SK" => "sk",
        "IT" => "it",
        _ => "und",
    }
}
