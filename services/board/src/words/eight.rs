//! The languages of the code lists, in which the board speaks to the person themselves: of their return and of what they
//! consent to, beside Dutch. The sentences are short, and say no more than Baken keeps to.

/// A language that the person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnLanguage(usize);

/// Tags, and what each language calls itself, in the order of the texts.
const LANGUAGES: [(&str, &str); 8] = [
    ("nl", "Nederlands"),
    ("en", "English"),
    ("pl", "Polski"),
    ("ro", "Română"),
    ("bg", "Български"),
    ("hu", "Magyar"),
    ("es", "Español"),
    ("pt", "Português"),
];

impl OwnLanguage {
    pub const DUTCH: Self = Self(0);
    pub const ENGLISH: Self = Self(1);

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// The one of a BCP 47 tag, whatever its region or script.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        LANGUAGES.iter().position(|(each, _)| *each == primary).map(Self)
    }

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        LANGUAGES.get(self.0).map_or("nl", |(tag, _)| tag)
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        LANGUAGES.get(self.0).map_or("", |(_, name)| name)
    }
}

/// A text in all eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Eight(pub [&'static str; 8]);

impl Eight {
    pub(crate) fn r#in(&self, language: OwnLanguage) -> &'static str {
        self.0.get(language.0).copied().unwrap_or_default()
    }
}

/// Declares texts in all eight languages, and the list of them.
macro_rules! eight {
    ($($name:ident: $nl:literal, $en:literal, $pl:literal, $ro:literal, $bg:literal, $hu:literal, $es:literal, $pt:literal;)+) => {
        $(pub(crate) const $name: Eight = Eight([$nl, $en, $pl, $ro, $bg, $hu, $es, $pt]);)+

        #[cfg(test)]
        const ALL: &[(&str, Eight)] = &[$((stringify!($name), $name)),+];
    };
}

