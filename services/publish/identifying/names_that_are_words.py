"""Names that are words of English, too: as a name they are looked for with a capital letter only."""

from services.publish.identifying.plain_text import each_word

NAMES_THAT_ARE_WORDS = frozenset(
    each_word(
        "abbot amber april art august autumn baker banks bell berry best bill bird bishop black blue bond booth bowl "
        "bridge bright broad brook brooks brown bull bush butler case chance chase child christian church clay cliff "
        "close coal cole colt cook cross dale dawn day dean dear drew early east english eve fair fairly faith farmer "
        "field fields fisher flower forest foster fox frank free french friend gale gay gene gold golden good grace "
        "grant gray green grey guest guy hale hall hand hardy harmony harry hart hays head heath heather heaven hill "
        "hills hobby holly home honey hood hope horn house hunt hunter iris ivy jade jay jolly joy judge june just "
        "justice key kind king kitty knight lake lamb lance land lane last laurel law lawn lily little long lord love "
        "low major man mark marsh mason may meadow melody mercy merry miles mill miller moon moor moss neighbour new "
        "nice noble north olive page paige parish park parker pat patience peace pearl penny pepper pierce pike piper "
        "plant police pond poole poppy porter potter power price prince prior rain ray read reed rich rivers rob "
        "robin rock roman rose rowan ruby rush sage salt sandy scott sharp shepherd short silver singer skip sky "
        "small snow south spring star sterling stone storm story street strong sue summer sunny swan sweet swift "
        "tanner tate taylor temple thorn tree trinity turner victor violet wade walker wall ward waters wave way "
        "weaver wells west white wild will willow winter wise wish wood woods word worth wren wright young"
    )
)

# Of them the given names: with a capital in the middle of a sentence, alone and after no article, each may be one.
# Months, feasts and what a document writes large for another reason (Art, Bill, Christian) are left out.
GIVEN_NAMES_THAT_ARE_WORDS = frozenset(
    each_word(
        "amber clay cliff colt daisy dale dawn dean eve faith frank gale gay gene grace guy harmony harry heather holly "
        "hope hunter iris ivy jade jay joy lance lily mark melody mercy miles olive paige pat patience pearl penny "
        "pepper piper poppy ray reed robin rose rowan ruby sage sandy scott skip sky sue sunny trinity victor violet "
        "will willow wren"
    )
)
