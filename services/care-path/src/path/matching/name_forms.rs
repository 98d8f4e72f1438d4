//! How common names are, and which are forms of one another: short and pet forms, the forms of other languages and of
//! other transliterations, the forms of a family name for men and women.
//!
//! A row is a name with its forms in plain Latin letters, and of how many in a thousand people of the sex and country in
//! which it is at home it is the name, by order of magnitude. The table was compiled by hand for Baken: the names are among
//! the most frequent that national registers publish (PESEL of Poland, INE of Spain, NSI of Bulgaria, the Ministry of the
//! Interior of Hungary, …), the forms follow Wikipedia's article "Hypocorism" and its lists by language. Those who speak
//! these languages are to correct it. A name that is not here counts as rare, until many persons have it: see
//! [`Population`](super::Population).

use std::collections::HashMap;
use std::sync::LazyLock;

/// Of a thousand people, and the forms of one name.
type Row = (u16, &'static str);

#[rustfmt::skip]
const GIVEN: &[Row] = &[
    // Polish, with what is the same elsewhere.
    (20, "jan janek jas jasiek jasiu johan johannes hans hannes john"), (25, "andrzej jedrek jedrzej andrew"),
    (30, "piotr piotrek piotrus petr petro pyotr petya peter"), (30, "krzysztof krzysiek krzys krzysio krzychu christopher kristof"),
    (25, "tomasz tomek tomus tamas tomi thomas tomas"), (25, "pawel pawelek pavel pavlo pasha pavlik paul pavol"),
    (22, "michal michalek misiek michael micha"), (20, "marcin marcinek martin marto"), (18, "marek mareczek maras mark"),
    (18, "grzegorz grzesiek grzes grigory grigoriy hryhorii hryhoriy grisha grigor gregory"), (15, "adam adas"),
    (13, "zbigniew zbyszek zbysiu zbych"), (13, "jerzy jurek"), (15, "stanislaw staszek stas stach stasiek stanislav"),
    (10, "tadeusz tadek tadzio"), (17, "lukasz lukaszek lucas lukas luka"), (12, "mateusz mati mateuszek matei matthew"),
    (15, "dariusz darek"), (12, "mariusz"), (12, "robert robus bobek robi roberto beto"), (12, "jacek"), (12, "kamil kamilek"),
    (15, "wojciech wojtek wojtus"), (10, "ryszard rysiek rychu rysio richard ricardo richi"), (7, "kazimierz kazik kazio"),
    (12, "jozef jozek jozio josef jozsef joska jozsi joci jose joseph"), (8, "henryk heniek henio heinrich heinz"),
    (12, "rafal rafalek rafael rafa rafita"), (9, "slawomir slawek"), (12, "jaroslaw jarek"), (8, "leszek lech"),
    (10, "miroslaw mirek"), (7, "wieslaw wiesiek wiesio"), (7, "edward edek edzio eduardo edu"), (6, "zdzislaw zdzichu zdzisiek"),
    (6, "boguslaw bogus"), (8, "bogdan bohdan"), (7, "waldemar waldek"), (9, "artur arturek arthur"),
    (10, "sebastian seba sebek sebas sebastiao tiao"), (9, "przemyslaw przemek"), (7, "radoslaw radek"), (8, "dawid david"),
    (10, "jakub kuba kubus"), (8, "szymon szymek simon"), (8, "bartosz bartek bartlomiej"), (8, "dominik"), (8, "patryk patrick"),
    (10, "maciej maciek"), (7, "antoni antek tosiek anton"), (7, "franciszek franek"), (6, "eugeniusz gienek"),
    (7, "wladyslaw wladek wladzio"), (5, "boleslaw bolek"), (6, "mieczyslaw mietek"), (9, "roman romek roma"),
    (35, "anna ania anka anula andzia aneczka anya hanna hania ganna anyuta ana anita anuta anica anisoara ani anni annus panna panni aninha"),
    (35, "maria marysia maryska mania mariya mariia masha marusya marika mariska mari maricica marioara mioara mimi mara maruja marita"),
    (35, "katarzyna kasia kaska kasienka katarina catarina"), (30, "malgorzata gosia malgosia goska malgoska margarita margareta"),
    (25, "agnieszka aga agusia agnes agi"), (25, "barbara basia baska"), (25, "krystyna krysia kryska krystynka"),
    (22, "ewa ewka ewunia eva evi evike"), (22, "elzbieta ela elka elunia bieta elisabeta elisabeth erzsebet erzsi bozsi veta"),
    (12, "zofia zosia zoska sofia"), (15, "teresa tereska tere teresita teresinha"), (20, "magdalena magda madzia"),
    (22, "joanna asia joasia aska ioana johanna"), (15, "monika monia moni"), (15, "aleksandra ola olka olenka alexandra sasha"),
    (10, "jadwiga jadzia"), (12, "danuta danka danusia"), (12, "irena irka irenka"), (12, "halina halinka"),
    (10, "helena hela helenka lena leninha"), (12, "beata beatka"), (12, "dorota dorotka"), (12, "jolanta jola jolka"),
    (10, "iwona iwonka"), (10, "grazyna grazynka"), (9, "urszula ula ulka"), (9, "natalia natalka"), (9, "weronika wera veronika"),
    (9, "justyna justynka"), (8, "janina janka"), (8, "zuzanna zuza zuzia zsuzsanna zsuzsi zsuzsa susana"),
    // Romanian.
    (30, "ion ionel ionut ionica ioan nelu"), (25, "gheorghe gigi ghita george gheorghita gicu georgi gosho joro zhoro gogo georg gyorgy gyuri giorgos georgios jorge"),
    (18, "vasile vasilica lica vasil vasko vasily vasilii vasiliy vasyl vasya"),
    (18, "constantin costel costica costi konstantin kostya kostiantyn kostyantyn dinu"),
    (18, "nicolae nicu nelu niculae nicusor neculai nikolay nikolai niki kolyo nikola mykola kolya miklos nicolas"),
    (20, "mihai mihail mihaita misu mikhail mykhailo mykhaylo misha mishka mihaly misi miguel"), (15, "marian"), (15, "marius"),
    (25, "alexandru alex sandu alecu aleksander alexander aleksandr oleksandr sasha sashko sanya shura olek sasho aleksandar sandor sanyi alejandro alexandre xande"),
    (15, "florin florinel"), (15, "daniel dani danut"), (15, "adrian adi"), (15, "cristian cristi kristian krisztian"),
    (12, "gabriel gabi gabor"), (15, "stefan fane stefanita stef istvan pista pisti isti pityu"),
    (12, "dumitru mitica mitru dimitrie dimitar dimitri mitko dmitry dmitri dmitriy dmitrii dmytro dima mitya"),
    (10, "petru petre petrica petar pesho petko"), (8, "ilie ilica iliya"), (8, "viorel"), (9, "lucian luci"), (8, "sorin"),
    (25, "elena lenuta ileana leni olena lena alyona yelena eli helena ilona"), (12, "mihaela miha"), (12, "andreea"),
    (12, "cristina cristi krisztina kriszti kristina cris tina krystyna"), (12, "daniela dana"), (9, "georgeta geta"), (9, "nicoleta nico"),
    (10, "gabriela gabi"), (10, "ecaterina catrina caterina ekaterina yekaterina kateryna katerina katya katalin kati kata catalina"),
    (9, "viorica"), (9, "rodica"), (10, "mariana"), (9, "florentina"), (9, "valentina valentyna valya"),
    // Bulgarian, Russian, Ukrainian.
    (40, "ivan vanko vancho ivancho vanyo vanya ivanko"), (18, "hristo itso icho christo"), (13, "todor tosho fedor fyodor"),
    (10, "atanas nasko tanas"), (9, "yordan dancho jordan iordan"), (9, "krasimir krasi"), (9, "plamen"), (9, "rumen"),
    (9, "valentin valyo"), (9, "desislava desi"), (9, "gergana geri"), (9, "rositsa rosi"),
    (40, "sergey sergei serhii serhiy sergiy seryozha serega"), (35, "vladimir volodymyr vova volodya vovka vladimer"),
    (30, "andrey andrei andrii andriy andryusha andras andris bandi andreas andres"),
    (25, "aleksey alexei alexey oleksii oleksiy alyosha lyosha lesha"), (15, "yuri yurii yuriy yura iurii yurko"),
    (15, "viktor vitya victor vitek"), (12, "vitaly vitalii vitaliy vitalik"), (15, "igor ihor"), (12, "oleg oleh"),
    (15, "yevgeny evgeny evgenii evgeniy yevhen yevgen zhenya eugen"), (12, "anatoly anatolii anatoliy tolya tolik"),
    (15, "maksim maksym maxim maks max"), (9, "valery valerii valeriy valera"), (12, "denis denys"), (12, "artem artyom tyoma"),
    (9, "vyacheslav viacheslav slava slavik"), (8, "leonid lyonya lenya"), (8, "gennady gennadiy hennadii gena"),
    (8, "vadim vadym"), (9, "ruslan"), (8, "taras"), (25, "tatyana tatiana tetiana tetyana tanya"),
    (25, "natalya nataliya nataliia natasha nata"), (25, "olga olha olya"), (22, "irina iryna irinka irisha ira"),
    (18, "svetlana svitlana sveta"), (15, "lyudmila liudmyla liudmila ludmila lyuda mila"), (12, "galina halyna galya"),
    (15, "yulia yuliia yuliya julia yulya julka julianna juli juliska iulia"), (12, "oksana oksanka ksyusha"), (9, "lyubov liubov lyuba luba"),
    (10, "nadezhda nadiia nadia nadya"), (9, "vera vira"), (9, "larisa larysa lara"),
    (12, "viktoriya viktoriia viktoria victoria vika viki"), (12, "anastasia anastasiia anastasiya nastya nastia"), (10, "daria dariia dariya dasha"),
    // Hungarian.
    (35, "laszlo laci"), (25, "janos jani jancsi"), (25, "zoltan zoli"), (22, "ferenc feri ferko"), (15, "attila ati"), (12, "imre imi"),
    (15, "tibor tibi"), (12, "csaba csabi"), (10, "lajos lali"), (10, "karoly karcsi karesz"), (10, "gyula gyuszi"), (10, "balazs"),
    (8, "norbert norbi"), (15, "ilona ili ilonka ilus"), (12, "margit manci"), (10, "judit jutka"), (10, "ildiko ildi"),
    (10, "timea timi"), (9, "piroska piri"), (12, "erika"), (12, "andrea andi"),
    // Spanish and Portuguese.
    (35, "jose pepe pepito chepe zezinho zeca"), (35, "antonio toni tono toninho tonho"), (25, "juan juanito juancho"),
    (30, "manuel manolo manu lolo manel maneco nelo"), (25, "francisco paco pancho fran curro kiko paquito chico xico quico"),
    (15, "luis lucho luisito luisinho"), (15, "javier javi xavi"), (15, "carlos carlitos carlinhos"), (10, "jesus chus"),
    (15, "pedro perico pedrinho"), (10, "fernando fer nando"), (8, "ignacio nacho inaki"), (8, "santiago santi yago"),
    (8, "enrique quique kike"), (9, "alberto beto"), (8, "ramon moncho"), (8, "guillermo memo guille"),
    (25, "joao joaozinho janjao"), (10, "joaquim quim"), (15, "paulo paulinho"), (9, "rodrigo"), (20, "carmen carmencita mamen"),
    (12, "josefa pepa pepita fina"), (12, "dolores lola loli lolita"), (12, "isabel isa chabela isabelita belinha"),
    (9, "francisca paca paqui paquita chica"), (9, "mercedes merche meche"), (9, "concepcion concha conchi conchita"),
    (8, "rosario charo"), (9, "pilar pili"), (9, "rosa rosita"), (8, "beatriz bea bia"), (10, "lucia"), (9, "margarida guida"),
    (10, "fatima"), (8, "conceicao sao"),
    // Turkish and German.
    (40, "mehmet memet memo mohamed muhammed mohammed"), (35, "mustafa"), (30, "ahmet ahmed"), (25, "ali"), (20, "huseyin hussein"),
    (18, "hasan hassan"), (18, "ibrahim ibo"), (12, "ismail"), (12, "osman"), (12, "yusuf"), (12, "murat"), (9, "suleyman"),
    (30, "fatma"), (25, "ayse"), (18, "emine"), (15, "hatice"), (10, "zeynep"), (8, "friedrich fritz"), (8, "wilhelm willi willy"),
    (10, "wolfgang"), (12, "klaus"), (12, "stephan steffen"),
];

#[rustfmt::skip]
const FAMILY: &[Row] = &[
    (5, "nowak"), (4, "kowalski kowalska"), (3, "wisniewski wisniewska"), (3, "wojcik"), (3, "kowalczyk"), (3, "kaminski kaminska"),
    (3, "lewandowski lewandowska"), (3, "zielinski zielinska"), (3, "szymanski szymanska"), (3, "wozniak"), (3, "dabrowski dabrowska"),
    (10, "popa"), (8, "popescu"), (7, "ionescu"), (5, "radu"), (5, "dumitru"), (5, "stan"), (4, "stoica"), (4, "matei"), (4, "ciobanu"),
    (4, "rusu"), (4, "munteanu"), (20, "ivanov ivanova"), (15, "georgiev georgieva"), (15, "dimitrov dimitrova"), (12, "petrov petrova"),
    (10, "nikolov nikolova"), (10, "todorov todorova"), (9, "stoyanov stoyanova"), (8, "hristov hristova"), (8, "iliev ilieva"),
    (7, "angelov angelova"), (7, "vasilev vasileva"), (24, "nagy"), (22, "kovacs"), (22, "toth"), (21, "szabo"), (20, "horvath"),
    (14, "varga"), (13, "kiss"), (11, "molnar"), (9, "nemeth"), (8, "farkas"), (8, "balogh"), (31, "garcia"), (20, "rodriguez rodrigues"),
    (20, "gonzalez goncalves"), (19, "fernandez fernandes"), (18, "lopez lopes"), (18, "martinez"), (17, "sanchez"), (16, "perez"),
    (10, "gomez gomes"), (10, "martin martins"), (60, "silva"), (50, "santos"), (40, "ferreira"), (40, "pereira"), (35, "oliveira"),
    (30, "costa"), (25, "sousa"), (15, "smirnov smirnova"), (10, "kuznetsov kuznetsova"), (8, "popov popova"), (3, "shevchenko"),
    (3, "melnyk melnik"), (2, "kovalenko"), (2, "bondarenko"), (13, "yilmaz"), (9, "kaya"), (9, "demir"), (8, "celik"), (7, "sahin"),
    (9, "muller mueller"), (7, "schmidt"), (4, "schneider"),
];

/// Words in the place of a name that tell nothing of it: that it is not known, titles, particles.
#[rustfmt::skip]
const SILENT: &[&str] = &[
    "onbekend", "onbekende", "unknown", "anoniem", "anonymous", "noname", "nieznany", "nieznana", "necunoscut", "necunoscuta",
    "neizvesten", "neizvestna", "ismeretlen", "desconocido", "desconocida", "desconhecido", "desconhecida", "bilinmiyor", "unbekannt",
    "geen", "naam", "naamloos", "nvt", "man", "vrouw", "meneer", "mevrouw", "dhr", "mevr", "the", "van", "von", "der", "den", "del",
    "dos", "das", "mrs", "herr", "frau", "pan", "pani",
];

/// What is known of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct KnownWord {
    /// In a thousand people.
    per_mille: u16,
    /// The rows that it is a form in.
    rows: [Option<u16>; MOST_ROWS],
}