// Written without a native speaker of each language: one should review every text but the Dutch before it is used.
eight! {
    // Who saw somebody.
    SEEN_TITLE:
        "Wie heeft mijn gegevens gezien?",
        "Who saw my data?",
        "Kto widział moje dane?",
        "Cine mi-a văzut datele?",
        "Кой е видял данните ми?",
        "Ki látta az adataimat?",
        "¿Quién ha visto mis datos?",
        "Quem viu os meus dados?";
    SEEN_WHAT:
        "Op dit blad staat welke organisaties iets over u hebben gezien, en wanneer.",
        "This sheet says which organisations saw something about you, and when.",
        "Na tej kartce jest napisane, które organizacje widziały coś o Panu/Pani i kiedy.",
        "Pe această foaie scrie ce organizații au văzut ceva despre dumneavoastră și când.",
        "На този лист пише кои организации са видели нещо за Вас и кога.",
        "Ezen a lapon az áll, mely szervezetek láttak valamit Önről, és mikor.",
        "En esta hoja se dice qué organizaciones han visto algo sobre usted, y cuándo.",
        "Esta folha diz que organizações viram algo sobre si, e quando.";
    SEEN_NOBODY:
        "Niemand heeft iets over u gezien.",
        "Nobody saw anything about you.",
        "Nikt niczego o Panu/Pani nie widział.",
        "Nimeni nu a văzut nimic despre dumneavoastră.",
        "Никой не е видял нищо за Вас.",
        "Senki sem látott semmit Önről.",
        "Nadie ha visto nada sobre usted.",
        "Ninguém viu nada sobre si.";
    SEEN_PROOF:
        "Met dit bestand kan iemand anders nagaan dat deze lijst in het ondertekende logboek staat.",
        "With this file somebody else can check that this list is in the signed log.",
        "Za pomocą tego pliku ktoś inny może sprawdzić, że ta lista jest w podpisanym rejestrze.",
        "Cu acest fișier, altcineva poate verifica dacă lista aceasta se află în registrul semnat.",
        "С този файл друг човек може да провери, че този списък е в подписания дневник.",
        "Ezzel a fájllal valaki más ellenőrizheti, hogy ez a lista benne van az aláírt naplóban.",
        "Con este archivo, otra persona puede comprobar que esta lista está en el registro firmado.",
        "Com este ficheiro, outra pessoa pode verificar que esta lista está no registo assinado.";
    SEEN_PRESENCE:
        "Waar u was",
        "Where you were",
        "Gdzie Pan/Pani przebywał(a)",
        "Unde ați fost",
        "Къде сте били",
        "Hol tartózkodott",
        "Dónde ha estado",
        "Onde esteve";
    SEEN_IDENTITY:
        "Wie u bent",
        "Who you are",
        "Kim Pan/Pani jest",
        "Cine sunteți",
        "Кой сте Вие",
        "Ki Ön",
        "Quién es usted",
        "Quem é";
    SEEN_LIFE:
        "Hoe u leeft",
        "How you live",
        "Jak Pan/Pani żyje",
        "Cum trăiți",
        "Как живеете",
        "Hogyan él",
        "Cómo vive",
        "Como vive";
    SEEN_HEALTH:
        "Uw gezondheid",
        "Your health",
        "Pana/Pani zdrowie",
        "Sănătatea dumneavoastră",
        "Вашето здраве",
        "Az Ön egészsége",
        "Su salud",
        "A sua saúde";
    SEEN_RETURN:
        "Of u terug wilt naar uw land",
        "Whether you want to go back to your country",
        "Czy chce Pan/Pani wrócić do swojego kraju",
        "Dacă vreți să vă întoarceți în țara dumneavoastră",
        "Дали искате да се върнете в страната си",
        "Hogy vissza szeretne-e térni a hazájába",
        "Si quiere volver a su país",
        "Se quer regressar ao seu país";
    SEEN_JUSTICE:
        "Politie en justitie",
        "Police and justice",
        "Policja i wymiar sprawiedliwości",
        "Poliția și justiția",
        "Полиция и правосъдие",
        "Rendőrség és igazságszolgáltatás",
        "Policía y justicia",
        "Polícia e justiça";
    SEEN_RIGHTS:
        "Waar u recht op hebt",
        "What you have a right to",
        "Do czego ma Pan/Pani prawo",
        "La ce aveți dreptul",
        "На какво имате право",
        "Mire jogosult",
        "A qué tiene derecho",
        "A que tem direito";
    SEEN_REFERRALS:
        "Naar wie u bent verwezen",
        "To whom you were referred",
        "Do kogo Pana/Panią skierowano",
        "La cine ați fost îndrumat(ă)",
        "Към кого сте насочени",
        "Kihez irányították",
        "A quién le han derivado",
        "Para quem foi encaminhado(a)";
    SEEN_LOOKOUT:
        "Dat naar u werd uitgekeken",
        "That people looked out for you",
        "Że Pana/Pani szukano",
        "Că ați fost căutat(ă)",
        "Че сте били търсени",
        "Hogy keresték Önt",
        "Que le estaban buscando",
        "Que andavam à sua procura";
    SEEN_NOTES:
        "Aantekeningen",
        "Notes",
        "Notatki",
        "Însemnări",
        "Бележки",
        "Feljegyzések",
        "Anotaciones",
        "Anotações";
    // The return, step by step.
    OWN_CHOICE:
        "Teruggaan is uw eigen keuze. U mag nu en later nee zeggen.",
        "Going back is your own choice. You may say no, now and later.",
        "Powrót to Pana/Pani własna decyzja. Może Pan/Pani powiedzieć „nie” teraz i później.",
        "Întoarcerea este alegerea dumneavoastră. Puteți spune nu, acum sau mai târziu.",
        "Връщането е Ваш собствен избор. Можете да кажете „не“ сега и по-късно.",
        "A hazatérés az Ön saját döntése. Most is, később is mondhat nemet.",
        "Volver es decisión suya. Puede decir que no, ahora y más adelante.",
        "Regressar é uma escolha sua. Pode dizer que não, agora e mais tarde.";
    SAME_HELP:
        "Zegt u nee, dan houdt u hier dezelfde hulp.",
        "If you say no, you keep the same help here.",
        "Jeśli powie Pan/Pani „nie”, pomoc tutaj pozostanie taka sama.",
        "Dacă spuneți nu, primiți aici același ajutor ca până acum.",
        "Ако кажете „не“, ще продължите да получавате тук същата помощ.",
        "Ha nemet mond, itt ugyanazt a segítséget kapja tovább.",
        "Si dice que no, seguirá recibiendo aquí la misma ayuda.",
        "Se disser que não, continua a receber aqui a mesma ajuda.";
    WANTED:
        "Wilt u terug naar uw land?",
        "Do you want to go back to your country?",
        "Czy chce Pan/Pani wrócić do swojego kraju?",
        "Doriți să vă întoarceți în țara dumneavoastră?",
        "Искате ли да се върнете в страната си?",
        "Szeretne visszatérni a hazájába?",
        "¿Quiere volver a su país?",
        "Quer regressar ao seu país?";
    YES:
        "Ja, ik wil terug",
        "Yes, I want to go back",
        "Tak, chcę wrócić",
        "Da, vreau să mă întorc",
        "Да, искам да се върна",
        "Igen, vissza szeretnék térni",
        "Sí, quiero volver",
        "Sim, quero regressar";
    NO:
        "Nee, ik wil niet terug",
        "No, I do not want to go back",
        "Nie, nie chcę wracać",
        "Nu, nu vreau să mă întorc",
        "Не, не искам да се върна",
        "Nem, nem szeretnék visszatérni",
        "No, no quiero volver",
        "Não, não quero regressar";
    STEP_OPTIONS:
        "Wij bespreken eerlijk wat er kan: hier en in uw land.",
        "We talk honestly about what is possible: here and in your country.",
        "Rozmawiamy uczciwie o tym, co jest możliwe: tutaj i w Pana/Pani kraju.",
        "Vorbim cinstit despre ce este posibil: aici și în țara dumneavoastră.",
        "Говорим честно за това какво е възможно: тук и във Вашата страна.",
        "Őszintén megbeszéljük, mi lehetséges: itt és a hazájában.",
        "Hablamos con honestidad de lo que es posible: aquí y en su país.",
        "Falamos com honestidade sobre o que é possível: aqui e no seu país.";
    STEP_CONDITIONS:
        "Eerst moeten zes dingen geregeld zijn.",
        "Six things must be arranged first.",
        "Najpierw trzeba załatwić sześć spraw.",
        "Mai întâi trebuie rezolvate șase lucruri.",
        "Първо трябва да се уредят шест неща.",
        "Előbb hat dolgot kell elintézni.",
        "Primero hay que organizar seis cosas.",
        "Primeiro é preciso tratar de seis coisas.";
    STEP_CONSENT:
        "U zegt of wij gegevens over u mogen delen, en met wie.",
        "You say whether we may share data about you, and with whom.",
        "Decyduje Pan/Pani, czy i komu możemy przekazać Pana/Pani dane.",
        "Dumneavoastră spuneți dacă putem transmite date despre dumneavoastră și cui.",
        "Вие казвате дали можем да споделяме данни за Вас и с кого.",
        "Ön mondja meg, hogy megoszthatunk-e adatokat Önről, és kivel.",
        "Usted dice si podemos compartir sus datos y con quién.",
        "Diga-nos se podemos partilhar os seus dados e com quem.";
    STEP_HANDOVER:
        "De ambassade en de zorg in uw land zeggen of alles klaar is.",
        "The embassy and the care in your country say whether all is ready.",
        "Ambasada i placówka opieki w Pana/Pani kraju mówią, czy wszystko jest gotowe.",
        "Ambasada și serviciul de îngrijire din țara dumneavoastră spun dacă totul este pregătit.",
        "Посолството и службата за грижа във Вашата страна казват дали всичко е готово.",
        "A nagykövetség és az otthoni ellátó megmondja, hogy minden készen áll-e.",
        "La embajada y el servicio de atención de su país dicen si todo está listo.",
        "A embaixada e o serviço de cuidados do seu país dizem se está tudo pronto.";
    STEP_JOURNEY:
        "U reist. Na 30 en na 90 dagen vragen wij hoe het gaat.",
        "You travel. After 30 and after 90 days we ask how you are.",
        "Podróż. Po 30 i po 90 dniach zapytamy, jak się Panu/Pani wiedzie.",
        "Călătoriți. După 30 și după 90 de zile vă întrebăm cum vă este.",
        "Пътувате. След 30 и след 90 дни питаме как сте.",
        "Ön elutazik. 30 és 90 nap múlva megkérdezzük, hogy van.",
        "Usted viaja. A los 30 y a los 90 días le preguntamos cómo está.",
        "Viaja. Após 30 e após 90 dias perguntamos como está.";
    DONE:
        "geregeld", "arranged", "załatwione", "rezolvat", "уредено", "elintézve", "organizado", "tratado";
    MISSING:
        "ontbreekt nog", "still missing", "jeszcze brakuje", "încă lipsește", "още липсва", "még hiányzik",
        "todavía falta", "ainda falta";
    NOT_NEEDED:
        "niet nodig", "not needed", "niepotrzebne", "nu este nevoie", "не е нужно", "nem szükséges", "no hace falta",
        "não é preciso";
    STOPPED:
        "U wilt niet terug. De terugkeer is gestopt.",
        "You do not want to go back. The return has stopped.",
        "Nie chce Pan/Pani wracać. Powrót został wstrzymany.",
        "Nu doriți să vă întoarceți. Întoarcerea a fost oprită.",
        "Не искате да се върнете. Завръщането е спряно.",
        "Ön nem szeretne visszatérni. A hazatérést leállítottuk.",
        "Usted no quiere volver. El regreso se ha detenido.",
        "Não quer regressar. O regresso foi interrompido.";

    // The consent on paper.
    CONSENT_TITLE:
        "Toestemming voor vrijwillige terugkeer",
        "Consent for a voluntary return",
        "Zgoda dotycząca dobrowolnego powrotu",
        "Consimțământ pentru întoarcerea voluntară",
        "Съгласие за доброволно завръщане",
        "Hozzájárulás az önkéntes hazatéréshez",
        "Consentimiento para el regreso voluntario",
        "Consentimento para o regresso voluntário";
    CONSENT_WHAT:
        "Met dit blad kunt u toestaan dat wij gegevens over u delen. Het gaat om uw terugkeer naar:",
        "With this sheet you can allow us to share data about you. It is about your return to:",
        "Na tej karcie może Pan/Pani zgodzić się na przekazanie swoich danych. Chodzi o powrót do kraju:",
        "Cu această foaie puteți permite să transmitem date despre dumneavoastră. Este vorba despre întoarcerea în:",
        "С този лист можете да позволите да споделим данни за Вас. Става дума за завръщането Ви в:",
        "Ezzel a lappal megengedheti, hogy adatokat adjunk át Önről. A hazatérés célországa:",
        "Con esta hoja puede permitir que compartamos datos sobre usted. Se trata de su regreso a:",
        "Com esta folha pode permitir que partilhemos dados sobre si. Trata-se do seu regresso a:";
    WHO: "Aan wie", "To whom", "Komu", "Cui", "На кого", "Kinek", "A quién", "A quem";
    WHO_TEXT:
        "Aan de ambassade van dat land, en aan de zorgaanbieder die u daar ontvangt. Aan niemand anders.",
        "To the embassy of that country, and to the care provider that receives you there. To nobody else.",
        "Ambasadzie tego kraju i placówce, która tam Pana/Panią przyjmie. Nikomu innemu.",
        "Ambasadei acelei țări și furnizorului de îngrijire care vă primește acolo. Nimănui altcuiva.",
        "На посолството на тази страна и на службата, която ще Ви приеме там. На никого друг.",
        "Az adott ország nagykövetségének és az Önt ott fogadó ellátónak. Senki másnak.",
        "A la embajada de ese país y al servicio de atención que le recibe allí. A nadie más.",
        "À embaixada desse país e ao serviço de cuidados que o(a) recebe lá. A mais ninguém.";
    WHY: "Waarom", "Why", "Po co", "De ce", "Защо", "Miért", "Para qué", "Porquê";
    WHY_TEXT:
        "Om uw reisdocument en uw reis te regelen, en opvang en zorg als u aankomt.",
        "To arrange your travel document and your journey, and shelter and care when you arrive.",
        "Aby załatwić dokument podróży i przejazd oraz schronienie i opiekę po przyjeździe.",
        "Pentru a pregăti documentul de călătorie și drumul, precum și adăpost și îngrijire la sosire.",
        "За да уредим документ за пътуване и пътуването Ви, както и подслон и грижа, когато пристигнете.",
        "Hogy elintézzük az úti okmányát és az utazását, valamint a szállást és az ellátást az érkezésekor.",
        "Para organizar su documento de viaje y su viaje, y alojamiento y atención a su llegada.",
        "Para tratar do seu documento de viagem e da viagem, e de alojamento e cuidados à chegada.";
    WHICH:
        "Welke gegevens", "Which data", "Jakie dane", "Ce date", "Кои данни", "Milyen adatok", "Qué datos", "Que dados";
    WHICH_TEXT:
        "Kruis aan wat wij mogen delen. De eerste twee zijn nodig voor de terugkeer. De andere twee hoeven niet.",
        "Tick what we may share. The first two are needed for the return. The other two are not.",
        "Proszę zaznaczyć, co możemy przekazać. Pierwsze dwa rodzaje są potrzebne do powrotu. Pozostałe dwa nie.",
        "Bifați ce putem transmite. Primele două sunt necesare pentru întoarcere. Celelalte două nu.",
        "Отбележете какво можем да споделим. Първите две са нужни за завръщането. Другите две не са.",
        "Jelölje be, mit adhatunk át. Az első kettő a hazatéréshez szükséges. A másik kettő nem.",
        "Marque lo que podemos compartir. Los dos primeros son necesarios para el regreso. Los otros dos, no.",
        "Assinale o que podemos partilhar. Os dois primeiros são necessários para o regresso. Os outros dois não.";
    OF_IDENTITY:
        "naam, geboortedatum en geboorteplaats, nationaliteit, geslacht, documenten, talen, hoe u te bereiken bent; \
         de zorgaanbieder ziet ook wat verder bekend is over wie u bent",
        "name, date and place of birth, nationality, sex, documents, languages, how to reach you; the care provider also \
         sees what else is known of who you are",
        "imię i nazwisko, data i miejsce urodzenia, obywatelstwo, płeć, dokumenty, języki, kontakt; placówka opieki widzi \
         też inne informacje o Pana/Pani tożsamości",
        "nume, data și locul nașterii, cetățenie, sex, documente, limbi, cum puteți fi contactat(ă); furnizorul de \
         îngrijire vede și ce se mai știe despre identitatea dumneavoastră",
        "име, дата и място на раждане, гражданство, пол, документи, езици, как да се свържем с Вас; службата за грижа \
         вижда и друго, което се знае за самоличността Ви",
        "név, születési idő és hely, állampolgárság, nem, okmányok, nyelvek, elérhetőség; az ellátó azt is látja, ami még \
         ismert a személyazonosságáról",
        "nombre, fecha y lugar de nacimiento, nacionalidad, sexo, documentos, idiomas, cómo localizarle; el servicio de \
         atención ve también lo demás que se sabe de su identidad",
        "nome, data e local de nascimento, nacionalidade, sexo, documentos, línguas, contacto; o serviço de cuidados vê \
         também o mais que se sabe da sua identidade";
    OF_RETURN:
        "het plan, de reis, de aankomst en hoe het daarna gaat",
        "the plan, the journey, the arrival and how it goes afterwards",
        "plan, podróż, przyjazd i to, jak będzie później",
        "planul, călătoria, sosirea și cum merge după aceea",
        "планът, пътуването, пристигането и как е след това",
        "a terv, az utazás, az érkezés és az utána következő időszak",
        "el plan, el viaje, la llegada y cómo le va después",
        "o plano, a viagem, a chegada e como corre depois";
    OF_LIFE:
        "uw woonsituatie en problemen, in grote lijnen; alleen voor de zorgaanbieder",
        "your housing and problems, in outline; for the care provider only",
        "sytuacja mieszkaniowa i problemy, w zarysie; tylko dla placówki opieki",
        "locuința și problemele, pe scurt; numai pentru furnizorul de îngrijire",
        "жилищното положение и проблемите, накратко; само за службата за грижа",
        "lakhatási helyzet és problémák, nagy vonalakban; csak az ellátónak",
        "su vivienda y sus problemas, a grandes rasgos; solo para el servicio de atención",
        "a sua habitação e os seus problemas, em linhas gerais; só para o serviço de cuidados";
    OF_HEALTH:
        "een verzegelde brief van uw arts; de ambassade geeft die door en kan die niet lezen",
        "a sealed letter from your doctor; the embassy passes it on and cannot read it",
        "zapieczętowany list od lekarza; ambasada go przekazuje i nie może go przeczytać",
        "o scrisoare sigilată de la medic; ambasada o transmite și nu o poate citi",
        "запечатано писмо от Вашия лекар; посолството го предава и не може да го прочете",
        "az orvosa lezárt levele; a nagykövetség továbbítja, de elolvasni nem tudja",
        "una carta sellada de su médico; la embajada la entrega y no puede leerla",
        "uma carta selada do seu médico; a embaixada entrega-a e não a pode ler";
    NEVER:
        "Wat wij nooit delen", "What we never share", "Czego nigdy nie przekazujemy", "Ce nu transmitem niciodată",
        "Какво никога не споделяме", "Amit soha nem adunk át", "Lo que nunca compartimos", "O que nunca partilhamos";
    NEVER_TEXT:
        "Waar u hier slaapt, aantekeningen van hulpverleners, en wat de politie meldde. De IND, AVIM en DT&V kunnen in \
         Baken niets van u zien.",
        "Where you sleep here, notes of workers, and what the police reported. The immigration services IND, AVIM and DT&V \
         can see nothing of you in Baken.",
        "Gdzie Pan/Pani tu śpi, notatek pracowników ani zgłoszeń policji. Urzędy imigracyjne IND, AVIM i DT&V nie widzą w \
         systemie Baken żadnych Pana/Pani danych.",
        "Unde dormiți aici, notițele lucrătorilor și ce a raportat poliția. Serviciile de imigrare IND, AVIM și DT&V nu pot \
         vedea nimic despre dumneavoastră în Baken.",
        "Къде спите тук, бележки на служителите и какво е съобщила полицията. Имиграционните служби IND, AVIM и DT&V не \
         виждат нищо за Вас в Baken.",
        "Hogy hol alszik itt, a segítők feljegyzéseit és a rendőrség bejelentéseit. Az IND, az AVIM és a DT&V bevándorlási \
         szervek semmit sem látnak Önről a Bakenben.",
        "Dónde duerme aquí, las notas de los trabajadores y lo que comunicó la policía. Los servicios de inmigración IND, \
         AVIM y DT&V no pueden ver nada de usted en Baken.",
        "Onde dorme aqui, as notas dos técnicos e o que a polícia comunicou. Os serviços de imigração IND, AVIM e DT&V não \
         podem ver nada sobre si no Baken.";
    FREE:
        "U bent vrij om te kiezen", "You are free to choose", "Ma Pan/Pani wolny wybór", "Sunteți liber(ă) să alegeți",
        "Вие сте свободни да изберете", "Szabadon dönthet", "Usted decide libremente", "A escolha é livre";
    FREE_TEXT:
        "U hoeft niet te tekenen.",
        "You do not have to sign.",
        "Nie musi Pan/Pani podpisywać.",
        "Nu sunteți obligat(ă) să semnați.",
        "Не сте длъжни да подписвате.",
        "Nem köteles aláírni.",
        "No tiene que firmar.",
        "Não tem de assinar.";
    BACK:
        "Wilt u later toch niet?", "Have you changed your mind?", "Zmienił(a) Pan/Pani zdanie?", "V-ați răzgândit?",
        "Размислихте ли?", "Meggondolta magát?", "¿Ha cambiado de idea?", "Mudou de ideias?";
    BACK_TEXT:
        "U kunt uw toestemming altijd intrekken, zonder reden. Zeg het tegen een hulpverlener. De overdracht stopt dan \
         meteen, en de ambassade ziet uw gegevens niet meer. Wat al gelezen is, kunnen wij niet terughalen.",
        "You can withdraw your consent at any time, without a reason. Tell any worker. The handover then stops at once, and \
         the embassy no longer sees your data. What was read already we cannot take back.",
        "Zgodę można wycofać w każdej chwili, bez podania powodu. Wystarczy powiedzieć o tym pracownikowi. Przekazanie \
         zostaje wtedy od razu wstrzymane, a ambasada nie widzi już Pana/Pani danych. Tego, co już przeczytano, nie możemy \
         cofnąć.",
        "Vă puteți retrage consimțământul oricând, fără motiv. Spuneți-i oricărui lucrător. Predarea se oprește imediat, iar \
         ambasada nu vă mai vede datele. Ce s-a citit deja nu putem lua înapoi.",
        "Можете да оттеглите съгласието си по всяко време, без причина. Кажете на който и да е служител. Тогава предаването \
         спира веднага и посолството вече не вижда данните Ви. Прочетеното вече не можем да върнем.",
        "Hozzájárulását bármikor, indoklás nélkül visszavonhatja. Szóljon bármelyik segítőnek. Az átadás ekkor azonnal \
         leáll, és a nagykövetség többé nem látja az adatait. Amit már elolvastak, azt nem tudjuk visszavonni.",
        "Puede retirar su consentimiento en cualquier momento, sin dar motivos. Dígaselo a cualquier trabajador. El traspaso \
         se detiene enseguida y la embajada deja de ver sus datos. Lo que ya se ha leído no podemos recuperarlo.",
        "Pode retirar o seu consentimento a qualquer momento, sem dar razões. Diga-o a qualquer técnico. A transferência \
         para logo e a embaixada deixa de ver os seus dados. O que já foi lido não podemos recuperar.";
    COMPLAINT:
        "Niet tevreden? U kunt klagen bij de Autoriteit Persoonsgegevens.",
        "Not satisfied? You can complain to the Dutch data protection authority (Autoriteit Persoonsgegevens).",
        "Skargę można złożyć do holenderskiego urzędu ochrony danych (Autoriteit Persoonsgegevens).",
        "Puteți depune o plângere la autoritatea olandeză pentru protecția datelor (Autoriteit Persoonsgegevens).",
        "Можете да подадете жалба до нидерландския орган за защита на данните (Autoriteit Persoonsgegevens).",
        "Panaszt tehet a holland adatvédelmi hatóságnál (Autoriteit Persoonsgegevens).",
        "Puede presentar una queja ante la autoridad neerlandesa de protección de datos (Autoriteit Persoonsgegevens).",
        "Pode apresentar queixa à autoridade neerlandesa de proteção de dados (Autoriteit Persoonsgegevens).";
    UNDER_AGE:
        "U bent jonger dan 18 jaar. Wie het gezag over u heeft, beslist mee en tekent ook.",
        "You are younger than 18. Whoever has custody of you decides with you, and signs too.",
        "Nie ma Pan/Pani ukończonych 18 lat. Opiekun prawny decyduje razem z Panem/Panią i też podpisuje.",
        "Aveți sub 18 ani. Persoana care are custodia dumneavoastră decide împreună cu dumneavoastră și semnează și ea.",
        "Вие сте на възраст под 18 години. Вашият настойник или родител решава заедно с Вас и също подписва.",
        "Ön még nem múlt el 18 éves. A törvényes képviselője Önnel együtt dönt, és szintén aláírja.",
        "Usted es menor de 18 años. Quien tiene su custodia decide con usted y también firma.",
        "Tem menos de 18 anos. Quem tem a sua guarda decide consigo e também assina.";
    UNDERSTOOD:
        "Ik heb dit gelezen, of het is mij voorgelezen. Ik begrijp het.",
        "I have read this, or it was read to me. I understand it.",
        "Przeczytałem/-am to lub mi to przeczytano. Rozumiem.",
        "Am citit acest text sau mi-a fost citit. Îl înțeleg.",
        "Прочетох това или ми беше прочетено. Разбирам го.",
        "Ezt elolvastam, vagy felolvasták nekem. Megértettem.",
        "He leído esto, o me lo han leído. Lo entiendo.",
        "Li isto, ou foi-me lido. Compreendo.";
    I_DO:
        "Ja, ik geef toestemming.", "Yes, I consent.", "Tak, wyrażam zgodę.", "Da, sunt de acord.", "Да, давам съгласие.",
        "Igen, hozzájárulok.", "Sí, doy mi consentimiento.", "Sim, dou o meu consentimento.";
    I_DO_NOT:
        "Nee, ik geef geen toestemming.", "No, I do not consent.", "Nie wyrażam zgody.", "Nu sunt de acord.",
        "Не давам съгласие.", "Nem járulok hozzá.", "No doy mi consentimiento.", "Não dou o meu consentimento.";
    NAME: "Naam", "Name", "Imię i nazwisko", "Nume", "Име", "Név", "Nombre", "Nome";
    DATE: "Datum", "Date", "Data", "Data", "Дата", "Dátum", "Fecha", "Data";
    SIGNATURE:
        "Handtekening", "Signature", "Podpis", "Semnătura", "Подпис", "Aláírás", "Firma", "Assinatura";
    GUARDIAN:
        "Wie het gezag heeft", "Who has custody", "Opiekun prawny", "Cine are custodia", "Родител или настойник",
        "Törvényes képviselő", "Quien tiene la custodia", "Quem tem a guarda";
    WORKER: "Hulpverlener", "Worker", "Pracownik", "Lucrător", "Служител", "Segítő", "Trabajador", "Técnico";
    INTERPRETER: "Tolk", "Interpreter", "Tłumacz", "Interpret", "Преводач", "Tolmács", "Intérprete", "Intérprete";
}

