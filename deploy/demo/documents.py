"""The referral and the report of the played cases: people who do not exist."""

import io
import random
import uuid
from datetime import datetime, timedelta
from typing import Any

import pikepdf

from deploy.demo.agencies import agency_of
from shared.partnership import AgencyKind, partnership

KNOWN_TO: tuple[AgencyKind, ...] = ("nhs-provider", "school")
GIVEN_NAMES = ("Tamsin", "Rowan", "Isla", "Corin", "Merryn", "Piran", "Elowen", "Jago")
FAMILY_NAMES = ("Oakridge", "Fernhollow", "Ashcombe", "Larkfield", "Thornbury-Vale", "Millbrook")
REPORT_LINES = (
    "Local child safeguarding practice review",
    "",
    "A young child was seriously harmed. Two contacts to the front door had been closed without a visit.",
    "What we learnt: information that each agency held was not put together in time.",
    "What changes: a second contact within a month is always followed by a visit.",
)


def referral(now: datetime, agency_reference: str | None = None) -> dict[str, Any]:
    """A referral of serious harm that happened yesterday, to a child made up afresh at each call."""
    evening = (now - timedelta(days=1)).replace(microsecond=0)
    chosen = random.SystemRandom()
    family = chosen.choice(FAMILY_NAMES)
    born = (now - timedelta(days=chosen.randint(120, 900))).date()
    return {
        "agency_reference": agency_reference or f"DEMO-{uuid.uuid4().hex[:8]}",
        "incident": {
            "kind": "serious-harm",
            "occurred": {"from": evening.isoformat(), "certainty": "estimated"},
            "place": {
                "description": "Family home",
                "type": "home",
                "postcode": "ZZ99 3WZ",
                "country": "England",
                "local_authority": partnership().authority.ons_code,
            },
            "abuse_or_neglect": "suspected",
            "abuse_types": ["physical"],
            "narrative": "Admitted with injuries that the explanation given does not fit.",
            "immediate_action": "Police protection for the child and a sibling. Strategy discussion the same evening.",
            "agencies_working_together": "Two earlier contacts to the front door were closed without a visit.",
        },
        "children": [
            {
                "given_name": chosen.choice(GIVEN_NAMES),
                "family_name": family,
                "date_of_birth": born.isoformat(),
                "sex": "female",
                "normally_resident_in": partnership().authority.ons_code,
                "looked_after": False,
                "care_leaver": False,
                "agencies_known_to": [agency for kind in KNOWN_TO if (agency := agency_of(kind))],
                "outcome": "seriously-harmed",
            }
        ],
        "other_people": [{"relationship": "sibling", "given_name": chosen.choice(GIVEN_NAMES), "family_name": family}],
        "awareness": {
            "agency_became_aware_at": evening.isoformat(),
            "local_authority_became_aware_at": (evening + timedelta(hours=2)).isoformat(),
            "local_authority_informed": "Front door duty manager",
        },
        "referrer": {
            "name": "Sam Farrier",
            "role": "Detective sergeant",
            "email": "sam.farrier@police.example",
            "phone": "01632 960100",
            "agreed_with_safeguarding_lead": "Alex Whitlock",
        },
    }


def report_pdf(title: str) -> bytes:
    """A one-page report as a PDF, with metadata of the kind that cleaning removes."""
    pdf = pikepdf.new()
    lines = (title, *REPORT_LINES)
    shown = "".join(f"({line.replace('(', '').replace(')', '')}) Tj T* " for line in lines)
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(f"BT /F1 11 Tf 16 TL 60 780 Td {shown}ET".encode())
    pdf.docinfo["/Author"] = "A report writer"
    pdf.docinfo["/Title"] = "Draft"
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()