/// Most forms belong to one name; a few to several, as Sasha to Aleksandr and to Aleksandra.
const MOST_ROWS: usize = 3;
/// How common a name is that is not in the table.
pub(super) const RARE: f64 = 0.000_5;

impl KnownWord {
    /// How many of all have it.
    pub(super) fn share(self) -> f64 {
        if self.per_mille == 0 { RARE } else { f64::from(self.per_mille) / 1000.0 }
    }

    /// Whether both are forms of one name.
    pub(super) fn is_form_of(self, other: Self) -> bool {
        self.rows.iter().flatten().any(|row| other.rows.contains(&Some(*row)))
    }

    /// The names that it may be a form of, each by the form that stands for all.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        self.rows.into_iter().flatten().filter_map(|row| {
            let (_, forms) = GIVEN.iter().chain(FAMILY).nth(row.into())?;
            forms.split(' ').next()
        })
    }
}

static WORDS: LazyLock<HashMap<&'static str, KnownWord>> = LazyLock::new(|| {
    let mut words: HashMap<&str, KnownWord> = HashMap::new();
    for (row, (per_mille, forms)) in (0..).zip(GIVEN.iter().chain(FAMILY)) {
        for form in forms.split(' ') {
            let known = words.entry(form).or_default();
            known.per_mille = known.per_mille.max(*per_mille);
            if let Some(free) = known.rows.iter_mut().find(|row| row.is_none()) {
                *free = Some(row);
            }
        }
    }
    words
});