/// Countries of which the help organisations speak the language.
const COUNTRIES: [(&str, Eight); 6] = [
    ("PL", Eight(["Polen", "Poland", "Polska", "Polonia", "Полша", "Lengyelország", "Polonia", "Polónia"])),
    ("RO", Eight(["Roemenië", "Romania", "Rumunia", "România", "Румъния", "Románia", "Rumanía", "Roménia"])),
    ("BG", Eight(["Bulgarije", "Bulgaria", "Bułgaria", "Bulgaria", "България", "Bulgária", "Bulgaria", "Bulgária"])),
    ("HU", Eight(["Hongarije", "Hungary", "Węgry", "Ungaria", "Унгария", "Magyarország", "Hungría", "Hungria"])),
    ("ES", Eight(["Spanje", "Spain", "Hiszpania", "Spania", "Испания", "Spanyolország", "España", "Espanha"])),
    (
        "PT",
        Eight(["Portugal", "Portugal", "Portugalia", "Portugalia", "Португалия", "Portugália", "Portugal", "Portugal"]),
    ),
];

/// The name of a country in a language, where the board has it.
pub(crate) fn country_in(code: &str, language: OwnLanguage) -> Option<&'static str> {
    COUNTRIES.iter().find(|(each, _)| *each == code).map(|(_, name)| name.r#in(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_all_eight_and_ends_alike() {
        for (name, text) in ALL.iter().copied().chain(COUNTRIES) {
            for language in OwnLanguage::all() {
                let said = text.r#in(language);
                let end = |text: &str| text.chars().last().filter(|last| ".:?".contains(*last));
                assert!(!said.is_empty() && !said.contains("  "), "{name} {}", language.tag());
                assert_eq!(end(said), end(text.r#in(OwnLanguage::DUTCH)), "{name} {}", language.tag());
            }
        }
    }

    #[test]
    fn bulgarian_is_in_cyrillic_and_the_others_are_not() {
        let is_cyrillic = |c: char| ('\u{0400}'..='\u{04FF}').contains(&c);
        for (name, text) in ALL {
            for language in OwnLanguage::all() {
                assert_eq!(
                    text.r#in(language).chars().any(is_cyrillic),
                    language.tag() == "bg",
                    "{name} {}",
                    language.tag()
                );
            }
        }
    }

    #[test]
    fn a_language_is_found_by_its_tag_whatever_the_region() {
        assert_eq!(OwnLanguage::of("pl-PL").map(OwnLanguage::tag), Some("pl"));
        assert_eq!(OwnLanguage::of("rom"), None);
        assert_eq!((OwnLanguage::DUTCH.tag(), OwnLanguage::ENGLISH.tag()), ("nl", "en"));
    }
}
