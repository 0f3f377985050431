"""Verbs that captions use, by their bare form."""

from rewardmodel.perturbations.families.lists import listed

VERBS = listed(
    "appear approach attempt balance bark bend bite blow board bounce bow brush build carry cast catch celebrate chase "
    "chew clap "
    "climb collide compete converse cook crawl cross crouch cry cut dance dig dive drag draw dress dribble drink drive "
    "eat embrace "
    "enjoy enter examine exercise face fall feed fetch fight fish flip float fly follow frolic gather gaze gesture get "
    "give glide "
    "go grab grin grind grip hang have head help hike hit hold hop hug hurdle ice-skate jog jump juggle kayak kick kiss "
    "kneel laugh "
    "lay lead lean leap leave lick lie lift listen lounge make march move observe open overlook paddle paint pass peer "
    "perform pet "
    "pick play point pose pour prepare protest pull punch push put race raise reach read relax rest ride roll row run "
    "rush sail "
    "scream see serve shake shoot shop shout show sing sit skate skateboard ski sled sleep slide smell smile smoke "
    "sniff snowboard "
    "speak spin splash spray stand stare step stick stop stretch stroll surf sweep swim swing tackle take talk throw "
    "tie toss touch "
    "travel tread trot try tug turn use wade wait wakeboard walk wander wash watch water wave wear work wrestle write "
    "yawn yell "
    "sprint skip sip sell sew cuddle cling lunge pounce wade attack share cheer gallop emerge land look rollerblade chat"
)
IRREGULAR = {"have": "has", "do": "does", "go": "goes"}
# forms that are nouns as well: verbs only where no determiner, adjective or preposition stands before them
NOUN_LIKE = listed(
    "runs jumps walks plays watches stands rocks waves slides swings steps surfs tricks rides throws catches races "
    "dives dresses "
    "lights looks faces heads hands paints tackles flips turns points boards cuts bows draws falls drinks shows shops works "
    "stops uses rests kicks leads brushes casts laughs passes reaches shakes shoots smiles splashes sleds skates skis "
    "play walk run jump watch stand wave slide swing step surf ride throw catch race dive dress look face head paint "
    "tackle flip "
    "turn point board cut bow draw fall drink show shop work stop use rest kick lead brush cast laugh pass reach shake shoot "
    "smile splash sled skate ski row water fish smoke land park train skateboard snowboard pet tie stick snowboard kayak"
)
