"""What the sentence rules know about words: abbreviations, openings, speech verbs.

Keys are lower case and without their last stop. Three kinds of abbreviation:

``never``    no sentence ends here: a name or an explanation follows (Dr., e.g.)
``number``   no sentence ends here when a number follows (p. 12, no. 5, Jan. 3)
``general``  a sentence ends here only when the next word often opens one (Inc. The ...)

``etc.`` and its like end a sentence before any capital letter; they are ``closing``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Language:
    """The word lists of one language."""

    never: frozenset[str]
    number: frozenset[str]
    general: frozenset[str]
    closing: frozenset[str]
    #: Words that often open a sentence and are no names, in lower case.
    openers: frozenset[str]
    #: "... ?" Anna asked: the sentence goes on after the quotation.
    speech: frozenset[str]
    #: Words that no heading or verse ends with: the line was only wrapped.
    links: frozenset[str]
    #: "vitamin C.": a single letter after these is no initial.
    labels: frozenset[str]
    #: "am 3. Oktober": a stop after a small number makes an ordinal.
    ordinal_stop: bool = False
    #: A quotation closes with » after a space.
    spaced_guillemet: bool = True

    def is_abbreviation(self, word: str) -> bool:
        return (
            word in self.never
            or word in self.number
            or word in self.general
            or word in self.closing
        )


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ENGLISH = Language(
    never=_set(
        "mr mrs ms messrs dr drs prof rev fr hon gen col capt lt sgt cpl pvt maj cmdr cdr adm "
        "gov sen rep pres supt insp det pvt mme mlle msgr vs viz cf e.g i.e eg ie ca approx "
        "incl excl esp abbr resp aka mt ft dist asst a.k.a c.f n.b p.s"
    ),
    number=_set(
        "no nos nr art arts vol vols ch chap chaps sec secs sect fig figs eq eqs p pp pg pgs pt "
        "pts par para v ver vv ed op ex jan feb mar apr jun jul aug sep sept oct nov dec mon tue "
        "tues wed thu thur thurs fri sat sun tel ext line ll c b d r fl q"
    ),
    general=_set(
        "inc ltd co cos corp bros jr sr esq dept univ assn assoc ave blvd rd st ste hwy apt bldg "
        "est min max misc avg intl natl govt gov al eds ed trans repr rev ret cont dec abs adj "
        "adv yr yrs mo mos wk wks hr hrs sec secs lb lbs oz ft in mi km kg cm mm ml sq cu temp "
        "vol orig publ u.s u.k u.n u.s.a d.c e.u l.a n.y p.m a.m b.c a.d b.c.e c.e ph.d m.d b.a "
        "m.a ph.d.s d.phil r.i.p m.p"
    ),
    closing=_set("etc p.m a.m pm am jr sr esq ltd"),
    openers=_set(
        "the a an this that these those it its he she we they you there here but and so however "
        "in on at if when while as for from after before then what why how who where which whose "
        "my our his her their your is are was were do does did not no yes to of with by although "
        "because since once all some many most both each one two three let also perhaps maybe "
        "meanwhile nevertheless therefore thus finally first second next later now today "
        "yesterday tomorrow still yet even only other others every any few several such until "
        "unless during under over between among according despite instead moreover furthermore "
        "nobody everyone someone people can could will would should may might must have has had "
        "i'm it's he's she's that's there's they're we're you're i'll i've don't didn't please "
        "look come go see just or nor than whether more less never always often sometimes "
        "critics experts officials police scientists sales shares prices nothing everything "
        "something another neither either who's what's i"
    ),
    speech=_set(
        "said says say asked asks cried cries replied replies answered answers shouted whispered "
        "exclaimed added called muttered murmured wondered repeated continued began demanded "
        "insisted yelled screamed sighed gasped wrote thought told"
    ),
    links=_set(
        "a an the of to in on at by for from with and or nor but as than that this these those is "
        "are was were be been has have had will would can could should may might must my your his "
        "her its our their some any no not so very more most if when while which who whose into "
        "onto over under about between through after before during without within near called "
        "named mr mrs ms dr prof st said"
    ),
    labels=_set("vitamin plan group type class appendix grade section exhibit letter option team"),
)

_FRENCH = Language(
    never=_set(
        "m mm mme mmes mlle mlles mgr me mes dr drs dre pr prs prof st ste sts stes vve gén gal "
        "col cap cne lt cdt cmdt adj sgt sgts ex p.ex cf c.-à-d c.à.d c-à-d i.e e.g av ap apr "
        "boul bd env resp s.m s.e s.s r.p not vs q.v n.b p.s p.-s"
    ),
    number=_set(
        "p pp no nos n num art chap ch vol t tom fig figs sect par al pl éd v vv f ff fol éq "
        "janv jan févr fév mars avr juil sept oct nov déc lun mar mer jeu ven sam dim tél tel "
        "poste bât l"
    ),
    general=_set(
        "cie sté éts s.a s.a.r.l s.n.c inc ltd ltée jr sr min max moy hab abrév adv adj loc "
        "prép pron subst syn trad coll dir bibl hist géogr ann app arr dép dépt rég rép quest "
        "réf obs rem suppl introd préf ill inéd ms mss part u.s.a u.e o.n.u a.d a.m p.m j.-c "
        "j.c n.d.l.r n.d.t éd"
    ),
    closing=_set("etc s.v.p svp cie"),
    openers=_set(
        "le la les un une des du de il elle ils elles on nous vous je tu ce cela ça ceci cette ces "
        "cet mais et ou donc or ni car dans en à au aux pour par avec sans sur sous quand lorsque "
        "si comme puis ensuite alors après avant mon ma mes son sa ses notre nos votre vos leur "
        "leurs qui que quoi où comment pourquoi combien quel quelle quels quelles oui non y "
        "aussi ainsi enfin cependant pourtant toutefois néanmoins hier demain "
        "aujourd'hui maintenant ici là tout tous toute toutes chaque certains certaines "
        "plusieurs beaucoup rien personne selon depuis pendant chez entre vers malgré voici "
        "voilà parfois souvent toujours jamais d'abord c'est c'était qu'est-ce est-ce il y puisque "
        "bref soudain bien plus moins ne pas même deux trois quelques "
        "l' d' c' j' n' s' qu' m' t' lorsqu' puisqu' quelqu'un"
    ),
    speech=_set(
        "dit dirent disait demanda demandait répondit répondait cria criait s'écria s'exclama "
        "ajouta murmura chuchota reprit répliqua hurla lança fit souffla déclara expliqua soupira"
    ),
    links=_set(
        "le la les un une des du de d' à au aux et ou ni mais car donc que qui dont où dans en par "
        "pour sur sous avec sans chez vers entre est sont était étaient a ont avait sera ce cet "
        "cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ne pas plus "
        "très si comme quand il elle ils elles on nous vous je tu se m mme mlle dr nommé "
        "appelé saint"
    ),
    labels=_set("vitamine plan groupe type classe annexe section lettre option équipe catégorie"),
)

_ANY = Language(
    never=_ENGLISH.never
    | _set(
        "z.b z. bzw d.h u.a z.t ggf vgl hr hrn fr frl inkl exkl ev evtl sog str "
        "sra srta d da dña ud uds ee.uu dott dott.ssa sig sigg avv ing arch on prof.ssa "
        "dhr mevr mw bijv o.a d.w.z nl p.ex cf dr.ª exmo sr tzv např tj m.in np"
    ),
    number=_set(
        "nr no nº núm n p pp pag pág s art kap cap bd abs fig vol t hst jan feb apr aug "
        "sept okt oct nov dez dec"
    ),
    general=_ENGLISH.general | _set("gmbh co kg ag usf spa srl s.a s.p.a s.r.l ltda cía"),
    closing=_set("etc usw ecc enz etc itd atd"),
    openers=_ENGLISH.openers
    | _set(
        "der die das ein eine es er sie wir ich und aber in im am an auf mit nach von vor zu "
        "dann da el los las una él ella ellos yo pero y en il lo gli i una ma e o os um uma eu "
        "mas de het een hij zij wij en maar"
    ),
    speech=_ENGLISH.speech | _FRENCH.speech,
    links=_ENGLISH.links | _FRENCH.links | _set("der die das den dem des ein eine und mit von"),
    labels=_ENGLISH.labels | _FRENCH.labels,
)


_ORDINAL = replace(_ANY, ordinal_stop=True, spaced_guillemet=False)
_LANGUAGES = {"en": _ENGLISH, "fr": _FRENCH} | dict.fromkeys(
    [
        "de",
        "da",
        "nb",
        "nn",
        "no",
        "fi",
        "et",
        "lv",
        "cs",
        "sk",
        "sl",
        "hr",
        "sr",
        "bs",
        "hu",
        "pl",
        "tr",
        "is",
    ],
    _ORDINAL,
)


def language_rules(tag: str) -> Language:
    """The lists for a BCP 47 tag; careful defaults for a language that has none."""
    return _LANGUAGES.get(tag.replace("_", "-").split("-")[0].lower(), _ANY)
