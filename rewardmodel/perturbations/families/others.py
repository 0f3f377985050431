"""Words that are read but never put in: nouns without siblings, compounds to be left alone, and small closed classes."""

from rewardmodel.perturbations.families.lists import listed

PEOPLE = listed(
    "person people player rider adult teenager teen friend someone couple crowd group team family male female guitarist "
    "performer dancer worker runner racer hiker goalie catcher referee coach student musician singer artist tourist "
    "officer mother father daughter son brother sister spectator fan"
)
# the head of a noun phrase is only found where every noun of it is known
NOUNS = listed(
    "air area background face mouth camera hair head hand arm leg eye ear nose tongue tail paw foot body back side edge "
    "middle "
    "top bottom front end corner city game race picture photo trick obstacle hurdle day night sky ground floor room "
    "table desk "
    "sand-castle carpet rug blanket towel pillow paper box board track path lane lot yard lawn garden playground court "
    "course "
    "wheel tire seat window door roof wave surface shore coast rapids waterfall structure statue machine toy object "
    "item thing "
    "animal outfit clothes clothing clothe gear glove sleeve sock swimsuit bikini trunks wetsuit underwear pajamas "
    "life-jacket jumpsuit helmet pole net hoop goal rail platform stage screen computer store market station party parade "
    "wedding event competition match costume line row tube hole pile piece shadow reflection smile string wire rope chain "
    "counter stove oven sink shelf cabinet cage kennel terrain landscape cave canyon valley jungle island shade sun sunset "
    "light fire smoke steam dirt hay paint graffiti art painting drawing poster picture-frame television tv laptop "
    "food meal cake fruit bread cheese vegetable basket tray table-cloth tent wagon cart stroller wheelchair trailer "
    "vehicle engine motor rider rink arena alley avenue highway intersection crosswalk curb driveway parking-lot "
    "dune bank cliff ledge peak summit trampoline merry-go-round carousel rollercoaster tire-swing"
)
MASSES = listed(
    "grass snow sand mud water gravel beer wine coffee soda juice milk soccer football tennis volleyball hockey rugby "
    "cricket "
    "golf softball lacrosse badminton hair dirt hay paint graffiti art food smoke fruit bread cheese air clothing gear "
    "underwear"
)
# words of which both numbers are one form, or that are always many
PLURALS = listed(
    "pants jeans trousers shorts overalls sunglasses glasses goggles shoes sneakers boots sandals skates skis "
    "flip-flops stairs "
    "leaves woods clothes trunks pajamas rapids"
)
# nothing inside these is touched: their parts do not mean what they mean alone
COMPOUNDS = listed(
    "polar bear|teddy bear|hot dog|hot dogs|guide dog|prairie dog|sea lion|guinea pig|white water|tennis shoe|tennis shoes|"
    "ice cream|ice cream cone|high chair|roller coaster|car park|parking lot|bus stop|train station|train track|train tracks|"
    "swimming pool|pool table|horse race|dog sled|dog house|bird house|cat walk|water slide|water fountain|water skis|"
    "water ski|"
    "water skier|snow ball|snow board|snow man|sand castle|sand dune|sand dunes|sand box|rock climber|rock climbers|"
    "rock climbing|rock wall|"
    "mountain bike|mountain bikes|mountain biker|dirt bike|dirt bikes|dirt biker|bike rack|tree trunk|tree branch|bull dog|"
    "fire hydrant|fire truck|ski lift|ski slope|goal post|golden retriever|black lab|german shepherd|border collie|"
    "boston terrier|great dane|white house|black belt|red light|green light|red carpet|christmas tree|palm tree|palm trees|"
    "flower bed|bed room|boogie board|diving board|baby carriage|baby stroller|jean jacket|life jacket|life jackets|"
    "life vest|"
    "life vests|santa hat|santa suit|bathing suit|bathing suits|swim suit|dress shirt|tank top|coffee shop|coffee table|"
    "wine glass|beach chair|lawn chair|lawn chairs|wheel chair|street sign|stop sign|phone booth|light pole|flag pole|"
    "tennis racket|tennis racquet|tennis court|hula hoop|hula hoops|hoola hoop|baseball cap|baseball bat|"
    "baseball player|baseball glove|"
    "golf ball|golf course|golf cart|snow suit|snow bank|trash can|police car|baby bottle|american flag|guinea pigs|ball pit|"
    "old fashioned|black eye|bald eagle|ball park|bumper car|bumper cars|rope swing|tire swing|swing set|swing sets|"
    "porch swing|"
    "camera man|police man|camera crew|bear cub|horse carriage|horse drawn|boxing ring|merry go round|brown haired|"
    "red haired|"
    "red headed|blond haired|blonde haired|black haired|white haired|grey haired|gray haired|dark haired|long haired|"
    "short haired|curly haired|dark skinned|light skinned|black and white photo|black and white photograph|"
    "black and white picture|black and white image|street vendor|street performer|boy scout|girl scout",
    "|",
)  # fmt: skip
# nothing inside these is a noun
IDIOMS = listed(
    "no one|one another|each other|one by one|one on one|one of|day time|night time|"
    "in front of|on top of|next to|out of|away from|far from|to the left of|to the right of|in the middle of|on the side of",
    "|",
)  # fmt: skip
DETERMINERS = listed("a an the his her its their another some this that these those my your our")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MODIFIERS = listed(
    "very brightly multi-colored multicolored colorful colored bright different same other first second next large-sized "
    "medium medium-sized asian african american indian chinese japanese german white-haired hairy furry fluffy shaggy "
    "spotted "
    "adult single lone barefoot shirtless bearded inflatable stuffed fake empty professional opposing main public "
    "beautiful pretty cute funny strange heavy thick thin bare clear broken colourful open closed steep paved wide low high "
    "backyard urban rural fancy formal traditional matching hooded knit fallen toy decorative overweight"
)
# what may follow the head of a noun phrase, beside verbs, adverbs in -ly, participles in -ing and stops
BOUNDARIES = listed(
    "in on at with of and or but while whilst as by near from to into onto over under underneath beneath behind beside "
    "besides "
    "along across through toward towards around about against between among above below off up down out outside inside "
    "during "
    "before after without within past for like that who which where when because is are was were has have had can does do "
    "there here the a an his her its their they he she it him them together alone away also both then not next beyond "
    "upon atop nearby outdoors indoors dressed covered surrounded filled held made painted tied attached"
)
SCENE_START = listed("while whilst as where because when and but")
HE, SHE = listed("he his him himself"), listed("she her hers herself")
SINGULAR_PRONOUNS = HE | SHE | listed("it its itself another")
MALE = listed("man guy gentleman boy policeman fireman cowboy groom waiter")
FEMALE = listed("woman lady girl bride nurse ballerina waitress cheerleader")
