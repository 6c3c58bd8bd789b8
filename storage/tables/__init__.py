"""The tables, by subject, on one MetaData."""

from storage.tables.answers import pledge, pledge_words
from storage.tables.audit import audit_entry
from storage.tables.campaigns import (
    archived_hour,
    archived_run,
    campaign,
    prepared_draft,
    run,
    run_counter,
    run_reason,
    sign_off,
)
from storage.tables.channels import (
    account_pace,
    account_token,
    account_trait,
    account_use,
    early_receipt,
    typed_choice,
)
from storage.tables.codes import link_code, one_time_code, stop_code, wrong_code
from storage.tables.deliveries import (
    attempt,
    delivery,
    neutral_line,
    post_reaction,
    send_mark,
    send_window,
)
from storage.tables.duty import duty, duty_turn, page_watch
from storage.tables.groups import group_making, group_request, post_copy, public_words
from storage.tables.handovers import handed_thing, handover
from storage.tables.intake import attachment, inbox, tip, tip_event, tip_value
from storage.tables.keeping import forgotten
from storage.tables.links import link_count
from storage.tables.metadata import metadata
from storage.tables.own_photos import (
    own_photo,
    own_photo_upload,
    own_photo_use,
    own_photo_view,
)
from storage.tables.packs import hand_group, posting_pack
from storage.tables.people import (
    account,
    address,
    area,
    consent,
    declined_subject,
    dialogue,
    group_chat,
    installation,
    resident,
    resident_part,
    sequence,
    staff,
    staff_role,
    unit,
)
from storage.tables.printed import leaflet, leaflet_upload
from storage.tables.second_path import phone_call
from storage.tables.senders import mute
from storage.tables.tip_clocks import tip_extension, tip_warning
from storage.tables.tip_ties import tip_claim, tip_contact
from storage.tables.topics import card_digest, topic

__all__ = [
    "account",
    "account_pace",
    "account_token",
    "account_trait",
    "account_use",
    "address",
    "archived_hour",
    "archived_run",
    "area",
    "attachment",
    "attempt",
    "audit_entry",
    "campaign",
    "card_digest",
    "consent",
    "declined_subject",
    "delivery",
    "dialogue",
    "duty",
    "duty_turn",
    "early_receipt",
    "forgotten",
    "group_chat",
    "group_making",
    "group_request",
    "hand_group",
    "handed_thing",
    "handover",
    "inbox",
    "installation",
    "leaflet",
    "leaflet_upload",
    "link_code",
    "link_count",
    "metadata",
    "mute",
    "neutral_line",
    "one_time_code",
    "own_photo",
    "own_photo_upload",
    "own_photo_use",
    "own_photo_view",
    "page_watch",
    "phone_call",
    "pledge",
    "pledge_words",
    "post_copy",
    "post_reaction",
    "posting_pack",
    "prepared_draft",
    "public_words",
    "resident",
    "resident_part",
    "run",
    "run_counter",
    "run_reason",
    "send_mark",
    "send_window",
    "sequence",
    "sign_off",
    "staff",
    "staff_role",
    "stop_code",
    "tip",
    "tip_claim",
    "tip_contact",
    "tip_event",
    "tip_extension",
    "tip_value",
    "tip_warning",
    "topic",
    "typed_choice",
    "unit",
    "wrong_code",
]
