"""Labelled synthetic records: people with names of eight languages, of whom some were recorded twice, with the errors that
happen at a desk, on the street and in an import. The names and their order are those of Faker's lists, so that neither
side is measured on its own table of names."""

import random
from datetime import date, timedelta

from faker import Faker

# Country, locale, and of how many in a hundred (the order of the source: Poland, Romania, Hungary before others).
HOMES = [
    ("PL", "pl_PL", 34), ("RO", "ro_RO", 16), ("HU", "hu_HU", 12), ("BG", "bg_BG", 12),
    ("ES", "es_ES", 7), ("PT", "pt_PT", 7), ("UA", "uk_UA", 7), ("TR", "tr_TR", 5),
]  # fmt: skip

# Short forms that people give instead of their name; written for this measurement.
SHORT = {
    "Krzysztof": "Krzysiek", "Stanisław": "Staszek", "Andrzej": "Jędrek", "Tomasz": "Tomek", "Grzegorz": "Grzesiek",
    "Jakub": "Kuba", "Wojciech": "Wojtek", "Zbigniew": "Zbyszek", "Tadeusz": "Tadek", "Mateusz": "Mati", "Kazimierz": "Kazik",
    "Katarzyna": "Kasia", "Małgorzata": "Gosia", "Barbara": "Basia", "Agnieszka": "Aga", "Krystyna": "Krysia", "Anna": "Ania",
    "Ion": "Nelu", "Gheorghe": "Gigi", "Constantin": "Costel", "Nicolae": "Nicu", "Alexandru": "Sandu", "Dumitru": "Mitică",
    "Vasile": "Vasilică", "Elena": "Lenuța", "Cristian": "Cristi", "Mihai": "Mișu", "Gabriel": "Gabi",
    "Георги": "Гошо", "Димитър": "Митко", "Петър": "Пешо", "Николай": "Кольо", "Христо": "Ицо", "Александър": "Сашо",
    "István": "Pista", "László": "Laci", "József": "Jóska", "Sándor": "Sanyi", "Ferenc": "Feri", "János": "Jancsi",
    "Zoltán": "Zoli", "György": "Gyuri", "Erzsébet": "Bözsi", "Katalin": "Kati", "Zsuzsanna": "Zsuzsi",
    "José": "Pepe", "Francisco": "Paco", "Manuel": "Manolo", "Ignacio": "Nacho", "Dolores": "Lola", "Josefa": "Pepa",
    "João": "Joãozinho", "António": "Toninho", "Joaquim": "Quim", "Francisca": "Chica",
    "Олександр": "Сашко", "Володимир": "Вова", "Микола": "Коля", "Сергій": "Серьожа", "Дмитро": "Діма", "Михайло": "Міша",
    "Mehmet": "Memo", "İbrahim": "İbo",
}  # fmt: skip

# How the officials of the countries write Cyrillic in Latin letters.
LATIN = {
    "BG": dict(zip("абвгдежзийклмнопрстуфхцчшщъьюя", "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya".split())),
    "UA": dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'’", "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch".split() + ["", "iu", "ia", "", ""])),
}  # fmt: skip


def in_latin(text, country):
    table = LATIN.get(country)
    if table is None:
        return text
    word = "".join(table.get(letter.lower(), letter) for letter in text)
    return word.title()


def zipf(rng, names):
    """A name of a list, the earlier the more often: some are common, most are rare."""
    return rng.choices(names, weights=[1 / (rank + 5) for rank in range(len(names))])[0]


class People:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lists = {}
        for country, locale, _ in HOMES:
            provider = Faker(locale).providers
            person = next(each for each in provider if "person" in type(each).__module__)
            pick = lambda *names: next(list(getattr(person, name)) for name in names if getattr(person, name, None))
            lists = {
                "male": pick("first_names_male", "first_names"),
                "female": pick("first_names_female", "first_names"),
                "family_male": pick("last_names_male", "unisex_last_names", "last_names"),
                "family_female": pick("last_names_female", "unisex_last_names", "last_names"),
            }
            order = random.Random(country)
            for each in lists.values():
                order.shuffle(each)
            self.lists[country] = lists

    def person(self):
        rng = self.rng
        country = rng.choices([home[0] for home in HOMES], weights=[home[2] for home in HOMES])[0]
        sex = "male" if rng.random() < 0.87 else "female"
        lists = self.lists[country]
        born = date(1986, 7, 1) + timedelta(days=int(rng.gauss(0, 11) * 365))
        born = min(max(born, date(1945, 1, 1)), date(2007, 12, 31))
        contact = None
        if rng.random() < 0.1:
            contact = rng.choice(["Pauluskerk", "010 411 81 32", "Kruispost Amsterdam"])
        elif rng.random() < 0.25:
            contact = f"06 {rng.randrange(10**7, 10**8)}"
        return {
            "given": zipf(rng, lists[sex]), "family": zipf(rng, lists["family_" + sex]), "sex": sex, "country": country,
            "born": born, "contact": contact,
        }  # fmt: skip

    def typo(self, text):
        rng = self.rng
        place = rng.randrange(1, max(2, len(text) - 1))
        kind = rng.random()
        if kind < 0.4:
            return text[:place] + text[place + 1 :]
        if kind < 0.7 and place + 1 < len(text):
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        return text[:place] + rng.choice("aeiourstn") + text[place + 1 :]

    def record(self, person):
        """What one desk writes down of a person."""
        rng, chance = self.rng, lambda share: self.rng.random() < share
        given, family, country = person["given"], person["family"], person["country"]
        if chance(0.12):
            given = SHORT.get(given, given)
        if chance(0.7):
            given, family = in_latin(given, country), in_latin(family, country)
        if chance(0.35):
            fold = str.maketrans("ąćęłńóśźżăâîșțáéíóöőúüűñçãõêôğışİŁŚŻŹÁÉÓÖÚ", "acelnoszzaaistaeiooouuuncaoeogisILSZZAEOOU")
            given, family = given.translate(fold), family.translate(fold)
        if chance(0.08):
            given, family = (self.typo(given), family) if chance(0.5) else (given, self.typo(family))
        name = f"{given} {family}"
        if chance(0.18):
            name = f"{family}, {given}" if chance(0.6) else f"{family} {given}"
        if chance(0.08):
            name = given
        born = person["born"]
        written = born.isoformat()
        draw = rng.random()
        if draw < 0.15:
            written = None
        elif draw < 0.23:
            written = f"{born.year}"
        elif draw < 0.31:
            written = f"{born.year}-01-01"
        elif draw < 0.34 and born.day <= 12:
            written = f"{born.year}-{born.day:02}-{born.month:02}"
        elif draw < 0.37:
            written = f"{born.year + rng.choice([-10, -1, 1, 10])}-{born.month:02}-{min(born.day, 28):02}"
        sex = person["sex"] if not chance(0.02) else ("female" if person["sex"] == "male" else "male")
        return {
            "name": name,
            "birth_date": written,
            "sex": None if chance(0.1) else sex,
            "country": None if chance(0.12) else person["country"],
            "contact": person["contact"] if chance(0.6) else None,
        }


def records(persons, twice, seed):
    """Records with the person that each is of: some persons have two."""
    people = People(seed)
    made = []
    for number in range(persons):
        person = people.person()
        for _ in range(2 if people.rng.random() < twice else 1):
            made.append({"person": number, **people.record(person)})
    people.rng.shuffle(made)
    return [{"id": number, **record} for number, record in enumerate(made)]
