"""Weigh words by how much they tell: the commonest stems of the corpus stand in sentences about any mission.

Counted in the sentences of ``training/missions``. A stem that stands in neither table counts in full.
"""

from __future__ import annotations

_COMMON_TEXT = """
    afric again agree all anoth april army asked autho back befor being calle came can chief close come comma
    commi conti contr counc count day days decem did do down eight eleve end europ every exten febru first five
    force forei four frida gener given go gover half head home hundr if inter janua july june last leave left
    lette lost made manda march may membe men milit milli minis missi monda monit month natio new next nine nobod
    novem now numbe obser octob off offic only opera other our own part patro peace peopl place polic port prese
    presi promi put remai repor resol same say secon secre secur septe seven ships shoul since six so soldi some
    spoke staff state stay still take them then thous three thurs time took train troop tuesd un union unite until
    us vote we wedne week weeks what witho year years"""
_OFTEN_TEXT = """
    accor adopt advis ago air aircr airpo allow alrea ambas ameri among annou answe any appoi appro aroun arriv
    ask augus austr autum away batta becau becom begin behin betwe blue board borde both briga bring briti bruss
    budge cabin call camp canad capit capta carri cease ceili centr chad chair chang charg chile chris civil clear
    coast colle colon comes commo compa compl confi conse consi could cross date dead decid decis decla defen
    deleg depar deplo deput died diplo does dolla draft drive dutch each earli early ecowa elect ends engin eu
    euros eveni expec far few fifty fight flag fligh follo forme forty found fourt franc frenc front full fund
    furth gave genda germa ghana give goes going gone good got group guard hand hande hands headq heard held helic
    here him hospi hotel hours house how inclu inspe instr invit islan isn itsel japan joint judge keep kille know
    known large late later law lead leade led less let letho light like limit line ll long major man many meeti
    mine minut money morni most mr must my name nato near never news niger night ninet none north nothi offer old
    once open oppos order organ osce paid paper parli parti party passe pay perso plane plann pledg point polit
    post press price prime priso prolo propo prote provi quest radio re reach read recei recom refus regio relie
    renew repla repub reque retur right road roman run runs satur schoo sea see seen send seneg sent serve servi
    set sever shall share ship short side signa signe small someb somet south speak speci sprin stand start stati
    stays succe summe sunda suppo table taken takes team ten term text thank thing third thirt those thoug throu
    today too town trans turne twelv twent urugu vehic villa visit voted want wante watch water way well went west
    wheth whole whom whose withd withi word work wound yeste yet york you zeala"""
COMMON = frozenset(_COMMON_TEXT.split())  # in one sentence of a hundred or more
OFTEN = frozenset(_OFTEN_TEXT.split())  # in one of 250 or more
_COUNTS = dict.fromkeys(OFTEN, 0.6) | dict.fromkeys(COMMON, 0.3)


def total_weight(stems: frozenset[str]) -> float:
    """Return the weight of ``stems`` together."""
    return sum(_COUNTS.get(stem, 1.0) for stem in stems)


def distinctive(stems: frozenset[str]) -> frozenset[str]:
    """Return ``stems`` without the common ones."""
    return stems - COMMON
