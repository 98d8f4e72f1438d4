//! What is wrong with a field, in the words of somebody who fills it in. The service names the rule, in English, for
//! programs; here each rule becomes what to do. `{}` in a pattern stands for what differs, and comes back in the words.

use super::{Language, Said};

const OTHER: Said = Said("Dit kan zo niet. Kijk het na.", "This cannot be right. Check it.");
const FILL_IN: Said = Said("Dit is nodig: vul het in of kies iets.", "This is needed: fill it in, or choose.");
const CHOOSE: Said = Said("Kies een van de mogelijkheden.", "Choose one of the possibilities.");
const NUMBER: Said = Said(
    "Vul een heel getal in, zoals 12, en niet te groot.",
    "Fill in a whole number, such as 12, and not too large.",
);
const DAY_AND_TIME: Said = Said("Vul een dag en een tijd in.", "Fill in a day and a time.");
const ORGANISATION: Said = Said("Kies een organisatie die in Baken staat.", "Choose an organisation that is in Baken.");
const OUTDATED: Said =
    Said("Dit hoort hier niet. Laad de pagina opnieuw.", "This does not belong here. Reload the page.");
const SEALED: Said = Said(
    "Dit is geen goed verzegeld document. Verzegel het opnieuw voor de ontvanger en plak het hele bestand.",
    "This is not a well sealed document. Seal it anew for its receiver, and paste the whole file.",
);

/// The rule of a number that is typed: it is the whole id.
pub const WHOLE_NUMBER: &str = "must be the whole number of a person";

