"""The world's countries: their names, adjectives, demonyms and capitals.

A capital stands for its government in the press ("Ottawa pledged"). General knowledge, one line a
country: ``Name | adjective, demonyms and other names | capital``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_TABLE = """
Afghanistan|Afghan,Afghans|Kabul
Albania|Albanian,Albanians|Tirana
Algeria|Algerian,Algerians|Algiers
Angola|Angolan,Angolans|Luanda
Antigua and Barbuda|Antiguan,Antiguans|
Argentina|Argentine,Argentinian,Argentines|Buenos Aires
Armenia|Armenian,Armenians|Yerevan
Australia|Australian,Australians|Canberra
Austria|Austrian,Austrians|Vienna
Azerbaijan|Azerbaijani,Azerbaijanis|Baku
Bahamas|Bahamian,Bahamians,The Bahamas|Nassau
Bahrain|Bahraini,Bahrainis|Manama
Bangladesh|Bangladeshi,Bangladeshis|Dhaka
Barbados|Barbadian,Barbadians|Bridgetown
Belarus|Belarusian,Belarusians|Minsk
Belgium|Belgian,Belgians|
Belize|Belizean,Belizeans|Belmopan
Benin|Beninese|Porto-Novo
Bhutan|Bhutanese|Thimphu
Bolivia|Bolivian,Bolivians|La Paz
Bosnia and Herzegovina|Bosnian,Bosnians,Bosnia|Sarajevo
Botswana|Batswana|Gaborone
Brazil|Brazilian,Brazilians|Brasilia
Brunei|Bruneian,Bruneians|
Bulgaria|Bulgarian,Bulgarians|Sofia
Burkina Faso|Burkinabe|Ouagadougou
Burundi|Burundian,Burundians|Bujumbura,Gitega
Cambodia|Cambodian,Cambodians|Phnom Penh
Cameroon|Cameroonian,Cameroonians|Yaounde
Canada|Canadian,Canadians|Ottawa
Cape Verde|Cape Verdean|Praia
Central African Republic|Central African|Bangui
Chad|Chadian,Chadians|N'Djamena
Chile|Chilean,Chileans|Santiago
China|Chinese|Beijing
Colombia|Colombian,Colombians|Bogota
Comoros|Comorian,Comorians|Moroni
Congo|Congolese,DRC,Democratic Republic of the Congo,Democratic Republic of Congo|Kinshasa
Costa Rica|Costa Rican,Costa Ricans|San Jose
Croatia|Croatian,Croatians,Croat|Zagreb
Cuba|Cuban,Cubans|Havana
Cyprus|Cypriot,Cypriots|Nicosia
Czech Republic|Czech,Czechs,Czechia|Prague
Denmark|Danish,Danes|Copenhagen
Djibouti|Djiboutian,Djiboutians|
Dominica||
Dominican Republic|Dominican,Dominicans|Santo Domingo
Ecuador|Ecuadorian,Ecuadorean,Ecuadorians|Quito
Egypt|Egyptian,Egyptians|Cairo
El Salvador|Salvadoran,Salvadorans,Salvadorean|San Salvador
Equatorial Guinea|Equatoguinean|Malabo
Eritrea|Eritrean,Eritreans|Asmara
Estonia|Estonian,Estonians|Tallinn
Eswatini|Swazi,Swazis|Mbabane
Ethiopia|Ethiopian,Ethiopians|Addis Ababa,Addis
Fiji|Fijian,Fijians|Suva
Finland|Finnish,Finns|Helsinki
France|French|Paris
Gabon|Gabonese|Libreville
Gambia|Gambian,Gambians,The Gambia|Banjul
Georgia|Georgian,Georgians|Tbilisi
Germany|German,Germans|Berlin
Ghana|Ghanaian,Ghanaians|Accra
Greece|Greek,Greeks|Athens
Grenada|Grenadian,Grenadians|
Guatemala|Guatemalan,Guatemalans|Guatemala City
Guinea|Guinean,Guineans|Conakry
Guinea-Bissau||Bissau
Guyana|Guyanese|
Haiti|Haitian,Haitians|Port-au-Prince
Honduras|Honduran,Hondurans|Tegucigalpa
Hungary|Hungarian,Hungarians|Budapest
Iceland|Icelandic,Icelanders|Reykjavik
India|Indian,Indians|New Delhi,Delhi
Indonesia|Indonesian,Indonesians|Jakarta
Iran|Iranian,Iranians|Tehran
Iraq|Iraqi,Iraqis|Baghdad
Ireland|Irish|Dublin
Israel|Israeli,Israelis|Jerusalem,Tel Aviv
Italy|Italian,Italians|Rome
Ivory Coast|Ivorian,Ivorians,Cote d'Ivoire,Côte d'Ivoire|Abidjan,Yamoussoukro
Jamaica|Jamaican,Jamaicans|
Japan|Japanese|Tokyo
Jordan|Jordanian,Jordanians|Amman
Kazakhstan|Kazakh,Kazakhs|Astana
Kenya|Kenyan,Kenyans|Nairobi
Kosovo|Kosovar,Kosovars|Pristina
Kuwait|Kuwaiti,Kuwaitis|
Kyrgyzstan|Kyrgyz|Bishkek
Laos|Lao,Laotian|Vientiane
Latvia|Latvian,Latvians|Riga
Lebanon|Lebanese|Beirut
Lesotho|Basotho|Maseru
Liberia|Liberian,Liberians|Monrovia
Libya|Libyan,Libyans|Tripoli
Lithuania|Lithuanian,Lithuanians|Vilnius
Luxembourg||
Madagascar|Malagasy|Antananarivo
Malawi|Malawian,Malawians|Lilongwe
Malaysia|Malaysian,Malaysians|Kuala Lumpur
Maldives|Maldivian|Male
Mali|Malian,Malians|Bamako
Malta|Maltese|Valletta
Mauritania|Mauritanian,Mauritanians|Nouakchott
Mauritius|Mauritian|Port Louis
Mexico|Mexican,Mexicans|Mexico City
Moldova|Moldovan,Moldovans|Chisinau
Mongolia|Mongolian,Mongolians|Ulaanbaatar
Montenegro|Montenegrin|Podgorica
Morocco|Moroccan,Moroccans|Rabat
Mozambique|Mozambican,Mozambicans|Maputo
Myanmar|Burmese,Burma|Naypyidaw
Namibia|Namibian,Namibians|Windhoek
Nepal|Nepali,Nepalese,Nepalis|Kathmandu
Netherlands|Dutch,The Netherlands|The Hague,Amsterdam
New Zealand|New Zealander,New Zealanders|
Nicaragua|Nicaraguan,Nicaraguans|Managua
Niger|Nigerien,Nigeriens|Niamey
Nigeria|Nigerian,Nigerians|Abuja
North Korea|North Korean|Pyongyang
North Macedonia|Macedonian,Macedonians|Skopje
Norway|Norwegian,Norwegians|Oslo
Oman|Omani,Omanis|Muscat
Pakistan|Pakistani,Pakistanis|Islamabad
Palestine|Palestinian,Palestinians|Ramallah
Panama|Panamanian,Panamanians|Panama City
Papua New Guinea|Papuan|Port Moresby
Paraguay|Paraguayan,Paraguayans|Asuncion
Peru|Peruvian,Peruvians|Lima
Philippines|Philippine,Filipino,Filipinos|Manila
Poland|Polish,Poles|Warsaw
Portugal|Portuguese|Lisbon
Qatar|Qatari,Qataris|Doha
Romania|Romanian,Romanians|Bucharest
Russia|Russian,Russians|Moscow
Rwanda|Rwandan,Rwandans|Kigali
Saint Lucia|Saint Lucian|Castries
Samoa|Samoan|Apia
Saudi Arabia|Saudi,Saudis|Riyadh
Senegal|Senegalese|Dakar
Serbia|Serbian,Serbians,Serb,Serbs|Belgrade
Seychelles|Seychellois|
Sierra Leone|Sierra Leonean,Sierra Leoneans|Freetown
Singapore|Singaporean|
Slovakia|Slovak,Slovaks|Bratislava
Slovenia|Slovenian,Slovene,Slovenes|Ljubljana
Solomon Islands|Solomon Islander|Honiara
Somalia|Somali,Somalis|Mogadishu
South Africa|South African,South Africans|Pretoria
South Korea|South Korean,South Koreans,Korea|Seoul
South Sudan|South Sudanese|Juba
Spain|Spanish,Spaniards|Madrid
Sri Lanka|Sri Lankan,Sri Lankans|Colombo
Sudan|Sudanese|Khartoum
Suriname|Surinamese|Paramaribo
Sweden|Swedish,Swedes|Stockholm
Switzerland|Swiss|Bern,Geneva
Syria|Syrian,Syrians|Damascus
Taiwan|Taiwanese|Taipei
Tajikistan|Tajik|Dushanbe
Tanzania|Tanzanian,Tanzanians|Dodoma,Dar es Salaam
Thailand|Thai,Thais|Bangkok
Timor-Leste|Timorese,East Timor|Dili
Togo|Togolese|Lome
Tonga|Tongan,Tongans|
Trinidad and Tobago|Trinidadian,Trinidadians|Port of Spain
Tunisia|Tunisian,Tunisians|Tunis
Turkey|Turkish,Turks,Turkiye,Türkiye|Ankara
Turkmenistan|Turkmen|Ashgabat
Uganda|Ugandan,Ugandans|Kampala
Ukraine|Ukrainian,Ukrainians|Kyiv
United Arab Emirates|Emirati,Emiratis,UAE|Abu Dhabi
United Kingdom|British,Britain,Briton,Britons,UK,U.K.|London
United States|American,Americans,US,U.S.,USA,America|Washington
Uruguay|Uruguayan,Uruguayans|Montevideo
Uzbekistan|Uzbek,Uzbeks|Tashkent
Vanuatu||Port Vila
Venezuela|Venezuelan,Venezuelans|Caracas
Vietnam|Vietnamese|Hanoi
Yemen|Yemeni,Yemenis|Sanaa
Zambia|Zambian,Zambians|Lusaka
Zimbabwe|Zimbabwean,Zimbabweans|Harare
"""


class Country(NamedTuple):
    """A country by its usual English name."""

    name: str
    words: tuple[str, ...]  # name, adjectives, demonyms
    capitals: tuple[str, ...]


def _load() -> tuple[Country, ...]:
    rows = []
    for line in _TABLE.strip().splitlines():
        name, others, capitals = line.split("|")
        words = (name, *(w for w in others.split(",") if w))
        rows.append(Country(name, words, tuple(c for c in capitals.split(",") if c)))
    return tuple(rows)


COUNTRIES = _load()
BY_NAME = {c.name: c for c in COUNTRIES}
_WORD_TO_NAME = {w: c.name for c in COUNTRIES for w in c.words}
_CAPITAL_TO_NAME = {w: c.name for c in COUNTRIES for w in c.capitals}
_ANY = re.compile(
    r"(?<![\w-])("
    + "|".join(sorted((re.escape(w) for w in (*_WORD_TO_NAME, *_CAPITAL_TO_NAME)), key=len, reverse=True))
    + r")(?![\w])"
)
_CAPITALISED = re.compile(r"[A-ZÀ-Þ]")


class Mention(NamedTuple):
    """A country named at ``start``; ``capital`` where its capital stands for it."""

    name: str
    start: int
    end: int
    capital: bool


@lru_cache(maxsize=1024)
def mentions(text: str) -> tuple[Mention, ...]:
    """Find the countries that ``text`` names, in order, by name, adjective, demonym or capital."""
    if not _CAPITALISED.search(text):
        return ()
    found = []
    for m in _ANY.finditer(text):
        word = m.group(1)
        capital = word in _CAPITAL_TO_NAME
        found.append(Mention(_CAPITAL_TO_NAME[word] if capital else _WORD_TO_NAME[word], m.start(), m.end(), capital))
    return tuple(found)
