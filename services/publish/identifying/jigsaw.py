"""Hints that only together say who it was, in a county where people know each other. Each is a warning with its reason.

Nobody is named by any of them: they are what a neighbour, a classmate or a reporter puts together.
"""

import re
from collections.abc import Iterator

Hit = tuple[str, int, int]

NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
CHILD = r"(?:child|children|baby|boy|girl|son|daughter|brother|sister|sibling|siblings|brothers|sisters|sons|daughters)"
FAMILY = (
    r"(?:mother|father|mum|dad|parents?|step-?father|step-?mother|grandmother|grandfather|partner|carer|aunt|uncle)"
)
FAITH = (
    r"(?:muslim|islamic|jewish|orthodox jew|sikh|hindu|buddhist|roman catholic|catholic|jehovah's witness(?:es)?|mormon|"
    r"seventh[- ]day adventist|pentecostal|quaker|plymouth brethren|evangelical|baptist|methodist|pagan)"
)
ORIGIN = (
    r"(?:polish|romanian|bulgarian|lithuanian|latvian|slovak|czech|hungarian|ukrainian|russian|albanian|kurdish|turkish|syrian|"
    r"afghan|iranian|iraqi|somali|eritrean|ethiopian|sudanese|nigerian|ghanaian|kenyan|zimbabwean|congolese|pakistani|"
    r"bangladeshi|indian|sri lankan|chinese|vietnamese|filipino|thai|nepalese|gurkha|portuguese|brazilian|italian|spanish|"
    r"french|german|irish|scottish|welsh|roma|romany|gypsy|irish traveller|traveller|showman|showmen)"
)
WORK = (
    r"(?:soldier|serving in the (?:army|raf|navy)|police officer|prison officer|firefighter|fire officer|paramedic|nurse|doctor|"
    r"gp|vet|farmer|farm ?worker|fruit picker|teacher|teaching assistant|head ?teacher|social worker|foster carer|vicar|priest|"
    r"imam|councillor|solicitor|taxi driver|lorry driver|bus driver|postman|publican|gamekeeper|jockey|footballer|musician|"
    r"childminder|nursery worker|dentist|pharmacist|journalist|student nurse)"
)