/// Each rule of the service, and what it says on a page. The first that fits is taken.
#[rustfmt::skip]
const PROBLEMS: &[(&str, Said)] = &[
    // What is there, and what is not.
    ("is required", FILL_IN),
    ("is required, or receiving", Said("Kies een zorgaanbieder, of schrijf op wie de persoon ontvangt.",
        "Choose a care provider, or write down who receives the person.")),
    ("is required: the organisation has no name that fits", Said("Schrijf op wie de persoon ontvangt.", "Write down who receives the person.")),
    ("must be said: until when it was asked has passed", Said("Vul in tot wanneer. De gevraagde datum is al voorbij.",
        "Fill in until when. The date that was asked for has passed.")),
    ("must come with occurred_at", Said("Vul ook in wanneer het was.", "Fill in when it was too.")),
    ("is not a field here", OUTDATED),
    ("has a field that is not known here", OUTDATED),
    ("follows from what else is recorded, and is not said", Said("Deze reden vult Baken zelf in. Kies een andere.",
        "Baken fills this reason in by itself. Choose another one.")),
    // Text.
    ("must be 1 to {} characters, not only white space", Said("Schrijf hier iets, met hooguit {} tekens.",
        "Write something here, of at most {} characters.")),
    ("must not contain control characters", Said("Hierin staat een teken dat niet kan. Typ de tekst opnieuw.",
        "It holds a character that cannot be. Type the text anew.")),
    ("must not contain U+{}, which is invisible or turns the direction of the text: type it anew without",
        Said("Hierin staat een onzichtbaar teken. Typ de tekst opnieuw.", "It holds an invisible character. Type the text anew.")),
    ("must be 1 to {} characters of a-z, 0-9 and hyphen, and begin with a letter or digit",
        Said("Gebruik hooguit {} kleine letters, cijfers en streepjes, zoals den-haag.",
            "Use at most {} small letters, digits and hyphens, such as den-haag.")),
    ("must say what shows it: two words or more, of five letters or more",
        Said("Schrijf op waaruit het blijkt, in een paar woorden.", "Write down what shows it, in a few words.")),
    ("must name who has custody", Said("Vul de naam in van wie het gezag heeft.", "Fill in the name of who has custody.")),
    // Numbers.
    ("must be a whole number", NUMBER),
    ("must be a whole number from {} to {}", Said("Vul een heel getal in van {} tot {}.", "Fill in a whole number from {} to {}.")),
    ("must be at most {}: a life of 120 years", Said("Vul hooguit {} maanden in.", "Fill in at most {} months.")),
    ("must be at most {}", Said("Vul hooguit {} in.", "Fill in at most {}.")),
    ("a week has {} hours", Said("Een week heeft {} uur. Vul minder in.", "A week has {} hours. Fill in fewer.")),
    ("a month has at most {} hours", Said("Een maand heeft hooguit {} uur. Vul minder in.",
        "A month has at most {} hours. Fill in fewer.")),
    ("must be 1 for a known person, and 1 to 500 for unknown ones", Said("Vul 1 tot 500 in; bij een bekende persoon 1.",
        "Fill in 1 to 500; for a known person 1.")),
    // Where it is.
    ("is needed: nobody would follow those whom they meet", Said(
        "Kies de gemeente. Anders volgt niemand de mensen die zij ontmoeten.",
        "Choose the municipality. Otherwise nobody follows those whom they meet.")),
    ("is needed: nothing would reach them", Said("Kies het land. Anders bereikt niets hen.",
        "Choose the country. Otherwise nothing reaches them.")),
    ("is needed: nobody would follow the case", Said("Kies de gemeente. Anders volgt niemand het dossier.",
        "Choose the municipality. Otherwise nobody follows the case.")),
    ("its embassy takes part no more", Said("De ambassade van dit land doet niet meer mee.",
        "The embassy of this country takes part no more.")),
    // Days and times.
    ("is too early: it is taken from {} days before that many days after the arrival", Said(
        "Dit is te vroeg. Het kan vanaf {} dagen voor de termijn.", "This is too early. It can be done from {} days before the term.")),
    ("must be a day and a time", DAY_AND_TIME),
    ("must be a time as in RFC 3339", DAY_AND_TIME),
    ("must be a time as in RFC 3339 in the years 2000 to 2099", DAY_AND_TIME),
    ("must be a date as in RFC 3339", Said("Vul een datum in.", "Fill in a date.")),
    ("must be a date as precisely as it is known: {}", Said("Vul in wat u weet: 2019, 11-2019 of 03-11-2019.",
        "Fill in what you know: 2019, 11-2019 or 03-11-2019.")),
    ("must be a calendar year or quarter such as {}", Said("Vul een kalenderjaar of kwartaal in, zoals 2026 of 2026-Q3.",
        "Fill in a calendar year or quarter, such as 2026 or 2026-Q3.")),
    ("must be a year, quarter, month or day such as {}", Said("Vul een jaar, kwartaal, maand of dag in, zoals 2026, 2026-Q3, 2026-09 of 2026-09-15.",
        "Fill in a year, quarter, month or day, such as 2026, 2026-Q3, 2026-09 or 2026-09-15.")),
    ("must be the id of an indicator, such as {}", Said("Kies een cijfer uit de lijst van definities.",
        "Choose a figure from the list of definitions.")),
    ("must have 1 to {} items", Said("Geef er 1 tot {}.", "Give 1 to {} of them.")),
    ("must name each category of a cut once", Said("Noem elke categorie één keer.", "Name each category once.")),
    ("must have a category for each cut of the definition, in their order",
        Said("Geef bij elk getal een categorie van elke verdeling.", "Give each number a category of each cut.")),
    ("must have categories that the definition names", Said("Neem alleen categorieën die de definitie noemt.",
        "Take categories that the definition names.")),
    ("must be of periods that are over", Said("Neem alleen periodes die voorbij zijn.", "Take periods that are over.")),
    ("must tell a number of each period, municipality and category once",
        Said("Elke combinatie mag één keer voorkomen.", "Each combination may occur once.")),
    ("must all have a municipality, or none: {}", Said("Geef alle getallen een gemeente, of geen enkel.",
        "Give all numbers a municipality, or none of them.")),
    ("must be of periods that do not overlap: {}", Said("De periodes mogen elkaar niet overlappen.", "Periods must not overlap.")),
    ("must have no category that is the sum of all others: {}", Said("Laat totalen weg. Ze verraden kleine getallen.",
        "Leave totals out. They give small numbers away.")),
    ("must be 1 to 24 hours", Said("Vul 1 tot 24 uur in.", "Fill in 1 to 24 hours.")),
    ("must be a date of birth as precisely as it is known: {}", Said("Vul in wat u weet: 1976, 02-1976 of 14-02-1976.",
        "Fill in what you know: 1976, 02-1976 or 14-02-1976.")),
    ("must lie in the years {} to {}", Said("Kies een jaar van {} tot {}.", "Choose a year from {} to {}.")),
    ("must not lie in the future", Said("Dit ligt in de toekomst. Vul in wanneer het was.", "This is in the future. Fill in when it was.")),
    ("must lie in the future", Said("Dit is al voorbij. Kies een later moment.", "This has passed already. Choose a later time.")),
    ("must lie in the future, and not more than three months ahead", Said("Kies een moment in de komende drie maanden.",
        "Choose a time within the next three months.")),
    ("must not lie more than five years ahead", Said("Dit is te ver weg. Kies een moment binnen vijf jaar.",
        "This is too far ahead. Choose a time within five years.")),
    ("must not lie further ahead than lookouts may run: {} days, unless the municipality sets another term",
        Said("Dit is te ver weg. Uitkijken mag hooguit {} dagen duren, of zo lang als uw gemeente bepaalt.",
            "This is too far ahead. A lookout may run {} days, or as long as your municipality says.")),
    ("must not lie further ahead than care alerts may run: {} days, unless the municipality sets another term",
        Said("Dit is te ver weg. Een zorgmelding mag hooguit {} dagen duren, of zo lang als uw gemeente bepaalt.",
            "This is too far ahead. A care alert may run {} days, or as long as your municipality says.")),
    ("must not lie before the day on which it is said", Said("Deze dag is al voorbij. Kies een latere dag.",
        "This day has passed already. Choose a later day.")),
    ("must not lie before the date of birth", Said("Dit ligt vóór de geboortedatum. Kijk het na.", "This is before the date of birth. Check it.")),
    ("must lie within the {} days after the departure", Said("Kies een moment binnen {} dagen na het vertrek.",
        "Choose a time within {} days after the departure.")),
    ("must be a time of day such as 23:00", Said("Vul een tijd in, zoals 23:00.", "Fill in a time, such as 23:00.")),
    // What somebody is searched by.
    ("must have a word of at least two letters", Said("Vul minstens twee letters van de naam in.", "Fill in at least two letters of the name.")),
    ("must be there, or else alias, contact, a document's number or a birth_date to the day",
        Said("Vul een naam in. Alleen een geboortejaar is te weinig.", "Fill in a name. A year of birth alone is too little.")),
    // What is chosen.
    ("must be one of {}", CHOOSE),
    ("must be a string", FILL_IN),
    ("must be true or false", Said("Kies ja of nee.", "Choose yes or no.")),
    (WHOLE_NUMBER, Said("Vul het hele nummer in, met streepjes. De zes tekens van een lijst zijn te weinig.",
        "Fill in the whole number, with its dashes. The six characters of a list are too few.")),
    ("must be a UUID", OUTDATED),
    ("must have at most {} items", Said("Kies er hooguit {}.", "Choose at most {}.")),
    ("must be a list of at most {} items", Said("Kies er hooguit {}.", "Choose at most {}.")),
    ("must be an ISO 3166-1 alpha-2 code in capitals, such as PL", Said("Kies een land.", "Choose a country.")),
    ("must be a BCP 47 tag of a language in the IANA registry, such as pl or rom, or und where it is not known",
        Said("Kies een taal.", "Choose a language.")),
    ("must be another country than the Netherlands", Said("Kies een ander land dan Nederland.", "Choose another country than the Netherlands.")),
    ("must be a country: its embassy, and the receiving side there", Said("Kies een land.", "Choose a country.")),
    ("a consent to this purpose would change nothing: it is not recorded", Said("Toestemming is alleen nodig voor terugkeer. Kies terugkeer.",
        "Consent is only needed for a return. Choose the return.")),
    ("what the police reported is passed on to nobody: leave `justice` out", Said(
        "Wat de politie meldde, gaat naar niemand. Vink het uit.",
        "What the police reported is passed on to nobody. Untick it.")),
    // Whom and where.
    ("no such person", Said("Deze persoon is er niet, of u mag die niet zien. Kies een andere.",
        "This person is not there, or you may not see them. Choose another one.")),
    ("no such organisation takes part", ORGANISATION),
    ("takes part no more: it is closed", Said("Deze organisatie doet niet meer mee. Kies een andere.",
        "This organisation takes part no more. Choose another one.")),
    ("is closed", Said("Deze locatie is gesloten. Kies een andere.", "This place is closed. Choose another one.")),
    ("is not what that facility is", Said("Zo'n bed heeft deze locatie niet. Kies een ander soort bed of een andere locatie.",
        "This place has no such bed. Choose another kind of bed or another place.")),
    ("is not what any facility of your organisation is", Said("Zo'n bed heeft uw organisatie niet. Kies een ander soort bed.",
        "Your organisation has no such bed. Choose another kind of bed.")),
    ("must be none at a place of this kind: nobody sleeps there", Said("Op zo'n plek slaapt niemand. Laat dit leeg.",
        "Nobody sleeps in such a place. Leave this empty.")),
    ("must have an id each", Said("Geef elke locatie een eigen korte naam.", "Give each place a short name of its own.")),
    ("must be a telephone number of 3 to 32 digits, {}", Said("Vul een telefoonnummer in, zoals 010 123 45 67.",
        "Fill in a telephone number, such as 010 123 45 67.")),
    ("must be a mail address such as desk@example.org", Said("Vul een e-mailadres in, zoals balie@voorbeeld.nl.",
        "Fill in a mail address, such as desk@example.org.")),
    ("must be an address of a website that begins with https:// or http://", Said("Vul een webadres in dat begint met https://.",
        "Fill in a web address that begins with https://.")),
    ("is nothing that this command takes", OUTDATED),
    ("no organisation of this municipality takes part", Said("In deze gemeente doet niemand mee met Baken. Kies een andere gemeente.",
        "Nobody in this municipality takes part in Baken. Choose another municipality.")),
    ("is not listed as a coordinator of this municipality", Said("Dit is geen procesregisseur van deze gemeente. Kies een andere.",
        "This is no coordinator of this municipality. Choose another one.")),
    ("is not a facility of your organisation", Said("Kies een locatie van uw eigen organisatie.", "Choose a place of your own organisation.")),
    ("an organisation of this kind is not sent lookouts", Said("Zo'n organisatie krijgt geen uitkijkberichten. Kies een andere.",
        "Such an organisation receives no lookouts. Choose another one.")),
    ("organisations of this kind are not sent lookouts", Said("Zulke organisaties krijgen geen uitkijkberichten. Kies andere.",
        "Such organisations receive no lookouts. Choose others.")),
    ("must be a care provider in the country of the handover", Said("Kies een zorgaanbieder in het land van de overdracht.",
        "Choose a care provider in the country of the handover.")),
    ("nobody is discharged from an organisation of this kind", Said("Uit zo'n organisatie wordt niemand ontslagen. Kies het ziekenhuis of de instelling.",
        "Nobody is discharged from such an organisation. Choose the hospital or institution.")),
    ("this organisation does not receive people from there", Said("Deze organisatie ontvangt niemand op zo'n plek. Kies een andere.",
        "This organisation receives nobody in such a place. Choose another one.")),
    ("no organisation receives people out of doors", Said("Buiten ontvangt geen organisatie iemand. Laat de organisatie leeg.",
        "No organisation receives people out of doors. Leave the organisation empty.")),
    ("must not be a person who was born after this death", Said("Deze persoon is later geboren. Kies een andere.",
        "This person was born later. Choose another one.")),
    ("must be yes where there are hours of work or income from it", Said("U vulde uren of inkomen in. Kies dan bij werk: ja.",
        "You filled in hours or income. Then choose yes for work.")),
    // A sealed document (RFC 7516).
    ("must have at most {} characters", Said("Dit is te groot. Het document mag hooguit {} tekens hebben.",
        "This is too large. The document may have at most {} characters.")),
    ("must be sealed with the receiver's public key: {}", SEALED),
    ("must be a JWE {}", SEALED),
    // The rest.
    ("at least {} more problems are not listed", Said("Er zijn nog minstens {} andere fouten.", "There are at least {} more errors.")),
    ("is not valid", OTHER),
];