/// What is known of a word in plain letters.
pub(super) fn known(word: &str) -> KnownWord {
    WORDS.get(word).copied().unwrap_or_default()
}

/// Whether a word tells nothing of a name.
pub(super) fn is_silent(word: &str) -> bool {
    SILENT.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_a_plain_word_and_belongs_to_no_more_names_than_are_kept() {
        let mut rows: HashMap<&str, usize> = HashMap::new();
        for (_, forms) in GIVEN.iter().chain(FAMILY) {
            for form in forms.split(' ') {
                assert!(form.len() >= 3 && form.bytes().all(|letter| letter.is_ascii_lowercase()), "{form}");
                *rows.entry(form).or_default() += 1;
            }
        }
        let many: Vec<_> = rows.into_iter().filter(|(_, rows)| *rows > MOST_ROWS).collect();
        assert!(many.is_empty(), "{many:?}");
    }

    #[test]
    fn short_forms_belong_to_their_names_and_a_name_that_is_not_here_is_rare() {
        let is_form = |one: &str, other: &str| known(one).is_form_of(known(other));
        assert!(is_form("krzysiek", "krzysztof") && is_form("gosia", "malgorzata") && is_form("pista", "istvan"));
        assert!(is_form("sasha", "oleksandr") && is_form("sasha", "aleksandra") && is_form("paco", "francisco"));
        assert!(!is_form("aleksandr", "aleksandra") && !is_form("gosia", "kasia") && !is_form("wrona", "lis"));
        assert!(known("wrona").share() < known("kowalski").share() && known("kowalski").share() < known("jan").share());
    }
}