HINTS: dict[str, tuple[str, str]] = {
    "hint-twins": (
        r"(?:identical |non-identical |surviving |younger |older )?(?:twins?|triplets?|quadruplets?)",
        "Twins and triplets are few: in a small place people know which family has them.",
    ),
    "hint-siblings-ages": (
        rf"(?:{CHILD},? (?:who (?:was|were) |who (?:is|are) )?(?:then |both )?(?:aged?|age of) {NUMBER}(?:(?:,| and|, and) (?:aged )?{NUMBER})*"
        rf"|{NUMBER}[- ]year[- ]old (?:half-?|step-?)?(?:brother|sister|sibling|twin)"
        rf"|(?:aged|ages|ages of) {NUMBER}(?:,? {NUMBER})*,? and {NUMBER})",
        "The exact ages of brothers and sisters, together, fit few families. Say that there were older or younger ones.",
    ),
    "hint-place-in-family": (
        rf"(?:(?:eldest|oldest|youngest|middle|second|third|fourth|fifth|sixth|seventh) (?:child )?of {NUMBER}(?: {CHILD})?"
        rf"|one of {NUMBER} (?:{CHILD})|an only child|mother of {NUMBER}|father of {NUMBER}|(?:five|six|seven|eight|nine|ten|eleven|twelve|[5-9]|1\d) {CHILD})",
        "A child's place among many, or a large number of children, fits few families.",
    ),
    "hint-exact-age": (
        rf"(?:{NUMBER} (?:weeks?|months?) and {NUMBER} days?|{NUMBER}[- ](?:days?|weeks?)[- ]old|(?:at|born at|of) {NUMBER}(?:\+\d)? weeks(?:'? gestation| pregnant)?"
        rf"|(?:two|three|four|five|six|\d) (?:days|weeks) (?:before|after) (?:his|her|their) {NUMBER}?(?:\w+ )?birthday)",
        "An age to the day or the week leads to the day of birth. Say how old in months or years.",
    ),
    "hint-religion": (
        FAITH,
        "In a place where few share it, a family's religion points to them. Keep it only where the learning needs it.",
    ),
    "hint-origin": (
        ORIGIN,
        "In a place where few share it, a nationality or an origin points to a family. Keep it where the learning needs it.",
    ),
    "hint-work": (
        rf"(?:{FAMILY}(?:'s)?,? (?:(?:who )?(?:was|is|worked as|works as|had been|job as|occupation as|employed as|a|an|then|the|local|serving|retired|former|trainee) ){{1,4}}{WORK})"
        rf"|{WORK} (?:{FAMILY})",
        "A parent's job, in a small place, says who it is.",
    ),
    "hint-rare-condition": (
        r"(?:rare (?:genetic |medical |chromosomal |metabolic )?(?:condition|disorder|disease|syndrome)|[a-z]+(?:'s)? syndrome|cystic fibrosis|"
        r"muscular dystrophy|spina bifida|cerebral palsy|epidermolysis bullosa|brittle bone|haemophilia|tracheostomy|cochlear implants?|"
        r"transplant|dwarfism|achondroplasia|conjoined)",
        "A rare condition is known at the school and in the street.",
    ),
    "hint-in-the-news": (
        r"(?:(?:reported|covered|widely known|publicised) in the (?:media|press|news|papers?|newspapers?)|in the (?:national|local) (?:media|press|news)|"
        r"(?:media|press) (?:coverage|reports?|attention)|crowdfund\w*|gofundme|facebook page|vigil|televised)",
        "Who searches the news finds the name. Take out what leads there.",
    ),
    "hint-in-court": (
        r"(?:sentenced to|life imprisonment|minimum term|jailed for|imprisoned for|convicted of (?:murder|manslaughter|causing)|pleaded guilty|"
        r"found guilty|(?:coroner|inquest) (?:found|concluded|recorded|returned)|crown court trial)",
        "Verdicts and sentences are reported with names: a sentence in years finds them.",
    ),
    "hint-how-it-happened": (
        r"(?:house fire|caravan fire|drowned in (?:the|a) (?:river|canal|bath|lake|pond|reservoir|pool)|fell from (?:a|the) \w+|railway|level crossing|"
        r"hot tub|slurry|tractor|quad bike|caravan|narrowboat|traveller site|travellers' site|barracks|army camp|military base|women's refuge|"
        r"asylum hotel|pub car park)",
        "An unusual place or manner is remembered where it happened.",
    ),
    "hint-only-one": (
        r"(?:the only (?:child|family|pupil|boy|girl|mother|father|household|black|asian|muslim|deaf|disabled|case|school|hospital)(?: \w+)?|the first (?:case|child|family) (?:in|to)|"
        r"unique (?:case|circumstances|family)|well[- ]known (?:locally|in the (?:village|community|town|area))|small (?:village|rural community|market town|hamlet))",
        "What is said to be the only one, or to be in a small place, can be found there.",
    ),
    "hint-a-day": (
        r"(?:christmas (?:day|eve)|boxing day|new year's (?:day|eve)|good friday|easter (?:sunday|monday|day)|bonfire night|halloween|mother's day|father's day|"
        r"bank holiday (?:monday|weekend)|valentine's day|platinum jubilee|coronation (?:day|weekend))",
        "A day that everybody remembers is as good as a date.",
    ),
}
PATTERNS = {kind: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for kind, (pattern, _) in HINTS.items()}
WHY = {kind: why for kind, (_, why) in HINTS.items()}


def hints_in(text: str) -> Iterator[Hit]:
    """Spans of a text in small letters that help to put together who it was, by the kind of hint."""
    for kind, pattern in PATTERNS.items():
        yield from ((kind, *match.span()) for match in pattern.finditer(text))
