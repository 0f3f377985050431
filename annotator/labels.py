"""Values that are stored in English and shown in the language of whoever looks; marked here, so that they are translated."""

from django.utils.translation import gettext_noop as _

# rewardmodel/taxonomy.py has the kinds, and knows no languages
KINDS = (
    _("spatial"), _("attribute"), _("binding"), _("object"), _("counting"), _("small-object"), _("text"), _("counterfactual"),
)  # fmt: skip
# what is kept of a skipped item is the English text, whatever the person read
SKIP_REASONS = (
    _("The picture cannot be judged"),
    _("The response is not in a language I read"),
    _("The instructions do not cover this"),
    _("Something is broken"),
)