/// What is wrong with a field, in the reader's language; the service's own words are English and name a rule.
#[must_use]
pub fn field_problem(rule: &str, language: Language) -> String {
    let (holes, said) = known(rule).unwrap_or((Vec::new(), OTHER));
    holes.into_iter().fold(said.r#in(language).to_owned(), |words, hole| words.replacen("{}", hole, 1))
}

fn known(rule: &str) -> Option<(Vec<&str>, Said)> {
    PROBLEMS.iter().find_map(|(pattern, said)| fits(pattern, rule).map(|holes| (holes, *said)))
}

/// What stands in the holes of a pattern; `None` where it does not fit.
fn fits<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut holes = Vec::new();
    let parts: Vec<_> = parts.collect();
    for (number, part) in parts.iter().enumerate() {
        let is_last = number + 1 == parts.len();
        let at = if is_last { rest.ends_with(part).then(|| rest.len() - part.len())? } else { rest.find(part)? };
        holes.push(rest.get(..at)?);
        rest = rest.get(at + part.len()..)?;
    }
    rest.is_empty().then_some(holes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn a_number_of_the_rule_stands_in_the_words() {
        let said = |rule| field_problem(rule, Language::Dutch);
        assert_eq!(
            said("must be 1 to 200 characters, not only white space"),
            "Schrijf hier iets, met hooguit 200 tekens."
        );
        assert_eq!(said("must lie in the years 2000 to 2099"), "Kies een jaar van 2000 tot 2099.");
        assert_eq!(said("must be one of `low`, `high`"), "Kies een van de mogelijkheden.");
    }

    #[test]
    fn a_rule_that_is_not_known_is_answered_in_the_language_of_the_page() {
        assert_eq!(field_problem("must be a purple thing", Language::Dutch), OTHER.0);
    }

    #[test]
    fn the_words_have_as_many_holes_as_their_pattern_or_none() {
        for (pattern, Said(dutch, english)) in PROBLEMS {
            let holes = |text: &str| text.matches("{}").count();
            assert_eq!(holes(dutch), holes(english), "{pattern}");
            assert!(holes(dutch) == 0 || holes(dutch) == holes(pattern), "{pattern}");
            assert!(dutch.ends_with('.') && english.ends_with('.'), "{pattern}");
        }
    }

    /// Every rule that the domain's source says of a field.
    fn rules() -> Vec<String> {
        let mut files = Vec::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../care-path/src"), &mut files);
        assert!(files.len() > 100, "the domain's source is not where it was");
        files.iter().flat_map(|source| said_in(source)).collect()
    }

    fn collect(folder: &Path, files: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !name.ends_with("tests.rs") {
                let source = fs::read_to_string(&path).unwrap();
                files.push(source.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned());
            }
        }
    }

    /// What is said of a field: the texts that begin with "must", and the last text of each refusal of a field.
    fn said_in(source: &str) -> Vec<String> {
        let texts = |part: &str| -> Vec<String> { part.split('"').skip(1).step_by(2).map(str::to_owned).collect() };
        let code: String = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
            .replace("'\"'", "");
        let must = texts(&code).into_iter().filter(|text| text.starts_with("must "));
        let refused = code.split("Refusal::field(").skip(1).filter_map(|call| {
            let mut depth = 1;
            let end = call.find(|c| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            })?;
            texts(&call[..end]).pop().filter(|text| text.contains(' ') || text.starts_with("is "))
        });
        must.chain(refused).collect()
    }

    #[test]
    fn every_rule_of_the_domain_has_words() {
        let rules = rules();
        assert!(rules.len() > 50, "{} rules were found", rules.len());
        let sample = |rule: &str| {
            let mut parts = rule.split('{');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| text + "7" + part.split_once('}').map_or("", |(_, rest)| rest))
        };
        let without: Vec<_> = rules.iter().filter(|rule| known(&sample(rule)).is_none()).collect();
        assert_eq!(without, Vec::<&String>::new());
    }
}
